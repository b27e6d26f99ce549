//! The rule for one count.

use crate::Error;

/// Whether a count of nobody is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Zeros {
    /// 0 is shown: it is about nobody.
    #[default]
    Publish,
    /// 0 is withheld: that none of a group has something tells it of every member.
    Protect,
}

/// The rule for small counts of people.
///
/// # Definition
/// A count `n` is withheld when `0 < n < threshold`, and when `n = 0` where zeros are protected.
///
/// # Interpretation
/// A custom of statistical offices, and no proof: it keeps a reader from finding a person by being
/// one of few. The Swedish publishers read here state no number; 5 is the usual one.
///
/// # References
/// Hundepool et al., 2012, "Statistical Disclosure Control", Wiley,
/// doi:10.1002/9781118348239, chapter 4.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SmallCells {
    threshold: u64,
    zeros: Zeros,
}

impl SmallCells {
    /// The threshold that is used when none is given.
    pub const DEFAULT_THRESHOLD: u64 = 5;

    /// A rule with a threshold, which is the least count that is shown.
    ///
    /// # Errors
    /// A threshold of 0.
    pub fn try_new(threshold: u64, zeros: Zeros) -> Result<Self, Error> {
        if threshold == 0 {
            return Err(Error::argument("threshold", "1 or more", threshold));
        }
        Ok(Self { threshold, zeros })
    }

    /// The least count that is shown, apart from 0.
    pub const fn threshold(self) -> u64 {
        self.threshold
    }

    /// What happens to 0.
    pub const fn zeros(self) -> Zeros {
        self.zeros
    }

    /// Whether a count is withheld.
    pub const fn withholds(self, n: u64) -> bool {
        match n {
            0 => matches!(self.zeros, Zeros::Protect),
            n => n < self.threshold,
        }
    }

    /// Whether `n` of `of` people is withheld: `n` is small, or so few lack it that they are
    /// small. All of them (`n = of`) is withheld where zeros are.
    pub const fn withholds_part(self, n: u64, of: u64) -> bool {
        self.withholds(n) || self.withholds(of.saturating_sub(n))
    }
}

impl Default for SmallCells {
    fn default() -> Self {
        Self {
            threshold: Self::DEFAULT_THRESHOLD,
            zeros: Zeros::Publish,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_below_the_threshold_is_withheld_and_zero_is_not() {
        let rule = SmallCells::default();
        let withheld: Vec<u64> = (0..8).filter(|n| rule.withholds(*n)).collect();
        assert_eq!(withheld, [1, 2, 3, 4]);
        assert!(SmallCells::try_new(0, Zeros::Publish).is_err());
    }

    #[test]
    fn zero_is_withheld_on_request() {
        let rule = SmallCells::try_new(3, Zeros::Protect).unwrap();
        let withheld: Vec<u64> = (0..8).filter(|n| rule.withholds(*n)).collect();
        assert_eq!(withheld, [0, 1, 2]);
    }

    #[test]
    fn a_part_is_withheld_when_few_are_left_over() {
        let rule = SmallCells::default();
        assert!(rule.withholds_part(98, 100));
        assert!(rule.withholds_part(2, 100));
        assert!(!rule.withholds_part(95, 100));
        assert!(!rule.withholds_part(100, 100));
        let strict = SmallCells::try_new(5, Zeros::Protect).unwrap();
        assert!(strict.withholds_part(100, 100));
    }
}
