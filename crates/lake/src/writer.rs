//! How does a callset come into the lake, whole or not at all?
//!
//! 1. [`Lake::begin_callset`] reserves a block of sample indices, by committing the callset's rows
//!    of `samples`.
//! 2. [`CallsetWriter::put_file`] puts files. No log names them yet.
//! 3. [`CallsetWriter::commit`] commits them to `callset_variants` and `call_fields`, and last of
//!    all the callset's row to `callsets`. That row makes everything visible at once.
//!
//! A writer that is dropped before, or whose process dies, leaves objects and rows that no snapshot
//! shows; `vacuum` removes them.

mod reserve;

use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use arrow::array::RecordBatch;
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use chrono::{DateTime, Utc};
use deltalake_core::kernel::Add;
use kohort_genome::SexKaryotype;
use kohort_schema::{PARTITION_COLUMN, TableName};
use object_store::ObjectStoreExt;
use object_store::path::Path;

use crate::commit::{self, Attempt, Change, MAX_ATTEMPTS, commit, joined_schema};
use crate::data_file::DataFile;
use crate::encode::{EncodedFile, EncoderOptions, ParquetEncoder};
use crate::log::{self, TableState};
use crate::people::{self, OnCohortLoss, OnDuplicates, Succession};
use crate::snapshot::{Callset, Contig, SourceFile};
use crate::{Error, Lake, Result, Snapshot, put, rows};

/// What to do when something of the same name exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum IfExists {
    /// Refuse.
    #[default]
    Error,
    /// Put the new one in its place, in one commit.
    Replace,
}

/// A callset about to be written.
#[derive(Debug, Clone, Default)]
pub struct NewCallset {
    /// Its name.
    pub callset: String,
    /// Its samples, in the order of the file's columns.
    pub samples: Vec<NewSample>,
    /// The sample file's own columns, one row per sample, named by
    /// [`kohort_schema::attribute_name`].
    pub attributes: Option<RecordBatch>,
    /// What to do when the name is taken.
    pub if_exists: IfExists,
    /// What to do when another callset has some of these people or files.
    pub on_duplicates: OnDuplicates,
    /// What to do when cohorts have people of the callset in whose place this one goes, and it has
    /// them not.
    pub on_cohort_loss: OnCohortLoss,
    /// The schemas that files will have: a conflict with the lake is then known before the work.
    pub schemas: Vec<(TableName, SchemaRef)>,
}

/// A sample of a callset about to be written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewSample {
    /// Its name in the file's header.
    pub sample_id: String,
    /// The person whom it is from.
    pub person_id: Option<String>,
    /// The person's sex chromosomes.
    pub sex_karyotype: SexKaryotype,
}

/// What is known about a callset when all its files are written.
#[derive(Debug, Clone, Default)]
#[expect(
    missing_docs,
    reason = "the columns are documented where they are declared"
)]
pub struct CallsetSummary {
    pub n_variants: u64,
    pub reference_genome: Option<String>,
    pub absent: String,
    pub sources: Vec<SourceFile>,
    pub header: String,
    pub contigs: Vec<Contig>,
    pub policies: String,
    pub program_version: String,
    pub created_at: DateTime<Utc>,
    /// A note of the user's, shown by `kohort lake history`.
    pub user_metadata: Option<String>,
}

/// Writes one callset. Methods take `&self`, so any number of threads may put files.
pub struct CallsetWriter {
    pub(crate) lake: Lake,
    pub(crate) callset: String,
    pub(crate) callset_id: String,
    pub(crate) block: u32,
    pub(crate) base_sample_index: u32,
    pub(crate) samples: Vec<NewSample>,
    pub(crate) if_exists: IfExists,
    pub(crate) on_duplicates: OnDuplicates,
    pub(crate) on_cohort_loss: OnCohortLoss,
    /// Ids of callsets that share nobody with this one.
    pub(crate) checked: HashSet<String>,
    pub(crate) samples_path: String,
    pub(crate) files: Mutex<BTreeMap<TableName, TableFiles>>,
    /// The id of the callset that it replaces, where no other one will do: its samples keep their
    /// indices, so cohorts are right as they are.
    pub(crate) expected: Option<String>,
}

