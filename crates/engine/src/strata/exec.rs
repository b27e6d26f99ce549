//! The pass over the genotypes that counts all strata.

use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, BinaryViewArray, Float64Array, Int64Array, RecordBatch,
    RecordBatchOptions, UInt32Array,
};
use arrow::compute::take;
use arrow::datatypes::SchemaRef;
use datafusion::common::{Result, internal_err};
use futures::future::BoxFuture;
use futures::{FutureExt, StreamExt};
use kohort_functions::stats_columns;
use kohort_genotype::{
    AlleleCounts, CountRules, GenotypeCounts, GenotypeFilter, SampleDirectory, StrataCounter,
};

use super::labels::Labels;
use crate::catalog::external;
use crate::operator::{Inputs, Operator, Output};

/// Counts strata.
#[derive(Debug, Clone)]
pub(crate) struct Strata {
    pub(crate) schema: SchemaRef,
    pub(crate) names: Vec<String>,
    pub(crate) labels: Arc<Labels>,
    pub(crate) directory: Arc<SampleDirectory>,
    pub(crate) rules: CountRules,
    /// One row per stratum and partition, its counts summed over variants, as all that is asked for
    /// is sums.
    pub(crate) totals: bool,
}

impl Operator for Strata {
    fn name(&self) -> &'static str {
        "CountStrata"
    }

    fn describe(&self) -> String {
        let filter = match self.rules.filter {
            GenotypeFilter::Raw => "raw",
            GenotypeFilter::Adj => "adj",
        };
        let totals = if self.totals {
            ", summed over variants"
        } else {
            ""
        };
        format!(
            "by=[{}], strata={}, genotype_filter={filter}{totals}",
            self.names.join(", "),
            self.labels.n_strata
        )
    }

    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    fn benefits_from_partitions(&self) -> bool {
        true
    }

    fn run(
        self: Arc<Self>,
        partition: usize,
        inputs: Inputs,
        output: Output,
    ) -> BoxFuture<'static, Result<()>> {
        async move {
            if self.labels.n_strata == 0 {
                return Ok(());
            }
            let Labels {
                of_sample,
                n_strata,
                ..
            } = self.labels.as_ref();
            let mut counter = StrataCounter::new(&self.directory, of_sample, *n_strata, self.rules)
                .map_err(external)?;
            let mut stream = inputs.stream(0, partition)?;
            let mut n_variants = 0;
            let mut rows = Tiler::new(&self, inputs.batch_size());
            while let Some(batch) = stream.next().await {
                let batch = batch?;
                n_variants += batch.num_rows();
                if self.totals {
                    output.timed(|| add(&mut counter, genotypes(&batch)?))?;
                    continue;
                }
                let mut start = 0;
                while start < batch.num_rows() {
                    let length = rows.variants.min(batch.num_rows() - start);
                    let variants = batch.slice(start, length);
                    start += length;
                    output
                        .send(output.timed(|| rows.count(&mut counter, &variants))?)
                        .await?;
                }
            }
            // Without variants there are no rows to sum, and no groups.
            if self.totals && n_variants > 0 {
                output.send(self.summed(&counter.totals())?).await?;
            }
            Ok(())
        }
        .boxed()
    }
}

impl Strata {
    fn summed(&self, totals: &[GenotypeCounts]) -> Result<RecordBatch> {
        let columns = self
            .schema
            .fields()
            .iter()
            .map(
                |field| match self.names.iter().position(|name| name == field.name()) {
                    Some(at) => Ok(Arc::clone(&self.labels.columns[at])),
                    None => counted(field.name(), totals),
                },
            )
            .collect::<Result<Vec<_>>>()?;
        batch(&self.schema, columns, totals.len())
    }

    /// Whether `ac` and `an` are all that is needed of the counts.
    fn alleles_only(&self) -> bool {
        let known = |name: &String| {
            super::LOCUS.contains(&name.as_str())
                || self.names.contains(name)
                || matches!(name.as_str(), "ac" | "an" | "af")
        };
        self.schema.fields().iter().all(|field| known(field.name()))
    }
}

fn genotypes(batch: &RecordBatch) -> Result<&BinaryViewArray> {
    match batch
        .column_by_name("genotypes")
        .and_then(|column| column.as_byte_view_opt())
    {
        Some(genotypes) => Ok(genotypes),
        None => internal_err!("the column `genotypes` is not there"),
    }
}

fn add(counter: &mut StrataCounter, genotypes: &BinaryViewArray) -> Result<()> {
    genotypes
        .iter()
        .flatten()
        .try_for_each(|value| counter.add(value))
        .map_err(external)
}

