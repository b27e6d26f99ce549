//! Where is a report put? In a folder, or in object storage, to which a folder's files are sent
//! when all of them are written.

use std::path::{Path, PathBuf};

use kohort_lake::{Output, StorageOptions};
use kohort_report::Existing;
use tempfile::TempDir;

use crate::error::{Failure, Result};

/// The object by which a report is known.
const RECORD: &str = "report.json";

/// Folders of a report, in which an older one may have had other files.
const PARTS: [&str; 3] = ["tables", "figures", "sql"];

/// The place of a report.
pub(super) enum Target {
    /// A folder of this machine.
    Folder(PathBuf),
    /// Objects below a URL, collected in a folder first.
    Objects {
        output: Output,
        temporary: TempDir,
        folder: PathBuf,
        existing: Existing,
    },
}

impl Target {
    /// The place that was asked for.
    pub(super) async fn of(
        out: &Path,
        storage: &StorageOptions,
        existing: Existing,
    ) -> Result<Self> {
        let text = out.to_string_lossy();
        if !Output::is_url(&text) {
            let path = text.strip_prefix("file://").map(PathBuf::from);
            return Ok(Self::Folder(path.unwrap_or_else(|| out.to_path_buf())));
        }
        let output = Output::at(&text, storage)?;
        if output.has_any_below().await? {
            let name = output.name();
            match existing {
                Existing::Refuse => {
                    let failure = Failure::failed(format!("`{name}` holds objects already"));
                    return Err(failure.with_hint("--force replaces an older report"));
                }
                Existing::Replace if !output.below(RECORD).exists().await? => {
                    let message = format!("`{name}` holds objects, and no report");
                    return Err(Failure::failed(message).with_hint("choose another place"));
                }
                Existing::Replace => {}
            }
        }
        let temporary = tempfile::tempdir()
            .map_err(|error| Failure::caused("cannot make a temporary folder", &error))?;
        Ok(Self::Objects {
            output,
            folder: temporary.path().join("report"),
            temporary,
            existing,
        })
    }

    /// The folder that is written to.
    pub(super) fn folder(&self) -> &Path {
        match self {
            Self::Folder(folder) | Self::Objects { folder, .. } => folder,
        }
    }

    /// Sends what was written, the page last: with it, the report is there.
    pub(super) async fn send(self) -> Result {
        let Self::Objects {
            output,
            temporary,
            folder,
            existing,
        } = self
        else {
            return Ok(());
        };
        let mut names = Vec::new();
        collect(&folder, "", &mut names)
            .map_err(|error| Failure::caused("cannot read the report", &error))?;
        names.sort_by_key(|name| name == kohort_report::PAGE);
        for name in &names {
            output.below(name).put_file(&folder.join(name)).await?;
        }
        if existing == Existing::Replace {
            for part in PARTS {
                let inside = |name: &String| {
                    name.strip_prefix(part)?
                        .strip_prefix('/')
                        .map(str::to_owned)
                };
                let kept: Vec<String> = names.iter().filter_map(inside).collect();
                output.below(part).keep_only(&kept).await?;
            }
        }
        drop(temporary);
        Ok(())
    }
}

/// The files of a folder, with `/` between folders.
fn collect(folder: &Path, before: &str, names: &mut Vec<String>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = format!("{before}{}", entry.file_name().to_string_lossy());
        match entry.file_type()?.is_dir() {
            true => collect(&entry.path(), &format!("{name}/"), names)?,
            false => names.push(name),
        }
    }
    Ok(())
}
