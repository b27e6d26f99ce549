//! What does a file of separated fields say? CSV as RFC 4180 has it, and as Swedish spreadsheets
//! write it: semicolons, tabs, a byte-order mark, a first line `sep=;`.

use std::io::Read;

use chrono::NaiveDate;
use csv_core::{ReadRecordResult, ReaderBuilder};
use encoding_rs::{Encoding, UTF_8};

use crate::read::{Columns, Sink, check_name};
use crate::record::{Problem, Record};
use crate::{Error, Result};

/// Bytes read at once.
const READ_BYTES: usize = 256 * 1024;

/// A row longer than this is a quote that somebody forgot to close.
const LONGEST_ROW_BYTES: usize = 64 * 1024 * 1024;

/// Lines that the separator is told by.
const SNIFFED_LINES: usize = 100;

/// How a file separates its fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Dialect {
    pub(crate) delimiter: u8,
    pub(crate) encoding: &'static Encoding,
    pub(crate) has_header: bool,
    /// The line at which the table begins; what is before it is not read.
    pub(crate) header_row: u64,
    /// Words that mean nothing.
    pub(crate) nulls: Vec<String>,
    pub(crate) today: NaiveDate,
}

/// The separator that the first lines have most evenly.
pub(crate) fn sniff_delimiter(head: &[u8], is_whole: bool) -> u8 {
    let head = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head);
    if let Some(delimiter) = named_delimiter(head) {
        return delimiter;
    }
    let mut best = (0, b',');
    for delimiter in [b';', b'\t', b',', b'|', b' '] {
        let counts = field_counts(head, delimiter, is_whole);
        let Some(first) = counts.first().copied().filter(|n| *n > 1) else {
            continue;
        };
        let even = counts.iter().filter(|n| **n == first).count();
        // Blanks separate only where nothing else does, and everywhere.
        if delimiter == b' ' && (best.0 > 0 || even < counts.len() || counts.len() < 2) {
            continue;
        }
        let score = even * 1000 / counts.len() * 1000 + first.min(999);
        if score > best.0 {
            best = (score, delimiter);
        }
    }
    best.1
}

/// The separator of a first line `sep=;`, as Excel writes it.
fn named_delimiter(head: &[u8]) -> Option<u8> {
    let rest = head.get(..4).filter(|s| s.eq_ignore_ascii_case(b"sep="))?;
    let _ = rest;
    match (head.get(4), head.get(5)) {
        (Some(delimiter), Some(b'\r' | b'\n')) => Some(*delimiter),
        _ => None,
    }
}

/// Fields of each of the first lines; a last line that is cut off is left out.
fn field_counts(head: &[u8], delimiter: u8, is_whole: bool) -> Vec<usize> {
    let mut counts = Vec::new();
    let (mut fields, mut is_quoted, mut length) = (1, false, 0);
    for byte in head {
        match *byte {
            b'"' => is_quoted = !is_quoted,
            b'\n' if !is_quoted => {
                if length > 0 {
                    counts.push(fields);
                }
                (fields, length) = (1, 0);
                if counts.len() == SNIFFED_LINES {
                    return counts;
                }
                continue;
            }
            b'\r' => continue,
            byte if byte == delimiter && !is_quoted => fields += 1,
            _ => {}
        }
        length += 1;
    }
    if length > 0 && (is_whole || counts.is_empty()) {
        counts.push(fields);
    }
    counts
}

/// Reads all rows.
pub(crate) fn read(
    file: &str,
    input: &mut dyn Read,
    dialect: &Dialect,
    columns: &mut Columns,
    sink: &mut Sink<'_>,
) -> Result<()> {
    let mut rows = Rows::new(file, input, dialect.delimiter);
    let mut record = Record::default();
    let mut map: Vec<usize> = Vec::new();
    let mut is_first = true;
    while rows.next()? {
        if is_first && (rows.line < dialect.header_row || rows.strip_preamble()) {
            continue;
        }
        if is_first {
            is_first = false;
            map = header(file, &rows, dialect, columns)?;
            if dialect.has_header {
                continue;
            }
        }
        fill(&mut record, &rows, &map, dialect);
        sink(&record, columns)?;
    }
    if is_first {
        return Err(Error::format(
            file,
            "expected a header line, got an empty file",
        ));
    }
    Ok(())
}

