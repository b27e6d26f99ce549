//! `restricted_mean_difference(a, b, …)`: how much longer one group waits than another.

use datafusion::common::Result;
use kohort_stats::waiting::{Contrast, restricted_mean_difference};
use kohort_stats::{Confidence, Estimate, Status};

use super::super::argument::Argument;
use super::super::columns::Columns;
use super::super::output::{Cell, CellType, Output, Shape};
use super::super::scalar::Scalar;

/// The restricted mean of the group that is compared.
pub(super) const A: Argument = Argument::estimate(
    "a",
    "what `restricted_mean_survival_time` returned for a group; NULL gives `incomplete_strata`",
);

/// The restricted mean of the group that it is compared with.
pub(super) const B: Argument = Argument::estimate(
    "b",
    "the same for other people and with the same `tau`; NULL gives `incomplete_strata`",
);

/// The shape of a contrast.
pub(super) const SHAPE: Shape = Shape::EstimateAnd(&[("p_value", CellType::Number)]);

/// The contrast of a row.
pub(super) fn contrast(
    columns: &Columns,
    row: usize,
    compare: fn(&Estimate, &Estimate, Confidence) -> Contrast,
) -> Result<Output> {
    let confidence = columns.options(row)?.confidence()?;
    let given = |estimate: Option<Estimate>| {
        estimate.unwrap_or_else(|| Estimate::missing(Status::IncompleteStrata, ""))
    };
    let a = given(columns.estimate(0, row)?);
    let b = given(columns.estimate(1, row)?);
    let found = compare(&a, &b, confidence);
    Ok(Output::EstimateAnd(
        found.estimate,
        vec![Cell::Number(found.p_value)],
    ))
}

/// How much longer one group waits than another.
#[derive(Debug)]
pub(super) struct RestrictedMeanDifference;

impl Scalar for RestrictedMeanDifference {
    const NAME: &'static str = "restricted_mean_difference";
    const ALIASES: &'static [&'static str] = &["rmst_difference"];
    const ARGUMENTS: &'static [Argument] = &[A, B, Argument::confidence()];
    const SHAPE: Shape = SHAPE;
    const DESCRIPTION: &'static str = "\
        The difference `a - b` of two restricted means, with a normal interval and the two-sided \
        p-value of no difference. 0 means that both groups wait equally long; 5 that `a` waits \
        five days more per person within the horizon. Absolute. Uno et al., 2014, \
        doi:10.1200/JCO.2014.55.2208.\n\n\
        Missing when `a` or `b` is, with the same status. `events` and `n` are those of both.";
    const EXAMPLE: &'static str = "\
        SELECT restricted_mean_difference(women, men) AS days_more\n\
        FROM (SELECT restricted_mean_survival_time(days, answered, 120)\n\
        \u{20}                  FILTER (WHERE sex = 'K') AS women,\n\
        \u{20}              restricted_mean_survival_time(days, answered, 120)\n\
        \u{20}                  FILTER (WHERE sex = 'M') AS men\n\
        \u{20}     FROM (VALUES ('K', 35, true), ('K', 140, true), ('K', 150, false),\n\
        \u{20}                  ('M', 30, true), ('M', 60, true), ('M', 130, false))\n\
        \u{20}         AS referral(sex, days, answered));";

    fn row(columns: &Columns, row: usize) -> Result<Output> {
        contrast(columns, row, restricted_mean_difference)
    }
}
