//! How do the small tables' rows become Arrow, and come back?

use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, BinaryArray, Int64Array, ListArray, RecordBatch, StringArray,
    StructArray, TimestampMicrosecondArray,
};
use arrow::buffer::OffsetBuffer;
use arrow::datatypes::{DataType, Fields, Int64Type, SchemaRef, TimestampMicrosecondType};
use bytes::Bytes;
use chrono::{DateTime, Utc};
use kohort_genome::SexKaryotype;
use kohort_schema::{TableName, callsets_schema, cohorts_schema};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use crate::snapshot::{Callset, CohortRow, Contig, Sample, SourceFile};
use crate::{Error, Result, TableId};

/// One row of `callsets`.
pub(crate) fn callset_batch(c: &Callset) -> Result<RecordBatch> {
    let (table, schema) = (TableName::Callsets, callsets_schema());
    let sources = vec![
        text(c.sources.iter().map(|s| s.uri.as_str())),
        text(c.sources.iter().map(|s| s.sha256.as_str())),
        counts(
            table,
            "size_bytes",
            c.sources.iter().map(|s| Some(s.size_bytes)),
        )?,
    ];
    let contigs = vec![
        text(c.contigs.iter().map(|k| k.chrom.as_str())),
        text(c.contigs.iter().map(|k| k.name.as_str())),
        counts(table, "length_bp", c.contigs.iter().map(|k| k.length_bp))?,
    ];
    let columns: Vec<ArrayRef> = vec![
        text([c.callset_id.as_str()]),
        text([c.callset.as_str()]),
        integers([Some(i64::from(c.block))]),
        integers([Some(i64::from(c.base_sample_index))]),
        counts(table, "n_samples", [Some(c.n_samples)])?,
        counts(table, "n_variants", [Some(c.n_variants)])?,
        Arc::new(StringArray::from(vec![c.reference_genome.as_deref()])),
        text([c.absent.as_str()]),
        one_list(&schema, "sources", sources)?,
        text([c.header.as_str()]),
        one_list(&schema, "contigs", contigs)?,
        text([c.policies.as_str()]),
        text([c.program_version.as_str()]),
        time(c.created_at),
    ];
    batch(table, schema, columns)
}

/// The row of a `callsets` file.
pub(crate) fn callset_from(batch: &RecordBatch, row: usize) -> Result<Callset> {
    let r = Row {
        table: TableName::Callsets,
        batch,
        row,
    };
    let sources = r.list("sources")?;
    let contigs = r.list("contigs")?;
    let sources = (0..sources.len()).map(|i| {
        Some(SourceFile {
            uri: nested_text(&sources, 0, i)?,
            sha256: nested_text(&sources, 1, i)?,
            size_bytes: nested_integer(&sources, 2, i)?,
        })
    });
    let contigs = (0..contigs.len()).map(|i| {
        Some(Contig {
            chrom: nested_text(&contigs, 0, i)?,
            name: nested_text(&contigs, 1, i)?,
            length_bp: nested_integer(&contigs, 2, i),
        })
    });
    Ok(Callset {
        callset_id: r.text("callset_id")?,
        callset: r.text("callset")?,
        block: r.index("block")?,
        base_sample_index: r.index("base_sample_index")?,
        n_samples: r.count("n_samples")?,
        n_variants: r.count("n_variants")?,
        reference_genome: r.optional_text("reference_genome"),
        absent: r.text("absent")?,
        sources: sources.flatten().collect(),
        header: r.text("header")?,
        contigs: contigs.flatten().collect(),
        policies: r.text("policies")?,
        program_version: r.text("program_version")?,
        created_at: r.time("created_at")?,
    })
}

/// One row of `cohorts`.
pub(crate) fn cohort_batch(c: &CohortRow) -> Result<RecordBatch> {
    let table = TableName::Cohorts;
    let columns: Vec<ArrayRef> = vec![
        text([c.cohort.as_str()]),
        text([c.sql.as_str()]),
        Arc::new(BinaryArray::from(vec![c.members.as_slice()])),
        counts(table, "size", [Some(c.size)])?,
        Arc::new(StringArray::from(vec![c.created_by.as_deref()])),
        time(c.created_at),
        counts(table, "lake_version", [Some(c.lake_version)])?,
    ];
    batch(table, cohorts_schema(), columns)
}

/// Rows of `cohorts`.
pub(crate) fn cohorts_batch(cohorts: &[CohortRow]) -> Result<RecordBatch> {
    let rows: Vec<RecordBatch> = cohorts.iter().map(cohort_batch).collect::<Result<_>>()?;
    let batch = arrow::compute::concat_batches(&cohorts_schema(), &rows);
    batch.map_err(|error| Error::Rows {
        table: TableName::Cohorts.into(),
        problem: error.to_string(),
    })
}

