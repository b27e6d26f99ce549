//! Calls, unpacked from the genotypes of a variant.

use std::fmt::Write;
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, BooleanBuilder, Int32Builder, Int64Builder, ListBuilder, RecordBatch,
    RecordBatchOptions, StringViewBuilder, UInt32Array,
};
use arrow::compute::take;
use arrow::datatypes::{DataType, Int64Type, SchemaRef};
use datafusion::common::{Result, internal_err};
use futures::future::BoxFuture;
use futures::{FutureExt, StreamExt};
use kohort_functions::Samples;
use kohort_genotype::{PackedCall, PackedGenotypes};

use super::fields::{FieldLookup, Fields};
use super::filters::Selection;
use crate::catalog::external;
use crate::operator::{Inputs, Operator, Output};

/// Samples × variants whose fields are held at a time.
const FIELDS_AT_ONCE: usize = 1 << 20;

/// Below this many wanted samples, each one's call is looked up by itself.
const FEW_SAMPLES: usize = 16;

/// Unpacks calls.
#[derive(Debug)]
pub(crate) struct Calls {
    pub(crate) schema: SchemaRef,
    pub(crate) samples: Arc<Samples>,
    pub(crate) selection: Selection,
    pub(crate) lookup: Option<FieldLookup>,
}

impl Operator for Calls {
    fn name(&self) -> &'static str {
        "UnpackCalls"
    }

    fn describe(&self) -> String {
        let samples = match &self.selection.samples {
            Some(samples) => samples.len().to_string(),
            None => "all".to_string(),
        };
        let calls = if self.selection.carriers_only {
            "carriers"
        } else {
            "all"
        };
        let fields = if self.lookup.is_some() {
            ", call_fields=read"
        } else {
            ""
        };
        format!("samples={samples}, calls={calls}{fields}")
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
            if self
                .selection
                .samples
                .as_ref()
                .is_some_and(|samples| samples.is_empty())
            {
                return Ok(());
            }
            let mut stream = inputs.stream(0, partition)?;
            let n_samples = self.samples.ids().len().max(1);
            let at_once = match &self.lookup {
                Some(_) => (FIELDS_AT_ONCE / n_samples).clamp(1, inputs.batch_size()),
                None => usize::MAX,
            };
            while let Some(batch) = stream.next().await {
                let batch = batch?;
                let mut start = 0;
                while start < batch.num_rows() {
                    let rows = batch.slice(start, at_once.min(batch.num_rows() - start));
                    start += rows.num_rows();
                    let fields = match &self.lookup {
                        Some(lookup) => lookup.load(&rows, &inputs.context).await?,
                        None => Fields::default(),
                    };
                    self.unpack(&rows, &fields, inputs.batch_size(), &output)
                        .await?;
                }
            }
            Ok(())
        }
        .boxed()
    }
}

impl Calls {
    async fn unpack(
        &self,
        rows: &RecordBatch,
        fields: &Fields,
        batch_size: usize,
        output: &Output,
    ) -> Result<()> {
        let Some(genotypes) = rows
            .column_by_name("genotypes")
            .and_then(|c| c.as_byte_view_opt())
        else {
            return internal_err!("the column `genotypes` is not there");
        };
        let genotypes: &arrow::array::BinaryViewArray = genotypes;
        let mut columns = Columns::new(&self.schema);
        for (row, value) in genotypes.iter().enumerate() {
            let Some(bytes) = value else { continue };
            output.timed(|| {
                let record = record_of(rows, row, self.lookup.is_some());
                self.unpack_row(bytes, |call| {
                    let Some(id) = self.samples.row_of(call.sample_index) else {
                        return Ok(());
                    };
                    let offset = self.offset(call.sample_index);
                    let values = match &record {
                        Some(record) => fields.of(record, offset),
                        None => (None, None, None),
                    };
                    columns.push(row, id, call, values)
                })
            })?;
            if columns.len() >= batch_size {
                self.send(&mut columns, rows, batch_size, output).await?;
            }
        }
        if columns.len() > 0 {
            self.send(&mut columns, rows, batch_size, output).await?;
        }
        Ok(())
    }

