//! Which tables does a lake have?

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use arrow::datatypes::{DataType, Field, FieldRef, Fields, Schema, SchemaRef};

use crate::columns::{Column, ColumnType};
use crate::{Error, PARTITION_COLUMN};

mod declared;
mod reference;
mod shared;

pub use declared::{
    CALL_FIELDS, CALLS, CALLSET, CALLSET_VARIANTS, CALLSETS, COHORTS, GENES, SAMPLES, VARIANTS,
    VIRTUAL_TABLES,
};
pub use reference::{
    MUNICIPALITIES, POPULATION, PUBLIC_FUNDS, REFERENCE_TABLES, REGIONS, SOURCES,
    STANDARD_POPULATION,
};

/// A table that is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TableName {
    /// One row per ingest; what is not here is not visible.
    Callsets,
    /// One row per sample of a callset.
    Samples,
    /// One row per ALT at one locus in one callset.
    CallsetVariants,
    /// The FORMAT fields other than GT.
    CallFields,
    /// Named cohorts.
    Cohorts,
}

impl TableName {
    /// Every stored table, in the order in which an ingest writes them (`callsets` last of its
    /// four).
    pub const ALL: [TableName; 5] = [
        TableName::Samples,
        TableName::CallsetVariants,
        TableName::CallFields,
        TableName::Callsets,
        TableName::Cohorts,
    ];

    /// The name in SQL, and the folder below the lake's root.
    pub fn as_str(self) -> &'static str {
        match self {
            TableName::Callsets => "callsets",
            TableName::Samples => "samples",
            TableName::CallsetVariants => "callset_variants",
            TableName::CallFields => "call_fields",
            TableName::Cohorts => "cohorts",
        }
    }

    /// Its declaration.
    pub fn table(self) -> &'static Table {
        match self {
            TableName::Callsets => &CALLSETS,
            TableName::Samples => &SAMPLES,
            TableName::CallsetVariants => &CALLSET_VARIANTS,
            TableName::CallFields => &CALL_FIELDS,
            TableName::Cohorts => &COHORTS,
        }
    }

    /// Whether its files lie in one folder per callset (`callset_id=…/`), the column
    /// `callset_id` then being in the path and not in the file.
    pub fn is_partitioned(self) -> bool {
        !matches!(self, TableName::Callsets | TableName::Cohorts)
    }

    /// Whether its rows are cut and pruned by `chrom` and `pos`.
    pub fn is_positional(self) -> bool {
        matches!(self, TableName::CallsetVariants | TableName::CallFields)
    }
}

impl fmt::Display for TableName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for TableName {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self, Error> {
        let found = TableName::ALL.into_iter().find(|t| t.as_str() == name);
        found.ok_or_else(|| Error::UnknownTable {
            name: name.to_owned(),
        })
    }
}

/// One table: what a row is, and its columns in order.
#[derive(Debug, Clone, Copy)]
pub struct Table {
    /// Its name in SQL.
    pub name: &'static str,
    /// What a row is, to follow "one row is".
    pub row_is: &'static str,
    /// What else a reader should know.
    pub notes: &'static str,
    /// Its columns.
    pub columns: &'static [Column],
}

impl Table {
    /// A column by name.
    pub fn column(&self, name: &str) -> Option<&'static Column> {
        self.columns.iter().find(|c| c.name == name)
    }

    /// The schema of a table whose columns all have a type of their own.
    pub fn schema(&self) -> SchemaRef {
        let fields = self.columns.iter().filter_map(Column::field);
        Arc::new(Schema::new(fields.collect::<Vec<_>>()))
    }

    /// The fields as stored in a file: without the partition column, with `struct_fields` for the
    /// column whose type depends on the header.
    fn stored_fields(&self, struct_fields: Option<&Fields>) -> Vec<FieldRef> {
        let stored = self.columns.iter().filter(|c| c.name != PARTITION_COLUMN);
        stored
            .filter_map(|c| resolve(c, struct_fields))
            .map(Arc::new)
            .collect()
    }
}

fn resolve(column: &Column, struct_fields: Option<&Fields>) -> Option<Field> {
    column.field().or_else(|| {
        let data_type = DataType::Struct(struct_fields?.clone());
        Some(Field::new(column.name, data_type, column.is_nullable()))
    })
}

/// The schema of `callsets`' files.
pub fn callsets_schema() -> SchemaRef {
    let fields = CALLSETS.columns.iter().filter_map(Column::field);
    Arc::new(Schema::new(fields.collect::<Vec<_>>()))
}

/// The schema of `cohorts`' files.
pub fn cohorts_schema() -> SchemaRef {
    let fields = COHORTS.columns.iter().filter_map(Column::field);
    Arc::new(Schema::new(fields.collect::<Vec<_>>()))
}

