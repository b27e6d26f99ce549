//! The coefficient of variation of rates.

use super::extremal_quotient::known_rates;
use crate::{Error, Estimate, Status};

/// Estimates how much rates vary, relative to their mean.
///
/// # Definition
/// The standard deviation (with `k - 1`) of the rates of `k` areas, divided by their mean. No area
/// weighs more than another.
///
/// # Arguments
/// One rate, or ratio of observed to expected, per area.
///
/// # Returns
/// A number of at least 0, not in per cent; the number of areas as n.
///
/// # Nulls
/// `incomplete_strata` when a rate is NULL. `undefined` with fewer than two areas, when all rates
/// are 0, or one is NaN or infinite.
///
/// # Interpretation
/// 0.2: areas typically lie a fifth of the mean away from it. Relative.
///
/// # Limits
/// Chance is in it: small areas make it large, whatever they do. See
/// [`systematic_component_of_variation`](super::systematic_component_of_variation) for what is
/// left without chance, and
/// [`weighted_coefficient_of_variation`](super::weighted_coefficient_of_variation) for one in
/// which small areas weigh little.
///
/// # References
/// Diehr, 1990, "What is too much variation? The null hypothesis in small-area analysis", Health
/// Services Research 24:741.
///
/// # Errors
/// A negative rate.
pub fn coefficient_of_variation(rates: &[Option<f64>]) -> Result<Estimate, Error> {
    const METHOD: &str = "unweighted";
    let rates = match known_rates(rates)? {
        Ok(rates) => rates,
        Err(status) => return Ok(Estimate::missing(status, METHOD)),
    };
    #[expect(clippy::cast_precision_loss, reason = "areas are far fewer than 2^53")]
    let areas = rates.len() as f64;
    let mean = rates.iter().sum::<f64>() / areas;
    if areas < 2.0 || mean <= 0.0 {
        let missing = Estimate::missing(Status::Undefined, METHOD);
        return Ok(missing.with_counts(None, Some(areas)));
    }
    let squares: f64 = rates.iter().map(|rate| (rate - mean).powi(2)).sum();
    let deviation = (squares / (areas - 1.0)).sqrt();
    Ok(Estimate::of(deviation / mean, METHOD).with_counts(None, Some(areas)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_deviation_by_the_mean() {
        let found = coefficient_of_variation(&[2.0, 4.0, 6.0].map(Some)).unwrap();
        assert_eq!((found.value, found.n), (Some(0.5), Some(3.0)));
        let same = coefficient_of_variation(&[2.0, 2.0].map(Some)).unwrap();
        assert_eq!(same.value, Some(0.0));
    }

    #[test]
    fn it_is_undefined_around_zero_and_for_one_area() {
        for rates in [&[0.0, 0.0][..], &[3.0], &[]] {
            let rates: Vec<_> = rates.iter().copied().map(Some).collect();
            let found = coefficient_of_variation(&rates).unwrap();
            assert_eq!((found.status, found.value), (Status::Undefined, None));
        }
        let unknown = coefficient_of_variation(&[Some(1.0), None]).unwrap();
        assert_eq!(unknown.status, Status::IncompleteStrata);
        assert!(coefficient_of_variation(&[Some(-1.0), Some(1.0)]).is_err());
    }
}
