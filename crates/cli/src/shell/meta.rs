//! The shell's own commands, which begin with a backslash.

use std::fmt::Write as _;

use arrow::datatypes::{DataType, FieldRef};
use kohort_engine::{FunctionInfo, Session, TableInfo};

use super::{Next, Shell};
use crate::error::{Failure, Result, report};

const HELP: &str = "\
  \\d            tables
  \\d TABLE      columns of a table
  \\df           Kohort's functions
  \\df PATTERN   all functions whose name contains it (* and ? allowed)
  \\x            one line per value, on or off
  \\timing       times, on or off
  \\i FILE       run the statements of a file
  \\q            leave (or Ctrl-D)
  Ctrl-C        give up the line, or the query that runs
  Tab           complete keywords, tables, columns and functions

  CREATE COHORT women AS SELECT sample_id FROM samples WHERE sex_karyotype = 'XX';
  SELECT chrom, pos, ref, alt, allele_frequency(genotypes, cohort('women')) FROM variants LIMIT 5;
  SELECT * FROM allele_frequency_by('sex_karyotype', 'chr19:45411941-45412079');
";

/// A command, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Meta {
    /// `\q`
    Quit,
    /// `\?`
    Help,
    /// `\x`
    Expanded,
    /// `\timing`
    Timing,
    /// `\d [TABLE]`
    Describe(String),
    /// `\df [PATTERN]`
    Functions(String),
    /// `\i FILE`
    Include(String),
}

impl Meta {
    /// Reads a line that begins with a backslash.
    pub(crate) fn parse(line: &str) -> Result<Self> {
        let (command, argument) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        let argument = argument.trim().trim_end_matches(';').to_owned();
        Ok(match command.trim_end_matches(';') {
            "\\q" | "\\quit" => Self::Quit,
            "\\?" | "\\h" | "\\help" => Self::Help,
            "\\x" => Self::Expanded,
            "\\timing" => Self::Timing,
            "\\d" | "\\dt" | "\\d+" => Self::Describe(argument),
            "\\df" => Self::Functions(argument),
            "\\i" => Self::Include(argument),
            other => {
                let failure = Failure::usage(format!("no command `{other}`"));
                return Err(failure.with_hint("\\? lists them"));
            }
        })
    }

    /// The text that answers a command which only asks; none for one that does something.
    pub(crate) async fn answer(&self, session: &Session) -> Result<Option<String>> {
        Ok(Some(match self {
            Self::Help => HELP.to_owned(),
            Self::Functions(pattern) => functions(&session.functions(), pattern),
            Self::Describe(name) => describe(session, name).await?,
            Self::Quit | Self::Expanded | Self::Timing | Self::Include(_) => return Ok(None),
        }))
    }
}

impl Shell {
    /// Runs a command; one that fails is told about and forgotten.
    pub(super) async fn meta(&mut self, line: &str) -> Result<Next> {
        let meta = match Meta::parse(line) {
            Ok(meta) => meta,
            Err(failure) => {
                report(&failure);
                return Ok(Next::Read);
            }
        };
        match &meta {
            Meta::Quit => return Ok(Next::Quit),
            Meta::Expanded => {
                let is_expanded = !self.style.table.is_expanded;
                self.style.table.is_expanded = is_expanded;
                self.print(on_off("one line per value", is_expanded))?;
            }
            Meta::Timing => {
                self.has_timing = !self.has_timing;
                self.style.has_footer = self.has_timing;
                self.print(on_off("timing", self.has_timing))?;
            }
            Meta::Include(path) => match std::fs::read_to_string(path) {
                Ok(text) => self.statements(&text).await?,
                Err(error) => {
                    report(&Failure::caused(format!("cannot read `{path}`"), &error));
                }
            },
            asked => match asked.answer(&self.session).await {
                Ok(text) => self.print(&text.unwrap_or_default())?,
                Err(failure) => report(&failure),
            },
        }
        Ok(Next::Read)
    }
}

/// All tables, or the columns of one.
async fn describe(session: &Session, name: &str) -> Result<String> {
    let found = session.tables().await?;
    if name.is_empty() {
        return Ok(tables(&found));
    }
    match found
        .iter()
        .find(|table| table.name.eq_ignore_ascii_case(name))
    {
        Some(table) => Ok(columns(table)),
        None => Err(Failure::failed(format!("no table `{name}`")).with_hint("\\d lists them")),
    }
}

fn on_off(what: &str, is_on: bool) -> &'static str {
    match (what, is_on) {
        ("timing", true) => "timing is on\n",
        ("timing", false) => "timing is off\n",
        (_, true) => "one line per value is on\n",
        (_, false) => "one line per value is off\n",
    }
}