fn counted(name: &str, counts: &[GenotypeCounts]) -> Result<ArrayRef> {
    match stats_columns().iter().find(|column| column.name == name) {
        Some(column) => Ok(column.array(counts, None)),
        None => internal_err!("there is no count `{name}`"),
    }
}

fn batch(schema: &SchemaRef, columns: Vec<ArrayRef>, rows: usize) -> Result<RecordBatch> {
    let options = RecordBatchOptions::new().with_row_count(Some(rows));
    Ok(RecordBatch::try_new_with_options(
        Arc::clone(schema),
        columns,
        &options,
    )?)
}

/// Makes a row per variant and stratum. The strata's columns repeat for every variant, and are made
/// once; texts are views into those of the input.
struct Tiler<'a> {
    strata: &'a Strata,
    /// Variants per batch.
    variants: usize,
    alleles: Vec<AlleleCounts>,
    counts: Vec<GenotypeCounts>,
    /// The strata's columns for a number of variants.
    tiled: Option<(usize, Vec<ArrayRef>)>,
}

impl<'a> Tiler<'a> {
    fn new(strata: &'a Strata, batch_size: usize) -> Self {
        let variants = (batch_size / strata.labels.n_strata).max(1);
        Self {
            strata,
            variants,
            alleles: Vec::new(),
            counts: Vec::new(),
            tiled: None,
        }
    }

    fn count(&mut self, counter: &mut StrataCounter, input: &RecordBatch) -> Result<RecordBatch> {
        let n_strata = self.strata.labels.n_strata;
        let genotypes = genotypes(input)?;
        // A record without GT has nothing to count.
        let present: Vec<u32> = (0..genotypes.len())
            .filter(|row| genotypes.is_valid(*row))
            .filter_map(|row| u32::try_from(row).ok())
            .collect();
        let alleles_only = self.strata.alleles_only();
        let rows = present.len() * n_strata;
        if alleles_only {
            self.alleles.resize(rows, AlleleCounts::default());
            for (row, out) in present.iter().zip(self.alleles.chunks_exact_mut(n_strata)) {
                let value = genotypes.value(*row as usize);
                counter.count_alleles_into(value, out).map_err(external)?;
            }
        } else {
            self.counts.resize(rows, GenotypeCounts::default());
            for (row, out) in present.iter().zip(self.counts.chunks_exact_mut(n_strata)) {
                let value = genotypes.value(*row as usize);
                counter.count_into(value, out).map_err(external)?;
            }
        }
        let of_variant: UInt32Array = present
            .iter()
            .flat_map(|row| std::iter::repeat_n(*row, n_strata))
            .collect();
        self.tile(present.len())?;
        let schema = &self.strata.schema;
        let mut columns: Vec<ArrayRef> = Vec::with_capacity(schema.fields().len());
        for field in schema.fields() {
            let name = field.name().as_str();
            let stratum = self.strata.names.iter().position(|stratum| stratum == name);
            columns.push(
                if let (Some(at), Some((_, tiled))) = (stratum, &self.tiled) {
                    Arc::clone(&tiled[at])
                } else if let Some(column) = input.column_by_name(name) {
                    take(column, &of_variant, None)?
                } else if alleles_only {
                    self.allele_column(name)
                } else {
                    counted(name, &self.counts)?
                },
            );
        }
        batch(schema, columns, rows)
    }

    fn tile(&mut self, variants: usize) -> Result<()> {
        if self
            .tiled
            .as_ref()
            .is_some_and(|(tiled, _)| *tiled == variants)
        {
            return Ok(());
        }
        let n_strata = u32::try_from(self.strata.labels.n_strata).unwrap_or(u32::MAX);
        let of_stratum: UInt32Array = (0..variants).flat_map(|_| 0..n_strata).collect();
        let columns = self.strata.labels.columns.iter();
        let columns = columns.map(|column| Ok(take(column, &of_stratum, None)?));
        self.tiled = Some((variants, columns.collect::<Result<_>>()?));
        Ok(())
    }

    #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
    fn allele_column(&self, name: &str) -> ArrayRef {
        let counts = self.alleles.iter();
        match name {
            "ac" => Arc::new(Int64Array::from_iter_values(
                counts.map(|c| c.ac.cast_signed()),
            )),
            "an" => Arc::new(Int64Array::from_iter_values(
                counts.map(|c| c.an.cast_signed()),
            )),
            _ => Arc::new(Float64Array::from_iter(
                counts.map(|c| (c.an > 0).then(|| c.ac as f64 / c.an as f64)),
            )),
        }
    }
}
