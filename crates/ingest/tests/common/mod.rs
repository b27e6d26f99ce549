//! A lake in a temporary folder, and what tests do with it.
#![allow(dead_code, reason = "each test file uses a part of it")]

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::compute::concat_batches;
use arrow::datatypes::{Int32Type, Int64Type};
use kohort_ingest::{
    Error, ExportRequest, ExportSummary, IngestRequest, IngestSummary, Input, NoProgress,
};
use kohort_lake::{Lake, StorageOptions};
use kohort_schema::TableName;
use object_store::ObjectStoreExt;
use object_store::path::Path;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use std::io::Write;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use tokio::runtime::Runtime;

pub(crate) struct TestLake {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) runtime: Runtime,
    pub(crate) lake: Lake,
}

/// Collects what an export writes.
#[derive(Clone, Default)]
pub(crate) struct Sink(Arc<Mutex<Vec<u8>>>);

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl TestLake {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let runtime = Runtime::new().unwrap();
        let uri = folder.path().join("lake").display().to_string();
        let lake = runtime
            .block_on(Lake::create(&uri, &StorageOptions::new()))
            .unwrap();
        Self {
            folder,
            runtime,
            lake,
        }
    }

    pub(crate) fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    pub(crate) fn try_ingest(&self, request: IngestRequest) -> Result<IngestSummary, Error> {
        self.runtime.block_on(kohort_ingest::ingest(
            &self.lake,
            request,
            Arc::new(NoProgress),
        ))
    }

    /// Ingests one text as callset `c`.
    pub(crate) fn ingest(&self, text: &str) -> IngestSummary {
        self.try_ingest(request(&[text])).unwrap()
    }

    pub(crate) fn export(&self, request: ExportRequest) -> (String, ExportSummary) {
        let sink = Sink::default();
        let output = Box::new(sink.clone());
        let summary = self
            .runtime
            .block_on(kohort_ingest::export(
                &self.lake,
                request,
                output,
                Arc::new(NoProgress),
            ))
            .unwrap();
        let bytes = sink.0.lock().unwrap().clone();
        (String::from_utf8(bytes).unwrap(), summary)
    }

    /// The data lines of callset `c`, exported.
    pub(crate) fn lines(&self) -> Vec<String> {
        let (text, _) = self.export(ExportRequest {
            callset: "c".into(),
            ..Default::default()
        });
        text.lines()
            .filter(|l| !l.starts_with('#'))
            .map(str::to_owned)
            .collect()
    }

    pub(crate) fn callsets(&self) -> Vec<String> {
        let snapshot = self.runtime.block_on(self.lake.snapshot(None)).unwrap();
        snapshot
            .callsets()
            .iter()
            .map(|c| c.callset.clone())
            .collect()
    }

    pub(crate) fn policies(&self) -> String {
        let snapshot = self.runtime.block_on(self.lake.snapshot(None)).unwrap();
        snapshot.callset("c").unwrap().policies.clone()
    }

    /// All rows of a table of the visible callsets, in file order.
    pub(crate) fn rows(&self, table: TableName) -> RecordBatch {
        self.runtime.block_on(async {
            let snapshot = self.lake.snapshot(None).await.unwrap();
            let mut batches = Vec::new();
            for file in snapshot.files(table).await.unwrap().iter() {
                let path = Path::from(file.path.as_str());
                let bytes = self
                    .lake
                    .store()
                    .get(&path)
                    .await
                    .unwrap()
                    .bytes()
                    .await
                    .unwrap();
                let reader = ParquetRecordBatchReaderBuilder::try_new(bytes).unwrap();
                batches.extend(reader.build().unwrap().map(Result::unwrap));
            }
            concat_batches(&batches[0].schema(), &batches).unwrap()
        })
    }

    /// Columns of `callset_variants` as text, one line per row.
    pub(crate) fn variants(&self, columns: &[&str]) -> Vec<String> {
        let rows = self.rows(TableName::CallsetVariants);
        let row = |i| {
            columns
                .iter()
                .map(|c| value(column(&rows, c), i))
                .collect::<Vec<_>>()
        };
        (0..rows.num_rows()).map(|i| row(i).join(" ")).collect()
    }
}

pub(crate) fn column<'a>(rows: &'a RecordBatch, name: &str) -> &'a ArrayRef {
    match name.strip_prefix("info.") {
        Some(field) => rows
            .column_by_name("info")
            .unwrap()
            .as_struct()
            .column_by_name(field)
            .unwrap(),
        None => rows.column_by_name(name).unwrap(),
    }
}

pub(crate) fn value(column: &ArrayRef, row: usize) -> String {
    if column.is_null(row) {
        return "NULL".into();
    }
    if let Some(c) = column.as_primitive_opt::<Int64Type>() {
        return c.value(row).to_string();
    }
    if let Some(c) = column.as_primitive_opt::<Int32Type>() {
        return c.value(row).to_string();
    }
    if let Some(c) = column.as_string_opt::<i32>() {
        return c.value(row).to_owned();
    }
    arrow::util::display::array_value_to_string(column, row).unwrap()
}

/// A request for callset `c` from texts.
pub(crate) fn request(texts: &[&str]) -> IngestRequest {
    let input = |(i, text): (usize, &&str)| Input::Reader {
        name: format!("{i}.vcf"),
        reader: Box::new(std::io::Cursor::new(text.as_bytes().to_vec())),
        size: None,
    };
    IngestRequest {
        inputs: texts.iter().enumerate().map(input).collect(),
        callset: "c".into(),
        threads: std::num::NonZeroUsize::new(2),
        ..IngestRequest::default()
    }
}

/// A VCF: contigs, declarations, samples and data lines with spaces for tabs.
pub(crate) fn vcf(meta: &[&str], samples: &[&str], lines: &[&str]) -> String {
    let mut text = String::from("##fileformat=VCFv4.3\n");
    for line in meta {
        text.push_str(line);
        text.push('\n');
    }
    text.push_str("#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO");
    if !samples.is_empty() {
        text.push_str("\tFORMAT");
        for sample in samples {
            text.push('\t');
            text.push_str(sample);
        }
    }
    text.push('\n');
    for line in lines {
        text.push_str(&line.replace(' ', "\t"));
        text.push('\n');
    }
    text
}

pub(crate) const GT: &str = "##FORMAT=<ID=GT,Number=1,Type=String,Description=\"x\">";
pub(crate) const CHR20: &str = "##contig=<ID=20,length=64444167>";
pub(crate) const CHRX: &str = "##contig=<ID=chrX,length=156040895>";
pub(crate) const CHRY: &str = "##contig=<ID=chrY,length=57227415>";
