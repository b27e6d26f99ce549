//! The merge itself: callsets side by side, locus by locus.

use std::collections::HashMap;
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, BinaryViewBuilder, Float64Array, Int64Array, RecordBatch, RecordBatchOptions,
};
use arrow::compute::interleave;
use arrow::datatypes::SchemaRef;
use datafusion::common::{Result, internal_err};
use datafusion::execution::SendableRecordBatchStream;
use futures::future::BoxFuture;
use futures::{FutureExt, StreamExt};
use kohort_functions::KohortOptions;
use kohort_genome::PloidyClass;
use kohort_genotype::{
    Cohort, Counter, GenotypeCounts, SampleDirectory, SiteCalls, absent, compose,
};

use super::MergedCallset;
use super::agree::{Listings, United, is_united};
use super::locus::{
    COUNTS, Counts, Evidence, LocusRow, N_COUNTS, Rows, as_reference, count, for_each_allele,
    for_other_allele, is_count,
};
use super::tiles::Tile;
use super::unlisted::{SeenAs, seen_from_elsewhere};
use crate::catalog::external;
use crate::operator::{Inputs, Operator, Output};

/// The merge of callsets.
#[derive(Debug)]
pub(crate) struct Merge {
    pub(crate) schema: SchemaRef,
    pub(crate) input: SchemaRef,
    pub(crate) callsets: Vec<MergedCallset>,
    pub(crate) tiles: Vec<Tile>,
    pub(crate) partitions: usize,
    pub(crate) directory: Arc<SampleDirectory>,
}

impl Operator for Merge {
    fn name(&self) -> &'static str {
        "MergeCallsets"
    }

    fn describe(&self) -> String {
        format!(
            "callsets={}, tiles={}",
            self.callsets.len(),
            self.tiles.len()
        )
    }

    /// A partition of an input is a tile.
    fn owns_inputs(&self) -> bool {
        true
    }

    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    fn run(
        self: Arc<Self>,
        partition: usize,
        inputs: Inputs,
        output: Output,
    ) -> BoxFuture<'static, Result<()>> {
        async move {
            let mut merger = Merger::new(&self);
            for tile in (partition..self.tiles.len()).step_by(self.partitions) {
                self.merge_tile(tile, &inputs, &output, &mut merger).await?;
            }
            if !merger.is_empty() {
                output.send(merger.flush()?).await?;
            }
            Ok(())
        }
        .boxed()
    }
}

impl Merge {
    async fn merge_tile(
        &self,
        tile: usize,
        inputs: &Inputs,
        output: &Output,
        merger: &mut Merger<'_>,
    ) -> Result<()> {
        let bounds = &self.tiles[tile];
        let mut sides = (0..self.callsets.len())
            .map(|callset| {
                Ok(Side {
                    stream: inputs.stream(callset, tile)?,
                    rows: None,
                    row: 0,
                    bounds: (bounds.start, bounds.end),
                })
            })
            .collect::<Result<Vec<_>>>()?;
        let mut locus: Vec<LocusRow> = Vec::new();
        loop {
            for side in &mut sides {
                side.fill().await?;
            }
            let Some((chrom, pos)) = sides.iter().filter_map(Side::locus).min() else {
                return Ok(());
            };
            let chrom = chrom.to_string();
            locus.clear();
            for (callset, side) in sides.iter_mut().enumerate() {
                while side.locus() == Some((chrom.as_str(), pos)) {
                    if let Some(rows) = &side.rows {
                        locus.push(LocusRow {
                            callset,
                            rows: Arc::clone(rows),
                            row: side.row,
                        });
                    }
                    side.row += 1;
                    side.fill().await?;
                }
            }
            output.timed(|| merger.add_locus(&chrom, pos, &mut locus))?;
            if merger.len() >= inputs.batch_size() {
                output.send(merger.flush()?).await?;
            }
        }
    }
}

/// A callset's rows in a tile, read one after another.
struct Side {
    stream: SendableRecordBatchStream,
    rows: Option<Arc<Rows>>,
    row: usize,
    bounds: (i64, i64),
}

impl Side {
    /// Moves to the next row inside of the tile, if the current one is behind or outside.
    async fn fill(&mut self) -> Result<()> {
        loop {
            if let Some(rows) = &self.rows {
                while self.row < rows.len() {
                    let pos = rows.pos(self.row);
                    if (self.bounds.0..=self.bounds.1).contains(&pos) {
                        return Ok(());
                    }
                    self.row += 1;
                }
                self.rows = None;
            }
            let Some(batch) = self.stream.next().await.transpose()? else {
                return Ok(());
            };
            self.rows = Some(Arc::new(Rows::new(batch)?));
            self.row = 0;
        }
    }

