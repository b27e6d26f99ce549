//! What a measure returns: the struct of an estimate, a number, a word, or a struct of its own.

use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, Float64Builder, Int64Builder, ListArray, StringBuilder, StructArray,
};
use arrow::buffer::{NullBuffer, OffsetBuffer};
use arrow::datatypes::{DataType, Field, Fields};
use datafusion::common::{Result, exec_err};
use kohort_stats::{Error, Estimate, Status};

/// The type of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CellType {
    /// `DOUBLE`.
    Number,
    /// `BIGINT`.
    Integer,
    /// Text.
    Text,
}

impl CellType {
    fn data_type(self) -> DataType {
        match self {
            Self::Number => DataType::Float64,
            Self::Integer => DataType::Int64,
            Self::Text => DataType::Utf8,
        }
    }
}

/// A field of a struct: its name and type.
pub(crate) type ShapeField = (&'static str, CellType);

/// The type of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// The struct of an [`Estimate`].
    Estimate,
    /// The struct of an [`Estimate`] with fields of its own behind.
    EstimateAnd(&'static [ShapeField]),
    /// One cell.
    Cell(CellType),
    /// A struct of its own.
    Struct(&'static [ShapeField]),
    /// A list of structs, such as the steps of a curve.
    List(&'static [ShapeField]),
}

const ESTIMATE: [ShapeField; 9] = [
    ("value", CellType::Number),
    ("lower_cl", CellType::Number),
    ("upper_cl", CellType::Number),
    ("se", CellType::Number),
    ("confidence", CellType::Number),
    ("method", CellType::Text),
    ("events", CellType::Number),
    ("n", CellType::Number),
    ("status", CellType::Text),
];

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Cell {
    /// `DOUBLE`.
    Number(Option<f64>),
    /// `BIGINT`.
    Integer(Option<i64>),
    /// Text.
    Text(Option<String>),
}

/// An answer.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Output {
    /// NULL altogether.
    Null,
    /// An estimate.
    Estimate(Estimate),
    /// An estimate and more.
    EstimateAnd(Estimate, Vec<Cell>),
    /// One cell.
    Cell(Cell),
    /// The fields of a struct.
    Struct(Vec<Cell>),
    /// The structs of a list.
    List(Vec<Vec<Cell>>),
}

impl From<Estimate> for Output {
    fn from(estimate: Estimate) -> Self {
        Self::Estimate(estimate)
    }
}

impl From<Option<f64>> for Output {
    fn from(number: Option<f64>) -> Self {
        Self::Cell(Cell::Number(number))
    }
}

/// The answer of a measure; of a wrong argument, the error with the function's name before it.
pub(crate) fn answer(
    function: &str,
    estimate: std::result::Result<Estimate, Error>,
) -> Result<Output> {
    match estimate {
        Ok(estimate) => Ok(Output::Estimate(estimate)),
        Err(error) => exec_err!("{function}: {error}"),
    }
}

/// Where numbers are beyond all counts, products overflow on the way: a limit that contradicts its
/// value is none rather than wrong. The last digits of a limit may be off where it is the value.
fn limits(estimate: &Estimate) -> [Option<f64>; 2] {
    let above = |a: f64, b: f64| {
        let digits = 1e-9 * (a.abs() + b.abs());
        a.is_nan() || (a > b && (a - b > digits || digits.is_infinite()))
    };
    let (lower, upper) = (estimate.lower_cl, estimate.upper_cl);
    let Some(value) = estimate.value else {
        return [lower, upper];
    };
    [
        lower.filter(|lower| !above(*lower, value)),
        upper.filter(|upper| !upper.is_nan() && !above(value, *upper)),
    ]
}

fn estimate_cells(estimate: &Estimate) -> Vec<Cell> {
    if estimate.value.is_some_and(f64::is_nan) {
        return estimate_cells(&Estimate::missing(Status::Undefined, estimate.method));
    }
    let [lower, upper] = limits(estimate);
    vec![
        Cell::Number(estimate.value),
        Cell::Number(lower),
        Cell::Number(upper),
        Cell::Number(estimate.se.filter(|se| !se.is_nan())),
        Cell::Number(estimate.confidence),
        Cell::Text((!estimate.method.is_empty()).then(|| estimate.method.to_owned())),
        Cell::Number(estimate.events),
        Cell::Number(estimate.n),
        Cell::Text(Some(estimate.status.as_str().to_owned())),
    ]
}

impl Shape {
    fn fields(self) -> Vec<ShapeField> {
        match self {
            Self::Estimate => ESTIMATE.to_vec(),
            Self::EstimateAnd(more) => [ESTIMATE.as_slice(), more].concat(),
            Self::Cell(cell) => vec![("value", cell)],
            Self::Struct(fields) | Self::List(fields) => fields.to_vec(),
        }
    }

    fn arrow_fields(self) -> Fields {
        let fields = self.fields();
        fields
            .into_iter()
            .map(|(name, cell)| Field::new(name, cell.data_type(), true))
            .collect()
    }

    /// The Arrow type.
    pub(crate) fn data_type(self) -> DataType {
        match self {
            Self::Cell(cell) => cell.data_type(),
            Self::Estimate | Self::EstimateAnd(_) | Self::Struct(_) => {
                DataType::Struct(self.arrow_fields())
            }
            Self::List(_) => DataType::List(Arc::new(Field::new_list_field(
                DataType::Struct(self.arrow_fields()),
                true,
            ))),
        }
    }

    /// Answers as a column.
    pub(crate) fn array(self, function: &str, outputs: Vec<Output>) -> Result<ArrayRef> {
        let fields = self.fields();
        let mut builders: Vec<Builder> =
            fields.iter().map(|(_, cell)| Builder::of(*cell)).collect();
        let mut valid = Vec::with_capacity(outputs.len());
        let mut lengths = Vec::new();
        let mut push = |cells: Vec<Cell>| -> Result<()> {
            if cells.len() != builders.len() {
                return exec_err!("{function}: an answer of {} fields", cells.len());
            }
            let pairs = builders.iter_mut().zip(cells);
            for (builder, cell) in pairs {
                builder.push(function, cell)?;
            }
            Ok(())
        };
        let nothing: Vec<Cell> = fields.iter().map(|(_, cell)| null(*cell)).collect();
        for output in outputs {
            valid.push(!matches!(output, Output::Null));
            match output {
                Output::Null if matches!(self, Self::List(_)) => lengths.push(0),
                Output::Null => push(nothing.clone())?,
                Output::Estimate(estimate) => push(estimate_cells(&estimate))?,
                Output::EstimateAnd(estimate, more) => {
                    push([estimate_cells(&estimate), more].concat())?;
                }
                Output::Cell(cell) => push(vec![cell])?,
                Output::Struct(cells) => push(cells)?,
                Output::List(rows) => {
                    lengths.push(rows.len());
                    for row in rows {
                        push(row)?;
                    }
                }
            }
        }
        let mut arrays: Vec<ArrayRef> = builders.into_iter().map(Builder::finish).collect();
        if let Self::Cell(_) = self {
            return Ok(arrays.swap_remove(0));
        }
        let nulls = valid.contains(&false).then(|| NullBuffer::from(valid));
        if let Self::List(_) = self {
            let structs = StructArray::try_new(self.arrow_fields(), arrays, None)?;
            let field = Arc::new(Field::new_list_field(structs.data_type().clone(), true));
            let offsets = OffsetBuffer::from_lengths(lengths);
            let list = ListArray::try_new(field, offsets, Arc::new(structs), nulls)?;
            return Ok(Arc::new(list));
        }
        let array = StructArray::try_new(self.arrow_fields(), arrays, nulls)?;
        Ok(Arc::new(array))
    }
}

fn null(cell: CellType) -> Cell {
    match cell {
        CellType::Number => Cell::Number(None),
        CellType::Integer => Cell::Integer(None),
        CellType::Text => Cell::Text(None),
    }
}

enum Builder {
    Number(Float64Builder),
    Integer(Int64Builder),
    Text(StringBuilder),
}

impl Builder {
    fn of(cell: CellType) -> Self {
        match cell {
            CellType::Number => Self::Number(Float64Builder::new()),
            CellType::Integer => Self::Integer(Int64Builder::new()),
            CellType::Text => Self::Text(StringBuilder::new()),
        }
    }

    fn push(&mut self, function: &str, cell: Cell) -> Result<()> {
        match (self, cell) {
            (Self::Number(builder), Cell::Number(value)) => builder.append_option(value),
            (Self::Integer(builder), Cell::Integer(value)) => builder.append_option(value),
            (Self::Text(builder), Cell::Text(value)) => builder.append_option(value),
            (_, cell) => return exec_err!("{function}: an answer of another type: {cell:?}"),
        }
        Ok(())
    }

    fn finish(self) -> ArrayRef {
        match self {
            Self::Number(mut builder) => Arc::new(builder.finish()),
            Self::Integer(mut builder) => Arc::new(builder.finish()),
            Self::Text(mut builder) => Arc::new(builder.finish()),
        }
    }
}
