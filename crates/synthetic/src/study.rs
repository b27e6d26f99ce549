//! A person's way through the study: invited, included, sampled, sequenced, reported, treated.

use crate::calendar::day;
use crate::condition::Condition;
use crate::person::Person;
use crate::random::{Purpose, Stream};

/// The days between which people become eligible.
const ELIGIBLE: (i32, i32) = (day(2018, 1, 1), day(2023, 12, 31));

/// The steps after the first.
pub(crate) const STEPS: usize = 6;
/// The step that those who are included take next.
const SAMPLED: usize = 2;

/// The share of those at a step who reach the next, and the fewest and most days that it takes.
const NEXT: [(f64, u32, u32); STEPS] = [
    (0.85, 10, 90),  // invited
    (0.60, 5, 60),   // included
    (0.95, 1, 45),   // sampled
    (0.97, 20, 120), // sequenced
    (0.98, 15, 90),  // reported
    (0.35, 10, 180), // treated
];

/// When a person reached each step; those after the last one that is known were not reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Path {
    pub(crate) eligible: i32,
    pub(crate) steps: [Option<i32>; STEPS],
}

/// Draws a person's way, if the study is open to them: they have a condition that it is about, let
/// research use their data, and are there when it opens to them.
pub(crate) fn draw(seed: u64, person: &Person) -> Option<Path> {
    if person.condition == Condition::Other || !person.consented {
        return None;
    }
    let mut stream = Stream::new(seed, person.number, Purpose::Study);
    let (open, close) = ELIGIBLE;
    let eligible = open
        + stream
            .below((close - open + 1).unsigned_abs())
            .cast_signed();
    if eligible < person.first || eligible > person.last {
        return None;
    }
    let mut steps = [None; STEPS];
    let mut at = eligible;
    for (index, (share, least, most)) in NEXT.into_iter().enumerate() {
        let factor = match index == SAMPLED {
            true => person.factors.sampled,
            false => 1.0,
        };
        let taken = stream.happens(share * factor);
        at += (least + stream.below(most - least + 1)).cast_signed();
        if !taken || at > person.last {
            break;
        }
        steps[index] = Some(at);
    }
    Some(Path { eligible, steps })
}
