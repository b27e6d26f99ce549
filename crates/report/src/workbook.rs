//! Tables as workbooks: numbers as numbers, with what they mean on a second sheet.

use rust_xlsxwriter::{ExcelDateTime, Format, Workbook, Worksheet, XlsxError};

use crate::definition::{Column, Kind, Table};
use crate::flat::{self, FlatColumn, Part, Plain};
use crate::rows::{Rows, SUPPRESSED};
use crate::words::mark;
use crate::{Error, Language, Making, Values};

/// The widest that a column becomes, in letters.
const WIDEST: usize = 42;
/// The least width of a column, in letters.
const NARROWEST: usize = 9;

/// A table as a workbook.
///
/// # Errors
/// A text with a name that has no value, or more than a workbook can hold.
pub(crate) fn workbook(
    table: &Table,
    rows: &Rows,
    values: &Values,
    making: &Making,
) -> Result<Vec<u8>, Error> {
    let language = making.language;
    let place = format!("table `{}`", table.id);
    let title = values.in_text(&place, table.title.of(language))?;
    let note = values.in_text(&place, table.note.of(language))?;
    let mut book = Workbook::new();
    let headings = headings(table, rows, values, language)?;
    let made = data_sheet(book.add_worksheet(), (table, rows), &headings, language)
        .and_then(|()| about_sheet(book.add_worksheet(), &title, &note, making))
        .and_then(|()| stamp(&mut book, &title, making))
        .and_then(|()| book.save_to_buffer());
    made.map_err(|source| Error::Workbook {
        table: table.id.clone(),
        source: Box::new(source),
    })
}

/// The properties of the file; its time is that of the report, so that one made again is equal.
fn stamp(book: &mut Workbook, title: &str, making: &Making) -> Result<(), XlsxError> {
    let mut properties = rust_xlsxwriter::DocProperties::new()
        .set_title(title)
        .set_author(&making.program);
    let time = making
        .made_at
        .get(..19)
        .unwrap_or(&making.made_at)
        .replace(' ', "T");
    if let Ok(time) = ExcelDateTime::parse_from_str(&time) {
        properties = properties.set_creation_datetime(&time);
    }
    book.set_properties(&properties);
    Ok(())
}

fn data_sheet(
    sheet: &mut Worksheet,
    (table, rows): (&Table, &Rows),
    headings: &[String],
    language: Language,
) -> Result<(), XlsxError> {
    sheet.set_name(language.pick("Tabell", "Table"))?;
    let head = Format::new().set_bold().set_text_wrap();
    let columns = flat::columns(table, rows);
    for ((at, column), heading) in (0u16..).zip(&columns).zip(headings) {
        let longest = heading.split_whitespace().map(|w| w.chars().count()).max();
        sheet.write_string_with_format(0, at, heading, &head)?;
        let mut width = longest.unwrap_or_default().max(NARROWEST);
        let format = number_format(column.column, column.part);
        for (line, row) in (1u32..).zip(0..rows.len()) {
            let value = column.value_to_show(rows, row);
            width = width.max(written_width(&value, column, language));
            write(sheet, (line, at), &value, column, &format, language)?;
        }
        let width = u16::try_from(width.min(WIDEST) + 1).unwrap_or(u16::MAX);
        sheet.set_column_width(at, width)?;
    }
    sheet.set_freeze_panes(1, 1)?;
    Ok(())
}

fn written_width(value: &Plain, column: &FlatColumn<'_>, language: Language) -> usize {
    match value {
        Plain::Text(text) if column.part == Part::Value => {
            column.column.values.name(text, language).chars().count()
        }
        Plain::Text(text) => text.chars().count(),
        Plain::Whole(number) => number.to_string().len() + 2,
        _ => NARROWEST,
    }
}

fn write(
    sheet: &mut Worksheet,
    (row, column): (u32, u16),
    value: &Plain,
    of: &FlatColumn<'_>,
    format: &Format,
    language: Language,
) -> Result<(), XlsxError> {
    #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
    match value {
        Plain::Nothing => return Ok(()),
        Plain::Withheld => {
            let sign = mark(SUPPRESSED, language).0;
            sheet.write_string_with_format(
                row,
                column,
                sign,
                &Format::new().set_align(rust_xlsxwriter::FormatAlign::Right),
            )?
        }
        Plain::Text(text) => {
            let text = match of.part {
                Part::Value => of.column.values.name(text, language),
                _ => text,
            };
            sheet.write_string(row, column, text)?
        }
        Plain::Whole(number) => {
            sheet.write_number_with_format(row, column, *number as f64, format)?
        }
        // A workbook holds no infinity.
        Plain::Number(number) if !number.is_finite() => {
            sheet.write_string(row, column, language.decimal(*number, 0))?
        }
        Plain::Number(number) => sheet.write_number_with_format(row, column, *number, format)?,
        Plain::Date(date) => {
            let date = ExcelDateTime::parse_from_str(&date.format("%Y-%m-%d").to_string())?;
            let format = Format::new().set_num_format("yyyy-mm-dd");
            sheet.write_datetime_with_format(row, column, &date, &format)?
        }
    };
    Ok(())
}