    fn locus(&self) -> Option<(&str, i64)> {
        self.rows.as_ref().map(|rows| rows.locus(self.row))
    }
}

/// Collects merged rows until they fill a batch.
struct Merger<'a> {
    merge: &'a Merge,
    /// The batches that rows are taken from, and each result row's (batch, row).
    sources: Vec<Arc<Rows>>,
    taken: Vec<(usize, usize)>,
    /// All rows that list each result row's allele, where a column needs them.
    listings: Option<Listings>,
    counts: Vec<Counts>,
    genotypes: Option<BinaryViewBuilder>,
    /// What absent callsets count, per callset and ploidy class.
    absent_counts: HashMap<(usize, PloidyClass), Counts>,
    counter: Counter,
    site: SiteCalls,
}

impl<'a> Merger<'a> {
    fn new(merge: &'a Merge) -> Self {
        let rules = KohortOptions::default().rules();
        let with_genotypes = merge.schema.field_with_name("genotypes").is_ok();
        let with_listings = merge.schema.fields().iter().any(|f| is_united(f.name()));
        Self {
            merge,
            sources: Vec::new(),
            taken: Vec::new(),
            listings: with_listings.then(Listings::default),
            counts: Vec::new(),
            genotypes: with_genotypes.then(BinaryViewBuilder::new),
            absent_counts: HashMap::new(),
            counter: Counter::new(&merge.directory, &Cohort::all(&merge.directory), rules),
            site: SiteCalls::new(),
        }
    }

    fn len(&self) -> usize {
        self.taken.len()
    }

    fn is_empty(&self) -> bool {
        self.taken.is_empty()
    }

    fn add_locus(&mut self, chrom: &str, pos: i64, locus: &mut [LocusRow]) -> Result<()> {
        let callsets = self.merge.callsets.len();
        for_each_allele(locus, callsets, |row, evidence| {
            self.add(chrom, pos, row, evidence)
        })
    }

