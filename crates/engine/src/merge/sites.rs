//! Which alleles at one position are of one site, so that a carrier of the one is no reference for
//! the other?

use std::collections::HashMap;

use super::locus::LocusRow;

/// What an allele does to the sequence, as far as sites go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// As many bases as REF: SNVs and MNVs.
    Substitution,
    /// More or fewer bases than REF. Its REF is as long as what it deletes, so that those of one
    /// site have different ones.
    Indel,
    /// Symbolic alleles and breakends.
    Structural,
    /// `*`, `.`, `<*>`: of whatever site is there.
    Any,
}

impl Kind {
    pub(super) fn of(reference: &str, alternate: &str) -> Self {
        match alternate {
            "*" | "." | "<*>" | "<NON_REF>" => Self::Any,
            text if text.contains(['<', '[', ']']) => Self::Structural,
            text if text.starts_with('.') || text.ends_with('.') => Self::Structural,
            text if text.len() == reference.len() => Self::Substitution,
            _ => Self::Indel,
        }
    }

    const fn bit(self) -> u8 {
        match self {
            Self::Substitution => 1,
            Self::Indel => 2,
            Self::Structural => 4,
            Self::Any => 0,
        }
    }
}

/// The sites at one locus. Alleles of a kind are one site, as `bcftools merge` has it, whatever
/// their REFs; two kinds are one site where a record of any callset has both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sites {
    /// For each kind's bit, the kinds of its site.
    of_kind: [u8; 3],
}

impl Sites {
    pub(super) fn of(locus: &[LocusRow]) -> Self {
        let mut sites = Self { of_kind: [1, 2, 4] };
        let all = locus.iter().fold(0, |all, row| all | row.kind().bit());
        if all.count_ones() < 2 {
            return sites;
        }
        let mut of_record: HashMap<(usize, i64), u8> = HashMap::new();
        // Records of several callsets that are written alike, and with more bases than they need,
        // are parts of one record that had an ALT which needed them.
        let mut written: HashMap<(i64, &str), (u8, bool)> = HashMap::new();
        for row in locus {
            *of_record.entry(row.record()).or_default() |= row.kind().bit();
            let (kinds, is_trimmed) = written.entry(row.written()).or_default();
            *kinds |= row.kind().bit();
            *is_trimmed |= row.is_trimmed();
        }
        let trimmed = written.into_values().filter(|(_, is_trimmed)| *is_trimmed);
        for kinds in of_record
            .into_values()
            .chain(trimmed.map(|(kinds, _)| kinds))
        {
            sites.join(kinds);
        }
        sites
    }

    /// Whether alleles of these kinds are of one site.
    pub(super) fn are_one(&self, a: Kind, b: Kind) -> bool {
        a == Kind::Any || b == Kind::Any || self.site(a.bit()) & b.bit() != 0
    }

    fn site(&self, bit: u8) -> u8 {
        let at = usize::try_from(bit.trailing_zeros()).unwrap_or(usize::MAX);
        self.of_kind.get(at).copied().unwrap_or(0)
    }

    fn join(&mut self, kinds: u8) {
        let joined = [1, 2, 4]
            .into_iter()
            .filter(|bit| kinds & bit != 0)
            .fold(0, |joined, bit| joined | self.site(bit));
        for (at, site) in self.of_kind.iter_mut().enumerate() {
            if joined & (1 << at) != 0 {
                *site = joined;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alleles_are_of_a_kind_by_their_lengths() {
        for (reference, alternate, kind) in [
            ("A", "G", Kind::Substitution),
            ("CA", "TG", Kind::Substitution),
            ("CAA", "C", Kind::Indel),
            ("C", "CA", Kind::Indel),
            ("CA", "TGG", Kind::Indel),
            ("C", "<DEL>", Kind::Structural),
            ("C", "C[chr2:5[", Kind::Structural),
            ("C", "C.", Kind::Structural),
            ("C", "*", Kind::Any),
            ("C", ".", Kind::Any),
            ("C", "<NON_REF>", Kind::Any),
        ] {
            assert_eq!(
                Kind::of(reference, alternate),
                kind,
                "{reference}>{alternate}"
            );
        }
    }

    #[test]
    fn kinds_are_apart_until_a_record_joins_them() {
        let mut sites = Sites { of_kind: [1, 2, 4] };
        assert!(sites.are_one(Kind::Indel, Kind::Indel));
        assert!(!sites.are_one(Kind::Indel, Kind::Substitution));
        assert!(sites.are_one(Kind::Any, Kind::Structural));
        sites.join(1 | 2);
        assert!(sites.are_one(Kind::Substitution, Kind::Indel));
        assert!(!sites.are_one(Kind::Structural, Kind::Indel));
        sites.join(2 | 4);
        assert!(sites.are_one(Kind::Substitution, Kind::Structural));
    }
}
