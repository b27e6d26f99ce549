//! `cost_per_outcome(cost, outcome, …)`: what one outcome cost.

use datafusion::common::{Result, exec_err};
use kohort_stats::cost::{CostEffect, RatioLimits, cost_per_outcome};

use super::super::aggregate::Aggregate;
use super::super::argument::Argument;
use super::super::columns::{Columns, Numbers, Options};
use super::super::output::Output;
use super::strategies::{COST, add};

const OUTCOME: Argument = Argument::number(
    "outcome",
    "1 or true for a person with the outcome and 0 for one without, or a number of outcomes; NULL \
     gives `incomplete_strata`",
);

const METHOD: Argument = Argument::choice(
    "method",
    &["fieller", "delta"],
    "how the interval is made: `fieller` is uneven as a ratio is, `delta` even, and too short \
     above when outcomes are few",
);

/// What one outcome cost.
#[derive(Debug)]
pub(super) struct CostPerOutcome;

impl Aggregate for CostPerOutcome {
    const NAME: &'static str = "cost_per_outcome";
    const ARGUMENTS: &'static [Argument] = &[COST, OUTCOME, Argument::confidence(), METHOD];
    const DESCRIPTION: &'static str = "\
        What one outcome cost, such as one diagnosis: the sum of costs over the sum of outcomes, \
        over everyone who was tested, with an outcome or without. In money, and on average: what \
        one more costs is `incremental_cost_effectiveness_ratio`. As crude as a crude rate: who \
        tests the likely cases first is cheap per diagnosis. Fieller, 1954, \
        doi:10.1111/j.2517-6161.1954.tb00159.x.\n\n\
        `events` is the sum of outcomes, `n` the people. Infinite, without an interval, when \
        there is cost but no outcome. A NULL cost or outcome gives the status \
        `incomplete_strata`; no rows, or neither cost nor outcome, `undefined`. Fieller's \
        interval is missing where the mean outcome may be 0.";
    const EXAMPLE: &'static str = "\
        SELECT region, cost_per_outcome(cost, diagnosed) AS cost_per_diagnosis\n\
        FROM (VALUES ('01', 24000, true), ('01', 21000, false), ('01', 25000, true),\n\
        \u{20}            ('03', 23000, true), ('03', 22000, true), ('03', 26000, true))\n\
        \u{20}    AS test(region, cost, diagnosed)\n\
        GROUP BY region ORDER BY region;";
    type State = CostEffect;

    fn update(state: &mut CostEffect, columns: &Columns, row: usize) -> Result<()> {
        add(state, columns, row);
        Ok(())
    }

    fn update_groups(states: &mut [CostEffect], columns: &Columns, groups: &[usize]) -> Result<()> {
        let (costs, outcomes) = (columns.numbers(0), columns.numbers(1));
        if let (Numbers::Dense(costs), Numbers::Dense(outcomes)) = (costs, outcomes) {
            for ((cost, outcome), group) in costs.iter().zip(outcomes).zip(groups) {
                states[*group].add(Some(*cost), Some(*outcome));
            }
            return Ok(());
        }
        for (row, group) in groups.iter().enumerate() {
            add(&mut states[*group], columns, row);
        }
        Ok(())
    }

    fn evaluate(state: &CostEffect, options: &Options) -> Result<Output> {
        match RatioLimits::parse(options.text(METHOD.name)) {
            Ok(limits) => Ok(cost_per_outcome(state, limits, options.confidence()?).into()),
            Err(error) => exec_err!("{}: {error}", Self::NAME),
        }
    }
}
