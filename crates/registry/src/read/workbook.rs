//! What does a workbook of Excel say? One sheet, a row at a time; the texts that sheets share are
//! in memory, the cells are not.
//!
//! Dates are those that cells are formatted as; whole numbers are integers, as Excel knows only
//! floats. Formulas have the value that Excel last gave them.
//!
//! # References
//! ECMA-376 (Office Open XML), part 1, section 18.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufReader, Cursor, Read, Seek};

use calamine::{DataRef, ExcelDateTime, Reader, Sheet, SheetType, SheetVisible, Xlsx, XlsxError};

use crate::load::{Header, LoadOptions};
use crate::personal::may_name;
use crate::read::{Columns, Sink, check_name};
use crate::record::{Record, Remark};
use crate::source::Source;
use crate::{Error, Result};

/// The largest whole number that a float holds exactly.
const LARGEST_WHOLE: f64 = 9_007_199_254_740_992.0;

trait ReadSeek: Read + Seek {}
impl<T: Read + Seek> ReadSeek for T {}

type Workbook = Xlsx<Box<dyn ReadSeek>>;

/// Reads all rows of a sheet; gives what a reader of the summary should know.
pub(crate) fn read(
    source: &dyn Source,
    options: &LoadOptions,
    columns: &mut Columns,
    sink: &mut Sink<'_>,
) -> Result<Option<String>> {
    let file = source.name();
    let failed = |error: XlsxError| cannot_read(file, &error);
    let mut workbook = open(source)?;
    let (sheet, note) = sheet(file, &mut workbook, options.sheet.as_deref())?;
    let mut cells = workbook.worksheet_cells_reader(&sheet).map_err(failed)?;
    let mut rows = Rows {
        file,
        options,
        names: HashMap::new(),
        seen: Vec::new(),
        has_header: false,
        record: Record::default(),
        columns,
        sink,
    };
    let mut row: Vec<(u32, DataRef<'_>)> = Vec::new();
    let mut at = 0;
    while let Some(cell) = cells.next_cell().map_err(failed)? {
        let (number, column) = cell.get_position();
        if number != at && !row.is_empty() {
            rows.row(u64::from(at) + 1, &row)?;
            row.clear();
        }
        at = number;
        let value = cell.get_value();
        if !is_empty(value) {
            row.push((column, value.clone()));
        }
    }
    if !row.is_empty() {
        rows.row(u64::from(at) + 1, &row)?;
    }
    match rows.has_header {
        true => Ok(note),
        false => Err(Error::format(
            file,
            format!("expected a row that names the columns in the sheet `{sheet}`, found none"),
        )),
    }
}

fn is_empty(value: &DataRef<'_>) -> bool {
    match value {
        DataRef::Empty => true,
        DataRef::String(text) => text.trim().is_empty(),
        DataRef::SharedString(text) => text.trim().is_empty(),
        _ => false,
    }
}

fn open(source: &dyn Source) -> Result<Workbook> {
    let file = source.name();
    let input: Box<dyn ReadSeek> = match source.path() {
        Some(path) => {
            let input = File::open(path).map_err(Error::io(file, "open it"))?;
            Box::new(BufReader::new(input))
        }
        None => {
            let mut bytes = Vec::new();
            let mut input = source.open().map_err(Error::io(file, "open it"))?;
            input
                .read_to_end(&mut bytes)
                .map_err(Error::io(file, "read it"))?;
            Box::new(Cursor::new(bytes))
        }
    };
    Xlsx::new(input).map_err(|error| cannot_read(file, &error))
}

/// Its own words may hold what is in a cell.
fn cannot_read(file: &str, error: &XlsxError) -> Error {
    match error {
        XlsxError::Password => Error::hinted(
            file,
            "the workbook is protected by a password",
            "save it without one",
        ),
        _ => Error::hinted(
            file,
            "the workbook cannot be read",
            "open it in a spreadsheet and save it as .xlsx again, or as CSV",
        ),
    }
}

/// The sheet to read, and what to say of the others.
fn sheet(
    file: &str,
    workbook: &mut Workbook,
    wanted: Option<&str>,
) -> Result<(String, Option<String>)> {
    let is_sheet = |sheet: &&Sheet| sheet.typ == SheetType::WorkSheet;
    let sheets = workbook.sheets_metadata().iter().filter(is_sheet);
    let sheets: Vec<(String, bool)> = sheets
        .map(|sheet| (sheet.name.clone(), sheet.visible == SheetVisible::Visible))
        .collect();
    let listed = |names: &[&str]| {
        let shown = names.iter().map(|name| match may_name(name.as_bytes()) {
            true => "(hidden)".to_owned(),
            false => format!("`{name}`"),
        });
        shown.collect::<Vec<_>>().join(", ")
    };
    let all: Vec<&str> = sheets.iter().map(|(name, _)| name.as_str()).collect();
    if let Some(wanted) = wanted {
        let by_name = all.iter().find(|name| name.trim() == wanted.trim());
        let by_case = || {
            let wanted = wanted.trim().to_lowercase();
            all.iter().find(|name| name.trim().to_lowercase() == wanted)
        };
        let by_number = || all.get(wanted.trim().parse::<usize>().ok()?.checked_sub(1)?);
        let found = by_name.or_else(by_case).or_else(by_number);
        return match found {
            Some(name) => Ok(((*name).to_owned(), None)),
            None => Err(Error::Format {
                file: file.to_owned(),
                problem: format!("there is no sheet `{wanted}`; there are {}", listed(&all)),
                hint: Some("`--sheet` takes the name or the number of a sheet".to_owned()),
            }),
        };
    }
    let visible: Vec<&str> = sheets
        .iter()
        .filter(|(_, is_visible)| *is_visible)
        .map(|(name, _)| name.as_str())
        .collect();
    let mut filled = Vec::new();
    for name in visible {
        if has_cells(workbook, name).map_err(|error| cannot_read(file, &error))? {
            filled.push(name);
        }
    }
    let Some(first) = filled.first() else {
        return Err(Error::format(file, "the workbook has no sheet with cells"));
    };
    let note = (filled.len() > 1).then(|| {
        format!(
            "the workbook has the sheets {}: `{first}` was read (`--sheet` takes another)",
            listed(&filled)
        )
    });
    Ok(((*first).to_owned(), note))
}

fn has_cells(workbook: &mut Workbook, sheet: &str) -> Result<bool, XlsxError> {
    let mut cells = workbook.worksheet_cells_reader(sheet)?;
    while let Some(cell) = cells.next_cell()? {
        if !is_empty(cell.get_value()) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Where rows go.
struct Rows<'r, 's> {
    file: &'r str,
    options: &'r LoadOptions,
    /// The column of the table that each column of the sheet is.
    names: HashMap<u32, usize>,
    seen: Vec<String>,
    has_header: bool,
    record: Record,
    columns: &'r mut Columns,
    sink: &'r mut Sink<'s>,
}

impl Rows<'_, '_> {
    fn row(&mut self, line: u64, cells: &[(u32, DataRef<'_>)]) -> Result<()> {
        if !self.has_header {
            let wanted = self.options.header_row;
            if wanted.is_some_and(|wanted| line < wanted) {
                return Ok(());
            }
            self.has_header = true;
            if self.options.header == Header::Present {
                if let Some(wanted) = wanted.filter(|wanted| line > *wanted) {
                    let problem = format!("row {wanted} is to name the columns, and is empty");
                    return Err(Error::format(self.file, problem));
                }
                return self.header(cells);
            }
        }
        self.record.begin(line);
        for (at, value) in cells {
            let column = self.column(*at);
            fill(&mut self.record, column, value, &self.options.nulls);
        }
        (self.sink)(&self.record, self.columns)
    }

    fn header(&mut self, cells: &[(u32, DataRef<'_>)]) -> Result<()> {
        for (at, value) in cells {
            let name = text_of(value);
            let place = usize::try_from(*at).unwrap_or_default() + 1;
            check_name(self.file, place, &name, self.options.today)?;
            // A header that is there twice is two columns.
            let unique = match self.seen.iter().filter(|seen| **seen == name).count() {
                0 => name.clone(),
                n => format!("{name} {}", n + 1),
            };
            self.seen.push(name);
            self.names.insert(*at, self.columns.number(&unique));
        }
        Ok(())
    }

    /// The number of a column; one without a name is called by its place.
    fn column(&mut self, at: u32) -> usize {
        let columns = &mut *self.columns;
        *self
            .names
            .entry(at)
            .or_insert_with(|| columns.number(&format!("column_{}", at + 1)))
    }
}

#[expect(clippy::cast_possible_truncation, reason = "a whole number of 53 bits")]
fn fill(record: &mut Record, column: usize, value: &DataRef<'_>, nulls: &[String]) {
    match value {
        DataRef::Empty => {}
        DataRef::Int(value) => record.integer(column, *value),
        DataRef::Float(value) if value.fract() == 0.0 && value.abs() <= LARGEST_WHOLE => {
            record.integer(column, *value as i64);
        }
        DataRef::Float(value) => record.float(column, *value),
        DataRef::Bool(value) => record.boolean(column, *value),
        DataRef::Error(_) => record.remarks.push(Remark::Counted(
            "cells hold an error of the spreadsheet, such as #N/A or #DIV/0!: they are NULL",
        )),
        other => {
            let text = text_of(other);
            if !nulls.iter().any(|null| *null == text.trim()) {
                record.text(column, text.as_bytes());
            }
        }
    }
}

fn text_of(value: &DataRef<'_>) -> String {
    match value {
        DataRef::Empty | DataRef::Error(_) => String::new(),
        DataRef::Int(value) => value.to_string(),
        DataRef::Float(value) => value.to_string(),
        DataRef::Bool(value) => value.to_string(),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => {
            text.clone()
        }
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::DateTime(moment) => text_of_moment(moment),
    }
}

/// A day, a moment, or a time of day or a duration in hours.
fn text_of_moment(moment: &ExcelDateTime) -> String {
    const DAY_SECONDS: f64 = 86_400.0;
    let value = moment.as_f64();
    if moment.is_duration() || (0.0..1.0).contains(&value) {
        let seconds: u64 = format!("{:.0}", value * DAY_SECONDS).parse().unwrap_or(0);
        let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
        return format!("{hours:02}:{minutes:02}:{:02}", seconds % 60);
    }
    let (year, month, day, hour, minute, second, milli) = moment.to_ymd_hms_milli();
    let date = format!("{year:04}-{month:02}-{day:02}");
    match (hour, minute, second, milli) {
        (0, 0, 0, 0) => date,
        (_, _, _, 0) => format!("{date} {hour:02}:{minute:02}:{second:02}"),
        _ => format!("{date} {hour:02}:{minute:02}:{second:02}.{milli:03}"),
    }
}
