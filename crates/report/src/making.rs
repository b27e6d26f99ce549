//! Where, when and by what a report is made: what every number in it carries.

use serde::Serialize;

use crate::{Language, Pattern};

/// The circumstances of a report.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Making {
    /// The language that it is written in.
    pub language: Language,
    /// The lake, without any secret in its address.
    pub lake: String,
    /// The version of the lake that was read.
    pub version: u64,
    /// When that version was committed.
    pub version_time: Option<String>,
    /// When the report was made.
    pub made_at: String,
    /// The program and its version: `kohort 0.1.0`.
    pub program: String,
    /// The command that makes the same report again.
    pub command: String,
    /// The parameters that were chosen, and their values.
    pub parameters: Vec<(String, String)>,
    /// Settings of the session that decide what is counted: the genotype filter.
    pub settings: Vec<(String, String)>,
    /// What is withheld in all reports of this version of the lake.
    #[serde(skip)]
    pub pattern: Option<Pattern>,
}