/// The column of each field.
fn header(
    file: &str,
    rows: &Rows<'_>,
    dialect: &Dialect,
    columns: &mut Columns,
) -> Result<Vec<usize>> {
    let mut seen: Vec<String> = Vec::new();
    (0..rows.n_fields())
        .map(|i| {
            let name = match dialect.has_header {
                true => {
                    dialect
                        .encoding
                        .decode_without_bom_handling(rows.field(i))
                        .0
                }
                false => format!("column_{}", i + 1).into(),
            };
            check_name(file, i + 1, &name, dialect.today)?;
            // A header that is there twice is two columns.
            let n = seen.iter().filter(|s| **s == name).count();
            let unique = match n {
                0 => name.to_string(),
                n => format!("{name} {}", n + 1),
            };
            seen.push(name.into_owned());
            Ok(columns.number(&unique))
        })
        .collect()
}

fn fill(record: &mut Record, rows: &Rows<'_>, map: &[usize], dialect: &Dialect) {
    record.begin(rows.line);
    let n_fields = rows.n_fields();
    let has_more = (map.len()..n_fields).any(|i| !rows.field(i).is_empty());
    if n_fields < map.len() || has_more {
        record.wrong(Problem {
            column: None,
            expected: format!("{} fields", map.len()),
            found: format!("{n_fields}"),
            advice: "look for a separator or a quote inside a value",
        });
    }
    if rows.is_unclosed {
        record.wrong(Problem {
            column: None,
            expected: "a quote that is closed".to_owned(),
            found: "the end of the file inside of it".to_owned(),
            advice: "look for a quote that is not closed in this row: it took all rows behind it",
        });
    }
    if dialect.encoding == UTF_8 && std::str::from_utf8(rows.bytes()).is_err() {
        record.wrong(Problem {
            column: None,
            expected: "UTF-8, as in the rest of the file".to_owned(),
            found: "other bytes".to_owned(),
            advice: "`--encoding windows-1252` reads the whole file as that",
        });
    }
    for (i, column) in map.iter().enumerate().take(n_fields) {
        let field = rows.field(i);
        if !dialect
            .nulls
            .iter()
            .any(|null| field.trim_ascii() == null.as_bytes())
        {
            record.text(*column, field);
        }
    }
}

/// Rows as csv-core cuts them, with the line on which each begins.
struct Rows<'a> {
    file: &'a str,
    input: &'a mut dyn Read,
    reader: csv_core::Reader,
    buffer: Vec<u8>,
    at: usize,
    end: usize,
    is_at_end: bool,
    output: Vec<u8>,
    output_len: usize,
    ends: Vec<usize>,
    n_fields: usize,
    lines_read: u64,
    is_start: bool,
    line: u64,
    /// Whether the row at hand ends with the file, inside of a quote that goes over lines.
    is_unclosed: bool,
}

impl<'a> Rows<'a> {
    fn new(file: &'a str, input: &'a mut dyn Read, delimiter: u8) -> Self {
        Self {
            file,
            input,
            reader: ReaderBuilder::new().delimiter(delimiter).build(),
            buffer: vec![0; READ_BYTES],
            at: 0,
            end: 0,
            is_at_end: false,
            output: vec![0; 4096],
            output_len: 0,
            ends: vec![0; 64],
            n_fields: 0,
            lines_read: 0,
            is_start: true,
            line: 1,
            is_unclosed: false,
        }
    }

    fn n_fields(&self) -> usize {
        self.n_fields
    }

    fn field(&self, i: usize) -> &[u8] {
        let start = if i == 0 { 0 } else { self.ends[i - 1] };
        &self.output[start..self.ends[i]]
    }

    fn bytes(&self) -> &[u8] {
        &self.output[..self.output_len]
    }