#[derive(Default)]
pub(crate) struct TableFiles {
    pub(crate) adds: Vec<Add>,
    pub(crate) schemas: Vec<SchemaRef>,
}

impl fmt::Debug for CallsetWriter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("CallsetWriter");
        out.field("callset", &self.callset)
            .field("callset_id", &self.callset_id);
        out.field("block", &self.block).finish_non_exhaustive()
    }
}

impl Lake {
    /// Refuses samples and people that another callset has. [`CallsetWriter::commit`] does so too:
    /// this is to know it before the work.
    ///
    /// # Errors
    /// [`Error::DuplicateSamples`], unless they are allowed.
    pub async fn check_duplicates(&self, new: &NewCallset) -> Result<()> {
        if new.on_duplicates == OnDuplicates::Allow {
            return Ok(());
        }
        let snapshot = self.snapshot(None).await?;
        let checked = &mut HashSet::new();
        people::check_samples(&snapshot, &new.callset, &new.samples, checked).await
    }

    /// Begins a callset: checks its name and schemas, and reserves a block of sample indices.
    ///
    /// # Errors
    /// [`Error::CallsetExists`] when the name is taken and `if_exists` is [`IfExists::Error`]; a
    /// schema error when a field has another type in the lake; [`Error::DuplicateSample`];
    /// [`Error::CohortLoss`] where that is refused.
    pub async fn begin_callset(&self, new: NewCallset) -> Result<CallsetWriter> {
        check_samples(&new)?;
        let snapshot = self.snapshot(None).await?;
        if new.if_exists == IfExists::Error && snapshot.callset(&new.callset).is_some() {
            let uri = self.uri().to_owned();
            return Err(Error::CallsetExists {
                callset: new.callset,
                uri,
            });
        }
        if let Some(old) = snapshot.callset(&new.callset) {
            let succession = Succession {
                old,
                new: &new.samples,
                base: 0,
            };
            self.check_cohort_loss(&snapshot, &succession, new.on_cohort_loss)
                .await?;
        }
        for (table, schema) in &new.schemas {
            let state = snapshot.table(*table).await?;
            joined_schema(&state, &with_partition(*table, schema), &new.callset)?;
        }
        let callset_id = uuid::Uuid::new_v4().to_string();
        for attempt in 0..MAX_ATTEMPTS {
            let state = self.latest(TableName::Samples).await?;
            if let Some(reserved) = self.reserve(&state, &new, &callset_id).await? {
                return Ok(CallsetWriter {
                    lake: self.clone(),
                    samples: new.samples,
                    callset: new.callset,
                    callset_id,
                    block: reserved.block,
                    base_sample_index: reserved.base,
                    if_exists: new.if_exists,
                    on_duplicates: new.on_duplicates,
                    on_cohort_loss: new.on_cohort_loss,
                    checked: HashSet::new(),
                    samples_path: reserved.path,
                    files: Mutex::default(),
                    expected: None,
                });
            }
            pause(attempt).await;
        }
        Err(Error::Contention {
            table: TableName::Samples.into(),
            attempts: MAX_ATTEMPTS,
        })
    }
}

impl CallsetWriter {
    /// The callset's id, new with this writer.
    pub fn callset_id(&self) -> &str {
        &self.callset_id
    }

    /// The block that its packed genotypes name.
    pub fn block(&self) -> u32 {
        self.block
    }

    /// The `sample_index` of its first sample.
    pub fn base_sample_index(&self) -> u32 {
        self.base_sample_index
    }

