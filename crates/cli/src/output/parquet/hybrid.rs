//! Parquet's hybrid of runs and bit-packed groups ("RLE", encoding 3 of the format).
//!
//! ```text
//! run     varint(length << 1)       value, in whole bytes
//! packed  varint(groups << 1 | 1)   groups of 8 values, each `width` bits, least significant first
//! ```

/// Values of a bit-packed group, and the shortest run that is worth its own header.
const GROUP: usize = 8;

/// Appends the values, each below `1 << width`; `width` is 1 to 16.
pub(super) fn encode(values: &[u16], width: u32, out: &mut Vec<u8>) {
    let mut packed = Vec::new();
    let mut n_groups = 0;
    let mut at = 0;
    while at < values.len() {
        let rest = &values[at..];
        let run = run_length(rest);
        if run >= GROUP {
            flush(&mut packed, &mut n_groups, out);
            varint((run as u64) << 1, out);
            out.extend_from_slice(&rest[0].to_le_bytes()[..value_bytes(width)]);
            at += run;
            continue;
        }
        let group = &rest[..GROUP.min(rest.len())];
        let shifted = group.iter().zip((0..).step_by(width as usize));
        let bits = shifted.fold(0u128, |bits, (&value, shift)| {
            bits | u128::from(value) << shift
        });
        // A copy of fixed size, then a cut: a copy of `width` bytes would be a call.
        packed.extend_from_slice(&bits.to_le_bytes());
        packed.truncate(packed.len() - (size_of::<u128>() - width as usize));
        n_groups += 1;
        at += group.len();
    }
    flush(&mut packed, &mut n_groups, out);
}

fn flush(packed: &mut Vec<u8>, n_groups: &mut u64, out: &mut Vec<u8>) {
    if *n_groups > 0 {
        varint(*n_groups << 1 | 1, out);
        out.append(packed);
        *n_groups = 0;
    }
}

/// Whole bytes of one value.
fn value_bytes(width: u32) -> usize {
    width.div_ceil(8) as usize
}

/// How often the first value comes in a row.
fn run_length(values: &[u16]) -> usize {
    let first = values[0];
    let (groups, rest) = values.as_chunks::<GROUP>();
    let is_equal = |group: &&[u16; GROUP]| group.iter().fold(0, |d, v| d | (v ^ first)) == 0;
    let equal = groups.iter().take_while(is_equal).count();
    let rest = groups.get(equal).map_or(rest, |group| group.as_slice());
    equal * GROUP + rest.iter().take_while(|value| **value == first).count()
}

/// Appends an unsigned LEB128 number.
#[expect(clippy::cast_possible_truncation, reason = "seven bits at a time")]
pub(super) fn varint(mut number: u64, out: &mut Vec<u8>) {
    while number >= 0x80 {
        out.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_and_packed_groups_are_those_of_the_format() {
        let bytes = |values: &[u16], width| {
            let mut out = Vec::new();
            encode(values, width, &mut out);
            out
        };
        // The example of the format's own text: 0 to 7, three bits each.
        assert_eq!(
            bytes(&[0, 1, 2, 3, 4, 5, 6, 7], 3),
            [3, 0b1000_1000, 0b1100_0110, 0b1111_1010]
        );
        assert_eq!(bytes(&[4; 100], 3), [200, 1, 4]);
        assert_eq!(bytes(&[300; 9], 9), [18, 44, 1]);
        assert_eq!(bytes(&[1, 0, 1], 1), [3, 0b101]);
        assert_eq!(bytes(&[], 1), [0; 0]);
        // Two groups, then a run: the first group ends within the run.
        let mut values = vec![1, 0, 1, 0, 1, 0, 1, 0, 1, 1];
        values.extend([0; 20]);
        assert_eq!(bytes(&values, 1), [5, 0b0101_0101, 0b0000_0011, 28, 0]);
    }
}
