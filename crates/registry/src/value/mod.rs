//! What does one value say? Texts as Swedish registries write them, and the types they become.

mod column_type;
mod moment;
mod number;
mod text;

pub use column_type::ColumnType;
pub(crate) use moment::{Partial, date, date_or_partial, is_plausible_compact, timestamp};
pub use number::Decimal;
pub(crate) use number::{Shape, float, integer, shape_of_number};
pub(crate) use text::{boolean, is_boolean_word, name_of};
