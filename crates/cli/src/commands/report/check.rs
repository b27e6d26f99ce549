//! `kohort report NAME --check`: all that a lake lacks for a report, at once.

use std::collections::{BTreeMap, BTreeSet};

use arrow::array::AsArray;
use arrow::datatypes::{Int64Type, SchemaRef};
use kohort_engine::{Blame, Outcome, Session, views_read_by};
use kohort_report::{Report, Values};
use kohort_schema::{RegistryColumn, RegistryTable, needs_of};

use super::{lookups, run_query};
use crate::error::{Failure, Result};
use crate::human::{count, counted};
use crate::output::Sink;

/// Values of a column that are shown of those that are not allowed.
const SHOWN_VALUES: usize = 5;

/// What a lake lacks: one line each.
#[derive(Debug, Default)]
struct Findings(Vec<String>);

/// The columns that a report needs of each table, by the table's name with its schema.
pub(super) fn needs(report: &Report) -> BTreeMap<String, BTreeSet<&'static str>> {
    let mut needs: BTreeMap<String, BTreeSet<&'static str>> = BTreeMap::new();
    for name in &report.definition.requires {
        needs.entry(name.clone()).or_default();
    }
    let text = report.query_texts().collect::<Vec<_>>().join(";\n");
    for (view, _) in views_read_by(&text) {
        for need in needs_of(Some(view)) {
            let table = needs.entry(format!("registry.{}", need.table)).or_default();
            table.extend(need.columns);
        }
    }
    needs
}

/// Prints all that is missing.
///
/// # Errors
/// Something is missing.
pub(super) async fn check(session: &Session, report: &Report, mut values: Values) -> Result {
    let mut findings = Findings::default();
    let needs = needs(report);
    let n_columns: usize = needs.values().map(BTreeSet::len).sum();
    let mut n_rows: BTreeMap<&str, i64> = BTreeMap::new();
    for (table, columns) in &needs {
        if let Some(n) = findings.table(session, table, columns).await? {
            n_rows.insert(table, n);
        }
    }
    if findings.0.is_empty() {
        findings.queries(session, report, &mut values).await;
    }
    let mut sink = Sink::stdout();
    let mut lines: Vec<String> = n_rows
        .iter()
        .map(|(table, n)| format!("{table}: {}", counted(n.unsigned_abs(), "row")))
        .collect();
    lines.extend(findings.0.iter().cloned());
    let written = lines
        .iter()
        .try_for_each(|line| writeln!(sink.out(), "{line}"));
    sink.settle(written.map_err(Failure::from))?;
    sink.commit()?;
    let name = &report.name;
    let n = findings.0.len() as u64;
    if n == 0 {
        let tables = counted(needs.len() as u64, "table");
        let columns = counted(n_columns as u64, "column");
        crate::error::warn_line(&format!(
            "{name}: nothing is missing in {tables}, {columns}"
        ));
        return Ok(());
    }
    let failure = Failure::failed(format!("{name}: {}", counted(n, "problem")));
    Err(failure.with_hint(
        "docs/registry-columns.md has the columns with their types and codes; \
         `kohort load TABLE FILE --as TABLE` maps and checks those of a file",
    ))
}

impl Findings {
    /// Checks a table; gives its rows, where it is there.
    async fn table(
        &mut self,
        session: &Session,
        table: &str,
        columns: &BTreeSet<&'static str>,
    ) -> Result<Option<i64>> {
        let Some(schema) = schema_of(session, table).await? else {
            self.0.push(format!("{table}: the table is missing"));
            return Ok(None);
        };
        let declared = RegistryTable::find(table);
        let mut checked: Vec<&RegistryColumn> = Vec::new();
        for name in columns {
            let column = declared.and_then(|table| table.column(name));
            match (schema.field_with_name(name), column) {
                (Err(_), column) => {
                    let kind = column.map_or("", |column| column.kind.label());
                    let space = if kind.is_empty() { "" } else { " " };
                    self.0.push(format!(
                        "{table}.{name}: the{space}{kind} column is missing{}",
                        candidates(column, &schema)
                    ));
                }
                (Ok(field), Some(column)) if !column.kind.fits(field.data_type()) => {
                    let (expected, found) = (column.kind.label(), field.data_type());
                    self.0.push(format!(
                        "{table}.{name}: expected {expected}, found {found}"
                    ));
                }
                (Ok(_), Some(column)) => checked.push(column),
                (Ok(_), None) => {}
            }
        }
        let n_rows = number(session, &format!("SELECT count(*) FROM {table}")).await?;
        if n_rows == 0 {
            self.0.push(format!("{table}: the table has no rows"));
        }
        for column in checked {
            self.values(session, table, column, n_rows).await?;
        }
        Ok(Some(n_rows))
    }