/// The schema of `callset_variants`' files (`callset_id` is in the path), with the INFO fields of
/// [`crate::info_struct`].
pub fn callset_variants_schema(info: &Fields) -> SchemaRef {
    Arc::new(Schema::new(CALLSET_VARIANTS.stored_fields(Some(info))))
}

/// The schema of `call_fields`' files (`callset_id` is in the path), with the FORMAT fields of
/// [`crate::call_fields_struct`].
pub fn call_fields_schema(fields: &Fields) -> SchemaRef {
    Arc::new(Schema::new(CALL_FIELDS.stored_fields(Some(fields))))
}

/// The schema of `samples`' files (`callset_id` is in the path), followed by the sample file's own
/// columns, named by [`attribute_name`].
///
/// # Errors
/// [`Error::AttributeIsReserved`] when an attribute has the name of a declared column;
/// [`Error::FieldsDifferInCase`] when two attributes are the same but for case.
pub fn samples_schema(attributes: &Fields) -> Result<SchemaRef, Error> {
    let mut fields = SAMPLES.stored_fields(None);
    for (i, attribute) in attributes.iter().enumerate() {
        let name = attribute.name();
        if SAMPLES
            .columns
            .iter()
            .any(|c| c.name.eq_ignore_ascii_case(name))
        {
            return Err(Error::AttributeIsReserved { name: name.clone() });
        }
        let earlier = attributes
            .iter()
            .take(i)
            .find(|f| f.name().eq_ignore_ascii_case(name));
        if let Some(earlier) = earlier {
            return Err(Error::FieldsDifferInCase {
                first: earlier.name().clone(),
                second: name.clone(),
            });
        }
        fields.push(Arc::new(attribute.as_ref().clone().with_nullable(true)));
    }
    Ok(Arc::new(Schema::new(fields)))
}

/// The name that a column of a sample file gets in `samples`: the characters that Delta tables do
/// not allow in names become `_`.
pub fn attribute_name(header: &str) -> String {
    let replace = |c: char| if " ,;{}()\n\t=".contains(c) { '_' } else { c };
    header.trim().chars().map(replace).collect()
}

/// The type of a column when nothing but its declaration is known (struct columns come out with
/// their placeholder).
pub fn declared_schema(name: TableName) -> SchemaRef {
    let none = Fields::from(vec![Field::new(
        crate::fields::PLACEHOLDER_FIELD,
        ColumnType::Boolean.data_type().unwrap_or(DataType::Boolean),
        true,
    )]);
    let fields = name
        .table()
        .columns
        .iter()
        .filter_map(|c| resolve(c, Some(&none)));
    Arc::new(Schema::new(fields.collect::<Vec<_>>()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{COHORT_EXTENSION, GENOTYPES_EXTENSION, extension_name};

    #[test]
    fn binary_columns_carry_their_extension_type() {
        let variants = callset_variants_schema(&Fields::empty());
        let genotypes = variants.field_with_name("genotypes").unwrap();
        assert_eq!(extension_name(genotypes), Some(GENOTYPES_EXTENSION));
        let cohorts = cohorts_schema();
        let members = cohorts.field_with_name("members").unwrap();
        assert_eq!(extension_name(members), Some(COHORT_EXTENSION));
    }

    #[test]
    fn the_partition_column_is_not_in_the_files() {
        let info = Fields::empty();
        for schema in [
            callset_variants_schema(&info),
            call_fields_schema(&info),
            samples_schema(&Fields::empty()).unwrap(),
        ] {
            assert!(schema.field_with_name(PARTITION_COLUMN).is_err());
        }
    }

    #[test]
    fn every_column_is_declared_once_per_table_and_in_lower_case() {
        let stored = TableName::ALL.map(TableName::table);
        let all = stored.into_iter().chain(VIRTUAL_TABLES);
        for table in all.chain(REFERENCE_TABLES) {
            for (i, column) in table.columns.iter().enumerate() {
                assert_eq!(column.name, column.name.to_lowercase());
                assert!(column.doc.ends_with('.'), "{}.{}", table.name, column.name);
                assert!(table.columns[..i].iter().all(|c| c.name != column.name));
            }
        }
    }

    #[test]
    fn an_attribute_may_not_hide_a_declared_column() {
        let attributes = Fields::from(vec![Field::new("Block", DataType::Utf8, true)]);
        let error = samples_schema(&attributes).unwrap_err();
        assert_eq!(
            error.to_string(),
            "sample attribute `Block` has the name of a column of `samples`"
        );
    }

    #[test]
    fn attribute_names_lose_what_delta_forbids() {
        assert_eq!(attribute_name(" Age (years)"), "Age__years_");
        assert_eq!(attribute_name("region"), "region");
    }

    #[test]
    fn names_read_back() {
        for name in TableName::ALL {
            assert_eq!(name.as_str().parse(), Ok(name));
        }
        assert!("variants".parse::<TableName>().is_err());
    }
}
