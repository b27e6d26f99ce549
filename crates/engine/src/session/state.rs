//! How DataFusion is set up.

use std::sync::Arc;

use datafusion::error::DataFusionError;
use datafusion::execution::config::SessionConfig;
use datafusion::execution::memory_pool::{FairSpillPool, TrackConsumersPool};
use datafusion::execution::object_store::ObjectStoreUrl;
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::execution::{SessionState, SessionStateBuilder};
use kohort_functions::{FunctionContext, KohortOptions};
use kohort_lake::Lake;

use super::{CATALOG, SCHEMA, STORE, SessionOptions};
use crate::Error;
use crate::limits::MAX_DEPTH;
use crate::rules;
use crate::strata::SumStrata;

/// What sorts, joins and aggregates may hold where the machine does not tell its memory.
const DEFAULT_MEMORY_BYTES: usize = 4 << 30;

/// Consumers of memory that an error names.
const NAMED_CONSUMERS: std::num::NonZeroUsize = match std::num::NonZeroUsize::new(3) {
    Some(n) => n,
    None => std::num::NonZeroUsize::MIN,
};

/// The share of the memory that sorts keep back for merging: one in this many.
const KEPT_BACK_SHARE: usize = 4;

/// Parquet files larger than this are read by several threads.
const SPLIT_FILES_BYTES: usize = 1 << 20;

/// A state with our functions, settings and rules, and the store of the lake where there is one.
pub(super) fn session_state(
    options: &SessionOptions,
    lake: Option<&Lake>,
    functions: &Arc<FunctionContext>,
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
    let memory = options.memory_limit_bytes.unwrap_or_else(half_of_memory);
    // Each sort keeps this much back for merging what it has spilled; all of them together must leave
    // room for rows.
    let partitions = config.options().execution.target_partitions.max(1);
    let kept_back = &mut config.options_mut().execution.sort_spill_reservation_bytes;
    *kept_back = (*kept_back).min(memory / KEPT_BACK_SHARE / partitions);
    let pool = TrackConsumersPool::new(FairSpillPool::new(memory), NAMED_CONSUMERS);
    let runtime = RuntimeEnvBuilder::new()
        .with_memory_pool(Arc::new(pool))
        .build_arc()?;
    if let Some(lake) = lake {
        runtime.register_object_store(ObjectStoreUrl::parse(STORE)?.as_ref(), lake.store());
    }
    let mut state = SessionStateBuilder::new()
        .with_config(config)
        .with_runtime_env(runtime)
        .with_default_features()
        .with_analyzer_rules(rules::analyzer())
        .with_physical_optimizer_rule(Arc::new(SumStrata))
        .build();
    functions.set_memory_limit(memory);
    kohort_functions::register(&mut state, functions)
        .map_err(|error: DataFusionError| Error::from(error))?;
    Ok(state)
}

/// Half of the machine's memory, where Linux tells it.
fn half_of_memory() -> usize {
    let told = std::fs::read_to_string("/proc/meminfo").ok();
    let line = told
        .as_deref()
        .and_then(|text| text.lines().find(|l| l.starts_with("MemTotal:")));
    let kib = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<usize>().ok());
    kib.map_or(DEFAULT_MEMORY_BYTES, |kib| kib.saturating_mul(1024) / 2)
}