    /// Checks the values of a column.
    async fn values(
        &mut self,
        session: &Session,
        table: &str,
        column: &RegistryColumn,
        n_rows: i64,
    ) -> Result {
        let name = column.name;
        let of = counted(n_rows.unsigned_abs(), "row");
        if column.null_means.is_none() {
            let sql = format!("SELECT count(*) FROM {table} WHERE {name} IS NULL");
            let n = number(session, &sql).await?;
            if n > 0 {
                let n = count(n.unsigned_abs());
                self.0.push(format!(
                    "{table}.{name}: NULL in {n} of {of}; it must have a value"
                ));
            }
        }
        let Some(is_unknown) = column.allowed.sql_is_unknown(name) else {
            return Ok(());
        };
        let sql = format!(
            "SELECT CAST({name} AS VARCHAR) AS value, count(*) AS n FROM {table} \
             WHERE {name} IS NOT NULL AND {is_unknown} GROUP BY {name} ORDER BY n DESC, value"
        );
        let (mut shown, mut n_values, mut n) = (Vec::new(), 0, 0);
        for batch in run_query(session, &sql).await? {
            let texts = arrow::compute::cast(batch.column(0), &arrow::datatypes::DataType::Utf8);
            let texts = texts.map_err(|error| Failure::caused("values", &error))?;
            let numbers = batch.column(1).as_primitive::<Int64Type>();
            for (text, number) in texts.as_string::<i32>().iter().zip(numbers.values()) {
                n_values += 1;
                n += number;
                if shown.len() < SHOWN_VALUES {
                    let text = text.unwrap_or_default();
                    shown.push(format!("`{text}` in {}", count(number.unsigned_abs())));
                }
            }
        }
        if n > 0 {
            let more = match n_values > shown.len() {
                true => format!(", and {} more values", n_values - shown.len()),
                false => String::new(),
            };
            self.0.push(format!(
                "{table}.{name}: expected {}, found others in {} of {of}: {}{more}",
                column.allowed.label(),
                count(n.unsigned_abs()),
                shown.join(", "),
            ));
        }
        Ok(())
    }

    /// Plans every query of the report: what else is missing is found there.
    async fn queries(&mut self, session: &Session, report: &Report, values: &mut Values) {
        if let Err(error) = lookups(session, report, values).await {
            self.0.push(error.message());
            return;
        }
        let queries = match report.queries(values) {
            Ok(queries) => queries,
            Err(error) => return self.0.push(error.to_string()),
        };
        for query in queries {
            let sql = format!("EXPLAIN {}", query.sql);
            if let Err(error) = run_query(session, &sql).await {
                self.0
                    .push(error.within(&format!("table `{}`", query.table)).message());
            }
        }
    }
}

/// The columns of a table; `None` where the lake has no such table.
async fn schema_of(session: &Session, table: &str) -> Result<Option<SchemaRef>> {
    match session
        .execute_one(&format!("SELECT * FROM {table} LIMIT 0"))
        .await
    {
        Ok(Outcome::Rows { schema, .. }) => Ok(Some(schema)),
        Ok(_) => Ok(None),
        Err(error) if error.blame() == Blame::NotFound => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// The columns of a table that may be the missing one under another name.
fn candidates(column: Option<&RegistryColumn>, schema: &SchemaRef) -> String {
    let Some(column) = column else {
        return String::new();
    };
    let names = schema.fields().iter().map(|field| field.name());
    let names: Vec<String> = names
        .filter(|name| column.is_called(name))
        .map(|name| format!("`{name}`"))
        .collect();
    match names.is_empty() {
        true => String::new(),
        false => format!("; it may be {}", names.join(" or ")),
    }
}

async fn number(session: &Session, sql: &str) -> Result<i64> {
    let batches = run_query(session, sql).await?;
    let first = batches.iter().find(|batch| batch.num_rows() > 0);
    Ok(first.map_or(0, |batch| {
        batch.column(0).as_primitive::<Int64Type>().value(0)
    }))
}
