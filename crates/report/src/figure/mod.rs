//! The figures of a report, as SVG: drawn from rows out of which small counts have been taken.

mod axes;
mod curve;
mod flow;
mod funnel;
mod outlines;
mod palette;
mod ranked;
mod scale;
mod series;
mod svg;
mod tile_map;

use crate::definition::{Column, Figure, FigureKind, Kind, Table};
use crate::rows::{Rows, Value};
use crate::{Error, Language, Values, cell};

use palette::SOFT;
use scale::Scale;
use svg::{Canvas, Face, wrap};

/// The width of figures that fill the page.
const WIDTH: f64 = 720.0;

/// What a figure is drawn from.
struct Sheet<'a> {
    figure: &'a Figure,
    table: &'a Table,
    rows: &'a Rows,
    /// The rows that the figure wants.
    chosen: Vec<usize>,
    /// What marks the nation in the column of names.
    total: Option<String>,
    /// What marks the one that is to stand out.
    mark: Option<String>,
    values: &'a Values,
    language: Language,
}

impl<'a> Sheet<'a> {
    /// Whether a part holds ratios, which belong on a logarithmic axis.
    fn is_ratio(&self, part: &str) -> bool {
        self.column(part).is_some_and(|c| c.kind == Kind::Ratio)
    }

    /// The axis of a part: logarithmic for ratios, else plain and from 0 where asked.
    fn scale(&self, part: &str, numbers: impl Iterator<Item = f64>, from_zero: bool) -> Scale {
        match self.is_ratio(part) {
            true => Scale::ratios(numbers),
            false => Scale::over(numbers, from_zero),
        }
    }

    /// A text of the definition with its values; a name without one was refused before.
    fn filled(&self, words: &crate::Words) -> String {
        let text = words.of(self.language);
        let filled = self.values.in_text(&self.figure.id, text);
        filled.unwrap_or_else(|_| text.to_owned())
    }

    /// The column that plays a part.
    fn column(&self, part: &str) -> Option<&'a Column> {
        self.table.column(self.figure.columns.get(part)?)
    }

    /// The value of the column that plays a part.
    fn value(&self, row: usize, part: &str) -> &'a Value {
        let column = self.figure.columns.get(part);
        match column.and_then(|name| self.rows.index(name)) {
            Some(column) => self.rows.value(row, column),
            None => &Value::Missing,
        }
    }

    /// The value of a part as the page writes it.
    fn written(&self, row: usize, part: &str) -> cell::Written {
        let value = self.value(row, part);
        match self.column(part) {
            Some(column) => cell::write(column, value, self.language),
            None => cell::Written::default(),
        }
    }

    /// A number of the axis of a part.
    fn number(&self, part: &str, number: f64, decimals: usize) -> String {
        let Some(column) = self.column(part) else {
            return self.language.decimal(number, decimals);
        };
        let mut column = column.clone();
        if column.kind == crate::definition::Kind::Percent {
            column.decimals = Some(decimals.saturating_sub(2));
        } else {
            column.decimals = Some(decimals);
        }
        cell::number(&column, number, self.language)
    }

    /// What the axis of a part measures.
    fn axis_label(&self, own: &crate::Words, part: &str) -> String {
        let own = self.filled(own);
        if !own.is_empty() {
            return own;
        }
        let Some(column) = self.column(part) else {
            return String::new();
        };
        let (label, unit) = (self.filled(&column.label), self.filled(&column.unit));
        let label = match unit.is_empty() {
            true => label,
            false => format!("{label}, {unit}"),
        };
        match self.is_ratio(part) {
            true => {
                let scale = self.language.pick("logaritmisk skala", "logarithmic scale");
                format!("{label} ({scale})")
            }
            false => label,
        }
    }

    /// The words that appear when a value is pointed at.
    fn words(&self, name: &str, row: usize, part: &str) -> String {
        let written = self.written(row, part);
        let mut words = format!("{name}: {}", written.text);
        if let Some(interval) = written.interval {
            let name = cell::interval_name(self.value(row, part), self.language);
            words.push_str(&format!(" ({name} {interval})"));
        }
        if let Some(basis) = written.basis {
            words.push_str(&format!("; {basis}"));
        }
        words
    }

    /// The values of a part, each once, in their order.
    fn groups(&self, part: &str) -> Vec<String> {
        let mut groups: Vec<String> = Vec::new();
        for row in &self.chosen {
            let key = self.value(*row, part).key();
            if !groups.contains(&key) {
                groups.push(key);
            }
        }
        groups
    }

    /// A group as the page writes it.
    fn group_name(&self, part: &str, code: &str) -> String {
        let column = self.column(part);
        column
            .map_or(code, |c| c.values.name(code, self.language))
            .to_owned()
    }

    /// How many of the figure's values are withheld.
    fn n_withheld(&self, part: &str) -> usize {
        self.chosen
            .iter()
            .filter(|row| self.value(**row, part).is_withheld())
            .count()
    }
}

