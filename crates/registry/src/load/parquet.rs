//! What does a Parquet file say? It has types already; personal numbers, given types and suspicion
//! are as for every other format. Rows are counted from 1.

use std::borrow::Cow;
use std::fs::File;
use std::io::Read;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, RecordBatch, new_null_array};
use arrow::compute::{CastOptions, cast_with_options, filter};
use arrow::datatypes::{DataType, Field, Fields, Float64Type, Int64Type, SchemaRef, TimeUnit};
use bytes::Bytes;
use chrono::NaiveDate;
use encoding_rs::UTF_8;
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};

use crate::load::examine::{Examiner, bad_row, check_selectors};
use crate::load::options::LoadOptions;
use crate::load::plan::{self, Planned, Role};
use crate::load::prepare::{Content, Prepared};
use crate::load::rows::{RowBuilder, Take};
use crate::load::set_aside::{SetAside, values};
use crate::load::{Counts, Load, Piece, Rows as Batch};
use crate::read::{Columns, check_name};
use crate::record::Record;
use crate::value::ColumnType;
use crate::{Error, Result};

/// Rows of a batch.
const BATCH_ROWS: usize = 65_536;

/// Looks at all rows of all files.
pub(super) fn examine(files: Vec<Prepared>, options: LoadOptions) -> Result<Load> {
    let mut table = Table::default();
    for file in &files {
        let reader = reader(file)?;
        let schema = reader.schema_ref();
        check_names(file.name(), schema.fields(), options.today)?;
        table.add(file.name(), schema.fields(), &options)?;
    }
    check_selectors(&options, &table.columns)?;
    let mut examiner = Examiner::new(&options, true);
    let mut record = Record::default();
    for file in &files {
        let mut n_before = 0;
        for batch in reader(file)? {
            let arrays = table.arrays(file.name(), &batch?)?;
            let n_rows = arrays.first().map_or(0, Array::len);
            for row in 0..n_rows {
                fill(&mut record, n_before + row as u64 + 1, &arrays, row);
                examiner.record(file.name(), &record, &table.columns);
            }
            n_before += n_rows as u64;
        }
    }
    let name = files.first().map(Prepared::name).unwrap_or_default();
    let (mut planned, mut notes) = examiner.plan(name, &table.columns)?;
    for column in &mut planned {
        table.keep(column, &options);
    }
    notes.append(&mut table.notes);
    let (bad, n_read) = (examiner.bad, examiner.n_read);
    let planned = plan::with_derived(planned, options.derived);
    Ok(Load {
        schema: plan::schema(&planned),
        options,
        files,
        content: Content::Parquet,
        columns: table.columns,
        planned,
        bad,
        n_read,
        notes,
    })
}

/// Reads all rows of all files.
pub(super) fn read(load: &Load, take: &mut Take<'_>) -> Result<Counts> {
    let mut table = Table::default();
    for file in &load.files {
        let reader = reader(file)?;
        table.add(file.name(), reader.schema_ref().fields(), &load.options)?;
    }
    let mut counts = Counts::default();
    let mut rows = Rows {
        load,
        rows: RowBuilder::new(&load.options, &load.planned),
        set_aside: SetAside::default(),
        // Columns that are kept as they are can have no bad row.
        is_plain: load.planned.iter().all(|p| matches!(p.role, Role::Kept(_))),
        record: Record::default(),
    };
    for file in &load.files {
        let mut n_before = 0;
        for batch in reader(file)? {
            let arrays = table.arrays(file.name(), &batch?)?;
            let n_rows = arrays.first().map_or(0, Array::len);
            let batch = rows.batch(file, &arrays, n_before, &mut counts)?;
            n_before += n_rows as u64;
            if !batch.lines.is_empty() {
                take(Piece::Rows(batch))?;
            }
            if rows.set_aside.len() > 0 {
                take(Piece::SetAside(rows.set_aside.take()?))?;
            }
        }
        file.check_unchanged()?;
    }
    Ok(counts)
}

struct Rows<'l> {
    load: &'l Load,
    rows: RowBuilder<'l>,
    set_aside: SetAside,
    is_plain: bool,
    record: Record,
}

