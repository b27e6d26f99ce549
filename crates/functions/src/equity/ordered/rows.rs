//! What the measures of an order share: their arguments, their rows, the words for their options.

use datafusion::common::{Result, exec_err};
use kohort_stats::ordered::{
    Bounds, ConcentrationError, ConcentrationOptions, ConcentrationVariant, LineError, LineModel,
    LineOptions, OnLine, OrderedRow,
};

use super::super::alike::Alike;
use super::super::argument::Argument;
use super::super::columns::{Columns, Options};
use super::super::output::{Cell, CellType, Output, Shape};
use super::super::state::Keyed;

/// Rows by stratum and primary sampling unit: rank, value, population, standard error.
pub(in super::super) type Rows = Keyed<Keyed<Alike<4>>>;

/// The estimate of a group.
pub(super) const VALUE: Argument = Argument::number(
    "value",
    "the group's estimate, or a person's outcome; NULL leaves no answer",
);

/// What groups weigh.
pub(super) const POPULATION: Argument = Argument::number(
    "population",
    "the group's population, or a person's weight, at least 0; a row of 0 does not count, NULL \
     leaves no answer",
);

/// The order.
pub(super) const RANK: Argument = Argument::number(
    "rank",
    "the place in the order, from the least to the most advantaged; rows of equal rank share the \
     middle of it, NULL leaves no answer",
);

/// How sure the groups are.
pub(super) const SE: Argument = Argument::number(
    "se",
    "the standard error of `value`; where some rows have one and others not, there is no interval",
)
.optional();

/// Strata of a survey.
pub(super) const STRATUM: Argument = Argument::key(
    "stratum",
    "of a survey's design; NULL is a stratum of its own; without `psu` each row is a unit of it",
)
.optional();

/// Units of a survey.
pub(super) const PSU: Argument = Argument::key(
    "psu",
    "the primary sampling unit within its stratum, or a cluster; NULL is one unit",
)
.optional();

/// Lowest possible value.
pub(in super::super) const LOWER: Argument = Argument::number(
    "lower",
    "the lowest value that is possible, seen or not, for `wagstaff` and `erreygers`",
)
.or(0.0)
.constant();

/// Highest possible value.
pub(in super::super) const UPPER: Argument = Argument::number(
    "upper",
    "the highest value that is possible: 1 for proportions and for yes and no, 100 for per cent",
)
.or(1.0)
.constant();

/// What an index of concentration is related to.
pub(in super::super) const VARIANT: Argument = Argument::choice(
    "variant",
    &["standard", "absolute", "wagstaff", "erreygers"],
    "`standard` is relative to the mean; `absolute`, also called generalised, is not; `wagstaff` \
     (relative) and `erreygers` (absolute) are for bounded values",
);

/// The scale of a proportion.
pub(super) const SCALE: Argument = Argument::number(
    "scale",
    "the value of a proportion of one under a logit model: 1, or 100 for per cent",
)
.or(1.0)
.constant();

/// The models of a line.
pub(super) const MODEL: Argument = Argument::choice(
    "model",
    &["linear", "logit", "log_transformed", "logit_transformed"],
    "what is straight over the rank: the value, the logit of its expectation (proportions), its \
     logarithm (rates), or its logit",
);

/// The errors of a line.
pub(super) const LINE_ERROR: Argument = Argument::choice(
    "error",
    &["auto", "analytic", "hc1", "ols", "cluster", "survey"],
    "`analytic` rests on `se`; `hc1` and `ols` on residuals, with and without allowing for unequal \
     variance; `cluster` and `survey` on residuals summed by `psu`; `auto` takes what the \
     arguments are for, else `hc1`",
);

/// The errors of an index of groups.
pub(super) const GROUP_ERROR: Argument = Argument::choice(
    "error",
    &[
        "auto",
        "analytic",
        "convenient",
        "convenient_hc1",
        "survey",
        "kakwani",
    ],
    "`analytic` rests on `se`; `convenient` on the residuals of the convenient regression, \
     `convenient_hc1` allows for unequal variance, `survey` sums them by `psu`; `kakwani` lets \
     ranks vary; `auto` takes what the arguments are for, else `convenient`",
);

/// Keeps a row whose arguments begin with value, population and rank.
pub(super) fn keep(
    state: &mut Rows,
    columns: &Columns,
    row: usize,
    [se, stratum, psu]: [usize; 3],
) {
    let number = |at| columns.number(at, row);
    let stratum = state.entry(columns.text(stratum, row));
    let unit = stratum.entry(columns.text(psu, row));
    unit.push([number(2), number(0), number(1), number(se)]);
}

