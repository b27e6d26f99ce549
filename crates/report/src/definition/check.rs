//! Do the parts of a definition fit together?

use std::collections::BTreeSet;

use super::{Definition, Figure, FigureKind, Kind, Protect, RestsOn, Table};
use crate::Error;

/// Names that every report knows, beside its own parameters and lookups.
pub(crate) const KNOWN_NAMES: [&str; 1] = ["lang"];

pub(super) fn check(definition: &Definition) -> Result<(), Error> {
    if definition.sections.is_empty() {
        return Err(Error::definition(
            "section",
            "expected at least one, got none",
        ));
    }
    check_ids(definition)?;
    if definition.disclosure.threshold == 0 {
        let message = "`threshold`: expected 1 or more, got `0`";
        return Err(Error::definition("disclosure", message));
    }
    for table in definition.tables() {
        let place = || format!("table `{}`", table.id);
        check_table(table).map_err(|message| Error::definition(place(), message))?;
        check_families(table, definition).map_err(|m| Error::definition(place(), m))?;
    }
    for figure in definition.figures() {
        let Some(table) = definition.table(&figure.table) else {
            let message = format!("there is no table `{}`", figure.table);
            return Err(Error::definition(
                format!("figure `{}`", figure.id),
                message,
            ));
        };
        check_figure(figure, table)
            .map_err(|message| Error::definition(format!("figure `{}`", figure.id), message))?;
    }
    Ok(())
}

fn check_ids(definition: &Definition) -> Result<(), Error> {
    let mut seen = BTreeSet::from(KNOWN_NAMES);
    let parameters = definition.parameters.iter().map(|p| p.name.as_str());
    let lookups = definition.lookups.iter().map(|l| l.name.as_str());
    for name in parameters.chain(lookups) {
        check_id(name)?;
        if !seen.insert(name) {
            return Err(Error::definition(name, "there are two of this name"));
        }
    }
    let mut seen = BTreeSet::new();
    let sections = definition.sections.iter().map(|s| s.id.as_str());
    let tables = definition.tables().map(|t| t.id.as_str());
    let figures = definition.figures().map(|f| f.id.as_str());
    for id in sections.chain(tables).chain(figures) {
        check_id(id)?;
        if !seen.insert(id) {
            return Err(Error::definition(id, "there are two of this id"));
        }
    }
    Ok(())
}

/// Ids become names of files and of places in the page.
fn check_id(id: &str) -> Result<(), Error> {
    let is_plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_' || b == b'-';
    match !id.is_empty() && id.bytes().all(is_plain) {
        true => Ok(()),
        false => Err(Error::definition(
            id,
            "expected an id of a-z, 0-9, `_` and `-`",
        )),
    }
}

fn check_table(table: &Table) -> Result<(), String> {
    let mut seen = BTreeSet::new();
    for column in &table.columns {
        if !seen.insert(column.name.as_str()) {
            return Err(format!("there are two columns `{}`", column.name));
        }
        for count in column.made_of.iter().flatten() {
            if !table.protect.iter().any(|p| p.count == *count) {
                let name = &column.name;
                return Err(format!(
                    "column `{name}` is made of `{count}`, which is not protected"
                ));
            }
        }
    }
    if let Some(pivot) = &table.pivot {
        has_column(table, pivot)?;
    }
    let compare = &table.compare;
    let beside = compare.before.iter().chain(&compare.nation);
    let named = beside.flat_map(|beside| beside.row.keys());
    for name in compare.row.keys().chain(named) {
        has_column(table, name)?;
    }
    if table.public.is_some() && !table.protect.is_empty() {
        return Err("expected `public` or `protect`, got both".to_owned());
    }
    for protect in &table.protect {
        check_protect(protect, table)?;
    }
    for name in rests_on(table).flat_map(|on| &on.within) {
        has_column(table, name)?;
    }
    for column in &table.columns {
        if column.quantile.is_some_and(|q| !(0.0..=1.0).contains(&q)) {
            let name = &column.name;
            return Err(format!("column `{name}`: `quantile`: expected 0 to 1"));
        }
    }
    check_is_protected(table)
}

