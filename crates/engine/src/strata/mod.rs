//! `allele_frequency_by(…)`: every variant counted in every stratum of a partition, in one pass.

mod exec;
mod labels;
mod totals;

use std::sync::Arc;

use arrow::datatypes::{DataType, Field, FieldRef, Schema, SchemaRef};
use async_trait::async_trait;
use datafusion::catalog::{Session, TableFunctionArgs, TableFunctionImpl, TableProvider};
use datafusion::common::{DFSchema, Result, ScalarValue, plan_err};
use datafusion::datasource::{TableType, provider_as_source};
use datafusion::error::DataFusionError;
use datafusion::execution::SessionState;
use datafusion::logical_expr::scalar_doc_sections::DOC_SECTION_OTHER;
use datafusion::logical_expr::{
    ColumnarValue, Documentation, Expr, LogicalPlan, LogicalPlanBuilder,
    TableProviderFilterPushDown,
};
use datafusion::physical_plan::ExecutionPlan;
use kohort_functions::{
    FunctionDoc, FunctionKind, KohortOptions, parse_regions, regions_predicate, stats_columns,
};
use kohort_genome::Region;
use kohort_genotype::Cohort;
use kohort_schema::TableName;

use crate::catalog::{LakeView, external};
use crate::operator::OperatorExec;
use crate::suggest;
use crate::variants::column;
use crate::waiting::wait;
pub(crate) use exec::Strata;
pub(crate) use totals::SumStrata;

/// The function's name.
pub(crate) const NAME: &str = "allele_frequency_by";

const SYNTAX: &str = "allele_frequency_by('region, sex_karyotype' [, 'chr:from-to'] [, cohort])";

/// Columns that say which variant a row is of.
const LOCUS: [&str; 4] = ["chrom", "pos", "ref", "alt"];

/// The table function.
#[derive(Debug)]
pub(crate) struct AlleleFrequencyBy {
    pub(crate) view: Arc<LakeView>,
}

impl TableFunctionImpl for AlleleFrequencyBy {
    fn call_with_args(&self, args: TableFunctionArgs) -> Result<Arc<dyn TableProvider>> {
        let state = args.session().as_any().downcast_ref::<SessionState>();
        let Some(state) = state else {
            return plan_err!("{NAME} needs a session of Kohort");
        };
        let values = args
            .exprs()
            .iter()
            .map(|expr| constant(expr, state))
            .collect::<Result<Vec<ScalarValue>>>()?;
        let Some((first, rest)) = values.split_first().filter(|(_, rest)| rest.len() <= 2) else {
            return plan_err!("expected {SYNTAX}, got {} arguments", values.len());
        };
        let Some(Some(strata)) = first.try_as_str() else {
            return plan_err!("expected {SYNTAX}, got {} first", first.data_type());
        };
        let (mut regions, mut cohort) = (None, None);
        for value in rest {
            match value {
                value if value.is_null() && value.data_type() == DataType::Null => {}
                ScalarValue::Binary(bytes) | ScalarValue::BinaryView(bytes) => {
                    cohort = Some(
                        Cohort::deserialize(bytes.as_deref().unwrap_or_default())
                            .map_err(external)?,
                    );
                }
                value => match value.try_as_str() {
                    Some(text) => {
                        let functions = &self.view.functions;
                        let parsed = text.map(|text| parse_regions(functions, text));
                        regions = parsed.transpose()?;
                    }
                    None => {
                        return plan_err!("expected {SYNTAX}, got {}", value.data_type());
                    }
                },
            }
        }
        let (labels, names) = self.strata_plan(strata, state)?;
        let schema = result_schema(labels.schema(), &names)?;
        let view = Arc::clone(&self.view);
        Ok(Arc::new(StrataTable {
            schema,
            labels,
            names,
            regions,
            cohort,
            view,
        }))
    }
}

