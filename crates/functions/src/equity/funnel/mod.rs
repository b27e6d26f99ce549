//! Funnel plots: limits and flags.

use super::Entry;
use super::aggregate::aggregate;
use super::argument::Argument;
use super::columns::{Columns, Options};
use super::named::named;
use super::scalar::scalar;
use super::window::window;
use datafusion::common::Result;
use kohort_stats::funnel::{Area, Widening};

mod funnel_flag;
mod funnel_limits_proportion;
mod funnel_limits_rate;
mod funnel_limits_ratio;
mod funnel_overdispersion;

/// The measures of this family.
pub(super) fn entries() -> Vec<Entry> {
    vec![
        window::<funnel_flag::FunnelFlag>(),
        scalar::<funnel_limits_proportion::FunnelLimitsProportion>(),
        scalar::<funnel_limits_ratio::FunnelLimitsRatio>(),
        scalar::<funnel_limits_rate::FunnelLimitsRate>(),
        aggregate::<funnel_overdispersion::FunnelOverdispersion>(),
    ]
}

const EVENTS: Argument = Argument::number(
    "events",
    "of the area, 0 or more; the observed count of a ratio",
);
const DENOMINATOR: Argument = Argument::number(
    "denominator",
    "of the area: people of a proportion, the expected count of a ratio, person-time of a rate",
);
const TARGET: Argument = Argument::number(
    "target",
    "what areas are held against, the same for all; unless given, all events over all denominators",
)
.optional();
const STATISTIC: Argument = Argument::choice(
    "statistic",
    &["proportion", "ratio", "rate"],
    "what is plotted: a share of people, observed over expected, or events over person-time",
);

const PHI: Argument = Argument::number(
    "phi",
    "the factor on the variance of chance by which lines are wider, at least 1, of \
     `funnel_overdispersion`",
)
.optional();
const TAU_SQUARED: Argument = Argument::number(
    "tau_squared",
    "or else the variance between areas beyond chance, at least 0, of `funnel_overdispersion`",
)
.optional();

/// How much wider lines are than chance, from [`PHI`] and [`TAU_SQUARED`].
fn widening(function: &str, options: &Options) -> Result<Option<Widening>> {
    let (phi, tau_squared) = (options.number(PHI.name), options.number(TAU_SQUARED.name));
    named(function, Widening::of(phi, tau_squared))
}

/// The area of a row: the first two arguments.
fn area(columns: &Columns, row: usize) -> Area {
    Area {
        events: columns.number(0, row),
        denominator: columns.number(1, row),
    }
}
