//! A gamma distribution of rates, by likelihood.

use super::gamma::GammaPrior;
use super::negative_binomial::{most_likely_factor, most_likely_size};
use crate::variation::Areas;

/// Estimates by likelihood the mean of rates and how much they vary around it: a negative binomial
/// regression of the events with nothing but expected events in it. `None` without any events.
///
/// # References
/// Clayton & Kaldor, 1987, "Empirical Bayes estimates of age-standardized relative risks for use in
/// disease mapping", Biometrics, doi:10.2307/2532003.
pub(super) fn gamma_ml(areas: &Areas) -> Option<GammaPrior> {
    if areas.observed <= 0.0 {
        return None;
    }
    let means = |size: f64| {
        let factor = most_likely_factor(&areas.rows, size);
        let rows = areas.rows.iter();
        rows.map(|&(events, expected)| (events, factor * expected))
            .collect()
    };
    let shape = most_likely_size(means);
    Some(GammaPrior {
        mean: most_likely_factor(&areas.rows, shape),
        shape,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_per_person_are_those_per_expected_event_scaled() {
        let rows = vec![(9.0, 10.0), (31.0, 10.0), (21.0, 20.0), (4.0, 11.0)];
        let scaled = rows
            .iter()
            .map(|&(events, expected)| (events, 1e4 * expected));
        let people = gamma_ml(&Areas::sorted(scaled.collect())).unwrap();
        let risks = gamma_ml(&Areas::sorted(rows)).unwrap();
        assert!((people.shape / risks.shape - 1.0).abs() < 1e-9);
        assert!((people.mean * 1e4 / risks.mean - 1.0).abs() < 1e-12);
    }

    #[test]
    fn areas_that_differ_little_have_the_pooled_rate() {
        let areas = Areas::sorted(vec![(9.0, 10.0), (11.0, 10.0), (25.0, 25.0)]);
        let prior = gamma_ml(&areas).unwrap();
        assert_eq!((prior.mean, prior.shape), (1.0, f64::INFINITY));
        assert_eq!(gamma_ml(&Areas::sorted(vec![(0.0, 10.0); 2])), None);
    }
}
