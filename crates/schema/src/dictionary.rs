//! How does the data dictionary read?

use std::fmt::Write;

use crate::columns::Column;
use crate::tables::{
    CALL_FIELDS, CALLSET, CALLSET_VARIANTS, REFERENCE_TABLES, Table, TableName, VIRTUAL_TABLES,
};

/// The text of `docs/columns.md`: every table and column, from the declarations.
pub fn data_dictionary_markdown() -> String {
    let mut out = String::from(PREAMBLE);
    let [variants, calls] = VIRTUAL_TABLES;
    let stored = [
        TableName::CallsetVariants,
        TableName::Samples,
        TableName::Callsets,
        TableName::CallFields,
        TableName::Cohorts,
    ];
    write_table(&mut out, variants);
    for name in stored {
        write_table(&mut out, name.table());
    }
    write_table(&mut out, calls);
    for table in REFERENCE_TABLES {
        write_table(&mut out, table);
    }
    out
}

fn write_table(out: &mut String, table: &Table) {
    // Writing to a String cannot fail.
    let _ = write!(out, "\n## `{}`\n\nOne row is {}.", table.name, table.row_is);
    if !table.notes.is_empty() {
        let _ = write!(out, " {}", table.notes);
    }
    out.push_str(
        "\n\n| column | type | unit | what it holds | NULL means |\n|---|---|---|---|---|\n",
    );
    for column in table.columns {
        write_column(out, column);
    }
    if [CALLSET_VARIANTS.name, CALL_FIELDS.name].contains(&table.name) {
        write_column(out, &CALLSET);
    }
}

fn write_column(out: &mut String, column: &Column) {
    let cell = |text: &str| text.replace('|', "\\|");
    let _ = writeln!(
        out,
        "| `{}` | {} | {} | {} | {} |",
        column.name,
        column.column_type.label(),
        if column.unit.is_empty() {
            "–"
        } else {
            column.unit
        },
        cell(column.doc),
        cell(column.null_means.unwrap_or("never NULL")),
    );
}

const PREAMBLE: &str = "# Columns

<!-- Generated from crates/schema by `kohort docs columns`; do not edit. -->

Every table of a lake and every column of it, and the tables of `reference`. `n_…` counts people, \
`ac` and `an` count alleles.
The bytes of `genotypes` are described in [genotypes.md](genotypes.md), the files in
[format.md](format.md).
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_dictionary_names_every_column() {
        let text = data_dictionary_markdown();
        for table in TableName::ALL
            .map(TableName::table)
            .into_iter()
            .chain(VIRTUAL_TABLES)
            .chain(REFERENCE_TABLES)
        {
            assert!(text.contains(&format!("## `{}`", table.name)));
            for column in table.columns {
                assert!(
                    text.contains(&format!("| `{}` |", column.name)),
                    "{}",
                    column.name
                );
            }
        }
    }

    #[test]
    fn rows_have_five_cells() {
        let text = data_dictionary_markdown().replace("\\|", "");
        for line in text.lines().filter(|l| l.starts_with("| `")) {
            assert_eq!(line.matches('|').count(), 6, "{line}");
        }
    }
}
