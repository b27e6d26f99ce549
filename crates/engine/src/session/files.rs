//! Files as tables: `SELECT * FROM 'people.csv'`, where a session may read files.
//!
//! In a CSV file a column of numbers, one of which begins with a zero and another digit, is one of
//! codes, and text.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use arrow::array::AsArray;
use arrow::datatypes::{DataType, Field, FieldRef, Fields, Schema};
use datafusion::catalog::TableProvider;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::common::{Column, Result, TableReference, plan_err};
use datafusion::datasource::file_format::FileFormat;
use datafusion::datasource::file_format::csv::CsvFormat;
use datafusion::datasource::file_format::json::JsonFormat;
use datafusion::datasource::file_format::parquet::ParquetFormat;
use datafusion::datasource::listing::{
    ListingOptions, ListingTable, ListingTableConfig, ListingTableUrl,
};
use datafusion::execution::SessionState;
use datafusion::functions::expr_fn::{starts_with, substring};
use datafusion::functions_aggregate::expr_fn::bool_or;
use datafusion::logical_expr::{DdlStatement, Expr, LogicalPlan, lit};
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
        let table = ListingTable::try_new(config)?;
        let kept = codes_as_text(&state, &table).await?;
        Ok(Some(Arc::new(kept.unwrap_or(table))))
    }
}

/// Makes a table of CSV, whose columns are inferred, read codes as text.
pub(super) async fn keep_codes(context: &SessionContext, name: &TableReference) -> Result<()> {
    let provider = context.table_provider(name.clone()).await?;
    let Some(table) = provider.downcast_ref::<ListingTable>() else {
        return Ok(());
    };
    let kept = codes_as_text(&context.state(), table).await;
    if !matches!(kept, Ok(None)) {
        // A file that cannot be read to its end leaves no table behind.
        context.deregister_table(name.clone())?;
    }
    if let Some(kept) = kept? {
        context.register_table(name.clone(), Arc::new(kept))?;
    }
    Ok(())
}

/// The same table of CSV with text for columns that were taken for numbers though they hold codes:
/// `01` is a region, and as the number 1 it is none. `None` where there is no such column. All rows
/// are looked at, since one code decides.
async fn codes_as_text(state: &SessionState, table: &ListingTable) -> Result<Option<ListingTable>> {
    let options = table.options();
    if options.format.downcast_ref::<CsvFormat>().is_none()
        || !options.table_partition_cols.is_empty()
    {
        return Ok(None);
    }
    let with_text = |is_text: &dyn Fn(&Field) -> bool| {
        let schema = table.schema();
        let field = |field: &FieldRef| match is_text(field) {
            true => Field::new(field.name(), DataType::Utf8, true),
            false => field.as_ref().clone(),
        };
        let fields: Fields = schema.fields().iter().map(field).collect();
        let config = ListingTableConfig::new_with_multi_paths(table.table_paths().clone())
            .with_listing_options(options.clone())
            .with_schema(Arc::new(Schema::new(fields)));
        ListingTable::try_new(config)
    };
    let is_number = |field: &Field| field.data_type().is_numeric();
    let schema = table.schema();
    let numbers = schema.fields().iter().filter(|field| is_number(field));
    let looks: Vec<Expr> = numbers
        .map(|field| {
            let text = || Expr::Column(Column::new_unqualified(field.name()));
            let second = substring(text(), lit(2_i64), lit(1_i64));
            let is_code = starts_with(text(), lit("0")).and(second.between(lit("0"), lit("9")));
            bool_or(is_code).alias(field.name())
        })
        .collect();
    if looks.is_empty() {
        return Ok(None);
    }
    let texts = SessionContext::new_with_state(state.clone())
        .read_table(Arc::new(with_text(&is_number)?))?;
    let found = texts.aggregate(Vec::new(), looks)?.collect().await?;
    let is_code = |field: &Field| {
        let columns = found
            .iter()
            .filter_map(|batch| batch.column_by_name(field.name()));
        columns
            .filter_map(|column| column.as_boolean_opt())
            .any(|column| column.iter().any(|is| is == Some(true)))
    };
    match schema.fields().iter().any(|field| is_code(field)) {
        true => with_text(&is_code).map(Some),
        false => Ok(None),
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
