//! The absolute and the relative concentration index of groups.

use crate::ordered::concentration::{
    ConcentrationOptions, ConcentrationVariant, Unit, concentration,
};
use crate::ordered::ranked::{Ranked, Refusal};
use crate::ordered::row::OrderedRow;
use crate::{Error, Estimate};

/// Estimates the absolute concentration index of groups in an order.
///
/// # Definition
/// `2 * sum of f * y * (R - 1/2)`, with `y` the value of a group, `f` its share of the population,
/// and `R` its midpoint rank: twice the covariance of value and rank.
///
/// # Arguments
/// Rows are groups with their population, or people with their weight; they are sorted in place.
/// Rows of one rank share its midpoint. A row without population does not count. The variant of the
/// options is not looked at.
///
/// # Returns
/// The index in the unit of the values, with a normal interval; `n` is the number of rows.
///
/// # Nulls
/// `incomplete_strata` for a NULL in rank, value or population; `undefined` where all rows are of
/// one rank, so that there is no order. The interval is absent for fewer than three rows when it
/// rests on residuals, and where some, but not all, rows have a standard error.
///
/// # Errors
/// A negative population or standard error.
///
/// # Interpretation
/// Absolute, and weighted by population. Above 0 the value is concentrated among the advantaged,
/// below 0 among the disadvantaged; 0 is no gradient, or one that crosses over. It is a sixth of
/// the slope index for a straight gradient over a continuous order.
///
/// # Limits
/// Few groups hide what happens inside them. Intervals from residuals rest on as few degrees of
/// freedom as there are groups, and take the mean as known.
///
/// # Example
/// ```
/// use kohort_stats::ordered::{ConcentrationOptions, OrderedRow, absolute_concentration_index};
/// let mut groups = [(1.0, 20.0), (2.0, 40.0)]
///     .map(|(rank, value)| OrderedRow::group(Some(rank), Some(value), Some(100.0)));
/// let options = ConcentrationOptions::default();
/// let index = absolute_concentration_index(&mut groups, &options).unwrap();
/// assert_eq!(index.value, Some(5.0));
/// ```
///
/// # References
/// Wagstaff, Paci and van Doorslaer, 1991, "On the measurement of inequalities in health", Social
/// Science & Medicine, doi:10.1016/0277-9536(91)90212-U. O'Donnell and others, 2008, "Analyzing
/// health equity using household survey data", World Bank, doi:10.1596/978-0-8213-6933-3.
pub fn absolute_concentration_index(
    rows: &mut [OrderedRow],
    options: &ConcentrationOptions,
) -> Result<Estimate, Error> {
    let variant = ConcentrationVariant::Absolute;
    relative_concentration_index(
        rows,
        &ConcentrationOptions {
            variant,
            ..*options
        },
    )
}