impl Rows<'_> {
    fn batch(
        &mut self,
        file: &Prepared,
        arrays: &[ArrayRef],
        n_before: u64,
        counts: &mut Counts,
    ) -> Result<Batch> {
        let n_rows = arrays.first().map_or(0, Array::len);
        counts.n_read += n_rows as u64;
        let mut is_kept = vec![true; n_rows];
        if !self.is_plain {
            for (row, is_kept) in is_kept.iter_mut().enumerate() {
                *is_kept = self.row(file, arrays, row, n_before);
            }
        }
        let lines = is_kept.iter().enumerate().filter(|(_, is_kept)| **is_kept);
        let lines = lines.map(|(row, _)| n_before + row as u64 + 1).collect();
        let mask = BooleanArray::from(is_kept);
        counts.n_kept += mask.true_count() as u64;
        counts.n_set_aside += (n_rows - mask.true_count()) as u64;
        let built = self.rows.finish();
        let columns =
            self.load
                .planned
                .iter()
                .zip(built)
                .map(|(column, built)| match column.role {
                    Role::Kept(number) if self.is_plain => Ok(Arc::clone(&arrays[number])),
                    Role::Kept(number) => Ok(filter(&arrays[number], &mask)?),
                    _ => Ok(built),
                });
        let columns: Result<Vec<ArrayRef>> = columns.collect();
        Ok(Batch {
            batch: RecordBatch::try_new(self.load.schema.clone(), columns?)?,
            file: file.name().to_owned(),
            lines,
        })
    }

    /// Whether a row is kept.
    fn row(&mut self, file: &Prepared, arrays: &[ArrayRef], row: usize, n_before: u64) -> bool {
        fill(&mut self.record, n_before + row as u64 + 1, arrays, row);
        match self.rows.check(&self.record) {
            Ok(()) => {
                self.rows.append(&self.record, UTF_8);
                true
            }
            Err(problem) => {
                let columns = &self.load.columns;
                let names = columns.sql_names(&self.load.options);
                let bad = bad_row(file.name(), self.record.line, problem, &names);
                let text = values(&self.record, columns, &self.load.options, UTF_8);
                self.set_aside.add(&bad, &text);
                false
            }
        }
    }
}

/// The columns of all files, and the types that they are stored in.
#[derive(Default)]
struct Table {
    columns: Columns,
    types: Vec<DataType>,
    notes: Vec<String>,
}

impl Table {
    fn add(&mut self, file: &str, fields: &Fields, options: &LoadOptions) -> Result<()> {
        for field in fields {
            let about = options.about(field.name());
            let stored = match stored_type(field.data_type()) {
                Some(stored) => stored,
                None if about.is_dropped => DataType::Null,
                None => {
                    let (name, kind) = (field.name(), field.data_type());
                    let problem = format!("column `{name}` has the type {kind}");
                    let hint = format!("`--drop {name}` leaves it out");
                    return Err(Error::hinted(file, problem, hint));
                }
            };
            let is_read = match stored {
                DataType::Utf8 | DataType::Int64 => true,
                // SAS and pandas keep whole numbers as floats.
                DataType::Float64 => about.given.is_none(),
                _ => !about.is_personal && about.given.is_none(),
            };
            if !is_read {
                let (name, kind) = (field.name(), field.data_type());
                let problem =
                    format!("column `{name}`: expected text or whole numbers, got {kind}");
                return Err(Error::format(file, problem));
            }
            let number = self.columns.number_with(field.name(), ColumnType::Text);
            match self.types.get(number) {
                None => self.types.push(stored),
                Some(before) if *before != stored => {
                    let name = field.name();
                    let problem = format!("column `{name}`: expected {before}, got {stored}");
                    return Err(Error::hinted(file, problem, "load the files one by one"));
                }
                Some(_) => {}
            }
            if matches!(
                field.data_type(),
                DataType::Decimal128(..) | DataType::Decimal256(..)
            ) && !about.is_personal
            {
                let note = format!("column `{}` has decimals; stored as float", field.name());
                if !self.notes.contains(&note) {
                    self.notes.push(note);
                }
            }
        }
        Ok(())
    }

    /// The columns of a batch in the table's order, in the types that are stored.
    fn arrays(&self, file: &str, batch: &RecordBatch) -> Result<Vec<ArrayRef>> {
        let safe = CastOptions {
            safe: false,
            ..CastOptions::default()
        };
        let columns = self.columns.all().iter().zip(&self.types);
        columns
            .map(
                |(column, stored)| match batch.column_by_name(&column.original) {
                    None => Ok(new_null_array(stored, batch.num_rows())),
                    Some(_) if *stored == DataType::Null => {
                        Ok(new_null_array(stored, batch.num_rows()))
                    }
                    // Arrow's own words hold the value.
                    Some(array) => cast_with_options(array, stored, &safe).map_err(|_| {
                        let (name, found) = (&column.original, array.data_type());
                        let problem = format!(
                            "column `{name}`: expected {stored}, found a value of type {found} \
                             that does not fit"
                        );
                        Error::format(file, problem)
                    }),
                },
            )
            .collect()
    }

    /// A column that needs no reading stays as it is.
    fn keep(&self, column: &mut Planned, options: &LoadOptions) {
        if let Role::Value(number, _) = column.role
            && options.about(&column.original).given.is_none()
        {
            column.role = Role::Kept(number);
            column.data_type = self.types[number].clone();
        }
    }
}

/// Refuses fields, nested ones too, whose names may be personal numbers.
fn check_names(file: &str, fields: &Fields, today: NaiveDate) -> Result<()> {
    for (i, field) in fields.iter().enumerate() {
        for name in names(field) {
            check_name(file, i + 1, name, today)?;
        }
    }
    Ok(())
}

/// The names of a field and of those in it.
fn names(field: &Field) -> Vec<&str> {
    let mut all = vec![field.name().as_str()];
    match field.data_type() {
        DataType::List(item)
        | DataType::LargeList(item)
        | DataType::FixedSizeList(item, _)
        | DataType::Map(item, _) => all.extend(names(item)),
        DataType::Struct(fields) => all.extend(fields.iter().flat_map(|field| names(field))),
        _ => {}
    }
    all
}

