//! What can go wrong with a lake?

use crate::TableId;
use crate::folder::ACCESS_KEY;

/// The result of this room's functions.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// An error of this room. Messages carry URIs and paths, never the values of storage options.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There is no lake at the URI.
    #[error("{uri}: no lake here")]
    NoLake {
        /// Where it was looked for.
        uri: String,
    },
    /// The URI is not one that can hold a lake or an input.
    #[error("{uri}: {reason}")]
    InvalidUri {
        /// As given, without its user part and query.
        uri: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A storage option is not one that this kind of storage knows, or has a value it cannot take.
    #[error("storage option `{key}` is not valid for {scheme} storage")]
    InvalidOption {
        /// The option; its value is not repeated.
        key: String,
        /// Kind of storage.
        scheme: String,
    },
    /// The storage did not do what was asked.
    #[error("{place}: {action} failed")]
    Storage {
        /// URI or path.
        place: String,
        /// What was tried.
        action: &'static str,
        /// Why.
        #[source]
        source: Box<object_store::Error>,
    },
    /// A file could not be read or written.
    #[error("{path}: {action} failed")]
    Io {
        /// The path.
        path: String,
        /// What was tried.
        action: &'static str,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A transaction log says something that this version cannot follow.
    #[error("{table}: version {version}: {problem}")]
    Log {
        /// The table.
        table: TableId,
        /// Version of the table.
        version: u64,
        /// What is wrong.
        problem: String,
    },
    /// Files of a transaction log are missing, empty, cut off or doubled.
    #[error("{table}: version {version}: {problem}")]
    Damaged {
        /// The table.
        table: TableId,
        /// Version of the table.
        version: u64,
        /// What is wrong.
        problem: String,
    },
    /// The log of a table has lost the files of a callset that is shown.
    #[error("{table}: callset `{callset}` is in the lake, and the log names no file of it")]
    NoFiles {
        /// The table.
        table: TableId,
        /// The callset.
        callset: String,
    },
    /// A commit was sent, and whether the store has it is not known.
    #[error("{table}: whether version {version} was committed is not known")]
    Uncommitted {
        /// The table.
        table: TableId,
        /// The version that was to be.
        version: u64,
        /// What the store said last.
        #[source]
        source: Box<object_store::Error>,
    },
    /// The Delta library refused.
    #[error("{table}: {action} failed")]
    Delta {
        /// The table.
        table: TableId,
        /// What was tried.
        action: &'static str,
        /// Why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A Parquet file could not be read or written.
    #[error("{path}: {action} failed")]
    Parquet {
        /// The file.
        path: String,
        /// What was tried.
        action: &'static str,
        /// Why.
        #[source]
        source: parquet::errors::ParquetError,
    },
    /// Rows do not fit the table.
    #[error("{table}: {problem}")]
    Rows {
        /// The table.
        table: TableId,
        /// What is wrong.
        problem: String,
    },
    /// Schemas do not go together.
    #[error(transparent)]
    Schema(#[from] kohort_schema::Error),
    /// A callset of this name is in the lake.
    #[error("callset `{callset}` exists in {uri}")]
    CallsetExists {
        /// Its name.
        callset: String,
        /// The lake.
        uri: String,
    },
    /// No callset of this name is in the lake.
    #[error("no callset `{callset}` in {uri}")]
    NoSuchCallset {
        /// The name.
        callset: String,
        /// The lake.
        uri: String,
    },
    /// A sample is named twice in one callset.
    #[error("callset `{callset}`: sample `{sample}` appears twice")]
    DuplicateSample {
        /// The callset.
        callset: String,
        /// The sample.
        sample: String,
    },
    /// People or files of a callset are in another one already.
    #[error("callset `{callset}`: already in callset `{other}`: {what}")]
    DuplicateSamples {
        /// The callset that was to be written.
        callset: String,
        /// The callset that has them.
        other: String,
        /// Which: how many, and the first of them.
        what: String,
    },
    /// A file was loaded into the table before.
    #[error("{table}: `{file}` was loaded before, as `{before}` in version {version}")]
    DuplicateFile {
        /// The table.
        table: TableId,
        /// The file.
        file: String,
        /// What it was called then.
        before: String,
        /// The lake's version that has it.
        version: u64,
    },
    /// A load has the same file twice.
    #[error("{table}: `{file}` is the same file as `{before}`")]
    SameFile {
        /// The table.
        table: TableId,
        /// The later file.
        file: String,
        /// The earlier file.
        before: String,
    },
    /// Cohorts would lose people with a callset.
    #[error("callset `{callset}`: cohorts would lose samples: {losses}")]
    CohortLoss {
        /// The callset that was to go.
        callset: String,
        /// Which cohorts, how many samples of each, and the first of them.
        losses: String,
    },
    /// The lake changed while a cohort was made.
    #[error("cohort `{cohort}`: its samples were replaced or dropped while it was made")]
    CohortOutdated {
        /// Its name.
        cohort: String,
    },
    /// A cohort of this name is in the lake.
    #[error("cohort `{cohort}` exists")]
    CohortExists {
        /// Its name.
        cohort: String,
    },
    /// A table of this name is in the lake.
    #[error("{table} exists in {uri}")]
    TableExists {
        /// The table.
        table: TableId,
        /// The lake.
        uri: String,
    },
    /// A column of a load and that of the table do not go together.
    #[error("{table}: column `{column}`: expected {expected} as in the table, got {found}")]
    ColumnConflict {
        /// The table.
        table: TableId,
        /// The column.
        column: String,
        /// What the table has.
        expected: String,
        /// What the load has.
        found: String,
    },
    /// A key names a column that is not there.
    #[error("{table}: there is no column `{column}` to be a key")]
    NoKeyColumn {
        /// The table.
        table: TableId,
        /// The column.
        column: String,
    },
    /// A row has no key.
    #[error("line {line}: column `{column}` is a key and has no value")]
    KeyIsNull {
        /// The column.
        column: String,
        /// The row's line in its file.
        line: u64,
    },
    /// The lake's pseudonyms were made with another key.
    #[error("{uri}: its pseudonyms were made with the key {expected}, got the key {found}")]
    OtherKey {
        /// The lake.
        uri: String,
        /// Fingerprint of the lake's key.
        expected: String,
        /// Fingerprint of the key that was given.
        found: String,
    },
    /// The lake has no such version.
    #[error("{uri}: no version {version}; the latest is {latest}")]
    NoSuchVersion {
        /// The lake.
        uri: String,
        /// What was asked for.
        version: u64,
        /// What there is.
        latest: u64,
    },
    /// The files of an earlier version are gone.
    #[error("{uri}: version {version} was vacuumed: its files are no longer kept")]
    Vacuumed {
        /// The lake.
        uri: String,
        /// What was asked for.
        version: u64,
    },
    /// The lake is younger than the moment asked for.
    #[error("{uri}: expected a time at or after {earliest}, got {timestamp}")]
    BeforeFirstVersion {
        /// The lake.
        uri: String,
        /// What was asked for.
        timestamp: String,
        /// Time of its first version.
        earliest: String,
    },
    /// Neither a version nor a time.
    #[error("expected a version or a time such as `2025-01-31 10:00`, got `{found}`")]
    InvalidAsOf {
        /// What was given.
        found: String,
    },
    /// The lake was written by a later Kohort.
    #[error("{uri}: lake format {found}; this program reads formats up to {supported}")]
    NewerFormat {
        /// The lake.
        uri: String,
        /// Format of the lake.
        found: u32,
        /// Latest format known here.
        supported: u32,
    },
    /// Other writers kept winning.
    #[error("{table}: gave up after {attempts} attempts; other writers committed first each time")]
    Contention {
        /// The table.
        table: TableId,
        /// How often it was tried.
        attempts: usize,
    },
}

impl Error {
    /// What the person at the keyboard can do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Error::NoLake { uri } => Some(format!(
                "make one with `kohort ingest FILE... --lake {uri} --callset NAME`"
            )),
            Error::CallsetExists { callset, .. } => Some(format!(
                "use `--replace` to put the new data in place of `{callset}`, or give another name"
            )),
            Error::DuplicateSamples { other, .. } => Some(format!(
                "`--callset {other} --replace` puts these files in place of `{other}`; give all \
                 files of the same samples to one ingest; `--allow-duplicate-samples` counts \
                 people once per callset"
            )),
            Error::DuplicateFile { .. } | Error::SameFile { .. } => Some(
                "its rows would be there twice; `--allow-duplicate-files` takes them again".into(),
            ),
            Error::CohortLoss { .. } => Some(
                "`--allow-cohort-loss` goes on: the cohorts keep their other samples".to_owned(),
            ),
            Error::CohortOutdated { .. } => Some("make the cohort again".to_owned()),
            Error::NoSuchCallset { .. } => {
                Some("`kohort lake info` lists the callsets of a lake".to_owned())
            }
            Error::TableExists { .. } => Some(
                "`--append` adds rows, `--replace` puts the new ones in their place, `--upsert \
                 KEY` replaces rows by key"
                    .to_owned(),
            ),
            Error::ColumnConflict { column, .. } => Some(format!(
                "`--type {column}=TYPE` reads it otherwise, `--drop {column}` leaves it out, and \
                 `--replace` makes the table anew"
            )),
            Error::OtherKey { .. } => Some(
                "a person would be somebody else in each table: use the key of before, or a lake \
                 of its own"
                    .to_owned(),
            ),
            Error::CohortExists { cohort } => Some(format!("`DROP COHORT {cohort}` first")),
            Error::NoSuchVersion { .. } | Error::BeforeFirstVersion { .. } => {
                Some("`kohort lake history` lists the versions".to_owned())
            }
            Error::Vacuumed { .. } => Some(
                "leave --as-of out to read the latest version; `kohort lake vacuum --keep-hours N` \
                 keeps what was replaced within N hours"
                    .to_owned(),
            ),
            Error::NewerFormat { .. } => Some("install a later version of Kohort".to_owned()),
            Error::Contention { .. } => Some("try again".to_owned()),
            Error::Uncommitted { source, .. } => storage_hint(source).or_else(|| {
                Some("`kohort lake history` tells; run the command again if it is not there".into())
            }),
            Error::Damaged { .. } | Error::NoFiles { .. } => Some(
                "restore the files of the log from a copy of the lake; `kohort lake verify` lists \
                 what is wrong"
                    .to_owned(),
            ),
            Error::InvalidOption { key, .. } if key == ACCESS_KEY => {
                Some("`folder_access` is `owner`, `group` or `umask`".to_owned())
            }
            Error::Schema(error) => error.hint(),
            Error::Storage { source, .. } => storage_hint(source),
            _ => None,
        }
    }

    /// Whether an object that should be there is not.
    pub(crate) fn is_missing_object(&self) -> bool {
        matches!(self, Self::Storage { source, .. }
            if matches!(**source, object_store::Error::NotFound { .. }))
    }

    pub(crate) fn storage(
        place: impl Into<String>,
        action: &'static str,
    ) -> impl FnOnce(object_store::Error) -> Error {
        let place = place.into();
        move |source| Error::Storage {
            place,
            action,
            source: Box::new(source),
        }
    }

    pub(crate) fn parquet(
        path: impl Into<String>,
        action: &'static str,
    ) -> impl FnOnce(parquet::errors::ParquetError) -> Error {
        let path = path.into();
        move |source| Error::Parquet {
            path,
            action,
            source,
        }
    }
}

fn storage_hint(error: &object_store::Error) -> Option<String> {
    use object_store::Error as E;
    match error {
        E::PermissionDenied { .. } | E::Unauthenticated { .. } => Some(
            "check the credentials and that they may read, write and list this location".to_owned(),
        ),
        _ => None,
    }
}
