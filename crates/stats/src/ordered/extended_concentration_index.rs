//! The extended concentration index: how much the worse off count is the caller's choice.

use crate::ordered::ranked::{Known, Ranked, Refusal, Tie};
use crate::ordered::row::OrderedRow;
use crate::ordered::sum::Sum;
use crate::{Confidence, Error, Estimate, Status};

/// How the weights that fall with the rank meet groups of some width.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RankWeights {
    /// The weight is averaged over the width of the group. Equal values give exactly 0.
    #[default]
    Integrated,
    /// The weight is that at the group's midpoint rank, as in the textbook formula. With few groups
    /// equal values do not give 0, unless the aversion is 2.
    Midpoint,
}

/// How the standard error of an extended index is estimated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ExtendedError {
    /// [`Analytic`](Self::Analytic) where rows have standard errors, none where they have none.
    #[default]
    Auto,
    /// From the standard errors of the rows, taken as independent; ranks are fixed.
    Analytic,
    /// For people drawn independently: by what each person adds to the index, ranks included. Only
    /// for [`RankWeights::Integrated`].
    Linearised,
}

/// How an extended index is computed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ExtendedOptions {
    /// The aversion to inequality, at least 1: at 1 rank does not matter, 2 is the plain index,
    /// and above it the worse off count more.
    pub aversion: f64,
    /// How weights meet groups.
    pub weights: RankWeights,
    /// How the standard error is estimated.
    pub error: ExtendedError,
    /// The confidence of the interval.
    pub confidence: Confidence,
}

impl Default for ExtendedOptions {
    fn default() -> Self {
        Self {
            aversion: 2.0,
            weights: RankWeights::default(),
            error: ExtendedError::default(),
            confidence: Confidence::default(),
        }
    }
}

/// Estimates the extended concentration index, of groups or of people.
///
/// # Definition
/// `1 - (1 / mean) * sum of f * k * y`, with `f` the share of the population. Over a group that
/// reaches from the share `a` to the share `b` of the order, `k` is
/// `((1 - a)^v - (1 - b)^v) / (b - a)` where integrated, and `v * (1 - R)^(v - 1)` at the midpoint
/// rank `R`; `v` is the aversion to inequality.
///
/// # Arguments
/// Rows are groups with their population, or people with their weight; they are sorted in place.
/// Rows of one rank are one group.
///
/// # Returns
/// The index, at most 1 and at least `1 - v` for values of at least 0, with a normal interval
/// where an error is asked for or the rows bring theirs; `n` is the number of rows.
///
/// # Nulls
/// `incomplete_strata` for a NULL in rank, value or population; `undefined` where the mean is not
/// above 0, or all rows are of one rank.
///
/// # Errors
/// An aversion below 1 or infinite; a negative population or standard error; a linearised error of
/// midpoint weights.
///
/// # Interpretation
/// Relative, and weighted by population. Above 0 the value is concentrated among the advantaged. At
/// 2 it is the plain relative index. Between 1 and 2 the better off weigh more than there, above 2
/// the worse off do; the aversion is a value judgement, so report several.
///
/// # Example
/// ```
/// use kohort_stats::ordered::{ExtendedOptions, OrderedRow, extended_concentration_index};
/// let mut people = [(0.0, 180_000.0), (1.0, 320_000.0), (1.0, 560_000.0)]
///     .map(|(tested, income)| OrderedRow::person(Some(tested), Some(income), Some(1.0)));
/// let options = ExtendedOptions { aversion: 3.0, ..ExtendedOptions::default() };
/// let index = extended_concentration_index(&mut people, &options).unwrap();
/// assert!((index.value.unwrap() - 5.0 / 9.0).abs() < 1e-12);
/// ```
///
/// # References
/// Wagstaff, 2002, "Inequality aversion, health inequalities and health achievement", Journal of
/// Health Economics, doi:10.1016/S0167-6296(02)00006-1. O'Donnell and others, 2008, "Analyzing
/// health equity using household survey data", equation 9.1. Deville, 1999, "Variance estimation
/// for complex statistics and estimators", Survey Methodology (the linearised error).
pub fn extended_concentration_index(
    rows: &mut [OrderedRow],
    options: &ExtendedOptions,
) -> Result<Estimate, Error> {
    extended(rows, options).or_else(|refusal| refusal.settle("extended"))
}