    async fn send(
        &self,
        columns: &mut Columns,
        rows: &RecordBatch,
        batch_size: usize,
        output: &Output,
    ) -> Result<()> {
        let calls = columns.finish(&self.schema, rows, &self.samples)?;
        let mut start = 0;
        while start < calls.num_rows() {
            let length = batch_size.min(calls.num_rows() - start);
            output.send(calls.slice(start, length)).await?;
            start += length;
        }
        Ok(())
    }

    fn offset(&self, sample_index: u32) -> u32 {
        let block = self.samples.directory().block_of(sample_index);
        block.map_or(0, |block| sample_index - block.base())
    }

    /// The wanted calls of one variant.
    fn unpack_row(
        &self,
        bytes: &[u8],
        mut each: impl FnMut(&PackedCall) -> Result<()>,
    ) -> Result<()> {
        let packed = PackedGenotypes::parse(bytes, self.samples.directory()).map_err(external)?;
        let wanted = |call: &PackedCall| {
            let samples = self.selection.samples.as_ref();
            samples.is_none_or(|samples| samples.contains(&call.sample_index))
        };
        if self.selection.carriers_only {
            return packed
                .iter_carriers()
                .filter(wanted)
                .try_for_each(|call| each(&call));
        }
        match &self.selection.samples {
            Some(samples) if samples.len() <= FEW_SAMPLES => samples
                .iter()
                .filter_map(|sample| packed.genotype_of(*sample))
                .try_for_each(|call| each(&call)),
            _ => packed
                .iter_calls()
                .filter(wanted)
                .try_for_each(|call| each(&call)),
        }
    }
}

fn record_of(rows: &RecordBatch, row: usize, needed: bool) -> Option<(String, i64)> {
    if !needed {
        return None;
    }
    let callset = rows.column_by_name("callset_id")?.as_string_view_opt()?;
    let record = rows
        .column_by_name("record_index")?
        .as_primitive_opt::<Int64Type>()?;
    Some((callset.value(row).to_string(), record.value(row)))
}

/// The columns that were asked for, as they grow.
struct Columns {
    /// The row of the variant, and that of the sample's identifier.
    variants: Vec<u32>,
    ids: Vec<u32>,
    text: String,
    sample_index: Option<Int64Builder>,
    genotype: Option<StringViewBuilder>,
    alt_count: Option<Int32Builder>,
    ploidy: Option<Int32Builder>,
    is_phased: Option<BooleanBuilder>,
    gq: Option<Int32Builder>,
    dp: Option<Int32Builder>,
    ad: Option<ListBuilder<Int32Builder>>,
    is_adj: Option<BooleanBuilder>,
}

type FieldValues = (Option<i32>, Option<i32>, Option<ArrayRef>);

impl Columns {
    fn new(schema: &SchemaRef) -> Self {
        let wanted = |name: &str| schema.field_with_name(name).is_ok();
        let item = match schema.field_with_name("ad").map(|field| field.data_type()) {
            Ok(DataType::List(item)) => Some(Arc::clone(item)),
            _ => None,
        };
        Self {
            variants: Vec::new(),
            ids: Vec::new(),
            text: String::new(),
            sample_index: wanted("sample_index").then(Int64Builder::new),
            genotype: wanted("genotype").then(StringViewBuilder::new),
            alt_count: wanted("alt_count").then(Int32Builder::new),
            ploidy: wanted("ploidy").then(Int32Builder::new),
            is_phased: wanted("is_phased").then(BooleanBuilder::new),
            gq: wanted("gq").then(Int32Builder::new),
            dp: wanted("dp").then(Int32Builder::new),
            ad: item.map(|item| ListBuilder::new(Int32Builder::new()).with_field(item)),
            is_adj: wanted("is_adj").then(BooleanBuilder::new),
        }
    }