/// What a table or a column of it rests on.
fn rests_on(table: &Table) -> impl Iterator<Item = &RestsOn> {
    let of_columns = table.columns.iter().flat_map(|column| &column.rests_on);
    table.rests_on.iter().chain(of_columns)
}

/// What a table rests on is protected somewhere.
fn check_families(table: &Table, definition: &Definition) -> Result<(), String> {
    for on in rests_on(table) {
        let mut families = definition.tables().flat_map(|t| &t.protect);
        if !families.any(|protect| protect.family.as_ref() == Some(&on.family)) {
            return Err(format!("`rests_on`: there is no family `{}`", on.family));
        }
    }
    Ok(())
}

/// Nothing that counts people is shown by oversight.
fn check_is_protected(table: &Table) -> Result<(), String> {
    if table.public.is_some() {
        return Ok(());
    }
    for column in &table.columns {
        let name = &column.name;
        let is_own = table.protect.iter().any(|protect| protect.count == *name);
        if column.kind == Kind::Count && !is_own && !column.public {
            return Err(format!(
                "column `{name}` is a count: expected it in `protect`, or `public = true`"
            ));
        }
        let is_of_none = table.protect.is_empty() && table.rests_on.is_empty();
        if column.kind.is_measure() && is_of_none && !column.public {
            return Err(format!(
                "column `{name}` is a measure: expected the counts it is made of in `protect`, \
                 or `public = \"why\"` for the table"
            ));
        }
    }
    Ok(())
}

fn check_protect(protect: &Protect, table: &Table) -> Result<(), String> {
    let named = protect.by.iter().chain(&protect.within);
    let others = protect.of.iter().chain(protect.aliases.keys());
    for name in named.chain(others).chain([&protect.count]) {
        has_column(table, name)?;
    }
    if table
        .column(&protect.count)
        .is_some_and(|c| c.kind != Kind::Count && !c.kind.is_measure())
    {
        let name = &protect.count;
        return Err(format!(
            "column `{name}`: expected kind `count`, or estimates whose events are the count"
        ));
    }
    if protect.rounded && protect.of.is_none() {
        return Err("`rounded`: expected `of`, the column with all of them".into());
    }
    if protect.by.len() > 2 {
        let found = protect.by.len();
        return Err(format!(
            "`by`: expected at most 2 columns, got {found}; use `within`"
        ));
    }
    if !protect.totals.is_empty() && protect.totals.len() != protect.by.len() {
        return Err("`totals`: expected one for each of `by`, empty where there is none".into());
    }
    let also = protect.within.iter().find(|name| protect.by.contains(name));
    match also {
        Some(name) => Err(format!("`{name}` is in `by` and in `within`")),
        None => Ok(()),
    }
}

fn check_figure(figure: &Figure, table: &Table) -> Result<(), String> {
    let (needed, possible) = figure.kind.parts();
    for part in needed {
        if !figure.columns.contains_key(*part) {
            return Err(format!("`columns`: expected `{part}`"));
        }
    }
    for (part, column) in &figure.columns {
        if !needed.contains(&part.as_str()) && !possible.contains(&part.as_str()) {
            let known = [needed, possible].concat().join(", ");
            return Err(format!("`columns`: expected {known}, got `{part}`"));
        }
        has_column(table, column)?;
    }
    for column in figure.rows.keys() {
        has_column(table, column)?;
    }
    if figure.kind == FigureKind::Funnel && figure.statistic.is_none() {
        return Err("expected `statistic`: proportion, rate or ratio".to_owned());
    }
    match figure.alt.is_empty() || figure.title.is_empty() {
        true => Err("expected a `title` and an `alt` with words in them".to_owned()),
        false => Ok(()),
    }
}

fn has_column(table: &Table, name: &str) -> Result<(), String> {
    match table.column(name) {
        Some(_) => Ok(()),
        None => Err(format!("there is no column `{name}`")),
    }
}
