//! Files as tables: `SELECT * FROM 'people.csv'`, where a session may read files.
//!
//! Files of text, JSON and workbooks are read as `kohort load` reads them, by the same code: types
//! over the whole file, any encoding and separator. They are the reader's own and nothing of them
//! is stored, so personal numbers stand as they are. Parquet is read by DataFusion.

mod external;
mod place;
mod rows;
mod spelling;

use std::collections::HashMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use datafusion::catalog::TableProvider;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::common::{Result, plan_err};
use datafusion::datasource::file_format::parquet::ParquetFormat;
use datafusion::datasource::listing::{
    ListingOptions, ListingTable, ListingTableConfig, ListingTableUrl,
};
use datafusion::error::DataFusionError;
use datafusion::execution::SessionState;
use datafusion::logical_expr::{DdlStatement, LogicalPlan};
use datafusion::prelude::SessionContext;
use kohort_registry::{FileSource, Load, LoadOptions, ORIGINAL_NAME_KEY, Source, Watch};

use crate::Error;
pub(super) use external::is_ours;
use place::Kind;

/// Files that stay examined: asking again of one that has not changed reads only its rows.
const MOST_EXAMINED: usize = 64;

/// What makes tables of files.
pub(crate) struct Files {
    /// The session, which holds this in turn.
    state: Box<dyn Fn() -> Option<SessionState> + Send + Sync>,
    examined: Mutex<HashMap<Key, Arc<Load>>>,
    /// Names of columns as files have them, and as SQL has them.
    spellings: Mutex<HashMap<String, String>>,
}

/// Files as they were when they were examined, and how they are read.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Key {
    files: Vec<(PathBuf, u64, Option<SystemTime>)>,
    options: String,
}

impl fmt::Debug for Files {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Files").finish_non_exhaustive()
    }
}

impl Files {
    pub(crate) fn of(context: &SessionContext) -> Self {
        let state = context.state_weak_ref();
        Self {
            state: Box::new(move || state.upgrade().map(|state| state.read().clone())),
            examined: Mutex::default(),
            spellings: Mutex::default(),
        }
    }

    /// The table of a file, where a name is that of one by its ending.
    pub(crate) async fn table(&self, name: &str) -> Result<Option<Arc<dyn TableProvider>>> {
        let Some(kind) = Kind::of(name) else {
            return match place::unread(name) {
                Some(error) => Err(external(error)),
                None => Ok(None),
            };
        };
        let is_pattern = name.contains(['*', '?', '[']);
        let path = name.strip_prefix("file://").unwrap_or(name);
        if !name.contains("://") && !is_pattern && !std::path::Path::new(path).exists() {
            return plan_err!("there is no file `{name}`");
        }
        if kind == Kind::Parquet {
            return self.parquet(name).await.map(Some);
        }
        if path.contains("://") {
            return plan_err!(
                "`{name}` is not on this machine: `kohort load` reads it into a lake"
            );
        }
        let paths = place::expand(path, kind)?;
        if paths.is_empty() {
            return plan_err!("there is no file `{name}`");
        }
        let load = self.examine(&paths, options()).await?;
        Ok(Some(rows::table(&load, None)?))
    }

    async fn parquet(&self, name: &str) -> Result<Arc<dyn TableProvider>> {
        let Some(state) = (self.state)() else {
            return plan_err!("the session is closed");
        };
        let ending = name.rsplit('.').next().unwrap_or("parquet");
        let options =
            ListingOptions::new(Arc::new(ParquetFormat::default())).with_file_extension(ending);
        let config = ListingTableConfig::new(ListingTableUrl::parse(name)?)
            .with_listing_options(options)
            .infer_schema(&state)
            .await?;
        Ok(Arc::new(ListingTable::try_new(config)?))
    }

    /// Examines files, unless they were and have not changed.
    async fn examine(&self, paths: &[PathBuf], options: LoadOptions) -> Result<Arc<Load>> {
        let files = paths.iter().map(|path| {
            let found = std::fs::metadata(path).ok();
            let size = found.as_ref().map_or(0, std::fs::Metadata::len);
            (path.clone(), size, found.and_then(|f| f.modified().ok()))
        });
        let key = Key {
            files: files.collect(),
            options: format!("{options:?}"),
        };
        let lock = || self.examined.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(load) = lock().get(&key) {
            return Ok(Arc::clone(load));
        }
        let sources: Vec<Arc<dyn Source>> = paths
            .iter()
            .map(|path| Arc::new(FileSource::new(path)) as Arc<dyn Source>)
            .collect();
        let examined = tokio::task::spawn_blocking(move || Load::examine(&sources, options)).await;
        let load = match examined {
            Ok(load) => Arc::new(load.map_err(|error| external(of_registry(&error)))?),
            Err(_) => return plan_err!("the files could not be read"),
        };
        if load.bad_rows().n > 0 {
            return Err(external(bad_rows(&load)));
        }
        self.learn(&load);
        let mut examined = lock();
        if examined.len() >= MOST_EXAMINED {
            examined.clear();
        }
        examined.insert(key, Arc::clone(&load));
        Ok(load)
    }

