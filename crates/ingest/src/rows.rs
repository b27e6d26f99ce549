//! The rows of `callset_variants` that one worker builds: a row per ALT.

use crate::Error;
use crate::info::InfoBuilder;
use crate::plan::Plan;
use arrow::array::{
    ArrayRef, BinaryBuilder, BooleanBuilder, Float32Builder, Float64Builder, Int32Builder,
    Int64Builder, ListBuilder, RecordBatch, StringArray, StringBuilder,
};
use arrow::datatypes::{Fields, SchemaRef};
use kohort_genotype::GenotypeCounts;
use kohort_vcf::RecordView;
use kohort_vcf::normalise::VariantType;
use kohort_vcf::value::Escapes;
use std::sync::Arc;

/// One row, but for INFO, which the builder takes from the record that it read last.
pub(crate) struct Row<'a> {
    pub(crate) view: &'a RecordView<'a>,
    pub(crate) pos: i64,
    pub(crate) end: i64,
    pub(crate) reference: &'a str,
    pub(crate) alternate: &'a str,
    /// The ALT as the file has it.
    pub(crate) written_alternate: &'a str,
    pub(crate) variant_type: VariantType,
    pub(crate) record_index: i64,
    /// 1-based.
    pub(crate) allele_index: u16,
    /// The packed calls and what they count to, where there is a GT.
    pub(crate) genotypes: Option<(&'a [u8], &'a GenotypeCounts)>,
}

