//! A gamma distribution of relative risks with mean 1.

use super::gamma::GammaPrior;
use super::negative_binomial::most_likely_size;
use crate::variation::Areas;

/// Estimates by likelihood how much relative risks vary around 1; `None` without any events.
///
/// # References
/// Martuzzi & Hills, 1995, "Estimating the degree of heterogeneity between event rates using
/// likelihood", American Journal of Epidemiology 141:369.
pub(crate) fn gamma_mean1(areas: &Areas) -> Option<GammaPrior> {
    (areas.observed > 0.0).then(|| GammaPrior {
        mean: 1.0,
        shape: most_likely_size(|_| areas.rows.clone()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn areas_that_differ_little_have_no_variance() {
        let areas = Areas::sorted(vec![(9.0, 10.0), (11.0, 10.0), (21.0, 20.0)]);
        assert_eq!(gamma_mean1(&areas).unwrap().shape, f64::INFINITY);
        assert_eq!(gamma_mean1(&Areas::sorted(vec![(0.0, 1.0); 3])), None);
    }

    #[test]
    fn the_mean_is_one_whatever_the_areas_have() {
        let areas = Areas::sorted(vec![(90.0, 10.0), (110.0, 10.0), (10.0, 20.0)]);
        let prior = gamma_mean1(&areas).unwrap();
        assert!(prior.mean == 1.0 && prior.shape < 2.0, "{prior:?}");
    }
}
