//! FORMAT columns: the fields of each call but GT, in blocks of samples; and what `adj` needs.
//!
//! One pass over a record's sample columns does both. A row of `call_fields` is one record in one
//! block of samples; a record whose FORMAT is GT alone has none.

use crate::Error;
use crate::adj::CallQuality;
use crate::info::{has_codes, list, offset};
use crate::leaf::{LeafBuilder, integer};
use crate::plan::{AS_WRITTEN, FieldPlan, Plan};
use arrow::array::{
    ArrayRef, BooleanArray, Int32Builder, Int64Builder, NullBufferBuilder, RecordBatch,
    StringArray, StringBuilder, StructArray,
};
use arrow::datatypes::{Fields, SchemaRef};
use kohort_genotype::CallBuf;
use kohort_schema::{Scalar, Shape};
use kohort_vcf::value::{Dimensions, Escapes, FieldName, check_value, expected_count};
use kohort_vcf::{FormatVisitor, RecordView};
use std::sync::Arc;

/// Samples of one row: few enough that one sample's fields can be read without most of the others.
pub(crate) const SAMPLES_PER_BLOCK: usize = 1024;

/// What a FORMAT key of the current record is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Key {
    /// GT, or declared and not kept.
    Skip,
    /// A column.
    Column(usize),
    /// Not declared by any header line.
    Undeclared(usize),
}

/// What a key is for `adj`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Quality {
    None,
    Gq,
    Dp,
    Ad,
}

/// Builds the `call_fields` rows of one worker.
pub(crate) struct CallFieldsBuilder {
    plan: Arc<[FieldPlan]>,
    dropped: Vec<String>,
    columns: Vec<CallColumn>,
    undeclared: StringList,
    /// The values with percent codes as the file has them; only where the schema has the field.
    as_written: Option<StringList>,
    /// Those of the current sample, and whether a sample of the current row has any.
    written: String,
    any_written: bool,
    escapes: Escapes,
    pos: Int64Builder,
    record_index: Int64Builder,
    block_start: Int32Builder,
    n_rows: usize,
    /// The FORMAT text that `keys` was made from.
    format: String,
    keys: Vec<(Key, Quality)>,
    names: Vec<String>,
    present: Vec<bool>,
    text: String,
}

impl CallFieldsBuilder {
    pub(crate) fn new(plan: &Plan, escapes: Escapes) -> Self {
        let has_as_written = plan.call_struct.iter().any(|f| f.name() == AS_WRITTEN);
        let dropped = &plan.dropped_formats;
        let plan = Arc::clone(&plan.formats);
        Self {
            columns: plan.iter().map(|f| CallColumn::new(f, escapes)).collect(),
            as_written: has_as_written.then(StringList::default),
            written: String::new(),
            any_written: false,
            escapes,
            present: vec![false; plan.len()],
            plan,
            dropped: dropped.to_vec(),
            undeclared: StringList::default(),
            pos: Int64Builder::new(),
            record_index: Int64Builder::new(),
            block_start: Int32Builder::new(),
            n_rows: 0,
            format: String::new(),
            keys: Vec::new(),
            names: Vec::new(),
            text: String::new(),
        }
    }

    /// Whether a record with this FORMAT says anything beyond GT that is kept or needed.
    pub(crate) fn is_needed(&mut self, format: &str, adj: bool) -> bool {
        if matches!(format, "" | "." | "GT") {
            return false;
        }
        self.set_format(format);
        let needed =
            |(key, quality): &(Key, Quality)| *key != Key::Skip || adj && *quality != Quality::None;
        self.keys.iter().any(needed)
    }

