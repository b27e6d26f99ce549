//! The window in which rows are put back into order.
//!
//! Records come sorted by their own POS. Trimming moves a row right and left-aligning moves it
//! left, so rows of neighbouring records may change places; [`Window`] holds the few rows that a
//! later record could still precede, and lets the others go.

use crate::Error;
use arrow::array::{AsArray, Int64Array, RecordBatch, StringArray, UInt32Array};
use arrow::compute::{concat_batches, take_record_batch};
use arrow::datatypes::Int64Type;
use std::cmp::Ordering;

/// What rows are sorted by, within a contig.
struct Keys<'a> {
    pos: &'a Int64Array,
    reference: Option<&'a StringArray>,
    alternate: Option<&'a StringArray>,
    record: &'a Int64Array,
}

impl<'a> Keys<'a> {
    fn of(batch: &'a RecordBatch) -> Result<Self, Error> {
        let integers = |name: &'static str| {
            batch
                .column_by_name(name)
                .and_then(|c| c.as_primitive_opt::<Int64Type>())
                .ok_or(Error::Schema { column: name })
        };
        let text = |name: &str| {
            batch
                .column_by_name(name)
                .and_then(|c| c.as_string_opt::<i32>())
        };
        Ok(Self {
            pos: integers("pos")?,
            reference: text("ref"),
            alternate: text("alt"),
            record: integers("record_index")?,
        })
    }

    fn compare(&self, i: usize, other: &Keys<'_>, j: usize) -> Ordering {
        let by_text = |a: Option<&StringArray>, b: Option<&StringArray>| match (a, b) {
            (Some(a), Some(b)) => a.value(i).cmp(b.value(j)),
            _ => Ordering::Equal,
        };
        self.pos
            .value(i)
            .cmp(&other.pos.value(j))
            .then_with(|| by_text(self.reference, other.reference))
            .then_with(|| by_text(self.alternate, other.alternate))
            .then_with(|| self.record.value(i).cmp(&other.record.value(j)))
    }

    fn len(&self) -> usize {
        self.pos.len()
    }
}

/// Sorts rows by pos, ref, alt, and record; gives them back untouched when they are sorted.
pub(crate) fn sort(batch: RecordBatch) -> Result<RecordBatch, Error> {
    let order = {
        let keys = Keys::of(&batch)?;
        let sorted = |i: &usize| keys.compare(*i, &keys, i + 1) != Ordering::Greater;
        if (0..keys.len().saturating_sub(1)).all(|i| sorted(&i)) {
            None
        } else {
            let n = u32::try_from(keys.len()).map_err(|_| Error::Schema { column: "pos" })?;
            let mut order: Vec<u32> = (0..n).collect();
            order.sort_by(|&a, &b| keys.compare(a as usize, &keys, b as usize));
            Some(order)
        }
    };
    match order {
        None => Ok(batch),
        Some(order) => Ok(take_record_batch(&batch, &UInt32Array::from(order))?),
    }
}

/// How many rows have the same pos, ref and alt as the row before them.
pub(crate) fn count_duplicates(batch: &RecordBatch) -> Result<u64, Error> {
    let keys = Keys::of(batch)?;
    let equal = |i: &usize| {
        let text = |a: Option<&StringArray>| a.is_none_or(|a| a.value(*i - 1) == a.value(*i));
        keys.pos.value(*i - 1) == keys.pos.value(*i) && text(keys.reference) && text(keys.alternate)
    };
    Ok((1..keys.len()).filter(equal).count() as u64)
}

/// Whether the first row repeats pos, ref and alt of the row before the batch.
pub(crate) fn is_repeated(before: &RecordBatch, batch: &RecordBatch) -> Result<bool, Error> {
    let (old, new) = (Keys::of(before)?, Keys::of(batch)?);
    let text = |a: Option<&StringArray>, b: Option<&StringArray>| match (a, b) {
        (Some(a), Some(b)) => a.value(0) == b.value(0),
        _ => true,
    };
    Ok(old.len() > 0
        && new.len() > 0
        && old.pos.value(0) == new.pos.value(0)
        && text(old.reference, new.reference)
        && text(old.alternate, new.alternate))
}

/// The key columns of the last row, copied so that they pin nothing.
pub(crate) fn last_row(batch: &RecordBatch) -> Result<RecordBatch, Error> {
    let names = ["pos", "ref", "alt", "record_index"];
    let columns: Vec<usize> = names
        .iter()
        .filter_map(|name| batch.schema().index_of(name).ok())
        .collect();
    let n = u32::try_from(batch.num_rows()).unwrap_or(u32::MAX);
    let last = UInt32Array::from_iter_values((n > 0).then(|| n - 1));
    Ok(take_record_batch(&batch.project(&columns)?, &last)?)
}

/// Holds back rows that later ones may precede.
#[derive(Default)]
pub(crate) struct Window {
    /// Sorted, and in order among each other.
    held: Vec<RecordBatch>,
}

impl Window {
    /// Adds rows that are sorted among themselves.
    pub(crate) fn push(&mut self, batch: RecordBatch) -> Result<(), Error> {
        if batch.num_rows() == 0 {
            return Ok(());
        }
        let head = match self.held.last() {
            None => 0,
            Some(last) => {
                let (old, new) = (Keys::of(last)?, Keys::of(&batch)?);
                let end = old.len() - 1;
                partition_point(new.len(), |i| new.compare(i, &old, end) == Ordering::Less)
            }
        };
        if head > 0 {
            let mut parts = std::mem::take(&mut self.held);
            parts.push(batch.slice(0, head));
            self.held
                .push(sort(concat_batches(&batch.schema(), &parts)?)?);
        }
        if head < batch.num_rows() {
            self.held.push(batch.slice(head, batch.num_rows() - head));
        }
        Ok(())
    }

    /// Lets go of the rows before `horizon`: no later row can be there.
    pub(crate) fn release(
        &mut self,
        horizon: i64,
        mut emit: impl FnMut(RecordBatch) -> Result<(), Error>,
    ) -> Result<(), Error> {
        for batch in std::mem::take(&mut self.held) {
            let keys = Keys::of(&batch)?;
            let ready = partition_point(keys.len(), |i| keys.pos.value(i) < horizon);
            if ready > 0 {
                emit(batch.slice(0, ready))?;
            }
            if ready < batch.num_rows() {
                self.held.push(batch.slice(ready, batch.num_rows() - ready));
            }
        }
        Ok(())
    }
}

fn partition_point(len: usize, before: impl Fn(usize) -> bool) -> usize {
    let (mut low, mut high) = (0, len);
    while low < high {
        let middle = low + (high - low) / 2;
        if before(middle) {
            low = middle + 1
        } else {
            high = middle
        }
    }
    low
}
