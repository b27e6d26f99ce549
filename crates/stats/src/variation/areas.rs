//! Areas with what was observed in them and what was expected there.

use crate::rates::{Known, known};
use crate::{Error, Estimate, Status};

/// An area: what was observed there, and what was expected (or how many people live there). `None`
/// is NULL.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Area {
    /// Events that were observed.
    pub observed: Option<f64>,
    /// Events that were to be expected, or people at risk.
    pub expected: Option<f64>,
}

impl Area {
    /// The numbers, if they are.
    pub(crate) fn known(&self) -> Result<Known<2>, Error> {
        known([("observed", self.observed), ("expected", self.expected)])
    }
}

/// Areas that are all known, in an order of their own.
#[derive(Clone, Debug)]
pub(crate) struct Areas {
    /// Observed and expected.
    pub(crate) rows: Vec<(f64, f64)>,
    /// All observed.
    pub(crate) observed: f64,
    /// All expected.
    pub(crate) expected: f64,
}

impl Areas {
    /// At least two areas, something expected in each; or the estimate that is missing without.
    pub(crate) fn of(
        areas: &[Area],
        method: &'static str,
    ) -> Result<Result<Self, Estimate>, Error> {
        let mut rows = Vec::with_capacity(areas.len());
        let mut missing = Status::Ok;
        for area in areas {
            match area.known()? {
                Known::All([observed, expected]) => rows.push((observed, expected)),
                Known::Not(Status::IncompleteStrata) => missing = Status::IncompleteStrata,
                Known::Not(status) if missing == Status::Ok => missing = status,
                Known::Not(_) => {}
            }
        }
        if missing != Status::Ok {
            return Ok(Err(Estimate::missing(missing, method)));
        }
        let areas = Self::sorted(rows);
        let expected = areas.rows.iter().all(|(_, expected)| *expected > 0.0);
        Ok(match expected && areas.rows.len() > 1 {
            true => Ok(areas),
            false => Err(areas.counts(Estimate::missing(Status::Undefined, method))),
        })
    }

    /// The rows in the order of their numbers.
    pub(crate) fn sorted(mut rows: Vec<(f64, f64)>) -> Self {
        rows.sort_by(|one, other| {
            let by_expected = one.1.total_cmp(&other.1);
            by_expected.then(one.0.total_cmp(&other.0))
        });
        Self {
            observed: rows.iter().map(|(observed, _)| observed).sum(),
            expected: rows.iter().map(|(_, expected)| expected).sum(),
            rows,
        }
    }

    /// How many there are.
    #[expect(clippy::cast_precision_loss, reason = "areas are far fewer than 2^53")]
    pub(crate) fn len(&self) -> f64 {
        self.rows.len() as f64
    }

    /// The sum of a function of observed and expected.
    pub(crate) fn sum(&self, function: impl Fn(f64, f64) -> f64) -> f64 {
        let rows = self.rows.iter();
        rows.map(|&(observed, expected)| function(observed, expected))
            .sum()
    }

    /// With the counts that an estimate rests on: events, and the number of areas.
    pub(crate) fn counts(&self, estimate: Estimate) -> Estimate {
        estimate.with_counts(Some(self.observed), Some(self.len()))
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Areas from observed and expected.
    pub(crate) fn areas(rows: &[(f64, f64)]) -> Vec<Area> {
        let area = |&(observed, expected): &(f64, f64)| Area {
            observed: Some(observed),
            expected: Some(expected),
        };
        rows.iter().map(area).collect()
    }

    /// Checks what every measure of observed and expected has to do: NULL, 0 expected, one area,
    /// negative counts, and another order of areas.
    pub(crate) fn keeps_the_rules(measure: impl Fn(&[Area]) -> Result<Estimate, Error>) {
        const ROWS: [(f64, f64); 4] = [(12.0, 10.3), (31.0, 20.7), (7.0, 15.1), (9.0, 9.9)];
        let all = areas(&ROWS);
        let whole = measure(&all).unwrap();
        assert_eq!(whole.status, Status::Ok);
        assert_eq!((whole.events, whole.n), (Some(59.0), Some(4.0)));
        for shift in 1..ROWS.len() {
            let mut turned = all.clone();
            turned.rotate_left(shift);
            assert_eq!(measure(&turned).unwrap(), whole);
            for hide in [
                |area: &mut Area| area.observed = None,
                |area: &mut Area| area.expected = None,
            ] {
                let mut unknown = all.clone();
                hide(&mut unknown[shift]);
                let missing = measure(&unknown).unwrap();
                assert_eq!(missing.status, Status::IncompleteStrata);
                assert_eq!(missing.value, None);
            }
            let mut nothing = all.clone();
            nothing[shift].expected = Some(0.0);
            assert_eq!(measure(&nothing).unwrap().status, Status::Undefined);
            nothing[shift].expected = Some(f64::NAN);
            assert_eq!(measure(&nothing).unwrap().status, Status::Undefined);
            nothing[shift].expected = Some(-1.0);
            assert!(measure(&nothing).is_err());
        }
        assert_eq!(measure(&[]).unwrap().status, Status::Undefined);
        assert_eq!(measure(&all[..1]).unwrap().status, Status::Undefined);
    }
}
