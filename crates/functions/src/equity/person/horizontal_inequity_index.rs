//! `horizontal_inequity_index(used, rank_by, need_expected)`: is use equal for equal need?

use datafusion::common::Result;
use kohort_stats::person::{NeedRow, horizontal_inequity_index};

use super::super::aggregate::Aggregate;
use super::super::alike::Alike;
use super::super::argument::Argument;
use super::super::columns::{Columns, Options};
use super::super::ordered::rows::{concentration_options, count, fault};
use super::super::output::{Cell, CellType, Output, Shape};
use super::concentration_index::{RANK_BY, WEIGHT};

#[derive(Debug)]
pub(super) struct HorizontalInequityIndex;

impl Aggregate for HorizontalInequityIndex {
    const NAME: &'static str = "horizontal_inequity_index";
    const ALIASES: &'static [&'static str] = &["hi"];
    const ARGUMENTS: &'static [Argument] = &[
        Argument::number(
            "used",
            "what a person used: a number of tests or visits, yes or no; NULL leaves no answer",
        ),
        RANK_BY,
        Argument::number(
            "need_expected",
            "what need alone (age, sex, illness) would lead one to expect for the person, in the \
             unit of `used`; NULL leaves no answer",
        ),
        WEIGHT,
        Argument::choice(
            "error",
            &[
                "auto",
                "delta",
                "delta_hc1",
                "convenient",
                "convenient_hc1",
                "kakwani",
            ],
            "as in `concentration_index`; expected need is taken as known; `auto` is `delta`",
        ),
        Argument::confidence(),
    ];
    const SHAPE: Shape = Shape::EstimateAnd(&[
        ("concentration_used", CellType::Number),
        ("concentration_need", CellType::Number),
    ]);
    const DESCRIPTION: &'static str = "The horizontal inequity index: the `concentration_index` of \
        use standardised indirectly for need, `used - need_expected + avg(need_expected)`. With it \
        come the indices of use and of expected need; where their means agree, the index is the \
        difference of the two.\n\n\
        Relative. Above 0 people of high rank use more than people of low rank with the same need, \
        below 0 less; 0 is equal use for equal need on the whole. Use that is concentrated among \
        the poor can still be too little, where the poor are more ill. It is as good as the \
        measure of need.\n\n\
        NULL in any column of any row leaves no answer (`incomplete_strata`); `undefined` where a \
        mean is not above 0, and where all people are of one rank. A negative weight is an error.";
    const EXAMPLE: &'static str = "SELECT horizontal_inequity_index(visits, income, expected) AS \
         inequity\n\
         FROM (VALUES (4, 180000, 5.5), (3, 240000, 3.0), (2, 310000, 1.5), (3, 420000, 2.0),\n  \
         (2, 650000, 2.0)) AS persons(visits, income, expected)";
    type State = Alike<4>;

    fn update(state: &mut Alike<4>, columns: &Columns, row: usize) -> Result<()> {
        state.push([1, 0, 2, 3].map(|at| columns.number(at, row)));
        Ok(())
    }

    fn update_all(state: &mut Alike<4>, columns: &Columns) -> Result<()> {
        state.extend([1, 0, 2, 3].map(|at| columns.numbers(at)), columns.rows);
        Ok(())
    }

    fn update_groups(states: &mut [Alike<4>], columns: &Columns, groups: &[usize]) -> Result<()> {
        Alike::push_groups(states, [1, 0, 2, 3].map(|at| columns.numbers(at)), groups);
        Ok(())
    }

    fn evaluate(state: &Alike<4>, options: &Options) -> Result<Output> {
        let has_weights = options.is_column("weight");
        let constant = options.number("weight").unwrap_or(1.0);
        let person = |([rank_by, used, need_expected, weight], times): ([f64; 4], u64)| NeedRow {
            rank_by,
            used,
            need_expected,
            weight: if has_weights { weight } else { constant },
            times: count(times),
        };
        let mut people: Vec<NeedRow> = state.iter().map(person).collect();
        let index = concentration_options(options)?;
        let found = horizontal_inequity_index(&mut people, index.error, index.confidence);
        let found = fault(Self::NAME, found)?;
        let more = [found.used.value, found.need.value].map(Cell::Number);
        Ok(Output::EstimateAnd(found.inequity, more.to_vec()))
    }
}
