//! `concentration_index(outcome, rank_by)`: do people of high or of low rank have more of it?

use datafusion::common::Result;
use kohort_stats::ordered::{ConcentrationError, OrderedRow};
use kohort_stats::person::concentration_index;

use super::super::aggregate::Aggregate;
use super::super::alike::Alike;
use super::super::argument::Argument;
use super::super::columns::{Columns, Options};
use super::super::ordered::rows::{
    LOWER, UPPER, VARIANT, concentration_options, count, fault, is_given,
};
use super::super::output::Output;
use super::super::state::Keyed;

#[derive(Debug)]
pub(super) struct ConcentrationIndex;

impl Aggregate for ConcentrationIndex {
    const NAME: &'static str = "concentration_index";
    const ARGUMENTS: &'static [Argument] = &[
        Argument::number(
            "outcome",
            "what a person has: a number of tests, a cost, yes or no; NULL leaves no answer",
        ),
        RANK_BY,
        WEIGHT,
        VARIANT,
        LOWER,
        UPPER,
        Argument::choice(
            "error",
            &[
                "auto",
                "delta",
                "delta_hc1",
                "delta_cluster",
                "convenient",
                "convenient_hc1",
                "kakwani",
            ],
            "`delta` rests on the regression of the outcome on the rank, `delta_hc1` allows for \
             unequal variance, `delta_cluster` for clusters; `convenient` takes the mean as known; \
             `kakwani` lets ranks vary; `auto` is `delta_cluster` where there is `cluster`, else \
             `delta`",
        ),
        CLUSTER,
        Argument::confidence(),
    ];
    const DESCRIPTION: &'static str = "The concentration index of people ranked by something, such \
        as income: twice the covariance of the outcome and the midpoint rank (the share of people \
        below the middle of a person's tie), over the mean; or another `variant`.\n\n\
        Relative (`absolute` and `erreygers` are not), from -1 to 1 for outcomes of at least 0. \
        Above 0 the outcome is concentrated among people of high rank, below 0 among those of low \
        rank; 0 is no gradient, or one that crosses over. People of equal rank share it, so that \
        the order of rows does not matter. For a yes and no take `wagstaff` or `erreygers` too.\n\n\
        NULL in `outcome`, `rank_by` or `weight` of any row leaves no answer \
        (`incomplete_strata`): leave such people out in `WHERE`, where it can be seen. `undefined` \
        where all people are of one rank, where the mean is not above 0, and for `wagstaff` where \
        it is a bound. With `cluster` and only one of them there is no interval. A negative \
        weight, or an outcome beyond the bounds of a variant that has them, is an error.";
    const EXAMPLE: &'static str = "SELECT concentration_index(tested, income, variant => \
         'erreygers')['value'] AS index\n\
         FROM (VALUES (false, 180000), (true, 240000), (false, 310000), (true, 420000),\n  \
         (true, 650000)) AS persons(tested, income)";
    type State = Keyed<Alike<3>>;

    fn update(state: &mut Self::State, columns: &Columns, row: usize) -> Result<()> {
        let people = state.entry(columns.text(CLUSTER_AT, row));
        people.push([
            columns.number(1, row),
            columns.number(0, row),
            columns.number(2, row),
        ]);
        Ok(())
    }

    fn update_all(state: &mut Self::State, columns: &Columns) -> Result<()> {
        if columns.has_keys(CLUSTER_AT) {
            return (0..columns.rows).try_for_each(|row| Self::update(state, columns, row));
        }
        let people = [1, 0, 2].map(|at| columns.numbers(at));
        state.entry(None).extend(people, columns.rows);
        Ok(())
    }

    fn evaluate(state: &Self::State, options: &Options) -> Result<Output> {
        let has_weights = options.is_column("weight");
        let constant = options.number("weight").unwrap_or(1.0);
        let known = |number: f64| (!number.is_nan()).then_some(number);
        let mut people = Vec::new();
        for ((name, cluster), number) in state.sorted().into_iter().zip(0..) {
            let number = if name.is_some() {
                number
            } else {
                OrderedRow::ALONE
            };
            people.reserve(cluster.len());
            people.extend(cluster.iter().map(|([rank, outcome, weight], times)| {
                let weight = if has_weights {
                    known(weight)
                } else {
                    Some(constant)
                };
                OrderedRow::person(known(outcome), known(rank), weight)
                    .repeated(count(times))
                    .drawn_from(0, number)
            }));
        }
        let mut index = concentration_options(options)?;
        if index.error == ConcentrationError::Auto && is_given(options, CLUSTER.name) {
            index.error = ConcentrationError::DeltaCluster;
        }
        Ok(fault(Self::NAME, concentration_index(&mut people, &index))?.into())
    }
}

/// Where the cluster is among the arguments.
const CLUSTER_AT: usize = 7;

/// Whom people share their luck with.
const CLUSTER: Argument = Argument::key(
    "cluster",
    "whom people share their luck with, such as a clinic; each NULL is a cluster of its own",
)
.optional();

/// What people are ranked by.
pub(super) const RANK_BY: Argument = Argument::number(
    "rank_by",
    "what people are ranked by, such as income: higher is more advantaged, equal is a tie; NULL \
     leaves no answer",
);

/// What people weigh.
pub(super) const WEIGHT: Argument = Argument::number(
    "weight",
    "of the person, at least 0; 1 for all if not given, while a NULL among weights leaves no \
     answer",
)
.optional();
