//! `kohort load … --as people`: which columns of a file are those that reports want, and are their
//! values what the declaration says?

use std::collections::{BTreeMap, BTreeSet};

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Float64Type, Int64Type, Schema};
use clap::Args;
use kohort_engine::{Session, SessionOptions};
use kohort_ingest::LoadRequest;
use kohort_registry::{ColumnType, Load, LoadOptions, ORIGINAL_NAME_KEY, Piece};
use kohort_schema::{
    Allowed, REGISTRY_TABLES, RegistryColumn, RegistryKind, RegistryTable, needs_of,
};

use crate::args::key_value;
use crate::error::{Failure, Result, warn_line};
use crate::human::{count, counted};
use crate::query;

/// Values of a column that are shown of those that are not allowed.
const SHOWN_VALUES: usize = 5;
/// Values of a column that are told apart; the others are only counted.
const MOST_VALUES: usize = 10_000;

/// Which table of the reports the file is.
#[derive(Debug, Args)]
#[command(next_help_heading = "Columns that reports need")]
pub(super) struct AsOptions {
    /// Load the file as one of the tables that reports read: people, referrals, tests, diagnoses,
    /// study or population. Columns are found by name or synonym, in Swedish or English, and their
    /// types, codes and ranges are checked; docs/registry-columns.md lists them
    #[arg(long = "as", value_name = "TABLE", value_parser = table)]
    as_table: Option<&'static RegistryTable>,
    /// Which column of the file is the wanted one, such as sex=kon_kod; may be repeated
    #[arg(long = "column", value_name = "WANTED=GIVEN", value_parser = key_value)]
    #[arg(requires = "as_table")]
    columns: Vec<(String, String)>,
    /// Load values that are not among the codes or in the range: reports count them as unknown
    #[arg(long, requires = "as_table")]
    keep_unknown_codes: bool,
}

fn table(name: &str) -> Result<&'static RegistryTable, String> {
    RegistryTable::find(name).ok_or_else(|| {
        let names: Vec<&str> = REGISTRY_TABLES.iter().map(|table| table.name).collect();
        format!("expected one of {}, got `{name}`", names.join(", "))
    })
}

impl AsOptions {
    /// Finds the wanted columns, and checks them.
    ///
    /// # Errors
    /// A column is missing or may be several, has another type, or holds other values.
    pub(super) async fn apply(&self, request: &mut LoadRequest) -> Result {
        let Some(table) = self.as_table else {
            return Ok(());
        };
        let examined = examine(request)?;
        let told = self.map(table, examined.schema(), &mut request.options)?;
        let examined = examine(request)?;
        let wrong_types = wrong_types(table, examined.schema());
        failed(
            table,
            wrong_types,
            "--type COLUMN=TYPE says how a column is read",
        )?;
        let codes = KnownCodes::read().await?;
        let mut problems = wrong_values(table, &examined, &codes)?;
        if !self.keep_unknown_codes {
            let hint = "correct the file, or load them as they are with --keep-unknown-codes";
            failed(table, std::mem::take(&mut problems), hint)?;
        }
        for line in told {
            warn_line(&line);
        }
        for problem in problems {
            warn_line(&format!("warning: {problem}"));
        }
        Ok(())
    }

    /// Adds names and types to the options of a load; gives what a person should know.
    fn map(
        &self,
        table: &RegistryTable,
        schema: &Schema,
        options: &mut LoadOptions,
    ) -> Result<Vec<String>> {
        for (wanted, _) in &self.columns {
            if table.column(wanted).is_none() {
                let names: Vec<&str> = table.columns.iter().map(|column| column.name).collect();
                let names = names.join(", ");
                let message = format!("--column: {} has no column `{wanted}`", table.name);
                return Err(Failure::usage(message).with_hint(format!("it has {names}")));
            }
        }
        let given = Given::all(schema);
        let (mut told, mut problems, mut taken) = (Vec::new(), Vec::new(), BTreeSet::new());
        for column in table.columns {
            let explicit = self
                .columns
                .iter()
                .find(|(wanted, _)| wanted == column.name);
            let found = match explicit {
                Some((_, name)) => given.iter().filter(|g| g.is(name)).collect(),
                None => by_name(column, &given, options),
            };
            match (found.as_slice(), explicit) {
                ([one], _) => {
                    if !taken.insert(&one.original) {
                        let name = &one.original;
                        problems.push(format!("`{name}` stands for two of the columns"));
                    }
                    told.extend(one.stand_for(column, options));
                }
                ([], Some((_, name))) => problems.push(format!(
                    "column `{}`: the file has no column `{name}`",
                    column.name
                )),
                ([], None) if is_needed(table, column) => problems.push(format!(
                    "column `{}` ({}) is missing: {}",
                    column.name,
                    column.kind.label(),
                    column.doc
                )),
                ([], None) => {}
                (several, _) => {
                    let names: Vec<String> = several
                        .iter()
                        .map(|g| format!("`{}`", g.original))
                        .collect();
                    problems.push(format!(
                        "column `{}` may be {}",
                        column.name,
                        names.join(" or ")
                    ));
                }
            }
        }
        let names: Vec<&str> = given.iter().map(|g| g.original.as_str()).collect();
        let hint = format!(
            "--column WANTED=GIVEN says which column is which; the file has {}",
            names.join(", ")
        );
        failed(table, problems, &hint)?;
        Ok(told)
    }
}

