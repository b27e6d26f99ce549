//! `slope_index_of_inequality(value, population, rank)`: how much higher at the top of the order?

use datafusion::common::Result;
use kohort_stats::ordered::slope_index_with_line;

use super::super::aggregate::Aggregate;
use super::super::argument::Argument;
use super::super::columns::{Columns, Options};
use super::super::output::{Output, Shape};
use super::rows::{
    LINE_ERROR, MODEL, ON_LINE, POPULATION, PSU, RANK, Rows, SCALE, SE, STRATUM, VALUE, fault,
    keep, keep_all, line_options, on_line, rows,
};

#[derive(Debug)]
pub(super) struct SlopeIndexOfInequality;

impl Aggregate for SlopeIndexOfInequality {
    const NAME: &'static str = "slope_index_of_inequality";
    const ALIASES: &'static [&'static str] = &["slope_index_inequality", "sii"];
    const ARGUMENTS: &'static [Argument] = &[
        VALUE,
        POPULATION,
        RANK,
        SE,
        MODEL,
        SCALE,
        LINE_ERROR,
        STRATUM,
        PSU,
        Argument::confidence(),
    ];
    const SHAPE: Shape = ON_LINE;
    const DESCRIPTION: &'static str = "The slope index of inequality of ordered groups, or of \
        people with weights: the value at the top of the order less the value at its bottom, on \
        the line through the values over the midpoint ranks (the share of the population below the \
        middle of a group), weighted by population.\n\n\
        Absolute, in the unit of `value`. Above 0 the value is higher among the advantaged, below \
        0 among the disadvantaged, 0 is no gradient. Report it with \
        `relative_index_of_inequality`. A line through a U says 0. \
        `fitted_bottom` and `fitted_top` are the two ends of the line, whose difference is the \
        value; `intercept` is the line at the bottom on the scale of the model: a logarithm or \
        logit unless it is linear.\n\n\
        NULL in `value`, `population` or `rank` of any row leaves no answer (`incomplete_strata`). \
        `undefined` for fewer than three places in the order, for a value without logarithm under \
        a transformed model, and where a logit line does not exist because the order separates \
        zeros from ones. A negative population or `se`, or a value outside the model's range, is \
        an error.";
    const EXAMPLE: &'static str = "SELECT slope_index_of_inequality(share, population, quintile, \
         scale => 100, model => 'logit')['value'] AS slope\n\
         FROM (VALUES (1, 61.0, 980), (2, 64.5, 1010), (3, 70.2, 1000), (4, 71.0, 995),\n  \
         (5, 79.3, 1015)) AS areas(quintile, share, population)";
    type State = Rows;

    fn update(state: &mut Rows, columns: &Columns, row: usize) -> Result<()> {
        keep(state, columns, row, [3, 7, 8]);
        Ok(())
    }

    fn update_all(state: &mut Rows, columns: &Columns) -> Result<()> {
        keep_all(state, columns, [3, 7, 8]);
        Ok(())
    }

    fn evaluate(state: &Rows, options: &Options) -> Result<Output> {
        let line = line_options(options)?;
        let found = slope_index_with_line(&mut rows(state, options), &line);
        Ok(on_line(fault(Self::NAME, found)?))
    }
}
