//! Values over several callsets, and callsets that lack a site.

use kohort_genome::PloidyClass;

use crate::Error;

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
    let _ = (block, class, as_what, out);
}

/// Appends one value over the blocks of all these values, which may come in any order.
///
/// # Errors
/// [`Error::BlockOrder`] where two values speak of one block; what a value's header can be refused
/// for.
pub fn compose(values: &[&[u8]], out: &mut Vec<u8>) -> Result<(), Error> {
    let _ = (values, out);
    Ok(())
}