    /// Puts one file of `callset_variants` or `call_fields`. Any number may be under way at once.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn put_file(&self, table: TableName, file: EncodedFile) -> Result<DataFile> {
        let name = file_name(&file);
        let schema = Arc::clone(&file.stats.schema);
        let id = Some(self.callset_id.as_str());
        let add = put::put(self.lake.raw_store(), &table.into(), id, &name, file).await?;
        let data_file = DataFile::try_new(table, &add)?;
        let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        let files = files.entry(table).or_default();
        files.adds.push(add);
        if !files.schemas.contains(&schema) {
            files.schemas.push(schema);
        }
        Ok(data_file)
    }

    /// Gives the callset up: takes its samples out of the log again, and deletes what was put. What
    /// cannot be deleted now, vacuum will. The block stays taken.
    ///
    /// # Errors
    /// When the log cannot be read or written.
    pub async fn abandon(self) -> Result<()> {
        let files = std::mem::take(&mut *self.files.lock().unwrap_or_else(PoisonError::into_inner));
        self.take_out_samples().await?;
        let put = files.into_iter().flat_map(|(table, files)| {
            let paths = files.adds.into_iter().map(|add| add.path);
            paths.map(move |path| format!("{table}/{path}"))
        });
        let samples = format!("{}/{}", TableName::Samples, self.samples_path);
        for path in put.chain([samples]) {
            let _ = self.lake.raw_store().delete(&Path::from(path)).await;
        }
        Ok(())
    }

    async fn take_out_samples(&self) -> Result<()> {
        let table = TableName::Samples;
        for attempt in 0..MAX_ATTEMPTS {
            let state = self.lake.latest(table).await?;
            let Some(add) = state.files.get(&self.samples_path) else {
                return Ok(());
            };
            let change = Change {
                operation: "ABANDON",
                parameters: self.parameters(),
                removes: vec![put::remove(add)],
                ..Change::default()
            };
            if let Attempt::Committed(_) = commit(self.lake.raw_store(), &state, change).await? {
                return Ok(());
            }
            pause(attempt).await;
        }
        Err(Error::Contention {
            table: table.into(),
            attempts: MAX_ATTEMPTS,
        })
    }

    /// Makes the callset visible, and gives the lake's new version.
    ///
    /// # Errors
    /// [`Error::CallsetExists`] when another writer committed the same name first; a schema error
    /// when a callset committed meanwhile declares a field otherwise; [`Error::DuplicateSamples`]
    /// when another callset has the files, or came with the people meanwhile. The lake is as before
    /// then.
    pub async fn commit(mut self, summary: CallsetSummary) -> Result<u64> {
        let snapshot = self.lake.snapshot(None).await?;
        if let Err(error) = self.check_people(&snapshot, &summary.sources).await {
            if let Err(left) = self.abandon().await {
                tracing::warn!("{left}; `kohort lake vacuum` removes what is left");
            }
            return Err(error);
        }
        let files = std::mem::take(&mut *self.files.lock().unwrap_or_else(PoisonError::into_inner));
        for (table, files) in files {
            self.commit_files(table, files).await?;
        }
        self.check_reservation().await?;
        self.commit_row(summary).await
    }

    async fn commit_files(&self, table: TableName, files: TableFiles) -> Result<()> {
        for attempt in 0..MAX_ATTEMPTS {
            let state = self.lake.latest(table).await?;
            let mut schema: Option<SchemaRef> = None;
            for incoming in &files.schemas {
                let incoming = with_partition(table, incoming);
                let mut base = state.clone();
                if let Some(joined) = &schema {
                    base.metadata.schema_string = commit::schema_text(&table.into(), joined)?;
                }
                schema = joined_schema(&base, &incoming, &self.callset)?.or(schema);
            }
            let change = Change {
                operation: "WRITE",
                parameters: self.parameters(),
                schema,
                adds: files.adds.clone(),
                ..Change::default()
            };
            if let Attempt::Committed(_) = commit(self.lake.raw_store(), &state, change).await? {
                return Ok(());
            }
            pause(attempt).await;
        }
        Err(Error::Contention {
            table: table.into(),
            attempts: MAX_ATTEMPTS,
        })
    }

    /// A vacuum that was told to keep nothing may have taken this for an orphan.
    async fn check_reservation(&self) -> Result<()> {
        let samples = self.lake.latest(TableName::Samples).await?;
        if samples.files.contains_key(&self.samples_path) {
            return Ok(());
        }
        let problem = format!(
            "callset `{}` was vacuumed while it was written",
            self.callset
        );
        Err(Error::Rows {
            table: TableName::Samples.into(),
            problem,
        })
    }

    /// Whether others have these people or files, and whether cohorts lose somebody.
    async fn check_people(&mut self, snapshot: &Snapshot, sources: &[SourceFile]) -> Result<()> {
        if self.on_duplicates == OnDuplicates::Refuse {
            let checked = &mut self.checked;
            people::check_samples(snapshot, &self.callset, &self.samples, checked).await?;
            people::check_files(snapshot, &self.callset, sources)?;
        }
        match snapshot.callset(&self.callset) {
            Some(old) if self.expected.is_none() => {
                let succession = self.succession(old);
                let on_loss = self.on_cohort_loss;
                self.lake
                    .check_cohort_loss(snapshot, &succession, on_loss)
                    .await
            }
            _ => Ok(()),
        }
    }

    fn succession<'a>(&'a self, old: &'a Callset) -> Succession<'a> {
        Succession {
            old,
            new: &self.samples,
            base: self.base_sample_index,
        }
    }

    async fn commit_row(&mut self, summary: CallsetSummary) -> Result<u64> {
        let table = TableName::Callsets;
        let sources = summary.sources.clone();
        let user_metadata = summary.user_metadata.clone();
        let batch = rows::callset_batch(&self.row(summary))?;
        let (file, id) = (encode_one(table, &batch)?, Some(self.callset_id.as_str()));
        let add = put::put(
            self.lake.raw_store(),
            &table.into(),
            id,
            &self.callset_id,
            file,
        )
        .await?;
        for attempt in 0..MAX_ATTEMPTS {
            let snapshot = self.lake.snapshot(None).await?;
            let state = snapshot.table(table).await?;
            let replaced = snapshot.callset(&self.callset);
            let old = replaced.map(|c| c.callset_id.as_str());
            if old.is_some() && self.if_exists == IfExists::Error {
                let (callset, uri) = (self.callset.clone(), self.lake.uri().to_owned());
                return Err(Error::CallsetExists { callset, uri });
            }
            if self
                .expected
                .as_deref()
                .is_some_and(|expected| old != Some(expected))
            {
                return Err(Error::Rows {
                    table: table.into(),
                    problem: format!(
                        "callset `{}` was replaced or dropped meanwhile",
                        self.callset
                    ),
                });
            }
            self.check_people(&snapshot, &sources).await?;
            if let Some(replaced) = replaced.filter(|_| self.expected.is_none()) {
                let succession = self.succession(replaced);
                self.lake
                    .move_cohorts(&snapshot, &succession, self.on_cohort_loss)
                    .await?;
            }
            let removes = match old {
                Some(old) => put::remove_all(table, &state, old)?,
                None => Vec::new(),
            };
            let change = Change {
                operation: if old.is_some() { "REPLACE" } else { "INGEST" },
                parameters: self.parameters(),
                user_metadata: user_metadata.clone(),
                adds: vec![add.clone()],
                removes,
                ..Change::default()
            };
            if let Attempt::Committed(version) =
                commit(self.lake.raw_store(), &state, change).await?
            {
                if let Some(replaced) = replaced.filter(|_| self.expected.is_none()) {
                    self.move_latecomers(&snapshot, replaced).await;
                }
                return Ok(version);
            }
            pause(attempt).await;
        }
        Err(Error::Contention {
            table: table.into(),
            attempts: MAX_ATTEMPTS,
        })
    }

    /// Moves cohorts that were made of the old samples while these were committed. The callset is
    /// visible by now, whatever comes of this.
    async fn move_latecomers(&self, snapshot: &Snapshot, replaced: &Callset) {
        let succession = self.succession(replaced);
        let moved = self
            .lake
            .move_cohorts(snapshot, &succession, OnCohortLoss::Allow);
        if let Err(error) = moved.await {
            tracing::warn!("{error}; cohorts made in this moment may lack samples");
        }
    }

    fn row(&self, summary: CallsetSummary) -> Callset {
        Callset {
            callset_id: self.callset_id.clone(),
            callset: self.callset.clone(),
            block: self.block,
            base_sample_index: self.base_sample_index,
            n_samples: self.samples.len() as u64,
            n_variants: summary.n_variants,
            reference_genome: summary.reference_genome,
            absent: summary.absent,
            sources: summary.sources,
            header: summary.header,
            contigs: summary.contigs,
            policies: summary.policies,
            program_version: summary.program_version,
            created_at: summary.created_at,
        }
    }

    fn parameters(&self) -> Vec<(&'static str, String)> {
        vec![
            ("callset", self.callset.clone()),
            ("callset_id", self.callset_id.clone()),
        ]
    }
}

