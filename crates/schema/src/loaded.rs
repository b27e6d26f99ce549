//! Which tables may a user make, and what are they called?

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use crate::Error;

/// The longest name, as in PostgreSQL.
const LONGEST_NAME: usize = 63;

/// The schema, in SQL's sense, of a table that a user loads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum LoadedSchema {
    /// Public facts: regions, populations.
    Reference,
    /// The user's own: people, referrals, tests.
    Registry,
}

impl LoadedSchema {
    /// Both of them.
    pub const ALL: [LoadedSchema; 2] = [Self::Reference, Self::Registry];

    /// The name in SQL, and the folder below the lake's root.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Reference => "reference",
            Self::Registry => "registry",
        }
    }
}

/// A table that a user loads: `registry.people`, `reference.population`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LoadedTable {
    schema: LoadedSchema,
    name: Arc<str>,
}

impl LoadedTable {
    /// A table of `registry`.
    ///
    /// # Errors
    /// [`Error::InvalidTableName`] when SQL would want quotes for the name.
    pub fn registry(name: &str) -> Result<Self, Error> {
        Self::new(LoadedSchema::Registry, name)
    }

    /// A table of a schema.
    ///
    /// # Errors
    /// [`Error::InvalidTableName`] when SQL would want quotes for the name.
    pub fn new(schema: LoadedSchema, name: &str) -> Result<Self, Error> {
        let is_first = |c: char| c.is_ascii_lowercase() || c == '_';
        let is_valid = name.starts_with(is_first)
            && name.len() <= LONGEST_NAME
            && name.chars().all(|c| is_first(c) || c.is_ascii_digit());
        match is_valid {
            true => Ok(Self {
                schema,
                name: name.into(),
            }),
            false => Err(Error::InvalidTableName {
                name: name.to_owned(),
            }),
        }
    }

    /// The schema.
    pub fn schema(&self) -> LoadedSchema {
        self.schema
    }

    /// The name within the schema.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The folder below the lake's root.
    pub fn folder(&self) -> String {
        format!("{}/{}", self.schema.as_str(), self.name)
    }
}

impl fmt::Display for LoadedTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.schema.as_str(), self.name)
    }
}

impl FromStr for LoadedTable {
    type Err = Error;

    /// Reads `registry.people`, `reference.population`, or `people`, which is of `registry`.
    fn from_str(text: &str) -> Result<Self, Error> {
        for schema in LoadedSchema::ALL {
            let rest = text.strip_prefix(schema.as_str());
            if let Some(name) = rest.and_then(|rest| rest.strip_prefix('.')) {
                return Self::new(schema, name);
            }
        }
        Self::registry(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_back() {
        for (text, name) in [
            ("people", "registry.people"),
            ("registry.people", "registry.people"),
            ("reference.population", "reference.population"),
            ("_2015", "registry._2015"),
        ] {
            let table: LoadedTable = text.parse().unwrap();
            assert_eq!(table.to_string(), name);
            assert_eq!(name.parse(), Ok(table));
        }
    }

    #[test]
    fn names_that_need_quotes_are_refused() {
        for text in ["", "People", "2015", "a-b", "a.b", "../x", "registry.", "å"] {
            let error = text.parse::<LoadedTable>().unwrap_err();
            assert!(
                error.to_string().starts_with("expected a table name"),
                "{text}"
            );
        }
    }
}
