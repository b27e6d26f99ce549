//! Where do rows go that are set aside?

use std::fs::File;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use arrow::array::RecordBatch;
use kohort_lake::{Lake, LoadMode, TableLoad};
use kohort_registry::set_aside_schema;

use crate::Error;
use crate::load::{Aside, LoadRequest, OnBadRow};

/// A place for rows that are set aside, open for writing.
pub(super) enum Place {
    /// There is none: no row may be bad.
    None,
    /// A table, begun when it has rows.
    Table(Box<TableLoad>),
    /// A file that has another name until it is whole.
    File(Box<PendingFile>),
}

/// A file that appears when it is whole.
pub(super) struct PendingFile {
    path: PathBuf,
    pending: tempfile::NamedTempFile,
    writer: arrow::csv::Writer<File>,
}

/// Checks that rows that are set aside would take the place of nothing.
pub(super) fn check(request: &LoadRequest) -> Result<(), Error> {
    match &request.on_bad_row {
        OnBadRow::SetAside(Aside::Table(table)) if *table == request.table => {
            Err(Error::AsideIsTarget {
                table: table.to_string(),
            })
        }
        OnBadRow::SetAside(Aside::File(path)) if path.symlink_metadata().is_ok() => {
            Err(Error::AsideExists {
                path: path.display().to_string(),
            })
        }
        _ => Ok(()),
    }
}

impl Place {
    /// Opens the place.
    pub(super) async fn open(
        lake: &Lake,
        on_bad_row: &OnBadRow,
        mode: &LoadMode,
        n_bad: u64,
    ) -> Result<Self, Error> {
        let OnBadRow::SetAside(aside) = on_bad_row else {
            return Ok(Self::None);
        };
        match aside {
            // Rows of before go with those of the table that they were set aside from.
            Aside::Table(table) => {
                let aside_mode = match mode {
                    LoadMode::Replace => LoadMode::Replace,
                    _ => LoadMode::Append,
                };
                let snapshot = lake.snapshot(None).await?;
                let existing = snapshot.loaded_schema(table).await?;
                let schema = set_aside_schema();
                let is_other = existing.as_ref().is_some_and(|existing| {
                    let names = |s: &arrow::datatypes::Schema| -> Vec<String> {
                        s.fields().iter().map(|f| f.name().clone()).collect()
                    };
                    names(existing) != names(&schema)
                });
                if is_other {
                    return Err(Error::AsideTaken {
                        table: table.to_string(),
                    });
                }
                if n_bad == 0 && (existing.is_none() || aside_mode == LoadMode::Append) {
                    return Ok(Self::None);
                }
                let load = lake.begin_load(table, aside_mode, &schema).await?;
                Ok(Self::Table(Box::new(load)))
            }
            Aside::File(_) if n_bad == 0 => Ok(Self::None),
            Aside::File(path) => Ok(Self::File(Box::new(PendingFile::create(path)?))),
        }
    }

    pub(super) async fn write(&mut self, batch: &RecordBatch) -> Result<(), Error> {
        match self {
            Self::None => {}
            Self::Table(load) => load.write(batch).await?,
            Self::File(file) => file.writer.write(batch)?,
        }
        Ok(())
    }
}

impl PendingFile {
    fn create(path: &Path) -> Result<Self, Error> {
        let failed = |source| Error::Io {
            path: path.display().to_string(),
            action: "writing",
            source,
        };
        let folder = path.parent().filter(|p| !p.as_os_str().is_empty());
        let pending = tempfile::Builder::new()
            .prefix(".kohort-aside-")
            .tempfile_in(folder.unwrap_or(Path::new(".")))
            .map_err(failed)?;
        let file = pending.reopen().map_err(failed)?;
        Ok(Self {
            path: path.to_owned(),
            pending,
            writer: arrow::csv::Writer::new(file),
        })
    }

    /// Gives the file its name, unless another has got it meanwhile.
    pub(super) fn finish(self) -> Result<(), Error> {
        drop(self.writer);
        let path = self.path.display().to_string();
        let persisted = self.pending.persist_noclobber(&self.path);
        persisted.map(|_| ()).map_err(|error| {
            let source = error.error;
            match source.kind() {
                ErrorKind::AlreadyExists => Error::AsideExists { path },
                _ => Error::Io {
                    path,
                    action: "writing",
                    source,
                },
            }
        })
    }
}
