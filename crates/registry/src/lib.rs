//! What exactly did the registry file say, and who must it not name?

mod column;
mod error;
mod infer;
mod load;
pub mod personal;
mod read;
mod record;
mod source;
mod value;
pub use error::{Error, Result};
pub use load::*;
pub use read::unread_format;
pub use source::{FileSource, Source, SourceInfo};
pub use value::{ColumnType, Decimal};