fn extended(rows: &mut [OrderedRow], options: &ExtendedOptions) -> Result<Estimate, Refusal> {
    let (v, weights) = (options.aversion, options.weights);
    if !(v >= 1.0 && v.is_finite()) {
        return Err(Error::argument("aversion", "a number of at least 1", v).into());
    }
    if options.error == ExtendedError::Linearised && weights == RankWeights::Midpoint {
        let found = "linearised";
        return Err(Error::argument("error", "`analytic` for midpoint weights", found).into());
    }
    let ranked = Ranked::sort(rows)?;
    ranked.at_least(2)?;
    let mean = ranked.mean();
    if mean <= 0.0 {
        return Err(Status::Undefined.into());
    }
    let weighed = |tie: Tie<'_>| weights.of(&tie, v) * tie.values / ranked.total;
    let weighed = Sum::of(ranked.ties().map(weighed));
    let variance = match (options.error, ranked.standard_errors()) {
        (ExtendedError::Auto, Known::None) => None,
        (ExtendedError::Linearised, _) => Some(linearised(&ranked, v, weighed, mean)),
        _ => Some(analytic(&ranked, options, weighed / mean, mean)),
    };
    let se = variance
        .filter(|variance| variance.is_finite())
        .map(f64::sqrt);
    let method = match weights {
        RankWeights::Integrated => "integrated",
        RankWeights::Midpoint => "midpoint",
    };
    Ok(Estimate::of(1.0 - weighed / mean, method)
        .with_normal_limits(options.confidence, se)
        .with_counts(None, Some(ranked.n)))
}

impl RankWeights {
    /// What a unit of population in a tie weighs.
    fn of(self, tie: &Tie<'_>, v: f64) -> f64 {
        match self {
            Self::Integrated => {
                let drop = (1.0 - tie.lower).powf(v) - (1.0 - tie.upper).powf(v);
                drop / (tie.upper - tie.lower)
            }
            Self::Midpoint => v * (1.0 - tie.position).powf(v - 1.0),
        }
    }
}

/// From the errors of the rows: NaN where one has none.
fn analytic(ranked: &Ranked<'_>, options: &ExtendedOptions, share: f64, mean: f64) -> f64 {
    let mut sum = Sum::default();
    for tie in ranked.ties() {
        let pull = (share - options.weights.of(&tie, options.aversion)) / mean;
        for row in tie.rows.iter().filter(|row| row.population > 0.0) {
            sum.add(row.times * (row.population / ranked.total * pull * row.se).powi(2));
        }
    }
    sum.value()
}

