//! Which objects hold the data?
//!
//! A lake is one root URI (a folder, `s3://`, `gs://`, `az://`). Below it each table is a Delta
//! table: Parquet files and a transaction log. This room lays the files out, commits, takes
//! snapshots, verifies and vacuums; nothing else writes objects. The layout is described in
//! `docs/format.md`.
//!
//! A callset is visible if and only if its row in `callsets` is committed, and that row is written
//! last. Everything else that a writer leaves behind is an orphan, which `vacuum` removes.

mod as_of;
mod cohorts;
mod commit;
mod data_file;
mod delta_schema;
mod drop;
mod encode;
mod error;
mod folder;
mod history;
mod info;
mod input;
mod keys;
mod lake;
mod loads;
mod location;
mod log;
mod once;
mod output;
mod people;
mod pseudonym_key;
mod put;
mod ranges;
mod redact;
mod rows;
mod sample_update;
mod snapshot;
mod table_id;
mod union;
mod vacuum;
mod vacuum_loads;
mod verify;
mod withholding;
mod writer;

pub use as_of::AsOf;
pub use data_file::DataFile;
pub use encode::{
    DEFAULT_ROW_GROUP_ROWS, DEFAULT_ZSTD_LEVEL, EncodedFile, EncoderOptions, FileStats,
    ParquetEncoder, writer_properties,
};
pub use error::{Error, Result};
pub use history::HistoryEntry;
pub use info::{LakeInfo, TableInfo};
pub use input::{Input, input};
pub use keys::{Duplicate, Keys, Place};
pub use lake::Lake;
pub use loads::{LoadEntry, LoadMode, LoadRecord, Loaded, TableLoad};
pub use location::StorageOptions;
pub use output::Output;
pub use people::{OnCohortLoss, OnDuplicates};
pub use ranges::ObjectReader;
pub use redact::redact;
pub use sample_update::{Recount, SampleRows, SampleUpdate};
pub use snapshot::{Callset, CohortRow, Contig, Sample, Snapshot, SourceFile};
pub use table_id::TableId;
pub use vacuum::{DEFAULT_RETENTION, VacuumMode, VacuumOptions, VacuumReport, VacuumedFile};
pub use verify::{VerifyProblem, VerifyReport};
pub use writer::{CallsetSummary, CallsetWriter, IfExists, NewCallset, NewSample};
