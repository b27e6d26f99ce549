//! Which areas lie outside the lines.

use super::overdispersion::{Overdispersion, dispersion};
use super::target::{Area, FunnelStatistic, funnel_target};
use crate::rates::{Known, Limits, PoissonMethod, wilson_limits};
use crate::{Confidence, Error};

/// Where an area lies among the lines of a funnel plot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FunnelFlag {
    /// Above the outer line.
    HighOuter,
    /// Above the inner line.
    HighInner,
    /// Between the lines.
    NotSignificant,
    /// Below the inner line.
    LowInner,
    /// Below the outer line.
    LowOuter,
}

impl FunnelFlag {
    /// The words of SQL, which are those of Public Health England; the number is what chance leaves
    /// on that side.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::HighOuter => "High (0.001)",
            Self::HighInner => "High (0.025)",
            Self::NotSignificant => "Not significant",
            Self::LowInner => "Low (0.025)",
            Self::LowOuter => "Low (0.001)",
        }
    }

    /// The same words where areas were judged by one pair of lines at a confidence of their own:
    /// `High (0.005)` for 0.99.
    pub fn at(self, level: Option<Confidence>) -> String {
        let side = match (self, level) {
            (Self::NotSignificant, _) | (_, None) => return self.as_str().to_owned(),
            (Self::HighOuter | Self::HighInner, _) => "High",
            (Self::LowInner | Self::LowOuter, _) => "Low",
        };
        // What is left of one on each side, without the digits of its rounding.
        let tail = level.map_or(f64::NAN, Confidence::tail);
        format!("{side} ({})", (tail * 1e12).round() / 1e12)
    }
}

/// How areas are judged.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct FunnelOptions {
    /// What they are held against; pooled from the areas where it is not given.
    pub target: Option<f64>,
    /// What is plotted.
    pub statistic: FunnelStatistic,
    /// What is done about areas that differ for more than chance.
    pub overdispersion: Overdispersion,
    /// The confidence of the one pair of lines that they are judged by; where it is not given, by
    /// two pairs, at 0.95 and 0.998.
    pub level: Option<Confidence>,
}

impl FunnelOptions {
    /// The confidence of the inner lines, and that of the outer ones if there are any.
    fn levels(&self) -> (Confidence, Option<Confidence>) {
        let outer = self.level.is_none().then_some(Confidence::P998);
        (self.level.unwrap_or(Confidence::P95), outer)
    }
}

/// Says of each area whether it is further from the target than chance takes it.
///
/// # Definition
/// An area is high where the lower limit of its interval is above the target, low where the upper
/// one is below: at confidence 0.998 (0.001 on each side), else at 0.95 (0.025); or at the one
/// level of the options, which then gives the flags of the inner lines. A proportion has
/// Wilson limits; a ratio or rate has those of its events over the denominator, exact below 10
/// events and Byar's from there on. With over-dispersion, an area is judged by its distance in
/// standard errors, widened as [`dispersion`] says.
///
/// # Arguments
/// All areas of the funnel. For a ratio the denominator is the expected count and the target is
/// usually 1.
///
/// # Returns
/// One flag per area, in the order given.
///
/// # Nulls
/// `None` for an area with a NULL count or without people. Without a target, one NULL count leaves
/// no flag at all, since the pooled target is missing; so does over-dispersion.
///
/// # Interpretation
/// Of 1000 areas at the target, about 50 are flagged and 2 of them in the outer band. A flag is a
/// question to the area, not an answer; high is not bad.
///
/// # Limits
/// Flags are not corrected for the number of areas or indicators. Large areas are flagged for
/// differences that do not matter; see over-dispersion. Rates that are standardised directly are
/// no counts: flag their observed over expected events.
///
/// # Example
/// ```
/// use kohort_stats::funnel::{Area, FunnelFlag, FunnelOptions, funnel_flags};
/// let areas = [Area::new(500.0, 1000.0), Area::new(80.0, 100.0), Area::new(1.0, 2.0)];
/// let flags = funnel_flags(&areas, FunnelOptions::default()).unwrap();
/// assert_eq!(flags[1], Some(FunnelFlag::HighOuter));
/// assert_eq!(flags[2], Some(FunnelFlag::NotSignificant));
/// ```
///
/// # References
/// Spiegelhalter, 2005, "Funnel plots for comparing institutional performance", Statistics in
/// Medicine, doi:10.1002/sim.1970.
///
/// # Errors
/// A negative count; for a proportion, more events than people or a target outside 0 to 1.
pub fn funnel_flags(
    areas: &[Area],
    options: FunnelOptions,
) -> Result<Vec<Option<FunnelFlag>>, Error> {
    let statistic = options.statistic;
    let nobody = || vec![None; areas.len()];
    let pooled = funnel_target(areas, statistic)?;
    let Some(target) = options.target.or(pooled.value) else {
        return Ok(nobody());
    };
    statistic.check_target(target)?;
    if options.overdispersion == Overdispersion::None {
        return areas
            .iter()
            .map(|area| by_limits(*area, target, &options))
            .collect();
    }
    if pooled.value.is_none() {
        return Ok(nobody());
    }
    let dispersion = dispersion(areas, target, statistic)?;
    let z = |area| dispersion.z(area, options.overdispersion);
    let (inner, outer) = options.levels();
    let (inner, outer) = (inner.z(), outer.map_or(f64::INFINITY, Confidence::z));
    let flag = |z: f64| band(z > outer, z > inner, z < -inner, z < -outer);
    let areas = dispersion.areas.iter();
    Ok(areas.map(|area| area.map(|area| flag(z(area)))).collect())
}

