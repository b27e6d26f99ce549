//! Small counts of people: withheld, or rounded.

use datafusion::common::{Result, exec_err};

use super::Entry;
use super::argument::Argument;
use super::columns::Columns;
use super::scalar::scalar;

mod round_to_base;
mod suppress;
#[cfg(test)]
mod tests;

/// The functions of this family.
pub(super) fn entries() -> Vec<Entry> {
    vec![
        scalar::<round_to_base::RoundToBase>(),
        scalar::<suppress::Suppress>(),
    ]
}

/// Counts beyond this are not all whole numbers of a `DOUBLE`.
const LARGEST: f64 = 9_007_199_254_740_992.0;

/// A count: a whole number of at least 0, or NULL.
///
/// # Errors
/// Any other number.
fn count(
    function: &str,
    arguments: &[Argument],
    (columns, at, row): (&Columns, usize, usize),
) -> Result<Option<u64>> {
    let Some(number) = columns.number(at, row) else {
        return Ok(None);
    };
    if number.fract() != 0.0 || !(0.0..=LARGEST).contains(&number) {
        let name = arguments.get(at).map_or("", |argument| argument.name);
        return exec_err!(
            "{function}: {name}: expected a whole number from 0 to {LARGEST}, got `{number}`"
        );
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a whole number in that range"
    )]
    Ok(Some(number as u64))
}
