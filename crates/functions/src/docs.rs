//! The reference of the functions, generated from the functions themselves.

use std::fmt::Write;

use datafusion::logical_expr::Documentation;

/// The kind of a function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FunctionKind {
    /// One value per row.
    Scalar,
    /// One value per group of rows.
    Aggregate,
    /// One value per row, from all rows of its partition.
    Window,
    /// A table.
    Table,
}

impl FunctionKind {
    /// What a person calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Scalar => "scalar function",
            Self::Aggregate => "aggregate",
            Self::Window => "window function",
            Self::Table => "table function",
        }
    }
}

/// A function's entry in the reference.
#[derive(Debug, Clone)]
pub struct FunctionDoc {
    /// Its name in SQL.
    pub name: &'static str,
    /// What kind of function it is.
    pub kind: FunctionKind,
    /// Everything else.
    pub entry: Documentation,
}

/// The reference as a page of Markdown: the text of `docs/functions.md`.
pub fn functions_markdown(functions: &[FunctionDoc]) -> String {
    let mut page = String::from(
        "# Functions\n\nGenerated from the code by `kohort docs functions`; do not edit.\n\n",
    );
    for function in functions {
        let anchor = function.name;
        let _ = writeln!(page, "- [`{anchor}`](#{anchor})");
    }
    for function in functions {
        let entry = &function.entry;
        let _ = write!(
            page,
            "\n## {}\n\n*{}*\n\n",
            function.name,
            function.kind.name()
        );
        let _ = writeln!(page, "```sql\n{}", entry.syntax_example);
        for other in entry.alternative_syntax.iter().flatten() {
            let _ = writeln!(page, "{other}");
        }
        let _ = write!(page, "```\n\n{}\n", entry.description);
        if let Some(arguments) = entry.arguments.as_ref().filter(|args| !args.is_empty()) {
            page.push_str("\n| argument | |\n|---|---|\n");
            for (name, description) in arguments {
                let _ = writeln!(page, "| `{name}` | {description} |");
            }
        }
        if let Some(example) = &entry.sql_example {
            let _ = write!(page, "\n```sql\n{example}\n```\n");
        }
    }
    page
}