    /// What takes a record's samples from [`kohort_vcf::parse_samples`]. `fault` hears of each
    /// field that breaks its declaration; when it accepts that, the value becomes NULL.
    pub(crate) fn visitor<'v, F>(
        &'v mut self,
        view: &RecordView<'_>,
        n_samples: usize,
        record_index: i64,
        quality: &'v mut CallQuality,
        fault: F,
    ) -> CallVisitor<'v, F>
    where
        F: FnMut(usize, kohort_vcf::Error) -> Result<(), kohort_vcf::Error>,
    {
        self.set_format(view.format);
        quality.start(n_samples);
        let keeps = self.keys.iter().any(|(key, _)| *key != Key::Skip);
        let (pos, n_alt) = (view.pos, view.n_alt);
        CallVisitor {
            calls: self,
            quality,
            fault,
            n_samples,
            record_index,
            pos,
            n_alt,
            keeps,
        }
    }

    fn set_format(&mut self, format: &str) {
        if self.format == format {
            return;
        }
        self.format.clear();
        self.format.push_str(format);
        self.keys.clear();
        self.names.clear();
        self.present.fill(false);
        for key in format.split(':') {
            let role = match key {
                "GQ" => Quality::Gq,
                "DP" => Quality::Dp,
                "AD" => Quality::Ad,
                _ => Quality::None,
            };
            let column = self.plan.iter().position(|field| field.line.id == key);
            let key = if let Some(column) = column {
                self.present[column] = true;
                Key::Column(column)
            } else if key == "GT" || self.dropped.iter().any(|id| id == key) {
                Key::Skip
            } else {
                self.names.push(key.to_owned());
                Key::Undeclared(self.names.len() - 1)
            };
            self.keys.push((key, role));
        }
    }

    /// The FORMAT keys of the current record that no header line declares.
    pub(crate) fn undeclared(&self) -> &[String] {
        &self.names
    }

    fn start_block(&mut self, pos: u32, record_index: i64, sample: usize) {
        self.pos.append_value(i64::from(pos));
        self.record_index.append_value(record_index);
        self.block_start.append_value(offset(sample));
        self.n_rows += 1;
    }

    fn end_block(&mut self) {
        for (column, present) in self.columns.iter_mut().zip(&self.present) {
            column.end_row(*present);
        }
        self.undeclared.end_row(!self.names.is_empty());
        if let Some(as_written) = &mut self.as_written {
            as_written.end_row(std::mem::take(&mut self.any_written));
        }
    }

    /// The rows since the last call, all of one contig; none when there are none.
    pub(crate) fn finish(
        &mut self,
        chrom: &str,
        schema: &SchemaRef,
        fields: &Fields,
    ) -> Result<Option<RecordBatch>, Error> {
        let n = std::mem::take(&mut self.n_rows);
        if n == 0 {
            return Ok(None);
        }
        let mut arrays = Vec::with_capacity(fields.len());
        for column in &mut self.columns {
            arrays.push(column.finish()?);
        }
        if arrays.len() < fields.len() {
            arrays.push(self.undeclared.finish()?);
        }
        if let Some(as_written) = &mut self.as_written {
            arrays.push(as_written.finish()?);
        }
        if arrays.is_empty() {
            arrays.push(Arc::new(BooleanArray::new_null(n)));
        }
        let columns: Vec<ArrayRef> = vec![
            Arc::new(StringArray::from_iter_values(std::iter::repeat_n(chrom, n))),
            Arc::new(self.pos.finish()),
            Arc::new(self.record_index.finish()),
            Arc::new(self.block_start.finish()),
            Arc::new(StructArray::try_new(fields.clone(), arrays, None)?),
        ];
        Ok(Some(RecordBatch::try_new(Arc::clone(schema), columns)?))
    }
}

/// Takes the samples of one record in order.
pub(crate) struct CallVisitor<'v, F> {
    calls: &'v mut CallFieldsBuilder,
    quality: &'v mut CallQuality,
    fault: F,
    n_samples: usize,
    record_index: i64,
    pos: u32,
    n_alt: u16,
    /// Something is written, not only looked at for `adj`.
    keeps: bool,
}

