//! `kohort samples update`: what is known about the samples changes, the genotypes stay.
//!
//! Stored counts depend on karyotypes on X and Y: where a karyotype changes, the rows of these two
//! contigs are counted again, by the same kernel and from the same packed genotypes as at ingest.

use crate::encode::{FileSink, TableWriter};
use crate::people::People;
use crate::rows::{COUNTS, stored};
use crate::{Error, Progress, Stage, report};
use arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, Float64Array, Int64Array, RecordBatch,
    RecordBatchOptions,
};
use arrow::compute::kernels::zip::zip;
use arrow::datatypes::{DataType, Field, Schema};
use kohort_genome::SexKaryotype;
use kohort_genotype::{Cohort, CountRules, Counter, GenotypeCounts, SampleBlock, SampleDirectory};
use kohort_lake::{Callset, DataFile, EncodedFile, Lake, Sample, SampleRows, SampleUpdate};
use kohort_schema::TableName;
use object_store::ObjectStoreExt;
use object_store::path::Path;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::Arc;

/// The columns of `samples` that are Kohort's own.
const DECLARED: [&str; 6] = [
    "callset",
    "block",
    "sample_index",
    "sample_id",
    "person_id",
    "sex_karyotype",
];

/// One update of samples.
#[derive(Debug, Clone, Default)]
pub struct SamplesRequest {
    /// A sample file, as for an ingest.
    pub file: PathBuf,
    /// The callset; all callsets that have samples of the file when absent.
    pub callset: Option<String>,
    /// Worker threads; all cores when absent.
    pub threads: Option<NonZeroUsize>,
}

/// What an update of samples did.
#[derive(Debug, Clone, Default)]
pub struct SamplesSummary {
    /// Callset by callset.
    pub callsets: Vec<UpdatedCallset>,
    /// What the user should know.
    pub warnings: Vec<String>,
}

/// What an update did to one callset.
#[derive(Debug, Clone, Default)]
pub struct UpdatedCallset {
    /// Its name.
    pub callset: String,
    /// Its samples.
    pub n_samples: u64,
    /// Samples that the file has a row for.
    pub n_updated: u64,
    /// Samples whose karyotype is another one now.
    pub n_karyotypes: u64,
    /// Rows on X and Y that were counted again.
    pub n_recounted: u64,
}

/// Updates the samples of one callset, or of all that the file names samples of.
pub(crate) async fn update(
    lake: &Lake,
    request: SamplesRequest,
    progress: Arc<dyn Progress>,
) -> Result<SamplesSummary, Error> {
    let name = request.file.display().to_string();
    let text = std::fs::read_to_string(&request.file).map_err(|source| Error::Io {
        path: name.clone(),
        action: "reading the sample file",
        source,
    })?;
    let snapshot = lake.snapshot(None).await?;
    let all = snapshot.samples().await?;
    let wanted: Vec<Callset> = match &request.callset {
        Some(wanted) => vec![crate::export::find(lake, &snapshot, wanted)?],
        None => snapshot.callsets().to_vec(),
    };
    let mut work = Vec::new();
    let mut ids = Vec::new();
    for callset in wanted {
        let of_callset = all.iter().filter(|s| s.callset_id == callset.callset_id);
        let samples: Vec<Sample> = of_callset.cloned().collect();
        let names: Vec<String> = samples.iter().map(|s| s.sample_id.clone()).collect();
        let people = People::parse(&name, &text, &names)?;
        ids.extend(names);
        if people.without_row.len() < samples.len() {
            work.push((callset, samples, people));
        }
    }
    if work.is_empty() {
        let unknown = People::parse(&name, &text, &[])?.unknown;
        return Err(Error::NobodyInSampleFile {
            path: name,
            in_file: report::listed(unknown.iter().map(String::as_str)),
            in_callset: report::listed(ids.iter().map(String::as_str)),
        });
    }
    let mut summary = SamplesSummary {
        warnings: warnings(&name, &work),
        ..SamplesSummary::default()
    };
    progress.stage(Stage::Writing);
    for (callset, samples, people) in work {
        let updated = update_one(lake, callset, samples, &people, request.threads).await?;
        summary.callsets.push(updated);
    }
    Ok(summary)
}

fn warnings(name: &str, work: &[(Callset, Vec<Sample>, People)]) -> Vec<String> {
    let mut warnings = Vec::new();
    for (callset, samples, people) in work {
        if !people.without_row.is_empty() {
            let names = people
                .without_row
                .iter()
                .map(|at| samples[*at].sample_id.as_str());
            warnings.push(format!(
                "{name}: of callset `{}`, {} no row in it: nothing changes for {}",
                callset.callset,
                match people.without_row.len() {
                    1 => "1 sample has".to_owned(),
                    n => format!("{n} samples have"),
                },
                report::listed(names)
            ));
        }
    }
    let mut unknown = work.iter().map(|(_, _, people)| &people.unknown);
    if let Some(first) = unknown.next() {
        let others: Vec<_> = unknown.collect();
        let nowhere = first
            .iter()
            .filter(|id| others.iter().all(|other| other.contains(id)));
        let nowhere: Vec<&str> = nowhere.map(String::as_str).collect();
        if !nowhere.is_empty() {
            warnings.push(format!(
                "{name}: {} in no callset that was updated: {}",
                match nowhere.len() {
                    1 => "1 row names a sample that is".to_owned(),
                    n => format!("{n} rows name samples that are"),
                },
                report::listed(nowhere.into_iter())
            ));
        }
    }
    warnings
}