/// A count's column, and how it is read from the counts.
pub(crate) type CountColumn = (&'static str, fn(&GenotypeCounts) -> u64);

/// The stored counts, by column name.
pub(crate) const COUNTS: [CountColumn; 15] = [
    ("ac", |c| c.ac),
    ("an", |c| c.an),
    ("n_samples", |c| c.n_samples),
    ("n_called", GenotypeCounts::n_called),
    ("n_hom_ref", |c| c.n_hom_ref),
    ("n_het", |c| c.n_het),
    ("n_hom_alt", |c| c.n_hom_alt),
    ("n_hemi_ref", |c| c.n_hemi_ref),
    ("n_hemi_alt", |c| c.n_hemi_alt),
    ("n_partial", |c| c.n_partial),
    ("n_missing", |c| c.n_missing),
    ("n_het_haploid", |c| c.n_het_haploid),
    ("n_unknown_sex", |c| c.n_unknown_sex),
    ("n_unexpected", |c| c.n_unexpected),
    ("n_no_copy", |c| c.n_no_copy),
];

/// Builders of all columns.
pub(crate) struct RowBuilder {
    schema: SchemaRef,
    info_fields: Fields,
    pub(crate) info: InfoBuilder,
    pos: Int64Builder,
    end: Int64Builder,
    reference: StringBuilder,
    alternate: StringBuilder,
    variant_type: StringBuilder,
    id: StringBuilder,
    qual: Float32Builder,
    filter: ListBuilder<StringBuilder>,
    counts: Vec<Int64Builder>,
    af: Float64Builder,
    call_rate: Float64Builder,
    is_multiallelic: BooleanBuilder,
    record_index: Int64Builder,
    allele_index: Int32Builder,
    n_alleles: Int32Builder,
    original_pos: Int64Builder,
    original_ref: StringBuilder,
    original_alt: StringBuilder,
    genotypes: BinaryBuilder,
    n_rows: usize,
}

impl RowBuilder {
    pub(crate) fn new(plan: &Plan, escapes: Escapes) -> Self {
        Self {
            schema: Arc::clone(&plan.variants_schema),
            info_fields: plan.info_struct.clone(),
            info: InfoBuilder::new(Arc::clone(&plan.infos), &plan.dropped_infos, escapes),
            pos: Int64Builder::new(),
            end: Int64Builder::new(),
            reference: StringBuilder::new(),
            alternate: StringBuilder::new(),
            variant_type: StringBuilder::new(),
            id: StringBuilder::new(),
            qual: Float32Builder::new(),
            filter: ListBuilder::new(StringBuilder::new()),
            counts: COUNTS.iter().map(|_| Int64Builder::new()).collect(),
            af: Float64Builder::new(),
            call_rate: Float64Builder::new(),
            is_multiallelic: BooleanBuilder::new(),
            record_index: Int64Builder::new(),
            allele_index: Int32Builder::new(),
            n_alleles: Int32Builder::new(),
            original_pos: Int64Builder::new(),
            original_ref: StringBuilder::new(),
            original_alt: StringBuilder::new(),
            genotypes: BinaryBuilder::new(),
            n_rows: 0,
        }
    }

    /// Appends one row.
    pub(crate) fn append(&mut self, row: &Row<'_>) {
        let view = row.view;
        self.pos.append_value(row.pos);
        self.end.append_value(row.end);
        self.reference.append_value(row.reference);
        self.alternate.append_value(row.alternate);
        self.variant_type.append_value(row.variant_type.as_str());
        self.id.append_option(Some(view.id).filter(|id| *id != "."));
        self.qual.append_option(view.qual);
        self.append_filter(view);
        self.append_counts(row.genotypes.map(|(_, counts)| counts));
        self.genotypes
            .append_option(row.genotypes.map(|(bytes, _)| bytes));
        self.is_multiallelic.append_value(view.n_alt > 1);
        self.record_index.append_value(row.record_index);
        self.allele_index.append_value(i32::from(row.allele_index));
        self.n_alleles.append_value(i32::from(view.n_alt) + 1);
        let original = i64::from(view.pos);
        self.original_pos
            .append_option(Some(original).filter(|pos| *pos != row.pos));
        let reference = Some(view.reference).filter(|r| *r != row.reference);
        self.original_ref.append_option(reference);
        let alternate = Some(row.written_alternate).filter(|a| *a != row.alternate);
        self.original_alt.append_option(alternate);
        self.info.append(view.info, usize::from(row.allele_index));
        self.n_rows += 1;
    }

    fn append_filter(&mut self, view: &RecordView<'_>) {
        match view.filters() {
            None => self.filter.append_null(),
            Some(filters) => {
                let mut any = false;
                for filter in filters {
                    self.filter.values().append_value(filter);
                    any = true;
                }
                if !any {
                    self.filter.values().append_value("PASS");
                }
                self.filter.append(true);
            }
        }
    }

    fn append_counts(&mut self, counts: Option<&GenotypeCounts>) {
        match counts {
            Some(counts) => {
                for (builder, (_, count)) in self.counts.iter_mut().zip(&COUNTS) {
                    builder.append_value(stored(count(counts)));
                }
                self.af.append_option(counts.af());
                self.call_rate.append_option(counts.call_rate());
            }
            None => {
                self.counts.iter_mut().for_each(Int64Builder::append_null);
                self.af.append_null();
                self.call_rate.append_null();
            }
        }
    }

    /// The rows since the last call, all of one contig.
    pub(crate) fn finish(&mut self, chrom: &str) -> Result<RecordBatch, Error> {
        let n = std::mem::take(&mut self.n_rows);
        let info = self.info.finish(&self.info_fields)?;
        let mut counts: Vec<ArrayRef> = self
            .counts
            .iter_mut()
            .map(|b| Arc::new(b.finish()) as ArrayRef)
            .collect();
        let schema = Arc::clone(&self.schema);
        let mut columns: Vec<ArrayRef> = Vec::with_capacity(schema.fields().len());
        for field in schema.fields() {
            let name = field.name().as_str();
            let count = COUNTS.iter().position(|(count, _)| *count == name);
            columns.push(match (name, count) {
                (_, Some(i)) => std::mem::replace(&mut counts[i], Arc::clone(&info)),
                ("chrom", _) => {
                    Arc::new(StringArray::from_iter_values(std::iter::repeat_n(chrom, n)))
                }
                ("info", _) => Arc::clone(&info),
                (name, _) => self.finish_column(name).ok_or(Error::UnknownColumn {
                    column: name.to_owned(),
                })?,
            });
        }
        Ok(RecordBatch::try_new(schema, columns)?)
    }

    fn finish_column(&mut self, name: &str) -> Option<ArrayRef> {
        Some(match name {
            "pos" => Arc::new(self.pos.finish()),
            "end" => Arc::new(self.end.finish()),
            "ref" => Arc::new(self.reference.finish()),
            "alt" => Arc::new(self.alternate.finish()),
            "variant_type" => Arc::new(self.variant_type.finish()),
            "id" => Arc::new(self.id.finish()),
            "qual" => Arc::new(self.qual.finish()),
            "filter" => Arc::new(self.filter.finish()),
            "af" => Arc::new(self.af.finish()),
            "call_rate" => Arc::new(self.call_rate.finish()),
            "is_multiallelic" => Arc::new(self.is_multiallelic.finish()),
            "record_index" => Arc::new(self.record_index.finish()),
            "allele_index" => Arc::new(self.allele_index.finish()),
            "n_alleles" => Arc::new(self.n_alleles.finish()),
            "original_pos" => Arc::new(self.original_pos.finish()),
            "original_ref" => Arc::new(self.original_ref.finish()),
            "original_alt" => Arc::new(self.original_alt.finish()),
            "genotypes" => Arc::new(self.genotypes.finish()),
            _ => return None,
        })
    }
}

/// Counts of people and alleles stay far below 2^63.
pub(crate) fn stored(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
