//! Which column does an INFO or FORMAT line of a header become?
//!
//! The rules are those of VCF 4.5 §1.4.2 and §1.6.1, seen from one ALT allele: a row of
//! `callset_variants` is one ALT, so `Number=A` is a single value and `Number=R` a pair.

use std::collections::HashSet;

use arrow::datatypes::{DataType, Field, Fields};

use crate::Error;
use crate::columns::list;

/// What a value is. VCF's `Character` is a [`Scalar::String`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scalar {
    /// 32-bit integer.
    Integer,
    /// 32-bit float.
    Float,
    /// Present or absent.
    Flag,
    /// Text.
    String,
}

impl Scalar {
    /// The Arrow type of one value.
    pub fn data_type(self) -> DataType {
        match self {
            Scalar::Integer => DataType::Int32,
            Scalar::Float => DataType::Float32,
            Scalar::Flag => DataType::Boolean,
            Scalar::String => DataType::Utf8,
        }
    }
}

/// How many values there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Shape {
    /// `Number=1` (and every Flag).
    One,
    /// `Number=A`: one per ALT.
    PerAlternate,
    /// `Number=R`: one per allele, REF first.
    PerAllele,
    /// Any other number: a fixed count above one, `G`, `.`, `P`, `LA`, `LR`, `LG`, `M`.
    List,
}

/// The declared type of one INFO or FORMAT field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FieldType {
    /// What a value is.
    pub scalar: Scalar,
    /// How many there are.
    pub shape: Shape,
}

impl FieldType {
    /// A type from its two halves.
    pub const fn new(scalar: Scalar, shape: Shape) -> Self {
        Self { scalar, shape }
    }

    /// Whether it has a value for each allele or each ALT.
    pub const fn is_per_allele(self) -> bool {
        matches!(self.shape, Shape::PerAlternate | Shape::PerAllele)
    }

    /// The Arrow type in `callset_variants.info`: `One` and `PerAlternate` are a single value (this
    /// ALT's), `PerAllele` is the list `[ref, alt]`, `List` a list as written.
    pub fn info_data_type(self) -> DataType {
        match (self.scalar, self.shape) {
            (Scalar::Flag, _) => DataType::Boolean,
            (scalar, Shape::One | Shape::PerAlternate) => scalar.data_type(),
            (scalar, Shape::PerAllele | Shape::List) => list(scalar.data_type()),
        }
    }

    /// The Arrow type in `call_fields.fields`: a list over the samples of the block, whose items
    /// are single values for `One` and lists as written for every other shape.
    pub fn call_data_type(self) -> DataType {
        match self.shape {
            Shape::One => list(self.scalar.data_type()),
            _ => list(list(self.scalar.data_type())),
        }
    }
}

/// Name of the one field of a struct that would otherwise be empty (Parquet has no empty struct).
pub const PLACEHOLDER_FIELD: &str = "_none";

/// The type of `callset_variants.info` for the INFO lines of a header, in their order.
///
/// # Errors
/// [`Error::FieldsDifferInCase`] when two keys are the same but for case.
pub fn info_struct<K: AsRef<str>>(declared: &[(K, FieldType)]) -> Result<Fields, Error> {
    build(declared, FieldType::info_data_type)
}

/// The type of `call_fields.fields` for the FORMAT lines of a header (without GT), in their order.
///
/// # Errors
/// [`Error::FieldsDifferInCase`] when two keys are the same but for case.
pub fn call_fields_struct<K: AsRef<str>>(declared: &[(K, FieldType)]) -> Result<Fields, Error> {
    build(declared, FieldType::call_data_type)
}

fn build<K: AsRef<str>>(
    declared: &[(K, FieldType)],
    data_type: impl Fn(FieldType) -> DataType,
) -> Result<Fields, Error> {
    let mut seen = HashSet::new();
    let mut fields = Vec::with_capacity(declared.len().max(1));
    for (key, field_type) in declared {
        let key = key.as_ref();
        if !seen.insert(key.to_ascii_lowercase()) {
            let first = declared.iter().map(|(k, _)| k.as_ref());
            let first = first
                .into_iter()
                .find(|k| k.eq_ignore_ascii_case(key))
                .unwrap_or(key);
            return Err(Error::FieldsDifferInCase {
                first: first.to_owned(),
                second: key.to_owned(),
            });
        }
        fields.push(Field::new(key, data_type(*field_type), true));
    }
    if fields.is_empty() {
        fields.push(Field::new(PLACEHOLDER_FIELD, DataType::Boolean, true));
    }
    Ok(Fields::from(fields))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn info_fields_are_typed_from_the_point_of_view_of_one_alt() {
        for (scalar, shape, expected) in [
            (Scalar::Integer, Shape::One, DataType::Int32),
            (Scalar::Integer, Shape::PerAlternate, DataType::Int32),
            (Scalar::Integer, Shape::PerAllele, list(DataType::Int32)),
            (Scalar::Float, Shape::List, list(DataType::Float32)),
            (Scalar::Flag, Shape::One, DataType::Boolean),
            (Scalar::String, Shape::One, DataType::Utf8),
        ] {
            assert_eq!(FieldType::new(scalar, shape).info_data_type(), expected);
        }
    }

    #[test]
    fn call_fields_are_lists_over_samples() {
        let one = FieldType::new(Scalar::Integer, Shape::One);
        let ad = FieldType::new(Scalar::Integer, Shape::PerAllele);
        assert_eq!(one.call_data_type(), list(DataType::Int32));
        assert_eq!(ad.call_data_type(), list(list(DataType::Int32)));
    }

    #[test]
    fn a_header_without_fields_gives_a_placeholder() {
        let none: [(&str, FieldType); 0] = [];
        let fields = info_struct(&none).unwrap();
        assert_eq!(fields.len(), 1);
        assert_eq!(fields[0].name(), PLACEHOLDER_FIELD);
    }

    #[test]
    fn keys_that_differ_in_case_only_are_refused() {
        let one = FieldType::new(Scalar::Integer, Shape::One);
        let error = info_struct(&[("DP", one), ("dp", one)]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "fields `DP` and `dp` differ only in upper and lower case"
        );
    }
}
