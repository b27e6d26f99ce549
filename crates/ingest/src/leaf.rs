//! Values of one INFO or FORMAT field, appended from their text to an Arrow builder.
//!
//! Where the file's version has percent codes (VCFv4.3 and later, §1.2), text is decoded.

use arrow::array::{ArrayRef, BooleanBuilder, Float32Builder, Int32Builder, StringBuilder};
use kohort_schema::Scalar;
use kohort_vcf::value::{Escapes, MIN_INTEGER, decode};
use std::sync::Arc;

/// A value that is not of its declared type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct BadValue;

/// A builder for scalars of one type.
pub(crate) enum LeafBuilder {
    Integer(Int32Builder),
    Float(Float32Builder),
    Flag(BooleanBuilder),
    Text(StringBuilder, Escapes),
}

impl LeafBuilder {
    pub(crate) fn new(scalar: Scalar, escapes: Escapes) -> Self {
        match scalar {
            Scalar::Integer => Self::Integer(Int32Builder::new()),
            Scalar::Float => Self::Float(Float32Builder::new()),
            Scalar::Flag => Self::Flag(BooleanBuilder::new()),
            Scalar::String => Self::Text(StringBuilder::new(), escapes),
        }
    }

    /// Appends one value; `.` is NULL. On a fault nothing is appended.
    #[inline]
    pub(crate) fn append(&mut self, text: &[u8]) -> Result<(), BadValue> {
        if text == b"." {
            self.append_null();
            return Ok(());
        }
        match self {
            Self::Integer(builder) => builder.append_value(integer(text).ok_or(BadValue)?),
            Self::Float(builder) => builder.append_value(float(text).ok_or(BadValue)?),
            Self::Flag(builder) => builder.append_value(text != b"0"),
            Self::Text(builder, escapes) => {
                let text = std::str::from_utf8(text).map_err(|_| BadValue)?;
                builder.append_value(decode(text, *escapes));
            }
        }
        Ok(())
    }

    #[inline]
    pub(crate) fn append_null(&mut self) {
        match self {
            Self::Integer(builder) => builder.append_null(),
            Self::Float(builder) => builder.append_null(),
            Self::Flag(builder) => builder.append_value(false),
            Self::Text(builder, _) => builder.append_null(),
        }
    }

    pub(crate) fn len(&self) -> usize {
        use arrow::array::ArrayBuilder;
        match self {
            Self::Integer(builder) => builder.len(),
            Self::Float(builder) => builder.len(),
            Self::Flag(builder) => builder.len(),
            Self::Text(builder, _) => builder.len(),
        }
    }

    pub(crate) fn finish(&mut self) -> ArrayRef {
        match self {
            Self::Integer(builder) => Arc::new(builder.finish()),
            Self::Float(builder) => Arc::new(builder.finish()),
            Self::Flag(builder) => Arc::new(builder.finish()),
            Self::Text(builder, _) => Arc::new(builder.finish()),
        }
    }
}

/// A signed decimal of 32 bits, without the lowest values, which BCF reserves.
#[inline]
pub(crate) fn integer(text: &[u8]) -> Option<i32> {
    let (negative, digits) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        all => (false, all),
    };
    if digits.is_empty() || digits.len() > 10 {
        return None;
    }
    let mut value = 0i64;
    for &byte in digits {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        value = value * 10 + i64::from(digit);
    }
    let value = i32::try_from(if negative { -value } else { value }).ok()?;
    (value >= MIN_INTEGER).then_some(value)
}

/// A float as the specification writes it: decimal, `NaN`, `Inf` and `Infinity` in any case.
pub(crate) fn float(text: &[u8]) -> Option<f32> {
    std::str::from_utf8(text).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_are_32_bit_decimals() {
        for (text, expected) in [
            ("0", Some(0)),
            ("-12", Some(-12)),
            ("+7", Some(7)),
            ("2147483647", Some(i32::MAX)),
            ("2147483648", None),
            ("-2147483640", Some(MIN_INTEGER)),
            ("-2147483641", None),
            ("99999999999", None),
            ("1.0", None),
            ("", None),
            ("-", None),
        ] {
            assert_eq!(integer(text.as_bytes()), expected, "{text}");
        }
    }

    #[test]
    fn floats_may_be_named() {
        assert_eq!(float(b"1e-3"), Some(0.001));
        assert_eq!(float(b"-inf"), Some(f32::NEG_INFINITY));
        assert!(float(b"NaN").is_some_and(f32::is_nan));
        assert_eq!(float(b"1,5"), None);
    }
}
