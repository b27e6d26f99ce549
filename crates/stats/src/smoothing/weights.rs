//! How much neighbours weigh.

use super::Neighbours;
use crate::Error;

/// How much neighbours weigh.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Weighting {
    /// The neighbours of an area together weigh 1: style W.
    #[default]
    RowStandardised,
    /// Each neighbour weighs 1: style B.
    Binary,
}

impl Weighting {
    /// The word of SQL.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::RowStandardised => "row_standardised",
            Self::Binary => "binary",
        }
    }
}

impl std::str::FromStr for Weighting {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let all = [Self::RowStandardised, Self::Binary];
        let found = all.into_iter().find(|one| one.as_str() == text);
        found.ok_or_else(|| Error::argument("weights", "row_standardised or binary", text))
    }
}

/// The sums that the moments of a measure of autocorrelation rest on.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct WeightSums {
    /// All weights.
    pub(super) s0: f64,
    /// Half of the squares of the weights both ways.
    pub(super) s1: f64,
    /// The squares of what each area weighs, both ways.
    pub(super) s2: f64,
}

/// What the neighbours of an area weigh, each.
#[expect(clippy::cast_precision_loss, reason = "areas are far fewer than 2^53")]
pub(super) fn weight(list: &[usize], weighting: Weighting) -> f64 {
    match weighting {
        Weighting::RowStandardised => 1.0 / list.len() as f64,
        Weighting::Binary => 1.0,
    }
}

impl WeightSums {
    /// The sums over all pairs of areas.
    pub(super) fn of(neighbours: &Neighbours, weighting: Weighting) -> Self {
        let lists = neighbours.lists();
        let mut sums = Self::default();
        let mut both_ways = vec![0.0; lists.len()];
        for (area, list) in lists.iter().enumerate() {
            let there = weight(list, weighting);
            for &neighbour in list {
                let back = match lists[neighbour].binary_search(&area) {
                    Ok(_) => weight(&lists[neighbour], weighting),
                    Err(_) => 0.0,
                };
                sums.s0 += there;
                // A pair that is seen from one side only is counted once for both.
                let sides = if back > 0.0 { 0.5 } else { 1.0 };
                sums.s1 += sides * (there + back).powi(2);
                both_ways[area] += there;
                both_ways[neighbour] += there;
            }
        }
        sums.s2 = both_ways.iter().map(|sum| sum * sum).sum();
        sums
    }
}

#[cfg(test)]
mod tests {
    use super::super::neighbours::tests::neighbours;
    use super::*;

    #[test]
    fn sums_are_those_of_the_matrix() {
        // a - b - c, and d sees c without being seen.
        let found = neighbours(&["a: b", "b: a c", "c: b", "d: c"]);
        let binary = WeightSums::of(&found, Weighting::Binary);
        // Pairs: ab and bc both ways (2² each, twice, halved), dc one way (1² twice, halved).
        assert_eq!((binary.s0, binary.s1), (5.0, 9.0));
        // Rows and columns together: 2, 4, 3, 1.
        assert_eq!(binary.s2, 30.0);
        let rows = WeightSums::of(&found, Weighting::RowStandardised);
        // ab: 1 + 1/2, both ways; bc the same; dc 1.
        assert_eq!((rows.s0, rows.s1), (4.0, 5.5));
        assert_eq!(rows.s2, 1.5 * 1.5 + 3.0 * 3.0 + 2.5 * 2.5 + 1.0);
        assert!("W".parse::<Weighting>().is_err());
        assert_eq!("binary".parse(), Ok(Weighting::Binary));
    }
}
