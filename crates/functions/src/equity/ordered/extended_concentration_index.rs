//! `extended_concentration_index(value, population, rank, aversion)`: how much do the worse off
//! count?

use datafusion::common::Result;
use kohort_stats::ordered::{
    ExtendedError, ExtendedOptions, OrderedRow, RankWeights, extended_concentration_index,
};

use super::super::aggregate::Aggregate;
use super::super::alike::Alike;
use super::super::argument::Argument;
use super::super::columns::{Columns, Options};
use super::super::output::Output;
use super::rows::{POPULATION, RANK, SE, VALUE, count, fault};

#[derive(Debug)]
pub(super) struct ExtendedConcentrationIndex;

impl Aggregate for ExtendedConcentrationIndex {
    const NAME: &'static str = "extended_concentration_index";
    const ARGUMENTS: &'static [Argument] = &[
        VALUE,
        POPULATION,
        RANK,
        Argument::number(
            "aversion",
            "to inequality, at least 1: at 1 rank does not matter, at 2 it is the plain index, \
             above 2 the worse off count more",
        )
        .or(2.0)
        .constant(),
        SE,
        Argument::choice(
            "weights",
            &["integrated", "midpoint"],
            "whether the weight that falls with the rank is averaged over a group's width, or \
             taken at its middle as textbooks do; with few groups the latter finds inequality in \
             equal values",
        ),
        Argument::choice(
            "error",
            &["auto", "analytic", "linearised"],
            "`analytic` rests on `se`; `linearised` is for people drawn independently; `auto` is \
             `analytic` where there is `se`, and no interval otherwise",
        ),
        Argument::confidence(),
    ];
    const DESCRIPTION: &'static str = "The extended concentration index of ordered groups, or of \
        people with weights: as `relative_concentration_index`, but with weights that fall more or \
        less steeply with the rank, by the aversion to inequality (often written nu).\n\n\
        Relative, at most 1. Above 0 the value is concentrated among the advantaged. The aversion \
        is a value judgement: report several.\n\n\
        NULL in `value`, `population` or `rank` of any row leaves no answer (`incomplete_strata`); \
        `undefined` where all rows are of one rank, and where the mean is not above 0. An aversion \
        below 1, a negative population or a negative `se` is an error.";
    const EXAMPLE: &'static str = "SELECT extended_concentration_index(rate, population, quintile, \
         3)['value'] AS index\n\
         FROM (VALUES (1, 41.0, 980), (2, 44.5, 1010), (3, 50.2, 1000), (4, 61.0, 995),\n  \
         (5, 79.3, 1015)) AS areas(quintile, rate, population)";
    type State = Alike<4>;

    fn update(state: &mut Alike<4>, columns: &Columns, row: usize) -> Result<()> {
        let number = |at| columns.number(at, row);
        state.push([number(2), number(0), number(1), number(4)]);
        Ok(())
    }

    fn update_all(state: &mut Alike<4>, columns: &Columns) -> Result<()> {
        state.extend([2, 0, 1, 4].map(|at| columns.numbers(at)), columns.rows);
        Ok(())
    }

    fn evaluate(state: &Alike<4>, options: &Options) -> Result<Output> {
        let known = |number: f64| (!number.is_nan()).then_some(number);
        let mut rows: Vec<OrderedRow> = state
            .iter()
            .map(|([rank, value, population, se], times)| {
                OrderedRow::group(known(rank), known(value), known(population))
                    .with_se(known(se))
                    .repeated(count(times))
            })
            .collect();
        let options = ExtendedOptions {
            aversion: options.number("aversion").unwrap_or(2.0),
            weights: match options.text("weights") {
                "midpoint" => RankWeights::Midpoint,
                _ => RankWeights::Integrated,
            },
            error: match options.text("error") {
                "analytic" => ExtendedError::Analytic,
                "linearised" => ExtendedError::Linearised,
                _ => ExtendedError::Auto,
            },
            confidence: options.confidence()?,
        };
        let estimate = extended_concentration_index(&mut rows, &options);
        Ok(fault(Self::NAME, estimate)?.into())
    }
}
