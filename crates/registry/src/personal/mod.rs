//! Who must not be named?

mod number;
mod pseudonym;
mod spelling;
mod suspicion;

pub use number::{Invalid, PersonalNumber, Sex};
pub(crate) use pseudonym::hex;
pub use pseudonym::{KeyError, MIN_KEY_BYTES, PseudonymKey};
pub(crate) use spelling::is_blank;
pub(crate) use suspicion::{Suspicion, may_be_number, may_name, shown};
