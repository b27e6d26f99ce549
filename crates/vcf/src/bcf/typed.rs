//! Typed values of BCF: VCFv4.5 §6.3.3.

use crate::Error;

pub(crate) const TYPE_INT8: u8 = 1;
pub(crate) const TYPE_INT16: u8 = 2;
pub(crate) const TYPE_INT32: u8 = 3;
pub(crate) const TYPE_FLOAT: u8 = 5;
pub(crate) const TYPE_CHAR: u8 = 7;

/// Bits of a missing float.
pub(crate) const FLOAT_MISSING: u32 = 0x7f80_0001;
/// Bits that end a shorter vector of floats.
pub(crate) const FLOAT_END: u32 = 0x7f80_0002;

/// Reads a record front to back.
#[derive(Clone, Copy)]
pub(super) struct Cursor<'a>(&'a [u8]);

/// Type and length of what follows.
#[derive(Clone, Copy)]
pub(super) struct Descriptor {
    pub(super) kind: u8,
    pub(super) length: usize,
}

/// An integer as stored.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Int {
    Value(i32),
    Missing,
    End,
}

#[cold]
pub(super) fn broken(expected: &str, found: &str) -> Error {
    Error::Column {
        column: "the record",
        expected: expected.to_owned(),
        found: found.to_owned(),
    }
}

impl<'a> Cursor<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Cursor(bytes)
    }

    pub(super) fn take(&mut self, n: usize) -> Result<&'a [u8], Error> {
        match self.0.split_at_checked(n) {
            Some((taken, rest)) => {
                self.0 = rest;
                Ok(taken)
            }
            None => Err(broken(
                &format!("{n} more bytes"),
                &self.0.len().to_string(),
            )),
        }
    }

    pub(super) fn u32(&mut self) -> Result<u32, Error> {
        let bytes = self.take(4)?;
        Ok(u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
    }

    pub(super) fn i32(&mut self) -> Result<i32, Error> {
        Ok(self.u32()?.cast_signed())
    }

    pub(super) fn descriptor(&mut self) -> Result<Descriptor, Error> {
        let byte = self.take(1)?[0];
        let kind = byte & 15;
        let length = match byte >> 4 {
            15 => self.index("a length")?,
            length => usize::from(length),
        };
        match kind {
            0..=3 | 5 | 7 => Ok(Descriptor { kind, length }),
            _ => Err(broken("a type of BCF", &kind.to_string())),
        }
    }

    /// A typed non-negative integer.
    pub(super) fn index(&mut self, what: &str) -> Result<usize, Error> {
        let byte = self.take(1)?[0];
        let (kind, size) = (byte & 15, size_of_type(byte & 15));
        if byte >> 4 != 1 || !matches!(kind, TYPE_INT8 | TYPE_INT16 | TYPE_INT32) {
            return Err(broken(what, &format!("type byte {byte:#04x}")));
        }
        match int_at(self.take(size)?, kind, 0) {
            Int::Value(value) if value >= 0 => Ok(value.cast_unsigned() as usize),
            _ => Err(broken(what, "a negative or missing number")),
        }
    }

    /// The bytes of a value with this descriptor.
    pub(super) fn data(&mut self, descriptor: Descriptor, n: usize) -> Result<&'a [u8], Error> {
        let size = descriptor.length.checked_mul(size_of_type(descriptor.kind));
        match size.and_then(|size| size.checked_mul(n)) {
            Some(size) => self.take(size),
            None => Err(broken("a value that fits", "a longer one")),
        }
    }
}

pub(super) fn size_of_type(kind: u8) -> usize {
    match kind {
        TYPE_INT8 | TYPE_CHAR => 1,
        TYPE_INT16 => 2,
        TYPE_INT32 | TYPE_FLOAT => 4,
        _ => 0,
    }
}

/// Integer number `i` of a vector.
#[inline]
pub(super) fn int_at(data: &[u8], kind: u8, i: usize) -> Int {
    let (value, missing) = match kind {
        TYPE_INT8 => (
            data.get(i).map(|b| i32::from(b.cast_signed())),
            i32::from(i8::MIN),
        ),
        TYPE_INT16 => {
            let two = data.get(2 * i..).and_then(|d| d.first_chunk::<2>());
            (
                two.map(|b| i32::from(i16::from_le_bytes(*b))),
                i32::from(i16::MIN),
            )
        }
        _ => {
            let four = data.get(4 * i..).and_then(|d| d.first_chunk::<4>());
            (four.map(|b| i32::from_le_bytes(*b)), i32::MIN)
        }
    };
    match value {
        None => Int::End,
        Some(value) if value == missing => Int::Missing,
        Some(value) if value == missing + 1 => Int::End,
        Some(value) => Int::Value(value),
    }
}

/// Bits of float number `i` of a vector.
#[inline]
pub(super) fn float_bits_at(data: &[u8], i: usize) -> u32 {
    data.get(4 * i..)
        .and_then(|d| d.first_chunk::<4>())
        .map_or(FLOAT_END, |b| u32::from_le_bytes(*b))
}
