//! `allele_stats_agg(genotypes [, cohort])`: the counts of `allele_stats`, added up over rows.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, BooleanArray};
use arrow::datatypes::{DataType, Field, FieldRef};
use datafusion::common::cast::{as_binary_view_array, as_struct_array};
use datafusion::common::{Result, ScalarValue};
use datafusion::logical_expr::expr::AggregateFunction;
use datafusion::logical_expr::function::{
    AccumulatorArgs, AggregateFunctionSimplification, StateFieldsArgs,
};
use datafusion::logical_expr::scalar_doc_sections::DOC_SECTION_OTHER;
use datafusion::logical_expr::simplify::SimplifyContext;
use datafusion::logical_expr::{
    Accumulator, AggregateUDFImpl, ColumnarValue, Documentation, EmitTo, Expr, GroupsAccumulator,
    Signature, Volatility,
};
use kohort_genotype::GenotypeCounts;

use crate::all_samples::AllSamples;
use crate::context::Shared;
use crate::counts;
use crate::scalar::call;
use crate::stats_struct::{StatsBuilder, read_counts, stats_type};

const NAME: &str = "allele_stats_agg";

/// Adds counts up over rows.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(crate) struct AlleleStatsAgg {
    context: Shared,
    signature: Signature,
}

impl AlleleStatsAgg {
    pub(crate) fn new(context: Shared) -> Self {
        Self {
            context,
            signature: Signature::user_defined(Volatility::Stable),
        }
    }

    pub(crate) fn reference() -> Documentation {
        Documentation::builder(
            DOC_SECTION_OTHER,
            "The struct of `allele_stats`, every count added up over the rows of a group, and the \
             ratios taken of the sums: for an allele over callsets, or a gene over its variants. \
             Rows that are NULL are passed over; NULL when all are. In a query with GROUP BY it \
             may be written `allele_stats`.",
            "allele_stats_agg(genotypes [, cohort])",
        )
        .with_alternative_syntax("allele_stats_agg(stats)")
        .with_argument(
            "genotypes",
            "packed genotypes of one ALT: the column `genotypes`",
        )
        .with_argument("cohort", "whose calls count; everyone's when left out")
        .with_argument("stats", "structs of `allele_stats`, to be merged")
        .with_sql_example(
            "SELECT chrom, pos, ref, alt, allele_stats_agg(genotypes)['ac'] AS ac\n\
             FROM callset_variants GROUP BY chrom, pos, ref, alt;",
        )
        .build()
    }

    fn groups(&self) -> StatsGroups {
        StatsGroups {
            context: self.context.clone(),
            totals: Vec::new(),
        }
    }
}

impl AggregateUDFImpl for AlleleStatsAgg {
    fn name(&self) -> &str {
        NAME
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>> {
        match types {
            [stats @ DataType::Struct(_)] => Ok(vec![stats.clone()]),
            types => counts::coerce(NAME, types),
        }
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(stats_type())
    }

    fn accumulator(&self, _: AccumulatorArgs) -> Result<Box<dyn Accumulator>> {
        Ok(Box::new(StatsTotal(self.groups())))
    }

    fn state_fields(&self, args: StateFieldsArgs) -> Result<Vec<FieldRef>> {
        Ok(vec![Arc::new(Field::new(
            format!("{}[stats]", args.name),
            stats_type(),
            true,
        ))])
    }

    fn groups_accumulator_supported(&self, _: AccumulatorArgs) -> bool {
        true
    }

    fn create_groups_accumulator(&self, _: AccumulatorArgs) -> Result<Box<dyn GroupsAccumulator>> {
        Ok(Box::new(self.groups()))
    }

    fn simplify(&self) -> Option<AggregateFunctionSimplification> {
        let context = Arc::clone(&self.context.0);
        Some(Box::new(
            move |mut function: AggregateFunction, info: &SimplifyContext| {
                let is_stats = match function.params.args.as_slice() {
                    [only] => matches!(info.get_data_type(only)?, DataType::Struct(_)),
                    _ => false,
                };
                if !is_stats {
                    let all = call::<AllSamples>(&context, vec![]);
                    function.params.args = counts::explicit_rules(function.params.args, info, all);
                }
                Ok(Expr::AggregateFunction(function))
            },
        ))
    }
}

struct StatsGroups {
    context: Shared,
    totals: Vec<Option<GenotypeCounts>>,
}

impl std::fmt::Debug for StatsGroups {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StatsGroups")
            .field("groups", &self.totals.len())
            .finish_non_exhaustive()
    }
}

