//! Tables as CSV: commas, points, UTF-8, the names of columns as in the query.

use crate::definition::Table;
use crate::flat::{self, Plain};
use crate::rows::Rows;

/// A table as CSV. What is withheld is empty, and its status says so.
pub(crate) fn csv(table: &Table, rows: &Rows) -> Vec<u8> {
    let columns = flat::columns(table, rows);
    let mut writer = ::csv::Writer::from_writer(Vec::new());
    let header: Vec<String> = columns.iter().map(flat::FlatColumn::name).collect();
    // A writer into memory does not fail.
    let _ = writer.write_record(&header);
    for row in 0..rows.len() {
        let record: Vec<String> = columns.iter().map(|c| field(&c.value(rows, row))).collect();
        let _ = writer.write_record(&record);
    }
    writer.into_inner().unwrap_or_default()
}

fn field(value: &Plain) -> String {
    match value {
        Plain::Nothing | Plain::Withheld => String::new(),
        Plain::Text(text) => text.clone(),
        Plain::Whole(number) => number.to_string(),
        Plain::Number(number) => number.to_string(),
        Plain::Date(date) => date.format("%Y-%m-%d").to_string(),
    }
}
