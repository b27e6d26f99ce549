//! A session: one view of a lake, its settings, and the statements that run in it.

use arrow::datatypes::SchemaRef;
use datafusion::execution::SendableRecordBatchStream;
use kohort_lake::{AsOf, Lake};

use crate::Error;

/// What a session may use and sees.
#[derive(Debug, Clone, Default)]
pub struct SessionOptions {
    /// The state of the lake to read; the latest when absent.
    pub as_of: Option<AsOf>,
    /// Settings as by `SET`: (`kohort.unknown_sex`, `as_called`).
    pub settings: Vec<(String, String)>,
    /// Threads to use; all cores when absent.
    pub threads: Option<usize>,
    /// Bytes that sorts, joins and aggregates may hold before they spill; half of the memory when absent.
    pub memory_limit_bytes: Option<usize>,
}

/// What one statement gave.
pub enum Outcome {
    /// Rows, produced as they are read.
    Rows {
        /// The columns.
        schema: SchemaRef,
        /// The rows.
        stream: SendableRecordBatchStream,
    },
    /// The statement did something and has no rows.
    Done {
        /// What was done, for a person.
        message: String,
    },
}

/// A table that a session shows.
#[derive(Debug, Clone)]
pub struct TableInfo {
    /// Name.
    pub name: String,
    /// One sentence.
    pub description: String,
    /// Columns.
    pub schema: SchemaRef,
}

/// A function that a session knows.
#[derive(Debug, Clone)]
pub struct FunctionInfo {
    /// Name.
    pub name: String,
    /// How it is called: `allele_stats(genotypes [, cohort])`.
    pub syntax: String,
    /// One sentence.
    pub description: String,
    /// One of Kohort's own, not DataFusion's.
    pub is_own: bool,
}

/// A view of one state of a lake that statements run in.
pub struct Session {}

impl Session {
    /// Opens a session on a state of a lake.
    pub async fn open(lake: &Lake, options: SessionOptions) -> Result<Self, Error>;
    /// Runs the statements of a text, one after another.
    pub async fn execute(&self, sql: &str) -> Result<Vec<Outcome>, Error>;
    /// Runs one statement.
    pub async fn execute_one(&self, statement: &str) -> Result<Outcome, Error>;
    /// The tables, for completion and `\d`.
    pub async fn tables(&self) -> Result<Vec<TableInfo>, Error>;
    /// The functions, for completion and `\df`.
    pub fn functions(&self) -> Vec<FunctionInfo>;
    /// The lake's version that the session reads.
    pub fn version(&self) -> u64;
}

/// Cuts a text into statements at `;`, outside of quotes and comments.
pub fn split_statements(sql: &str) -> Result<Vec<String>, Error>;
