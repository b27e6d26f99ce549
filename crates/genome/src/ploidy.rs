//! How many copies a person is expected to have at a place.

use std::fmt;
use std::str::FromStr;

use crate::Error;

/// A kind of place, by how many copies there a sex karyotype has.
///
/// The numbers are stored in packed genotypes and never change.
#[repr(u8)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PloidyClass {
    /// Two copies in everyone: the autosomes, and X and Y inside the pseudoautosomal regions.
    #[default]
    Diploid = 0,
    /// X outside the pseudoautosomal regions.
    X = 1,
    /// Y outside the pseudoautosomal regions.
    Y = 2,
    /// The mitochondrion.
    Mitochondrial = 3,
}

impl PloidyClass {
    /// All classes, in the order of their numbers.
    pub const ALL: [Self; 4] = [Self::Diploid, Self::X, Self::Y, Self::Mitochondrial];

    /// The stored number of this class.
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// The class with this stored number, 0 to 3.
    pub const fn from_code(code: u8) -> Option<Self> {
        match code {
            0 => Some(Self::Diploid),
            1 => Some(Self::X),
            2 => Some(Self::Y),
            3 => Some(Self::Mitochondrial),
            _ => None,
        }
    }
}

/// The sex chromosomes of a person, as far as they are known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SexKaryotype {
    /// Two X.
    Xx,
    /// One X and one Y.
    Xy,
    /// Known, and neither XX nor XY, such as XXY or X0.
    Other,
    /// Not known.
    #[default]
    Unknown,
}

impl SexKaryotype {
    /// All karyotypes.
    pub const ALL: [Self; 4] = [Self::Xx, Self::Xy, Self::Other, Self::Unknown];

    /// The word for this karyotype: `XX`, `XY`, `other` or `unknown`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Xx => "XX",
            Self::Xy => "XY",
            Self::Other => "other",
            Self::Unknown => "unknown",
        }
    }
}

impl fmt::Display for SexKaryotype {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for SexKaryotype {
    type Err = Error;

    /// Reads `XX`, `XY`, `other` or `unknown` in any case; nothing at all is unknown; any other
    /// row of X and Y that starts with X, and `X0` or `XO`, is other.
    fn from_str(text: &str) -> Result<Self, Error> {
        let upper = text.trim().to_ascii_uppercase();
        match upper.as_str() {
            "XX" => Ok(Self::Xx),
            "XY" => Ok(Self::Xy),
            "OTHER" | "X0" | "XO" => Ok(Self::Other),
            "UNKNOWN" | "" => Ok(Self::Unknown),
            _ if upper.starts_with('X') && upper.bytes().all(|b| matches!(b, b'X' | b'Y')) => {
                Ok(Self::Other)
            }
            _ => Err(Error::UnknownSexKaryotype {
                found: text.to_owned(),
            }),
        }
    }
}

/// How many copies a person is expected to have at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ExpectedCopies {
    /// No copy: XX on Y.
    None,
    /// One copy: XY on X and on Y, and the mitochondrion in everyone.
    One,
    /// Two copies.
    Two,
    /// It depends on a karyotype that is not known, or is neither XX nor XY.
    Unknown,
}

/// Gives the copies that a sex karyotype is expected to have at a kind of place.
///
/// # Definition
///
/// | | XX | XY | other, unknown |
/// |---|---|---|---|
/// | [`PloidyClass::Diploid`] | 2 | 2 | 2 |
/// | [`PloidyClass::X`] | 2 | 1 | unknown |
/// | [`PloidyClass::Y`] | 0 | 1 | unknown |
/// | [`PloidyClass::Mitochondrial`] | 1 | 1 | 1 |
///
/// # Limits
/// The mitochondrion has many copies; one is what a genotype of it can say. In an XXY the
/// pseudoautosomal regions have three copies, where two are expected here.
pub const fn expected_copies(class: PloidyClass, karyotype: SexKaryotype) -> ExpectedCopies {
    match (class, karyotype) {
        (PloidyClass::Diploid, _) => ExpectedCopies::Two,
        (PloidyClass::Mitochondrial, _) => ExpectedCopies::One,
        (PloidyClass::X, SexKaryotype::Xx) => ExpectedCopies::Two,
        (PloidyClass::Y, SexKaryotype::Xx) => ExpectedCopies::None,
        (PloidyClass::X | PloidyClass::Y, SexKaryotype::Xy) => ExpectedCopies::One,
        (PloidyClass::X | PloidyClass::Y, SexKaryotype::Other | SexKaryotype::Unknown) => {
            ExpectedCopies::Unknown
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expected_copies_follow_the_counting_rules() {
        use ExpectedCopies::{None, One, Two, Unknown};
        for (class, copies) in [
            (PloidyClass::Diploid, [Two, Two, Two, Two]),
            (PloidyClass::X, [Two, One, Unknown, Unknown]),
            (PloidyClass::Y, [None, One, Unknown, Unknown]),
            (PloidyClass::Mitochondrial, [One, One, One, One]),
        ] {
            for (karyotype, expected) in SexKaryotype::ALL.into_iter().zip(copies) {
                assert_eq!(expected_copies(class, karyotype), expected);
            }
        }
    }

    #[test]
    fn stored_codes_of_classes_are_fixed() {
        for (code, class) in (0u8..).zip(PloidyClass::ALL) {
            assert_eq!(class.code(), code);
            assert_eq!(PloidyClass::from_code(code), Some(class));
        }
        assert_eq!(PloidyClass::from_code(4), None);
    }

    #[test]
    fn karyotypes_are_read_from_their_words() {
        for (text, expected) in [
            ("XX", SexKaryotype::Xx),
            ("xy", SexKaryotype::Xy),
            (" XX ", SexKaryotype::Xx),
            ("", SexKaryotype::Unknown),
            ("unknown", SexKaryotype::Unknown),
            ("Other", SexKaryotype::Other),
            ("X", SexKaryotype::Other),
            ("X0", SexKaryotype::Other),
            ("XXY", SexKaryotype::Other),
            ("XYY", SexKaryotype::Other),
            ("XXX", SexKaryotype::Other),
        ] {
            assert_eq!(text.parse(), Ok(expected), "{text}");
        }
        for text in ["female", "1", "Y", "YY", "YX", "NA", "ZW", "X Y"] {
            assert!(text.parse::<SexKaryotype>().is_err(), "{text}");
        }
        for karyotype in SexKaryotype::ALL {
            assert_eq!(karyotype.to_string().parse(), Ok(karyotype));
        }
    }
}