impl<F> FormatVisitor for CallVisitor<'_, F>
where
    F: FnMut(usize, kohort_vcf::Error) -> Result<(), kohort_vcf::Error>,
{
    #[inline]
    fn sample(
        &mut self,
        sample: u32,
        genotype: Option<&CallBuf>,
        fields: &[&[u8]],
    ) -> Result<(), kohort_vcf::Error> {
        let sample = sample as usize;
        if self.keeps && sample.is_multiple_of(SAMPLES_PER_BLOCK) {
            self.calls.start_block(self.pos, self.record_index, sample);
        }
        // Without a GT (or with `.`) the ploidy isn't known; 1 lets values of both pass.
        let ploidy = genotype.map_or(1, |call| u8::try_from(call.ploidy()).unwrap_or(u8::MAX));
        let dimensions = Dimensions {
            n_alt: self.n_alt,
            ploidy,
        };
        let calls = &mut *self.calls;
        calls.text.clear();
        for (&value, &(key, role)) in fields.iter().zip(&calls.keys) {
            match role {
                Quality::None => {}
                Quality::Gq => self.quality.set_gq(sample, value),
                Quality::Dp => self.quality.set_dp(sample, value),
                Quality::Ad => self.quality.set_ad(sample, value),
            }
            match key {
                Key::Skip => {}
                Key::Column(column) => {
                    let plan = &calls.plan[column];
                    if let Err(error) = calls.columns[column].append(plan, value, dimensions) {
                        (self.fault)(column, error)?;
                        calls.columns[column].append_null();
                    } else if plan.field_type.scalar == Scalar::String
                        && has_codes(value, calls.escapes)
                    {
                        append_entry(&mut calls.written, &plan.line.id, value)?;
                    }
                }
                Key::Undeclared(_) if value == b"." => {}
                Key::Undeclared(name) => {
                    let name = &calls.names[name];
                    if let Err(error) = append_entry(&mut calls.text, name, value) {
                        (self.fault)(UNDECLARED_FIELD, error)?;
                    }
                }
            }
        }
        if !calls.names.is_empty() {
            calls.undeclared.append(&calls.text);
        }
        if let Some(as_written) = calls.as_written.as_mut().filter(|_| self.keeps) {
            as_written.append(&calls.written);
            calls.any_written |= !calls.written.is_empty();
            calls.written.clear();
        }
        let next = sample + 1;
        if self.keeps && (next.is_multiple_of(SAMPLES_PER_BLOCK) || next == self.n_samples) {
            self.calls.end_block();
        }
        Ok(())
    }
}

/// What a fault calls a field that no header line declares.
pub(crate) const UNDECLARED_FIELD: usize = usize::MAX;

#[cold]
fn append_entry(text: &mut String, name: &str, value: &[u8]) -> Result<(), kohort_vcf::Error> {
    let value = std::str::from_utf8(value).map_err(|_| not_text(FieldName::Format(name), value))?;
    if !text.is_empty() {
        text.push(':');
    }
    text.push_str(name);
    text.push('=');
    text.push_str(value);
    Ok(())
}

#[cold]
fn not_text(name: FieldName<'_>, value: &[u8]) -> kohort_vcf::Error {
    kohort_vcf::Error::Field {
        field: name.to_string(),
        expected: "UTF-8 text".to_owned(),
        found: format!("`{}`", value.escape_ascii()),
    }
}

/// One list per row, one item per sample.
struct CallColumn {
    one: bool,
    leaf: LeafBuilder,
    inner: Vec<i32>,
    inner_valid: NullBufferBuilder,
    outer: Vec<i32>,
    outer_valid: NullBufferBuilder,
    /// The integers of one list.
    values: Vec<Option<i32>>,
    /// How many values the last dimensions asked for.
    expected: Option<(Dimensions, Option<usize>)>,
}

/// Appends a value that was checked before.
fn append_checked(leaf: &mut LeafBuilder, text: &[u8]) {
    if leaf.append(text).is_err() {
        leaf.append_null();
    }
}

impl CallColumn {
    fn new(plan: &FieldPlan, escapes: Escapes) -> Self {
        Self {
            one: plan.field_type.shape == Shape::One,
            leaf: LeafBuilder::new(plan.field_type.scalar, escapes),
            inner: vec![0],
            inner_valid: NullBufferBuilder::new(0),
            outer: vec![0],
            outer_valid: NullBufferBuilder::new(0),
            values: Vec::new(),
            expected: None,
        }
    }

