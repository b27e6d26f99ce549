//! The page: one HTML file that needs nothing beside it.

mod about;
mod facts;
mod page;
mod table;
mod text;

pub(crate) use page::{Contents, page};
pub(crate) use text::escape;
