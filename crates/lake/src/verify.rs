//! Is everything there that the logs name?

use std::collections::{HashMap, HashSet};
use std::fmt;

use bytes::Bytes;
use futures::StreamExt;
use kohort_schema::TableName;
use object_store::ObjectStoreExt;
use object_store::path::Path;
use parquet::file::metadata::{FooterTail, ParquetMetaData, ParquetMetaDataReader};

use crate::data_file::DataFile;
use crate::log::{Listing, Store, TableState, damaged};
use crate::snapshot::Callset;
use crate::{Error, Lake, Result, TableId};

/// Footers read at once.
const READS_IN_FLIGHT: usize = 16;

/// Bytes fetched first from a file's end: most footers fit.
const FOOTER_GUESS_BYTES: u64 = 64 * 1024;

/// Bytes of a Parquet file's last part, which says how long the footer is.
const FOOTER_TAIL_BYTES: usize = 8;

/// What `kohort lake verify` found.
#[derive(Debug, Clone, Default)]
pub struct VerifyReport {
    /// The version that was verified.
    pub version: u64,
    /// Callsets looked at.
    pub n_callsets: u64,
    /// Files looked at.
    pub n_files: u64,
    /// Their bytes.
    pub size_bytes: u64,
    /// Their rows.
    pub n_rows: u64,
    /// What is wrong; empty when nothing is.
    pub problems: Vec<VerifyProblem>,
}

impl VerifyReport {
    /// Whether nothing is wrong.
    pub fn is_sound(&self) -> bool {
        self.problems.is_empty()
    }
}

/// Something wrong with a lake.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum VerifyProblem {
    /// A transaction log has lost a file, or has one that is empty, cut off or doubled.
    Log {
        /// Which table and version, and what is wrong.
        problem: String,
    },
    /// A file that the log names is not there.
    Missing {
        /// Path below the root.
        path: String,
    },
    /// A file has another size.
    Size {
        /// Path below the root.
        path: String,
        /// By the log.
        expected: u64,
        /// In the store.
        found: u64,
    },
    /// A file is not readable as Parquet.
    Unreadable {
        /// Path below the root.
        path: String,
        /// Why.
        reason: String,
    },
    /// A file has another number of rows.
    Rows {
        /// Path below the root.
        path: String,
        /// By the log.
        expected: u64,
        /// In the file.
        found: u64,
    },
    /// A callset has another number of rows than its row in `callsets` says.
    Callset {
        /// Name of the callset.
        callset: String,
        /// The table.
        table: TableName,
        /// By `callsets`.
        expected: u64,
        /// In the files.
        found: u64,
    },
}

impl fmt::Display for VerifyProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Log { problem } => f.write_str(problem),
            Self::Missing { path } => write!(f, "{path}: not there"),
            Self::Size {
                path,
                expected,
                found,
            } => {
                write!(f, "{path}: expected {expected} bytes, got {found}")
            }
            Self::Unreadable { path, reason } => write!(f, "{path}: not readable: {reason}"),
            Self::Rows {
                path,
                expected,
                found,
            } => {
                write!(f, "{path}: expected {expected} rows, got {found}")
            }
            Self::Callset {
                callset,
                table,
                expected,
                found,
            } => {
                write!(
                    f,
                    "callset `{callset}`: {table}: expected {expected} rows, got {found}"
                )
            }
        }
    }
}

impl Lake {
    /// Checks the logs of all tables whole, and of the latest version: every file that is visible
    /// exists with its size, has a readable Parquet footer and as many rows as the log says; every
    /// callset has as many samples and variants as its row says. Contents are not read.
    ///
    /// # Errors
    /// When a log cannot be fetched, or the store not be listed.
    pub async fn verify(&self) -> Result<VerifyReport> {
        let mut report = VerifyReport::default();
        let loaded = self.loaded_folders().await?;
        let tables = TableName::ALL.map(TableId::from).into_iter();
        let mut damaged = HashSet::new();
        for table in tables.chain(loaded.iter().map(TableId::from)) {
            if let Err(error) = self.verify_log(&table).await {
                report.problems.push(of_log(error)?);
                damaged.insert(table);
            }
        }
        let snapshot = match self.snapshot(None).await {
            // The report says why.
            Err(_) if damaged.contains(&TableName::Callsets.into()) => return Ok(report),
            snapshot => snapshot?,
        };
        report.version = snapshot.version();
        report.n_callsets = snapshot.callsets().len() as u64;
        for table in TableName::ALL {
            if damaged.contains(&table.into()) {
                continue;
            }
            let files = snapshot.named_files(table).await?;
            self.verify_files(&table.into(), &files, &mut report)
                .await?;
            for callset in snapshot.callsets() {
                let problem = verify_callset(table, callset, &files);
                report.problems.extend(problem);
            }
        }
        for table in snapshot.loaded_tables() {
            if damaged.contains(&(&table).into()) {
                continue;
            }
            match snapshot.loaded_files(&table).await {
                Ok(files) => {
                    let files = files.unwrap_or_default();
                    self.verify_files(&(&table).into(), &files, &mut report)
                        .await?;
                }
                Err(error) => report.problems.push(of_log(error)?),
            }
        }
        Ok(report)
    }

