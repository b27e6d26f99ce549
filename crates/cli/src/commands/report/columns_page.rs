//! `docs/registry-columns.md`: the columns of a registry that views and reports need.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use kohort_engine::views_read_by;
use kohort_report::{Language, Report};
use kohort_schema::{REGISTRY_TABLES, RegistryColumn, RegistryTable, needs_of};

use super::check::needs;

const PREAMBLE: &str = "# Columns of a registry

<!-- Generated from crates/schema/src/registry by `kohort docs registry`; do not edit. -->

The tables of `registry` that the reports and the views of `follow_up` read, with every column that
they know. `kohort simulate national` writes exactly these. A lake may hold other tables and columns
too; nothing reads them here.

- `kohort report NAME --lake LAKE --check` lists all that a lake lacks for a report: tables,
  columns, types, codes.
- `kohort load people FILE --lake LAKE --as people` finds the columns of a file by these names or
  their synonyms (`--column wanted=given` names one by hand), and checks types, codes and ranges.

**Needed by** names the views that read a column; a column without one is optional. A whole number
may be of any integer type, a number of any numeric type.
";

/// The text of the page.
pub(crate) fn registry_columns_markdown() -> String {
    let mut out = String::from(PREAMBLE);
    reports(&mut out);
    for table in REGISTRY_TABLES {
        write_table(&mut out, table);
    }
    // Writing to a String cannot fail.
    let _ = writeln!(
        out,
        "\n## `registry.actionable_variants`\n\nOne row is one variant whose carriers should be \
         told. Only `carriers_found_and_expected` reads it.\n\n\
         | column | type |\n|---|---|\n| `chrom` | text |\n\
         | `pos` | integer |\n| `ref` | text |\n| `alt` | text |"
    );
    out
}

/// Which report reads which tables and views.
fn reports(out: &mut String) {
    out.push_str("\n| report | tables | views |\n|---|---|---|\n");
    for (name, _) in Report::shipped(Language::En) {
        let Ok(report) = Report::open(&name) else {
            continue;
        };
        let tables: Vec<String> = needs(&report).keys().map(|t| format!("`{t}`")).collect();
        let text = report.query_texts().collect::<Vec<_>>().join(";\n");
        let views: BTreeSet<&str> = views_read_by(&text).iter().map(|view| view.0).collect();
        let views: Vec<String> = views.iter().map(|view| format!("`{view}`")).collect();
        let _ = writeln!(
            out,
            "| `{name}` | {} | {} |",
            tables.join(", "),
            views.join(", ")
        );
    }
}

fn write_table(out: &mut String, table: &RegistryTable) {
    let _ = write!(
        out,
        "\n## `registry.{}`\n\nOne row is {}.\n\n\
         | column | type | unit | values | what it holds | NULL means | needed by | synonyms |\n\
         |---|---|---|---|---|---|---|---|\n",
        table.name, table.row_is
    );
    for column in table.columns {
        write_column(out, table, column);
    }
}

fn write_column(out: &mut String, table: &RegistryTable, column: &RegistryColumn) {
    let or_dash = |text: String| match text.is_empty() {
        true => "–".to_owned(),
        false => text,
    };
    let views: Vec<String> = needs_of(None)
        .filter(|need| need.table == table.name && need.columns.contains(&column.name))
        .map(|need| format!("`{}`", need.view))
        .collect();
    let _ = writeln!(
        out,
        "| `{}` | {} | {} | {} | {} | {} | {} | {} |",
        column.name,
        column.kind.label(),
        or_dash(column.unit.to_owned()),
        or_dash(column.allowed.label()),
        column.doc,
        column.null_means.unwrap_or("never NULL"),
        or_dash(views.join(", ")),
        or_dash(column.synonyms.join(", ")),
    );
}