/// The row of a `cohorts` file.
pub(crate) fn cohort_from(batch: &RecordBatch, row: usize) -> Result<CohortRow> {
    let r = Row {
        table: TableName::Cohorts,
        batch,
        row,
    };
    let members = r
        .column("members")?
        .as_binary_opt::<i32>()
        .ok_or_else(|| r.wrong("members"))?;
    Ok(CohortRow {
        cohort: r.text("cohort")?,
        sql: r.text("sql")?,
        members: members.value(row).to_vec(),
        size: r.count("size")?,
        created_by: r.optional_text("created_by"),
        created_at: r.time("created_at")?,
        lake_version: r.count("lake_version")?,
    })
}

/// Rows of `samples` of one callset, the sample file's own columns after the declared ones.
pub(crate) fn samples_batch(
    samples: &[Sample],
    attributes: Option<&RecordBatch>,
) -> Result<RecordBatch> {
    let none = Fields::empty();
    let fields = attributes.map_or(none, |b| b.schema_ref().fields().clone());
    let schema = kohort_schema::samples_schema(&fields)?;
    let person = samples.iter().map(|s| s.person_id.as_deref());
    let mut columns: Vec<ArrayRef> = vec![
        text(samples.iter().map(|s| s.callset.as_str())),
        integers(samples.iter().map(|s| Some(i64::from(s.block)))),
        integers(samples.iter().map(|s| Some(i64::from(s.sample_index)))),
        text(samples.iter().map(|s| s.sample_id.as_str())),
        Arc::new(person.collect::<StringArray>()),
        text(samples.iter().map(|s| s.sex_karyotype.as_str())),
    ];
    columns.extend(
        attributes
            .into_iter()
            .flat_map(|b| b.columns().iter().cloned()),
    );
    batch(TableName::Samples, schema, columns)
}

/// The declared columns of a `samples` file.
pub(crate) fn samples_from(batch: &RecordBatch, callset_id: &str) -> Result<Vec<Sample>> {
    (0..batch.num_rows())
        .map(|row| {
            let r = Row {
                table: TableName::Samples,
                batch,
                row,
            };
            let karyotype = r.text("sex_karyotype")?;
            let sex_karyotype: SexKaryotype =
                karyotype.parse().map_err(|_| r.wrong("sex_karyotype"))?;
            Ok(Sample {
                sample_index: r.index("sample_index")?,
                callset_id: callset_id.to_owned(),
                callset: r.text("callset")?,
                block: r.index("block")?,
                sample_id: r.text("sample_id")?,
                person_id: r.optional_text("person_id"),
                sex_karyotype,
            })
        })
        .collect()
}

/// The karyotypes of a `samples` file, in the order of its rows, which is that of `sample_index`.
pub(crate) fn karyotypes_from(batch: &RecordBatch) -> Result<Vec<SexKaryotype>> {
    let r = Row {
        table: TableName::Samples,
        batch,
        row: 0,
    };
    let column = r.column("sex_karyotype")?.as_string_opt::<i32>();
    let column = column.ok_or_else(|| r.wrong("sex_karyotype"))?;
    let known = |text: &str| SexKaryotype::ALL.into_iter().find(|k| k.as_str() == text);
    let read = column.iter().map(|text| text.and_then(known));
    read.map(|k| k.ok_or_else(|| r.wrong("sex_karyotype")))
        .collect()
}

/// The rows of a Parquet file in memory, of the named columns or of all.
pub(crate) fn read_parquet(
    path: &str,
    bytes: Bytes,
    columns: Option<&[&str]>,
) -> Result<Vec<RecordBatch>> {
    let failed = || Error::parquet(path, "reading");
    let mut builder = ParquetRecordBatchReaderBuilder::try_new(bytes).map_err(failed())?;
    if let Some(columns) = columns {
        let mask = ProjectionMask::columns(builder.parquet_schema(), columns.iter().copied());
        builder = builder.with_projection(mask);
    }
    let reader = builder.build().map_err(failed())?;
    let batches: std::result::Result<Vec<_>, _> = reader.collect();
    batches.map_err(|e| failed()(e.into()))
}

struct Row<'a> {
    table: TableName,
    batch: &'a RecordBatch,
    row: usize,
}

impl<'a> Row<'a> {
    fn wrong(&self, column: &str) -> Error {
        let problem = format!("row {}: no valid `{column}`", self.row);
        Error::Rows {
            table: self.table.into(),
            problem,
        }
    }

