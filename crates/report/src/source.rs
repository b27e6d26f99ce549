//! Where does a report come from? From the binary, or from a folder.

use std::collections::BTreeMap;
use std::path::Path;

use crate::{Definition, Error, Language, template};

include!(concat!(env!("OUT_DIR"), "/shipped.rs"));

/// The file that makes a folder a report.
const DEFINITION: &str = "report.toml";

/// A report that can be made: its definition, and its queries.
#[derive(Clone, Debug)]
pub struct Report {
    /// Its name, that of its folder.
    pub name: String,
    /// What it consists of.
    pub definition: Definition,
    /// The text of each query file.
    pub(crate) queries: BTreeMap<String, String>,
}

impl Report {
    /// The reports in the binary: name and title.
    pub fn shipped(language: Language) -> Vec<(String, String)> {
        SHIPPED
            .iter()
            .filter_map(|(name, _)| {
                let report = Self::from_binary(name)?.ok()?;
                let title = report.definition.title.of(language);
                Some((report.name, template::elided(title)))
            })
            .collect()
    }

    /// A report by its name, or from a folder.
    ///
    /// # Errors
    /// Neither is there, or the definition is wrong.
    pub fn open(name_or_path: &str) -> Result<Self, Error> {
        if let Some(report) = Self::from_binary(name_or_path) {
            return report;
        }
        let path = Path::new(name_or_path);
        match path.is_dir() {
            true => Self::from_folder(path),
            false => Err(Error::NoReport {
                name: name_or_path.to_owned(),
                shipped: SHIPPED.iter().map(|(name, _)| (*name).to_owned()).collect(),
            }),
        }
    }

    /// The texts of its queries, as they are written.
    pub fn query_texts(&self) -> impl Iterator<Item = &str> {
        self.queries.values().map(String::as_str)
    }

    fn from_binary(name: &str) -> Option<Result<Self, Error>> {
        let (name, files) = SHIPPED.iter().find(|(known, _)| *known == name)?;
        let text = files.iter().find(|(file, _)| *file == DEFINITION)?.1;
        Some(Self::new(name, text, |file| {
            let found = files.iter().find(|(known, _)| *known == file);
            let missing = || std::io::Error::from(std::io::ErrorKind::NotFound);
            found
                .map(|(_, text)| (*text).to_owned())
                .ok_or_else(|| Error::Unreadable {
                    path: file.into(),
                    source: missing(),
                })
        }))
    }

    /// A report from a folder.
    ///
    /// # Errors
    /// A file cannot be read, or the definition is wrong.
    pub fn from_folder(folder: &Path) -> Result<Self, Error> {
        let read = |file: &str| {
            let path = folder.join(file);
            std::fs::read_to_string(&path).map_err(|source| Error::Unreadable { path, source })
        };
        let full = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
        let name = full
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        Self::new(&name, &read(DEFINITION)?, read)
    }

    fn new(
        name: &str,
        text: &str,
        read: impl Fn(&str) -> Result<String, Error>,
    ) -> Result<Self, Error> {
        let definition = Definition::parse(text)?;
        let mut queries = BTreeMap::new();
        let tables = definition
            .tables()
            .map(|table| (&table.query, table.id.as_str()));
        let lookups = definition
            .lookups
            .iter()
            .map(|l| (&l.query, l.name.as_str()));
        let known = definition.parameters.iter();
        let known = known.filter_map(|p| Some((p.known.as_ref()?, p.name.as_str())));
        for (file, place) in tables.chain(lookups).chain(known) {
            let is_inside = !file.contains("..") && !Path::new(file).is_absolute();
            if !is_inside {
                let message = format!("`{file}`: expected a file in the report's folder");
                return Err(Error::definition(place, message));
            }
            queries.insert(file.clone(), read(file)?);
        }
        Ok(Self {
            name: name.to_owned(),
            definition,
            queries,
        })
    }
}