    /// Remembers what files call their columns.
    fn learn(&self, load: &Load) {
        let mut spellings = self
            .spellings
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        for field in load.schema().fields() {
            if let Some(original) = field.metadata().get(ORIGINAL_NAME_KEY) {
                spellings.insert(original.trim().to_lowercase(), field.name().clone());
                spellings.insert(original.clone(), field.name().clone());
            }
        }
    }

    /// The statement with a column's name in SQL in the place of what its file calls it, where that
    /// is why it cannot be planned.
    pub(crate) fn respelled(&self, sql: &str, error: &DataFusionError) -> Option<String> {
        let missing = spelling::missing_column(error)?;
        let spellings = self
            .spellings
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let name = spellings.get(&missing)?;
        spelling::respell(sql, &missing, name)
    }
}

/// How files are read that nobody says more of.
fn options() -> LoadOptions {
    let mut options = LoadOptions::new(chrono::Utc::now().date_naive());
    options.watch = Watch::Off;
    options
}

/// Hands an error of ours to DataFusion.
fn external(error: Error) -> DataFusionError {
    DataFusionError::External(Box::new(error))
}

/// An error of reading a file, with what can be done about it in SQL.
fn of_registry(error: &kohort_registry::Error) -> Error {
    let mut message = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(inner) = source {
        message.push_str(&format!(": {inner}"));
        source = inner.source();
    }
    Error::Query {
        message,
        blame: crate::Blame::Data,
        hint: error.hint().map(|hint| in_sql(&hint)),
    }
}

/// Rows that cannot be read, with their places.
fn bad_rows(load: &Load) -> Error {
    const SHOWN: usize = 5;
    let bad = load.bad_rows();
    let shown = bad.first.iter().take(SHOWN).map(ToString::to_string);
    let mut message = match bad.n {
        1 => "1 row cannot be read: ".to_owned(),
        n => format!("{n} rows cannot be read: "),
    };
    message.push_str(&shown.collect::<Vec<_>>().join("; "));
    if bad.n > SHOWN as u64 {
        message.push_str("; …");
    }
    let advice = bad.first.first().map(|row| in_sql(&row.advice));
    Error::Query {
        message,
        blame: crate::Blame::Data,
        hint: advice.filter(|advice| !advice.is_empty()),
    }
}

/// A hint of `kohort load` for SQL, where options are given to `CREATE EXTERNAL TABLE`.
fn in_sql(hint: &str) -> String {
    let mut text = String::new();
    for (i, part) in hint.split('`').enumerate() {
        let is_code = i % 2 == 1;
        match part.strip_prefix("--").filter(|_| is_code) {
            Some(option) => {
                let (name, value) = match option {
                    "no-header" => ("has_header", "false"),
                    _ => option.split_once(' ').unwrap_or((option, "…")),
                };
                text.push_str(&format!("OPTIONS ('{}' '{value}')", name.replace('-', "_")));
            }
            None if is_code => text.push_str(&format!("`{part}`")),
            None => text.push_str(part),
        }
    }
    match text.contains("OPTIONS (") {
        true => format!(
            "{text}; options belong to CREATE EXTERNAL TABLE name STORED AS CSV LOCATION 'file'"
        ),
        false => text,
    }
}

/// The plan, where it touches no files of the caller's choice, also within `EXPLAIN ANALYZE` or
/// `PREPARE`.
pub(crate) fn without_files(plan: LogicalPlan) -> Result<LogicalPlan, crate::Error> {
    let mut found = None;
    plan.apply_with_subqueries(|part| {
        found = found.or(match part {
            LogicalPlan::Ddl(DdlStatement::CreateExternalTable(_)) => Some("CREATE EXTERNAL TABLE"),
            LogicalPlan::Copy(_) => Some("COPY"),
            _ => None,
        });
        Ok(TreeNodeRecursion::Continue)
    })?;
    match found {
        None => Ok(plan),
        Some(what) => Err(crate::Error::usage(format!(
            "{what} is not allowed: this session may not use files"
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hints_of_load_are_told_as_options() {
        let hint = in_sql("`--sheet` takes the name; see `docs`");
        assert!(hint.starts_with("OPTIONS ('sheet' '…') takes the name; see `docs`; options"));
        assert_eq!(in_sql("look for a quote"), "look for a quote");
    }
}
