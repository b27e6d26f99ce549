//! `calls`: one row per sample and variant. Nothing stores it; the genotypes are unpacked as far as
//! a query's filters leave samples to look at.

mod exec;
mod fields;
mod filters;

use std::sync::Arc;

use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use async_trait::async_trait;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::Result;
use datafusion::datasource::{TableType, provider_as_source};
use datafusion::logical_expr::{Expr, LogicalPlanBuilder, TableProviderFilterPushDown, lit};
use datafusion::physical_plan::ExecutionPlan;
use kohort_functions::{KohortOptions, Samples};
use kohort_schema::TableName;
use kohort_schema::tables::CALLS;

use crate::catalog::Catalog;
use crate::file_table::FileTable;
use crate::operator::OperatorExec;
use crate::variants::column;
use filters::Selection;

/// Columns that come from `callset_variants` as they are.
const SITE_COLUMNS: [&str; 5] = ["callset", "chrom", "pos", "ref", "alt"];

/// Columns that come from `call_fields`.
const FIELD_COLUMNS: [&str; 3] = ["gq", "dp", "ad"];

/// The virtual table.
#[derive(Debug)]
pub(crate) struct CallsTable {
    schema: SchemaRef,
    variants: Arc<FileTable>,
    call_fields: Arc<FileTable>,
    samples: Arc<Samples>,
}

impl CallsTable {
    pub(crate) async fn new(catalog: &Catalog) -> Result<Self> {
        Ok(Self {
            schema: calls_schema(),
            variants: catalog.file_table(TableName::CallsetVariants).await?,
            call_fields: catalog.file_table(TableName::CallFields).await?,
            samples: catalog.samples().await?,
        })
    }
}

fn calls_schema() -> SchemaRef {
    let fields = CALLS
        .columns
        .iter()
        .filter_map(|column| column.field())
        .map(|field| match field.data_type() {
            DataType::Utf8 => field.with_data_type(DataType::Utf8View),
            _ => field,
        });
    Arc::new(Schema::new(fields.collect::<Vec<Field>>()))
}

#[async_trait]
impl TableProvider for CallsTable {
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
            .map(|filter| match filters::is_about_site(filter) {
                true => TableProviderFilterPushDown::Exact,
                false if filters::is_about_calls(filter) => TableProviderFilterPushDown::Inexact,
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
        let selection = Selection::of(filters, &self.samples);
        let with_fields = FIELD_COLUMNS
            .iter()
            .any(|name| schema.field_with_name(name).is_ok());

        let source: Arc<dyn TableProvider> = Arc::clone(&self.variants) as _;
        let mut plan =
            LogicalPlanBuilder::scan("callset_variants", provider_as_source(source), None)?
                .filter(column("genotypes").is_not_null())?;
        if !KohortOptions::of(state.config_options()).show_spanning_deletions {
            plan = plan.filter(column("alt").not_eq(lit("*")))?;
        }
        if selection.carriers_only {
            plan = plan.filter(
                column("ac")
                    .gt(lit(0_i64))
                    .or(column("n_unknown_sex").gt(lit(0_i64)))
                    .or(column("n_unexpected").gt(lit(0_i64)))
                    .or(column("n_het_haploid").gt(lit(0_i64))),
            )?;
        }
        for filter in filters
            .iter()
            .filter(|filter| filters::is_about_site(filter))
        {
            plan = plan.filter(filter.clone())?;
        }
        let mut columns: Vec<Expr> = SITE_COLUMNS
            .iter()
            .filter(|name| with_fields || schema.field_with_name(name).is_ok())
            .map(|name| column(name))
            .collect();
        columns.push(column("genotypes"));
        if with_fields {
            columns.extend(["callset_id", "record_index", "original_pos"].map(column));
        }
        let plan = plan.project(columns)?.build()?;
        let input = state.create_physical_plan(&plan).await?;
        let partitions = input.properties().partitioning.partition_count();
        let lookup = match with_fields {
            true => fields::FieldLookup::new(&self.call_fields),
            false => None,
        };
        let calls = exec::Calls {
            schema,
            samples: Arc::clone(&self.samples),
            selection,
            lookup,
        };
        Ok(Arc::new(OperatorExec::new(calls, vec![input], partitions)))
    }
}
