//! `relative_concentration_index(value, population, rank)`: how unequal is that beside the mean?

use datafusion::common::Result;
use kohort_stats::ordered::relative_concentration_index;

use super::super::aggregate::Aggregate;
use super::super::argument::Argument;
use super::super::columns::{Columns, Options};
use super::super::output::Output;
use super::rows::{
    GROUP_ERROR, LOWER, POPULATION, PSU, RANK, Rows, SE, STRATUM, UPPER, VALUE, VARIANT, fault,
    group_options, keep, keep_all, rows,
};

#[derive(Debug)]
pub(super) struct RelativeConcentrationIndex;

impl Aggregate for RelativeConcentrationIndex {
    const NAME: &'static str = "relative_concentration_index";
    const ALIASES: &'static [&'static str] = &["rci"];
    const ARGUMENTS: &'static [Argument] = &[
        VALUE,
        POPULATION,
        RANK,
        SE,
        VARIANT,
        LOWER,
        UPPER,
        GROUP_ERROR,
        STRATUM,
        PSU,
        Argument::confidence(),
    ];
    const DESCRIPTION: &'static str = "The relative concentration index of ordered groups, or of \
        people with weights: the absolute index over the mean. For a bounded value, such as a \
        proportion, `wagstaff` relates it to what is possible with that mean, and `erreygers` to \
        the width of the bounds; these two differ only in sign between the tested and the \
        untested, which the standard index does not.\n\n\
        Relative (`erreygers` and `absolute` are not), from -1 to 1 for values of at least 0. \
        Above 0 the value is concentrated among the advantaged, below 0 among the disadvantaged; 0 \
        is no gradient, or one that crosses over.\n\n\
        NULL in `value`, `population` or `rank` of any row leaves no answer (`incomplete_strata`); \
        `undefined` where all rows are of one rank, where the mean is not above 0, and for \
        `wagstaff` where it is a bound. A negative population or `se`, or a value beyond the \
        bounds of a variant that has them, is an error: per cent needs `upper => 100`.";
    const EXAMPLE: &'static str = "SELECT relative_concentration_index(share, population, \
         quintile, variant => 'wagstaff', upper => 100)['value'] AS index\n\
         FROM (VALUES (1, 61.0, 980), (2, 64.5, 1010), (3, 70.2, 1000), (4, 71.0, 995),\n  \
         (5, 79.3, 1015)) AS areas(quintile, share, population)";
    type State = Rows;

    fn update(state: &mut Rows, columns: &Columns, row: usize) -> Result<()> {
        keep(state, columns, row, [3, 8, 9]);
        Ok(())
    }

    fn update_all(state: &mut Rows, columns: &Columns) -> Result<()> {
        keep_all(state, columns, [3, 8, 9]);
        Ok(())
    }

    fn evaluate(state: &Rows, options: &Options) -> Result<Output> {
        let index = group_options(options)?;
        let estimate = relative_concentration_index(&mut rows(state, options), &index);
        Ok(fault(Self::NAME, estimate)?.into())
    }
}
