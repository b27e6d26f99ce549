//! `incremental_cost_effectiveness_ratio(cost, effect, strategy, reference, …)`: what one more
//! outcome costs.

use datafusion::common::Result;
use kohort_stats::cost::{CostEffect, Quadrant, incremental_cost_effectiveness_ratio};

use super::super::aggregate::Aggregate;
use super::super::argument::Argument;
use super::super::columns::{Columns, Options};
use super::super::output::{Cell, CellType, Output, Shape};
use super::super::state::Keyed;
use super::strategies::{COST, EFFECT, REFERENCE, STRATEGY, add, both};

/// What one more outcome costs.
#[derive(Debug)]
pub(super) struct IncrementalCostEffectivenessRatio;

impl Aggregate for IncrementalCostEffectivenessRatio {
    const NAME: &'static str = "incremental_cost_effectiveness_ratio";
    const ALIASES: &'static [&'static str] = &["icer"];
    const ARGUMENTS: &'static [Argument] =
        &[COST, EFFECT, STRATEGY, REFERENCE, Argument::confidence()];
    const SHAPE: Shape = Shape::Struct(&[
        ("quadrant", CellType::Text),
        ("delta_cost", CellType::Number),
        ("delta_effect", CellType::Number),
        ("value", CellType::Number),
        ("lower_cl", CellType::Number),
        ("upper_cl", CellType::Number),
        ("se", CellType::Number),
        ("confidence", CellType::Number),
        ("method", CellType::Text),
        ("events", CellType::Number),
        ("n", CellType::Number),
        ("status", CellType::Text),
    ]);
    const DESCRIPTION: &'static str = "\
        What one more outcome costs with one strategy than with another, the reference: the \
        difference in mean cost over the difference in mean effect, with Fieller's interval. \
        Read `quadrant` first. `more_for_more` does more and costs more: `value` is the price of \
        one more outcome. `less_for_less` does less and costs less: `value` is what is saved for \
        each outcome that is lost, and a high one is good. `dominant` does more (or as much) and \
        costs less, and `dominated` the reverse: there `value` is NULL, since a negative ratio \
        would look the same for both. `equal` does and costs the same. Willan and O'Brien, 1996, \
        Health Economics 5; Briggs et al., 2002, \
        doi:10.1146/annurev.publhealth.23.100901.140534.\n\n\
        `events` is the sum of effects and `n` the people, of both strategies. A NULL cost, \
        effect or strategy gives the status `incomplete_strata`; `undefined` says that one \
        strategy has nobody, or that there is no ratio to speak of. The interval is missing \
        where the difference in effect may be 0. More than one strategy beside the reference is \
        an error.";
    const EXAMPLE: &'static str = "\
        SELECT incremental_cost_effectiveness_ratio(cost, diagnosed, test_type, 'panel') AS icer\n\
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
        let confidence = options.confidence()?;
        let found = incremental_cost_effectiveness_ratio(&strategy, &reference, confidence);
        let ratio = found.ratio;
        let text = |word: &str| Cell::Text(Some(word.to_owned()));
        Ok(Output::Struct(vec![
            found
                .quadrant
                .map_or(Cell::Text(None), |quadrant: Quadrant| {
                    text(quadrant.as_str())
                }),
            Cell::Number(found.delta_cost),
            Cell::Number(found.delta_effect),
            Cell::Number(ratio.value),
            Cell::Number(ratio.lower_cl),
            Cell::Number(ratio.upper_cl),
            Cell::Number(ratio.se),
            Cell::Number(ratio.confidence),
            text(ratio.method),
            Cell::Number(ratio.events),
            Cell::Number(ratio.n),
            text(ratio.status.as_str()),
        ]))
    }
}
