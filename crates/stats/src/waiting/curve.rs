//! The Kaplan-Meier curve: the share who still wait, step by step.

use super::WaitingTimes;
use super::counts::people;
use crate::{Confidence, Error};

/// The scale on which limits are made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Limits {
    /// The logarithm of the share: R's default. Cut at 1.
    Log,
    /// The logarithm of minus the logarithm: stays between 0 and 1 by itself, and is good from
    /// small numbers on.
    #[default]
    LogLog,
    /// The share itself. Cut at 0 and 1.
    Plain,
}

impl Limits {
    /// Reads `log`, `log-log`, or `plain`.
    ///
    /// # Errors
    /// Any other word.
    pub fn parse(word: &str) -> Result<Self, Error> {
        match word {
            "log" => Ok(Self::Log),
            "log-log" => Ok(Self::LogLog),
            "plain" => Ok(Self::Plain),
            _ => Err(Error::argument(
                "conf_type",
                "`log`, `log-log`, or `plain`",
                word,
            )),
        }
    }

    /// The word that SQL takes and shows.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Log => "log",
            Self::LogLog => "log-log",
            Self::Plain => "plain",
        }
    }

    /// Limits around a share: none where it has no standard error, or is 0 or 1.
    pub(super) fn around(self, share: f64, se: f64, confidence: Confidence) -> Option<(f64, f64)> {
        if !(se > 0.0 && se.is_finite() && share > 0.0 && share < 1.0) {
            return None;
        }
        let z = confidence.z();
        Some(match self {
            Self::Log => {
                let factor = (z * se / share).exp();
                (share / factor, (share * factor).min(1.0))
            }
            Self::LogLog => {
                let power = (z * se / (share * share.ln())).exp();
                let (a, b) = (share.powf(power), share.powf(1.0 / power));
                (a.min(b), a.max(b))
            }
            Self::Plain => ((share - z * se).max(0.0), (share + z * se).min(1.0)),
        })
    }
}

/// One step of the curve.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    /// When.
    pub time: f64,
    /// Those who waited until then.
    pub at_risk: u64,
    /// Those whose waiting ended then.
    pub events: u64,
    /// Those last seen waiting then.
    pub censored: u64,
    /// The share who wait longer.
    pub survival: f64,
    /// Its standard error by Greenwood's formula; none before the first event, nor once nobody
    /// waits.
    pub se: Option<f64>,
}

impl Step {
    /// The band around the curve, in which quantiles have their limits: before the first event,
    /// where nothing varies yet, it is at 1 (but for `log-log`, which has no value there).
    pub(super) fn band(&self, limits: Limits, confidence: Confidence) -> Option<(f64, f64)> {
        match (self.survival == 1.0, limits) {
            (true, Limits::LogLog) => None,
            (true, Limits::Log | Limits::Plain) => Some((1.0, 1.0)),
            (false, _) => self.limits(limits, confidence),
        }
    }

    /// The limits of the share: none where it is 0 or 1.
    pub fn limits(&self, limits: Limits, confidence: Confidence) -> Option<(f64, f64)> {
        limits.around(self.survival, self.se?, confidence)
    }
}

/// The Kaplan-Meier curve.
///
/// # Definition
/// `S(t)` is the product over the times up to `t` of `1 - d/n`, where `d` people's wait ended at a
/// time and `n` had waited until then. Its variance is Greenwood's: `S(t)^2` times the sum of
/// `d / (n (n - d))`.
///
/// People who are censored at a time at which others' waits end are at risk there.
///
/// # References
/// Kaplan and Meier, 1958, "Nonparametric estimation from incomplete observations", Journal of the
/// American Statistical Association, doi:10.1080/01621459.1958.10501452. Greenwood, 1926, "The
/// natural duration of cancer", Reports on Public Health and Medical Subjects 33.
#[derive(Clone, Debug, PartialEq)]
pub struct Curve {
    steps: Vec<Step>,
    people: u64,
}

impl Curve {
    /// The curve of counts. Those without a time are not in it.
    pub fn of(times: &WaitingTimes) -> Self {
        let total = times.people();
        let (mut at_risk, mut survival, mut greenwood) = (total, 1.0, 0.0);
        let steps = times.iter().map(|(time, counts)| {
            let (n, d) = (people(at_risk), people(counts.events));
            if counts.events > 0 {
                survival *= (n - d) / n;
                greenwood += d / (n * (n - d));
            }
            let step = Step {
                time,
                at_risk,
                events: counts.events,
                censored: counts.censored,
                survival,
                se: (survival > 0.0 && greenwood > 0.0).then(|| survival * greenwood.sqrt()),
            };
            at_risk -= counts.events + counts.censored;
            step
        });
        Self {
            steps: steps.collect(),
            people: total,
        }
    }

    /// Its steps, in the order of time: one per distinct time.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// Everyone in it.
    pub fn people(&self) -> u64 {
        self.people
    }

    /// Those whose waits ended no later than a time.
    pub fn events_until(&self, time: f64) -> u64 {
        self.until(time).iter().map(|step| step.events).sum()
    }

    /// Those who had waited until a time and not ended before.
    pub fn at_risk(&self, time: f64) -> u64 {
        let first = self.steps.partition_point(|step| step.time < time);
        self.steps.get(first).map_or(0, |step| step.at_risk)
    }

    /// The steps no later than a time.
    pub(super) fn until(&self, time: f64) -> &[Step] {
        &self.steps[..self.steps.partition_point(|step| step.time <= time)]
    }

    /// Whether the curve says anything about a time: someone was seen so long, or nobody waits by
    /// then.
    pub(super) fn reaches(&self, time: f64) -> bool {
        self.steps
            .last()
            .is_some_and(|last| time <= last.time || last.survival == 0.0)
    }
}
