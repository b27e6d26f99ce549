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
        Plain::Text(text) => harmless(text),
        Plain::Whole(number) => number.to_string(),
        Plain::Number(number) => number.to_string(),
        Plain::Date(date) => date.format("%Y-%m-%d").to_string(),
    }
}

/// A text that no spreadsheet takes for a formula: one that begins like one begins with `'`.
fn harmless(text: &str) -> String {
    match text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        true => format!("'{text}"),
        false => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_begins_like_a_formula_is_quoted_and_a_number_is_not() {
        for text in ["=1+1", "+46", "-x", "@sum", "\tx", "\rx"] {
            assert_eq!(field(&Plain::Text(text.into())), format!("'{text}"));
        }
        assert_eq!(field(&Plain::Text("0-9".into())), "0-9");
        assert_eq!(field(&Plain::Whole(-1)), "-1");
        assert_eq!(field(&Plain::Number(-0.5)), "-0.5");
    }
}
