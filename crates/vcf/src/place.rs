//! Where in a file something is: the line or record that an error names.

use std::fmt;

/// What a place counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Lines of text, header included, from 1.
    Line,
    /// Records of a BCF file, from 1.
    Record,
}

/// A line or record of a file.
#[derive(Debug, Clone, Copy)]
pub struct Location<'a> {
    /// Name of the file as the user gave it.
    pub file: &'a str,
    /// What `number` counts.
    pub unit: Unit,
    /// 1-based.
    pub number: u64,
    /// The file's samples, to name one that an error knows by number.
    pub samples: &'a [String],
}

impl fmt::Display for Location<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.unit {
            Unit::Line => write!(f, "{}:{}", self.file, self.number),
            Unit::Record => write!(f, "{}:record {}", self.file, self.number),
        }
    }
}

/// An error that can be told where it happened.
pub trait Locate {
    /// Adds the place.
    #[must_use]
    fn locate(self, location: &Location<'_>) -> Self;
}
