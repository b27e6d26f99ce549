//! Which tables and columns of `registry` do the views of `follow_up` and the reports want?
//!
//! One declaration: the page `docs/registry-columns.md`, `kohort report NAME --check`,
//! `kohort load --as` and the test of what `kohort simulate national` writes all rest on it.

mod declared;
mod needs;

use arrow::datatypes::DataType;

pub use declared::REGISTRY_TABLES;
pub use needs::{Need, needs_of};

/// A table of `registry` that reports know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RegistryTable {
    /// Its name within `registry`.
    pub name: &'static str,
    /// What a row is.
    pub row_is: &'static str,
    /// Its columns, in the order in which `kohort simulate` writes them.
    pub columns: &'static [RegistryColumn],
}

/// A column of such a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RegistryColumn {
    /// Its name in SQL.
    pub name: &'static str,
    /// Its type.
    pub kind: RegistryKind,
    /// What a value counts or measures; empty where the name says it.
    pub unit: &'static str,
    /// The values that it may have.
    pub allowed: Allowed,
    /// What it holds, in one sentence.
    pub doc: &'static str,
    /// What NULL means; `None` where it is never NULL.
    pub null_means: Option<&'static str>,
    /// Other names by which files call it, in Swedish and English.
    pub synonyms: &'static [&'static str],
}

/// The type of such a column: any Arrow type that holds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RegistryKind {
    /// Text, and codes such as `01`.
    Text,
    /// A whole number.
    Integer,
    /// A number.
    Number,
    /// True or false.
    Boolean,
    /// A day.
    Date,
}

/// The values that a column may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Allowed {
    /// Any value of its type.
    Any,
    /// One of some codes, each with its meaning.
    Codes(&'static [(&'static str, &'static str)]),
    /// A whole number between two ends, both included.
    Range(i64, i64),
    /// 0 or more.
    NotNegative,
    /// The code of a region: `reference.regions`.
    Region,
    /// The code of a municipality: `reference.municipalities`.
    Municipality,
}

impl RegistryTable {
    /// A table by its name, with or without `registry.`.
    pub fn find(name: &str) -> Option<&'static Self> {
        let name = name.strip_prefix("registry.").unwrap_or(name);
        REGISTRY_TABLES.iter().find(|table| table.name == name)
    }

    /// A column by its name.
    pub fn column(&self, name: &str) -> Option<&'static RegistryColumn> {
        self.columns.iter().find(|column| column.name == name)
    }
}

impl RegistryColumn {
    /// Whether a file's name for a column means this one: its own name, or a synonym. Case, spaces,
    /// signs and the dots and rings of Swedish letters make no difference.
    pub fn is_called(&self, name: &str) -> bool {
        let name = plain(name);
        let mut names = [self.name].into_iter().chain(self.synonyms.iter().copied());
        names.any(|known| plain(known) == name)
    }
}

/// A name in lower-case letters and digits of ASCII.
fn plain(name: &str) -> String {
    let letters = name.to_lowercase();
    let ascii = letters.chars().filter_map(|c| match c {
        'å' | 'ä' | 'á' | 'à' => Some('a'),
        'ö' | 'ø' => Some('o'),
        'é' | 'è' => Some('e'),
        c if c.is_ascii_alphanumeric() => Some(c),
        _ => None,
    });
    ascii.collect()
}

impl RegistryKind {
    /// How the documentation and messages name it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Integer => "integer",
            Self::Number => "number",
            Self::Boolean => "boolean",
            Self::Date => "date",
        }
    }

    /// Whether an Arrow type holds it.
    pub fn fits(self, data_type: &DataType) -> bool {
        match self {
            Self::Text => match data_type {
                DataType::Dictionary(_, values) => self.fits(values),
                DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => true,
                _ => false,
            },
            Self::Integer => data_type.is_integer(),
            Self::Number => data_type.is_numeric(),
            Self::Boolean => *data_type == DataType::Boolean,
            Self::Date => *data_type == DataType::Date32,
        }
    }
}

impl Allowed {
    /// The values in words, for documentation and messages.
    pub fn label(self) -> String {
        match self {
            Self::Any => String::new(),
            Self::Codes(codes) => {
                let codes: Vec<String> = codes
                    .iter()
                    .map(|(code, meaning)| match meaning.is_empty() {
                        true => format!("`{code}`"),
                        false => format!("`{code}` ({meaning})"),
                    })
                    .collect();
                codes.join(", ")
            }
            Self::Range(least, most) => format!("{least} to {most}"),
            Self::NotNegative => "0 or more".to_owned(),
            Self::Region => "a `region_code` of `reference.regions`".to_owned(),
            Self::Municipality => "a `municipality_code` of `reference.municipalities`".to_owned(),
        }
    }

    /// The condition of SQL under which a value that is not NULL is not allowed; `None` where all
    /// are.
    pub fn sql_is_unknown(self, column: &str) -> Option<String> {
        Some(match self {
            Self::Any => return None,
            Self::Codes(codes) => {
                let codes: Vec<String> =
                    codes.iter().map(|(code, _)| format!("'{code}'")).collect();
                format!("{column} NOT IN ({})", codes.join(", "))
            }
            Self::Range(least, most) => format!("({column} < {least} OR {column} > {most})"),
            // NaN compares as more than any number.
            Self::NotNegative => format!("NOT ({column} >= 0 AND {column} < 1e300)"),
            Self::Region => {
                format!("{column} NOT IN (SELECT region_code FROM reference.regions)")
            }
            Self::Municipality => {
                format!("{column} NOT IN (SELECT municipality_code FROM reference.municipalities)")
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn no_name_means_two_columns_of_a_table() {
        for table in REGISTRY_TABLES {
            let mut seen: BTreeSet<String> = BTreeSet::new();
            for column in table.columns {
                let names = [column.name]
                    .into_iter()
                    .chain(column.synonyms.iter().copied());
                let names: BTreeSet<String> = names.map(plain).collect();
                for name in names {
                    assert!(seen.insert(name.clone()), "{}: {name}", table.name);
                }
            }
        }
    }

    #[test]
    fn names_of_files_are_known_in_both_languages() {
        let people = RegistryTable::find("registry.people").unwrap();
        for (name, column) in [
            ("Kön", "sex"),
            ("LÄN", "region"),
            ("födelsedatum", "birth_date"),
            ("Date of birth", "birth_date"),
            ("kommun_kod", "municipality"),
        ] {
            let found = people.columns.iter().find(|c| c.is_called(name));
            assert_eq!(found.map(|c| c.name), Some(column), "{name}");
        }
    }

    #[test]
    fn every_need_names_a_declared_column() {
        for need in needs_of(None) {
            let Some(table) = RegistryTable::find(need.table) else {
                assert_eq!(need.table, "actionable_variants");
                continue;
            };
            for column in need.columns {
                assert!(table.column(column).is_some(), "{}.{column}", need.table);
            }
        }
    }
}