    fn column(&self, name: &str) -> Result<&'a ArrayRef> {
        self.batch
            .column_by_name(name)
            .ok_or_else(|| self.wrong(name))
    }

    fn optional_text(&self, name: &str) -> Option<String> {
        let column = self.batch.column_by_name(name)?.as_string_opt::<i32>()?;
        column
            .is_valid(self.row)
            .then(|| column.value(self.row).to_owned())
    }

    fn text(&self, name: &str) -> Result<String> {
        self.optional_text(name).ok_or_else(|| self.wrong(name))
    }

    fn integer(&self, name: &str) -> Result<i64> {
        let column = self.column(name)?.as_primitive_opt::<Int64Type>();
        let column = column.ok_or_else(|| self.wrong(name))?;
        Ok(column.value(self.row))
    }

    fn count(&self, name: &str) -> Result<u64> {
        u64::try_from(self.integer(name)?).map_err(|_| self.wrong(name))
    }

    fn index(&self, name: &str) -> Result<u32> {
        u32::try_from(self.integer(name)?).map_err(|_| self.wrong(name))
    }

    fn time(&self, name: &str) -> Result<DateTime<Utc>> {
        let column = self
            .column(name)?
            .as_primitive_opt::<TimestampMicrosecondType>();
        let micros = column.ok_or_else(|| self.wrong(name))?.value(self.row);
        DateTime::from_timestamp_micros(micros).ok_or_else(|| self.wrong(name))
    }

    fn list(&self, name: &str) -> Result<StructArray> {
        let column = self
            .column(name)?
            .as_list_opt::<i32>()
            .ok_or_else(|| self.wrong(name))?;
        column
            .value(self.row)
            .as_struct_opt()
            .cloned()
            .ok_or_else(|| self.wrong(name))
    }
}

fn nested_text(rows: &StructArray, column: usize, row: usize) -> Option<String> {
    Some(
        rows.column(column)
            .as_string_opt::<i32>()?
            .value(row)
            .to_owned(),
    )
}

fn nested_integer(rows: &StructArray, column: usize, row: usize) -> Option<u64> {
    let column = rows.column(column).as_primitive_opt::<Int64Type>()?;
    column
        .is_valid(row)
        .then(|| u64::try_from(column.value(row)).ok())?
}

fn batch(table: TableName, schema: SchemaRef, columns: Vec<ArrayRef>) -> Result<RecordBatch> {
    RecordBatch::try_new(schema, columns).map_err(|e| Error::Rows {
        table: table.into(),
        problem: e.to_string(),
    })
}

fn text<'a>(values: impl IntoIterator<Item = &'a str>) -> ArrayRef {
    Arc::new(StringArray::from_iter_values(values))
}

fn integers(values: impl IntoIterator<Item = Option<i64>>) -> ArrayRef {
    Arc::new(values.into_iter().collect::<Int64Array>())
}

fn time(value: DateTime<Utc>) -> ArrayRef {
    let micros = vec![value.timestamp_micros()];
    Arc::new(TimestampMicrosecondArray::from(micros).with_timezone("UTC"))
}

fn counts(
    table: TableName,
    column: &str,
    values: impl IntoIterator<Item = Option<u64>>,
) -> Result<ArrayRef> {
    let table = TableId::from(table);
    let value = |value: Option<u64>| value.map(|n| signed(&table, column, n)).transpose();
    let values: Vec<_> = values.into_iter().map(value).collect::<Result<_>>()?;
    Ok(integers(values))
}

/// A count as Arrow and Delta store it: they have signed integers only.
///
/// # Errors
/// When it does not fit; no count of ours comes near the limit.
pub(crate) fn signed(table: &TableId, what: &str, value: u64) -> Result<i64> {
    i64::try_from(value).map_err(|_| Error::Rows {
        table: table.clone(),
        problem: format!("{what}: expected at most {}, found {value}", i64::MAX),
    })
}

fn one_list(schema: &SchemaRef, name: &str, columns: Vec<ArrayRef>) -> Result<ArrayRef> {
    let table = TableName::Callsets;
    let problem = |problem: String| Error::Rows {
        table: table.into(),
        problem,
    };
    let field = schema
        .field_with_name(name)
        .map_err(|e| problem(e.to_string()))?;
    let DataType::List(item) = field.data_type() else {
        return Err(problem(format!("`{name}` is not a list")));
    };
    let DataType::Struct(fields) = item.data_type() else {
        return Err(problem(format!("`{name}` is not a list of structs")));
    };
    let rows = StructArray::try_new(fields.clone(), columns, None);
    let rows = rows.map_err(|e| problem(e.to_string()))?;
    let offsets = OffsetBuffer::from_lengths([rows.len()]);
    let list = ListArray::try_new(Arc::clone(item), offsets, Arc::new(rows), None);
    Ok(Arc::new(list.map_err(|e| problem(e.to_string()))?))
}
