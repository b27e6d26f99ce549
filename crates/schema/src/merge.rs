//! Which schema do several callsets have together?
//!
//! # Definition
//! Union by name, the earlier table's order first. A field that both have keeps its type when they
//! agree, becomes Float where one says Integer and the other Float (lists and structs likewise,
//! item by item), becomes a list where one says a single value and the other a list, and is an
//! error naming both callsets otherwise. What was written before reads as lists of one.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use arrow::datatypes::{DataType, Field, FieldRef, Fields, Schema, SchemaRef};

use crate::fields::PLACEHOLDER_FIELD;
use crate::{DECLARED_BY_KEY, Error, FieldConflict};

/// Unites the schema of a table with that of a callset about to join it.
///
/// New fields get the metadata [`DECLARED_BY_KEY`] = `callset`, which is how a later conflict can
/// name the callset that declared a field first.
///
/// # Errors
/// [`Error::FieldConflict`] when a field has two types that do not widen.
pub fn merge_schemas(
    table: &str,
    existing: &Schema,
    incoming: &Schema,
    callset: &str,
) -> Result<SchemaRef, Error> {
    let merge = Merge { table, callset };
    let fields = merge.fields("", existing.fields(), incoming.fields())?;
    Ok(Arc::new(Schema::new(fields)))
}

struct Merge<'a> {
    table: &'a str,
    callset: &'a str,
}

impl Merge<'_> {
    fn fields(&self, path: &str, old: &Fields, new: &Fields) -> Result<Fields, Error> {
        let mut out: Vec<FieldRef> = Vec::with_capacity(old.len().max(new.len()));
        let key = |field: &FieldRef| field.name().to_ascii_lowercase();
        let by_name: HashMap<String, &FieldRef> = new.iter().map(|f| (key(f), f)).collect();
        let old_names: HashSet<String> = old.iter().map(key).collect();
        for field in old {
            match by_name.get(&key(field)) {
                Some(other) => out.push(self.field(path, field, other)?),
                None => out.push(Arc::new(field.as_ref().clone().with_nullable(true))),
            }
        }
        for field in new {
            if !old_names.contains(&key(field)) {
                let nullable = !old.is_empty() || field.is_nullable();
                out.push(self.declared(field, nullable));
            }
        }
        if out.len() > 1 {
            out.retain(|f| f.name() != PLACEHOLDER_FIELD);
        }
        Ok(Fields::from(out))
    }

    fn field(&self, path: &str, old: &FieldRef, new: &FieldRef) -> Result<FieldRef, Error> {
        let path = match path {
            "" => old.name().clone(),
            _ => format!("{path}.{}", old.name()),
        };
        let data_type = match (old.data_type(), new.data_type()) {
            (DataType::Struct(a), DataType::Struct(b)) => {
                Some(DataType::Struct(self.fields(&path, a, b)?))
            }
            (a, b) => widen(a, b),
        };
        let Some(data_type) = data_type else {
            let first = old.metadata().get(DECLARED_BY_KEY);
            let conflict = Box::new(FieldConflict {
                table: self.table.to_owned(),
                field: path,
                first: first.cloned().unwrap_or_else(|| "(built in)".to_owned()),
                first_type: describe(old.data_type()),
                second: self.callset.to_owned(),
                second_type: describe(new.data_type()),
            });
            return Err(Error::FieldConflict { conflict });
        };
        let nullable = old.is_nullable() || new.is_nullable();
        let field = Field::new(old.name(), data_type, nullable);
        Ok(Arc::new(field.with_metadata(old.metadata().clone())))
    }

    fn declared(&self, field: &FieldRef, nullable: bool) -> FieldRef {
        let data_type = match field.data_type() {
            DataType::Struct(inner) => DataType::Struct(
                inner
                    .iter()
                    .map(|f| self.declared(f, f.is_nullable()))
                    .collect(),
            ),
            other => other.clone(),
        };
        let mut metadata: HashMap<String, String> = field.metadata().clone();
        metadata.insert(DECLARED_BY_KEY.to_owned(), self.callset.to_owned());
        Arc::new(Field::new(field.name(), data_type, nullable).with_metadata(metadata))
    }
}

/// The type that holds both, if there is one.
fn widen(a: &DataType, b: &DataType) -> Option<DataType> {
    match (a, b) {
        (a, b) if a == b => Some(a.clone()),
        (DataType::Int32, DataType::Float32) | (DataType::Float32, DataType::Int32) => {
            Some(DataType::Float32)
        }
        (DataType::Int64, DataType::Float64) | (DataType::Float64, DataType::Int64) => {
            Some(DataType::Float64)
        }
        (DataType::List(a), DataType::List(b)) => {
            Some(crate::columns::list(widen(a.data_type(), b.data_type())?))
        }
        // A Flag is no value of a list.
        (DataType::Boolean | DataType::Struct(_), _) | (_, DataType::Boolean) => None,
        (DataType::List(list), one) | (one, DataType::List(list)) => {
            Some(crate::columns::list(widen(list.data_type(), one)?))
        }
        _ => None,
    }
}

