//! Errors of measures, with the function's name before them.

use datafusion::common::{Result, exec_err};
use kohort_stats::Error;

use super::argument::Argument;
use super::columns::Columns;

/// What a measure gave; of a wrong argument, the error with the function's name before it.
pub(crate) fn named<T>(function: &str, result: std::result::Result<T, Error>) -> Result<T> {
    match result {
        Ok(value) => Ok(value),
        Err(error) => exec_err!("{function}: {error}"),
    }
}

/// The number of an argument, which may be NULL.
///
/// # Errors
/// It is negative.
pub(crate) fn not_negative(
    function: &str,
    arguments: &[Argument],
    (columns, at, row): (&Columns, usize, usize),
) -> Result<Option<f64>> {
    match columns.number(at, row) {
        Some(number) if number < 0.0 => {
            let name = arguments.get(at).map_or("", |argument| argument.name);
            exec_err!("{function}: {name}: expected a number of at least 0, got `{number}`")
        }
        number => Ok(number),
    }
}