impl StatsGroups {
    fn add(&mut self, group: usize, counts: Option<GenotypeCounts>) {
        if let (Some(counts), Some(total)) = (counts, self.totals.get_mut(group)) {
            *total.get_or_insert_default() += counts;
        }
    }

    fn take(&mut self, emit_to: EmitTo) -> ArrayRef {
        let emitted = emit_to.take_needed(&mut self.totals);
        let mut builder = StatsBuilder::with_capacity(emitted.len());
        emitted.into_iter().for_each(|counts| builder.push(counts));
        Arc::new(builder.finish())
    }
}

/// An argument that is the same for all rows is counted with once.
fn constant(array: &ArrayRef) -> Result<ColumnarValue> {
    let same = match array.as_binary_opt::<i32>() {
        Some(bytes) => (1..bytes.len())
            .all(|i| bytes.is_valid(i) == bytes.is_valid(0) && bytes.value(i) == bytes.value(0)),
        None => true,
    };
    if same && !array.is_empty() {
        return Ok(ColumnarValue::Scalar(ScalarValue::try_from_array(
            array, 0,
        )?));
    }
    Ok(ColumnarValue::Array(Arc::clone(array)))
}

impl GroupsAccumulator for StatsGroups {
    fn update_batch(
        &mut self,
        values: &[ArrayRef],
        group_indices: &[usize],
        filter: Option<&BooleanArray>,
        total_num_groups: usize,
    ) -> Result<()> {
        let keeps = |row: usize| filter.is_none_or(|f| f.is_valid(row) && f.value(row));
        self.totals
            .resize(total_num_groups.max(self.totals.len()), None);
        if values[0].is_empty() {
            return Ok(());
        }
        if let Some(stats) = values[0].as_struct_opt() {
            for (row, counts) in read_counts(stats)?.into_iter().enumerate() {
                if keeps(row) {
                    self.add(group_indices[row], counts);
                }
            }
            return Ok(());
        }
        let args = values.iter().map(constant).collect::<Result<Vec<_>>>()?;
        let rules = counts::rules(NAME, &args)?;
        let samples = self.context.samples()?;
        let genotypes = as_binary_view_array(&values[0])?;
        let mut row = 0;
        counts::count_column(
            samples.directory(),
            genotypes,
            args.get(1),
            rules,
            |counts| {
                if keeps(row) {
                    self.add(group_indices[row], counts);
                }
                row += 1;
            },
        )
    }

    fn evaluate(&mut self, emit_to: EmitTo) -> Result<ArrayRef> {
        Ok(self.take(emit_to))
    }

    fn state(&mut self, emit_to: EmitTo) -> Result<Vec<ArrayRef>> {
        Ok(vec![self.take(emit_to)])
    }

    fn merge_batch(
        &mut self,
        values: &[ArrayRef],
        group_indices: &[usize],
        total_num_groups: usize,
    ) -> Result<()> {
        self.totals
            .resize(total_num_groups.max(self.totals.len()), None);
        for (row, counts) in read_counts(as_struct_array(&values[0])?)?
            .into_iter()
            .enumerate()
        {
            self.add(group_indices[row], counts);
        }
        Ok(())
    }

    fn convert_to_state(
        &self,
        values: &[ArrayRef],
        filter: Option<&BooleanArray>,
    ) -> Result<Vec<ArrayRef>> {
        let rows = values[0].len();
        let mut each = StatsGroups {
            context: self.context.clone(),
            totals: Vec::new(),
        };
        each.update_batch(values, &(0..rows).collect::<Vec<_>>(), filter, rows)?;
        each.state(EmitTo::All)
    }

    fn size(&self) -> usize {
        self.totals.capacity() * size_of::<Option<GenotypeCounts>>()
    }
}

/// A single group.
#[derive(Debug)]
struct StatsTotal(StatsGroups);

impl Accumulator for StatsTotal {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        self.0
            .update_batch(values, &vec![0; values[0].len()], None, 1)
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        self.0.totals.resize(1, None);
        ScalarValue::try_from_array(&self.0.take(EmitTo::All), 0)
    }

    fn size(&self) -> usize {
        size_of_val(self) + self.0.size()
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        Ok(vec![self.evaluate()?])
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        self.0.merge_batch(states, &vec![0; states[0].len()], 1)
    }
}
