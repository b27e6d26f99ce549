//! `suppress(n, …)`: a count, unless it is small.

use datafusion::common::Result;
use kohort_stats::disclosure::{SmallCells, Zeros};

use super::super::argument::Argument;
use super::super::columns::Columns;
use super::super::named::named;
use super::super::output::{Cell, CellType, Output, Shape};
use super::super::scalar::Scalar;
use super::count;

/// A count, unless it is small.
#[derive(Debug)]
pub(super) struct Suppress;

impl Scalar for Suppress {
    const NAME: &'static str = "suppress";
    const ALIASES: &'static [&'static str] = &["suppress_small"];
    const ARGUMENTS: &'static [Argument] = &[
        Argument::number(
            "n",
            "a count of people: a whole number of at least 0; NULL gives NULL",
        ),
        Argument::number("threshold", "the least count that is shown, 1 or more").or(5.0),
        Argument::flag(
            "protect_zeros",
            "whether 0 is withheld too: that none of a group has something tells it of everybody \
             in it",
        )
        .or_flag(false),
        Argument::number(
            "of",
            "how many people `n` is a part of: then `n` is also withheld where so few are left \
             over",
        )
        .optional(),
    ];
    const SHAPE: Shape = Shape::Cell(CellType::Integer);
    const DESCRIPTION: &'static str = "\
        A count of people, or NULL where it is small: from 1 to below the threshold.\n\n\
        **This alone protects nobody** in a table with totals: a count that is withheld is the \
        total less the others. Whatever is made of a small count (a rate, an interval) gives it \
        away too. `kohort report` withholds all of that, and the counts that protect the small \
        ones. Say which counts are withheld: NULL is also what was not known.";
    const EXAMPLE: &'static str = "\
        SELECT region, suppress(tests) AS tests, suppress(tests, 10) AS stricter\n\
        FROM (VALUES ('Skåne', 1203), ('Gotland', 7), ('Dalarna', 3)) AS t(region, tests);";

    fn row(columns: &Columns, row: usize) -> Result<Output> {
        let argument = |at| count(Self::NAME, Self::ARGUMENTS, (columns, at, row));
        let (n, of) = (argument(0)?, argument(3)?);
        let threshold = argument(1)?.unwrap_or(SmallCells::DEFAULT_THRESHOLD);
        let zeros = match columns.flag(2, row) {
            Some(true) => Zeros::Protect,
            _ => Zeros::Publish,
        };
        let rule = named(Self::NAME, SmallCells::try_new(threshold, zeros))?;
        let shown = n.filter(|n| match of {
            Some(of) => !rule.withholds_part(*n, of),
            None => !rule.withholds(*n),
        });
        let shown = shown.and_then(|n| i64::try_from(n).ok());
        Ok(Output::Cell(Cell::Integer(shown)))
    }
}
