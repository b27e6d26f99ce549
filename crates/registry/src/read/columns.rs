//! Which columns do the files have, and what are they called in SQL?

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;

use crate::load::LoadOptions;
use crate::personal::may_be_number;
use crate::value::ColumnType;
use crate::{Error, Result};

/// The columns of a load, by number: in the order in which the files name them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Columns {
    all: Vec<Column>,
    numbers: HashMap<String, usize>,
}

/// One column.
#[derive(Debug, Clone)]
pub(crate) struct Column {
    /// As the file has it.
    pub(crate) original: String,
    /// The type that the format gives it.
    pub(crate) declared: Option<ColumnType>,
    /// Whether it is left out when it has no value.
    pub(crate) is_optional: bool,
}

/// A column that a format has by itself.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Declared {
    pub(crate) name: &'static str,
    pub(crate) column_type: ColumnType,
    pub(crate) is_optional: bool,
}

/// A column of a format.
pub(crate) const fn declared(name: &'static str, column_type: ColumnType) -> Declared {
    Declared {
        name,
        column_type,
        is_optional: false,
    }
}

/// A column of a format that is there when it has a value.
pub(crate) const fn optional(name: &'static str, column_type: ColumnType) -> Declared {
    Declared {
        name,
        column_type,
        is_optional: true,
    }
}

/// Refuses a column whose name may be a personal number: names are shown and stored. `number` is
/// the column's place, from 1.
pub(crate) fn check_name(file: &str, number: usize, name: &str, today: NaiveDate) -> Result<()> {
    match may_be_number(name, today) {
        true => Err(Error::PersonalName {
            file: file.to_owned(),
            number,
        }),
        false => Ok(()),
    }
}

impl Columns {
    /// Those of a format.
    pub(crate) fn declared(declared: &[Declared]) -> Self {
        let mut columns = Self::default();
        for column in declared {
            let at = columns.number_with(column.name, column.column_type);
            columns.all[at].is_optional = column.is_optional;
        }
        columns
    }

    /// The number of the column with this header; a new one where it is new.
    pub(crate) fn number(&mut self, original: &str) -> usize {
        if let Some(number) = self.numbers.get(original) {
            return *number;
        }
        let number = self.all.len();
        self.numbers.insert(original.to_owned(), number);
        self.all.push(Column {
            original: original.to_owned(),
            declared: None,
            is_optional: original.is_empty(),
        });
        number
    }

    /// The number of a column that has a type by itself.
    pub(crate) fn number_with(&mut self, original: &str, column_type: ColumnType) -> usize {
        let number = self.number(original);
        self.all[number].declared = Some(column_type);
        number
    }

    /// All of them.
    pub(crate) fn all(&self) -> &[Column] {
        &self.all
    }

    /// Their names in SQL, each one once, by the options' renames.
    pub(crate) fn sql_names(&self, options: &LoadOptions) -> Vec<String> {
        let mut taken: HashSet<String> = HashSet::new();
        let mut names = Vec::with_capacity(self.all.len());
        for (i, column) in self.all.iter().enumerate() {
            let base = match column.original.trim().is_empty() {
                true => format!("column_{}", i + 1),
                false => options.name_of(&column.original),
            };
            let mut name = base.clone();
            let mut n = 1;
            while !taken.insert(name.clone()) {
                n += 1;
                name = format!("{base}_{n}");
            }
            names.push(name);
        }
        names
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_sql_are_each_there_once() {
        let mut columns = Columns::default();
        for header in ["Kön", "kon", "", "KÖN", "Kön"] {
            columns.number(header);
        }
        let mut options = LoadOptions::new(chrono::NaiveDate::default());
        let names = columns.sql_names(&options);
        assert_eq!(names, ["kon", "kon_2", "column_3", "kon_3"]);
        options.renames = vec![("Kön".to_owned(), "sex".to_owned())];
        let names = columns.sql_names(&options);
        assert_eq!(names, ["sex", "kon", "column_3", "kon_2"]);
    }
}
