//! What the page says of itself: from which data it was made, when, by what, under which rules.

use super::page::Contents;
use super::text::{escape, inline, paragraphs};
use crate::{Error, Language};

/// The list in the head of the page.
pub(super) fn made(contents: &Contents<'_>) -> Result<String, Error> {
    let (making, language) = (contents.making, contents.making.language);
    let mut rows: Vec<(&str, String)> = vec![
        (language.pick("Datasjö", "Data lake"), making.lake.clone()),
        (
            language.pick("Version", "Version"),
            match &making.version_time {
                Some(time) => format!("{} ({time})", making.version),
                None => making.version.to_string(),
            },
        ),
        (language.pick("Skapad", "Created"), making.made_at.clone()),
        (language.pick("Program", "Software"), making.program.clone()),
    ];
    for (name, value) in &making.parameters {
        let parameter = contents
            .report
            .definition
            .parameters
            .iter()
            .find(|p| p.name == *name);
        // What nobody chose says nothing: `latest` is the year in the title.
        if parameter.and_then(|p| p.default.as_ref()) == Some(value) {
            continue;
        }
        rows.push((
            parameter.map_or(name.as_str(), |p| p.label.of(language)),
            value.clone(),
        ));
    }
    let standard = &contents.report.definition.standard_population;
    if !standard.is_empty() {
        let text = contents
            .values
            .in_text("standard_population", standard.of(language))?;
        rows.push((
            language.pick("Standardpopulation", "Standard population"),
            text,
        ));
    }
    for (name, value) in &making.settings {
        rows.push((name, value.clone()));
    }
    rows.push((
        language.pick("Röjandekontroll", "Disclosure control"),
        rule(contents),
    ));
    let mut html = String::from("<dl class=\"made\">\n");
    for (name, value) in rows {
        html.push_str(&format!(
            "<dt>{}</dt><dd>{}</dd>\n",
            escape(name),
            inline(&value)
        ));
    }
    html.push_str("</dl>\n");
    Ok(html)
}

/// The rule for small counts, in words.
fn rule(contents: &Contents<'_>) -> String {
    let rules = &contents.report.definition.disclosure;
    let (threshold, n) = (rules.threshold, contents.n_withheld);
    let zeros = match (rules.protect_zeros, contents.making.language) {
        (true, Language::Sv) => ", noll inräknat",
        (true, Language::En) => ", including zero",
        (false, _) => "",
    };
    let values = match (n, contents.making.language) {
        (1, Language::Sv) => "värde är utelämnat",
        (_, Language::Sv) => "värden är utelämnade",
        (1, Language::En) => "value is withheld",
        (_, Language::En) => "values are withheld",
    };
    match contents.making.language {
        Language::Sv => format!(
            "antal personer under {threshold}{zeros} redovisas inte, och inte heller tal som \
             skulle kunna röja dem; {n} {values}"
        ),
        Language::En => format!(
            "counts of people under {threshold}{zeros} are withheld, and so are numbers that could \
             reveal them; {n} {values}"
        ),
    }
}

/// The last section: what the marks mean, and every query.
pub(super) fn how_made(contents: &Contents<'_>) -> Result<String, Error> {
    let language = contents.making.language;
    let title = language.pick("Om rapporten", "About this report");
    let text = language.pick(
        "Varje tabell är resultatet av en SQL-fråga mot den version av datasjön som anges \
         överst.\n\n\
         Konfidensintervallet (KI) visar osäkerheten i ett värde: av 95-procentiga \
         konfidensintervall som beräknas på samma sätt täcker i genomsnitt 95 av 100 det sanna \
         värdet. Skillnader mellan små regioner beror ofta på slumpen; trattdiagrammen visar hur \
         stor slumpvariationen kan vara.",
        "Each table is the result of an SQL query against the version of the data lake given at \
         the top.\n\n\
         The confidence interval (CI) shows the uncertainty of a value: of 95% confidence \
         intervals calculated in the same way, on average 95 in 100 contain the true value. \
         Differences between small regions are often due to chance; the funnel plots show how \
         large chance variation can be.",
    );
    let mut html = format!(
        "<section id=\"how-made\" aria-labelledby=\"how-made-title\">\n\
         <h2 id=\"how-made-title\">{title}</h2>\n{}",
        paragraphs(text)
    );
    if contents.is_for_print {
        html.push_str("</section>\n");
        return Ok(html);
    }
    for query in contents.report.queries(contents.values)? {
        let table = contents.report.definition.table(&query.table);
        let name = table.map_or("", |table| table.title.of(language));
        let name = contents.values.in_text(&query.table, name)?;
        html.push_str(&format!(
            "<details class=\"sql\">\n<summary>{} (<code>{}</code>)</summary>\n\
             <pre><code>{}</code></pre>\n</details>\n",
            inline(&name),
            escape(&query.table),
            escape(query.sql.trim())
        ));
    }
    html.push_str("</section>\n");
    Ok(html)
}

pub(super) fn footer(contents: &Contents<'_>) -> String {
    let making = contents.making;
    let language = making.language;
    format!(
        "<p>{}: <code>{}</code></p>\n",
        language.pick("Skapa rapporten på nytt med", "Re-create this report with"),
        escape(&making.command)
    )
}