/// Estimates the relative concentration index of groups in an order.
///
/// # Definition
/// The [absolute index](absolute_concentration_index) over the mean, or over what
/// [`ConcentrationVariant`] says.
///
/// # Arguments
/// As for the absolute index. Bounds of a variant are the lowest and highest value that is
/// possible, 0 and 100 for percentages; they are never taken from the data.
///
/// # Returns
/// The index, from -1 to 1 for values of at least 0, with a normal interval; `n` is the number of
/// rows.
///
/// # Nulls
/// As for the absolute index; also `undefined` where the mean is not above 0, and for Wagstaff's
/// variant where the mean is a bound.
///
/// # Errors
/// As for the absolute index; also bounds that are none, and values beyond them.
///
/// # Interpretation
/// Relative (but for Erreygers' variant, which is absolute), and weighted by population. Above 0
/// the value is concentrated among the advantaged. The standard index of a proportion and that of
/// its complement need not agree on which of two years is more unequal; Wagstaff's and Erreygers'
/// do.
///
/// # Limits
/// As for the absolute index.
///
/// # References
/// Wagstaff, 2005, "The bounds of the concentration index when the variable of interest is binary",
/// Health Economics, doi:10.1002/hec.953. Erreygers, 2009, "Correcting the concentration index",
/// Journal of Health Economics, doi:10.1016/j.jhealeco.2008.02.003. Kakwani, Wagstaff and van
/// Doorslaer, 1997, "Socioeconomic inequalities in health", Journal of Econometrics,
/// doi:10.1016/S0304-4076(96)01807-6.
pub fn relative_concentration_index(
    rows: &mut [OrderedRow],
    options: &ConcentrationOptions,
) -> Result<Estimate, Error> {
    let of_groups = |rows: &mut [OrderedRow]| -> Result<Estimate, Refusal> {
        let ranked = Ranked::sort(rows)?;
        concentration(&ranked, options, Unit::Group)
    };
    of_groups(rows).or_else(|refusal| refusal.settle(options.error.name()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Status;
    use crate::ordered::{Bounds, ConcentrationError};

    fn rows(values: &[(f64, f64)]) -> Vec<OrderedRow> {
        let row = |((value, population), rank): (&(f64, f64), u32)| {
            OrderedRow::group(Some(f64::from(rank)), Some(*value), Some(*population))
        };
        values.iter().zip(1..).map(row).collect()
    }

    fn index(values: &[(f64, f64)], variant: ConcentrationVariant) -> Estimate {
        let options = ConcentrationOptions {
            variant,
            ..ConcentrationOptions::default()
        };
        relative_concentration_index(&mut rows(values), &options).unwrap()
    }

    #[test]
    fn variants_relate_the_same_covariance_to_different_things() {
        // Shares 1/4 and 3/4, ranks 1/8 and 5/8; mean 0.55; twice the covariance 0.0375.
        let groups = [(0.4, 1.0), (0.6, 3.0)];
        for (variant, expected) in [
            (ConcentrationVariant::Absolute, 0.0375),
            (ConcentrationVariant::Standard, 0.0375 / 0.55),
            (
                ConcentrationVariant::Wagstaff(Bounds::default()),
                0.0375 / (0.55 * 0.45),
            ),
            (ConcentrationVariant::Erreygers(Bounds::default()), 0.15),
        ] {
            let found = index(&groups, variant).value.unwrap();
            assert!((found - expected).abs() < 1e-12, "{variant:?}: {found}");
        }
    }

    #[test]
    fn wagstaff_and_erreygers_of_the_complement_differ_in_sign_only() {
        let (groups, complement) = (
            [(0.1, 2.0), (0.3, 1.0), (0.9, 4.0)],
            [(0.9, 2.0), (0.7, 1.0), (0.1, 4.0)],
        );
        for variant in [
            ConcentrationVariant::Wagstaff(Bounds::default()),
            ConcentrationVariant::Erreygers(Bounds::default()),
        ] {
            let (one, other) = (index(&groups, variant), index(&complement, variant));
            assert!((one.value.unwrap() + other.value.unwrap()).abs() < 1e-12);
            assert!((one.se.unwrap() - other.se.unwrap()).abs() < 1e-12);
        }
    }

    #[test]
    fn bounds_do_not_depend_on_the_unit() {
        let groups = [(0.1, 2.0), (0.3, 1.0), (0.9, 4.0)];
        let percent = groups.map(|(value, population)| (100.0 * value + 7.0, population));
        let bounds = Bounds {
            lower: 7.0,
            upper: 107.0,
        };
        for (one, other) in [
            (
                ConcentrationVariant::Wagstaff(Bounds::default()),
                ConcentrationVariant::Wagstaff(bounds),
            ),
            (
                ConcentrationVariant::Erreygers(Bounds::default()),
                ConcentrationVariant::Erreygers(bounds),
            ),
        ] {
            for error in [
                ConcentrationError::Convenient,
                ConcentrationError::Delta,
                ConcentrationError::Kakwani,
            ] {
                let found = |values: &[(f64, f64)], variant| {
                    let options = ConcentrationOptions {
                        variant,
                        error,
                        ..ConcentrationOptions::default()
                    };
                    relative_concentration_index(&mut rows(values), &options).unwrap()
                };
                let (one, other) = (found(&groups, one), found(&percent, other));
                assert!((one.value.unwrap() - other.value.unwrap()).abs() < 1e-12);
                assert!(
                    (one.se.unwrap() - other.se.unwrap()).abs() < 1e-12,
                    "{error:?}"
                );
            }
        }
    }

    #[test]
    fn the_analytic_error_is_that_of_small_changes_in_the_values() {
        let values = [(0.2, 2.0), (0.3, 1.0), (0.7, 4.0), (0.6, 2.0)];
        let errors = [0.05, 0.02, 0.03, 0.04];
        for variant in [
            ConcentrationVariant::Absolute,
            ConcentrationVariant::Standard,
            ConcentrationVariant::Wagstaff(Bounds::default()),
            ConcentrationVariant::Erreygers(Bounds::default()),
        ] {
            let mut variance = 0.0;
            for (moved, error) in errors.iter().enumerate() {
                let at = |step: f64| {
                    let mut values = values;
                    values[moved].0 += step;
                    index(&values, variant).value.unwrap()
                };
                variance += ((at(1e-5) - at(-1e-5)) / 2e-5 * error).powi(2);
            }
            let mut with_errors = rows(&values);
            for (row, error) in with_errors.iter_mut().zip(errors) {
                row.se = error;
            }
            let options = ConcentrationOptions {
                variant,
                ..ConcentrationOptions::default()
            };
            let found = relative_concentration_index(&mut with_errors, &options).unwrap();
            assert_eq!(found.method, "analytic");
            assert!(
                (found.se.unwrap() / variance.sqrt() - 1.0).abs() < 1e-8,
                "{variant:?}"
            );
        }
    }

    #[test]
    fn no_order_no_mean_and_full_bounds_are_undefined() {
        let one_place =
            [1.0, 2.0].map(|value| OrderedRow::group(Some(1.0), Some(value), Some(1.0)));
        let options = ConcentrationOptions::default();
        let found = absolute_concentration_index(&mut one_place.clone(), &options).unwrap();
        assert_eq!(found.status, Status::Undefined);
        let zero = index(&[(0.0, 1.0), (0.0, 1.0)], ConcentrationVariant::Standard);
        assert_eq!((zero.value, zero.status), (None, Status::Undefined));
        let full = [(1.0, 1.0), (1.0, 1.0), (1.0, 1.0)];
        let wagstaff = index(&full, ConcentrationVariant::Wagstaff(Bounds::default()));
        assert_eq!(wagstaff.status, Status::Undefined);
        let erreygers = index(&full, ConcentrationVariant::Erreygers(Bounds::default()));
        assert_eq!(erreygers.value, Some(0.0));
    }

    #[test]
    fn percentages_without_bounds_of_percentages_are_refused() {
        let variant = ConcentrationVariant::Wagstaff(Bounds::default());
        let options = ConcentrationOptions {
            variant,
            ..ConcentrationOptions::default()
        };
        let error = relative_concentration_index(&mut rows(&[(20.0, 1.0), (40.0, 1.0)]), &options);
        assert_eq!(
            error.unwrap_err().to_string(),
            "value: expected a value within the bounds, got `20`"
        );
    }
}
