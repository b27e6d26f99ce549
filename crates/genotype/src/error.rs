//! What can be wrong with packed genotypes, cohorts and strata.

/// Why a value was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The value ends before what it announces.
    #[error("packed genotypes end inside {section}")]
    Truncated {
        /// What was being read.
        section: &'static str,
    },
    /// The value goes on after its last section.
    #[error("packed genotypes have {found} bytes after their last section")]
    TrailingBytes {
        /// How many bytes are left over.
        found: usize,
    },
    /// The version bits are not of a version that this program reads.
    #[error("packed genotypes: expected version 1, found version {found}")]
    UnsupportedVersion {
        /// The version bits.
        found: u8,
    },
    /// The bits of the header or of a section contradict each other.
    #[error("packed genotypes: {section}: {problem}")]
    Malformed {
        /// Where.
        section: &'static str,
        /// What is wrong.
        problem: &'static str,
    },
    /// A slot or sample number is beyond the block's last.
    #[error("packed genotypes: {section}: expected a number below {limit}, found {found}")]
    OutOfRange {
        /// Which set.
        section: &'static str,
        /// The first number that is too large.
        limit: u64,
        /// What was found.
        found: u64,
    },
    /// The value belongs to a block of samples that the directory does not have.
    #[error("packed genotypes belong to sample block `{block}`, which is not in this lake")]
    UnknownBlock {
        /// The block.
        block: u32,
    },
    /// The blocks of a composite value are not in strictly ascending order.
    #[error("packed genotypes: sample block `{block}` is out of order or there twice")]
    BlockOrder {
        /// The block that should have come before.
        block: u32,
    },
    /// Two blocks of a directory share an id or a sample.
    #[error("sample block `{block}` overlaps another one")]
    OverlappingBlocks {
        /// The second of the two.
        block: u32,
    },
    /// The rows given as those of one site do not belong together.
    #[error("the rows of a site disagree at sample {sample}: {problem}")]
    InconsistentSite {
        /// The sample's number in its block.
        sample: u32,
        /// What does not fit.
        problem: &'static str,
    },
    /// The bytes are not a roaring bitmap in the portable format.
    #[error("not a cohort: {reason}")]
    InvalidCohort {
        /// What the decoder said.
        reason: String,
    },
    /// A stratum label is neither below the number of strata nor `NO_STRATUM`.
    #[error("expected a stratum below {n_strata}, found {found} for sample index {sample_index}")]
    UnknownStratum {
        /// How many strata there are.
        n_strata: usize,
        /// The label.
        found: u16,
        /// Whose label it is.
        sample_index: u32,
    },
    /// A partition has more strata than one pass can count.
    #[error("expected at most {limit} strata, found {found}")]
    TooManyStrata {
        /// The limit.
        limit: usize,
        /// How many were asked for.
        found: usize,
    },
    /// A place for the counts of each stratum has the wrong length.
    #[error("expected room for {expected} strata, found {found}")]
    WrongLength {
        /// The number of strata.
        expected: usize,
        /// The length given.
        found: usize,
    },
}

impl Error {
    /// What the reader of the message can do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::UnsupportedVersion { .. } => {
                Some("a newer kohort wrote this lake; read it with that one".to_owned())
            }
            Self::Truncated { .. }
            | Self::TrailingBytes { .. }
            | Self::Malformed { .. }
            | Self::OutOfRange { .. } => {
                Some("run `kohort lake verify` to find damaged files".to_owned())
            }
            Self::InvalidCohort { .. } => Some(
                "a cohort comes from `cohort(sample_id)`, `cohort('name')` or `all_samples()`"
                    .to_owned(),
            ),
            Self::TooManyStrata { .. } => {
                Some("name fewer columns, or cut numbers into bands".to_owned())
            }
            _ => None,
        }
    }
}
