//! Which files does a name mean?

use std::path::{Path, PathBuf};

use datafusion::common::{Result, plan_err};

use crate::{Blame, Error};

/// How files are read, by the ending of their name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Fields with a separator.
    Delimited,
    /// JSON, of whatever standard.
    Json,
    /// A workbook.
    Workbook,
    /// Apache Parquet.
    Parquet,
}

impl Kind {
    /// By the ending of a name; one more for gzip is left out.
    pub(super) fn of(name: &str) -> Option<Self> {
        let plain = name.strip_suffix(".gz").unwrap_or(name);
        let (stem, ending) = plain.rsplit_once('.')?;
        if stem.is_empty() || stem.ends_with('/') {
            return None;
        }
        Self::of_word(&ending.to_ascii_lowercase())
    }

    /// By a word: an ending, or what a statement calls a format.
    pub(super) fn of_word(word: &str) -> Option<Self> {
        Some(match word {
            "csv" | "tsv" | "tab" => Self::Delimited,
            "json" | "ndjson" | "jsonl" => Self::Json,
            "xlsx" | "xlsm" => Self::Workbook,
            "parquet" => Self::Parquet,
            _ => return None,
        })
    }
}

/// Why a name is that of a file that is not read; `None` where it is that of no file.
pub(super) fn unread(name: &str) -> Option<Error> {
    let (what, advice) = kohort_registry::unread_format(name)?;
    Path::new(name).exists().then(|| Error::Query {
        message: format!("{name}: is {what}, which is not read"),
        blame: Blame::Data,
        hint: Some(advice.to_owned()),
    })
}

/// The files of a path, a pattern, or a folder, in the order of their names. Of a folder, at any
/// depth, those that are read in this way; hidden ones are not.
pub(super) fn expand(path: &str, kind: Kind) -> Result<Vec<PathBuf>> {
    let whole = Path::new(path);
    if whole.is_dir() {
        let mut found = Vec::new();
        of_folder(whole, kind, &mut found).map_err(datafusion::error::DataFusionError::from)?;
        found.sort();
        return Ok(found);
    }
    // A file may have the signs of a pattern in its own name.
    if whole.exists() || !path.contains(['*', '?', '[']) {
        return Ok(vec![whole.to_owned()]);
    }
    let Ok(matched) = glob::glob(path) else {
        return plan_err!("`{path}` is no pattern of files");
    };
    let mut found: Vec<PathBuf> = matched.flatten().filter(|path| path.is_file()).collect();
    found.sort();
    Ok(found)
}

fn of_folder(folder: &Path, kind: Kind, found: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if name.starts_with(['.', '_']) {
            continue;
        }
        if path.is_dir() {
            of_folder(&path, kind, found)?;
        } else if Kind::of(&name) == Some(kind) {
            found.push(path);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endings_tell_how_a_file_is_read() {
        for (name, kind) in [
            ("a.csv", Some(Kind::Delimited)),
            ("a/B.TSV.gz", Some(Kind::Delimited)),
            ("a.ndjson.gz", Some(Kind::Json)),
            ("a.xlsx", Some(Kind::Workbook)),
            ("a*.parquet", Some(Kind::Parquet)),
            ("a", None),
            (".csv", None),
            ("a.sav", None),
        ] {
            assert_eq!(Kind::of(name), kind, "{name}");
        }
    }
}
