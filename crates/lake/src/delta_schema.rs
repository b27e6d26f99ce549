//! How does an Arrow schema read as the schema of a Delta table, and back?
//!
//! Delta writes a schema as JSON (protocol, "Schema Serialization Format"). List items come back
//! under Arrow's own name, so that the schema is the one that the files carry.

use std::collections::HashMap;
use std::sync::Arc;

use arrow::datatypes::{DataType, Field, Fields, Schema, TimeUnit};
use serde_json::{Map, Value, json};

/// The JSON of a schema, or the name of a type that Delta does not have.
pub(crate) fn to_json(schema: &Schema) -> Result<String, String> {
    Ok(struct_json(schema.fields())?.to_string())
}

/// The Arrow schema, or what of the JSON is not understood.
pub(crate) fn from_json(text: &str) -> Result<Schema, String> {
    let value: Value = serde_json::from_str(text).map_err(|e| e.to_string())?;
    Ok(Schema::new(struct_fields(&value)?))
}

fn struct_json(fields: &Fields) -> Result<Value, String> {
    let fields: Result<Vec<_>, String> = fields
        .iter()
        .map(|field| {
            Ok(json!({
                "name": field.name(),
                "type": type_json(field.data_type())?,
                "nullable": field.is_nullable(),
                "metadata": field.metadata(),
            }))
        })
        .collect();
    Ok(json!({ "type": "struct", "fields": fields? }))
}

fn type_json(data_type: &DataType) -> Result<Value, String> {
    Ok(match data_type {
        DataType::Struct(fields) => struct_json(fields)?,
        DataType::List(item) => json!({
            "type": "array",
            "elementType": type_json(item.data_type())?,
            "containsNull": item.is_nullable(),
        }),
        other => Value::from(primitive_name(other).ok_or_else(|| other.to_string())?),
    })
}

fn primitive_name(data_type: &DataType) -> Option<&'static str> {
    Some(match data_type {
        DataType::Utf8 => "string",
        DataType::Int64 => "long",
        DataType::Int32 => "integer",
        DataType::Float32 => "float",
        DataType::Float64 => "double",
        DataType::Boolean => "boolean",
        DataType::Binary => "binary",
        DataType::Date32 => "date",
        DataType::Timestamp(TimeUnit::Microsecond, Some(_)) => "timestamp",
        _ => return None,
    })
}

fn struct_fields(value: &Value) -> Result<Fields, String> {
    let fields = value.get("fields").and_then(Value::as_array);
    let fields = fields.ok_or("expected a struct with `fields`")?;
    let fields: Result<Vec<_>, String> = fields.iter().map(field).collect();
    Ok(Fields::from(fields?))
}

fn field(value: &Value) -> Result<Field, String> {
    let name = value
        .get("name")
        .and_then(Value::as_str)
        .ok_or("a field has no `name`")?;
    let data_type = data_type(value.get("type").unwrap_or(&Value::Null))?;
    let nullable = value
        .get("nullable")
        .and_then(Value::as_bool)
        .unwrap_or(true);
    let metadata = value.get("metadata").and_then(Value::as_object);
    Ok(Field::new(name, data_type, nullable).with_metadata(strings(metadata)))
}

fn strings(metadata: Option<&Map<String, Value>>) -> HashMap<String, String> {
    let entries = metadata.into_iter().flatten();
    entries
        .filter_map(|(k, v)| Some((k.clone(), v.as_str()?.to_owned())))
        .collect()
}

fn data_type(value: &Value) -> Result<DataType, String> {
    if let Some(name) = value.as_str() {
        return primitive(name).ok_or_else(|| format!("the type `{name}` is not known"));
    }
    match value.get("type").and_then(Value::as_str) {
        Some("struct") => Ok(DataType::Struct(struct_fields(value)?)),
        Some("array") => {
            let item = data_type(value.get("elementType").unwrap_or(&Value::Null))?;
            let nullable = value
                .get("containsNull")
                .and_then(Value::as_bool)
                .unwrap_or(true);
            Ok(DataType::List(Arc::new(Field::new_list_field(
                item, nullable,
            ))))
        }
        other => Err(format!(
            "the type `{}` is not known",
            other.unwrap_or("(none)")
        )),
    }
}

fn primitive(name: &str) -> Option<DataType> {
    Some(match name {
        "string" => DataType::Utf8,
        "long" => DataType::Int64,
        "integer" => DataType::Int32,
        "float" => DataType::Float32,
        "double" => DataType::Float64,
        "boolean" => DataType::Boolean,
        "binary" => DataType::Binary,
        "date" => DataType::Date32,
        "timestamp" => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use kohort_schema::TableName;
    use kohort_schema::tables::declared_schema;

    #[test]
    fn every_declared_table_comes_back_as_it_went() {
        for table in TableName::ALL {
            let schema = declared_schema(table);
            let text = to_json(&schema).unwrap();
            assert_eq!(&from_json(&text).unwrap(), schema.as_ref(), "{table}");
        }
    }

    #[test]
    fn delta_itself_understands_the_json() {
        for table in TableName::ALL {
            let text = to_json(&declared_schema(table)).unwrap();
            let parsed: Result<deltalake_core::kernel::StructType, _> = serde_json::from_str(&text);
            assert!(parsed.is_ok(), "{table}: {:?}", parsed.err());
        }
    }

    #[test]
    fn types_that_delta_lacks_are_named() {
        let schema = Schema::new(vec![Field::new("x", DataType::UInt64, true)]);
        assert_eq!(to_json(&schema).unwrap_err(), "UInt64");
    }
}
