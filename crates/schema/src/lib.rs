//! Which tables and columns exist, and what do they mean?
//!
//! Every column of a lake is declared once, in [`tables`], with its Arrow type, unit, nullability
//! and the meaning of NULL. The Arrow schemas that are written and read, and the data dictionary
//! (`docs/columns.md`, [`data_dictionary_markdown`]), both come from these declarations. INFO and
//! FORMAT columns depend on the headers of the files; [`fields`] types them, [`merge`] unites those
//! of several callsets.

mod columns;
mod dictionary;
mod error;
pub mod fields;
mod loaded;
pub mod merge;
mod registry;
pub mod tables;

pub use columns::{Column, ColumnType, extension_name};
pub use dictionary::data_dictionary_markdown;
pub use error::{Error, FieldConflict};
pub use fields::{FieldType, Scalar, Shape, call_fields_struct, info_struct};
pub use loaded::{LoadedSchema, LoadedTable};
pub use merge::merge_schemas;
pub use registry::{
    Allowed, Need, REGISTRY_TABLES, RegistryColumn, RegistryKind, RegistryTable, needs_of,
};
pub use tables::{
    Table, TableName, attribute_name, call_fields_schema, callset_variants_schema, callsets_schema,
    cohorts_schema, samples_schema,
};

/// Key of the Arrow field metadata that names an extension type.
pub const EXTENSION_NAME_KEY: &str = "ARROW:extension:name";

/// Extension type of packed genotypes (a Binary column).
pub const GENOTYPES_EXTENSION: &str = "kohort.genotypes";

/// Extension type of a cohort's members: a roaring bitmap of `sample_index`, portable format.
pub const COHORT_EXTENSION: &str = "kohort.cohort";

/// Key of the field metadata that names the callset which first declared an INFO, FORMAT or
/// attribute field; it is what lets a conflict name both sides.
pub const DECLARED_BY_KEY: &str = "kohort.declared_by";

/// Name of the column by which the big tables are laid out in folders (`callset_id=…/`).
pub const PARTITION_COLUMN: &str = "callset_id";
