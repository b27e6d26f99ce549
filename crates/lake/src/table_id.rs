//! Which table is meant?

use std::fmt;

use kohort_schema::{LoadedTable, TableName};

/// A table of a lake: one that Kohort declares, or one that a user loads.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TableId {
    /// A declared one.
    Declared(TableName),
    /// A loaded one.
    Loaded(LoadedTable),
}

impl TableId {
    /// Its folder below the lake's root.
    pub(crate) fn folder(&self) -> String {
        match self {
            Self::Declared(table) => table.as_str().to_owned(),
            Self::Loaded(table) => table.folder(),
        }
    }

    /// The declared table, if it is one.
    pub fn declared(&self) -> Option<TableName> {
        match self {
            Self::Declared(table) => Some(*table),
            Self::Loaded(_) => None,
        }
    }
}

impl fmt::Display for TableId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Declared(table) => table.fmt(f),
            Self::Loaded(table) => table.fmt(f),
        }
    }
}

impl From<TableName> for TableId {
    fn from(table: TableName) -> Self {
        Self::Declared(table)
    }
}

impl From<&LoadedTable> for TableId {
    fn from(table: &LoadedTable) -> Self {
        Self::Loaded(table.clone())
    }
}

impl PartialEq<TableName> for TableId {
    fn eq(&self, other: &TableName) -> bool {
        self.declared() == Some(*other)
    }
}
