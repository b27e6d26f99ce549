//! What does a reader see? Reports: tables of a lake with their texts and figures, in one page that
//! works offline, as workbooks, CSV and SVG.
//!
//! A report is a folder with a `report.toml` ([`Definition`]) and queries. Whoever makes one runs
//! the queries ([`Report::queries`]) and hands the rows back ([`Report::make`]); this room
//! withholds small counts, draws, and writes. It knows no lake and runs no SQL.

mod cell;
mod csv;
pub mod definition;
mod error;
mod figure;
mod flat;
mod folder;
mod format;
mod html;
mod language;
mod make;
mod making;
mod pattern;
mod protection;
mod rows;
mod source;
mod template;
mod words;
mod workbook;

use std::collections::BTreeMap;

pub use definition::Definition;
pub use error::Error;
pub use folder::{Existing, Staging};
pub use language::{Language, Words};
pub use make::{MANIFEST, Made, PAGE, Query};
pub use making::Making;
pub use pattern::{Catalogue, CubeRows, Pattern, PatternSize};
pub use rows::{Estimate, Rows, Value, read_lookup, read_texts};
pub use source::Report;
pub use template::{Literal, Values};

/// The rows of each table, by its id.
pub type Tables = BTreeMap<String, Rows>;
