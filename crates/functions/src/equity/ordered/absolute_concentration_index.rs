//! `absolute_concentration_index(value, population, rank)`: on whom is the value concentrated?

use datafusion::common::Result;
use kohort_stats::ordered::absolute_concentration_index;

use super::super::aggregate::Aggregate;
use super::super::argument::Argument;
use super::super::columns::{Columns, Options};
use super::super::output::Output;
use super::rows::{
    GROUP_ERROR, POPULATION, PSU, RANK, Rows, SE, STRATUM, VALUE, fault, group_options, keep,
    keep_all, rows,
};

#[derive(Debug)]
pub(super) struct AbsoluteConcentrationIndex;

impl Aggregate for AbsoluteConcentrationIndex {
    const NAME: &'static str = "absolute_concentration_index";
    const ALIASES: &'static [&'static str] = &["aci"];
    const ARGUMENTS: &'static [Argument] = &[
        VALUE,
        POPULATION,
        RANK,
        SE,
        GROUP_ERROR,
        STRATUM,
        PSU,
        Argument::confidence(),
    ];
    const DESCRIPTION: &'static str = "The absolute concentration index of ordered groups, or of \
        people with weights: twice the covariance of the value and the midpoint rank (the share of \
        the population below the middle of a group), weighted by population.\n\n\
        Absolute, in the unit of `value`. Above 0 the value is concentrated among the advantaged, \
        below 0 among the disadvantaged; 0 is no gradient, or one that crosses over. Report it \
        with `relative_concentration_index`.\n\n\
        NULL in `value`, `population` or `rank` of any row leaves no answer (`incomplete_strata`); \
        `undefined` where all rows are of one rank. A negative population or `se` is an error.";
    const EXAMPLE: &'static str = "SELECT absolute_concentration_index(rate, population, \
         quintile)['value'] AS index\n\
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
        let index = group_options(options)?;
        let estimate = absolute_concentration_index(&mut rows(state, options), &index);
        Ok(fault(Self::NAME, estimate)?.into())
    }
}
