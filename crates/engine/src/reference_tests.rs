//! What the reference of the functions shows, runs.

use std::sync::Arc;

use arrow::array::Array;
use datafusion::common::Result;
use datafusion::prelude::SessionContext;
use datafusion::sql::sqlparser::dialect::GenericDialect;
use datafusion::sql::sqlparser::parser::Parser;

use crate::session::functions_documentation;
use crate::{rewrite, split_statements};

/// Whether the statement gives a row with anything in it.
async fn answers(context: &SessionContext, sql: &str) -> Result<bool> {
    let mut statements = Parser::parse_sql(&GenericDialect {}, sql)?;
    for statement in &mut statements {
        let state = context.state();
        let is_aggregate = |name: &str| state.aggregate_functions().contains_key(name);
        crate::shorthand::expand(statement, &Default::default())?;
        rewrite::rewrite(statement, &is_aggregate)?;
    }
    let batches = context
        .sql(&statements[0].to_string())
        .await?
        .collect()
        .await?;
    Ok(batches
        .iter()
        .any(|batch| batch.columns().iter().any(|c| c.null_count() < c.len())))
}

#[tokio::test]
async fn every_example_that_needs_no_lake_runs_and_answers() {
    let mut state = SessionContext::new().state();
    kohort_functions::register(&mut state, &Arc::default()).unwrap();
    let context = SessionContext::new_with_state(state);
    let mut failed = Vec::new();
    let mut n_run = 0;
    for function in functions_documentation() {
        let name = function.name;
        let Some(example) = function.entry.sql_example else {
            failed.push(format!("{name}: no example"));
            continue;
        };
        let needs_lake = [
            "variants",
            "samples",
            "calls",
            "allele_frequency_by",
            "registry.",
            "cohort('",
            "standard_population(",
            "swedish_regions(",
        ];
        for sql in split_statements(&example).unwrap() {
            if needs_lake.iter().any(|word| sql.contains(word)) {
                continue;
            }
            n_run += 1;
            match answers(&context, &sql).await {
                Ok(true) => {}
                Ok(false) => failed.push(format!("{name}: no answer from {sql}")),
                Err(error) => failed.push(format!("{name}: {error} in {sql}")),
            }
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
    assert!(n_run > 20, "{n_run} examples were run");
}