    /// Whether this row is the line `sep=;`.
    fn strip_preamble(&self) -> bool {
        let whole = self.bytes();
        whole.len() <= 5 && whole.len() >= 4 && whole[..4].eq_ignore_ascii_case(b"sep=")
    }

    /// Reads the next row; `false` at the end.
    fn next(&mut self) -> Result<bool> {
        (self.output_len, self.n_fields) = (0, 0);
        let mut is_leading = true;
        let mut n_quotes = 0;
        self.line = self.lines_read + 1;
        loop {
            while self.at == self.end && !self.is_at_end {
                self.refill()?;
            }
            let input = &self.buffer[self.at..self.end];
            let (result, n_in, n_out, n_ends) = self.reader.read_record(
                input,
                &mut self.output[self.output_len..],
                &mut self.ends[self.n_fields..],
            );
            let consumed = &input[..n_in];
            if is_leading {
                let blank = consumed.iter().take_while(|b| matches!(b, b'\r' | b'\n'));
                self.line += blank.filter(|b| **b == b'\n').count() as u64;
                is_leading = consumed.iter().all(|b| matches!(b, b'\r' | b'\n'));
            }
            self.lines_read += memchr::memchr_iter(b'\n', consumed).count() as u64;
            n_quotes += memchr::memchr_iter(b'"', consumed).count();
            self.at += n_in;
            self.output_len += n_out;
            self.n_fields += n_ends;
            match result {
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull => {
                    if self.output.len() >= LONGEST_ROW_BYTES {
                        return Err(self.unclosed());
                    }
                    self.output.resize(self.output.len() * 2, 0);
                }
                ReadRecordResult::OutputEndsFull => self.ends.resize(self.ends.len() * 2, 0),
                ReadRecordResult::Record => {
                    let is_last = self.is_at_end && self.at == self.end;
                    let goes_over_lines = self.lines_read >= self.line;
                    self.is_unclosed = is_last && n_quotes % 2 == 1 && goes_over_lines;
                    return Ok(true);
                }
                ReadRecordResult::End => return Ok(false),
            }
        }
    }

    fn refill(&mut self) -> Result<()> {
        let failed = || Error::io(self.file, "read it");
        self.at = 0;
        self.end = self.input.read(&mut self.buffer).map_err(failed())?;
        self.is_at_end = self.end == 0;
        if self.is_start {
            self.is_start = false;
            while self.end < 3 && !self.is_at_end {
                let n = self
                    .input
                    .read(&mut self.buffer[self.end..])
                    .map_err(failed())?;
                self.is_at_end = n == 0;
                self.end += n;
            }
            if self.buffer[..self.end].starts_with(b"\xEF\xBB\xBF") {
                self.at = 3;
            }
            self.is_at_end = self.is_at_end && self.at == self.end;
        }
        Ok(())
    }