    /// Reads a log from its first commit to its last, and compares that with what its newest
    /// checkpoint leads to.
    async fn verify_log(&self, table: &TableId) -> Result<()> {
        let store = self.raw_store().as_ref();
        let Some(listing) = Listing::read(store, table.clone()).await? else {
            // Files that a load left before its first commit.
            return match table.declared() {
                None => Ok(()),
                Some(_) => Err(damaged(table, 0, "its log is missing")),
            };
        };
        let whole = listing.state_from_commits(store).await?;
        let read = listing.state(store, listing.latest()).await?;
        let sizes = |state: &TableState| -> Vec<(String, i64)> {
            let files = state.files.iter();
            files.map(|(path, add)| (path.clone(), add.size)).collect()
        };
        if sizes(&whole) != sizes(&read) || whole.transactions != read.transactions {
            let problem = "its newest checkpoint is not what the commits before it add up to";
            return Err(damaged(table, listing.latest(), problem));
        }
        Ok(())
    }

    async fn verify_files(
        &self,
        table: &TableId,
        files: &[DataFile],
        report: &mut VerifyReport,
    ) -> Result<()> {
        let sizes = self.sizes(table).await?;
        for file in files {
            report.n_files += 1;
            report.size_bytes += file.size_bytes;
            report.n_rows += file.n_rows;
        }
        let store = self.raw_store();
        let checks: Vec<_> = files
            .iter()
            .map(|f| (f.clone(), sizes.get(&f.path).copied()))
            .collect();
        let problems: Vec<_> = futures::stream::iter(checks)
            .map(|(file, size)| async move { verify_file(store, &file, size).await })
            .buffered(READS_IN_FLIGHT)
            .collect()
            .await;
        report.problems.extend(problems.into_iter().flatten());
        Ok(())
    }

    /// Sizes of a table's objects, by path below the root.
    async fn sizes(&self, table: &TableId) -> Result<HashMap<String, u64>> {
        let mut sizes = HashMap::new();
        let folder = Path::from(table.folder());
        let mut objects = self.raw_store().list(Some(&folder));
        while let Some(object) = objects.next().await {
            let object = object.map_err(Error::storage(table.folder(), "listing"))?;
            sizes.insert(object.location.to_string(), object.size);
        }
        Ok(sizes)
    }
}

/// What is wrong with a log, as a problem to report; any other error stays one.
fn of_log(error: Error) -> Result<VerifyProblem> {
    match error {
        Error::Damaged { .. } | Error::Log { .. } | Error::Parquet { .. } => {
            let problem = error.to_string();
            Ok(VerifyProblem::Log { problem })
        }
        error if error.is_missing_object() => {
            let problem = error.to_string();
            Ok(VerifyProblem::Log { problem })
        }
        error => Err(error),
    }
}

fn verify_callset(
    table: TableName,
    callset: &Callset,
    files: &[DataFile],
) -> Option<VerifyProblem> {
    let expected = match table {
        TableName::Samples => callset.n_samples,
        TableName::CallsetVariants => callset.n_variants,
        _ => return None,
    };
    let of_callset = files.iter().filter(|f| f.callset_id == callset.callset_id);
    let found = of_callset.map(|f| f.n_rows).sum();
    let callset = callset.callset.clone();
    (found != expected).then_some(VerifyProblem::Callset {
        callset,
        table,
        expected,
        found,
    })
}

async fn verify_file(store: &Store, file: &DataFile, size: Option<u64>) -> Option<VerifyProblem> {
    let path = file.path.clone();
    let Some(found) = size else {
        return Some(VerifyProblem::Missing { path });
    };
    let expected = file.size_bytes;
    if found != expected {
        return Some(VerifyProblem::Size {
            path,
            expected,
            found,
        });
    }
    match footer(store, &path, found).await {
        Err(reason) => Some(VerifyProblem::Unreadable { path, reason }),
        Ok(metadata) => {
            let found = u64::try_from(metadata.file_metadata().num_rows()).unwrap_or_default();
            let expected = file.n_rows;
            (found != expected).then_some(VerifyProblem::Rows {
                path,
                expected,
                found,
            })
        }
    }
}

async fn footer(store: &Store, path: &str, size: u64) -> Result<ParquetMetaData, String> {
    if size < FOOTER_TAIL_BYTES as u64 {
        return Err("too short for a Parquet file".to_owned());
    }
    let end = suffix(store, path, size, FOOTER_GUESS_BYTES.min(size)).await?;
    let (_, tail) = end.split_at(end.len() - FOOTER_TAIL_BYTES);
    let tail = FooterTail::try_from(tail).map_err(|e| e.to_string())?;
    let needed = (tail.metadata_length() + FOOTER_TAIL_BYTES) as u64;
    if needed > size {
        return Err("the footer is longer than the file".to_owned());
    }
    let end = if needed > end.len() as u64 {
        suffix(store, path, size, needed).await?
    } else {
        end
    };
    let start = end.len() - usize::try_from(needed).map_err(|e| e.to_string())?;
    let metadata = end.slice(start..end.len() - FOOTER_TAIL_BYTES);
    ParquetMetaDataReader::decode_metadata(&metadata).map_err(|e| e.to_string())
}

/// The last bytes of a file. Its size being known, the range is a plain one: Azure has no other.
async fn suffix(store: &Store, path: &str, size: u64, bytes: u64) -> Result<Bytes, String> {
    let range = size - bytes..size;
    store
        .get_range(&Path::from(path), range)
        .await
        .map_err(|e| e.to_string())
}
