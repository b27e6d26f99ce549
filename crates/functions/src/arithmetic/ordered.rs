//! Floats as integers of the same order, in which NaN, of either sign, is the largest.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Float64Type, Int64Type};
use datafusion::common::Result;

/// The integer that stands for a float.
fn to_integer(value: f64) -> i64 {
    let value = if value.is_nan() { f64::NAN } else { value };
    let bits = value.to_bits().cast_signed();
    // Negative floats grow with their bits: turned over, they shrink.
    bits ^ (((bits >> 63).cast_unsigned()) >> 1).cast_signed()
}

fn to_float(integer: i64) -> f64 {
    let bits = integer ^ (((integer >> 63).cast_unsigned()) >> 1).cast_signed();
    f64::from_bits(bits.cast_unsigned())
}

/// A column of floats, as integers.
pub(super) fn integers(floats: &ArrayRef) -> Result<ArrayRef> {
    let floats = cast(floats, &DataType::Float64)?;
    let floats = floats.as_primitive::<Float64Type>();
    Ok(Arc::new(floats.unary::<_, Int64Type>(to_integer)))
}

/// Integers made by [`integers`], as the floats that they were.
pub(super) fn floats(integers: &dyn Array, data_type: &DataType) -> Result<ArrayRef> {
    let integers = integers.as_primitive::<Int64Type>();
    let floats: ArrayRef = Arc::new(integers.unary::<_, Float64Type>(to_float));
    Ok(cast(&floats, data_type)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_have_the_order_of_the_floats_and_nan_is_the_largest() {
        let ordered = [
            f64::NEG_INFINITY,
            -1.5,
            -0.0,
            0.0,
            f64::MIN_POSITIVE,
            2.0,
            f64::INFINITY,
        ];
        let integers: Vec<_> = ordered.iter().map(|x| to_integer(*x)).collect();
        assert!(integers.is_sorted());
        assert!(to_integer(f64::NAN) > to_integer(f64::INFINITY));
        assert_eq!(to_integer(-f64::NAN), to_integer(f64::NAN));
        for x in ordered {
            assert_eq!(to_float(to_integer(x)).to_bits(), x.to_bits());
        }
        assert!(to_float(to_integer(f64::NAN)).is_nan());
    }
}
