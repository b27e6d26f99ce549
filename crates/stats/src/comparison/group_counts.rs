//! What is counted in one of two groups.

use crate::rates::{Known, known};
use crate::{Error, Status};

/// What is counted in one of two groups.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct GroupCounts {
    /// Events.
    pub events: Option<f64>,
    /// Person-time for a rate, people for a risk.
    pub denominator: Option<f64>,
}

impl GroupCounts {
    /// Counts that are known.
    pub const fn new(events: f64, denominator: f64) -> Self {
        Self {
            events: Some(events),
            denominator: Some(denominator),
        }
    }
}

/// The counts `[events_1, time_1, events_0, time_0]` of two rates; `undefined` without person-time.
pub(super) fn rates(group: GroupCounts, reference: GroupCounts) -> Result<Known<4>, Error> {
    let counts = known([
        ("events_1", group.events),
        ("time_1", group.denominator),
        ("events_0", reference.events),
        ("time_0", reference.denominator),
    ])?;
    Ok(over_something(counts))
}

/// The counts `[events_1, n_1, events_0, n_0]` of two risks; `undefined` without people.
///
/// # Errors
/// More events than people.
pub(super) fn risks(group: GroupCounts, reference: GroupCounts) -> Result<Known<4>, Error> {
    let counts = known([
        ("events_1", group.events),
        ("n_1", group.denominator),
        ("events_0", reference.events),
        ("n_0", reference.denominator),
    ])?;
    for (events, expected, group) in [
        ("events_1", "at most `n_1` events", group),
        ("events_0", "at most `n_0` events", reference),
    ] {
        if let (Some(x), Some(n)) = (group.events, group.denominator)
            && x > n
        {
            return Err(Error::argument(events, expected, x));
        }
    }
    Ok(over_something(counts))
}

fn over_something(counts: Known<4>) -> Known<4> {
    match counts {
        Known::All([_, one, _, zero]) if one == 0.0 || zero == 0.0 => Known::Not(Status::Undefined),
        counts => counts,
    }
}
