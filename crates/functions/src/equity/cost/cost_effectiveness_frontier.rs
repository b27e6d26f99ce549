//! `cost_effectiveness_frontier(cost, effect) OVER (…)`: which strategies are worth choosing
//! between.

use datafusion::common::Result;
use kohort_stats::cost::{Strategy, cost_effectiveness_frontier};

use super::super::argument::Argument;
use super::super::columns::Columns;
use super::super::output::{Cell, CellType, Output, Shape};
use super::super::window::Window;

const COST: Argument = Argument::number(
    "cost",
    "the mean cost of the strategy; NULL gives `incomplete_strata` in all rows",
);

const EFFECT: Argument = Argument::number(
    "effect",
    "the mean effect of the strategy; NULL gives `incomplete_strata` in all rows",
);

/// Which strategies are worth choosing between.
#[derive(Debug)]
pub(super) struct CostEffectivenessFrontier;

impl Window for CostEffectivenessFrontier {
    const NAME: &'static str = "cost_effectiveness_frontier";
    const ARGUMENTS: &'static [Argument] = &[COST, EFFECT];
    const SHAPE: Shape = Shape::Struct(&[
        ("place", CellType::Text),
        ("icer", CellType::Number),
        ("status", CellType::Text),
    ]);
    const DESCRIPTION: &'static str = "\
        Where each of several strategies lies, one per row: on the `frontier`, `dominated` by \
        one that does as much and costs less, or `extended_dominated` by two that, each given to \
        some of the people, together do as much for less. On the frontier `icer` is what one \
        more outcome costs than with the next cheaper strategy there; it rises along the \
        frontier, and the cheapest has none. When an outcome is worth `lambda`, choose the last \
        one whose `icer` is at most `lambda`. Karlsson and Johannesson, 1996, \
        doi:10.2165/00019053-199609020-00004.\n\n\
        The means are taken as they are: how sure the order is, \
        `incremental_net_monetary_benefit` says. A NULL cost or effect gives the status \
        `incomplete_strata` in every row, for the missing strategy may be the best; one that is \
        NaN or infinite `undefined`.";
    const EXAMPLE: &'static str = "\
        SELECT test_type, cost_effectiveness_frontier(cost, effect) OVER () AS place\n\
        FROM (VALUES ('none', 0, 0.00), ('array', 6000, 0.10), ('panel', 10000, 0.13),\n\
        \u{20}            ('wgs', 24000, 0.40)) AS strategy(test_type, cost, effect)\n\
        ORDER BY cost;";

    fn partition(columns: &Columns) -> Result<Vec<Output>> {
        let strategies: Vec<Strategy> = (0..columns.rows)
            .map(|row| Strategy {
                cost: columns.number(0, row),
                effect: columns.number(1, row),
            })
            .collect();
        let rows = cost_effectiveness_frontier(&strategies);
        let output = |row: kohort_stats::cost::FrontierRow| {
            Output::Struct(vec![
                Cell::Text(row.place.map(|place| place.as_str().to_owned())),
                Cell::Number(row.icer),
                Cell::Text(Some(row.status.as_str().to_owned())),
            ])
        };
        Ok(rows.into_iter().map(output).collect())
    }
}
