//! Who must not be named?

mod chance;
mod halves;
mod mask;
mod names;
mod number;
mod pseudonym;
mod spelling;
mod suspicion;

pub(crate) use halves::Halves;
pub(crate) use mask::{hidden, shown, shown_word};
pub(crate) use names::{is_about_identity, is_named_last_four, is_named_personal};
pub use number::{Invalid, PersonalNumber, Sex};
pub(crate) use pseudonym::hex;
pub use pseudonym::{KeyError, MIN_KEY_BYTES, PseudonymKey};
pub(crate) use spelling::is_blank;
pub use suspicion::is_number_in_name;
pub(crate) use suspicion::{Suspicion, may_be_number, may_name};