async fn update_one(
    lake: &Lake,
    callset: Callset,
    before: Vec<Sample>,
    people: &People,
    threads: Option<NonZeroUsize>,
) -> Result<UpdatedCallset, Error> {
    let rows = lake.sample_rows(&callset).await?;
    let has_row = has_row(before.len(), people);
    let mut samples = before.clone();
    for (i, sample) in samples
        .iter_mut()
        .enumerate()
        .filter(|(i, _)| has_row.value(*i))
    {
        if people.has_karyotypes {
            sample.sex_karyotype = people.karyotypes[i];
        }
        if people.has_persons {
            sample.person_id.clone_from(&people.person_ids[i]);
        }
    }
    let changed = before.iter().zip(&samples);
    let changed = changed.filter(|(a, b)| a.sex_karyotype != b.sex_karyotype);
    let mut updated = UpdatedCallset {
        callset: callset.callset.clone(),
        n_samples: samples.len() as u64,
        n_updated: has_row.true_count() as u64,
        n_karyotypes: changed.count() as u64,
        n_recounted: 0,
    };
    let karyotypes: Vec<SexKaryotype> = samples.iter().map(|s| s.sex_karyotype).collect();
    let update = SampleUpdate {
        attributes: Some(attributes(&rows, people, &has_row)?).filter(|b| b.num_columns() > 0),
        base: rows.path,
        callset,
        samples,
    };
    let files = if updated.n_karyotypes > 0 {
        sex_files(lake, &update.callset).await?
    } else {
        Vec::new()
    };
    if files.is_empty() {
        lake.update_samples(&update).await?;
    } else {
        updated.n_recounted = recount(lake, &update, karyotypes, files, threads).await?;
    }
    Ok(updated)
}

/// Which samples the file has a row for.
fn has_row(n_samples: usize, people: &People) -> BooleanArray {
    let mut has_row = vec![true; n_samples];
    for &at in &people.without_row {
        has_row[at] = false;
    }
    BooleanArray::from(has_row)
}

/// The columns of the sample files: those of the file where it has the sample, others as they were.
fn attributes(
    rows: &SampleRows,
    people: &People,
    has_row: &BooleanArray,
) -> Result<RecordBatch, Error> {
    let mut fields: Vec<Field> = Vec::new();
    let mut columns: Vec<ArrayRef> = Vec::new();
    for (field, column) in rows.rows.schema().fields().iter().zip(rows.rows.columns()) {
        if DECLARED.contains(&field.name().as_str()) {
            continue;
        }
        let column = match people.attributes.column_by_name(field.name()) {
            Some(new) => joined(column, new, has_row)?,
            None => Arc::clone(column),
        };
        fields.push(Field::new(field.name(), column.data_type().clone(), true));
        columns.push(column);
    }
    let schema = people.attributes.schema();
    for (field, column) in schema.fields().iter().zip(people.attributes.columns()) {
        if rows.rows.column_by_name(field.name()).is_none() {
            fields.push(field.as_ref().clone());
            columns.push(Arc::clone(column));
        }
    }
    let options = RecordBatchOptions::new().with_row_count(Some(has_row.len()));
    let schema = Arc::new(Schema::new(fields));
    Ok(RecordBatch::try_new_with_options(
        schema, columns, &options,
    )?)
}

/// New values where the file has the sample; in the wider type of the two.
fn joined(old: &ArrayRef, new: &ArrayRef, has_row: &BooleanArray) -> Result<ArrayRef, Error> {
    let to = match (old.data_type(), new.data_type()) {
        (old, new) if old == new => old.clone(),
        // A column of the file that has no value at all is text to itself.
        (old, _) if new.null_count() == new.len() => old.clone(),
        (_, new) if old.null_count() == old.len() => new.clone(),
        (DataType::Int64 | DataType::Float64, DataType::Int64 | DataType::Float64) => {
            DataType::Float64
        }
        _ => DataType::Utf8,
    };
    let (old, new) = (
        arrow::compute::cast(old, &to)?,
        arrow::compute::cast(new, &to)?,
    );
    Ok(zip(has_row, &new, &old)?)
}

/// The callset's files whose counts depend on karyotypes.
async fn sex_files(lake: &Lake, callset: &Callset) -> Result<Vec<DataFile>, Error> {
    let snapshot = lake.snapshot(None).await?;
    let files = snapshot.files(TableName::CallsetVariants).await?;
    let depends = |file: &&DataFile| {
        let chrom = file.chrom.as_deref();
        file.callset_id == callset.callset_id && matches!(chrom, None | Some("chrX" | "chrY"))
    };
    Ok(files.iter().filter(depends).cloned().collect())
}

