//! What can go wrong when schemas are built or united?

use std::fmt;

/// An error of this room.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Two callsets declare one field with types that no common type holds.
    #[error("{conflict}")]
    FieldConflict {
        /// The field and its two types.
        conflict: Box<FieldConflict>,
    },
    /// Two fields of one header differ in case only, which table formats cannot tell apart.
    #[error("fields `{first}` and `{second}` differ only in upper and lower case")]
    FieldsDifferInCase {
        /// The first.
        first: String,
        /// The second.
        second: String,
    },
    /// An attribute of the sample table has the name of a column that Kohort declares.
    #[error("sample attribute `{name}` has the name of a column of `samples`")]
    AttributeIsReserved {
        /// The attribute.
        name: String,
    },
    /// The name of a table to load would need quotes in SQL.
    #[error("expected a table name of a-z, 0-9 and _, got `{name}`")]
    InvalidTableName {
        /// What was given.
        name: String,
    },
    /// The name is not that of a table.
    #[error("expected a table of the lake, got `{name}`")]
    UnknownTable {
        /// What was given.
        name: String,
    },
}

impl Error {
    /// What the person at the keyboard can do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Error::FieldConflict { conflict } => Some(conflict.hint()),
            Error::FieldsDifferInCase { second, .. } => Some(format!(
                "rename `{second}` with `bcftools annotate --rename-annots`"
            )),
            Error::AttributeIsReserved { name } => {
                Some(format!("rename the column `{name}` of the sample file"))
            }
            Error::UnknownTable { .. } | Error::InvalidTableName { .. } => None,
        }
    }
}

/// A field that two callsets declare differently.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldConflict {
    /// The lake's table.
    pub table: String,
    /// Path of the field, such as `info.DP`.
    pub field: String,
    /// Callset that declared it first.
    pub first: String,
    /// Its type there.
    pub first_type: String,
    /// Callset that declares it now.
    pub second: String,
    /// Its type there.
    pub second_type: String,
}

impl fmt::Display for FieldConflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            table,
            field,
            first,
            first_type,
            second,
            second_type,
        } = self;
        write!(
            f,
            "{table}: field `{field}`: callset `{first}` declares {first_type}, "
        )?;
        write!(f, "callset `{second}` declares {second_type}")
    }
}

impl FieldConflict {
    fn hint(&self) -> String {
        let Self { field, second, .. } = self;
        let key = field.rsplit('.').next().unwrap_or(field);
        if self.table == "samples" {
            return format!(
                "rename the column `{key}` of the sample file; `{field}` must have one type over \
                 the whole lake"
            );
        }
        let option = match self.table.as_str() {
            "call_fields" => "--format",
            _ => "--info",
        };
        format!(
            "leave it out of `{second}` (`{option} ^{key}`), rename it in one of the two \
             (`bcftools annotate --rename-annots`), or ingest `{second}` into a lake of its own; \
             `{field}` must have one type over the whole lake"
        )
    }
}
