//! How DataFusion is set up.

use std::sync::Arc;

use datafusion::execution::config::SessionConfig;
use datafusion::execution::{SessionState, SessionStateBuilder};
use kohort_functions::{FunctionContext, KohortOptions};

use super::{CATALOG, SCHEMA, SessionOptions};
use crate::limits::MAX_DEPTH;
use crate::resources::Resources;
use crate::strata::SumStrata;
use crate::{Error, rules};

/// The share of the memory that sorts keep back for merging: one in this many.
const KEPT_BACK_SHARE: usize = 4;

/// Parquet files larger than this are read by several threads.
const SPLIT_FILES_BYTES: usize = 1 << 20;

/// A state with our functions, settings and rules, and no lake.
pub(super) fn session_state(
    options: &SessionOptions,
    resources: &Resources,
) -> Result<SessionState, Error> {
    let mut config = SessionConfig::new()
        .with_default_catalog_and_schema(CATALOG, SCHEMA)
        .with_create_default_catalog_and_schema(false)
        .with_information_schema(true);
    if let Some(threads) = options.threads {
        config = config.with_target_partitions(threads.max(1));
    }
    let settings = config.options_mut();
    settings.execution.parquet.pushdown_filters = true;
    settings.execution.parquet.reorder_filters = true;
    settings.execution.collect_statistics = false;
    // So that errors can say where they are.
    settings.sql_parser.collect_spans = true;
    // What is nested too deep has been refused before it is parsed.
    settings.set(
        "datafusion.sql_parser.recursion_limit",
        &(10 * MAX_DEPTH).to_string(),
    )?;
    // It would compute `allele_stats(…)` once for each of its fields that a query takes.
    settings.optimizer.enable_leaf_expression_pushdown = false;
    settings.optimizer.repartition_file_min_size = SPLIT_FILES_BYTES;
    settings.extensions.insert(KohortOptions::default());
    for (name, value) in &options.settings {
        settings.set(name, value)?;
    }
    let memory = resources.memory_limit_bytes();
    // Each sort keeps this much back for merging what it has spilled; all of them together must
    // leave room for rows.
    let partitions = config.options().execution.target_partitions.max(1);
    let kept_back = &mut config.options_mut().execution.sort_spill_reservation_bytes;
    *kept_back = (*kept_back).min(memory / KEPT_BACK_SHARE / partitions);
    let mut state = SessionStateBuilder::new()
        .with_config(config)
        .with_runtime_env(Arc::clone(resources.runtime()))
        .with_default_features()
        .with_analyzer_rules(rules::analyzer())
        .with_physical_optimizer_rule(Arc::new(SumStrata))
        .build();
    let functions = Arc::new(FunctionContext::without_lake(memory));
    kohort_functions::register(&mut state, &functions)?;
    Ok(state)
}