/// Draws a figure.
///
/// # Errors
/// A text with a name that has no value.
pub(crate) fn draw(
    figure: &Figure,
    table: &Table,
    rows: &Rows,
    values: &Values,
    language: Language,
) -> Result<String, Error> {
    let place = format!("figure `{}`", figure.id);
    let chosen = chosen_rows(figure, rows, values, &place)?;
    let fill = |text: &Option<String>| {
        let text = text.as_ref();
        text.map(|text| values.in_text(&place, text)).transpose()
    };
    let (total, mark) = (fill(&figure.total)?, fill(&figure.mark)?);
    for text in [&figure.x_label, &figure.y_label, &figure.line_label] {
        values.in_text(&place, text.of(language))?;
    }
    let sheet = Sheet {
        figure,
        table,
        rows,
        chosen,
        total,
        mark,
        values,
        language,
    };
    let canvas = match why_empty(&sheet) {
        Some(why) => nothing(&why),
        None => match figure.kind {
            FigureKind::TileMap => tile_map::draw(&sheet),
            FigureKind::Funnel => funnel::draw(&sheet),
            FigureKind::Ranked => ranked::draw(&sheet),
            FigureKind::Series => series::draw(&sheet),
            FigureKind::Curve => curve::draw(&sheet),
            FigureKind::Flow => flow::draw(&sheet),
        },
    };
    let title = values.in_text(&place, figure.title.of(language))?;
    let alt = values.in_text(&place, figure.alt.of(language))?;
    Ok(canvas.finish(&figure.id, &title, &alt))
}

fn chosen_rows(
    figure: &Figure,
    rows: &Rows,
    values: &Values,
    place: &str,
) -> Result<Vec<usize>, Error> {
    let mut wanted = Vec::new();
    for (column, texts) in &figure.rows {
        let texts: Result<Vec<String>, Error> = texts
            .0
            .iter()
            .map(|text| values.in_text(place, text))
            .collect();
        if let Some(index) = rows.index(column) {
            wanted.push((index, texts?));
        }
    }
    let fits = |row: &usize| {
        wanted
            .iter()
            .all(|(column, texts)| texts.contains(&rows.value(*row, *column).key()))
    };
    Ok((0..rows.len()).filter(fits).collect())
}

/// Why a figure has nothing to show, where that is so.
fn why_empty(sheet: &Sheet<'_>) -> Option<String> {
    let language = sheet.language;
    let part = match sheet.figure.kind {
        FigureKind::Flow => "count",
        _ => "value",
    };
    let has_number = |row: &usize| sheet.value(*row, part).number().is_some_and(f64::is_finite);
    if sheet.chosen.iter().any(has_number) {
        return None;
    }
    let n = sheet.chosen.len();
    let name = language.pick("Inget att visa", "Nothing to show");
    let why = match (n, sheet.n_withheld(part)) {
        (0, _) => language.pick(
            "det finns inga uppgifter för det här urvalet",
            "there are no data for this selection",
        ),
        (_, withheld) if withheld == n => language.pick(
            "alla värden är utelämnade av sekretesskäl",
            "all values are withheld to protect confidentiality",
        ),
        _ => {
            let mut rows = sheet.chosen.iter();
            let status = rows.find_map(|row| sheet.written(*row, part).status);
            crate::words::mark(status.as_deref().unwrap_or_default(), language).1
        }
    };
    Some(format!("{name}: {why}"))
}

/// A figure without anything to show, and why.
fn nothing(why: &str) -> Canvas {
    let lines = wrap(why, 13.0, WIDTH - 60.0);
    let mut canvas = Canvas::new(WIDTH, 60.0);
    let mut y = 34.0;
    for line in lines {
        canvas.text(WIDTH / 2.0, y, &line, Face::new(13.0, SOFT).middle());
        y += 18.0;
        canvas.height = y + 8.0;
    }
    canvas
}

/// A line under a figure about what is withheld in it.
fn withheld_note(n: usize, language: Language) -> Option<String> {
    if n == 0 {
        return None;
    }
    let values = match n {
        1 => language.pick("värde är utelämnat", "value"),
        _ => language.pick("värden är utelämnade", "values"),
    };
    Some(match language {
        Language::Sv => format!(".. {n} {values} av sekretesskäl"),
        Language::En => format!(".. {n} {values} withheld to protect confidentiality"),
    })
}