/// Keeps a batch of rows, as [`keep`] does.
pub(super) fn keep_all(state: &mut Rows, columns: &Columns, places: [usize; 3]) {
    let [se, stratum, psu] = places;
    if columns.has_keys(stratum) || columns.has_keys(psu) {
        return (0..columns.rows).for_each(|row| keep(state, columns, row, places));
    }
    let unit = state.entry(None).entry(None);
    unit.extend([2, 0, 1, se].map(|at| columns.numbers(at)), columns.rows);
}

/// The rows as `stats` takes them. Where no units are given, every row is one.
pub(super) fn rows(state: &Rows, options: &Options) -> Vec<OrderedRow> {
    let mut rows = Vec::new();
    let are_drawn = is_given(options, PSU.name);
    let known = |number: f64| (!number.is_nan()).then_some(number);
    for ((_, units), stratum) in state.sorted().into_iter().zip(0..) {
        for ((_, unit), number) in units.sorted().into_iter().zip(0..) {
            let psu = if are_drawn { number } else { OrderedRow::ALONE };
            rows.reserve(unit.len());
            rows.extend(unit.iter().map(|([rank, value, population, se], times)| {
                OrderedRow::group(known(rank), known(value), known(population))
                    .with_se(known(se))
                    .repeated(count(times))
                    .drawn_from(stratum, psu)
            }));
        }
    }
    rows
}

/// Whether a key is given: as a column, whatever is in it, or as a constant.
pub(in super::super) fn is_given(options: &Options, name: &str) -> bool {
    options.is_column(name) || options.key(name).is_some()
}

/// Whether a survey's design is given. What is given decides, and not what is in it: people of one
/// unit are not independent because no other unit is in their group.
fn has_design(options: &Options) -> bool {
    is_given(options, STRATUM.name) || is_given(options, PSU.name)
}

/// A count of people as a number.
#[expect(
    clippy::cast_precision_loss,
    reason = "counts of people stay far below 2^53"
)]
pub(in super::super) fn count(times: u64) -> f64 {
    times as f64
}

/// An error of `stats` in the name of a function.
pub(in super::super) fn fault<T>(
    function: &str,
    result: std::result::Result<T, kohort_stats::Error>,
) -> Result<T> {
    match result {
        Ok(value) => Ok(value),
        Err(error) => exec_err!("{function}: {error}"),
    }
}

/// An estimate with the line that it is taken from.
pub(super) const ON_LINE: Shape = Shape::EstimateAnd(&[
    ("intercept", CellType::Number),
    ("fitted_bottom", CellType::Number),
    ("fitted_top", CellType::Number),
]);

/// The answer of a measure of a line.
pub(super) fn on_line(found: OnLine) -> Output {
    let more = [found.intercept, found.fitted_bottom, found.fitted_top];
    Output::EstimateAnd(found.estimate, more.map(Cell::Number).to_vec())
}

/// How a line is laid, from `model`, `scale`, `error` and `confidence`, if the measure has them.
pub(super) fn line_options(options: &Options) -> Result<LineOptions> {
    let scale = options.number("scale").unwrap_or(1.0);
    let model = match options.text("model") {
        "logit" => LineModel::Logit { scale },
        "log_transformed" => LineModel::LogTransformed,
        "logit_transformed" => LineModel::LogitTransformed { scale },
        _ => LineModel::Linear,
    };
    let error = match options.text("error") {
        "analytic" => LineError::Analytic,
        "hc1" => LineError::Hc1,
        "ols" => LineError::Ols,
        "cluster" => LineError::Cluster,
        "survey" => LineError::Survey,
        _ if has_design(options) => LineError::Survey,
        _ => LineError::Auto,
    };
    Ok(LineOptions {
        model,
        error,
        confidence: options.confidence()?,
        ..LineOptions::default()
    })
}

/// How groups are concentrated, from `variant`, `lower`, `upper`, `error` and `confidence`, if the
/// measure has them.
pub(super) fn group_options(options: &Options) -> Result<ConcentrationOptions> {
    let mut index = concentration_options(options)?;
    if index.error == ConcentrationError::Auto && has_design(options) {
        index.error = ConcentrationError::ConvenientSurvey;
    }
    Ok(index)
}

/// As [`group_options`], but for the design of a survey.
pub(in super::super) fn concentration_options(options: &Options) -> Result<ConcentrationOptions> {
    let bounds = Bounds {
        lower: options.number("lower").unwrap_or(0.0),
        upper: options.number("upper").unwrap_or(1.0),
    };
    let variant = match options.text("variant") {
        "absolute" => ConcentrationVariant::Absolute,
        "wagstaff" => ConcentrationVariant::Wagstaff(bounds),
        "erreygers" => ConcentrationVariant::Erreygers(bounds),
        _ => ConcentrationVariant::Standard,
    };
    let word = options.text("error");
    let error = ConcentrationError::ALL
        .into_iter()
        .find(|error| error.name() == word);
    Ok(ConcentrationOptions {
        variant,
        error: error.unwrap_or_default(),
        confidence: options.confidence()?,
    })
}
