//! What can be wrong with the parameters of a measure.

/// An error of this crate.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A confidence is not a number between 0 and 1, both excluded.
    #[error("confidence: expected a number between 0 and 1, got `{found}`")]
    InvalidConfidence {
        /// The number given.
        found: f64,
    },
    /// An argument of a measure cannot be what it is.
    #[error("{argument}: expected {expected}, got `{found}`")]
    InvalidArgument {
        /// Its name.
        argument: &'static str,
        /// What it may be.
        expected: &'static str,
        /// What it was.
        found: String,
    },
}

impl Error {
    /// The error of an argument that cannot be what it is.
    pub fn argument(
        argument: &'static str,
        expected: &'static str,
        found: impl std::fmt::Display,
    ) -> Self {
        Self::InvalidArgument {
            argument,
            expected,
            found: found.to_string(),
        }
    }
}

impl Error {
    /// What the person can do about it, where that is not plain from the message.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::InvalidConfidence { found } if *found > 1.0 && *found < 100.0 => {
                Some(format!("for {found} % write {}", found / 100.0))
            }
            Self::InvalidConfidence { .. } | Self::InvalidArgument { .. } => None,
        }
    }
}
