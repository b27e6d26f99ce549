//! Makes registers in folders of their own, and reads their tables back.

#![allow(dead_code, reason = "each test file uses a part of this")]
#![allow(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::Path;

use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Float64Type, Int8Type, Int16Type, Int64Type};
use arrow_array::{Array, RecordBatch};
use arrow_schema::DataType;
use kohort_synthetic::{Planted, Simulation, SimulationProgress, Summary};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use tempfile::TempDir;

/// Nobody watches.
pub(crate) struct Silent;

impl SimulationProgress for Silent {
    fn people(&self, _: u64) {}
}

/// A register in a folder that is removed afterwards.
pub(crate) struct Register {
    pub(crate) folder: TempDir,
    pub(crate) summary: Summary,
}

impl Register {
    pub(crate) fn of(people: u64, planted: Planted) -> Self {
        Self::make(&Simulation {
            people,
            seed: 1,
            planted,
            people_per_file: 1 << 17,
            ..Simulation::default()
        })
    }

    pub(crate) fn make(simulation: &Simulation) -> Self {
        let folder = TempDir::new().unwrap();
        let summary = simulation.write(folder.path(), &Silent).unwrap();
        Self { folder, summary }
    }

    /// All files, by their names within the folder.
    pub(crate) fn files(&self) -> BTreeMap<String, Vec<u8>> {
        let mut files = BTreeMap::new();
        for entry in fs::read_dir(self.folder.path()).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_file() {
                files.insert(name, fs::read(path).unwrap());
                continue;
            }
            for file in fs::read_dir(&path).unwrap() {
                let file = file.unwrap().path();
                let part = file.file_name().unwrap().to_string_lossy().into_owned();
                files.insert(format!("{name}/{part}"), fs::read(file).unwrap());
            }
        }
        files
    }

    /// The rows of a table.
    pub(crate) fn table(&self, name: &str) -> Table {
        let folder = self.folder.path().join(name);
        let mut parts: Vec<_> = fs::read_dir(&folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        parts.sort();
        Table(parts.iter().flat_map(|part| batches(part)).collect())
    }
}

fn batches(path: &Path) -> Vec<RecordBatch> {
    let builder = ParquetRecordBatchReaderBuilder::try_new(File::open(path).unwrap()).unwrap();
    builder.build().unwrap().map(Result::unwrap).collect()
}

/// The rows of a table.
pub(crate) struct Table(Vec<RecordBatch>);

impl Table {
    /// A column as text.
    pub(crate) fn texts(&self, column: &str) -> Vec<Option<String>> {
        let mut all = Vec::new();
        for batch in &self.0 {
            let texts = batch.column_by_name(column).unwrap().as_string::<i32>();
            all.extend(texts.iter().map(|text| text.map(str::to_owned)));
        }
        all
    }

    /// A column of text that holds no NULL.
    pub(crate) fn known(&self, column: &str) -> Vec<String> {
        self.texts(column).into_iter().map(Option::unwrap).collect()
    }

    /// A column of numbers, days, or truths as numbers.
    pub(crate) fn numbers(&self, column: &str) -> Vec<Option<f64>> {
        let mut all = Vec::new();
        for batch in &self.0 {
            let column = batch.column_by_name(column).unwrap();
            for row in 0..column.len() {
                all.push(column.is_valid(row).then(|| number(column.as_ref(), row)));
            }
        }
        all
    }

    /// A column of numbers that holds no NULL.
    pub(crate) fn counts(&self, column: &str) -> Vec<f64> {
        let numbers = self.numbers(column).into_iter();
        numbers.map(Option::unwrap).collect()
    }
}

fn number(array: &dyn Array, row: usize) -> f64 {
    match array.data_type() {
        DataType::Int8 => array.as_primitive::<Int8Type>().value(row).into(),
        DataType::Int16 => array.as_primitive::<Int16Type>().value(row).into(),
        DataType::Date32 => array.as_primitive::<Date32Type>().value(row).into(),
        DataType::Int64 => array.as_primitive::<Int64Type>().value(row) as f64,
        DataType::Float64 => array.as_primitive::<Float64Type>().value(row),
        DataType::Boolean => f64::from(u8::from(array.as_boolean().value(row))),
        other => unreachable!("a column of {other}"),
    }
}

/// Sums of numbers by key.
pub(crate) fn sums<K: Ord>(pairs: impl IntoIterator<Item = (K, f64)>) -> BTreeMap<K, f64> {
    let mut sums = BTreeMap::new();
    for (key, number) in pairs {
        *sums.entry(key).or_insert(0.0) += number;
    }
    sums
}

/// A whole number, from a column of numbers.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "small"
)]
pub(crate) fn small(number: f64) -> u8 {
    number as u8
}
