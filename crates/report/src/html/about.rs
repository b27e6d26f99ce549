//! What the page says of itself: from which data it was made, when, by what, under which rules.

use super::page::Contents;
use super::text::{escape, inline, paragraphs};
use crate::{Error, Language};

/// The list in the head of the page.
pub(super) fn made(contents: &Contents<'_>) -> Result<String, Error> {
    let (making, language) = (contents.making, contents.making.language);
    let mut rows: Vec<(&str, String)> = vec![
        (language.pick("Datasjö", "Lake"), making.lake.clone()),
        (
            language.pick("Version", "Version"),
            match &making.version_time {
                Some(time) => format!("{} ({time})", making.version),
                None => making.version.to_string(),
            },
        ),
        (language.pick("Framställd", "Made"), making.made_at.clone()),
        (language.pick("Program", "Program"), making.program.clone()),
    ];
    for (name, value) in &making.parameters {
        let parameter = contents
            .report
            .definition
            .parameters
            .iter()
            .find(|p| p.name == *name);
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
        language.pick("Röjandeskydd", "Disclosure control"),
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
        (true, Language::En) => ", zero included",
        (false, _) => "",
    };
    match contents.making.language {
        Language::Sv => format!(
            "antal personer under {threshold}{zeros} visas inte, och inte heller de tal som skulle \
             röja dem; {n} värden visas inte"
        ),
        Language::En => format!(
            "counts of people under {threshold}{zeros} are withheld, and so are the numbers that \
             would give them away; {n} values are withheld"
        ),
    }
}

/// The last section: what the marks mean, and every query.
pub(super) fn how_made(contents: &Contents<'_>) -> Result<String, Error> {
    let language = contents.making.language;
    let title = language.pick("Så gjordes rapporten", "How this report was made");
    let text = language.pick(
        "Varje tabell är svaret på en fråga i SQL, ställd till den version av datasjön som anges \
         överst. Frågorna följer här som de ställdes.\n\n\
         Intervall visar hur säkert ett värde är: av intervall på 95 procent som är gjorda på \
         samma sätt rymmer 95 av 100 det sanna värdet. Skillnader mellan små regioner är ofta \
         slump; trattdiagram visar vad slumpen ensam kan ge.",
        "Each table is the answer to a question in SQL, asked of the version of the lake that is \
         named on top. The questions follow as they were asked.\n\n\
         Intervals show how sure a value is: of intervals of 95% that are made in the same way, 95 \
         of 100 hold the true value. Differences between small regions are often chance; funnel \
         plots show what chance alone can do.",
    );
    let mut html = format!(
        "<section id=\"how-made\" aria-labelledby=\"how-made-title\">\n\
         <h2 id=\"how-made-title\">{title}</h2>\n{}",
        paragraphs(text)
    );
    for query in contents.report.queries(contents.values)? {
        let table = contents.report.definition.table(&query.table);
        let name = table.map_or("", |table| table.title.of(language));
        let name = contents.values.in_text(&query.table, name)?;
        html.push_str(&format!(
            "<details>\n<summary>{} (<code>{}</code>)</summary>\n\
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
        language.pick("Gör om rapporten med", "Make this report again with"),
        escape(&making.command)
    )
}
