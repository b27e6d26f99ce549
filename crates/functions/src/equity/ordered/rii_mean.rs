//! `rii_mean(value, population, rank)`: how large is the slope beside the mean?

use datafusion::common::Result;
use kohort_stats::ordered::rii_mean_with_line;

use super::super::aggregate::Aggregate;
use super::super::argument::Argument;
use super::super::columns::{Columns, Options};
use super::super::output::{Output, Shape};
use super::rows::{
    LINE_ERROR, ON_LINE, POPULATION, PSU, RANK, Rows, SE, STRATUM, VALUE, fault, keep, keep_all,
    line_options, on_line, rows,
};

#[derive(Debug)]
pub(super) struct RiiMean;

impl Aggregate for RiiMean {
    const NAME: &'static str = "rii_mean";
    const ARGUMENTS: &'static [Argument] = &[
        VALUE,
        POPULATION,
        RANK,
        SE,
        LINE_ERROR,
        STRATUM,
        PSU,
        Argument::confidence(),
    ];
    const SHAPE: Shape = ON_LINE;
    const DESCRIPTION: &'static str = "Pamuk's relative index of inequality of ordered groups, or \
        of people with weights: the linear `slope_index_of_inequality` over the mean weighted by \
        population.\n\n\
        Relative: 0.2 is a fifth of the mean between the bottom and the top of the order. Above 0 \
        the value is higher among the advantaged, 0 is no gradient. The interval allows for the \
        error of the mean.\n\n\
        NULL in `value`, `population` or `rank` of any row leaves no answer (`incomplete_strata`). \
        `undefined` for fewer than three places in the order, and for a mean of 0. A negative \
        population or `se` is an error.";
    const EXAMPLE: &'static str = "SELECT rii_mean(rate, population, quintile)['value'] AS share\n\
         FROM (VALUES (1, 41.0, 980), (2, 44.5, 1010), (3, 50.2, 1000), (4, 61.0, 995),\n  \
         (5, 79.3, 1015)) AS areas(quintile, rate, population)";
    type State = Rows;

    fn update(state: &mut Rows, columns: &Columns, row: usize) -> Result<()> {
        keep(state, columns, row, [3, 5, 6]);
        Ok(())
    }

    fn update_all(state: &mut Rows, columns: &Columns) -> Result<()> {
        keep_all(state, columns, [3, 5, 6]);
        Ok(())
    }

    fn evaluate(state: &Rows, options: &Options) -> Result<Output> {
        let line = line_options(options)?;
        let found = rii_mean_with_line(&mut rows(state, options), &line);
        Ok(on_line(fault(Self::NAME, found)?))
    }
}
