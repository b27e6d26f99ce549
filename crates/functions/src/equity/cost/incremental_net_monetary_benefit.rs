//! `incremental_net_monetary_benefit(cost, effect, strategy, reference, lambda, …)`: what a
//! strategy is worth beside another.

use datafusion::common::{Result, exec_err};
use kohort_stats::cost::{CostEffect, incremental_net_monetary_benefit};

use super::super::aggregate::Aggregate;
use super::super::argument::Argument;
use super::super::columns::{Columns, Options};
use super::super::output::{Cell, CellType, Output, Shape};
use super::super::state::Keyed;
use super::strategies::{COST, EFFECT, REFERENCE, STRATEGY, add, both};

const LAMBDA: Argument = Argument::number(
    "lambda",
    "what one unit of effect is worth, 0 or more, in the currency of `cost`",
)
.constant();

/// What a strategy is worth beside another.
#[derive(Debug)]
pub(super) struct IncrementalNetMonetaryBenefit;

impl Aggregate for IncrementalNetMonetaryBenefit {
    const NAME: &'static str = "incremental_net_monetary_benefit";
    const ALIASES: &'static [&'static str] = &["incremental_nmb"];
    const ARGUMENTS: &'static [Argument] = &[
        COST,
        EFFECT,
        STRATEGY,
        REFERENCE,
        LAMBDA,
        Argument::confidence(),
    ];
    const SHAPE: Shape = Shape::EstimateAnd(&[("acceptability", CellType::Number)]);
    const DESCRIPTION: &'static str = "\
        What a strategy is worth per person beside a reference, when one unit of effect is worth \
        `lambda`: `lambda ΔE - ΔC`, with a normal interval. 0 means as good as the reference, \
        above 0 worth its price. `acceptability` is the probability that it is above 0; over \
        several values of `lambda` it draws the acceptability curve. Unlike the ratio it can be \
        added up and ranked by. Stinnett and Mullahy, 1998, doi:10.1177/0272989X98018002S09; van \
        Hout et al., 1994, doi:10.1002/hec.4730030505.\n\n\
        `events` is the sum of effects and `n` the people, of both strategies. A NULL cost, \
        effect or strategy gives the status `incomplete_strata`; a strategy without people \
        `undefined`. A negative `lambda`, or more than one strategy beside the reference, is an \
        error.";
    const EXAMPLE: &'static str = "\
        SELECT incremental_nmb(cost, diagnosed, test_type, 'panel', 50000) AS worth\n\
        FROM (VALUES ('wgs', 24000, true), ('wgs', 22000, true), ('wgs', 23000, false),\n\
        \u{20}            ('panel', 9000, true), ('panel', 11000, false),\n\
        \u{20}            ('panel', 10000, false))\n\
        \u{20}    AS test(test_type, cost, diagnosed);";
    type State = Keyed<CostEffect>;

    fn update(state: &mut Self::State, columns: &Columns, row: usize) -> Result<()> {
        let people = state.entry(columns.text(2, row));
        add(people, columns, row);
        Ok(())
    }

    fn evaluate(state: &Self::State, options: &Options) -> Result<Output> {
        let (strategy, reference) = both(Self::NAME, state, options)?;
        let Some(lambda) = options.number(LAMBDA.name) else {
            return exec_err!("{}: lambda: expected a number, got `NULL`", Self::NAME);
        };
        let confidence = options.confidence()?;
        match incremental_net_monetary_benefit(&strategy, &reference, lambda, confidence) {
            Ok(found) => Ok(Output::EstimateAnd(
                found.estimate,
                vec![Cell::Number(found.acceptability)],
            )),
            Err(error) => exec_err!("{}: {error}", Self::NAME),
        }
    }
}
