//! What happens to a statement before it is planned: what it names is read, and its syntax tree is
//! rewritten.

use std::collections::HashMap;

use datafusion::error::DataFusionError;
use datafusion::sql::parser::Statement as SqlStatement;
use kohort_functions::KohortOptions;
use kohort_schema::TableName;

use crate::catalog::Catalog;
use crate::{Error, rewrite, shorthand, strata};

/// Reads what a statement names before it is planned: planning cannot wait, and functions cannot
/// read. Naming more than is used costs time only.
pub(super) async fn load_what_is_named(
    catalog: &Catalog,
    sql: &str,
    options: KohortOptions,
) -> Result<(), Error> {
    const ABOUT_SAMPLES: [&str; 5] = [
        "allele_",
        "carriers",
        "genotype_of",
        "cohort",
        "all_samples",
    ];
    if catalog.snapshot().is_err() {
        catalog.samples().await?;
        return catalog.load_cohorts().await.map_err(Error::from);
    }
    let sql = sql.to_lowercase();
    let has_calls = sql
        .match_indices("calls")
        .any(|(at, _)| !sql[at..].starts_with("callset"));
    let counts_variants = sql.contains("variants") && !options.stored_counts_hold();
    let about_samples = ABOUT_SAMPLES.iter().any(|name| sql.contains(name));
    if counts_variants || has_calls || about_samples {
        catalog.samples().await?;
    }
    if sql.contains("cohort") {
        catalog.load_cohorts().await?;
    }
    let has_strata = sql.contains(strata::NAME);
    for table in TableName::ALL {
        let is_needed = match table {
            TableName::Samples => has_strata,
            TableName::CallsetVariants => has_strata || has_calls,
            TableName::CallFields => has_calls,
            TableName::Callsets | TableName::Cohorts => false,
        };
        if is_needed || sql.contains(table.as_str()) {
            catalog.file_table(table).await?;
        }
    }
    Ok(())
}

/// Writes shorthands out, in what an `EXPLAIN` or `COPY` is about too.
pub(super) fn expand_all(
    statement: &mut SqlStatement,
    cohorts: &HashMap<String, String>,
) -> Result<(), DataFusionError> {
    match statement {
        SqlStatement::Statement(statement) => shorthand::expand(statement, cohorts),
        SqlStatement::Explain(explain) => expand_all(&mut explain.statement, cohorts),
        SqlStatement::CopyTo(copy) => {
            use datafusion::sql::parser::CopyToSource;
            use datafusion::sql::sqlparser::ast::Statement;
            if let CopyToSource::Query(query) = &mut copy.source {
                let mut statement = Statement::Query(query.clone());
                shorthand::expand(&mut statement, cohorts)?;
                if let Statement::Query(expanded) = statement {
                    *query = expanded;
                }
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

pub(super) fn rewrite_all(
    statement: &mut SqlStatement,
    is_aggregate: &dyn Fn(&str) -> bool,
) -> Result<(), DataFusionError> {
    match statement {
        SqlStatement::Statement(statement) => rewrite::rewrite(statement, is_aggregate)?,
        SqlStatement::Explain(explain) => rewrite_all(&mut explain.statement, is_aggregate)?,
        SqlStatement::CopyTo(copy) => {
            if let datafusion::sql::parser::CopyToSource::Query(query) = &mut copy.source {
                let mut statement =
                    datafusion::sql::sqlparser::ast::Statement::Query(query.clone());
                rewrite::rewrite(&mut statement, is_aggregate)?;
                if let datafusion::sql::sqlparser::ast::Statement::Query(rewritten) = statement {
                    *query = rewritten;
                }
            }
        }
        _ => {}
    }
    Ok(())
}
