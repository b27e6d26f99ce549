//! `round_to_base(n, base)`: a count rounded to a multiple of a base.

use datafusion::common::Result;
use kohort_stats::disclosure::round_to_base;

use super::super::argument::Argument;
use super::super::columns::Columns;
use super::super::named::named;
use super::super::output::{Cell, CellType, Output, Shape};
use super::super::scalar::Scalar;
use super::count;

/// A count rounded to a multiple of a base.
#[derive(Debug)]
pub(super) struct RoundToBase;

impl Scalar for RoundToBase {
    const NAME: &'static str = "round_to_base";
    const ALIASES: &'static [&'static str] = &["round_base"];
    const ARGUMENTS: &'static [Argument] = &[
        Argument::number(
            "n",
            "a count: a whole number of at least 0; NULL gives NULL",
        ),
        Argument::number("base", "1 or more: 3 or 5 by custom; NULL gives NULL"),
    ];
    const SHAPE: Shape = Shape::Cell(CellType::Integer);
    const DESCRIPTION: &'static str = "\
        A count rounded to the nearest multiple of a base; halfway goes up. 53 to base 5 is 55.\n\n\
        Round counts, and make shares and rates of the rounded counts: an exact rate beside a \
        rounded count gives the count back. Rounded parts need not add up to their rounded total.";
    const EXAMPLE: &'static str = "\
        SELECT region, round_to_base(tests, 5) AS tests\n\
        FROM (VALUES ('Skåne', 1203), ('Gotland', 12), ('Dalarna', 3)) AS t(region, tests);";

    fn row(columns: &Columns, row: usize) -> Result<Output> {
        let argument = |at| count(Self::NAME, Self::ARGUMENTS, (columns, at, row));
        let (Some(n), Some(base)) = (argument(0)?, argument(1)?) else {
            return Ok(Output::Cell(Cell::Integer(None)));
        };
        let rounded = named(Self::NAME, round_to_base(n, base))?;
        Ok(Output::Cell(Cell::Integer(i64::try_from(rounded).ok())))
    }
}
