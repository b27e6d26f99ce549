//! What does one person carry at one site? The alleles of a call, their order and their phase.

use std::fmt;

/// The allele index of a missing allele (`.`).
pub const MISSING: u16 = u16::MAX;

/// The separator before an allele: `/` or `|`.
#[repr(u8)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    /// `/`
    #[default]
    Unphased = 0,
    /// `|`
    Phased = 1,
}

impl Phase {
    /// The separator as it is written in GT.
    pub const fn separator(self) -> char {
        match self {
            Self::Unphased => '/',
            Self::Phased => '|',
        }
    }

    pub(crate) const fn from_bit(bit: bool) -> Self {
        if bit { Self::Phased } else { Self::Unphased }
    }
}

/// One genotype: allele indices in the order of GT, 0 for REF, k for the k-th ALT, [`MISSING`] for
/// `.`; and the separators between them.
///
/// Haploid and diploid calls need no memory of their own.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct CallBuf(Repr);

#[derive(Clone, PartialEq, Eq, Hash)]
enum Repr {
    Haploid([u16; 1]),
    Diploid([u16; 2], Phase),
    General(Box<General>),
}

#[derive(Clone, PartialEq, Eq, Hash)]
struct General {
    alleles: Vec<u16>,
    separators: Vec<Phase>,
    leading: Option<Phase>,
}

impl CallBuf {
    /// A call of ploidy 1.
    pub const fn haploid(allele: u16) -> Self {
        Self(Repr::Haploid([allele]))
    }

    /// A call of ploidy 2.
    pub const fn diploid(first: u16, second: u16, phase: Phase) -> Self {
        Self(Repr::Diploid([first, second], phase))
    }

    /// A call of any ploidy. `separators[i]` stands before allele `i + 1`; missing ones are `/`.
    /// `leading` is the separator before the first allele, which VCF 4.4 allows (`|0`, `/0/1`).
    pub fn new(alleles: &[u16], separators: &[Phase], leading: Option<Phase>) -> Self {
        let separator = |i: usize| separators.get(i).copied().unwrap_or_default();
        match (alleles, leading) {
            (&[allele], None) => Self::haploid(allele),
            (&[first, second], None) => Self::diploid(first, second, separator(0)),
            _ => Self(Repr::General(Box::new(General {
                alleles: alleles.to_vec(),
                separators: (1..alleles.len()).map(|i| separator(i - 1)).collect(),
                leading: leading.filter(|_| !alleles.is_empty()),
            }))),
        }
    }

    /// The allele indices in the order of GT.
    pub fn alleles(&self) -> &[u16] {
        match &self.0 {
            Repr::Haploid(alleles) => alleles,
            Repr::Diploid(alleles, _) => alleles,
            Repr::General(general) => &general.alleles,
        }
    }

    pub(crate) fn alleles_mut(&mut self) -> &mut [u16] {
        match &mut self.0 {
            Repr::Haploid(alleles) => alleles,
            Repr::Diploid(alleles, _) => alleles,
            Repr::General(general) => &mut general.alleles,
        }
    }

    /// The number of alleles that GT names, missing ones included.
    pub fn ploidy(&self) -> usize {
        self.alleles().len()
    }

    /// The separator before allele `i`: for the first one, that which VCF 4.4 allows to lead.
    pub fn separator_before(&self, i: usize) -> Option<Phase> {
        match (&self.0, i) {
            (Repr::Diploid(_, phase), 1) => Some(*phase),
            (Repr::General(general), 0) => general.leading,
            (Repr::General(general), _) => general.separators.get(i - 1).copied(),
            _ => None,
        }
    }

    /// Whether every separator is `|`; false for a call without any.
    pub fn is_phased(&self) -> bool {
        match &self.0 {
            Repr::Haploid(_) => false,
            Repr::Diploid(_, phase) => *phase == Phase::Phased,
            Repr::General(general) => {
                let mut all = general.separators.iter().chain(&general.leading).peekable();
                all.peek().is_some() && all.all(|&phase| phase == Phase::Phased)
            }
        }
    }

    /// Whether no allele is called.
    pub fn is_missing(&self) -> bool {
        self.alleles().iter().all(|&allele| allele == MISSING)
    }

    /// Whether some alleles are called and some are not.
    pub fn is_partial(&self) -> bool {
        !self.is_missing() && self.alleles().contains(&MISSING)
    }

    /// How many copies of this allele the call has.
    pub fn count_of(&self, allele: u16) -> usize {
        self.alleles().iter().filter(|&&a| a == allele).count()
    }

    /// Whether an ALT allele is called.
    pub fn is_carrier(&self) -> bool {
        self.alleles()
            .iter()
            .any(|&allele| allele != 0 && allele != MISSING)
    }
}

impl fmt::Display for CallBuf {
    /// Writes GT. A call without alleles is `.`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::with_capacity(4 * self.ploidy());
        for (i, &allele) in self.alleles().iter().enumerate() {
            if let Some(phase) = self.separator_before(i) {
                text.push(phase.separator());
            }
            match allele {
                MISSING => text.push('.'),
                allele => text.push_str(&allele.to_string()),
            }
        }
        f.pad(if text.is_empty() { "." } else { &text })
    }
}

impl fmt::Debug for CallBuf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CallBuf({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_written_as_gt() {
        let (u, p) = (Phase::Unphased, Phase::Phased);
        for (call, expected) in [
            (CallBuf::haploid(0), "0"),
            (CallBuf::haploid(MISSING), "."),
            (CallBuf::diploid(0, 1, u), "0/1"),
            (CallBuf::diploid(MISSING, 12, p), ".|12"),
            (CallBuf::new(&[0, 1, 2], &[u, p], None), "0/1|2"),
            (CallBuf::new(&[0, 1], &[u], Some(p)), "|0/1"),
            (CallBuf::new(&[0], &[], Some(u)), "/0"),
            (CallBuf::new(&[], &[], Some(u)), "."),
        ] {
            assert_eq!(call.to_string(), expected);
        }
    }

    #[test]
    fn one_genotype_has_one_representation() {
        assert_eq!(CallBuf::new(&[3], &[], None), CallBuf::haploid(3));
        let diploid = CallBuf::diploid(0, 1, Phase::Phased);
        assert_eq!(CallBuf::new(&[0, 1], &[Phase::Phased], None), diploid);
    }

    #[test]
    fn missing_partial_and_carrier_are_told_apart() {
        let call = |first, second| CallBuf::diploid(first, second, Phase::Unphased);
        assert!(call(MISSING, MISSING).is_missing() && !call(MISSING, MISSING).is_partial());
        assert!(call(MISSING, 1).is_partial() && call(MISSING, 1).is_carrier());
        assert!(!call(0, 0).is_carrier() && call(0, 2).is_carrier());
        assert!(CallBuf::new(&[], &[], None).is_missing());
    }
}
