//! Tables of the page.

use std::collections::BTreeSet;

use super::text::{escape, inline};
use crate::cell::{Written, write};
use crate::definition::{Column, Kind, Show, Table};
use crate::rows::{Rows, Value};
use crate::words::mark;
use crate::{Error, Language, Values};

/// A table as the page shows it: rows of cells, some columns spread over the values of one.
pub(super) struct View<'a> {
    table: &'a Table,
    rows: &'a Rows,
    language: Language,
    /// The columns that name a row.
    stub: Vec<(&'a Column, usize)>,
    /// The columns that are spread, or all others.
    body: Vec<(&'a Column, usize)>,
    /// The values that they are spread over; one nameless value where nothing is.
    spread: Vec<String>,
    pivot: Option<usize>,
}

impl<'a> View<'a> {
    pub(super) fn new(table: &'a Table, rows: &'a Rows, language: Language) -> Self {
        let pivot = table.pivot.as_ref().and_then(|name| rows.index(name));
        let shown: Vec<(&Column, usize)> = table
            .columns
            .iter()
            .filter(|column| !column.hidden)
            .filter_map(|column| Some((column, rows.index(&column.name)?)))
            .filter(|(_, at)| Some(*at) != pivot)
            .collect();
        let is_stub = |column: &Column| matches!(column.kind, Kind::Text | Kind::Year | Kind::Date);
        let (stub, body) = match pivot {
            Some(_) => shown.into_iter().partition(|(column, _)| is_stub(column)),
            None => (
                shown.iter().take(1).copied().collect(),
                shown.into_iter().skip(1).collect(),
            ),
        };
        let mut spread: Vec<String> = Vec::new();
        if let Some(pivot) = pivot {
            for row in 0..rows.len() {
                let key = rows.value(row, pivot).key();
                if !spread.contains(&key) {
                    spread.push(key);
                }
            }
        }
        if spread.is_empty() {
            spread.push(String::new());
        }
        Self {
            table,
            rows,
            language,
            stub,
            body,
            spread,
            pivot,
        }
    }

    /// The table as HTML; `values` fill its texts.
    pub(super) fn html(&self, values: &Values) -> Result<String, Error> {
        let place = format!("table `{}`", self.table.id);
        let title = values.in_text(&place, self.table.title.of(self.language))?;
        let mut html = format!(
            "<div class=\"scroll\" tabindex=\"0\" role=\"region\" \
             aria-labelledby=\"{0}-caption\">\n\
             <table id=\"{0}\" class=\"{2}\">\n<caption id=\"{0}-caption\">{1}</caption>\n",
            self.table.id,
            inline(&title),
            self.width_class()
        );
        html.push_str(&self.head(values, &place)?);
        html.push_str("<tbody>\n");
        let labels = self.labels(values, &place)?;
        let lines = self.lines();
        if lines.is_empty() {
            let width = self.stub.len() + self.body.len() * self.spread.len();
            let why = self.language.pick(
                "Det finns inga uppgifter för det här urvalet.",
                "There are no data for this selection.",
            );
            html.push_str(&format!("<tr><td colspan=\"{width}\">{why}</td></tr>\n"));
        }
        for line in lines {
            html.push_str(&self.line(&line, &labels));
        }
        html.push_str("</tbody>\n</table>\n</div>\n");
        html.push_str(&self.notes(values)?);
        Ok(html)
    }

    /// How much room the table needs, for the style sheet.
    fn width_class(&self) -> &'static str {
        match self.stub.len() + self.body.len() * self.spread.len() {
            0..=3 => "narrow",
            4..=6 => "medium",
            7..=9 => "wide",
            _ => "widest",
        }
    }

    /// The heading of each cell of a line, for narrow screens, where each cell has its own.
    fn labels(&self, values: &Values, place: &str) -> Result<Vec<String>, Error> {
        let mut labels = Vec::new();
        let text = |words: &crate::Words| values.in_text(place, words.of(self.language));
        for (column, _) in self.stub.iter().skip(1) {
            labels.push(text(&column.label)?);
        }
        for value in &self.spread {
            let group = match self.pivot {
                Some(pivot) => format!("{}: ", self.spread_name(pivot, value)),
                None => String::new(),
            };
            for (column, _) in &self.body {
                let (label, unit) = (text(&column.label)?, text(&column.unit)?);
                let comma = if unit.is_empty() { "" } else { ", " };
                labels.push(format!("{group}{label}{comma}{unit}"));
            }
        }
        Ok(labels)
    }

    /// A value that columns are spread over, as the page writes it.
    fn spread_name<'b>(&'b self, pivot: usize, value: &'b str) -> &'b str {
        let mut columns = self.table.columns.iter();
        let column = columns.find(|c| self.rows.index(&c.name) == Some(pivot));
        column.map_or(value, |c| c.values.name(value, self.language))
    }

    fn head(&self, values: &Values, place: &str) -> Result<String, Error> {
        let label = |column: &Column| -> Result<String, Error> {
            let label = values.in_text(place, column.label.of(self.language))?;
            let unit = values.in_text(place, column.unit.of(self.language))?;
            Ok(match unit.is_empty() {
                true => inline(&label),
                false => format!(
                    "{}<span class=\"unit\">{}</span>",
                    inline(&label),
                    inline(&unit)
                ),
            })
        };
        let class = |column: &Column| {
            if column.kind.is_numeric() {
                " class=\"n\""
            } else {
                ""
            }
        };
        let mut html = String::from("<thead>\n<tr>");
        let Some(pivot) = self.pivot else {
            for (column, _) in self.stub.iter().chain(&self.body) {
                html.push_str(&format!(
                    "<th scope=\"col\"{}>{}</th>",
                    class(column),
                    label(column)?
                ));
            }
            html.push_str("</tr>\n</thead>\n");
            return Ok(html);
        };
        for (column, _) in &self.stub {
            html.push_str(&format!(
                "<th scope=\"col\" rowspan=\"2\">{}</th>",
                label(column)?
            ));
        }
        for value in &self.spread {
            let name = self.spread_name(pivot, value);
            let width = self.body.len();
            html.push_str(&format!(
                "<th scope=\"colgroup\" colspan=\"{width}\" class=\"group\">{}</th>",
                escape(name)
            ));
        }
        html.push_str("</tr>\n<tr>");
        for _ in &self.spread {
            for (column, _) in &self.body {
                html.push_str(&format!(
                    "<th scope=\"col\"{}>{}</th>",
                    class(column),
                    label(column)?
                ));
            }
        }
        html.push_str("</tr>\n</thead>\n");
        Ok(html)
    }

    /// The lines of the table: for each, the row of each value that columns are spread over.
    fn lines(&self) -> Vec<Vec<Option<usize>>> {
        let Some(pivot) = self.pivot else {
            return (0..self.rows.len()).map(|row| vec![Some(row)]).collect();
        };
        let mut keys: Vec<Vec<String>> = Vec::new();
        let mut lines: Vec<Vec<Option<usize>>> = Vec::new();
        for row in 0..self.rows.len() {
            let key: Vec<String> = self
                .stub
                .iter()
                .map(|(_, at)| self.rows.value(row, *at).key())
                .collect();
            let line = keys.iter().position(|k| *k == key).unwrap_or_else(|| {
                keys.push(key);
                lines.push(vec![None; self.spread.len()]);
                lines.len() - 1
            });
            let value = self.rows.value(row, pivot).key();
            if let Some(at) = self.spread.iter().position(|s| *s == value) {
                lines[line][at] = Some(row);
            }
        }
        lines
    }

    fn line(&self, line: &[Option<usize>], labels: &[String]) -> String {
        let Some(first) = line.iter().flatten().next().copied() else {
            return String::new();
        };
        let class = if self.is_total(first) {
            " class=\"total\""
        } else {
            ""
        };
        let mut labels = labels.iter();
        let mut label = || escape(labels.next().map_or("", String::as_str));
        let mut html = format!("<tr{class}>");
        for (at, (column, index)) in self.stub.iter().enumerate() {
            let cell = self.cell(column, self.rows.value(first, *index));
            match at {
                0 => html.push_str(&format!("<th scope=\"row\">{cell}</th>")),
                _ => html.push_str(&format!(
                    "<td data-label=\"{}\"><span>{cell}</span></td>",
                    label()
                )),
            }
        }
        for row in line {
            for (at, (column, index)) in self.body.iter().enumerate() {
                let value = row.map_or(&Value::Missing, |row| self.rows.value(row, *index));
                let edge = if at == 0 && self.pivot.is_some() {
                    " edge"
                } else {
                    ""
                };
                let class = if column.kind.is_numeric() { "n" } else { "t" };
                let cell = self.cell(column, value);
                html.push_str(&format!(
                    "<td class=\"{class}{edge}\" data-label=\"{}\"><span>{cell}</span></td>",
                    label()
                ));
            }
        }
        html.push_str("</tr>\n");
        html
    }

    /// Whether a row is a total of its table, in a column that names rows.
    fn is_total(&self, row: usize) -> bool {
        self.table.protect.iter().any(|protect| {
            protect.by.iter().zip(&protect.totals).any(|(name, total)| {
                let at = self.rows.index(name).filter(|at| Some(*at) != self.pivot);
                !total.is_empty() && at.is_some_and(|at| self.rows.value(row, at).key() == *total)
            })
        })
    }

    fn cell(&self, column: &Column, value: &Value) -> String {
        written(&write(column, value, self.language), self.language)
    }

    /// What stands under the table: its note, how its intervals were made, what its marks mean.
    ///
    /// # Errors
    /// A text with a name that has no value.
    pub(super) fn notes(&self, values: &Values) -> Result<String, Error> {
        let place = format!("table `{}`", self.table.id);
        let mut html = String::new();
        let note = values.in_text(&place, self.table.note.of(self.language))?;
        if !note.is_empty() {
            html.push_str(&format!("<p class=\"note\">{}</p>\n", inline(&note)));
        }
        if let Some(made) = self.how_made() {
            html.push_str(&format!("<p class=\"note\">{}</p>\n", escape(&made)));
        }
        let marks = self.marks();
        if !marks.is_empty() {
            html.push_str("<p class=\"note\">");
            for (at, status) in marks.iter().enumerate() {
                let (sign, meaning) = mark(status, self.language);
                let comma = if at > 0 { "; " } else { "" };
                html.push_str(&format!(
                    "{comma}<b>{}</b> {}",
                    escape(sign),
                    escape(meaning)
                ));
            }
            html.push_str("</p>\n");
        }
        Ok(html)
    }

    /// Every cell that is shown, with its column.
    fn shown(&self) -> impl Iterator<Item = (&'a Column, &'a Value)> {
        let rows = self.rows;
        let columns: Vec<(&'a Column, usize)> =
            self.stub.iter().chain(&self.body).copied().collect();
        (0..rows.len()).flat_map(move |row| {
            let columns = columns.clone();
            columns
                .into_iter()
                .map(move |(column, at)| (column, rows.value(row, at)))
        })
    }

    /// The methods and the confidence of the intervals in the table.
    fn how_made(&self) -> Option<String> {
        let mut methods: Vec<String> = Vec::new();
        let mut levels: BTreeSet<String> = BTreeSet::new();
        let mut has_basis = false;
        for (column, value) in self.shown() {
            let Value::Estimate(estimate) = value else {
                continue;
            };
            let shows_basis = column.basis || self.table.show == Show::Facts;
            has_basis |= shows_basis && estimate.events.is_some() && estimate.n.is_some();
            if let Some(confidence) = estimate.confidence.filter(|_| estimate.lower_cl.is_some()) {
                levels.insert(self.language.confidence(confidence));
            }
            let name = crate::words::method(&estimate.method, self.language);
            if !name.is_empty() && !methods.contains(&name) {
                methods.push(name);
            }
        }
        if methods.is_empty() && levels.is_empty() {
            return None;
        }
        let language = self.language;
        let levels: Vec<String> = levels.into_iter().collect();
        let mut parts: Vec<String> = Vec::new();
        if !levels.is_empty() {
            let name = language.pick("Konfidensintervall (KI)", "Confidence intervals (CI)");
            parts.push(format!("{name}: {}", levels.join(", ")));
        }
        if !methods.is_empty() {
            let name = language.pick("Metod", "Method");
            parts.push(format!("{name}: {}", methods.join(", ")));
        }
        if has_basis {
            let below = language.pick(
                "Under värdet: konfidensintervall samt händelser / underlag",
                "Below each value: its confidence interval, and events / denominator",
            );
            parts.push(below.to_owned());
        }
        Some(parts.join(". ") + ".")
    }

    /// The statuses of the values that are not there.
    fn marks(&self) -> Vec<String> {
        let mut marks: Vec<String> = Vec::new();
        for (column, value) in self.shown() {
            if let Some(status) = write(column, value, self.language).status {
                let is_known = marks
                    .iter()
                    .any(|m| mark(m, self.language).0 == mark(&status, self.language).0);
                if !is_known {
                    marks.push(status);
                }
            }
        }
        marks
    }
}

/// A value as HTML; a mark tells its meaning to those who hear the page.
pub(super) fn written(written: &Written, language: Language) -> String {
    let interval = part(written.interval.as_deref(), "ci");
    let basis = part(written.basis.as_deref(), "of");
    if let Some(status) = &written.status {
        let meaning = mark(status, language).1;
        let sign = escape(&written.text);
        return format!(
            "<span class=\"mark\" title=\"{0}\"><span aria-hidden=\"true\">{sign}</span>\
             <span class=\"unseen\">{0}</span></span>{interval}{basis}",
            escape(meaning)
        );
    }
    format!("{}{interval}{basis}", escape(&written.text))
}

fn part(text: Option<&str>, class: &str) -> String {
    text.map_or_else(String::new, |text| {
        format!("<span class=\"{class}\">{}</span>", escape(text))
    })
}