fn check_samples(new: &NewCallset) -> Result<()> {
    let mut seen = HashSet::with_capacity(new.samples.len());
    if let Some(twice) = new
        .samples
        .iter()
        .find(|s| !seen.insert(s.sample_id.as_str()))
    {
        let (callset, sample) = (new.callset.clone(), twice.sample_id.clone());
        return Err(Error::DuplicateSample { callset, sample });
    }
    let n_samples = new.samples.len();
    match &new.attributes {
        Some(attributes) if attributes.num_rows() != n_samples => {
            let found = attributes.num_rows();
            let problem = format!("expected attributes of {n_samples} samples, got {found}");
            Err(Error::Rows {
                table: TableName::Samples.into(),
                problem,
            })
        }
        _ => Ok(()),
    }
}

/// The file's schema as the table has it: with the partition column.
pub(crate) fn with_partition(table: TableName, schema: &Schema) -> Schema {
    let mut fields: Vec<_> = schema.fields().iter().cloned().collect();
    if table.is_partitioned() {
        fields.push(Arc::new(Field::new(
            PARTITION_COLUMN,
            DataType::Utf8,
            false,
        )));
    }
    Schema::new(fields)
}

/// One batch as one file.
pub(crate) fn encode_one(table: TableName, batch: &RecordBatch) -> Result<EncodedFile> {
    let mut encoder = ParquetEncoder::try_new(table, batch.schema(), &EncoderOptions::default())?;
    encoder.write(batch)?;
    encoder.finish()
}

