//! A 1-based position on a contig.

use std::fmt;

use crate::Error;

/// The largest position that VCF and BCF can hold.
///
/// VCF 4.5 (2024-10), section 1.3, data types: an integer is 32-bit and signed; so is BCF's POS.
pub const MAX_POSITION: u32 = i32::MAX as u32;

/// A 1-based position on a contig; 0 is the telomere before the first base.
///
/// VCF 4.5 (2024-10), section 1.6.1, POS: "telomeres are indicated by using positions 0 or N+1,
/// where N is the length of the corresponding chromosome or contig".
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position(u32);

impl Position {
    /// The telomere before the first base of a contig.
    pub const TELOMERE: Self = Self(0);
    /// The largest position that VCF and BCF can hold.
    pub const MAX: Self = Self(MAX_POSITION);

    /// Makes a position from its 1-based number, or 0 for the telomere.
    ///
    /// # Errors
    /// The number is larger than [`MAX_POSITION`].
    pub fn try_new(number: u64) -> Result<Self, Error> {
        match u32::try_from(number) {
            Ok(number) if number <= MAX_POSITION => Ok(Self(number)),
            _ => Err(Error::PositionTooLarge {
                max: MAX_POSITION,
                found: number,
            }),
        }
    }

    /// The 1-based number, 0 for the telomere.
    pub const fn number(self) -> u32 {
        self.0
    }

    /// Whether this is the telomere before the first base.
    pub const fn is_telomere(self) -> bool {
        self.0 == 0
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl From<Position> for u32 {
    fn from(position: Position) -> Self {
        position.0
    }
}

impl From<Position> for i64 {
    fn from(position: Position) -> Self {
        Self::from(position.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_is_at_most_what_bcf_holds() {
        assert_eq!(Position::try_new(0), Ok(Position::TELOMERE));
        assert!(Position::TELOMERE.is_telomere());
        assert_eq!(Position::try_new(2_147_483_647), Ok(Position::MAX));
        for found in [2_147_483_648, u64::MAX] {
            let max = MAX_POSITION;
            assert_eq!(
                Position::try_new(found),
                Err(Error::PositionTooLarge { max, found })
            );
        }
        assert_eq!(Position::try_new(17).map(u32::from), Ok(17));
    }
}
