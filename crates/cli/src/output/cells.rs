//! What is the text of one value? A column is matched to its type once, then read row by row into a
//! byte buffer, without a `String` per cell.

use arrow::array::{
    Array, ArrayRef, AsArray, BinaryArray, BinaryViewArray, BooleanArray, Float32Array,
    Float64Array, LargeBinaryArray, LargeStringArray, StringArray, StringViewArray,
};
use arrow::array::{Int8Array, Int16Array, Int32Array, Int64Array};
use arrow::array::{UInt8Array, UInt16Array, UInt32Array, UInt64Array};
use arrow::buffer::{NullBuffer, OffsetBuffer};
use arrow::datatypes::DataType;
use arrow::util::display::{ArrayFormatter, FormatOptions};

use crate::error::Result;

/// A column, ready to be read as text or JSON.
pub(crate) struct Cells<'a> {
    nulls: Option<&'a NullBuffer>,
    kind: Kind<'a>,
}

enum Kind<'a> {
    Null,
    Bool(&'a BooleanArray),
    I8(&'a Int8Array),
    I16(&'a Int16Array),
    I32(&'a Int32Array),
    I64(&'a Int64Array),
    U8(&'a UInt8Array),
    U16(&'a UInt16Array),
    U32(&'a UInt32Array),
    U64(&'a UInt64Array),
    F32(&'a Float32Array),
    F64(&'a Float64Array),
    Text(&'a StringArray),
    LargeText(&'a LargeStringArray),
    TextView(&'a StringViewArray),
    Bytes(&'a BinaryArray),
    LargeBytes(&'a LargeBinaryArray),
    BytesView(&'a BinaryViewArray),
    List(&'a OffsetBuffer<i32>, Box<Cells<'a>>),
    LargeList(&'a OffsetBuffer<i64>, Box<Cells<'a>>),
    FixedList(usize, Box<Cells<'a>>),
    Struct(Vec<(Vec<u8>, Cells<'a>)>),
    Map(&'a OffsetBuffer<i32>, Box<Cells<'a>>, Box<Cells<'a>>),
    /// Dates, timestamps, decimals and the rest, through arrow's own formatter.
    Other {
        formatter: ArrayFormatter<'a>,
        is_number: bool,
    },
}

/// How arrow's formatter shows dates and times.
const FORMAT: FormatOptions<'static> = FormatOptions::new().with_null("");

impl<'a> Cells<'a> {
    /// Matches a column to its type. A dictionary must have been unpacked by [`plain`].
    pub(crate) fn new(array: &'a dyn Array) -> Result<Self> {
        let kind = match array.data_type() {
            DataType::Null => Kind::Null,
            DataType::Boolean => Kind::Bool(array.as_boolean()),
            DataType::Int8 => Kind::I8(array.as_primitive()),
            DataType::Int16 => Kind::I16(array.as_primitive()),
            DataType::Int32 => Kind::I32(array.as_primitive()),
            DataType::Int64 => Kind::I64(array.as_primitive()),
            DataType::UInt8 => Kind::U8(array.as_primitive()),
            DataType::UInt16 => Kind::U16(array.as_primitive()),
            DataType::UInt32 => Kind::U32(array.as_primitive()),
            DataType::UInt64 => Kind::U64(array.as_primitive()),
            DataType::Float32 => Kind::F32(array.as_primitive()),
            DataType::Float64 => Kind::F64(array.as_primitive()),
            DataType::Utf8 => Kind::Text(array.as_string()),
            DataType::LargeUtf8 => Kind::LargeText(array.as_string()),
            DataType::Utf8View => Kind::TextView(array.as_string_view()),
            DataType::Binary => Kind::Bytes(array.as_binary()),
            DataType::LargeBinary => Kind::LargeBytes(array.as_binary()),
            DataType::BinaryView => Kind::BytesView(array.as_binary_view()),
            _ => Self::nested(array)?,
        };
        Ok(Self {
            nulls: array.nulls(),
            kind,
        })
    }

    fn nested(array: &'a dyn Array) -> Result<Kind<'a>> {
        Ok(match array.data_type() {
            DataType::List(_) => {
                let list = array.as_list::<i32>();
                Kind::List(list.offsets(), Box::new(Self::new(list.values().as_ref())?))
            }
            DataType::LargeList(_) => {
                let list = array.as_list::<i64>();
                Kind::LargeList(list.offsets(), Box::new(Self::new(list.values().as_ref())?))
            }
            DataType::FixedSizeList(_, size) => {
                let list = array.as_fixed_size_list();
                let size = usize::try_from(*size).unwrap_or(0);
                Kind::FixedList(size, Box::new(Self::new(list.values().as_ref())?))
            }
            DataType::Struct(fields) => {
                let columns = array.as_struct().columns();
                let named = fields.iter().zip(columns).map(|(field, column)| {
                    let mut key = Vec::new();
                    json_string(field.name().as_bytes(), &mut key);
                    key.push(b':');
                    Ok((key, Self::new(column.as_ref())?))
                });
                Kind::Struct(named.collect::<Result<_>>()?)
            }
            DataType::Map(..) => {
                let map = array.as_map();
                let keys = Box::new(Self::new(map.keys().as_ref())?);
                Kind::Map(
                    map.offsets(),
                    keys,
                    Box::new(Self::new(map.values().as_ref())?),
                )
            }
            other => Kind::Other {
                formatter: ArrayFormatter::try_new(array, &FORMAT)?,
                is_number: other.is_decimal(),
            },
        })
    }

    /// Whether the value is NULL.
    pub(crate) fn is_null(&self, row: usize) -> bool {
        matches!(self.kind, Kind::Null) || self.nulls.is_some_and(|nulls| nulls.is_null(row))
    }

    /// A number, to be aligned at its right end.
    pub(crate) fn float(&self, row: usize) -> Option<f64> {
        match &self.kind {
            Kind::F32(array) => Some(f64::from(array.value(row))),
            Kind::F64(array) => Some(array.value(row)),
            _ => None,
        }
    }

    /// The value's bytes when it is binary.
    pub(crate) fn bytes(&self, row: usize) -> Option<&'a [u8]> {
        match &self.kind {
            Kind::Bytes(array) => Some(array.value(row)),
            Kind::LargeBytes(array) => Some(array.value(row)),
            Kind::BytesView(array) => Some(array.value(row)),
            _ => None,
        }
    }

    /// The value's text when it is a string.
    pub(crate) fn string(&self, row: usize) -> Option<&'a str> {
        match &self.kind {
            Kind::Text(array) => Some(array.value(row)),
            Kind::LargeText(array) => Some(array.value(row)),
            Kind::TextView(array) => Some(array.value(row)),
            _ => None,
        }
    }

    /// Whether the text may hold any character, so that a delimited file must look at it.
    pub(crate) fn is_free_text(&self) -> bool {
        !matches!(
            self.kind,
            Kind::Null
                | Kind::Bool(_)
                | Kind::F32(_)
                | Kind::F64(_)
                | Kind::I8(_)
                | Kind::I16(_)
                | Kind::I32(_)
                | Kind::I64(_)
                | Kind::U8(_)
                | Kind::U16(_)
                | Kind::U32(_)
                | Kind::U64(_)
                | Kind::Bytes(_)
                | Kind::LargeBytes(_)
                | Kind::BytesView(_)
        )
    }

    /// Appends the text of a value that is not NULL; nested values as JSON, bytes in hexadecimal.
    pub(crate) fn text(&self, row: usize, out: &mut Vec<u8>) {
        match &self.kind {
            Kind::Null => {}
            Kind::Bool(array) => {
                out.extend_from_slice(if array.value(row) { b"true" } else { b"false" });
            }
            Kind::I8(array) => integer(array.value(row), out),
            Kind::I16(array) => integer(array.value(row), out),
            Kind::I32(array) => integer(array.value(row), out),
            Kind::I64(array) => integer(array.value(row), out),
            Kind::U8(array) => integer(array.value(row), out),
            Kind::U16(array) => integer(array.value(row), out),
            Kind::U32(array) => integer(array.value(row), out),
            Kind::U64(array) => integer(array.value(row), out),
            Kind::F32(array) => float(array.value(row), out),
            Kind::F64(array) => float(array.value(row), out),
            Kind::Text(array) => out.extend_from_slice(array.value(row).as_bytes()),
            Kind::LargeText(array) => out.extend_from_slice(array.value(row).as_bytes()),
            Kind::TextView(array) => out.extend_from_slice(array.value(row).as_bytes()),
            Kind::Bytes(array) => hexadecimal(array.value(row), out),
            Kind::LargeBytes(array) => hexadecimal(array.value(row), out),
            Kind::BytesView(array) => hexadecimal(array.value(row), out),
            Kind::Other { formatter, .. } => {
                out.extend_from_slice(formatter.value(row).to_string().as_bytes());
            }
            Kind::List(..)
            | Kind::LargeList(..)
            | Kind::FixedList(..)
            | Kind::Struct(_)
            | Kind::Map(..) => self.json(row, out),
        }
    }

    /// Appends the value as JSON; NaN and infinities, which JSON lacks, become null.
    pub(crate) fn json(&self, row: usize, out: &mut Vec<u8>) {
        if self.is_null(row) {
            return out.extend_from_slice(b"null");
        }
        match &self.kind {
            Kind::Text(array) => json_string(array.value(row).as_bytes(), out),
            Kind::LargeText(array) => json_string(array.value(row).as_bytes(), out),
            Kind::TextView(array) => json_string(array.value(row).as_bytes(), out),
            Kind::F32(array) if !array.value(row).is_finite() => out.extend_from_slice(b"null"),
            Kind::F64(array) if !array.value(row).is_finite() => out.extend_from_slice(b"null"),
            Kind::List(offsets, items) => {
                let (start, end) = (offsets[row], offsets[row + 1]);
                items.json_list(index(start)..index(end), out);
            }
            Kind::LargeList(offsets, items) => {
                let range = |at: i64| usize::try_from(at).unwrap_or(0);
                items.json_list(range(offsets[row])..range(offsets[row + 1]), out);
            }
            Kind::FixedList(size, items) => items.json_list(row * size..(row + 1) * size, out),
            Kind::Struct(fields) => {
                out.push(b'{');
                for (i, (key, cells)) in fields.iter().enumerate() {
                    if i > 0 {
                        out.push(b',');
                    }
                    out.extend_from_slice(key);
                    cells.json(row, out);
                }
                out.push(b'}');
            }
            Kind::Map(offsets, keys, values) => {
                keys.json_map(values, index(offsets[row])..index(offsets[row + 1]), out);
            }
            Kind::Bytes(_) | Kind::LargeBytes(_) | Kind::BytesView(_) => self.quoted(row, out),
            Kind::Other {
                is_number: false, ..
            } => self.quoted(row, out),
            _ => self.text(row, out),
        }
    }

    fn quoted(&self, row: usize, out: &mut Vec<u8>) {
        out.push(b'"');
        self.text(row, out);
        out.push(b'"');
    }

    fn json_list(&self, rows: std::ops::Range<usize>, out: &mut Vec<u8>) {
        out.push(b'[');
        for (i, row) in rows.enumerate() {
            if i > 0 {
                out.push(b',');
            }
            self.json(row, out);
        }
        out.push(b']');
    }

    fn json_map(&self, values: &Self, rows: std::ops::Range<usize>, out: &mut Vec<u8>) {
        out.push(b'{');
        for (i, row) in rows.enumerate() {
            if i > 0 {
                out.push(b',');
            }
            let mut key = Vec::new();
            self.text(row, &mut key);
            json_string(&key, out);
            out.push(b':');
            values.json(row, out);
        }
        out.push(b'}');
    }
}

/// Unpacks dictionaries, so that [`Cells`] sees plain values.
pub(crate) fn plain(array: &ArrayRef) -> Result<ArrayRef> {
    match array.data_type() {
        DataType::Dictionary(_, values) => Ok(arrow::compute::cast(array, values)?),
        _ => Ok(ArrayRef::clone(array)),
    }
}

/// Appends a JSON string with its quotes.
pub(crate) fn json_string(text: &[u8], out: &mut Vec<u8>) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    out.push(b'"');
    let mut kept = 0;
    for (i, &byte) in text.iter().enumerate() {
        if byte >= 0x20 && byte != b'"' && byte != b'\\' {
            continue;
        }
        out.extend_from_slice(&text[kept..i]);
        kept = i + 1;
        match byte {
            b'"' | b'\\' => out.extend_from_slice(&[b'\\', byte]),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            _ => {
                out.extend_from_slice(b"\\u00");
                out.push(HEX[usize::from(byte >> 4)]);
                out.push(HEX[usize::from(byte & 15)]);
            }
        }
    }
    out.extend_from_slice(&text[kept..]);
    out.push(b'"');
}

fn index(offset: i32) -> usize {
    usize::try_from(offset).unwrap_or(0)
}

fn integer(value: impl itoa::Integer, out: &mut Vec<u8>) {
    out.extend_from_slice(itoa::Buffer::new().format(value).as_bytes());
}

fn float(value: impl ryu::Float, out: &mut Vec<u8>) {
    out.extend_from_slice(ryu::Buffer::new().format(value).as_bytes());
}

fn hexadecimal(bytes: &[u8], out: &mut Vec<u8>) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    out.reserve(bytes.len() * 2);
    for byte in bytes {
        out.push(HEX[usize::from(byte >> 4)]);
        out.push(HEX[usize::from(byte & 15)]);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use arrow::array::{ListArray, StructArray, TimestampMicrosecondArray};
    use arrow::datatypes::{Field, Fields, Int32Type};

    fn json_of(array: &dyn Array, row: usize) -> String {
        let mut out = Vec::new();
        Cells::new(array).unwrap().json(row, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn json_string_escapes_what_json_forbids() {
        let array = StringArray::from(vec!["a\"b\\c\n\t\u{1}å"]);
        assert_eq!(json_of(&array, 0), "\"a\\\"b\\\\c\\n\\t\\u0001å\"");
    }

    #[test]
    fn nan_is_null_in_json_and_itself_in_text() {
        let array = Float64Array::from(vec![f64::NAN, 0.1, 1.0]);
        assert_eq!(json_of(&array, 0), "null");
        assert_eq!(json_of(&array, 1), "0.1");
        let mut text = Vec::new();
        Cells::new(&array).unwrap().text(0, &mut text);
        assert_eq!(text, b"NaN");
    }

    #[test]
    fn nested_values_are_json_at_any_depth() {
        let list = ListArray::from_iter_primitive::<Int32Type, _, _>(vec![
            Some(vec![Some(1), None]),
            None,
            Some(vec![]),
        ]);
        assert_eq!(json_of(&list, 0), "[1,null]");
        assert_eq!(json_of(&list, 1), "null");
        assert_eq!(json_of(&list, 2), "[]");
        let fields = Fields::from(vec![
            Field::new("ac", DataType::Int64, true),
            Field::new("depths", list.data_type().clone(), true),
        ]);
        let counts = Arc::new(Int64Array::from(vec![Some(7), None, Some(9)]));
        let all = StructArray::new(fields, vec![counts, Arc::new(list)], None);
        assert_eq!(json_of(&all, 0), r#"{"ac":7,"depths":[1,null]}"#);
        assert_eq!(json_of(&all, 1), r#"{"ac":null,"depths":null}"#);
    }

    #[test]
    fn sliced_list_shows_its_own_rows() {
        let list = ListArray::from_iter_primitive::<Int32Type, _, _>(vec![
            Some(vec![Some(1)]),
            Some(vec![Some(2), Some(3)]),
        ]);
        assert_eq!(json_of(&list.slice(1, 1), 0), "[2,3]");
    }

    #[test]
    fn timestamps_are_quoted_and_bytes_hexadecimal() {
        let time = TimestampMicrosecondArray::from(vec![0]).with_timezone("UTC");
        assert_eq!(json_of(&time, 0), "\"1970-01-01T00:00:00Z\"");
        assert_eq!(
            json_of(&BinaryArray::from(vec![b"\x4f\x00".as_ref()]), 0),
            "\"4f00\""
        );
    }
}
