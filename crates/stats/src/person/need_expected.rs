//! What need alone would lead one to expect, by least squares.

use crate::Error;
use crate::ordered::Sum;

/// Something that people have and that use may depend on.
#[derive(Clone, Debug, PartialEq)]
pub enum Covariate {
    /// A number per person: use rises or falls with it along a straight line. NaN is NULL.
    Number(Vec<f64>),
    /// One of so many levels per person, numbered from 0: each has a mean of its own.
    Level {
        /// That of each person; [`Covariate::UNKNOWN`] is NULL.
        level: Vec<u32>,
        /// How many levels there are.
        levels: u32,
    },
}

impl Covariate {
    /// A level that is not known.
    pub const UNKNOWN: u32 = u32::MAX;

    fn len(&self) -> usize {
        match self {
            Self::Number(numbers) => numbers.len(),
            Self::Level { level, .. } => level.len(),
        }
    }

    /// How many columns of the regression it takes.
    fn width(&self) -> usize {
        match self {
            Self::Number(_) => 1,
            Self::Level { levels, .. } => *levels as usize,
        }
    }

    fn is_known(&self, person: usize) -> bool {
        match self {
            Self::Number(numbers) => numbers[person].is_finite(),
            Self::Level { level, levels } => level[person] < *levels,
        }
    }
}

/// Predicts use from need, with everything that is not need held at its mean.
///
/// # Definition
/// Use is regressed on need and the other covariates together, by weighted least squares with an
/// intercept. Each person then gets the prediction with their own need and the mean of the others:
/// indirect standardisation.
///
/// # Arguments
/// `used`, and covariates of the same length, one entry per person. `need` is what justifies use
/// (age, sex, illness); `other` is what does not (income, region), and is in the regression so that
/// need does not stand in for it. `weights` are not negative; without them everyone weighs 1.
///
/// # Returns
/// One expected use per person, with the same weighted mean as `used`. Covariates of need that
/// follow from one another are one (of levels, one always does), and so are others.
///
/// # Nulls
/// NaN for a person of whom anything is not known (NaN or infinite use, numbers or weights, unknown
/// levels), and for one without weight. They are not in the regression. `None` where it cannot be
/// told what is due to need: where something of need follows from the others (need that is the same
/// as income), and without anybody who is known. To follow is to differ from what follows in less
/// than a millionth of the spread.
///
/// # Errors
/// Covariates of different lengths; a negative weight; more than 2,000 numbers and levels.
///
/// # Interpretation
/// In the unit of use: what a person would have used, were use by need alone, at the average level
/// of all.
///
/// # Limits
/// A linear model: for yes and no it can predict below 0 or above 1, which does no harm to the
/// index of inequity but is no probability.
///
/// # Example
/// ```
/// use kohort_stats::person::{Covariate, need_expected};
/// let need = Covariate::Number(vec![0.0, 1.0, 0.0, 1.0]);
/// let income = Covariate::Number(vec![1.0, 1.0, 3.0, 3.0]);
/// // Two more for need, five more for each step of income.
/// let used = [5.0, 7.0, 15.0, 17.0];
/// let expected = need_expected(&used, &[need], &[income], None).unwrap().unwrap();
/// assert!((expected[0] - 10.0).abs() < 1e-12 && (expected[1] - 12.0).abs() < 1e-12);
/// ```
///
/// # References
/// O'Donnell and others, 2008, "Analyzing health equity using household survey data", chapter 5,
/// doi:10.1596/978-0-8213-6933-3.
pub fn need_expected(
    used: &[f64],
    need: &[Covariate],
    other: &[Covariate],
    weights: Option<&[f64]>,
) -> Result<Option<Vec<f64>>, Error> {
    let lengths = need.iter().chain(other).map(Covariate::len);
    let lengths = lengths.chain(weights.map(<[f64]>::len));
    for length in lengths {
        if length != used.len() {
            return Err(Error::argument("need", "as many as `used`", length));
        }
    }
    if let Some(found) = weights.and_then(|all| all.iter().find(|weight| **weight < 0.0)) {
        return Err(Error::argument("weight", "a number of at least 0", found));
    }
    let width: usize = need.iter().chain(other).map(Covariate::width).sum();
    if width > MOST_COLUMNS {
        let expected = "at most 2000 numbers and different texts, those of `other` with them";
        return Err(Error::argument("need", expected, width));
    }
    let people = People {
        used,
        // The others first, so that what follows from them among need is seen.
        covariates: other.iter().chain(need).collect(),
        weights,
    };
    let Some(sums) = people.sums() else {
        return Ok(None);
    };
    let before_need = 1 + other.iter().map(Covariate::width).sum::<usize>();
    let Some(slopes) = sums.slopes(before_need) else {
        return Ok(None);
    };
    Ok(Some(people.expected(&sums, &slopes, other.len())))
}

