//! Which rows of a table have the key of a row that is loaded?

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, BooleanArray, RecordBatch};
use arrow::compute::{cast, filter_record_batch};
use arrow::datatypes::{DataType, SchemaRef};
use arrow::row::{RowConverter, SortField};
use kohort_schema::LoadedTable;

use crate::{Error, Result};

/// Where a row of a load is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Its number among the rows of the load, from 0.
    pub row: u64,
    /// Its line in its file.
    pub line: u64,
}

/// A key that a load has twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Duplicate {
    /// The row that was there.
    pub first: Place,
    /// The row that came.
    pub second: Place,
}

/// The keys of a load, as 128-bit hashes: ten million take some 400 MB. Two keys with one hash
/// would be taken for one; with hashes that nobody can foresee, the chance is below 10⁻²⁴.
pub struct Keys {
    table: LoadedTable,
    columns: Vec<String>,
    types: Vec<DataType>,
    converter: RowConverter,
    hashers: [RandomState; 2],
    places: HashMap<u128, Place>,
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("Keys");
        out.field("columns", &self.columns)
            .field("n", &self.places.len())
            .finish_non_exhaustive()
    }
}

impl Keys {
    /// No keys yet, of these columns of a table.
    ///
    /// # Errors
    /// [`Error::NoKeyColumn`] when a column is not there.
    pub fn new(table: &LoadedTable, columns: &[String], schema: &SchemaRef) -> Result<Self> {
        let mut types = Vec::new();
        for column in columns {
            let field = schema
                .field_with_name(column)
                .map_err(|_| Error::NoKeyColumn {
                    table: table.into(),
                    column: column.clone(),
                })?;
            types.push(field.data_type().clone());
        }
        let fields = types.iter().map(|t| SortField::new(t.clone())).collect();
        Ok(Self {
            table: table.clone(),
            columns: columns.to_vec(),
            converter: RowConverter::new(fields).map_err(|e| problem(table, &e))?,
            types,
            hashers: [RandomState::new(), RandomState::new()],
            places: HashMap::new(),
        })
    }

    /// Adds the keys of a batch; of rows with one key the last one counts. Gives the first key that
    /// was there already.
    ///
    /// # Errors
    /// [`Error::KeyIsNull`] when a part of a key is NULL.
    pub fn add(&mut self, batch: &RecordBatch, places: &[Place]) -> Result<Option<Duplicate>> {
        let mut duplicate = None;
        for (hash, place) in self.hashes(batch, Some(places))?.into_iter().zip(places) {
            match self.places.entry(hash) {
                Entry::Occupied(mut entry) => {
                    let first = *entry.get();
                    duplicate.get_or_insert(Duplicate {
                        first,
                        second: *place,
                    });
                    entry.insert(*place);
                }
                Entry::Vacant(entry) => {
                    entry.insert(*place);
                }
            }
        }
        Ok(duplicate)
    }

    /// The rows of a batch of the load that are the last ones of their key.
    ///
    /// # Errors
    /// When the batch has other columns.
    pub fn last_of_each(&self, batch: &RecordBatch, places: &[Place]) -> Result<RecordBatch> {
        let hashes = self.hashes(batch, Some(places))?;
        let is_last = |(hash, place): (u128, &Place)| self.places.get(&hash) == Some(place);
        let mask: BooleanArray = hashes
            .into_iter()
            .zip(places)
            .map(|h| Some(is_last(h)))
            .collect();
        filter_record_batch(batch, &mask).map_err(|e| problem(&self.table, &e))
    }

    /// The columns of the key.
    pub(crate) fn columns(&self) -> &[String] {
        &self.columns
    }

    /// How many rows of a batch have one of these keys.
    pub(crate) fn n_held(&self, batch: &RecordBatch) -> Result<u64> {
        let hashes = self.hashes(batch, None)?;
        let held = hashes.iter().filter(|h| self.places.contains_key(h));
        Ok(held.count() as u64)
    }

    /// The rows of a batch whose keys are not among these.
    pub(crate) fn others(&self, batch: &RecordBatch) -> Result<RecordBatch> {
        let hashes = self.hashes(batch, None)?;
        let is_other = |hash: &u128| Some(!self.places.contains_key(hash));
        let mask: BooleanArray = hashes.iter().map(is_other).collect();
        filter_record_batch(batch, &mask).map_err(|e| problem(&self.table, &e))
    }

    fn hashes(&self, batch: &RecordBatch, places: Option<&[Place]>) -> Result<Vec<u128>> {
        let mut columns: Vec<ArrayRef> = Vec::with_capacity(self.columns.len());
        for (name, data_type) in self.columns.iter().zip(&self.types) {
            let column = match batch.column_by_name(name) {
                Some(column) => cast(column, data_type).map_err(|e| problem(&self.table, &e))?,
                // A file from before the column came: its rows have no key.
                None => arrow::array::new_null_array(data_type, batch.num_rows()),
            };
            if let Some(places) = places
                && let Some(row) = (0..column.len()).find(|row| column.is_null(*row))
            {
                return Err(Error::KeyIsNull {
                    column: name.clone(),
                    line: places.get(row).map(|p| p.line).unwrap_or_default(),
                });
            }
            columns.push(Arc::clone(&column));
        }
        let rows = self.converter.convert_columns(&columns);
        let rows = rows.map_err(|e| problem(&self.table, &e))?;
        let half = |i: usize, row: &[u8]| u128::from(self.hashers[i].hash_one(row));
        let both = |row: &[u8]| (half(0, row) << 64) | half(1, row);
        Ok(rows.iter().map(|row| both(row.as_ref())).collect())
    }
}

fn problem(table: &LoadedTable, error: &arrow::error::ArrowError) -> Error {
    Error::Rows {
        table: table.into(),
        problem: error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::array::{Int64Array, StringArray};

    fn batch(ids: &[Option<i64>], texts: &[&str]) -> RecordBatch {
        let ids: ArrayRef = Arc::new(Int64Array::from(ids.to_vec()));
        let texts: ArrayRef = Arc::new(StringArray::from(texts.to_vec()));
        RecordBatch::try_from_iter([("id", ids), ("t", texts)]).unwrap()
    }

    fn places(from: u64, n: u64) -> Vec<Place> {
        (from..from + n)
            .map(|row| Place { row, line: row + 2 })
            .collect()
    }

    #[test]
    fn a_key_that_comes_twice_is_told_and_the_last_row_counts() {
        let table = LoadedTable::registry("t").unwrap();
        let rows = batch(&[Some(1), Some(2), Some(1)], &["a", "b", "c"]);
        let mut keys = Keys::new(&table, &["id".to_owned()], &rows.schema()).unwrap();
        let duplicate = keys.add(&rows, &places(0, 3)).unwrap().unwrap();
        assert_eq!((duplicate.first.line, duplicate.second.line), (2, 4));
        let last = keys.last_of_each(&rows, &places(0, 3)).unwrap();
        assert_eq!(last, batch(&[Some(2), Some(1)], &["b", "c"]));
    }

    #[test]
    fn a_key_that_is_null_is_refused_with_its_line() {
        let table = LoadedTable::registry("t").unwrap();
        let rows = batch(&[Some(1), None], &["a", "b"]);
        let mut keys = Keys::new(&table, &["id".to_owned()], &rows.schema()).unwrap();
        let error = keys.add(&rows, &places(0, 2)).unwrap_err();
        assert!(matches!(error, Error::KeyIsNull { line: 3, .. }), "{error}");
    }
}