/// What a row says; of lists, structs and bytes the texts and numbers in them.
fn fill(record: &mut Record, line: u64, arrays: &[ArrayRef], row: usize) {
    record.begin(line);
    for (column, array) in arrays.iter().enumerate() {
        if array.is_null(row) {
            continue;
        }
        if let Some(texts) = array.as_string_opt::<i32>() {
            record.text(column, texts.value(row).as_bytes());
        } else if let Some(numbers) = array.as_primitive_opt::<Int64Type>() {
            record.integer(column, numbers.value(row));
        } else if let Some(numbers) = array.as_primitive_opt::<Float64Type>() {
            record.float(column, numbers.value(row));
        } else {
            let mut parts = Vec::new();
            parts_of(array, row, &mut parts);
            record.list(column, parts.iter());
        }
    }
}

/// The texts and numbers in a value, as texts.
fn parts_of<'a>(array: &'a ArrayRef, row: usize, parts: &mut Vec<Cow<'a, [u8]>>) {
    if array.is_null(row) {
        return;
    }
    if let Some(texts) = array.as_string_opt::<i32>() {
        parts.push(texts.value(row).as_bytes().into());
    } else if let Some(bytes) = array.as_binary_opt::<i32>() {
        parts.push(bytes.value(row).into());
    } else if let Some(numbers) = array.as_primitive_opt::<Int64Type>() {
        parts.push(numbers.value(row).to_string().into_bytes().into());
    } else if let Some(numbers) = array.as_primitive_opt::<Float64Type>() {
        parts.push(numbers.value(row).to_string().into_bytes().into());
    } else if let Some(lists) = array.as_list_opt::<i32>() {
        let (start, end) = (lists.value_offsets()[row], lists.value_offsets()[row + 1]);
        for item in start..end {
            parts_of(
                lists.values(),
                usize::try_from(item).unwrap_or_default(),
                parts,
            );
        }
    } else if let Some(fields) = array.as_struct_opt() {
        fields
            .columns()
            .iter()
            .for_each(|field| parts_of(field, row, parts));
    }
}

/// The type that a column is stored in; `None` where there is none.
fn stored_type(data_type: &DataType) -> Option<DataType> {
    use DataType as T;
    Some(match data_type {
        T::Int8 | T::Int16 | T::Int32 | T::Int64 => T::Int64,
        T::UInt8 | T::UInt16 | T::UInt32 | T::UInt64 => T::Int64,
        T::Float16 | T::Float32 | T::Float64 => T::Float64,
        T::Decimal32(..) | T::Decimal64(..) | T::Decimal128(..) | T::Decimal256(..) => T::Float64,
        T::Utf8 | T::LargeUtf8 | T::Utf8View => T::Utf8,
        T::Binary | T::LargeBinary | T::BinaryView => T::Binary,
        T::Boolean => T::Boolean,
        T::Date32 | T::Date64 => T::Date32,
        T::Timestamp(..) => T::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
        T::Dictionary(_, values) => stored_type(values)?,
        T::List(item) | T::LargeList(item) => T::List(Arc::new(Field::new_list_field(
            stored_type(item.data_type())?,
            true,
        ))),
        T::Struct(fields) => {
            let fields: Option<Fields> = fields
                .iter()
                .map(|f| Some(Field::new(f.name(), stored_type(f.data_type())?, true)))
                .collect();
            T::Struct(fields?)
        }
        _ => return None,
    })
}

/// A reader of a file, from the disk or, when it is elsewhere, from memory.
fn reader(file: &Prepared) -> Result<Reader> {
    let failed = |e: parquet::errors::ParquetError| {
        Error::format(file.name(), format!("no readable Parquet file: {e}"))
    };
    let reader = match file.source.path() {
        Some(path) => {
            let input = File::open(path).map_err(Error::io(file.name(), "open it"))?;
            ParquetRecordBatchReaderBuilder::try_new(input)
                .map_err(failed)?
                .with_batch_size(BATCH_ROWS)
                .build()
        }
        None => {
            let mut bytes = Vec::new();
            let mut input = file
                .source
                .open()
                .map_err(Error::io(file.name(), "open it"))?;
            input
                .read_to_end(&mut bytes)
                .map_err(Error::io(file.name(), "read it"))?;
            ParquetRecordBatchReaderBuilder::try_new(Bytes::from(bytes))
                .map_err(failed)?
                .with_batch_size(BATCH_ROWS)
                .build()
        }
    };
    Ok(Reader(reader.map_err(failed)?))
}

struct Reader(ParquetRecordBatchReader);

impl Reader {
    fn schema_ref(&self) -> SchemaRef {
        arrow::array::RecordBatchReader::schema(&self.0)
    }
}

impl Iterator for Reader {
    type Item = Result<RecordBatch>;

    fn next(&mut self) -> Option<Self::Item> {
        Some(self.0.next()?.map_err(Error::from))
    }
}
