//! `variants` over several callsets: their rows side by side, one per allele, as one joint callset
//! would have it.
//!
//! Rows come by contig and position from every callset, so that a merge in step is enough, and
//! memory stays bounded. What a callset says of an allele that it does not list follows from the
//! other alleles that it lists at the position, by [`sites`]. The genome is cut into [`tiles`],
//! which run in parallel.

mod agree;
mod exec;
mod locus;
mod sites;
mod tiles;
mod unlisted;

use std::sync::Arc;

use arrow::datatypes::{Field, Schema, SchemaRef};
use async_trait::async_trait;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::{Result, exec_err};
use datafusion::datasource::TableType;
use datafusion::logical_expr::{Expr, TableProviderFilterPushDown};
use datafusion::physical_expr::expressions::Column;
use datafusion::physical_expr::{LexOrdering, PhysicalSortExpr};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::coalesce_partitions::CoalescePartitionsExec;
use datafusion::physical_plan::empty::EmptyExec;
use datafusion::physical_plan::sorts::sort::SortExec;
use kohort_genome::ReferenceGenome;
use kohort_genotype::Absent;
use kohort_lake::{Callset, DataFile, Snapshot};
use kohort_schema::tables::VARIANTS;

pub(crate) use agree::DIFFER;

use crate::catalog::external;
use crate::file_scan::FileScan;
use crate::file_table::FileTable;
use crate::operator::OperatorExec;

/// A callset as the merge knows it.
#[derive(Debug, Clone)]
pub(crate) struct MergedCallset {
    pub(crate) id: String,
    pub(crate) block: u32,
    /// The genome that says how many copies are expected where.
    pub(crate) genome: Option<ReferenceGenome>,
    /// What its samples have where it lists nothing.
    pub(crate) absent: Absent,
}

/// `callset_variants` merged to a row per allele, over all visible callsets.
#[derive(Debug)]
pub(crate) struct MergedVariants {
    table: Arc<FileTable>,
    snapshot: Snapshot,
    callsets: Vec<MergedCallset>,
    schema: SchemaRef,
}

/// Columns that the merge itself compares.
const KEY: [&str; 7] = [
    "chrom",
    "pos",
    "ref",
    "alt",
    "record_index",
    "original_pos",
    "original_ref",
];

impl MergedVariants {
    pub(crate) fn new(table: Arc<FileTable>, snapshot: &Snapshot) -> Result<Self> {
        let genomes: Vec<Option<ReferenceGenome>> = snapshot
            .callsets()
            .iter()
            .map(|c| {
                c.reference_genome
                    .as_deref()
                    .map(str::parse)
                    .transpose()
                    .map_err(external)
            })
            .collect::<Result<_>>()?;
        let any = genomes.iter().flatten().next().copied();
        let callsets = snapshot
            .callsets()
            .iter()
            .zip(genomes)
            .map(|(callset, genome)| {
                Ok(MergedCallset {
                    id: callset.callset_id.clone(),
                    block: callset.block,
                    genome: genome.or(any),
                    absent: absent_policy(callset)?,
                })
            })
            .collect::<Result<_>>()?;
        let fields = VARIANTS
            .columns
            .iter()
            .filter_map(|column| match column.name {
                agree::DIFFER => column.field(),
                "info" => table
                    .schema
                    .field_with_name("info")
                    .ok()
                    .map(agree::sorted_info),
                name => table.schema.field_with_name(name).ok().cloned(),
            });
        let schema = Arc::new(Schema::new(fields.collect::<Vec<Field>>()));
        Ok(Self {
            table,
            snapshot: snapshot.clone(),
            callsets,
            schema,
        })
    }

    /// Columns to read for these columns of the result, as places in the stored table.
    fn inputs(&self, output: &Schema) -> Vec<usize> {
        let counted = output
            .fields()
            .iter()
            .any(|field| locus::is_count(field.name()));
        let wanted = |name: &str| {
            KEY.contains(&name)
                || output.field_with_name(name).is_ok()
                || agree::is_compared_for(name, output)
                || (counted && locus::COUNTS.iter().any(|count| count.name == name))
        };
        let fields = self
            .table
            .schema
            .fields()
            .iter()
            .take(self.table.n_file_columns());
        fields
            .enumerate()
            .filter(|(_, field)| wanted(field.name()))
            .map(|(i, _)| i)
            .collect()
    }

