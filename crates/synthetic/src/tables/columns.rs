//! Columns that several tables share.

use std::sync::Arc;

use arrow_schema::{DataType, Field, Schema, SchemaRef};

/// A schema of columns: name, type, and whether a value may be missing.
pub(super) fn schema(columns: &[(&str, DataType, bool)]) -> SchemaRef {
    let fields = columns
        .iter()
        .map(|(name, data_type, nullable)| Field::new(*name, data_type.clone(), *nullable));
    Arc::new(Schema::new(fields.collect::<Vec<_>>()))
}

/// A column that is always there.
pub(super) const KNOWN: bool = false;
/// A column that may be missing.
pub(super) const MISSING: bool = true;
