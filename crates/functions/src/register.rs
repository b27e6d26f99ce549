//! All functions: the table of contents.

use std::sync::Arc;

use datafusion::common::Result;
use datafusion::execution::FunctionRegistry;
use datafusion::logical_expr::{AggregateUDF, Documentation, ScalarUDF};

use crate::all_samples::AllSamples;
use crate::allele_count::AlleleCount;
use crate::allele_frequency::AlleleFrequency;
use crate::allele_number::AlleleNumber;
use crate::allele_stats::AlleleStats;
use crate::allele_stats_agg::AlleleStatsAgg;
use crate::arithmetic;
use crate::carriers::Carriers;
use crate::cohort::CohortAggregate;
use crate::cohort_contains::CohortContains;
use crate::cohort_difference::CohortDifference;
use crate::cohort_intersection::CohortIntersection;
use crate::cohort_named::{CohortNamed, CohortPlanner};
use crate::cohort_size::CohortSize;
use crate::cohort_union::CohortUnion;
use crate::context::{FunctionContext, Shared};
use crate::docs::{FunctionDoc, FunctionKind};
use crate::equity::{Function, entries};
use crate::faf95::Faf95;
use crate::faf99::Faf99;
use crate::fst_hudson::FstHudson;
use crate::genotype_of::GenotypeOf;
use crate::habits;
use crate::hwe_exact::HweExact;
use crate::in_region::InRegion;
use crate::inbreeding_coefficient::InbreedingCoefficient;
use crate::scalar::{Kernel, scalar};
use crate::wrapped;

/// The functions of one row.
pub fn scalar_functions(context: &Arc<FunctionContext>) -> Vec<Arc<ScalarUDF>> {
    vec![
        scalar::<AlleleStats>(context),
        scalar::<AlleleCount>(context),
        scalar::<AlleleNumber>(context),
        scalar::<AlleleFrequency>(context),
        scalar::<Carriers>(context),
        scalar::<GenotypeOf>(context),
        scalar::<InRegion>(context),
        scalar::<HweExact>(context),
        scalar::<InbreedingCoefficient>(context),
        scalar::<Faf95>(context),
        scalar::<Faf99>(context),
        scalar::<CohortNamed>(context),
        scalar::<AllSamples>(context),
        scalar::<CohortUnion>(context),
        scalar::<CohortIntersection>(context),
        scalar::<CohortDifference>(context),
        scalar::<CohortSize>(context),
        scalar::<CohortContains>(context),
    ]
}

/// The functions of many rows.
fn aggregate_functions(context: &Arc<FunctionContext>) -> Vec<Arc<AggregateUDF>> {
    let shared = || Shared(Arc::clone(context));
    vec![
        Arc::new(AggregateUDF::new_from_impl(AlleleStatsAgg::new(shared()))),
        Arc::new(AggregateUDF::new_from_impl(CohortAggregate::new(shared()))),
        Arc::new(AggregateUDF::new_from_impl(FstHudson::new())),
    ]
}

/// Makes every function known to a session; those that look things up in a lake by way of
/// [`register_of_lake`] again, for each statement.
///
/// # Errors
/// None that a caller can cause: the registry refuses.
pub fn register(registry: &mut dyn FunctionRegistry, context: &Arc<FunctionContext>) -> Result<()> {
    register_of_lake(registry, context)?;
    arithmetic::register(registry)?;
    wrapped::register(registry, context)?;
    habits::register(registry, context)?;
    for entry in entries() {
        match entry.function {
            Function::Scalar(function) => drop(registry.register_udf(function)?),
            Function::Aggregate(function) => drop(registry.register_udaf(function)?),
            Function::Window(function) => drop(registry.register_udwf(function)?),
        }
    }
    registry.register_expr_planner(Arc::new(CohortPlanner))
}

/// Makes the functions known that look samples, cohorts, genes or contigs up.
///
/// # Errors
/// None that a caller can cause: the registry refuses.
pub fn register_of_lake(
    registry: &mut dyn FunctionRegistry,
    context: &Arc<FunctionContext>,
) -> Result<()> {
    for function in scalar_functions(context) {
        registry.register_udf(function)?;
    }
    for function in aggregate_functions(context) {
        registry.register_udaf(function)?;
    }
    Ok(())
}

/// The reference entry of every function, in the order of the reference.
pub fn documentation() -> Vec<FunctionDoc> {
    fn entry(name: &'static str, kind: FunctionKind, entry: Documentation) -> FunctionDoc {
        FunctionDoc { name, kind, entry }
    }
    fn scalar<K: Kernel>() -> FunctionDoc {
        entry(K::NAME, FunctionKind::Scalar, K::documentation())
    }
    let aggregate = |name, doc| entry(name, FunctionKind::Aggregate, doc);
    let mut functions = vec![
        scalar::<AlleleStats>(),
        aggregate("allele_stats_agg", AlleleStatsAgg::reference()),
        scalar::<AlleleCount>(),
        scalar::<AlleleNumber>(),
        scalar::<AlleleFrequency>(),
        scalar::<Carriers>(),
        scalar::<GenotypeOf>(),
        scalar::<InRegion>(),
        scalar::<HweExact>(),
        scalar::<InbreedingCoefficient>(),
        scalar::<Faf95>(),
        scalar::<Faf99>(),
        aggregate("fst_hudson", FstHudson::reference()),
        aggregate("cohort", CohortAggregate::reference()),
        scalar::<AllSamples>(),
        scalar::<CohortUnion>(),
        scalar::<CohortIntersection>(),
        scalar::<CohortDifference>(),
        scalar::<CohortSize>(),
        scalar::<CohortContains>(),
    ];
    functions.extend(arithmetic::documentation());
    functions.extend(habits::documentation());
    functions.extend(entries().into_iter().map(|entry| entry.doc));
    functions
}