/// A type in the words of a VCF header.
fn describe(data_type: &DataType) -> String {
    match data_type {
        DataType::Int32 | DataType::Int64 => "Integer".to_owned(),
        DataType::Float32 | DataType::Float64 => "Float".to_owned(),
        DataType::Boolean => "Flag".to_owned(),
        DataType::Utf8 => "String".to_owned(),
        DataType::List(item) => format!("a list of {}", describe(item.data_type())),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fields::{FieldType, Scalar, Shape, info_struct};
    use crate::tables::callset_variants_schema;

    const INTEGER: FieldType = FieldType::new(Scalar::Integer, Shape::One);
    const FLOAT: FieldType = FieldType::new(Scalar::Float, Shape::One);
    const TEXT: FieldType = FieldType::new(Scalar::String, Shape::One);
    const FLAG: FieldType = FieldType::new(Scalar::Flag, Shape::One);
    const INTEGERS: FieldType = FieldType::new(Scalar::Integer, Shape::List);
    const FLOATS: FieldType = FieldType::new(Scalar::Float, Shape::List);

    fn variants(declared: &[(&str, FieldType)]) -> SchemaRef {
        callset_variants_schema(&info_struct(declared).unwrap())
    }

    fn merged(a: &[(&str, FieldType)], b: &[(&str, FieldType)]) -> Result<Vec<String>, Error> {
        let first = merge_schemas("callset_variants", &Schema::empty(), &variants(a), "first")?;
        let both = merge_schemas("callset_variants", &first, &variants(b), "second")?;
        let info = both.field_with_name("info").unwrap();
        let DataType::Struct(fields) = info.data_type() else {
            panic!("info is a struct")
        };
        Ok(fields
            .iter()
            .map(|f| format!("{} {}", f.name(), describe(f.data_type())))
            .collect())
    }

    #[test]
    fn fields_unite_in_order_of_appearance() {
        let fields = merged(&[("DP", INTEGER)], &[("MQ", FLOAT), ("DP", INTEGER)]).unwrap();
        assert_eq!(fields, ["DP Integer", "MQ Float"]);
    }

    #[test]
    fn integer_and_float_of_one_shape_widen_to_float() {
        for (a, b, expected) in [
            (INTEGER, FLOAT, "X Float"),
            (FLOAT, INTEGER, "X Float"),
            (INTEGERS, FLOATS, "X a list of Float"),
        ] {
            assert_eq!(merged(&[("X", a)], &[("X", b)]).unwrap(), [expected]);
        }
    }

    #[test]
    fn one_value_here_and_a_list_there_is_a_list() {
        for (a, b, expected) in [
            (INTEGER, INTEGERS, "X a list of Integer"),
            (FLOAT, INTEGERS, "X a list of Float"),
            (INTEGER, FLOATS, "X a list of Float"),
        ] {
            assert_eq!(merged(&[("X", a)], &[("X", b)]).unwrap(), [expected]);
            assert_eq!(merged(&[("X", b)], &[("X", a)]).unwrap(), [expected]);
        }
    }

    #[test]
    fn other_differences_are_errors_that_name_both_callsets() {
        for (a, b) in [
            (INTEGER, TEXT),
            (INTEGERS, TEXT),
            (FLAG, INTEGERS),
            (FLAG, TEXT),
        ] {
            assert!(merged(&[("X", a)], &[("X", b)]).is_err());
            assert!(merged(&[("X", b)], &[("X", a)]).is_err());
        }
        let error = merged(&[("X", INTEGER)], &[("X", TEXT)]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "callset_variants: field `info.X`: callset `first` declares Integer, callset `second` \
             declares String"
        );
        assert!(error.hint().is_some());
    }

    #[test]
    fn the_placeholder_of_an_empty_struct_gives_way() {
        assert_eq!(merged(&[], &[("DP", INTEGER)]).unwrap(), ["DP Integer"]);
        assert_eq!(merged(&[("DP", INTEGER)], &[]).unwrap(), ["DP Integer"]);
        assert_eq!(merged(&[], &[]).unwrap(), ["_none Flag"]);
    }

    #[test]
    fn merging_a_schema_with_itself_changes_nothing() {
        let one = merge_schemas("t", &Schema::empty(), &variants(&[("DP", INTEGER)]), "a").unwrap();
        let two = merge_schemas("t", &one, &variants(&[("DP", INTEGER)]), "b").unwrap();
        assert_eq!(one, two);
    }
}
