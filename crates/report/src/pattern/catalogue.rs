//! What is counted in a lake: the cubes of `sql/withholding`.

use std::collections::BTreeMap;

use arrow::array::RecordBatch;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::{Pattern, link};
use crate::Error;
use crate::rows::{Value, plain_columns};

include!(concat!(env!("OUT_DIR"), "/withholding.rs"));

/// The file that says what the cubes are.
const CATALOGUE: &str = "counts.toml";
/// The version of the rule by which counts are withheld; it goes up when the rule changes.
const RULE: u32 = 1;

/// All that reports count in a lake.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Catalogue {
    #[serde(rename = "cube")]
    pub(super) cubes: Vec<Cube>,
}

/// Counts that one query gives.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Cube {
    pub(super) query: String,
    pub(super) by: Vec<String>,
    /// The column whose values are steps of a flow.
    pub(super) steps: Option<String>,
    pub(super) counts: Vec<CubeCount>,
}

/// A count of a cube, and the tables that show it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CubeCount {
    pub(super) column: String,
    pub(super) family: String,
    /// The family that it is a part of.
    pub(super) of: Option<String>,
    /// Whether a reader knows if it is more than half.
    #[serde(default)]
    pub(super) halves: bool,
    /// The columns of each table that shows it.
    pub(super) tables: Vec<Vec<String>>,
}

/// The rows of a cube; a cube whose tables the lake has not is left out.
#[derive(Clone, Debug)]
pub struct CubeRows {
    pub(super) cube: usize,
    pub(super) rows: Vec<CubeRow>,
}

/// What a row of a cube is of, and its counts.
#[derive(Clone, Debug)]
pub(super) struct CubeRow {
    pub(super) key: Vec<String>,
    pub(super) counts: Vec<u64>,
}

impl Catalogue {
    /// The catalogue in the binary.
    ///
    /// # Errors
    /// It is not written as it must be.
    pub fn shipped() -> Result<Self, Error> {
        let text = file(CATALOGUE);
        toml::from_str(text).map_err(|error| Error::Syntax {
            message: error.message().to_owned(),
        })
    }

    /// A name for what decides a pattern beside the data: the rule, the cubes and their queries.
    pub fn fingerprint() -> String {
        let mut hash = Sha256::new();
        hash.update(RULE.to_le_bytes());
        for (name, text) in WITHHOLDING {
            hash.update(name.as_bytes());
            hash.update([0]);
            hash.update(text.as_bytes());
            hash.update([0]);
        }
        let digest = hash.finalize();
        digest[..8]
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }

    /// The statement of each cube.
    pub fn queries(&self) -> Vec<&'static str> {
        self.cubes.iter().map(|cube| file(&cube.query)).collect()
    }

    /// Whether any cube counts what a family counts.
    pub fn knows(&self, family: &str) -> bool {
        let mut counts = self.cubes.iter().flat_map(|cube| &cube.counts);
        counts.any(|count| count.family == family)
    }

    /// Reads the rows of a cube.
    ///
    /// # Errors
    /// A column that is not there, or a count that is none.
    pub fn read(&self, cube: usize, batches: &[RecordBatch]) -> Result<CubeRows, Error> {
        let mut rows = Vec::new();
        let Some(declared) = self.cubes.get(cube) else {
            return Ok(CubeRows { cube, rows });
        };
        let place = format!("withholding/{}", declared.query);
        let counts = declared.counts.iter().map(|count| &count.column);
        let names: Vec<&String> = declared.by.iter().chain(counts).collect();
        for batch in batches {
            let columns = plain_columns(&place, &names, batch)?;
            for row in 0..batch.num_rows() {
                let mut values = columns.iter().map(|column| &column[row]);
                let of = values.by_ref().take(declared.by.len());
                let key = of.map(Value::key).collect();
                let counts: Option<Vec<u64>> = values
                    .map(|value| match value {
                        Value::Whole(n) => u64::try_from(*n).ok(),
                        _ => None,
                    })
                    .collect();
                let counts = counts.ok_or_else(|| Error::data(&place, "a count is NULL"))?;
                rows.push(CubeRow { key, counts });
            }
        }
        Ok(CubeRows { cube, rows })
    }

    /// The pattern of a lake, from the rows of its cubes.
    ///
    /// # Errors
    /// Numbers that do not fit together.
    pub fn pattern(&self, cubes: &[CubeRows]) -> Result<Pattern, Error> {
        link::pattern(self, cubes)
    }
}

fn file(name: &str) -> &'static str {
    let files: BTreeMap<&str, &str> = WITHHOLDING.iter().copied().collect();
    files.get(name).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_catalogue_in_the_binary_is_whole() {
        let catalogue = Catalogue::shipped().unwrap();
        for (cube, query) in catalogue.cubes.iter().zip(catalogue.queries()) {
            assert!(query.contains("SELECT"), "{}", cube.query);
            for count in &cube.counts {
                let mut named = count.tables.iter().flatten();
                assert!(named.all(|name| cube.by.contains(name)), "{}", count.family);
            }
        }
    }
}
