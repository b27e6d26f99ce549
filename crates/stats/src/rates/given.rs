//! Counts and denominators as they are given: perhaps NULL, perhaps no number at all.

use crate::{Error, Status};

/// Counts that are numbers, or why there is no answer without them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Known<const N: usize> {
    /// All of them, in the order given.
    All([f64; N]),
    /// One is NULL, or no finite number.
    Not(Status),
}

/// Looks at counts: a NULL gives `incomplete_strata`, NaN and infinity give `undefined`.
///
/// # Errors
/// A negative count.
pub(crate) fn known<const N: usize>(
    counts: [(&'static str, Option<f64>); N],
) -> Result<Known<N>, Error> {
    for (name, count) in counts {
        if let Some(count) = count.filter(|count| *count < 0.0) {
            return Err(Error::argument(name, "a number of at least 0", count));
        }
    }
    let mut numbers = [0.0; N];
    for (number, (_, count)) in numbers.iter_mut().zip(counts) {
        match count {
            None => return Ok(Known::Not(Status::IncompleteStrata)),
            Some(count) => *number = count,
        }
    }
    Ok(match numbers.iter().all(|number| number.is_finite()) {
        true => Known::All(numbers),
        false => Known::Not(Status::Undefined),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn null_is_incomplete_nan_is_undefined_and_a_negative_count_is_an_error() {
        let of = |a, b| known([("events", a), ("population", b)]);
        assert_eq!(of(Some(1.0), Some(2.0)), Ok(Known::All([1.0, 2.0])));
        assert_eq!(
            of(Some(1.0), None),
            Ok(Known::Not(Status::IncompleteStrata))
        );
        let nan = of(Some(f64::NAN), Some(2.0));
        assert_eq!(nan, Ok(Known::Not(Status::Undefined)));
        let error = of(None, Some(-1.0)).unwrap_err();
        let message = "population: expected a number of at least 0, got `-1`";
        assert_eq!(error.to_string(), message);
    }
}
