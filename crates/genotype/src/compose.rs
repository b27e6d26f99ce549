//! Values over several callsets, and callsets that lack a site.

use kohort_genome::PloidyClass;

use crate::Error;
use crate::layout::{ABSENT_MISSING, ABSENT_REFERENCE, COMPOSITE, Row, VERSION, for_each_row};
use crate::set::put_varint;

/// What the samples of a callset have at a site that the callset does not list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Absent {
    /// They are reference, with as many copies as expected.
    Reference,
    /// They are missing.
    Missing,
}

/// Appends the value of a callset that does not list the site.
pub fn absent(block: u32, class: PloidyClass, as_what: Absent, out: &mut Vec<u8>) {
    let layout = match as_what {
        Absent::Reference => ABSENT_REFERENCE,
        Absent::Missing => ABSENT_MISSING,
    };
    out.push(VERSION << 6 | class.code() << 4 | layout << 1);
    put_varint(out, block);
}

/// Appends one value over the blocks of all these values, which may come in any order. A value over
/// one block stays as it is.
///
/// # Errors
/// [`Error::BlockOrder`] where two values speak of one block; what a value's header can be refused
/// for, a value over several blocks among them.
pub fn compose(values: &[&[u8]], out: &mut Vec<u8>) -> Result<(), Error> {
    if let [value] = values {
        for_each_row(value, |_| Ok(()))?;
        out.extend_from_slice(value);
        return Ok(());
    }
    let mut parts = Vec::with_capacity(values.len());
    for value in values {
        parts.push((Row::parse(value)?.block, *value));
    }
    parts.sort_unstable_by_key(|(block, _)| *block);
    if let Some(twice) = parts.windows(2).find(|pair| pair[0].0 == pair[1].0) {
        let block = twice[0].0;
        return Err(Error::BlockOrder { block });
    }
    let length = |value: &[u8]| u32::try_from(value.len()).unwrap_or(u32::MAX);
    out.push(COMPOSITE);
    put_varint(out, u32::try_from(parts.len()).unwrap_or(u32::MAX));
    for (_, value) in parts {
        put_varint(out, length(value));
        out.extend_from_slice(value);
    }
    Ok(())
}
