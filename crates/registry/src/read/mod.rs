//! What does a file say, row by row? One reader per format; all hand rows to a sink.

pub(crate) mod beacon;
mod columns;
pub(crate) mod delimited;
pub(crate) mod fhir;
mod flat;
pub(crate) mod json;
pub(crate) mod ndjson;
mod ontology;
pub(crate) mod phenopacket;
pub(crate) mod split;
pub(crate) mod unread;
pub(crate) mod workbook;

pub(crate) use columns::{Column, Columns, Declared, check_name, declared, optional};

use crate::Result;
use crate::record::Record;

/// Takes one row after another.
pub(crate) type Sink<'a> = dyn FnMut(&Record, &Columns) -> Result<()> + 'a;

/// What a file is that is not read, by the ending of its name, and what to do about it.
pub fn unread_format(name: &str) -> Option<(&'static str, &'static str)> {
    unread::by_name(name).map(|found| (found.what, found.advice))
}
