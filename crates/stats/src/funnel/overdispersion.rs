//! How much more areas differ than chance makes them.

use super::target::{Area, FunnelStatistic};
use crate::rates::Known;
use crate::{Error, ExactSum};

/// What is done about areas that differ for more than chance.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Overdispersion {
    /// Nothing: the lines are those of chance.
    #[default]
    None,
    /// All lines are wider by one factor.
    Multiplicative,
    /// All areas have one variance more, which matters most where chance is small.
    Additive,
}

impl Overdispersion {
    /// The word of SQL.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Multiplicative => "multiplicative",
            Self::Additive => "additive",
        }
    }
}

impl std::str::FromStr for Overdispersion {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let all = [Self::None, Self::Multiplicative, Self::Additive];
        let found = all.into_iter().find(|kind| kind.as_str() == text);
        let expected = "none, multiplicative or additive";
        found.ok_or_else(|| Error::argument("overdispersion", expected, text))
    }
}

/// An area on the scale where chance has the same size for every target.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scored {
    /// How far the area lies above the target.
    pub distance: f64,
    /// The standard error that chance gives it.
    pub error: f64,
}

impl Scored {
    /// The distance in standard errors.
    pub fn z(self) -> f64 {
        self.distance / self.error
    }
}

/// How much more areas differ than chance makes them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Dispersion {
    /// The factor on the variance of chance, at least 1.
    pub phi: f64,
    /// The variance between areas beyond chance, at least 0.
    pub tau_squared: f64,
    /// Each area, in the order given; `None` where its counts are missing or without people.
    pub areas: Vec<Option<Scored>>,
}

impl Dispersion {
    /// How far the area lies from the target, in standard errors that allow for over-dispersion.
    pub fn z(&self, area: Scored, overdispersion: Overdispersion) -> f64 {
        match overdispersion {
            Overdispersion::None => area.z(),
            Overdispersion::Multiplicative => area.z() / self.phi.sqrt(),
            Overdispersion::Additive => area.distance / area.error.hypot(self.tau_squared.sqrt()),
        }
    }
}

/// Estimates how much more areas differ than chance makes them.
///
/// # Definition
/// Each area is put on the scale where its variance does not depend on the target: for a
/// proportion `asin sqrt(x / n)` with variance `1 / (4n)`, for a ratio or a rate `sqrt(O / E)` with
/// variance `1 / (4E)` (for a rate, `E` is the person-time). `z` is the distance to the target
/// there, over the standard error. The tenth of areas with the lowest `z` is set to their tenth
/// percentile and the tenth with the highest to their ninetieth (percentiles by linear
/// interpolation, R's type 7), so that true outliers do not widen the lines that are to find them.
/// Then `phi` is the mean of `z^2`, at least 1; and with `w = 4n` and `I` areas,
/// `tau^2 = (I phi - (I - 1)) / (sum w - sum w^2 / sum w)`, at least 0, with `phi` before it was
/// raised to 1.
///
/// # Arguments
/// All areas of the funnel and the target. Areas without counts or people are left out.
///
/// # Returns
/// Both estimates and each area on that scale. It does not depend on the order of areas, other than
/// that areas come back in their order.
///
/// # Nulls
/// Without any area, `phi` is 1 and `tau^2` is 0.
///
/// # Interpretation
/// `phi = 1` is chance. `phi = 4` makes lines twice as wide. With large areas the additive variance
/// is the better one: it lets no area be small enough to be judged by chance alone.
///
/// # Limits
/// With about 20 areas, the estimate is rough. What it takes for granted, that areas may differ
/// that much for good reasons, is a decision and no finding.
///
/// # References
/// Spiegelhalter, 2005, "Handling over-dispersion of performance indicators", Quality and Safety in
/// Health Care, doi:10.1136/qshc.2005.013755. Spiegelhalter and others, 2012, "Statistical methods
/// for healthcare regulation: rating, screening and surveillance", Journal of the Royal Statistical
/// Society A, doi:10.1111/j.1467-985X.2011.01010.x. DerSimonian and Laird, 1986, "Meta-analysis in
/// clinical trials", Controlled Clinical Trials, doi:10.1016/0197-2456(86)90046-2.
///
/// # Errors
/// A negative count; for a proportion, more events than people or a target outside 0 to 1.
pub fn dispersion(
    areas: &[Area],
    target: f64,
    statistic: FunnelStatistic,
) -> Result<Dispersion, Error> {
    statistic.check_target(target)?;
    let scale = |value: f64| match statistic {
        FunnelStatistic::Proportion => value.sqrt().asin(),
        FunnelStatistic::Ratio | FunnelStatistic::Rate => value.sqrt(),
    };
    let mut scored = Vec::with_capacity(areas.len());
    for area in areas {
        scored.push(match area.known(statistic)? {
            Known::Not(_) => None,
            Known::All([x, n]) => Some(Scored {
                distance: scale(x / n) - scale(target),
                error: 0.5 / n.sqrt(),
            }),
        });
    }
    let (phi, tau_squared) = estimates(scored.iter().flatten().copied());
    Ok(Dispersion {
        phi,
        tau_squared,
        areas: scored,
    })
}

