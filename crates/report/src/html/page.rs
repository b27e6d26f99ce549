//! The page as a whole.

use super::about;
use super::facts::facts;
use super::table::View;
use super::text::{escape, inline, paragraphs};
use crate::definition::{Figure, Section, Show, Table};
use crate::{Error, Making, Report, Tables, Values};

/// The looks of the page, on screen and on paper.
const STYLE: &str = include_str!("style.css");
/// Opens what is folded before it is printed, for browsers whose style sheets cannot.
const SCRIPT: &str = "addEventListener('beforeprint',()=>{for(const d of \
                      document.querySelectorAll('details:not(.sql)'))d.open=true});";

/// Everything that the page is made of.
pub(crate) struct Contents<'a> {
    pub(crate) report: &'a Report,
    pub(crate) tables: &'a Tables,
    pub(crate) drawings: &'a [(String, String)],
    pub(crate) values: &'a Values,
    pub(crate) making: &'a Making,
    pub(crate) n_withheld: usize,
    /// Whether it is for paper: folded tables are open, and queries are left out.
    pub(crate) is_for_print: bool,
}

/// The page.
///
/// # Errors
/// A text with a name that has no value.
pub(crate) fn page(contents: &Contents<'_>) -> Result<String, Error> {
    let language = contents.making.language;
    let definition = &contents.report.definition;
    let text =
        |words: &crate::Words, place: &str| contents.values.in_text(place, words.of(language));
    let title = text(&definition.title, "title")?;
    let subtitle = text(&definition.subtitle, "subtitle")?;
    let intro = text(&definition.intro, "intro")?;
    let mut html = format!(
        "<!doctype html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"generator\" content=\"{}\">\n\
         <title>{}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n\
         <a class=\"skip\" href=\"#content\">{}</a>\n<header>\n<h1>{}</h1>\n",
        language.tag(),
        escape(&contents.making.program),
        escape(&title),
        language.pick("Hoppa till innehållet", "Skip to content"),
        inline(&title),
    );
    if !subtitle.is_empty() {
        html.push_str(&format!(
            "<p class=\"subtitle\">{}</p>\n",
            inline(&subtitle)
        ));
    }
    html.push_str(&about::made(contents)?);
    html.push_str("</header>\n");
    html.push_str(&contents_list(contents)?);
    html.push_str("<main id=\"content\">\n");
    if !intro.is_empty() {
        html.push_str(&paragraphs(&intro));
    }
    for section in &definition.sections {
        html.push_str(&section_html(contents, section)?);
    }
    html.push_str(&about::how_made(contents)?);
    html.push_str("</main>\n<footer>\n");
    html.push_str(&about::footer(contents));
    html.push_str(&format!(
        "</footer>\n<script>{SCRIPT}</script>\n</body>\n</html>\n"
    ));
    Ok(html)
}

fn contents_list(contents: &Contents<'_>) -> Result<String, Error> {
    let language = contents.making.language;
    let name = language.pick("Innehåll", "Contents");
    let mut html = format!("<nav aria-label=\"{name}\">\n<ul>\n");
    for section in &contents.report.definition.sections {
        let title = contents
            .values
            .in_text(&section.id, section.title.of(language))?;
        html.push_str(&format!(
            "<li><a href=\"#{}\">{}</a></li>\n",
            section.id,
            inline(&title)
        ));
    }
    let title = language.pick("Om rapporten", "About this report");
    html.push_str(&format!(
        "<li><a href=\"#how-made\">{title}</a></li>\n</ul>\n</nav>\n"
    ));
    Ok(html)
}

