//! Files as tables: `SELECT * FROM 'people.csv'`, where a session may read files.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use datafusion::catalog::TableProvider;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::common::{Result, plan_err};
use datafusion::datasource::file_format::FileFormat;
use datafusion::datasource::file_format::csv::CsvFormat;
use datafusion::datasource::file_format::json::JsonFormat;
use datafusion::datasource::file_format::parquet::ParquetFormat;
use datafusion::datasource::listing::{
    ListingOptions, ListingTable, ListingTableConfig, ListingTableUrl,
};
use datafusion::execution::SessionState;
use datafusion::logical_expr::{DdlStatement, LogicalPlan};
use datafusion::prelude::SessionContext;

/// What makes tables of files.
pub(crate) struct Files {
    /// The session, which holds this in turn.
    state: Box<dyn Fn() -> Option<SessionState> + Send + Sync>,
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
        }
    }

    /// The table of a file, where a name is that of one by its ending.
    pub(crate) async fn table(&self, name: &str) -> Result<Option<Arc<dyn TableProvider>>> {
        let Some((format, ending)) = format_of(name) else {
            return Ok(None);
        };
        if !name.contains("://") && !name.contains(['*', '?', '[']) && !Path::new(name).exists() {
            return plan_err!("there is no file `{name}`");
        }
        let Some(state) = (self.state)() else {
            return Ok(None);
        };
        let options = ListingOptions::new(format).with_file_extension(ending);
        let url = ListingTableUrl::parse(name)?;
        let config = ListingTableConfig::new(url)
            .with_listing_options(options)
            .infer_schema(&state)
            .await?;
        Ok(Some(Arc::new(ListingTable::try_new(config)?)))
    }
}

/// The format and the ending of a file's name.
fn format_of(name: &str) -> Option<(Arc<dyn FileFormat>, String)> {
    let (stem, ending) = name.rsplit_once('.')?;
    if stem.is_empty() {
        return None;
    }
    let csv = |delimiter| {
        CsvFormat::default()
            .with_has_header(true)
            .with_delimiter(delimiter)
    };
    let format: Arc<dyn FileFormat> = match ending.to_ascii_lowercase().as_str() {
        "csv" => Arc::new(csv(b',')),
        "tsv" | "tab" => Arc::new(csv(b'\t')),
        "ndjson" | "jsonl" => Arc::new(JsonFormat::default()),
        "json" => Arc::new(JsonFormat::default().with_newline_delimited(!is_array(name))),
        "parquet" => Arc::new(ParquetFormat::default()),
        _ => return None,
    };
    Some((format, ending.to_string()))
}

/// Whether a file of JSON begins with `[`.
fn is_array(path: &str) -> bool {
    use std::io::Read;
    let mut start = [0_u8; 64];
    let read = std::fs::File::open(path).and_then(|mut file| file.read(&mut start));
    let start = start.get(..read.unwrap_or(0)).unwrap_or_default();
    start.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'[')
}

/// The plan, where it touches no files of the caller's choice, also within `EXPLAIN ANALYZE` or
/// `PREPARE`.
pub(super) fn without_files(plan: LogicalPlan) -> Result<LogicalPlan, crate::Error> {
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
