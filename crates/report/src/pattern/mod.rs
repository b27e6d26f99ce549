//! Which counts of a lake are withheld, in whatever report they stand?
//!
//! A report that withheld by itself would be undone by the next one on the same lake. So there is
//! one pattern for each version of a lake: it is made of all counts that reports show
//! ([`Catalogue`]), whatever their parameters and language, and every report looks its counts up in
//! it. It is kept with the lake, so that the next machine and the next version of the program find
//! the same.

mod catalogue;
mod link;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

pub use catalogue::{Catalogue, CubeRows};

/// What a count is of: names and values, in the order of the names.
pub(crate) type Key = Vec<(String, String)>;

/// The counts of a version of a lake, and which of them are withheld.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pattern {
    /// The least count that is shown.
    threshold: u64,
    /// How many any pattern withholds at least; nothing where it was kept without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    fewest: Option<usize>,
    counts: Vec<PatternCount>,
    #[serde(skip)]
    index: Index,
}

/// How much a pattern withholds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PatternSize {
    /// Its counts.
    pub n: usize,
    /// Those that are withheld for their own sake.
    pub n_small: usize,
    /// How many any pattern withholds at least, where it is known.
    pub fewest: Option<usize>,
    /// Those that are withheld.
    pub n_withheld: usize,
}

/// A count of the pattern.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct PatternCount {
    family: String,
    key: Key,
    n: u64,
    #[serde(rename = "withheld")]
    is_withheld: bool,
}

/// The counts by what they count, and of whom.
type Index = BTreeMap<String, BTreeMap<Key, Vec<usize>>>;

/// What the pattern says of a count in a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Shown,
    Withheld,
}

impl Pattern {
    fn new(threshold: u64, fewest: usize, counts: Vec<PatternCount>) -> Self {
        let mut pattern = Self {
            threshold,
            fewest: Some(fewest),
            counts,
            index: Index::new(),
        };
        pattern.build_index();
        pattern
    }

    fn build_index(&mut self) {
        for (at, count) in self.counts.iter().enumerate() {
            let of_family = self.index.entry(count.family.clone()).or_default();
            of_family.entry(count.key.clone()).or_default().push(at);
        }
    }

    /// Reads a pattern as it is kept; nothing where it is none.
    pub fn from_json(text: &[u8]) -> Option<Self> {
        let mut pattern: Self = serde_json::from_slice(text).ok()?;
        pattern.build_index();
        Some(pattern)
    }

    /// The pattern as it is kept.
    pub fn to_json(&self) -> Vec<u8> {
        // Strings, numbers and booleans always make JSON.
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// How many counts it has, and how many of them are withheld.
    pub fn size(&self) -> PatternSize {
        let withheld = self.counts.iter().filter(|count| count.is_withheld);
        let small = self
            .counts
            .iter()
            .filter(|c| (1..self.threshold).contains(&c.n));
        PatternSize {
            n: self.counts.len(),
            n_small: small.count(),
            fewest: self.fewest,
            n_withheld: withheld.count(),
        }
    }

    /// Whether it knows what a family counts.
    pub(crate) fn knows(&self, family: &str) -> bool {
        self.index.contains_key(family)
    }

    /// What it says of a count of a family that it knows.
    ///
    /// A count that it has not is shown where it is the sum of counts that are, and withheld
    /// otherwise: nobody has looked at what it gives away.
    pub(crate) fn verdict(&self, family: &str, key: &Key, n: u64) -> Verdict {
        let Some(of_family) = self.index.get(family) else {
            return Verdict::Withheld;
        };
        let same = of_family.get(key).into_iter().flatten();
        let mut same = same.map(|at| &self.counts[*at]).filter(|c| c.n == n);
        let known = same.next().map(|first| {
            // Two cubes may have the same count; both withhold it then.
            !(first.is_withheld || same.any(|other| other.is_withheld))
        });
        let is_shown = known.unwrap_or_else(|| self.is_sum_of_shown(of_family, key, n));
        match is_shown {
            true => Verdict::Shown,
            false => Verdict::Withheld,
        }
    }

    /// Whether a count is the sum of finer ones that are all shown.
    fn is_sum_of_shown(&self, of_family: &BTreeMap<Key, Vec<usize>>, key: &Key, n: u64) -> bool {
        let mut finer: BTreeMap<Vec<&str>, (u64, bool)> = BTreeMap::new();
        for (other, counts) in of_family {
            if other.len() <= key.len() || !key.iter().all(|pair| other.contains(pair)) {
                continue;
            }
            let names = other.iter().map(|(name, _)| name.as_str()).collect();
            let sum = finer.entry(names).or_insert((0, true));
            match counts.as_slice() {
                [one] => {
                    sum.0 += self.counts[*one].n;
                    sum.1 &= !self.counts[*one].is_withheld;
                }
                _ => sum.1 = false,
            }
        }
        finer.values().any(|sum| *sum == (n, true))
    }

    /// The withheld counts: what is counted, and of whom.
    pub(crate) fn withheld(&self) -> impl Iterator<Item = (&str, &[(String, String)])> {
        let withheld = self.counts.iter().filter(|count| count.is_withheld);
        withheld.map(|count| (count.family.as_str(), count.key.as_slice()))
    }

    /// A number that nobody outside can know: it is made of all counts, withheld ones too.
    pub(crate) fn secret(&self) -> u64 {
        let text = self.to_json();
        text.iter().fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
            (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
        })
    }

    /// The names of the families that it knows.
    pub fn families(&self) -> BTreeSet<&str> {
        self.index.keys().map(String::as_str).collect()
    }
}
