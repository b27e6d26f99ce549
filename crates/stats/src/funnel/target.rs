//! What areas are held against.

use crate::rates::{Known, known};
use crate::{Error, Estimate, Status};

/// What is counted in an area.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Area {
    /// Events, or the observed count of a ratio.
    pub events: Option<f64>,
    /// People, person-time, or the expected count of a ratio.
    pub denominator: Option<f64>,
}

impl Area {
    /// Counts that are known.
    pub const fn new(events: f64, denominator: f64) -> Self {
        Self {
            events: Some(events),
            denominator: Some(denominator),
        }
    }

    /// The counts, or why there are none.
    pub(super) fn known(self, statistic: FunnelStatistic) -> Result<Known<2>, Error> {
        let counts = known([("events", self.events), ("denominator", self.denominator)])?;
        match counts {
            Known::All([x, n]) if statistic == FunnelStatistic::Proportion && x > n => {
                Err(Error::argument("events", "at most `denominator` events", x))
            }
            Known::All([_, 0.0]) => Ok(Known::Not(Status::Undefined)),
            counts => Ok(counts),
        }
    }
}

/// What is plotted in a funnel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FunnelStatistic {
    /// A share of people: binomial.
    #[default]
    Proportion,
    /// Observed over expected: Poisson.
    Ratio,
    /// Events over person-time: Poisson.
    Rate,
}

impl FunnelStatistic {
    /// The word of SQL.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Proportion => "proportion",
            Self::Ratio => "ratio",
            Self::Rate => "rate",
        }
    }

    /// Refuses a target that the statistic cannot have.
    pub(super) fn check_target(self, target: f64) -> Result<(), Error> {
        let (possible, expected) = match self {
            Self::Proportion => ((0.0..=1.0).contains(&target), "a number from 0 to 1"),
            Self::Ratio | Self::Rate => (
                target >= 0.0 && target.is_finite(),
                "a number of at least 0",
            ),
        };
        match possible {
            true => Ok(()),
            false => Err(Error::argument("target", expected, target)),
        }
    }
}

impl std::str::FromStr for FunnelStatistic {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let all = [Self::Proportion, Self::Ratio, Self::Rate];
        let found = all.into_iter().find(|kind| kind.as_str() == text);
        found.ok_or_else(|| Error::argument("statistic", "proportion, ratio or rate", text))
    }
}

/// Pools areas to the value that they are held against when no other is given.
///
/// # Definition
/// The sum of events over the sum of denominators.
///
/// # Arguments
/// All areas of the funnel.
///
/// # Returns
/// The pooled value, with the sums as `events` and `n`. It does not depend on the order of areas.
///
/// # Nulls
/// `incomplete_strata` where a count of any area is NULL: a target without one region is the target
/// of another country. `undefined` where the denominators sum to 0.
///
/// # Interpretation
/// In the unit of the statistic: a share, a ratio, or a rate per unit of the denominator.
///
/// # Limits
/// A large area pulls the target towards itself. A target from policy, or of another year, is
/// better where there is one.
///
/// # References
/// Spiegelhalter, 2005, "Funnel plots for comparing institutional performance", Statistics in
/// Medicine, doi:10.1002/sim.1970.
///
/// # Errors
/// A negative count; for a proportion, more events than people.
pub fn funnel_target(areas: &[Area], statistic: FunnelStatistic) -> Result<Estimate, Error> {
    const METHOD: &str = "pooled";
    let mut events = crate::ExactSum::default();
    let mut denominators = crate::ExactSum::default();
    let mut status = Status::Ok;
    for area in areas {
        match area.known(statistic)? {
            Known::All([x, n]) => {
                events.add(x);
                denominators.add(n);
            }
            // An area without people adds its events, which without people are an oddity.
            Known::Not(Status::Undefined) if area.denominator == Some(0.0) => {
                events.add(area.events.unwrap_or_default());
            }
            // What is missing outranks what is no number.
            Known::Not(why) if status != Status::IncompleteStrata => status = why,
            Known::Not(_) => {}
        }
    }
    let (events, denominators) = (events.value(), denominators.value());
    if status == Status::Ok && denominators == 0.0 {
        status = Status::Undefined;
    }
    Ok(match status {
        Status::Ok => Estimate::of(events / denominators, METHOD)
            .with_counts(Some(events), Some(denominators)),
        status => Estimate::missing(status, METHOD),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_target_pools_and_a_missing_area_leaves_none() {
        let areas = [Area::new(3.0, 10.0), Area::new(1.0, 30.0)];
        let of = |areas: &[Area]| funnel_target(areas, FunnelStatistic::Rate).unwrap();
        assert_eq!(of(&areas).value, Some(0.1));
        let missing = Area {
            events: None,
            denominator: Some(1.0),
        };
        let status = of(&[areas[0], Area::new(f64::NAN, 1.0), missing]).status;
        assert_eq!(status, Status::IncompleteStrata);
        assert_eq!(of(&[]).status, Status::Undefined);
        let empty = [areas[0], areas[1], Area::new(0.0, 0.0)];
        assert_eq!(of(&empty).value, Some(0.1));
    }

    #[test]
    fn a_share_has_at_most_as_many_events_as_people() {
        let areas = [Area::new(11.0, 10.0)];
        assert!(funnel_target(&areas, FunnelStatistic::Proportion).is_err());
        assert!(funnel_target(&areas, FunnelStatistic::Ratio).is_ok());
        assert!("share".parse::<FunnelStatistic>().is_err());
    }
}