    #[inline]
    fn append(
        &mut self,
        plan: &FieldPlan,
        text: &[u8],
        dimensions: Dimensions,
    ) -> Result<(), kohort_vcf::Error> {
        if text == b"." {
            self.append_null();
            return Ok(());
        }
        if self.is_quick(plan, text, dimensions) {
            return Ok(());
        }
        // The slow way: it checks the number of values, and words the error.
        let name = FieldName::Format(&plan.line.id);
        let words = std::str::from_utf8(text).map_err(|_| not_text(name, text))?;
        check_value(name, plan.line.field_type(), dimensions, words)?;
        if self.one {
            append_checked(&mut self.leaf, text);
            return Ok(());
        }
        for value in text.split(|&b| b == b',') {
            append_checked(&mut self.leaf, value);
        }
        self.inner_valid.append_non_null();
        self.inner.push(offset(self.leaf.len()));
        Ok(())
    }

    /// Appends what nearly all values are: numbers, and lists of integers, as declared.
    #[inline]
    fn is_quick(&mut self, plan: &FieldPlan, text: &[u8], dimensions: Dimensions) -> bool {
        match &mut self.leaf {
            LeafBuilder::Integer(_) | LeafBuilder::Float(_) if self.one => {
                self.leaf.append(text).is_ok()
            }
            LeafBuilder::Integer(builder) => {
                self.values.clear();
                for value in text.split(|&b| b == b',') {
                    match integer(value) {
                        Some(value) => self.values.push(Some(value)),
                        None if value == b"." => self.values.push(None),
                        None => return false,
                    }
                }
                if self.expected.is_none_or(|(of, _)| of != dimensions) {
                    let count = expected_count(plan.line.number, dimensions);
                    self.expected = Some((dimensions, count));
                }
                let count = self.expected.and_then(|(_, count)| count);
                if count.is_some_and(|count| count != self.values.len()) {
                    return false;
                }
                for value in &self.values {
                    builder.append_option(*value);
                }
                self.inner_valid.append_non_null();
                self.inner.push(offset(self.leaf.len()));
                true
            }
            _ => false,
        }
    }

    #[inline]
    fn append_null(&mut self) {
        if self.one {
            self.leaf.append_null();
        } else {
            self.inner_valid.append_null();
            self.inner.push(offset(self.leaf.len()));
        }
    }

    /// Ends a row; a record without the key has NULL, and no items.
    fn end_row(&mut self, present: bool) {
        let items = if self.one {
            self.leaf.len()
        } else {
            self.inner.len() - 1
        };
        self.outer.push(offset(items));
        self.outer_valid.append(present);
    }

    fn finish(&mut self) -> Result<ArrayRef, arrow::error::ArrowError> {
        let mut values = self.leaf.finish();
        if !self.one {
            let inner = std::mem::replace(&mut self.inner, vec![0]);
            values = list(values, inner, &mut self.inner_valid)?;
        }
        let outer = std::mem::replace(&mut self.outer, vec![0]);
        list(values, outer, &mut self.outer_valid)
    }
}

/// A list of text per row.
struct StringList {
    values: StringBuilder,
    offsets: Vec<i32>,
    valid: NullBufferBuilder,
    n_items: usize,
}

impl Default for StringList {
    fn default() -> Self {
        Self {
            values: StringBuilder::new(),
            offsets: vec![0],
            valid: NullBufferBuilder::new(0),
            n_items: 0,
        }
    }
}

impl StringList {
    fn append(&mut self, text: &str) {
        self.values
            .append_option(Some(text).filter(|text| !text.is_empty()));
        self.n_items += 1;
    }

    fn end_row(&mut self, present: bool) {
        self.offsets.push(offset(self.n_items));
        self.valid.append(present);
    }

    fn finish(&mut self) -> Result<ArrayRef, arrow::error::ArrowError> {
        self.n_items = 0;
        let offsets = std::mem::replace(&mut self.offsets, vec![0]);
        list(Arc::new(self.values.finish()), offsets, &mut self.valid)
    }
}
