//! `kaplan_meier_curve(time, event, …)`: the share of people who still wait, step by step.

use kohort_stats::waiting::{Curve, Limits, Step, WaitingTimes};
use kohort_stats::{Confidence, Error};

use super::super::Entry;
use super::super::argument::Argument;
use super::super::columns::Options;
use super::super::output::{Cell, CellType, Output, Shape};
use super::over_waits::{CONF_TYPE, EVENT, OverWaits, TIME, limits, over_waits};

/// The function.
pub(super) fn entry() -> Entry {
    over_waits::<KaplanMeierCurve>()
}

/// The share of people who still wait, step by step.
#[derive(Debug)]
struct KaplanMeierCurve;

impl OverWaits for KaplanMeierCurve {
    const NAME: &'static str = "kaplan_meier_curve";
    const ALIASES: &'static [&'static str] = &["km_curve"];
    const ARGUMENTS: &'static [Argument] = &[TIME, EVENT, Argument::confidence(), CONF_TYPE];
    const SHAPE: Shape = Shape::List(&[
        ("time", CellType::Number),
        ("survival", CellType::Number),
        ("lower_cl", CellType::Number),
        ("upper_cl", CellType::Number),
        ("se", CellType::Number),
        ("at_risk", CellType::Integer),
        ("events", CellType::Integer),
        ("censored", CellType::Integer),
    ]);
    const DESCRIPTION: &'static str = "\
        The Kaplan-Meier curve: at every time at which a wait ended or a person was last seen \
        waiting, the share who wait longer, its limits, how many had waited until then \
        (`at_risk`), and how many of them were served (`events`) or last seen (`censored`) then. \
        Before the first time the share is 1. `unnest` makes a row of each step. Limits hold for \
        one time, not for the whole curve. Kaplan and Meier, 1958, \
        doi:10.1080/01621459.1958.10501452.\n\n\
        NULL when a time or an event is NULL, or a time is NaN or infinite, for the curve would be \
        of other people; an empty \
        list without rows. Where the share is 0 or 1 there is no error and there are no limits. A \
        negative time is an error.";
    const EXAMPLE: &'static str = "\
        SELECT step['time'] AS days, step['survival'] AS wait_longer, step['at_risk'] AS at_risk\n\
        FROM (SELECT unnest(kaplan_meier_curve(days, answered)) AS step\n\
        \u{20}     FROM (VALUES (35, true), (80, true), (80, false), (150, false))\n\
        \u{20}         AS referral(days, answered));";

    fn answer(
        times: &WaitingTimes,
        options: &Options,
        confidence: Confidence,
    ) -> Result<Output, Error> {
        if times.refusal().is_some() {
            return Ok(Output::Null);
        }
        let limits = limits(options)?;
        let curve = Curve::of(times);
        let steps = curve.steps().iter();
        let steps = steps.map(|step| cells(step, limits, confidence));
        Ok(Output::List(steps.collect()))
    }
}

fn cells(step: &Step, limits: Limits, confidence: Confidence) -> Vec<Cell> {
    let around = step.limits(limits, confidence);
    let count = |n: u64| Cell::Integer(i64::try_from(n).ok());
    vec![
        Cell::Number(Some(step.time)),
        Cell::Number(Some(step.survival)),
        Cell::Number(around.map(|limits| limits.0)),
        Cell::Number(around.map(|limits| limits.1)),
        Cell::Number(step.se),
        count(step.at_risk),
        count(step.events),
        count(step.censored),
    ]
}
