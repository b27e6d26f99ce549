//! From sorted rows back to records: the rows of a record come near each other, not together.

use crate::Error;
use arrow::array::{Array, AsArray, Int32Array, Int64Array, RecordBatch, StringArray};
use arrow::datatypes::{Int32Type, Int64Type};
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

/// How far a row may lie from its record's own POS: left-aligning moves at most half of it, and
/// what trimming can move right is a part of REF.
pub(crate) const MARGIN: i64 = 10_000;

/// A batch of `callset_variants` rows, its columns found once.
#[derive(Debug)]
pub(crate) struct Rows {
    pub(crate) batch: RecordBatch,
    pub(crate) chrom: StringArray,
    pub(crate) pos: Int64Array,
    record_index: Int64Array,
    allele_index: Int32Array,
    n_alleles: Int32Array,
    original_pos: Int64Array,
}

impl Rows {
    pub(crate) fn new(batch: RecordBatch) -> Result<Self, Error> {
        Ok(Self {
            chrom: text(&batch, "chrom")?,
            pos: int64(&batch, "pos")?,
            record_index: int64(&batch, "record_index")?,
            allele_index: int32(&batch, "allele_index")?,
            n_alleles: int32(&batch, "n_alleles")?,
            original_pos: int64(&batch, "original_pos")?,
            batch,
        })
    }

    /// POS as the file had it.
    pub(crate) fn written_pos(&self, row: usize) -> i64 {
        if self.original_pos.is_null(row) {
            self.pos.value(row)
        } else {
            self.original_pos.value(row)
        }
    }
}

/// A column of a known type.
pub(crate) fn text(batch: &RecordBatch, name: &'static str) -> Result<StringArray, Error> {
    let column = batch
        .column_by_name(name)
        .and_then(|c| c.as_string_opt::<i32>());
    column.cloned().ok_or(Error::Schema { column: name })
}

/// A column of a known type.
pub(crate) fn int64(batch: &RecordBatch, name: &'static str) -> Result<Int64Array, Error> {
    let column = batch
        .column_by_name(name)
        .and_then(|c| c.as_primitive_opt::<Int64Type>());
    column.cloned().ok_or(Error::Schema { column: name })
}

/// A column of a known type.
pub(crate) fn int32(batch: &RecordBatch, name: &'static str) -> Result<Int32Array, Error> {
    let column = batch
        .column_by_name(name)
        .and_then(|c| c.as_primitive_opt::<Int32Type>());
    column.cloned().ok_or(Error::Schema { column: name })
}

/// All rows of one record, by allele index.
#[derive(Debug)]
pub(crate) struct Record {
    pub(crate) index: i64,
    pub(crate) rows: Vec<(Arc<Rows>, usize)>,
    n_expected: usize,
}

impl Record {
    pub(crate) fn first(&self) -> Result<(&Rows, usize), Error> {
        let first = self.rows.first().map(|(rows, row)| (rows.as_ref(), *row));
        first.ok_or(Error::Schema {
            column: "record_index",
        })
    }

    /// POS as the file had it.
    pub(crate) fn written_pos(&self) -> i64 {
        self.rows
            .first()
            .map_or(0, |(rows, row)| rows.written_pos(*row))
    }

    fn is_complete(&self) -> bool {
        self.rows.len() == self.n_expected
    }
}

/// Collects rows until their records are whole, and gives the records in their own order.
#[derive(Debug, Default)]
pub(crate) struct Collector {
    open: BTreeMap<i64, Record>,
    next: Option<i64>,
    chrom: String,
    ready: VecDeque<Record>,
}

impl Collector {
    /// For a whole callset, whose first record is number 0.
    pub(crate) fn from_start() -> Self {
        Self {
            next: Some(0),
            ..Self::default()
        }
    }

    /// Adds rows; gives the records that are whole and in turn.
    pub(crate) fn add(&mut self, rows: &Arc<Rows>) -> Result<&mut VecDeque<Record>, Error> {
        for row in 0..rows.batch.num_rows() {
            let chrom = rows.chrom.value(row);
            if chrom != self.chrom {
                self.flush()?;
                chrom.clone_into(&mut self.chrom);
            }
            let index = rows.record_index.value(row);
            let n_alleles = usize::try_from(rows.n_alleles.value(row)).unwrap_or(1);
            let record = self.open.entry(index).or_insert_with(|| Record {
                index,
                rows: Vec::new(),
                n_expected: n_alleles.saturating_sub(1).max(1),
            });
            record.rows.push((Arc::clone(rows), row));
            self.release(rows.pos.value(row));
        }
        Ok(&mut self.ready)
    }

    /// Ends the rows, or those of a contig: what is open must be whole.
    pub(crate) fn flush(&mut self) -> Result<&mut VecDeque<Record>, Error> {
        while let Some((_, record)) = self.open.pop_first() {
            if !record.is_complete() {
                let pos = record.written_pos();
                let chrom = self.chrom.clone();
                return Err(Error::IncompleteRecord { chrom, pos });
            }
            self.give(record);
        }
        Ok(&mut self.ready)
    }

    fn release(&mut self, pos: i64) {
        while let Some(entry) = self.open.first_entry() {
            let record = entry.get();
            let in_turn = Some(record.index) == self.next;
            let is_past = pos - record.written_pos() > MARGIN;
            if !record.is_complete() || !(in_turn || is_past) {
                return;
            }
            let record = entry.remove();
            self.give(record);
        }
    }

    fn give(&mut self, mut record: Record) {
        self.next = Some(record.index + 1);
        record
            .rows
            .sort_by_key(|(rows, row)| rows.allele_index.value(*row));
        self.ready.push_back(record);
    }
}