/// The regression takes time as the cube of its columns, and memory as their square.
const MOST_COLUMNS: usize = 2000;

struct People<'a> {
    used: &'a [f64],
    covariates: Vec<&'a Covariate>,
    weights: Option<&'a [f64]>,
}

/// Sums of products of all columns, the first of which is 1 for everyone.
struct Sums {
    /// The mean of use.
    level: f64,
    /// Of each column.
    scales: Vec<Scale>,
    /// By rows, the lower half.
    products: Vec<Sum>,
    with_used: Vec<Sum>,
}

/// The mean of a number, and how far at most it is from there: numbers are told in these terms, for
/// the digits.
#[derive(Clone, Copy)]
struct Scale {
    mean: f64,
    spread: f64,
}

impl Scale {
    /// Of levels.
    const NONE: Self = Self {
        mean: 0.0,
        spread: 1.0,
    };

    /// `None` where a number is too large to be told from another.
    fn of(numbers: impl Iterator<Item = f64>, mean: f64) -> Option<Self> {
        let (spread, largest) = numbers.fold((0.0, 0.0), |(spread, largest), number| {
            (
                f64::max(spread, (number - mean).abs()),
                f64::max(largest, number.abs()),
            )
        });
        let is_constant = spread <= 1e-12 * largest;
        let scale = Self {
            mean,
            spread: if is_constant { f64::INFINITY } else { spread },
        };
        (mean.is_finite() && f64::is_finite(spread)).then_some(scale)
    }

    fn tell(self, number: f64) -> f64 {
        (number - self.mean) / self.spread
    }
}