    fn add(&mut self, chrom: &str, pos: i64, row: &LocusRow, all: &[Evidence<'_>]) -> Result<()> {
        let source = self.source(&row.rows);
        self.taken.push((source, row.row));
        self.list(all);
        let mut total = [0; N_COUNTS];
        for (callset, evidence) in all.iter().enumerate() {
            let counts = match evidence {
                Evidence::Listed(row) => row.rows.counts(row.row),
                Evidence::Other(row) => for_other_allele(row.rows.counts(row.row)),
                Evidence::OtherSite { row, n_hemi_alt } => {
                    let class = self.class(callset, chrom, pos);
                    as_reference(row.rows.counts(row.row), *n_hemi_alt, class)
                }
                Evidence::Absent => {
                    let class = self.class(callset, chrom, pos);
                    self.absent(callset, class)?
                }
            };
            for (total, count) in total.iter_mut().zip(counts) {
                *total += count;
            }
        }
        self.counts.push(total);
        if self.genotypes.is_some() {
            let value = self.compose(chrom, pos, all)?;
            if let Some(genotypes) = &mut self.genotypes {
                genotypes.append_option(value);
            }
        }
        Ok(())
    }

    /// The place of a batch among those that rows are taken from.
    fn source(&mut self, rows: &Arc<Rows>) -> usize {
        let known = self.sources.iter().rposition(|r| Arc::ptr_eq(r, rows));
        known.unwrap_or_else(|| {
            self.sources.push(Arc::clone(rows));
            self.sources.len() - 1
        })
    }

    /// Keeps which rows list an allele, where a column needs to know.
    fn list(&mut self, all: &[Evidence<'_>]) {
        let Some(mut listings) = self.listings.take() else {
            return;
        };
        for evidence in all {
            if let Evidence::Listed(row) = evidence {
                listings.push(self.source(&row.rows), row.row);
            }
        }
        listings.end_row();
        self.listings = Some(listings);
    }

    fn class(&self, callset: usize, chrom: &str, pos: i64) -> PloidyClass {
        let pos = u32::try_from(pos).unwrap_or(0);
        let genome = self.merge.callsets[callset].genome;
        genome.map_or(PloidyClass::Diploid, |genome| {
            genome.ploidy_class(chrom, pos)
        })
    }

    /// What the samples of a callset that lists nothing count there.
    fn absent(&mut self, callset: usize, class: PloidyClass) -> Result<Counts> {
        if let Some(counts) = self.absent_counts.get(&(callset, class)) {
            return Ok(*counts);
        }
        let MergedCallset {
            block,
            absent: as_what,
            ..
        } = self.merge.callsets[callset];
        let mut value = Vec::new();
        absent(block, class, as_what, &mut value);
        let counted: GenotypeCounts = self.counter.count(&value).map_err(external)?;
        let counts = COUNTS
            .each_ref()
            .map(|count| (count.of)(&counted).cast_signed());
        self.absent_counts.insert((callset, class), counts);
        Ok(counts)
    }

    /// One value over all callsets; `None` where none of them has genotypes.
    fn compose(&mut self, chrom: &str, pos: i64, all: &[Evidence<'_>]) -> Result<Option<Vec<u8>>> {
        let mut made: Vec<Vec<u8>> = Vec::new();
        let mut values: Vec<Option<&[u8]>> = Vec::with_capacity(all.len());
        for (callset, evidence) in all.iter().enumerate() {
            match evidence {
                Evidence::Listed(row) => {
                    values.extend(row.rows.genotypes(row.row).map(Some));
                }
                Evidence::Other(row) | Evidence::OtherSite { row, .. } => {
                    let Some(bytes) = row.rows.genotypes(row.row) else {
                        continue;
                    };
                    let seen_as = match evidence {
                        Evidence::OtherSite { .. } => SeenAs::Reference,
                        _ => SeenAs::OtherAlleles,
                    };
                    let mut value = Vec::new();
                    let directory = &self.merge.directory;
                    seen_from_elsewhere(bytes, seen_as, directory, &mut self.site, &mut value)?;
                    made.push(value);
                    values.push(None);
                }
                Evidence::Absent => {
                    let class = self.class(callset, chrom, pos);
                    let MergedCallset {
                        block,
                        absent: as_what,
                        ..
                    } = self.merge.callsets[callset];
                    let mut value = Vec::new();
                    absent(block, class, as_what, &mut value);
                    made.push(value);
                    values.push(None);
                }
            }
        }
        let mut made = made.iter();
        let values: Vec<&[u8]> = values
            .into_iter()
            .filter_map(|value| value.or_else(|| made.next().map(Vec::as_slice)))
            .collect();
        match values.as_slice() {
            [] => Ok(None),
            [only] => Ok(Some(only.to_vec())),
            values => {
                let mut out = Vec::new();
                compose(values, &mut out).map_err(external)?;
                Ok(Some(out))
            }
        }
    }

    /// The rows collected so far.
    fn flush(&mut self) -> Result<RecordBatch> {
        let mut columns: Vec<ArrayRef> = Vec::with_capacity(self.merge.schema.fields().len());
        let united = self.united()?;
        for field in self.merge.schema.fields() {
            columns.push(match field.name().as_str() {
                "af" => self.ratio(|c| (count(c, "ac"), count(c, "an"))),
                "call_rate" => self.ratio(|c| {
                    let without =
                        ["n_no_copy", "n_unexpected", "n_unknown_sex"].map(|name| count(c, name));
                    (
                        count(c, "n_called"),
                        count(c, "n_samples") - without.iter().sum::<i64>(),
                    )
                }),
                "genotypes" => match &mut self.genotypes {
                    Some(genotypes) => Arc::new(genotypes.finish()),
                    None => return internal_err!("genotypes were not asked for"),
                },
                name if is_count(name) => Arc::new(
                    self.counts
                        .iter()
                        .map(|c| Some(count(c, name)))
                        .collect::<Int64Array>(),
                ),
                name => match &united {
                    Some(united) if is_united(name) => united.column(name)?,
                    _ => self.take(name)?,
                },
            });
        }
        let rows = RecordBatchOptions::new().with_row_count(Some(self.taken.len()));
        let batch =
            RecordBatch::try_new_with_options(Arc::clone(&self.merge.schema), columns, &rows)?;
        self.sources.clear();
        self.taken.clear();
        self.counts.clear();
        if let Some(listings) = &mut self.listings {
            listings.clear();
        }
        Ok(batch)
    }

    #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
    fn ratio(&self, of: impl Fn(&Counts) -> (i64, i64)) -> ArrayRef {
        let ratios = self.counts.iter().map(|counts| {
            let (above, below) = of(counts);
            (below > 0).then(|| above as f64 / below as f64)
        });
        Arc::new(ratios.collect::<Float64Array>())
    }

    /// The columns that take into account what every callset says.
    fn united(&self) -> Result<Option<United>> {
        let Some(listings) = &self.listings else {
            return Ok(None);
        };
        let batches: Vec<&RecordBatch> = self.sources.iter().map(|rows| &rows.batch).collect();
        let Merge { schema, input, .. } = self.merge;
        United::new(schema, input, &batches, listings).map(Some)
    }

    /// A column that is the same in every callset that lists the allele.
    fn take(&self, name: &str) -> Result<ArrayRef> {
        let column = self.merge.input.index_of(name)?;
        let arrays: Vec<&dyn Array> = self
            .sources
            .iter()
            .map(|rows| rows.batch.column(column).as_ref())
            .collect();
        Ok(interleave(&arrays, &self.taken)?)
    }
}
