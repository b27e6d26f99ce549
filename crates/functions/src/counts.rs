//! Counting packed genotypes for a cohort, row by row: what all functions of the `allele_…` family
//! do.

use std::sync::Arc;

use arrow::array::{Array, BinaryViewArray};
use arrow::datatypes::DataType;
use datafusion::common::{Result, exec_err};
use datafusion::error::DataFusionError;
use datafusion::logical_expr::simplify::{ExprSimplifyResult, SimplifyContext};
use datafusion::logical_expr::{ColumnarValue, Expr, ScalarFunctionArgs, lit};
use kohort_genotype::{Cohort, CountRules, Counter, GenotypeCounts, SampleDirectory};

use crate::all_samples::AllSamples;
use crate::args::{
    binary_column, constant_text, is_binary, is_text, scalar_bytes, wrong_count, wrong_type,
};
use crate::context::FunctionContext;
use crate::options::{
    KohortOptions, filter_name, parse_filter, parse_unknown_sex, unknown_sex_name,
};
use crate::scalar::{Kernel, call};

/// The types of `(genotypes [, cohort [, genotype_filter, unknown_sex]])`.
pub(crate) fn coerce(function: &str, types: &[DataType]) -> Result<Vec<DataType>> {
    if !matches!(types.len(), 1 | 2 | 4) {
        return wrong_count(&format!("{function}(genotypes [, cohort])"), types.len());
    }
    if !is_binary(&types[0]) {
        return wrong_type(function, "genotypes", "packed genotypes", &types[0]);
    }
    let mut coerced = vec![DataType::BinaryView];
    if let Some(cohort) = types.get(1) {
        if !is_binary(cohort) {
            return wrong_type(function, "cohort", "a cohort, as of cohort('name')", cohort);
        }
        coerced.push(DataType::Binary);
    }
    for (name, rule) in ["genotype_filter", "unknown_sex"]
        .iter()
        .zip(types.iter().skip(2))
    {
        if !is_text(rule) {
            return wrong_type(function, name, "text", rule);
        }
        coerced.push(DataType::Utf8);
    }
    Ok(coerced)
}

/// Writes the cohort and the session's rules into the call.
pub(crate) fn explicit_rules(mut args: Vec<Expr>, info: &SimplifyContext, all: Expr) -> Vec<Expr> {
    if args.len() == 1 {
        args.push(all);
    }
    if args.len() == 2 {
        let options = KohortOptions::of(info.config_options());
        args.push(lit(filter_name(options.genotype_filter)));
        args.push(lit(unknown_sex_name(options.unknown_sex)));
    }
    args
}

/// [`explicit_rules`] for a scalar function.
pub(crate) fn simplify<K: Kernel>(
    context: &Arc<FunctionContext>,
    args: Vec<Expr>,
    info: &SimplifyContext,
) -> Result<ExprSimplifyResult> {
    if !matches!(args.len(), 1 | 2) {
        return Ok(ExprSimplifyResult::Original(args));
    }
    let all = call::<AllSamples>(context, vec![]);
    let args = explicit_rules(args, info, all);
    Ok(ExprSimplifyResult::Simplified(call::<K>(context, args)))
}

/// The rules that arguments 3 and 4 spell out; the defaults where they are absent.
pub(crate) fn rules(function: &str, args: &[ColumnarValue]) -> Result<CountRules> {
    let mut rules = KohortOptions::default().rules();
    if let Some(filter) = args.get(2)
        && let Some(text) = constant_text(function, "genotype_filter", filter)?
    {
        rules.filter = parse_filter(&text)?;
    }
    if let Some(unknown_sex) = args.get(3)
        && let Some(text) = constant_text(function, "unknown_sex", unknown_sex)?
    {
        rules.unknown_sex = parse_unknown_sex(&text)?;
    }
    Ok(rules)
}

/// Reads the bytes of a cohort.
pub(crate) fn read_cohort(bytes: &[u8]) -> Result<Cohort> {
    Cohort::deserialize(bytes).map_err(external)
}

/// Hands an error of the floors below to DataFusion.
pub(crate) fn external(error: impl std::error::Error + Send + Sync + 'static) -> DataFusionError {
    DataFusionError::External(Box::new(error))
}

/// Counts every row of a batch, and hands each row's counts to `each`, in order: `None` where the
/// genotypes or the cohort are NULL.
pub(crate) fn count_rows(
    function: &str,
    context: &FunctionContext,
    args: &ScalarFunctionArgs,
    each: impl FnMut(Option<GenotypeCounts>),
) -> Result<()> {
    let rows = args.number_rows;
    let genotypes = binary_column(&args.args[0], rows)?;
    let rules = rules(function, &args.args)?;
    let samples = context.samples()?;
    count_column(
        samples.directory(),
        &genotypes,
        args.args.get(1),
        rules,
        each,
    )
}

/// [`count_rows`] over a column of packed genotypes.
pub(crate) fn count_column(
    directory: &SampleDirectory,
    genotypes: &BinaryViewArray,
    cohort: Option<&ColumnarValue>,
    rules: CountRules,
    mut each: impl FnMut(Option<GenotypeCounts>),
) -> Result<()> {
    let rows = genotypes.len();
    match cohort {
        None => count_for(directory, &Cohort::all(directory), rules, genotypes, each),
        Some(ColumnarValue::Scalar(scalar)) => match scalar_bytes(scalar) {
            None if scalar.is_null() => {
                (0..rows).for_each(|_| each(None));
                Ok(())
            }
            None => exec_err!("expected a cohort, got {}", scalar.data_type()),
            Some(bytes) => count_for(directory, &read_cohort(bytes)?, rules, genotypes, each),
        },
        Some(column) => {
            let cohorts = binary_column(column, rows)?;
            let mut start = 0;
            while start < rows {
                let same = |row: usize| {
                    cohorts.is_valid(row) == cohorts.is_valid(start)
                        && (cohorts.is_null(start) || cohorts.value(row) == cohorts.value(start))
                };
                let end = (start..rows).find(|row| !same(*row)).unwrap_or(rows);
                let run = genotypes.slice(start, end - start);
                if cohorts.is_null(start) {
                    (start..end).for_each(|_| each(None));
                } else {
                    let cohort = read_cohort(cohorts.value(start))?;
                    count_for(directory, &cohort, rules, &run, &mut each)?;
                }
                start = end;
            }
            Ok(())
        }
    }
}

fn count_for(
    directory: &SampleDirectory,
    cohort: &Cohort,
    rules: CountRules,
    genotypes: &BinaryViewArray,
    mut each: impl FnMut(Option<GenotypeCounts>),
) -> Result<()> {
    let mut counter = Counter::new(directory, cohort, rules);
    for value in genotypes {
        each(
            value
                .map(|bytes| counter.count(bytes))
                .transpose()
                .map_err(external)?,
        );
    }
    Ok(())
}
