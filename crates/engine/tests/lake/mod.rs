//! A lake made of VCF text, and its answers as text.

#![allow(dead_code, reason = "every test binary uses its own part")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::sync::Arc;

use arrow::util::display::{ArrayFormatter, FormatOptions};
use datafusion::common::Result;
use datafusion::execution::SendableRecordBatchStream;
use futures::StreamExt;
use kohort_engine::{Outcome, Session, SessionOptions};
use kohort_ingest::{AbsentPolicy, IngestRequest, Input, NoProgress, OnDuplicates, ingest};
use kohort_lake::{Lake, StorageOptions};
use tempfile::TempDir;

/// A lake in a folder that goes away with it.
pub(crate) struct TestLake {
    pub(crate) lake: Lake,
    folder: TempDir,
}

impl TestLake {
    pub(crate) async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let uri = folder.path().join("lake");
        let lake = Lake::create(uri.to_str().unwrap(), &StorageOptions::default())
            .await
            .unwrap();
        Self { lake, folder }
    }

    /// Ingests records (`chrom pos ref alt GT…`, parted by blanks) of these samples
    /// (`id:karyotype`).
    pub(crate) async fn callset(
        &self,
        name: &str,
        samples: &[&str],
        records: &[&str],
        absent: AbsentPolicy,
    ) {
        let ids: Vec<&str> = samples
            .iter()
            .map(|s| s.split(':').next().unwrap())
            .collect();
        let mut vcf = String::from(
            "##fileformat=VCFv4.3\n##contig=<ID=chr1,length=248956422>\n\
             ##contig=<ID=chrX,length=156040895>\n##contig=<ID=chrY,length=57227415>\n\
             ##FORMAT=<ID=GT,Number=1,Type=String,Description=\"Genotype\">\n\
             ##FORMAT=<ID=GQ,Number=1,Type=Integer,Description=\"Quality\">\n\
             ##FORMAT=<ID=DP,Number=1,Type=Integer,Description=\"Depth\">\n\
             ##FORMAT=<ID=AD,Number=R,Type=Integer,Description=\"Depths\">\n\
             #CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT",
        );
        vcf.extend(ids.iter().map(|id| format!("\t{id}")));
        for record in records {
            let fields: Vec<&str> = record.split_whitespace().collect();
            let [chrom, pos, reference, alt, calls @ ..] = fields.as_slice() else {
                panic!()
            };
            let format = ["GT", "GT:GQ", "GT:GQ:DP", "GT:GQ:DP:AD"][calls[0].matches(':').count()];
            vcf.push_str(&format!(
                "\n{chrom}\t{pos}\t.\t{reference}\t{alt}\t.\tPASS\t.\t{format}"
            ));
            vcf.extend(calls.iter().map(|call| format!("\t{call}")));
        }
        vcf.push('\n');
        let tsv = self.folder.path().join(format!("{name}.tsv"));
        let mut table = String::from("sample_id\tsex_karyotype\tregion\n");
        for sample in samples {
            let parts: Vec<&str> = sample.split(':').collect();
            let region = parts.get(2).copied().unwrap_or("north");
            table.push_str(&format!(
                "{}\t{}\t{region}\n",
                parts[0],
                parts.get(1).unwrap_or(&"XX")
            ));
        }
        std::fs::write(&tsv, table).unwrap();
        self.vcf(name, vcf, Some(tsv), absent).await;
    }

    /// Ingests a text as it is.
    pub(crate) async fn vcf(
        &self,
        name: &str,
        vcf: String,
        samples: Option<std::path::PathBuf>,
        absent: AbsentPolicy,
    ) {
        let size = Some(vcf.len() as u64);
        let reader = Box::new(std::io::Cursor::new(vcf.into_bytes()));
        let request = IngestRequest {
            inputs: vec![Input::Reader {
                name: format!("{name}.vcf"),
                reader,
                size,
            }],
            callset: name.to_string(),
            samples,
            absent,
            // Callsets of these tests may have samples of the same names.
            on_duplicates: OnDuplicates::Allow,
            ..IngestRequest::default()
        };
        ingest(&self.lake, request, Arc::new(NoProgress))
            .await
            .unwrap();
    }

    pub(crate) async fn session(&self) -> Session {
        let options = SessionOptions {
            threads: Some(2),
            ..SessionOptions::default()
        };
        Session::open(&self.lake, options).await.unwrap()
    }
}

/// The last statement's rows, cells parted by `|`.
pub(crate) async fn rows(session: &Session, sql: &str) -> Vec<String> {
    let mut outcomes = session
        .execute(sql)
        .await
        .unwrap_or_else(|e| panic!("{sql}: {e}"));
    let Some(Outcome::Rows { stream, .. }) = outcomes.pop() else {
        panic!("no rows: {sql}")
    };
    texts(stream).await.unwrap_or_else(|e| panic!("{sql}: {e}"))
}

/// Rows as text, cells parted by `|`.
pub(crate) async fn texts(mut stream: SendableRecordBatchStream) -> Result<Vec<String>> {
    let mut lines = Vec::new();
    while let Some(batch) = stream.next().await {
        let batch = batch?;
        let options = FormatOptions::default().with_null("NULL");
        let columns: Vec<_> = batch
            .columns()
            .iter()
            .map(|column| ArrayFormatter::try_new(column.as_ref(), &options).unwrap())
            .collect();
        for row in 0..batch.num_rows() {
            let cells: Vec<String> = columns.iter().map(|c| c.value(row).to_string()).collect();
            lines.push(cells.join("|"));
        }
    }
    Ok(lines)
}

/// The error and hint of a text that must fail.
pub(crate) async fn failure(session: &Session, sql: &str) -> (String, String) {
    match session.execute(sql).await {
        Err(error) => (error.to_string(), error.hint().unwrap_or_default()),
        Ok(outcomes) => {
            for outcome in outcomes {
                let Outcome::Rows { mut stream, .. } = outcome else {
                    continue;
                };
                while let Some(batch) = stream.next().await {
                    if let Err(error) = batch {
                        let error = kohort_engine::Error::from(error);
                        return (error.to_string(), error.hint().unwrap_or_default());
                    }
                }
            }
            panic!("{sql}: expected an error")
        }
    }
}