/// `chr20-000060343-1a2b3c4d`: where the file begins, for people, and a part that no other has.
fn file_name(file: &EncodedFile) -> String {
    let stats = &file.stats;
    let chrom = stats.min_chrom.as_deref().unwrap_or("rows");
    let plain = |c: char| {
        if c.is_ascii_alphanumeric() || "._-".contains(c) {
            c
        } else {
            '_'
        }
    };
    let chrom: String = chrom.chars().map(plain).collect();
    format!(
        "{chrom}-{:09}-{}",
        stats.min_pos.unwrap_or_default(),
        short_id()
    )
}

pub(crate) fn short_id() -> String {
    let id = uuid::Uuid::new_v4().simple().to_string();
    id.chars().take(12).collect()
}

/// Waits a little longer each time, and not equally long in every process.
pub(crate) async fn pause(attempt: usize) {
    let jitter = u64::from(uuid::Uuid::new_v4().as_bytes()[0]) % 16;
    let steps = u64::try_from(attempt.min(8)).unwrap_or(8);
    let millis = (steps + 1) * 4 + jitter;
    tokio::time::sleep(std::time::Duration::from_millis(millis)).await;
}

impl Lake {
    /// The latest state of a table.
    pub(crate) async fn latest(&self, table: TableName) -> Result<TableState> {
        let state = log::latest(self.raw_store().as_ref(), table).await?;
        state.ok_or_else(|| Error::NoLake {
            uri: self.uri().to_owned(),
        })
    }
}