impl AlleleFrequencyBy {
    /// The plan that gives each sample its stratum, and the names of the strata's columns.
    fn strata_plan(&self, text: &str, state: &SessionState) -> Result<(LogicalPlan, Vec<String>)> {
        let first = text
            .split_whitespace()
            .next()
            .unwrap_or_default()
            .to_lowercase();
        let plan = match first.as_str() {
            "select" | "with" | "values" => wait(state.create_logical_plan(text))?,
            _ => self.columns_plan(text)?,
        };
        let names: Vec<String> = plan
            .schema()
            .fields()
            .iter()
            .map(|f| f.name().clone())
            .collect();
        let is_sample = |name: &&String| matches!(name.as_str(), "sample_id" | "sample_index");
        if !names.iter().any(|name| is_sample(&name)) {
            return plan_err!(
                "{NAME}: the query must give `sample_id`; it gives {}",
                names.join(", ")
            );
        }
        let names: Vec<String> = names
            .iter()
            .filter(|name| !is_sample(name))
            .cloned()
            .collect();
        if let Some(name) = names.iter().find(|name| is_taken(name)) {
            return plan_err!(
                "{NAME}: the result has a column `{name}` already; rename the stratum's"
            );
        }
        Ok((plan, names))
    }

    /// Columns of `samples`, by their names.
    fn columns_plan(&self, text: &str) -> Result<LogicalPlan> {
        let samples = wait(self.view.catalog.file_table(TableName::Samples))?;
        let mut columns = vec![column("sample_index")];
        for name in text
            .split(',')
            .map(str::trim)
            .filter(|name| !name.is_empty())
        {
            let fields = samples.schema.fields();
            let found = fields
                .iter()
                .find(|f| f.name() == name)
                .or_else(|| fields.iter().find(|f| f.name().eq_ignore_ascii_case(name)));
            match found {
                Some(field) => columns.push(column(field.name())),
                None => {
                    let names = fields.iter().map(|field| field.name().as_str());
                    return match suggest::closest(name, names.clone()) {
                        Some(near) => plan_err!(
                            "there is no column `{name}` in samples; did you mean `{near}`?"
                        ),
                        None => plan_err!(
                            "there is no column `{name}` in samples, which has {}",
                            names.collect::<Vec<_>>().join(", ")
                        ),
                    };
                }
            }
        }
        LogicalPlanBuilder::scan("samples", provider_as_source(samples), None)?
            .project(columns)?
            .build()
    }
}

/// The value of a constant argument.
fn constant(expr: &Expr, state: &SessionState) -> Result<ScalarValue> {
    if let Expr::Literal(value, _) = expr {
        return Ok(value.clone());
    }
    let empty = DFSchema::empty();
    let physical = state
        .create_physical_expr(expr.clone(), &empty)
        .map_err(|error| {
            DataFusionError::Plan(format!("{NAME}: `{expr}` is not a constant: {error}"))
        })?;
    let options = arrow::array::RecordBatchOptions::new().with_row_count(Some(1));
    let row = arrow::array::RecordBatch::try_new_with_options(
        Arc::clone(empty.inner()),
        vec![],
        &options,
    )?;
    match physical.evaluate(&row)? {
        ColumnarValue::Scalar(value) => Ok(value),
        ColumnarValue::Array(array) => ScalarValue::try_from_array(&array, 0),
    }
}

fn is_taken(name: &str) -> bool {
    LOCUS.contains(&name) || stats_columns().iter().any(|column| column.name == name)
}

fn result_schema(labels: &DFSchema, strata: &[String]) -> Result<SchemaRef> {
    let locus = |name: &str| match name {
        "pos" => Field::new(name, DataType::Int64, false),
        _ => Field::new(name, DataType::Utf8View, false),
    };
    let mut fields: Vec<FieldRef> = LOCUS.iter().map(|name| Arc::new(locus(name))).collect();
    for name in strata {
        let field = labels.field_with_unqualified_name(name)?;
        fields.push(Arc::new(Field::new(name, field.data_type().clone(), true)));
    }
    for column in stats_columns() {
        fields.push(Arc::new(Field::new(column.name, column.data_type(), true)));
    }
    Ok(Arc::new(Schema::new(fields)))
}