/// How a spreadsheet shows the numbers of a column; it knows the reader's decimal comma.
fn number_format(column: &Column, part: Part) -> Format {
    let zeros = |n: usize| match n {
        0 => String::new(),
        n => format!(".{}", "0".repeat(n)),
    };
    let is_value = matches!(
        part,
        Part::Value | Part::Lower | Part::Upper | Part::StandardError
    );
    let format = match (is_value, column.kind) {
        (false, _) if part == Part::Confidence => "0.0##".to_owned(),
        (false, _) => "#,##0.###".to_owned(),
        (true, Kind::Percent) => format!("0{}%", zeros(column.decimals.unwrap_or(1))),
        (true, Kind::Year) => "0".to_owned(),
        (true, Kind::Count) => "#,##0".to_owned(),
        (true, Kind::Money | Kind::Days) => format!("#,##0{}", zeros(column.decimals.unwrap_or(0))),
        (true, Kind::Ratio) => format!("#,##0{}", zeros(column.decimals.unwrap_or(2))),
        (true, _) => match column.decimals {
            Some(decimals) => format!("#,##0{}", zeros(decimals)),
            None => "General".to_owned(),
        },
    };
    Format::new().set_num_format(format)
}

/// The headings of the plain columns of a table.
fn headings(
    table: &Table,
    rows: &Rows,
    values: &Values,
    language: Language,
) -> Result<Vec<String>, Error> {
    let place = format!("table `{}`", table.id);
    let columns = flat::columns(table, rows);
    let heading = |column: &FlatColumn<'_>| {
        let label = values.in_text(&place, column.column.label.of(language))?;
        let unit = values.in_text(&place, column.column.unit.of(language))?;
        Ok(heading(&label, &unit, column.part, language))
    };
    columns.iter().map(heading).collect()
}

/// The heading of a plain column.
fn heading(label: &str, unit: &str, part: Part, language: Language) -> String {
    let part = match part {
        Part::Value if unit.is_empty() => return label.to_owned(),
        Part::Value => return format!("{label}, {unit}"),
        Part::Lower => language.pick("nedre gräns", "lower limit"),
        Part::Upper => language.pick("övre gräns", "upper limit"),
        Part::StandardError => language.pick("medelfel", "standard error"),
        Part::Confidence => language.pick("konfidens", "confidence"),
        Part::Method => language.pick("metod", "method"),
        Part::Events => language.pick("händelser", "events"),
        Part::People => language.pick("underlag", "denominator"),
        Part::Status => "status",
    };
    format!("{label}: {part}")
}

/// The sheet that says what the table is, and how it came to be.
fn about_sheet(
    sheet: &mut Worksheet,
    title: &str,
    note: &str,
    making: &Making,
) -> Result<(), XlsxError> {
    let language = making.language;
    sheet.set_name(language.pick("Om tabellen", "About"))?;
    let mut lines: Vec<(&str, String)> = vec![
        (language.pick("Tabell", "Table"), title.to_owned()),
        (language.pick("Anmärkning", "Note"), note.to_owned()),
        (language.pick("Datasjö", "Data lake"), making.lake.clone()),
        (
            language.pick("Version", "Version"),
            making.version.to_string(),
        ),
        (
            language.pick("Versionens tid", "Time of the version"),
            making.version_time.clone().unwrap_or_default(),
        ),
        (language.pick("Skapad", "Created"), making.made_at.clone()),
        (language.pick("Program", "Software"), making.program.clone()),
    ];
    for (name, value) in making.parameters.iter().chain(&making.settings) {
        lines.push((name, value.clone()));
    }
    let (sign, meaning) = mark(SUPPRESSED, language);
    lines.push((sign, meaning.to_owned()));
    let bold = Format::new().set_bold();
    let wrapped = Format::new().set_text_wrap();
    for (row, (name, value)) in (0u32..).zip(lines.iter().filter(|(_, value)| !value.is_empty())) {
        sheet.write_string_with_format(row, 0, *name, &bold)?;
        sheet.write_string_with_format(row, 1, value, &wrapped)?;
    }
    sheet.set_column_width(0, 24)?;
    sheet.set_column_width(1, 90)?;
    Ok(())
}