impl People<'_> {
    fn weight(&self, person: usize) -> f64 {
        self.weights.map_or(1.0, |weights| weights[person])
    }

    fn is_known(&self, person: usize) -> bool {
        let covariates = self.covariates.iter();
        self.used[person].is_finite()
            && self.weight(person).is_finite()
            && self.weight(person) > 0.0
            && covariates.clone().all(|all| all.is_known(person))
    }

    /// The columns of a person that are not 0.
    fn row<'a>(
        &'a self,
        person: usize,
        scales: &'a [Scale],
    ) -> impl Iterator<Item = (usize, f64)> + 'a {
        let mut first = 1;
        let columns = self.covariates.iter().map(move |covariate| {
            let at = first;
            first += covariate.width();
            match covariate {
                Covariate::Number(numbers) => (at, scales[at].tell(numbers[person])),
                Covariate::Level { level, .. } => (at + level[person] as usize, 1.0),
            }
        });
        std::iter::once((0, 1.0)).chain(columns)
    }

    /// `None` without anybody who is known and has weight.
    fn sums(&self) -> Option<Sums> {
        let width = 1 + self.covariates.iter().map(|all| all.width()).sum::<usize>();
        let known: Vec<bool> = (0..self.used.len()).map(|p| self.is_known(p)).collect();
        let known = || (0..self.used.len()).filter(|person| known[*person]);
        let total = Sum::of(known().map(|person| self.weight(person)));
        let usable = total > 0.0 && total.is_finite();
        let mean = |of: &dyn Fn(usize) -> f64| {
            Sum::of(known().map(|person| self.weight(person) * of(person))) / total
        };
        let level = usable.then(|| mean(&|person| self.used[person]))?;
        let mut scales = vec![Scale::NONE; width];
        let mut at = 1;
        for covariate in &self.covariates {
            if let Covariate::Number(numbers) = covariate {
                let mean = mean(&|person| numbers[person]);
                scales[at] = Scale::of(known().map(|person| numbers[person]), mean)?;
            }
            at += covariate.width();
        }
        let mut sums = Sums {
            level,
            scales,
            products: vec![Sum::default(); width * width],
            with_used: vec![Sum::default(); width],
        };
        let mut row = Vec::with_capacity(1 + self.covariates.len());
        for person in known() {
            row.clear();
            row.extend(self.row(person, &sums.scales));
            let weight = self.weight(person);
            for (nth, (at, number)) in row.iter().enumerate() {
                let weighed = weight * number;
                sums.with_used[*at].add(weighed * (self.used[person] - level));
                for (before, other) in &row[..=nth] {
                    sums.products[at * width + before].add(weighed * other);
                }
            }
        }
        Some(sums)
    }

    /// The prediction for everyone, from the slopes of need alone.
    fn expected(&self, sums: &Sums, slopes: &[f64], others: usize) -> Vec<f64> {
        let total = sums.product(0, 0);
        // Numbers have their means taken off; of levels the mean is the share of people.
        let of_mean = (1..slopes.len()).map(|at| slopes[at] * sums.product(at, 0) / total);
        let base = sums.level - Sum::of(of_mean);
        let expected = |person| {
            if !self.is_known(person) {
                return f64::NAN;
            }
            let need = self.row(person, &sums.scales).skip(1 + others);
            base + need.map(|(at, number)| slopes[at] * number).sum::<f64>()
        };
        (0..self.used.len()).map(expected).collect()
    }
}

impl Sums {
    fn product(&self, row: usize, column: usize) -> f64 {
        self.products[row * self.scales.len() + column].value()
    }

    /// The slopes of the columns from `before_need` on, and 0 for those before and for those that
    /// follow from what is kept. `None` where something of need follows from the others, or a slope
    /// is no number.
    fn slopes(&self, before_need: usize) -> Option<Vec<f64>> {
        let width = self.scales.len();
        let all: Vec<usize> = (0..width).collect();
        let joint = Cholesky::of(self, &all);
        let need: Vec<usize> = std::iter::once(0).chain(before_need..width).collect();
        let alone = Cholesky::of(self, &need).kept.len() - 1;
        let with_others = joint.kept.iter().filter(|at| **at >= before_need).count();
        if alone != with_others {
            return None;
        }
        let mut slopes = vec![0.0; width];
        for (at, slope) in joint.kept.iter().zip(joint.solve(&self.with_used)) {
            let is_number = slope.is_finite();
            is_number.then_some(())?;
            slopes[*at] = if *at < before_need { 0.0 } else { slope };
        }
        Some(slopes)
    }
}

/// The triangle `L` of `L Lᵀ`, the sums of products of the columns that are kept.
struct Cholesky {
    /// Those that do not follow from the ones before them.
    kept: Vec<usize>,
    lower: Vec<Vec<f64>>,
}

impl Cholesky {
    fn of(sums: &Sums, columns: &[usize]) -> Self {
        let (mut kept, mut lower) = (Vec::new(), Vec::<Vec<f64>>::new());
        for column in columns {
            let mut row: Vec<f64> = Vec::with_capacity(kept.len() + 1);
            for (before, of_before) in kept.iter().zip(&lower) {
                let done: f64 = row.iter().zip(of_before).map(|(a, b)| a * b).sum();
                let product = sums.product(*column, *before);
                row.push((product - done) / of_before[row.len()]);
            }
            let own = sums.product(*column, *column);
            let rest = own - row.iter().map(|entry| entry * entry).sum::<f64>();
            if rest > 1e-12 * own {
                row.push(rest.sqrt());
                kept.push(*column);
                lower.push(row);
            }
        }
        Self { kept, lower }
    }