    /// A callset's rows, one partition per tile; sorted anew where its files hold several contigs.
    fn input(
        &self,
        state: &dyn Session,
        projection: &Vec<usize>,
        predicate: Option<&Arc<dyn datafusion::physical_expr::PhysicalExpr>>,
        groups: Vec<Vec<DataFile>>,
        is_sorted: bool,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let scan = self.table.file_scan(state.config(), state.runtime_env());
        let predicate = predicate.cloned();
        let scan = FileScan {
            projection: Some(projection),
            predicate,
            keeps_groups: true,
            ..scan
        }
        .plan(groups)?;
        if is_sorted {
            return Ok(scan);
        }
        let keys = ["chrom", "pos"].iter().map(|name| {
            let column = Column::new_with_schema(name, &scan.schema())?;
            Ok(PhysicalSortExpr::new_default(Arc::new(column)))
        });
        let keys = keys.collect::<Result<Vec<_>>>()?;
        let scan: Arc<dyn ExecutionPlan> = Arc::new(CoalescePartitionsExec::new(scan));
        Ok(match LexOrdering::new(keys) {
            Some(ordering) => Arc::new(SortExec::new(ordering, scan)),
            None => scan,
        })
    }
}

#[async_trait]
impl TableProvider for MergedVariants {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    /// Whole loci are cut: other alleles of a locus say what a callset has there.
    fn supports_filters_pushdown(
        &self,
        filters: &[&Expr],
    ) -> Result<Vec<TableProviderFilterPushDown>> {
        Ok(filters
            .iter()
            .map(|filter| match is_about_locus(filter) {
                true => TableProviderFilterPushDown::Inexact,
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
        let filters: Vec<Expr> = filters
            .iter()
            .filter(|f| is_about_locus(f))
            .cloned()
            .collect();
        let predicate = self.table.predicate(state, &filters)?;
        let files = self.table.pruned(predicate.as_ref(), state.config())?;
        if files.is_empty() {
            return Ok(Arc::new(EmptyExec::new(schema)));
        }
        let partitions = state.config().target_partitions();
        let tiles = tiles::cut(&files, partitions);
        let is_sorted = tiles.iter().all(|tile| tile.chrom.is_some());
        let columns = self.inputs(&schema);
        let inputs = self
            .callsets
            .iter()
            .map(|callset| {
                let groups = tiles
                    .iter()
                    .map(|tile| tile.files(&files, &callset.id))
                    .collect();
                self.input(state, &columns, predicate.as_ref(), groups, is_sorted)
            })
            .collect::<Result<Vec<_>>>()?;
        let directory = self.snapshot.directory().await.map_err(external)?;
        let partitions = partitions.min(tiles.len()).max(1);
        let merge = exec::Merge {
            schema,
            input: Arc::new(self.table.schema.project(&columns)?),
            callsets: self.callsets.clone(),
            tiles,
            partitions,
            directory,
        };
        Ok(Arc::new(OperatorExec::new(merge, inputs, partitions)))
    }
}

fn is_about_locus(filter: &Expr) -> bool {
    !filter.is_volatile()
        && filter
            .column_refs()
            .iter()
            .all(|column| matches!(column.name(), "chrom" | "pos"))
}

/// What the sites that a callset does not list mean for its people.
fn absent_policy(callset: &Callset) -> Result<Absent> {
    match callset.absent.as_str() {
        "reference" => Ok(Absent::Reference),
        "missing" => Ok(Absent::Missing),
        other => exec_err!(
            "callset `{}`: `absent`: expected `reference` or `missing`, found `{other}`; it was \
             written by another version of kohort",
            callset.callset
        ),
    }
}