/// `phi` and `tau^2` of areas.
fn estimates(areas: impl Iterator<Item = Scored>) -> (f64, f64) {
    let areas: Vec<Scored> = areas.collect();
    if areas.is_empty() {
        return (1.0, 0.0);
    }
    let mut scores: Vec<f64> = areas.iter().map(|area| area.z()).collect();
    scores.sort_by(f64::total_cmp);
    let (low, high) = (percentile(&scores, 0.1), percentile(&scores, 0.9));
    let sum = |terms: &mut dyn Iterator<Item = f64>| ExactSum::from_parts(terms).value();
    let squares = sum(&mut scores.iter().map(|z| z.clamp(low, high).powi(2)));
    #[expect(
        clippy::cast_precision_loss,
        reason = "counts of areas stay far below 2^53"
    )]
    let count = areas.len() as f64;
    let weights = areas.iter().map(|area| area.error.powi(-2));
    let total = sum(&mut weights.clone());
    let spread = total - sum(&mut weights.map(|weight| weight * weight)) / total;
    let tau_squared = match spread > 0.0 {
        true => ((squares - (count - 1.0)) / spread).max(0.0),
        false => 0.0,
    };
    ((squares / count).max(1.0), tau_squared)
}

/// A percentile of sorted numbers, by linear interpolation (R's type 7).
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a place among the numbers"
)]
fn percentile(sorted: &[f64], p: f64) -> f64 {
    let place = p * (sorted.len() - 1) as f64;
    let below = place.floor() as usize;
    let above = (below + 1).min(sorted.len() - 1);
    sorted[below] + (place - place.floor()) * (sorted[above] - sorted[below])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn areas_at_the_target_are_not_over_dispersed() {
        let areas = [Area::new(50.0, 100.0); 12];
        let found = dispersion(&areas, 0.5, FunnelStatistic::Proportion).unwrap();
        assert_eq!((found.phi, found.tau_squared), (1.0, 0.0));
        assert!(found.areas.iter().all(|area| area.unwrap().distance == 0.0));
        let none = dispersion(&[], 0.5, FunnelStatistic::Proportion).unwrap();
        assert_eq!((none.phi, none.tau_squared), (1.0, 0.0));
    }

    #[test]
    fn the_estimates_are_those_of_a_sum_by_hand() {
        // Eleven areas with E = 100 and z = 2 (sqrt(O) - 10) = -10, -8, ..., 10: the tenth and the
        // ninetieth percentile are the second and the last but one, so z^2 sums to 2 * (64 + 64 +
        // 36 + 16 + 4) = 368. All weights are 400.
        let area = |z: i32| Area::new((10.0 + f64::from(z) / 2.0).powi(2), 100.0);
        let areas: Vec<Area> = (-5..=5).map(|step| area(2 * step)).collect();
        let found = dispersion(&areas, 1.0, FunnelStatistic::Ratio).unwrap();
        assert!((found.phi - 368.0 / 11.0).abs() < 1e-9, "{found:?}");
        let tau_squared = (368.0 - 10.0) / (4400.0 - 400.0);
        assert!((found.tau_squared - tau_squared).abs() < 1e-12, "{found:?}");
        let last = found.areas[10].unwrap();
        assert!((found.z(last, Overdispersion::None) - 10.0).abs() < 1e-9);
        let multiplicative = found.z(last, Overdispersion::Multiplicative);
        assert!((multiplicative - 10.0 / (368.0f64 / 11.0).sqrt()).abs() < 1e-9);
        let additive = found.z(last, Overdispersion::Additive);
        assert!((additive - 0.5 / (0.0025 + tau_squared).sqrt()).abs() < 1e-9);
    }

    #[test]
    fn areas_without_counts_are_left_out_and_order_does_not_matter() {
        let mut areas: Vec<Area> = (1..30).map(|x| Area::new(f64::from(x), 31.7)).collect();
        let there = dispersion(&areas, 0.6, FunnelStatistic::Rate).unwrap();
        areas.reverse();
        areas.push(Area::default());
        areas.push(Area::new(0.0, 0.0));
        let back = dispersion(&areas, 0.6, FunnelStatistic::Rate).unwrap();
        assert_eq!((there.phi, there.tau_squared), (back.phi, back.tau_squared));
        assert_eq!(back.areas[29..], [None, None]);
    }
}