/// The flag of an area by its own limits.
fn by_limits(
    area: Area,
    target: f64,
    options: &FunnelOptions,
) -> Result<Option<FunnelFlag>, Error> {
    let statistic = options.statistic;
    let Known::All([x, n]) = area.known(statistic)? else {
        return Ok(None);
    };
    let limits = |confidence: Confidence| match statistic {
        FunnelStatistic::Proportion => wilson_limits(x, n, confidence),
        FunnelStatistic::Ratio | FunnelStatistic::Rate => PoissonMethod::Auto
            .limits(x, confidence)
            .map(|events| events / n),
    };
    let above = |limits: Limits| limits.lower.is_some_and(|lower| lower > target);
    let below = |limits: Limits| limits.upper.is_some_and(|upper| upper < target);
    let (inner, outer) = options.levels();
    let (inner, outer) = (limits(inner), outer.map(limits));
    Ok(Some(band(
        outer.is_some_and(above),
        above(inner),
        below(inner),
        outer.is_some_and(below),
    )))
}

/// The flag of what lies outside which line.
const fn band(
    above_outer: bool,
    above_inner: bool,
    below_inner: bool,
    below_outer: bool,
) -> FunnelFlag {
    match (above_outer, above_inner, below_inner, below_outer) {
        (true, ..) => FunnelFlag::HighOuter,
        (_, true, ..) => FunnelFlag::HighInner,
        (.., true) => FunnelFlag::LowOuter,
        (_, _, true, _) => FunnelFlag::LowInner,
        _ => FunnelFlag::NotSignificant,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flags(areas: &[Area], options: FunnelOptions) -> Vec<&'static str> {
        let flags = funnel_flags(areas, options).unwrap();
        let word = |flag: Option<FunnelFlag>| flag.map_or("NULL", FunnelFlag::as_str);
        flags.into_iter().map(word).collect()
    }

    fn ratio(target: Option<f64>) -> FunnelOptions {
        FunnelOptions {
            target,
            statistic: FunnelStatistic::Ratio,
            ..FunnelOptions::default()
        }
    }

    #[test]
    fn areas_are_flagged_by_how_far_they_are() {
        let areas = [200.0, 122.0, 100.0, 79.0, 50.0, 0.0].map(|o| Area::new(o, 100.0));
        let expected = [
            "High (0.001)",
            "High (0.025)",
            "Not significant",
            "Low (0.025)",
            "Low (0.001)",
            "Low (0.001)",
        ];
        assert_eq!(flags(&areas, ratio(Some(1.0))), expected);
    }

    #[test]
    fn one_level_of_ones_own_is_one_pair_of_lines() {
        let areas = [200.0, 122.0, 100.0, 79.0, 0.0].map(|o| Area::new(o, 100.0));
        let at = |level: f64, overdispersion| {
            let level = Confidence::try_new(level).ok();
            let options = FunnelOptions {
                level,
                overdispersion,
                ..ratio(Some(1.0))
            };
            let flags = funnel_flags(&areas, options).unwrap();
            let words: Vec<String> = flags
                .into_iter()
                .map(|flag| flag.unwrap().at(level))
                .collect();
            words
        };
        let none = "Not significant";
        let found = at(0.99, Overdispersion::None);
        assert_eq!(found, ["High (0.005)", none, none, none, "Low (0.005)"]);
        let found = at(0.95, Overdispersion::None);
        let inner = "High (0.025)";
        assert_eq!(found, [inner, inner, none, "Low (0.025)", "Low (0.025)"]);
        let found = at(0.998, Overdispersion::Multiplicative);
        assert!(
            found
                .iter()
                .all(|word| word == none || word.ends_with("(0.001)")),
            "{found:?}"
        );
        assert_eq!(FunnelFlag::HighOuter.at(None), "High (0.001)");
    }

    #[test]
    fn a_missing_area_is_null_and_so_is_what_is_pooled_over_it() {
        let missing = Area {
            events: Some(1.0),
            denominator: None,
        };
        let areas = [Area::new(200.0, 100.0), missing, Area::new(0.0, 0.0)];
        assert_eq!(
            flags(&areas, ratio(Some(1.0))),
            ["High (0.001)", "NULL", "NULL"]
        );
        assert_eq!(flags(&areas, ratio(None)), ["NULL"; 3]);
        let additive = FunnelOptions {
            overdispersion: Overdispersion::Additive,
            ..ratio(Some(1.0))
        };
        assert_eq!(flags(&areas, additive), ["NULL"; 3]);
        assert_eq!(flags(&[], ratio(None)), [""; 0]);
    }

    #[test]
    fn large_areas_that_all_differ_are_no_outliers_once_that_is_allowed_for() {
        let areas: Vec<Area> = (0..21)
            .map(|step| Area::new(10_000.0 + 300.0 * f64::from(step - 10), 10_000.0))
            .collect();
        let outside = |overdispersion| {
            let options = FunnelOptions {
                overdispersion,
                ..ratio(Some(1.0))
            };
            let flags = flags(&areas, options);
            flags
                .iter()
                .filter(|flag| **flag != "Not significant")
                .count()
        };
        assert_eq!(outside(Overdispersion::None), 20);
        assert_eq!(outside(Overdispersion::Multiplicative), 0);
        assert_eq!(outside(Overdispersion::Additive), 0);
    }

    #[test]
    fn a_wrong_target_and_too_many_events_are_errors() {
        let of = |events, target| {
            let options = FunnelOptions {
                target: Some(target),
                ..FunnelOptions::default()
            };
            funnel_flags(&[Area::new(events, 10.0)], options)
        };
        assert!(of(11.0, 0.5).is_err());
        assert!(of(1.0, 50.0).is_err());
        assert_eq!(of(5.0, 0.5), Ok(vec![Some(FunnelFlag::NotSignificant)]));
    }
}