/// Writes the callset again with the files counted anew; gives the number of their rows.
async fn recount(
    lake: &Lake,
    update: &SampleUpdate,
    karyotypes: Vec<SexKaryotype>,
    files: Vec<DataFile>,
    threads: Option<NonZeroUsize>,
) -> Result<u64, Error> {
    let callset = &update.callset;
    let block = SampleBlock::new(callset.block, callset.base_sample_index, karyotypes);
    let directory = Arc::new(SampleDirectory::new(vec![block])?);
    let recount = lake.begin_recount(update).await?;
    let mut n_rows = 0;
    let mut counted = Vec::new();
    for file in files {
        let written = recounted_file(lake, &file, Arc::clone(&directory), threads).await;
        let put = match written {
            Ok((n, files)) => {
                n_rows += n;
                let mut put = Ok(());
                for file in files {
                    let done = recount
                        .writer
                        .put_file(TableName::CallsetVariants, file)
                        .await;
                    put = put.and(done.map(drop).map_err(Error::from));
                }
                put
            }
            Err(error) => Err(error),
        };
        if let Err(error) = put {
            if let Err(left) = recount.writer.abandon().await {
                tracing::warn!("{left}; `kohort lake vacuum` removes what is left");
            }
            return Err(error);
        }
        counted.push(file.path);
    }
    recount.commit(&counted).await?;
    Ok(n_rows)
}

/// Keeps files until they are put.
#[derive(Default)]
struct Kept(Vec<EncodedFile>);

impl FileSink for Kept {
    fn put(&mut self, _table: TableName, file: EncodedFile) -> Result<(), Error> {
        self.0.push(file);
        Ok(())
    }
}

async fn recounted_file(
    lake: &Lake,
    file: &DataFile,
    directory: Arc<SampleDirectory>,
    threads: Option<NonZeroUsize>,
) -> Result<(u64, Vec<EncodedFile>), Error> {
    let bytes = lake
        .store()
        .get(&Path::from(file.path.as_str()))
        .await?
        .bytes()
        .await?;
    let chrom = file.chrom.clone();
    let work = move || {
        let n_threads = threads.map_or(0, NonZeroUsize::get);
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(n_threads)
            .build();
        let pool = Arc::new(pool.map_err(|_| Error::WorkerLost)?);
        let everyone = Cohort::all(&directory);
        let mut counter = Counter::new(&directory, &everyone, CountRules::default());
        let builder = ParquetRecordBatchReaderBuilder::try_new(bytes)?;
        let table = TableName::CallsetVariants;
        let mut writer = TableWriter::new(table, Arc::clone(builder.schema()), pool)?;
        let (mut kept, mut n_rows) = (Kept::default(), 0);
        for batch in builder.build()? {
            let batch = recounted(&batch?, &mut counter)?;
            n_rows += batch.num_rows() as u64;
            let first = batch
                .column_by_name("chrom")
                .and_then(|c| c.as_string_opt::<i32>());
            let first = first
                .filter(|c| !c.is_empty())
                .map(|c| c.value(0).to_owned());
            let chrom = chrom.clone().or(first).unwrap_or_default();
            writer.write(&chrom, &batch, &mut kept)?;
        }
        writer.finish(&mut kept)?;
        Ok((n_rows, kept.0))
    };
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|_| Error::WorkerLost)?
}

/// The rows with their counts made again from their genotypes.
fn recounted(batch: &RecordBatch, counter: &mut Counter) -> Result<RecordBatch, Error> {
    let missing = Error::Schema {
        column: "genotypes",
    };
    let genotypes = batch
        .column_by_name("genotypes")
        .and_then(|c| c.as_binary_opt::<i32>());
    let genotypes = genotypes.ok_or(missing)?;
    let mut counts: Vec<Option<GenotypeCounts>> = Vec::with_capacity(batch.num_rows());
    for row in 0..batch.num_rows() {
        counts.push(match genotypes.is_valid(row) {
            true => Some(counter.count(genotypes.value(row))?),
            false => None,
        });
    }
    let column = |name: &str, old: &ArrayRef| -> ArrayRef {
        let floats = |value: fn(&GenotypeCounts) -> Option<f64>| -> ArrayRef {
            let values = counts.iter().map(|counts| counts.as_ref().and_then(value));
            Arc::new(values.collect::<Float64Array>())
        };
        match name {
            "af" => floats(GenotypeCounts::af),
            "call_rate" => floats(GenotypeCounts::call_rate),
            name => match COUNTS.iter().find(|(count, _)| *count == name) {
                Some((_, count)) => {
                    let values = counts.iter().map(|c| c.as_ref().map(|c| stored(count(c))));
                    Arc::new(values.collect::<Int64Array>())
                }
                None => Arc::clone(old),
            },
        }
    };
    let schema = batch.schema();
    let columns = schema.fields().iter().zip(batch.columns());
    let columns = columns
        .map(|(field, old)| column(field.name(), old))
        .collect();
    Ok(RecordBatch::try_new(schema, columns)?)
}
