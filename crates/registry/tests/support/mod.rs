//! What tests of files share.

#![allow(dead_code, reason = "not every test file uses all of it")]

use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, StringArray};
use arrow::compute::concat_batches;
use chrono::NaiveDate;
use kohort_registry::personal::PseudonymKey;
use kohort_registry::{Counts, FileSource, Load, LoadOptions, Piece, Source};

/// A load that was read to its end.
pub(crate) struct Loaded {
    pub(crate) load: Load,
    pub(crate) rows: RecordBatch,
    pub(crate) set_aside: Option<RecordBatch>,
    pub(crate) counts: Counts,
}

pub(crate) fn options() -> LoadOptions {
    LoadOptions::new(NaiveDate::from_ymd_opt(2026, 1, 31).unwrap())
}

pub(crate) fn key() -> PseudonymKey {
    PseudonymKey::new(b"a key for tests, of more than 32 bytes").unwrap()
}

/// A file of `datasets/registry`.
pub(crate) fn dataset(name: &str) -> Arc<dyn Source> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../datasets/registry");
    Arc::new(FileSource::new(folder.join(name)))
}

/// A file of these bytes, in a folder that lives as long as the first value.
pub(crate) fn file(name: &str, bytes: &[u8]) -> (tempfile::TempDir, Arc<dyn Source>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    (folder, Arc::new(FileSource::new(path)))
}

/// Examines and reads files.
pub(crate) fn read(sources: &[Arc<dyn Source>], options: LoadOptions) -> Loaded {
    let load = Load::examine(sources, options).unwrap();
    let (mut rows, mut set_aside) = (Vec::new(), Vec::new());
    let counts = load
        .read(&mut |piece| {
            match piece {
                Piece::Rows(piece) => {
                    assert_eq!(piece.batch.num_rows(), piece.lines.len());
                    rows.push(piece.batch);
                }
                Piece::SetAside(batch) => set_aside.push(batch),
            }
            Ok(())
        })
        .unwrap();
    let rows = concat_batches(load.schema(), &rows).unwrap();
    assert_eq!(counts.n_read, load.n_read());
    assert_eq!(counts.n_set_aside, load.bad_rows().n);
    assert_eq!(counts.n_kept, rows.num_rows() as u64);
    let schema = kohort_registry::set_aside_schema();
    let set_aside = (!set_aside.is_empty()).then(|| concat_batches(&schema, &set_aside).unwrap());
    Loaded {
        load,
        rows,
        set_aside,
        counts,
    }
}

/// The same, where no row may be bad.
pub(crate) fn load(sources: &[Arc<dyn Source>], options: LoadOptions) -> Loaded {
    let loaded = read(sources, options);
    assert_eq!(loaded.load.bad_rows().first, []);
    loaded
}

/// A file or folder of `datasets/registry` or of the shared data; says loudly where it is in
/// neither.
pub(crate) fn shared(path: &str) -> Option<PathBuf> {
    let shipped = kohort_workbench::shipped("registry").join(path);
    if shipped.exists() {
        return Some(shipped);
    }
    kohort_workbench::shared(&format!("data/registry/{path}"))
}

/// Writes rows with a column `pnr` of these texts before them.
pub(crate) fn write_parquet(path: &Path, rows: &RecordBatch, texts: &[&str]) {
    let ids = (0..rows.num_rows()).map(|i| texts.get(i).copied());
    let ids: ArrayRef = Arc::new(ids.collect::<StringArray>());
    let mut columns: Vec<(String, ArrayRef, bool)> = vec![("pnr".to_owned(), ids, true)];
    for (field, column) in rows.schema().fields().iter().zip(rows.columns()) {
        columns.push((field.name().clone(), Arc::clone(column), true));
    }
    write_batch(
        path,
        &RecordBatch::try_from_iter_with_nullable(columns).unwrap(),
    );
}

/// Writes rows as they are.
pub(crate) fn write_batch(path: &Path, batch: &RecordBatch) {
    let file = std::fs::File::create(path).unwrap();
    let mut writer = parquet::arrow::ArrowWriter::try_new(file, batch.schema(), None).unwrap();
    writer.write(batch).unwrap();
    writer.close().unwrap();
}