/// The sum of squares of what each person adds to the index.
fn linearised(ranked: &Ranked<'_>, v: f64, weighed: f64, mean: f64) -> f64 {
    let mut sum = Sum::default();
    // How the weighed sum grows with everyone below, who push the ranks of those above them.
    let mut pushed = Sum::default();
    for tie in ranked.ties() {
        let level = tie.values / tie.weight;
        let density = |above: f64| match above > 0.0 {
            true => v * above.powf(v - 1.0),
            false => 0.0,
        };
        pushed.add(level * density(1.0 - tie.lower));
        let reached = pushed.value();
        pushed.add(-level * density(1.0 - tie.upper));
        let weight = RankWeights::Integrated.of(&tie, v);
        for row in tie.rows.iter().filter(|row| row.population > 0.0) {
            let adds = (row.value - level) * weight + reached - v * weighed;
            let influence = (weighed / mean * (row.value - mean) - adds) / mean;
            sum.add(row.times * (row.population / ranked.total * influence).powi(2));
        }
    }
    sum.value()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ordered::{
        ConcentrationError, ConcentrationOptions, ConcentrationVariant,
        relative_concentration_index,
    };

    /// People of 20 incomes, some with more weight; what they get rises, and varies.
    fn people() -> Vec<OrderedRow> {
        (0..200_u32)
            .map(|i| {
                let (income, weight) = (f64::from(i * 7 % 20), 1.0 + f64::from(i % 3) / 2.0);
                let outcome = f64::from((i * 13 + i * i % 7) % 10) + income / 4.0;
                OrderedRow::person(Some(outcome), Some(income), Some(weight))
            })
            .collect()
    }

    fn index(rows: &[OrderedRow], aversion: f64, error: ExtendedError) -> Estimate {
        let options = ExtendedOptions {
            aversion,
            error,
            ..ExtendedOptions::default()
        };
        extended_concentration_index(&mut rows.to_vec(), &options).unwrap()
    }

    #[test]
    fn an_aversion_of_two_is_the_plain_index_and_of_one_is_nought() {
        let plain = relative_concentration_index(&mut people(), &ConcentrationOptions::default());
        let plain = plain.unwrap().value.unwrap();
        let found = index(&people(), 2.0, ExtendedError::Auto);
        assert!((found.value.unwrap() - plain).abs() < 1e-13);
        assert_eq!(found.se, None);
        assert!(
            index(&people(), 1.0, ExtendedError::Auto)
                .value
                .unwrap()
                .abs()
                < 1e-13
        );
    }

    #[test]
    fn equal_values_are_no_inequality_at_any_aversion() {
        let equal: Vec<OrderedRow> = (1..=3_u32)
            .map(|rank| OrderedRow::group(Some(f64::from(rank)), Some(5.0), Some(f64::from(rank))))
            .collect();
        for aversion in [1.0, 1.5, 3.0, 7.0] {
            assert!(
                index(&equal, aversion, ExtendedError::Auto)
                    .value
                    .unwrap()
                    .abs()
                    < 1e-13
            );
        }
    }

    #[test]
    fn the_linearised_error_is_near_that_of_leaving_one_out() {
        let people = people();
        let n = 200.0;
        for aversion in [1.5, 2.0, 3.0] {
            let without: Vec<f64> = (0..people.len())
                .map(|left_out| {
                    let mut rest = people.clone();
                    rest.remove(left_out);
                    index(&rest, aversion, ExtendedError::Auto).value.unwrap()
                })
                .collect();
            let mean = without.iter().sum::<f64>() / n;
            let squares: f64 = without.iter().map(|value| (value - mean).powi(2)).sum();
            let jackknife = (squares * (n - 1.0) / n).sqrt();
            let found = index(&people, aversion, ExtendedError::Linearised)
                .se
                .unwrap();
            assert!(
                (found / jackknife - 1.0).abs() < 0.02,
                "{found} and {jackknife}"
            );
        }
    }

    #[test]
    fn without_weights_the_linearised_error_at_two_is_kakwanis() {
        let mut people = people();
        people.iter_mut().for_each(|row| row.population = 1.0);
        let options = ConcentrationOptions {
            variant: ConcentrationVariant::Standard,
            error: ConcentrationError::Kakwani,
            ..ConcentrationOptions::default()
        };
        let kakwani = relative_concentration_index(&mut people.clone(), &options).unwrap();
        let found = index(&people, 2.0, ExtendedError::Linearised);
        assert!((found.se.unwrap() - kakwani.se.unwrap()).abs() < 1e-12);
    }

    #[test]
    fn an_aversion_below_one_is_the_callers_fault() {
        let options = ExtendedOptions {
            aversion: 0.5,
            ..ExtendedOptions::default()
        };
        let error = extended_concentration_index(&mut people(), &options).unwrap_err();
        assert_eq!(
            error.to_string(),
            "aversion: expected a number of at least 1, got `0.5`"
        );
    }
}
