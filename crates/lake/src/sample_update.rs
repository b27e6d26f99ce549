//! How does what is known about a callset's samples change, when its genotypes stay?
//!
//! The samples keep their indices, so that cohorts keep their members, and packed genotypes keep
//! naming the same block. Counts that are stored beside the genotypes depend on karyotypes on X and
//! Y. There are two ways, each with one commit that makes the change visible:
//!
//! - where no stored count depends on what changes, a new file of `samples` takes the old one's
//!   place ([`Lake::update_samples`]);
//! - where some do, the callset is written again under a new id, with the files that are counted
//!   anew and copies of all others, and its row of `callsets` takes the old one's place
//!   ([`Lake::begin_recount`]).

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use arrow::array::RecordBatch;
use kohort_schema::{PARTITION_COLUMN, TableName};
use object_store::ObjectStoreExt;
use object_store::path::Path;

use crate::commit::{Attempt, Change, MAX_ATTEMPTS, commit, joined_schema};
use crate::data_file::DataFile;
use crate::log::TableState;
use crate::people::{OnCohortLoss, OnDuplicates};
use crate::snapshot::{Callset, Sample};
use crate::writer::{
    CallsetWriter, IfExists, NewSample, encode_one, pause, short_id, with_partition,
};
use crate::{CallsetSummary, Error, Lake, Result, log, put, rows};

/// The rows of `samples` of one callset, as they are and as they shall be.
#[derive(Debug, Clone)]
pub struct SampleUpdate {
    /// The callset, as it was when its samples were read.
    pub callset: Callset,
    /// Its samples, indices unchanged.
    pub samples: Vec<Sample>,
    /// The columns that are not Kohort's own, one row per sample.
    pub attributes: Option<RecordBatch>,
    /// The file that these take the place of ([`SampleRows::path`]).
    pub base: String,
}

/// The rows of `samples` of one callset.
#[derive(Debug, Clone)]
pub struct SampleRows {
    /// All columns, in the order of the samples.
    pub rows: RecordBatch,
    /// The file that they are from.
    pub path: String,
}

impl Lake {
    /// Reads a callset's rows of `samples`, their own columns included.
    ///
    /// # Errors
    /// When the table cannot be read, or has no rows of this callset.
    pub async fn sample_rows(&self, callset: &Callset) -> Result<SampleRows> {
        let state = self.latest(TableName::Samples).await?;
        let path = samples_file(&state, &callset.callset_id)?;
        let location = format!("{}/{path}", TableName::Samples);
        let bytes = log::get(self.raw_store().as_ref(), &Path::from(location.as_str())).await?;
        let batches = rows::read_parquet(&location, bytes, None)?;
        let gone = || unreadable("a file of `samples` has no rows");
        let schema = batches.first().ok_or_else(gone)?.schema();
        let rows = arrow::compute::concat_batches(&schema, &batches);
        let rows = rows.map_err(|error| unreadable(&error.to_string()))?;
        Ok(SampleRows { rows, path })
    }

    /// Puts new rows of `samples` in the place of the callset's, in one commit.
    ///
    /// # Errors
    /// [`Error::Rows`] when somebody else changed them since they were read, a schema error when a
    /// column has another type in the lake.
    pub async fn update_samples(&self, update: &SampleUpdate) -> Result<u64> {
        for attempt in 0..MAX_ATTEMPTS {
            let state = self.latest(TableName::Samples).await?;
            let id = update.callset.callset_id.as_str();
            let path = samples_file(&state, id)?;
            let Some(old) = state.files.get(&path).filter(|_| path == update.base) else {
                return Err(changed(&update.callset.callset));
            };
            let mut change = self.new_rows(&state, update, id).await?;
            change.removes = vec![put::remove(old)];
            let added = change.adds.first().map(|add| add.path.clone());
            match commit(self.raw_store(), &state, change).await? {
                Attempt::Committed(version) => return Ok(version),
                Attempt::Lost => self.forget(added).await,
            }
            pause(attempt).await;
        }
        Err(Error::Contention {
            table: TableName::Samples.into(),
            attempts: MAX_ATTEMPTS,
        })
    }

    /// Begins to write a callset again with other karyotypes; the files that [`Recount::put_file`]
    /// is not called for are copied by [`Recount::commit`].
    ///
    /// # Errors
    /// As [`Lake::update_samples`].
    pub async fn begin_recount(&self, update: &SampleUpdate) -> Result<Recount> {
        let callset_id = uuid::Uuid::new_v4().to_string();
        let samples: Vec<Sample> = update
            .samples
            .iter()
            .map(|sample| Sample {
                callset_id: callset_id.clone(),
                ..sample.clone()
            })
            .collect();
        let update = SampleUpdate {
            samples,
            ..update.clone()
        };
        for attempt in 0..MAX_ATTEMPTS {
            let state = self.latest(TableName::Samples).await?;
            if samples_file(&state, &update.callset.callset_id)? != update.base {
                return Err(changed(&update.callset.callset));
            }
            let change = self.new_rows(&state, &update, &callset_id).await?;
            let added = change.adds.first().map(|add| add.path.clone());
            match commit(self.raw_store(), &state, change).await? {
                Attempt::Committed(_) => {
                    let writer = CallsetWriter {
                        lake: self.clone(),
                        callset: update.callset.callset.clone(),
                        callset_id,
                        block: update.callset.block,
                        base_sample_index: update.callset.base_sample_index,
                        samples: new_samples(&update.samples),
                        if_exists: IfExists::Replace,
                        on_duplicates: OnDuplicates::Allow,
                        on_cohort_loss: OnCohortLoss::Refuse,
                        checked: HashSet::new(),
                        samples_path: added.unwrap_or_default(),
                        files: Mutex::default(),
                        expected: Some(update.callset.callset_id.clone()),
                    };
                    return Ok(Recount {
                        writer,
                        callset: update.callset,
                    });
                }
                Attempt::Lost => self.forget(added).await,
            }
            pause(attempt).await;
        }
        Err(Error::Contention {
            table: TableName::Samples.into(),
            attempts: MAX_ATTEMPTS,
        })
    }