    fn solve(&self, right: &[Sum]) -> Vec<f64> {
        let k = self.kept.len();
        let mut forward: Vec<f64> = Vec::with_capacity(k);
        for (column, row) in self.kept.iter().zip(&self.lower) {
            let done: f64 = row.iter().zip(&forward).map(|(a, b)| a * b).sum();
            forward.push((right[*column].value() - done) / row[forward.len()]);
        }
        let mut solution = vec![0.0; k];
        for i in (0..k).rev() {
            let done: f64 = (i + 1..k).map(|m| self.lower[m][i] * solution[m]).sum();
            solution[i] = (forward[i] - done) / self.lower[i][i];
        }
        solution
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(numbers: &[f64]) -> Covariate {
        Covariate::Number(numbers.to_vec())
    }

    fn level(level: &[u32]) -> Covariate {
        let levels = level.iter().filter(|level| **level != Covariate::UNKNOWN);
        Covariate::Level {
            levels: levels.max().map_or(0, |most| most + 1),
            level: level.to_vec(),
        }
    }

    fn expected(used: &[f64], need: &[Covariate], other: &[Covariate]) -> Option<Vec<f64>> {
        need_expected(used, need, other, None).unwrap()
    }

    fn near(found: &[f64], expected: &[f64]) {
        assert_eq!(found.len(), expected.len());
        for (found, expected) in found.iter().zip(expected) {
            let both_missing = found.is_nan() && expected.is_nan();
            assert!(
                both_missing || (found - expected).abs() < 1e-12,
                "{found} {expected}"
            );
        }
    }

    #[test]
    fn need_that_explains_all_is_expected_as_used() {
        let need = [1.0, 2.0, 4.0, 8.0];
        let used = need.map(|need| 3.0 + 0.5 * need);
        near(&expected(&used, &[number(&need)], &[]).unwrap(), &used);
    }

    #[test]
    fn what_is_not_need_is_held_at_its_mean() {
        let (need, income) = ([0.0, 1.0, 0.0, 1.0], [1.0, 1.0, 3.0, 3.0]);
        let pairs = need.iter().zip(income);
        let used: Vec<f64> = pairs.map(|(n, i)| 2.0 * n + 5.0 * i).collect();
        let found = expected(&used, &[number(&need)], &[number(&income)]).unwrap();
        near(&found, &[10.0, 12.0, 10.0, 12.0]);
        let as_levels = expected(&used, &[level(&[0, 1, 0, 1])], &[level(&[0, 0, 1, 1])]);
        near(&as_levels.unwrap(), &found);
    }

    #[test]
    fn levels_alone_are_the_means_of_their_people() {
        let used = [1.0, 3.0, 10.0, 0.0, 2.0];
        let found = expected(&used, &[level(&[0, 0, 1, 2, 2])], &[]).unwrap();
        near(&found, &[2.0, 2.0, 10.0, 1.0, 1.0]);
        let weights = [1.0, 3.0, 1.0, 1.0, 0.0];
        let need = [level(&[0, 0, 1, 2, 2])];
        let found = need_expected(&used, &need, &[], Some(&weights)).unwrap();
        near(&found.unwrap(), &[2.5, 2.5, 10.0, 0.0, f64::NAN]);
        let weights = [1.0, 1.0, 0.0, 1.0, 1.0];
        let found = need_expected(&used, &need, &[], Some(&weights)).unwrap();
        near(&found.unwrap(), &[2.0, 2.0, f64::NAN, 1.0, 1.0]);
    }

    #[test]
    fn neither_the_unit_of_need_nor_where_it_begins_changes_anything() {
        let (need, used) = ([1.0, 2.0, 4.0, 8.0], [2.0, 1.0, 5.0, 9.0]);
        let one = expected(&used, &[number(&need)], &[]).unwrap();
        for (unit, start) in [(1e160, 0.0), (1e-170, 0.0), (1.0, 1e6)] {
            let other = need.map(|need| start + unit * need);
            near(&expected(&used, &[number(&other)], &[]).unwrap(), &one);
        }
        // The same number, but for its last digit.
        let same = number(&[0.1 + 0.2, 0.3, 0.3, 0.3]);
        near(&expected(&used, &[same], &[]).unwrap(), &[4.25; 4]);
        // Years and their powers are not the same thing.
        let years = [2016.0, 2017.0, 2018.0, 2019.0, 2020.0_f64];
        let powers = [1, 2].map(|power| number(&years.map(|year| year.powi(power))));
        let used = [1.0, 4.0, 9.0, 16.0, 25.0];
        let found = expected(&used, &powers, &[]).unwrap();
        let close = found
            .iter()
            .zip(used)
            .all(|(found, used)| (found - used).abs() < 1e-6);
        assert!(close, "{found:?}");
    }

    #[test]
    fn need_that_repeats_itself_says_nothing_more() {
        let (need, used) = ([1.0, 2.0, 4.0, 8.0], [2.0, 1.0, 5.0, 9.0]);
        let once = expected(&used, &[number(&need)], &[]).unwrap();
        let double = need.map(|need| 2.0 * need + 1.0);
        let twice = [number(&need), number(&double), number(&[7.0; 4])];
        near(&expected(&used, &twice, &[]).unwrap(), &once);
        near(
            &expected(&used, &[number(&[7.0; 4])], &[]).unwrap(),
            &[4.25; 4],
        );
    }

    #[test]
    fn need_that_follows_from_the_others_cannot_be_told_from_them() {
        let need = [1.0, 2.0, 4.0, 8.0];
        let double = need.map(|need| 2.0 * need);
        assert_eq!(expected(&need, &[number(&need)], &[number(&double)]), None);
        let sorted_by_region = [level(&[0, 0, 1, 1])];
        let each_has_one = [level(&[0, 1, 2, 3])];
        assert_eq!(expected(&need, &sorted_by_region, &each_has_one), None);
        // Others that repeat one another are no trouble.
        let others = [number(&[0.0, 1.0, 0.0, 1.0]), level(&[0, 1, 0, 1])];
        let found = expected(&need, &[number(&need)], &others).unwrap();
        near(&found, &need);
    }

    #[test]
    fn people_of_whom_something_is_not_known_have_no_expectation_and_no_say() {
        let nan = f64::NAN;
        let used = [1.0, 3.0, nan, 2.0, 50.0, 50.0];
        let need = [
            number(&[0.0, 1.0, 0.0, 0.5, nan, 1.0]),
            level(&[0, 0, 0, 0, 0, Covariate::UNKNOWN]),
        ];
        let found = expected(&used, &need, &[]).unwrap();
        near(&found, &[1.0, 3.0, nan, 2.0, nan, nan]);
        assert_eq!(expected(&[nan], &[number(&[1.0])], &[]), None);
        assert_eq!(expected(&[], &[number(&[])], &[]), None);
    }

    #[test]
    fn wrong_arguments_are_refused() {
        let need = [number(&[1.0])];
        assert!(need_expected(&[1.0, 2.0], &need, &[], None).is_err());
        assert!(need_expected(&[1.0], &need, &[], Some(&[-1.0])).is_err());
        let ids = Covariate::Level {
            level: (0..3000).collect(),
            levels: 3000,
        };
        assert!(need_expected(&[1.0; 3000], &[ids], &[], None).is_err());
    }
}