fn examine(request: &LoadRequest) -> Result<Load> {
    let examined = Load::examine(&request.sources, request.options.clone());
    Ok(examined.map_err(kohort_ingest::Error::from)?)
}

/// All that is wrong, as one failure.
fn failed(table: &RegistryTable, problems: Vec<String>, hint: &str) -> Result {
    if problems.is_empty() {
        return Ok(());
    }
    let n = counted(problems.len() as u64, "problem");
    let mut message = format!("registry.{}: {n} with the columns", table.name);
    for problem in problems {
        message.push_str(&format!("\n  {problem}"));
    }
    Err(Failure::failed(message).with_hint(hint))
}

/// A column of the file.
struct Given {
    /// Its name in SQL.
    name: String,
    /// Its name in the file.
    original: String,
    data_type: DataType,
}

impl Given {
    fn all(schema: &Schema) -> Vec<Self> {
        let fields = schema.fields().iter();
        fields
            .map(|field| Self {
                name: field.name().clone(),
                original: field
                    .metadata()
                    .get(ORIGINAL_NAME_KEY)
                    .unwrap_or(field.name())
                    .clone(),
                data_type: field.data_type().clone(),
            })
            .collect()
    }

    fn is(&self, name: &str) -> bool {
        self.original == name || self.name == name
    }

    /// Takes the column for a wanted one; says so where its name is another.
    fn stand_for(&self, column: &RegistryColumn, options: &mut LoadOptions) -> Option<String> {
        let is_personal = options.personal_ids.iter().any(|name| self.is(name));
        let has_type = options.types.iter().any(|(name, _)| self.is(name));
        if !is_personal && !has_type && !column.kind.fits(&self.data_type) {
            options
                .types
                .push((self.original.clone(), column_type(column.kind)));
        }
        if self.name == column.name {
            return None;
        }
        options
            .renames
            .push((self.original.clone(), column.name.to_owned()));
        Some(format!(
            "`{}` is taken for `{}`",
            self.original, column.name
        ))
    }
}

/// The columns that a wanted one may be: that of its own name, or else those of its synonyms.
fn by_name<'g>(
    column: &RegistryColumn,
    given: &'g [Given],
    options: &LoadOptions,
) -> Vec<&'g Given> {
    let own: Vec<&Given> = given.iter().filter(|g| g.is(column.name)).collect();
    if !own.is_empty() {
        return own.into_iter().take(1).collect();
    }
    let known: Vec<&Given> = given
        .iter()
        .filter(|g| column.is_called(&g.original) || column.is_called(&g.name))
        .collect();
    if known.is_empty() && column.name == "person_id" {
        let is_personal = |g: &&Given| options.personal_ids.iter().any(|name| g.is(name));
        return given.iter().filter(is_personal).collect();
    }
    known
}

/// Whether a view reads the column.
fn is_needed(table: &RegistryTable, column: &RegistryColumn) -> bool {
    needs_of(None).any(|need| need.table == table.name && need.columns.contains(&column.name))
}

fn column_type(kind: RegistryKind) -> ColumnType {
    match kind {
        RegistryKind::Text => ColumnType::Text,
        RegistryKind::Integer => ColumnType::Integer,
        RegistryKind::Number => ColumnType::Float,
        RegistryKind::Boolean => ColumnType::Boolean,
        RegistryKind::Date => ColumnType::Date,
    }
}

fn wrong_types(table: &RegistryTable, schema: &Schema) -> Vec<String> {
    let columns = table.columns.iter().filter_map(|column| {
        let field = schema.field_with_name(column.name).ok()?;
        let (expected, found) = (column.kind.label(), field.data_type());
        let is_wrong = !column.kind.fits(found);
        is_wrong.then(|| {
            format!(
                "column `{}`: expected {expected}, found {found}",
                column.name
            )
        })
    });
    columns.collect()
}

/// The codes that come with Kohort.
struct KnownCodes {
    regions: BTreeSet<String>,
    municipalities: BTreeSet<String>,
}

impl KnownCodes {
    async fn read() -> Result<Self> {
        let session = Session::without_lake(SessionOptions::default())?;
        Ok(Self {
            regions: texts(&session, "SELECT region_code FROM reference.regions").await?,
            municipalities: texts(
                &session,
                "SELECT municipality_code FROM reference.municipalities",
            )
            .await?,
        })
    }