    fn len(&self) -> usize {
        self.variants.len()
    }

    fn push(
        &mut self,
        variant: usize,
        id: usize,
        packed: &PackedCall,
        values: FieldValues,
    ) -> Result<()> {
        let call = &packed.call;
        let is_called = !call.is_missing();
        self.variants
            .push(u32::try_from(variant).unwrap_or(u32::MAX));
        self.ids.push(u32::try_from(id).unwrap_or(u32::MAX));
        if let Some(column) = &mut self.sample_index {
            column.append_value(i64::from(packed.sample_index));
        }
        if let Some(column) = &mut self.genotype {
            self.text.clear();
            let _ = write!(self.text, "{call}");
            column.append_value(&self.text);
        }
        let integer = |value: usize| i32::try_from(value).unwrap_or(i32::MAX);
        if let Some(column) = &mut self.alt_count {
            column.append_option(is_called.then(|| integer(call.count_of(1))));
        }
        if let Some(column) = &mut self.ploidy {
            column.append_value(integer(call.ploidy()));
        }
        if let Some(column) = &mut self.is_phased {
            column.append_option((call.ploidy() > 1).then(|| call.is_phased()));
        }
        if let Some(column) = &mut self.gq {
            column.append_option(values.0);
        }
        if let Some(column) = &mut self.dp {
            column.append_option(values.1);
        }
        if let Some(column) = &mut self.ad {
            if let Some(depths) = &values.2 {
                let depths = depths.as_primitive::<arrow::datatypes::Int32Type>();
                depths
                    .iter()
                    .for_each(|depth| column.values().append_option(depth));
            }
            column.append(values.2.is_some());
        }
        if let Some(column) = &mut self.is_adj {
            column.append_option(is_called.then_some(packed.passes_adj));
        }
        Ok(())
    }

    fn finish(
        &mut self,
        schema: &SchemaRef,
        rows: &RecordBatch,
        samples: &Samples,
    ) -> Result<RecordBatch> {
        let variants = UInt32Array::from(std::mem::take(&mut self.variants));
        let ids = UInt32Array::from(std::mem::take(&mut self.ids));
        let mut columns: Vec<ArrayRef> = Vec::with_capacity(schema.fields().len());
        for field in schema.fields() {
            let built: Option<ArrayRef> = match field.name().as_str() {
                "sample_id" => Some(take(samples.ids(), &ids, None)?),
                "sample_index" => self
                    .sample_index
                    .as_mut()
                    .map(|c| Arc::new(c.finish()) as _),
                "genotype" => self.genotype.as_mut().map(|c| Arc::new(c.finish()) as _),
                "alt_count" => self.alt_count.as_mut().map(|c| Arc::new(c.finish()) as _),
                "ploidy" => self.ploidy.as_mut().map(|c| Arc::new(c.finish()) as _),
                "is_phased" => self.is_phased.as_mut().map(|c| Arc::new(c.finish()) as _),
                "gq" => self.gq.as_mut().map(|c| Arc::new(c.finish()) as _),
                "dp" => self.dp.as_mut().map(|c| Arc::new(c.finish()) as _),
                "ad" => self.ad.as_mut().map(|c| Arc::new(c.finish()) as _),
                "is_adj" => self.is_adj.as_mut().map(|c| Arc::new(c.finish()) as _),
                name => match rows.column_by_name(name) {
                    Some(column) => Some(take(column, &variants, None)?),
                    None => None,
                },
            };
            match built {
                Some(column) => columns.push(column),
                None => return internal_err!("the column `{}` was not built", field.name()),
            }
        }
        let options = RecordBatchOptions::new().with_row_count(Some(variants.len()));
        Ok(RecordBatch::try_new_with_options(
            Arc::clone(schema),
            columns,
            &options,
        )?)
    }
}
