//! What do JSON objects say that follow no standard? Fields become columns; a field of a nested
//! object is named by its path; a list becomes JSON text.

use std::io::Read;

use crate::Result;
use crate::load::LoadOptions;
use crate::read::json::{Json, parse};
use crate::read::split::{Layout, for_each};
use crate::read::{Columns, Sink, check_name};
use crate::record::{Cell, Problem, Record};

/// Reads all objects.
pub(crate) fn read(
    file: &str,
    input: &mut dyn Read,
    layout: Layout,
    options: &LoadOptions,
    columns: &mut Columns,
    sink: &mut Sink<'_>,
) -> Result<()> {
    let nulls = &options.nulls;
    let mut record = Record::default();
    let mut path = String::new();
    for_each(file, input, layout, &mut |line, bytes| {
        record.begin(line);
        let n_before = columns.all().len();
        match parse(bytes) {
            Ok(Json::Object(fields)) => {
                for (key, value) in &fields {
                    path.clear();
                    path.push_str(key);
                    fill(&mut record, columns, &mut path, value, nulls);
                }
            }
            Ok(other) => record.wrong(not_an_object(other.kind().to_owned())),
            Err(found) => record.wrong(not_an_object(found)),
        }
        for (i, column) in columns.all().iter().enumerate().skip(n_before) {
            let place = format!("{file}:{line}");
            check_name(&place, i + 1, &column.original, options.today)?;
        }
        sink(&record, columns)
    })
}

/// A value that is no object where one is expected.
pub(crate) fn not_an_object(found: String) -> Problem {
    Problem {
        column: None,
        expected: "a JSON object".to_owned(),
        found,
        advice: "look for a line that was cut, or a comma that is missing",
    }
}

fn fill(
    record: &mut Record,
    columns: &mut Columns,
    path: &mut String,
    value: &Json<'_>,
    nulls: &[String],
) {
    if let Json::Object(fields) = value {
        for (key, value) in fields {
            let length = path.len();
            path.push('_');
            path.push_str(key);
            fill(record, columns, path, value, nulls);
            path.truncate(length);
        }
        return;
    }
    let column = columns.number(path);
    if !value.is_null() && record.cell(column) != Cell::Null {
        record.wrong(Problem {
            column: Some(column),
            expected: "each field once".to_owned(),
            found: "two values".to_owned(),
            advice: "a field and a nested one may have the same path, as `a_b` and `a.b` have",
        });
    }
    match value {
        Json::Null | Json::Object(_) => {}
        Json::Boolean(value) => record.boolean(column, *value),
        Json::Integer(value) => record.integer(column, *value),
        Json::Float(value) => record.float(column, *value),
        Json::Text(text) => {
            if !nulls.iter().any(|null| null == text) {
                record.text(column, text.as_bytes());
            }
        }
        Json::List(items) => {
            if items.iter().all(|item| matches!(item, Json::Text(_))) {
                record.list(column, items.iter().filter_map(Json::text));
            } else {
                let mut text = String::new();
                value.write(&mut text);
                record.text(column, text.as_bytes());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nested_fields_are_named_by_their_path() {
        let text = "{\"id\":1,\"a\":{\"b\":\"x\",\"c\":[1,{}]}}\n3\n{\"id\":2,\"t\":[\"u\"]}\n";
        let options = LoadOptions::new(chrono::NaiveDate::default());
        let mut columns = Columns::default();
        let mut n_bad = 0;
        let mut input = text.as_bytes();
        read(
            "f",
            &mut input,
            Layout::Lines,
            &options,
            &mut columns,
            &mut |record, _| {
                n_bad += u32::from(record.problem.is_some());
                if record.line == 1 {
                    assert_eq!(record.cell(1), Cell::Text(b"x"));
                    assert_eq!(record.cell(2), Cell::Text(b"[1,{}]"));
                }
                if record.line == 3 {
                    assert!(matches!(record.cell(3), Cell::List(_)));
                }
                Ok(())
            },
        )
        .unwrap();
        assert_eq!(n_bad, 1);
        assert_eq!(columns.sql_names(&options), ["id", "a_b", "a_c", "t"]);
    }

    #[test]
    fn a_field_that_is_there_twice_is_no_value_of_either() {
        let text = "{\"a\":{\"b\":1},\"a_b\":2}\n{\"a_b\":null,\"a\":{\"b\":1}}\n";
        let options = LoadOptions::new(chrono::NaiveDate::default());
        let mut bad = Vec::new();
        let (mut columns, mut input) = (Columns::default(), text.as_bytes());
        let lines = Layout::Lines;
        read(
            "f",
            &mut input,
            lines,
            &options,
            &mut columns,
            &mut |record, _| {
                bad.push(record.problem.is_some());
                Ok(())
            },
        )
        .unwrap();
        assert_eq!(bad, [true, false]);
    }
}