/// What the function gives: one row per variant and stratum.
#[derive(Debug)]
struct StrataTable {
    schema: SchemaRef,
    labels: LogicalPlan,
    names: Vec<String>,
    regions: Option<Vec<Region>>,
    cohort: Option<Cohort>,
    view: Arc<LakeView>,
}

impl StrataTable {
    /// The plan of the variants to count: their genotypes, and of the locus what is asked for.
    async fn variants(&self, filters: &[Expr], schema: &Schema) -> Result<LogicalPlan> {
        let view = self.view.variants().await?;
        let mut plan =
            LogicalPlanBuilder::scan("variants", provider_as_source(Arc::new(view)), None)?;
        if let Some(regions) = &self.regions {
            plan = plan.filter(regions_predicate(&column("chrom"), &column("pos"), regions))?;
        }
        for filter in filters.iter().filter(|filter| is_about_locus(filter)) {
            plan = plan.filter(filter.clone())?;
        }
        let locus = LOCUS
            .iter()
            .filter(|name| schema.field_with_name(name).is_ok());
        plan.project(locus.chain(&["genotypes"]).map(|name| column(name)))?
            .build()
    }
}

#[async_trait]
impl TableProvider for StrataTable {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    fn table_type(&self) -> TableType {
        TableType::View
    }

    fn supports_filters_pushdown(
        &self,
        filters: &[&Expr],
    ) -> Result<Vec<TableProviderFilterPushDown>> {
        Ok(filters
            .iter()
            .map(|filter| match is_about_locus(filter) {
                true => TableProviderFilterPushDown::Exact,
                false => TableProviderFilterPushDown::Unsupported,
            })
            .collect())
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        _limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let schema = match projection {
            Some(projection) => Arc::new(self.schema.project(projection)?),
            None => Arc::clone(&self.schema),
        };
        let samples = self.view.catalog.samples().await?;
        let labels = state.create_physical_plan(&self.labels).await?;
        let rows = datafusion::physical_plan::collect(labels, state.task_ctx()).await?;
        let labels = labels::Labels::of(&rows, &self.names, &samples, self.cohort.as_ref())?;

        let plan = self.variants(filters, &schema).await?;
        let input = state.create_physical_plan(&plan).await?;
        let partitions = input.properties().partitioning.partition_count();
        let strata = Strata {
            schema,
            names: self.names.clone(),
            labels: Arc::new(labels),
            directory: Arc::clone(samples.directory()),
            rules: KohortOptions::of(state.config_options()).rules(),
            totals: false,
        };
        Ok(Arc::new(OperatorExec::new(strata, vec![input], partitions)))
    }
}

fn is_about_locus(filter: &Expr) -> bool {
    let columns = filter.column_refs();
    !filter.is_volatile()
        && !columns.is_empty()
        && columns.iter().all(|column| LOCUS.contains(&column.name()))
}

/// The function's entry in the reference.
pub(crate) fn documentation() -> FunctionDoc {
    let entry = Documentation::builder(
        DOC_SECTION_OTHER,
        "Counts every variant in every stratum of a partition of the samples, in one pass over the \
         genotypes: one row per variant and stratum, also where `ac` is 0. The columns are \
         `chrom`, `pos`, `ref`, `alt`, those of the strata, and the counts of `allele_stats` under \
         the session's rules. A sample without a value is in the stratum NULL, as GROUP BY has it. \
         A query may leave samples out; a sample in two strata is an error.",
        "allele_frequency_by(strata [, regions] [, cohort])",
    )
    .with_argument(
        "strata",
        "names of columns of `samples`, or a query that gives `sample_id` (or `sample_index`) and \
         the strata's columns",
    )
    .with_argument(
        "regions",
        "as `in_region` takes them; everywhere when left out",
    )
    .with_argument("cohort", "whose calls count; everyone's when left out")
    .with_sql_example(
        "SELECT * FROM allele_frequency_by('sex_karyotype', 'chr13:32315086-32400268');",
    )
    .build();
    FunctionDoc {
        name: NAME,
        kind: FunctionKind::Table,
        entry,
    }
}