    fn unclosed(&self) -> Error {
        Error::hinted(
            &format!("{}:{}", self.file, self.line),
            format!("a row of more than {} MiB", LONGEST_ROW_BYTES >> 20),
            "look for a quote that is not closed in this row",
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Cell;

    fn rows_of(text: &[u8], delimiter: u8) -> Vec<(u64, Vec<String>, Option<String>)> {
        let dialect = Dialect {
            delimiter,
            encoding: UTF_8,
            has_header: true,
            header_row: 1,
            nulls: vec!["NA".to_owned()],
            today: NaiveDate::default(),
        };
        let mut columns = Columns::default();
        let mut rows = Vec::new();
        let mut input = text;
        read(
            "f.csv",
            &mut input,
            &dialect,
            &mut columns,
            &mut |record, columns| {
                let cells = (0..columns.all().len()).map(|i| match record.cell(i) {
                    Cell::Text(text) => String::from_utf8_lossy(text).into_owned(),
                    _ => "-".to_owned(),
                });
                let problem = record.problem.as_ref();
                let wrong = problem.map(|p| format!("{} / {}", p.expected, p.found));
                rows.push((record.line, cells.collect(), wrong));
                Ok(())
            },
        )
        .unwrap();
        rows
    }

    #[test]
    fn rows_know_the_line_on_which_they_begin() {
        let text = b"\xEF\xBB\xBFa;b\r\n1;2\r\n\r\n\"x\ny\";3\r\n4;NA\n";
        let rows = rows_of(text, b';');
        let lines: Vec<u64> = rows.iter().map(|r| r.0).collect();
        assert_eq!(lines, [2, 4, 6]);
        assert_eq!(rows[1].1, ["x\ny", "3"]);
        assert_eq!(rows[2].1, ["4", "-"]);
    }

    #[test]
    fn rows_with_another_number_of_fields_are_bad() {
        let rows = rows_of(b"a,b\n1\n1,2,3\n1,2,,\n", b',');
        assert_eq!(rows[0].2.as_deref(), Some("2 fields / 1"));
        assert_eq!(rows[1].2.as_deref(), Some("2 fields / 3"));
        assert_eq!(rows[2].2, None);
    }

    #[test]
    fn a_quote_that_is_never_closed_is_told() {
        let rows = rows_of(b"a,b\n1,2\n3,\"x\n4,5\n6,7\n", b',');
        assert_eq!((rows.len(), rows[1].0), (2, 3));
        let told = rows[1].2.as_deref().unwrap();
        assert!(told.starts_with("a quote that is closed"), "{told}");
        for text in [
            "a,b\n3,\"x\ny\"",
            "a,b\n3,5\" pipe",
            "a,b\n3,\"x\ny\"\n",
            "a,b\n1,5\"\n",
        ] {
            let rows = rows_of(text.as_bytes(), b',');
            assert_eq!(rows[0].2, None, "{text}");
        }
    }

    #[test]
    fn a_row_in_another_encoding_is_bad() {
        let rows = rows_of(b"a\n\xC3\xB6\n\xF6\n", b',');
        assert_eq!(rows[0].2, None);
        assert!(rows[1].2.as_deref().unwrap().starts_with("UTF-8"));
    }

    #[test]
    fn the_separator_is_the_one_that_lines_have_evenly() {
        for (text, delimiter) in [
            ("a;b;c\n1,5;2,5;x\n3,5;4;y\n", b';'),
            ("a,b\n\"1;2\",3\n", b','),
            ("a\tb c\n1\t2 3\n", b'\t'),
            ("a|b\n1|2\n", b'|'),
            ("y x1 IID\n2.0 1 1a1\n0.1 0 1a2\n", b' '),
            ("namn\nAnna Andersson\nBo\n", b','),
            ("sep=;\na;b\n", b';'),
            ("a\n1\n", b','),
        ] {
            let found = sniff_delimiter(text.as_bytes(), true);
            assert_eq!(char::from(found), char::from(delimiter), "{text}");
        }
    }

    #[test]
    fn the_line_that_names_the_separator_is_no_row() {
        let rows = rows_of(b"sep=;\na;b\n1;2\n", b';');
        assert_eq!(rows, [(3, vec!["1".to_owned(), "2".to_owned()], None)]);
    }

    #[test]
    fn rows_come_whole_through_small_reads() {
        struct Slow<'a>(&'a [u8]);
        impl Read for Slow<'_> {
            fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
                let n = self.0.len().min(1).min(out.len());
                out[..n].copy_from_slice(&self.0[..n]);
                self.0 = &self.0[n..];
                Ok(n)
            }
        }
        let mut input = Slow(b"\xEF\xBB\xBFa;b\n\n1;2\n\"3\";4");
        let dialect = Dialect {
            delimiter: b';',
            encoding: UTF_8,
            has_header: true,
            header_row: 1,
            nulls: vec![],
            today: NaiveDate::default(),
        };
        let mut columns = Columns::default();
        let mut lines = Vec::new();
        read("f", &mut input, &dialect, &mut columns, &mut |record, _| {
            lines.push(record.line);
            Ok(())
        })
        .unwrap();
        assert_eq!(lines, [3, 4]);
        assert_eq!(
            columns.sql_names(&crate::LoadOptions::new(chrono::NaiveDate::default())),
            ["a", "b"]
        );
    }
}
