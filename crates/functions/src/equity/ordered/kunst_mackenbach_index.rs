//! `kunst_mackenbach_index(value, population, rank)`: top over bottom of the straight line.

use datafusion::common::Result;
use kohort_stats::ordered::relative_index_with_line;

use super::super::aggregate::Aggregate;
use super::super::argument::Argument;
use super::super::columns::{Columns, Options};
use super::super::output::{Output, Shape};
use super::rows::{
    LINE_ERROR, ON_LINE, POPULATION, PSU, RANK, Rows, SE, STRATUM, VALUE, fault, keep, keep_all,
    line_options, on_line, rows,
};

#[derive(Debug)]
pub(super) struct KunstMackenbachIndex;

impl Aggregate for KunstMackenbachIndex {
    const NAME: &'static str = "kunst_mackenbach_index";
    const ALIASES: &'static [&'static str] = &["kmi"];
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
    const DESCRIPTION: &'static str = "The Kunst-Mackenbach index of ordered groups, or of people \
        with weights: the value at the top of the order over the value at its bottom, on the \
        straight line. The same as `relative_index_of_inequality` of a linear model.\n\n\
        Relative. 1 is no gradient, above 1 the value is higher among the advantaged; some tables \
        print the inverse.\n\n\
        NULL in `value`, `population` or `rank` of any row leaves no answer (`incomplete_strata`). \
        `undefined` for fewer than three places in the order, and where the line is at or below 0 \
        at the bottom, or below 0 at the top. A negative population or `se` is an error.";
    const EXAMPLE: &'static str = "SELECT kunst_mackenbach_index(rate, population, \
         quintile)['value'] AS ratio\n\
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
        let found = relative_index_with_line(&mut rows(state, options), &line);
        Ok(on_line(fault(Self::NAME, found)?))
    }
}
