//! The tables and functions of a session, for completion, `\d` and the reference.

use std::sync::Arc;

use arrow::datatypes::SchemaRef;
use datafusion::catalog::SchemaProvider;
use datafusion::logical_expr::Documentation;
use kohort_functions::FunctionDoc;
use kohort_schema::TableName;
use kohort_schema::tables::{CALLS, VARIANTS};

use super::Session;
use crate::{Error, reference, registry, shorthand, strata, views};

/// A table that a session shows.
#[derive(Debug, Clone)]
pub struct TableInfo {
    /// Name.
    pub name: String,
    /// One sentence.
    pub description: String,
    /// Columns.
    pub schema: SchemaRef,
}

/// A function that a session knows.
#[derive(Debug, Clone)]
pub struct FunctionInfo {
    /// Name.
    pub name: String,
    /// How it is called: `allele_stats(genotypes [, cohort])`.
    pub syntax: String,
    /// One sentence.
    pub description: String,
    /// One of Kohort's own, not DataFusion's.
    pub is_own: bool,
}

impl Session {
    /// The tables, for completion and `\d`.
    ///
    /// # Errors
    /// The lake cannot be read.
    pub async fn tables(&self) -> Result<Vec<TableInfo>, Error> {
        let planner = self.planner();
        let (catalog, public) = (Arc::clone(&planner.view.catalog), planner.public());
        let mut tables = Vec::new();
        for name in public.table_names() {
            let Some(table) = public.table(&name).await? else {
                continue;
            };
            let row_is = match name.as_str() {
                "variants" => VARIANTS.row_is,
                "calls" => CALLS.row_is,
                other => other
                    .parse::<TableName>()
                    .map_or("", |table| table.table().row_is),
            };
            let description = match row_is {
                "" => String::new(),
                row_is => format!("one row is {row_is}"),
            };
            tables.push(TableInfo {
                name,
                description,
                schema: table.schema(),
            });
        }
        tables.extend(reference::tables(&catalog).await?);
        tables.extend(registry::tables(&catalog).await?);
        for view in views::SHIPPED {
            let name = format!("{}.{}", views::SCHEMA, view.name);
            // A view over tables that the lake has not is none of its tables.
            if let Some(found) = planner.shipped_view(view.name).await {
                tables.push(TableInfo {
                    name,
                    description: view.description(),
                    schema: found.schema(),
                });
            }
        }
        Ok(tables)
    }

    /// The functions, for completion and `\df`: Kohort's own first.
    pub fn functions(&self) -> Vec<FunctionInfo> {
        let info = |name: &str, doc: Option<&Documentation>, is_own: bool| FunctionInfo {
            name: name.to_string(),
            syntax: doc.map_or_else(|| format!("{name}(…)"), |doc| doc.syntax_example.clone()),
            description: doc.map_or_else(String::new, |doc| first_sentence(&doc.description)),
            is_own,
        };
        let own = functions_documentation();
        let mut functions: Vec<FunctionInfo> = own
            .iter()
            .map(|doc| info(doc.name, Some(&doc.entry), true))
            .collect();
        let state = self.context.state();
        let scalar = state
            .scalar_functions()
            .values()
            .map(|f| (f.name(), f.documentation()));
        let aggregate = state
            .aggregate_functions()
            .values()
            .map(|f| (f.name(), f.documentation()));
        let window = state
            .window_functions()
            .values()
            .map(|f| (f.name(), f.documentation()));
        let mut others: Vec<FunctionInfo> = scalar
            .chain(aggregate)
            .chain(window)
            .filter(|(name, _)| !own.iter().any(|doc| doc.name == *name) && *name != "cohort_named")
            .map(|(name, doc)| info(name, doc, false))
            .collect();
        others.sort_by(|a, b| a.name.cmp(&b.name));
        others.dedup_by(|a, b| a.name == b.name);
        functions.extend(others);
        functions
    }
}

/// The reference entries of all functions of Kohort's own.
pub fn functions_documentation() -> Vec<FunctionDoc> {
    let mut functions = kohort_functions::documentation();
    functions.insert(2, strata::documentation());
    functions.extend(shorthand::documentation());
    functions
}

fn first_sentence(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    match line.split_once(". ") {
        Some((sentence, _)) => format!("{sentence}."),
        None => line.to_string(),
    }
}
