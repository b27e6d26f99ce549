//! Which columns does a loaded table have when another load joins it?

use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, new_null_array};
use arrow::compute::{CastOptions, cast_with_options};
use arrow::datatypes::{DataType, Field, FieldRef, Schema, SchemaRef};
use kohort_schema::LoadedTable;

use crate::{Error, Result};

/// Key of the field metadata that says how a pseudonym was made (the `registry` room writes it).
const PSEUDONYM_KEY: &str = "kohort.pseudonym";

/// The columns of both, the table's first. Whole numbers become floats where the other has floats;
/// any other difference of types, and a pseudonym beside something else, is an error.
pub(crate) fn united(
    table: &LoadedTable,
    existing: &Schema,
    incoming: &Schema,
) -> Result<SchemaRef> {
    let mut fields: Vec<FieldRef> = Vec::new();
    for field in existing.fields() {
        let Ok(other) = incoming.field_with_name(field.name()) else {
            fields.push(Arc::clone(field));
            continue;
        };
        let is_pseudonym = |f: &Field| f.metadata().contains_key(PSEUDONYM_KEY);
        let data_type = widest(field.data_type(), other.data_type())
            .filter(|_| is_pseudonym(field) == is_pseudonym(other));
        let Some(data_type) = data_type else {
            let describe = |f: &Field| match is_pseudonym(f) {
                true => "pseudonyms".to_owned(),
                false => described(f.data_type()),
            };
            return Err(Error::ColumnConflict {
                table: table.into(),
                column: field.name().clone(),
                expected: describe(field),
                found: describe(other),
            });
        };
        fields.push(Arc::new(field.as_ref().clone().with_data_type(data_type)));
    }
    let is_new = |f: &&FieldRef| existing.field_with_name(f.name()).is_err();
    fields.extend(incoming.fields().iter().filter(is_new).cloned());
    Ok(Arc::new(Schema::new(fields)))
}

fn widest(a: &DataType, b: &DataType) -> Option<DataType> {
    match (a, b) {
        (a, b) if a == b => Some(a.clone()),
        (DataType::Int64, DataType::Float64) | (DataType::Float64, DataType::Int64) => {
            Some(DataType::Float64)
        }
        // A column without any value is text to whoever reads the file alone.
        _ => None,
    }
}

/// A type in a reader's words.
fn described(data_type: &DataType) -> String {
    match data_type {
        DataType::Utf8 => "text".to_owned(),
        DataType::Int64 => "whole numbers".to_owned(),
        DataType::Float64 => "numbers".to_owned(),
        DataType::Boolean => "yes and no".to_owned(),
        DataType::Date32 => "dates".to_owned(),
        DataType::Timestamp(..) => "times".to_owned(),
        DataType::List(item) => format!("lists of {}", described(item.data_type())),
        other => other.to_string(),
    }
}

/// A batch with the columns of a schema, in its types; what is not there is NULL.
pub(crate) fn cast_to(
    table: &LoadedTable,
    batch: &RecordBatch,
    schema: &SchemaRef,
) -> Result<RecordBatch> {
    if batch.schema() == *schema {
        return Ok(batch.clone());
    }
    let strict = CastOptions {
        safe: false,
        ..CastOptions::default()
    };
    let problem = |e: arrow::error::ArrowError| Error::Rows {
        table: table.into(),
        problem: e.to_string(),
    };
    let columns: Result<Vec<ArrayRef>> = schema
        .fields()
        .iter()
        .map(|field| match batch.column_by_name(field.name()) {
            Some(column) => cast_with_options(column, field.data_type(), &strict).map_err(problem),
            None => Ok(new_null_array(field.data_type(), batch.num_rows())),
        })
        .collect();
    RecordBatch::try_new(Arc::clone(schema), columns?).map_err(problem)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;

    fn schema(fields: &[(&str, DataType)]) -> Schema {
        let field = |(name, t): &(&str, DataType)| Field::new(*name, t.clone(), true);
        Schema::new(fields.iter().map(field).collect::<Vec<_>>())
    }

    #[test]
    fn columns_unite_and_whole_numbers_become_floats_beside_floats() {
        let table = LoadedTable::registry("t").unwrap();
        let a = schema(&[("x", DataType::Int64), ("y", DataType::Utf8)]);
        let b = schema(&[("z", DataType::Date32), ("x", DataType::Float64)]);
        let expected = schema(&[
            ("x", DataType::Float64),
            ("y", DataType::Utf8),
            ("z", DataType::Date32),
        ]);
        assert_eq!(united(&table, &a, &b).unwrap().as_ref(), &expected);
        let c = schema(&[("y", DataType::Date32)]);
        let error = united(&table, &a, &c).unwrap_err();
        assert_eq!(
            error.to_string(),
            "registry.t: column `y`: expected text as in the table, got dates"
        );
    }

    #[test]
    fn a_pseudonym_does_not_join_a_text() {
        let table = LoadedTable::registry("t").unwrap();
        let plain = schema(&[("id", DataType::Utf8)]);
        let note = HashMap::from([(PSEUDONYM_KEY.to_owned(), "x".to_owned())]);
        let field = Field::new("id", DataType::Utf8, true).with_metadata(note);
        let pseudonym = Schema::new(vec![field]);
        assert!(united(&table, &plain, &pseudonym).is_err());
        let error = united(&table, &pseudonym, &plain).unwrap_err();
        assert!(error.to_string().contains("expected pseudonyms"), "{error}");
    }
}