fn section_html(contents: &Contents<'_>, section: &Section) -> Result<String, Error> {
    let language = contents.making.language;
    let title = contents
        .values
        .in_text(&section.id, section.title.of(language))?;
    let text = contents
        .values
        .in_text(&section.id, section.text.of(language))?;
    let mut html = format!(
        "<section id=\"{0}\" aria-labelledby=\"{0}-title\">\n<h2 id=\"{0}-title\">{1}</h2>\n{2}",
        section.id,
        inline(&title),
        paragraphs(&text)
    );
    for table in section
        .tables
        .iter()
        .filter(|table| table.show == Show::Facts)
    {
        html.push_str(&facts(contents, table)?);
    }
    let mut folded: Vec<&str> = Vec::new();
    for figure in &section.figures {
        // A table that several figures are drawn from is folded under the first.
        let is_first = !folded.contains(&figure.table.as_str());
        html.push_str(&figure_html(contents, section, figure, is_first)?);
        folded.push(&figure.table);
    }
    for table in &section.tables {
        if table.show == Show::Table && !folded.contains(&table.id.as_str()) {
            html.push_str(&table_html(contents, table)?);
        }
    }
    html.push_str("</section>\n");
    Ok(html)
}

fn table_html(contents: &Contents<'_>, table: &Table) -> Result<String, Error> {
    let Some(rows) = contents.tables.get(&table.id) else {
        return Ok(String::new());
    };
    let view = View::new(table, rows, contents.making.language);
    Ok(view.html(contents.values)? + &files(contents, &table.id))
}

/// Links to the files of a table, which lie beside the page.
pub(super) fn files(contents: &Contents<'_>, id: &str) -> String {
    let name = contents
        .making
        .language
        .pick("Ladda ner tabellen", "Download the table");
    format!(
        "<p class=\"note files\">{name}: <a href=\"tables/{id}.csv\">CSV</a>, \
         <a href=\"tables/{id}.xlsx\">Excel</a></p>\n"
    )
}

fn figure_html(
    contents: &Contents<'_>,
    section: &Section,
    figure: &Figure,
    is_first: bool,
) -> Result<String, Error> {
    let language = contents.making.language;
    let place = format!("figure `{}`", figure.id);
    let title = contents.values.in_text(&place, figure.title.of(language))?;
    let note = contents.values.in_text(&place, figure.note.of(language))?;
    let drawing = contents.drawings.iter().find(|(id, _)| *id == figure.id);
    let svg = drawing.map_or("", |(_, svg)| svg.as_str());
    let mut html = format!(
        "<figure id=\"figure-{}\">\n<figcaption>{}</figcaption>\n{svg}",
        figure.id,
        inline(&title)
    );
    if !note.is_empty() {
        html.push_str(&format!("<p class=\"note\">{}</p>\n", inline(&note)));
    }
    let name = language.pick("Ladda ner figuren", "Download the figure");
    html.push_str(&format!(
        "<p class=\"note files\">{name}: <a href=\"figures/{}.svg\">SVG</a></p>\n",
        figure.id
    ));
    let own = section.tables.iter().find(|table| table.id == figure.table);
    if own.is_some_and(|table| table.show == Show::Files) {
        html.push_str(&files(contents, &figure.table));
        html.push_str("</figure>\n");
        return Ok(html);
    }
    let table = own.filter(|table| table.show == Show::Table && is_first);
    if let Some(table) = table {
        let open = if contents.is_for_print { " open" } else { "" };
        let name = language.pick("Visa figurens data som tabell", "Show the data as a table");
        html.push_str(&format!("<details{open}>\n<summary>{name}</summary>\n"));
        html.push_str(&table_html(contents, table)?);
        html.push_str("</details>\n");
    } else {
        let name = language.pick(
            "Figurens data finns i tabellen",
            "The data are in the table",
        );
        let table = contents.report.definition.table(&figure.table);
        let title = table.map_or("", |table| table.title.of(language));
        let title = contents.values.in_text(&place, title)?;
        html.push_str(&format!(
            "<p class=\"note\">{name} <a href=\"#{}\">{}</a>.</p>\n",
            figure.table,
            inline(&title)
        ));
    }
    html.push_str("</figure>\n");
    Ok(html)
}