    /// Puts the file of an update, and gives the change that adds it.
    async fn new_rows(
        &self,
        state: &TableState,
        update: &SampleUpdate,
        callset_id: &str,
    ) -> Result<Change> {
        let table = TableName::Samples;
        let batch = rows::samples_batch(&update.samples, update.attributes.as_ref())?;
        let incoming = with_partition(table, batch.schema_ref());
        let schema = joined_schema(state, &incoming, &update.callset.callset)?;
        let file = encode_one(table, &batch)?;
        let name = format!("samples-{}", short_id());
        let id = Some(callset_id);
        let add = put::put(self.raw_store(), &table.into(), id, &name, file).await?;
        Ok(Change {
            operation: "UPDATE SAMPLES",
            parameters: vec![
                ("callset", update.callset.callset.clone()),
                ("callset_id", callset_id.to_owned()),
            ],
            schema,
            adds: vec![add],
            ..Change::default()
        })
    }

    /// Deletes a file that no commit names; what cannot be deleted now, vacuum will.
    async fn forget(&self, path: Option<String>) {
        if let Some(path) = path {
            let location = format!("{}/{path}", TableName::Samples);
            let _ = self.raw_store().delete(&Path::from(location)).await;
        }
    }
}

fn new_samples(samples: &[Sample]) -> Vec<NewSample> {
    let new = |sample: &Sample| NewSample {
        sample_id: sample.sample_id.clone(),
        person_id: sample.person_id.clone(),
        sex_karyotype: sample.sex_karyotype,
    };
    samples.iter().map(new).collect()
}

/// A callset that is written again with other karyotypes.
#[derive(Debug)]
pub struct Recount {
    /// Takes the files that are counted anew.
    pub writer: CallsetWriter,
    callset: Callset,
}

impl Recount {
    /// Copies all files of the callset but those of `callset_variants` that were `counted` anew
    /// (paths as in [`DataFile::path`]), and puts the callset in the old one's place.
    ///
    /// # Errors
    /// [`Error::Rows`] when the callset was replaced meanwhile; the lake is as before then.
    pub async fn commit(self, counted: &[String]) -> Result<u64> {
        let Recount { writer, callset } = self;
        if let Err(error) = copy_files(&writer, &callset, counted).await {
            let _ = writer.abandon().await;
            return Err(error);
        }
        let summary = CallsetSummary {
            n_variants: callset.n_variants,
            reference_genome: callset.reference_genome,
            absent: callset.absent,
            sources: callset.sources,
            header: callset.header,
            contigs: callset.contigs,
            policies: callset.policies,
            program_version: callset.program_version,
            created_at: callset.created_at,
            user_metadata: Some("karyotypes updated, X and Y counted anew".to_owned()),
        };
        writer.commit(summary).await
    }
}

async fn copy_files(writer: &CallsetWriter, callset: &Callset, counted: &[String]) -> Result<()> {
    let store = Arc::clone(writer.lake.raw_store());
    for table in [TableName::CallsetVariants, TableName::CallFields] {
        let state = writer.lake.latest(table).await?;
        for add in state.files.values() {
            let file = DataFile::try_new(table, add)?;
            if file.callset_id != callset.callset_id || counted.contains(&file.path) {
                continue;
            }
            let name = add.path.rsplit('/').next().unwrap_or(&add.path);
            let path = format!("{PARTITION_COLUMN}={}/{name}", writer.callset_id);
            let to = Path::from(format!("{table}/{path}"));
            let failed = Error::storage(&file.path, "copying");
            store
                .copy(&Path::from(file.path.as_str()), &to)
                .await
                .map_err(failed)?;
            let mut add = add.clone();
            add.path = path;
            let id = Some(writer.callset_id.clone());
            add.partition_values = [(PARTITION_COLUMN.to_owned(), id)].into_iter().collect();
            let mut files = writer.files.lock().unwrap_or_else(PoisonError::into_inner);
            files.entry(table).or_default().adds.push(add);
        }
    }
    Ok(())
}

fn samples_file(state: &TableState, callset_id: &str) -> Result<String> {
    for add in state.files.values() {
        if DataFile::try_new(TableName::Samples, add)?.callset_id == callset_id {
            return Ok(add.path.clone());
        }
    }
    Err(unreadable(
        "the callset has no rows in `samples`: it was replaced or dropped",
    ))
}

fn unreadable(problem: &str) -> Error {
    Error::Rows {
        table: TableName::Samples.into(),
        problem: problem.to_owned(),
    }
}

fn changed(callset: &str) -> Error {
    unreadable(&format!(
        "the samples of callset `{callset}` changed while this command ran: run it again"
    ))
}