fn tables(tables: &[TableInfo]) -> String {
    let widest = tables
        .iter()
        .map(|table| table.name.len())
        .max()
        .unwrap_or(0);
    let mut text = String::new();
    for table in tables {
        let _ = writeln!(text, "  {:<widest$}  {}", table.name, table.description);
    }
    text
}

fn columns(table: &TableInfo) -> String {
    let mut rows = Vec::new();
    for field in table.schema.fields() {
        column_rows(field, 0, &mut rows);
    }
    let width = |pick: fn(&(String, String)) -> &String| {
        rows.iter()
            .map(|row| pick(row).chars().count())
            .max()
            .unwrap_or(0)
    };
    let widest = width(|row| &row.0);
    let mut text = format!("{}: {}\n", table.name, table.description);
    for (name, data_type) in &rows {
        let _ = writeln!(text, "  {name:<widest$}  {data_type}");
    }
    text
}

/// A column, and below it the fields of a struct.
fn column_rows(field: &FieldRef, depth: usize, rows: &mut Vec<(String, String)>) {
    let name = format!("{}{}", "  ".repeat(depth), field.name());
    let not_null = if field.is_nullable() {
        ""
    } else {
        ", not null"
    };
    match field.data_type() {
        DataType::Struct(fields) => {
            rows.push((name, format!("struct{not_null}")));
            for field in fields {
                column_rows(field, depth + 1, rows);
            }
        }
        other => rows.push((name, format!("{}{not_null}", type_name(other)))),
    }
}

/// A type in a reader's words.
fn type_name(data_type: &DataType) -> String {
    match data_type {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => "text".to_owned(),
        integer if integer.is_integer() => "integer".to_owned(),
        DataType::Float32 | DataType::Float64 => "float".to_owned(),
        DataType::Decimal128(precision, scale) => format!("decimal({precision}, {scale})"),
        DataType::Date32 | DataType::Date64 => "date".to_owned(),
        DataType::Boolean => "boolean".to_owned(),
        DataType::Binary | DataType::LargeBinary | DataType::BinaryView => "bytes".to_owned(),
        DataType::Timestamp(..) => "timestamp".to_owned(),
        DataType::Dictionary(_, values) => type_name(values),
        DataType::List(item) | DataType::LargeList(item) | DataType::FixedSizeList(item, _) => {
            format!("list of {}", type_name(item.data_type()))
        }
        DataType::Struct(_) => "struct".to_owned(),
        other => other.to_string().to_ascii_lowercase(),
    }
}

/// Our own functions, or all whose name a pattern fits.
fn functions(functions: &[FunctionInfo], pattern: &str) -> String {
    let shown: Vec<_> = functions
        .iter()
        .filter(|f| {
            if pattern.is_empty() {
                f.is_own
            } else {
                fits(&f.name, pattern)
            }
        })
        .collect();
    if shown.is_empty() {
        return format!("no function fits `{pattern}`\n");
    }
    let mut text = String::new();
    for function in &shown {
        let _ = writeln!(text, "  {}", function.syntax);
        if let Some(line) = function
            .description
            .lines()
            .next()
            .filter(|line| !line.is_empty())
        {
            let _ = writeln!(text, "      {line}");
        }
    }
    text
}

/// Whether a name contains a pattern; with `*` or `?`, whether all of it fits.
fn fits(name: &str, pattern: &str) -> bool {
    let pattern = pattern.to_ascii_lowercase();
    if !pattern.contains(['*', '?']) {
        return name.contains(&pattern);
    }
    fn glob(name: &[u8], pattern: &[u8]) -> bool {
        match (name, pattern) {
            (_, [b'*', rest @ ..]) => (0..=name.len()).any(|skip| glob(&name[skip..], rest)),
            ([_, name @ ..], [b'?', rest @ ..]) => glob(name, rest),
            ([a, name @ ..], [b, rest @ ..]) => a == b && glob(name, rest),
            (name, pattern) => name.is_empty() && pattern.is_empty(),
        }
    }
    glob(name.as_bytes(), pattern.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_fit_names() {
        assert!(fits("allele_stats", "stats"));
        assert!(fits("allele_stats", "allele*"));
        assert!(fits("faf95", "faf9?"));
        assert!(!fits("allele_stats", "stats*"));
    }

    #[test]
    fn struct_columns_show_their_fields() {
        use arrow::datatypes::{Field, Schema};
        let info = DataType::Struct(vec![Field::new("AC", DataType::Int32, true)].into());
        let table = TableInfo {
            name: "variants".to_owned(),
            description: "One row per allele.".to_owned(),
            schema: std::sync::Arc::new(Schema::new(vec![
                Field::new("chrom", DataType::Utf8, false),
                Field::new("info", info, true),
            ])),
        };
        assert_eq!(
            columns(&table),
            "variants: One row per allele.\n  chrom  text, not null\n\
             \x20 info   struct\n    AC   integer\n"
        );
    }
}
