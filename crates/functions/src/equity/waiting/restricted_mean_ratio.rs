//! `restricted_mean_ratio(a, b, …)`: how many times as long one group waits as another.

use datafusion::common::Result;
use kohort_stats::waiting::restricted_mean_ratio;

use super::super::argument::Argument;
use super::super::columns::Columns;
use super::super::output::{Output, Shape};
use super::super::scalar::Scalar;
use super::restricted_mean_difference::{A, B, SHAPE, contrast};

/// How many times as long one group waits as another.
#[derive(Debug)]
pub(super) struct RestrictedMeanRatio;

impl Scalar for RestrictedMeanRatio {
    const NAME: &'static str = "restricted_mean_ratio";
    const ALIASES: &'static [&'static str] = &["rmst_ratio"];
    const ARGUMENTS: &'static [Argument] = &[A, B, Argument::confidence()];
    const SHAPE: Shape = SHAPE;
    const DESCRIPTION: &'static str = "\
        The ratio `a / b` of two restricted means, with an interval that is even on the \
        logarithm and the two-sided p-value of a ratio of 1. 1 means that both groups wait \
        equally long, 1.2 that `a` waits a fifth longer within the horizon. Relative. Uno et \
        al., 2014, doi:10.1200/JCO.2014.55.2208.\n\n\
        Missing when `a` or `b` is, with the same status; `undefined` when `b` is 0. `events` \
        and `n` are those of both.";
    const EXAMPLE: &'static str = "\
        SELECT restricted_mean_ratio(women, men) AS times_as_long\n\
        FROM (SELECT restricted_mean_survival_time(days, answered, 120)\n\
        \u{20}                  FILTER (WHERE sex = 'K') AS women,\n\
        \u{20}              restricted_mean_survival_time(days, answered, 120)\n\
        \u{20}                  FILTER (WHERE sex = 'M') AS men\n\
        \u{20}     FROM (VALUES ('K', 35, true), ('K', 140, true), ('K', 150, false),\n\
        \u{20}                  ('M', 30, true), ('M', 60, true), ('M', 130, false))\n\
        \u{20}         AS referral(sex, days, answered));";

    fn row(columns: &Columns, row: usize) -> Result<Output> {
        contrast(columns, row, restricted_mean_ratio)
    }
}