    /// Whether a text is one of the codes.
    fn has(&self, allowed: Allowed, text: &str) -> bool {
        match allowed {
            Allowed::Codes(codes) => codes.iter().any(|(code, _)| *code == text),
            Allowed::Region => self.regions.contains(text),
            Allowed::Municipality => self.municipalities.contains(text),
            Allowed::Any | Allowed::Range(..) | Allowed::NotNegative => true,
        }
    }
}

async fn texts(session: &Session, sql: &str) -> Result<BTreeSet<String>> {
    let mut texts = BTreeSet::new();
    for batch in query::rows(session, sql).await? {
        let column = cast(batch.column(0), &DataType::Utf8);
        let column = column.map_err(|error| Failure::caused("codes", &error))?;
        texts.extend(
            column
                .as_string::<i32>()
                .iter()
                .flatten()
                .map(str::to_owned),
        );
    }
    Ok(texts)
}

/// What a column holds that it must not.
#[derive(Default)]
struct Wrong {
    nulls: u64,
    values: BTreeMap<String, u64>,
    n: u64,
    first: Option<String>,
}

fn wrong_values(table: &RegistryTable, load: &Load, codes: &KnownCodes) -> Result<Vec<String>> {
    let mut wrong: BTreeMap<&str, Wrong> = BTreeMap::new();
    let mut failure = None;
    let read = load.read(&mut |piece| {
        if let Piece::Rows(rows) = piece {
            for column in table.columns {
                let of_column = wrong.entry(column.name).or_default();
                let place = |row: usize| match rows.lines.get(row) {
                    Some(line) => format!("{}:{line}", rows.file),
                    None => rows.file.clone(),
                };
                if let Err(error) = of_column.add(column, &rows.batch, codes, place) {
                    failure.get_or_insert(error);
                }
            }
        }
        Ok(())
    });
    read.map_err(kohort_ingest::Error::from)?;
    match failure {
        Some(error) => Err(Failure::caused("values", &error)),
        None => Ok(table
            .columns
            .iter()
            .filter_map(|column| wrong.get(column.name)?.told(column))
            .collect()),
    }
}

impl Wrong {
    fn add(
        &mut self,
        column: &RegistryColumn,
        batch: &RecordBatch,
        codes: &KnownCodes,
        place: impl Fn(usize) -> String,
    ) -> Result<(), arrow::error::ArrowError> {
        let Some(array) = batch.column_by_name(column.name) else {
            return Ok(());
        };
        if column.null_means.is_none() && array.null_count() > 0 {
            self.nulls += array.null_count() as u64;
            let first = (0..array.len()).find(|row| array.is_null(*row));
            self.first = self.first.take().or_else(|| first.map(&place));
        }
        let mut wrong = |row: usize, text: String| {
            self.n += 1;
            if self.values.len() < MOST_VALUES || self.values.contains_key(&text) {
                *self.values.entry(text).or_default() += 1;
            }
            self.first = self.first.take().or_else(|| Some(place(row)));
        };
        match column.allowed {
            Allowed::Any => {}
            Allowed::Range(least, most) => {
                let numbers = cast(array, &DataType::Int64)?;
                for (row, number) in numbers.as_primitive::<Int64Type>().iter().enumerate() {
                    if let Some(n) = number.filter(|n| !(least..=most).contains(n)) {
                        wrong(row, n.to_string());
                    }
                }
            }
            Allowed::NotNegative => {
                let numbers = cast(array, &DataType::Float64)?;
                for (row, number) in numbers.as_primitive::<Float64Type>().iter().enumerate() {
                    if let Some(n) = number.filter(|n| !(*n >= 0.0 && n.is_finite())) {
                        wrong(row, n.to_string());
                    }
                }
            }
            allowed => {
                let texts = cast(array, &DataType::Utf8)?;
                for (row, text) in texts.as_string::<i32>().iter().enumerate() {
                    if let Some(text) = text.filter(|text| !codes.has(allowed, text)) {
                        wrong(row, text.to_owned());
                    }
                }
            }
        }
        Ok(())
    }

    fn told(&self, column: &RegistryColumn) -> Option<String> {
        let name = column.name;
        let first = self.first.as_deref().unwrap_or_default();
        let mut parts = Vec::new();
        if self.nulls > 0 {
            parts.push(format!("{} without a value", counted(self.nulls, "row")));
        }
        if self.n > 0 {
            let mut values: Vec<(&String, &u64)> = self.values.iter().collect();
            values.sort_by_key(|(_, n)| std::cmp::Reverse(**n));
            let shown = values.iter().take(SHOWN_VALUES);
            let shown: Vec<String> = shown
                .map(|(value, n)| format!("`{value}` in {}", count(**n)))
                .collect();
            let more = match values.len() > SHOWN_VALUES {
                true => format!(", and {} more values", values.len() - SHOWN_VALUES),
                false => String::new(),
            };
            parts.push(format!(
                "expected {}, found others in {}: {}{more}",
                column.allowed.label(),
                counted(self.n, "row"),
                shown.join(", ")
            ));
        }
        (!parts.is_empty())
            .then(|| format!("column `{name}`: {} (first at {first})", parts.join("; ")))
    }
}
