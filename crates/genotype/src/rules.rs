//! Which class does one person's call count in?

use kohort_genome::{ExpectedCopies, PloidyClass, SexKaryotype, expected_copies};

use crate::compose::Absent;
use crate::walk::{KEY_ADJ, KEY_COUNTED, KEY_HAPLOID, Key, slot_state};

/// Which calls count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum GenotypeFilter {
    /// Every call.
    #[default]
    Raw,
    /// Calls of high quality, as worked out at ingest; the others are missing.
    Adj,
}

/// What to do with people of unknown sex karyotype on X and Y outside the pseudoautosomal regions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum UnknownSex {
    /// They count in `n_unknown_sex` alone.
    #[default]
    Exclude,
    /// Their calls count with the ploidy that GT gives them.
    AsCalled,
}

/// The rules of a count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct CountRules {
    /// Which calls count.
    pub filter: GenotypeFilter,
    /// What to do with people of unknown sex karyotype.
    pub unknown_sex: UnknownSex,
}

/// How one person's call is judged at one kind of place.
#[repr(u8)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rule {
    /// GT's own ploidy: two copies are expected.
    AsCalled = 0,
    /// One copy is expected.
    OneCopy = 1,
    /// No copy is expected.
    NoCopy = 2,
    /// Nobody knows how many copies are expected.
    UnknownSex = 3,
}

/// The groups that a sex karyotype puts people into.
pub(crate) const N_KARYOTYPES: usize = 3;

pub(crate) const fn karyotype_group(karyotype: SexKaryotype) -> usize {
    match karyotype {
        SexKaryotype::Xx => 0,
        SexKaryotype::Xy => 1,
        SexKaryotype::Other | SexKaryotype::Unknown => 2,
    }
}

const GROUPS: [SexKaryotype; N_KARYOTYPES] =
    [SexKaryotype::Xx, SexKaryotype::Xy, SexKaryotype::Unknown];

impl CountRules {
    /// The rule of each karyotype group.
    pub(crate) const fn of_class(self, class: PloidyClass) -> [Rule; N_KARYOTYPES] {
        let mut rules = [Rule::AsCalled; N_KARYOTYPES];
        let mut group = 0;
        while group < N_KARYOTYPES {
            rules[group] = match expected_copies(class, GROUPS[group]) {
                ExpectedCopies::Two => Rule::AsCalled,
                ExpectedCopies::One => Rule::OneCopy,
                ExpectedCopies::None => Rule::NoCopy,
                ExpectedCopies::Unknown => match self.unknown_sex {
                    UnknownSex::AsCalled => Rule::AsCalled,
                    UnknownSex::Exclude => Rule::UnknownSex,
                },
            };
            group += 1;
        }
        rules
    }

    /// What a person of this group counts as where the callset does not list the site.
    pub(crate) const fn absent(
        self,
        class: PloidyClass,
        group: usize,
        what: Absent,
    ) -> Contribution {
        let rule = self.of_class(class)[group];
        let unknown = matches!(
            expected_copies(class, GROUPS[group]),
            ExpectedCopies::Unknown
        );
        match (what, rule) {
            // Without a call, there is no ploidy to take the copies from.
            (Absent::Reference, Rule::AsCalled) if unknown => {
                Contribution::of(Class::UnknownSex, 0, 0)
            }
            (Absent::Reference, Rule::NoCopy) => Contribution::of(Class::NoCopy, 0, 0),
            (Absent::Reference, _) => judge(rule, &[0, 0], false),
            (Absent::Missing, _) => judge(rule, &[3, 3], false),
        }
    }
}

/// The disjoint classes, by their place in a [`Tally`](crate::tally::Tally).
#[repr(u8)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    HomRef = 3,
    Het = 4,
    HomAlt = 5,
    OtherAlt = 6,
    HemiRef = 7,
    HemiAlt = 8,
    HemiOther = 9,
    Partial = 10,
    Missing = 11,
    UnknownSex = 13,
    Unexpected = 14,
    NoCopy = 15,
}

/// What one person adds to the counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Contribution {
    pub(crate) class: Class,
    pub(crate) ac: u32,
    pub(crate) an: u32,
    pub(crate) het_haploid: bool,
}

impl Contribution {
    const fn of(class: Class, ac: u32, an: u32) -> Self {
        Self {
            class,
            ac,
            an,
            het_haploid: false,
        }
    }
}

/// Judges a call: `slots` has a state per allele (0 REF, 1 this ALT, 2 another ALT, 3 missing);
/// `others_differ` says that two of the other ALTs are different ones.
pub(crate) const fn judge(rule: Rule, slots: &[u8], others_differ: bool) -> Contribution {
    let mut n = [0u32; 4];
    let mut i = 0;
    while i < slots.len() {
        n[(slots[i] & 3) as usize] += 1;
        i += 1;
    }
    let called = n[0] + n[1] + n[2];
    let ploidy = called + n[3];
    let kinds = (n[0] > 0) as u8 + (n[1] > 0) as u8 + (n[2] > 0) as u8;
    let differ = kinds > 1 || others_differ;
    match rule {
        Rule::UnknownSex => return Contribution::of(Class::UnknownSex, 0, 0),
        Rule::NoCopy if called == 0 => return Contribution::of(Class::NoCopy, 0, 0),
        Rule::NoCopy => return Contribution::of(Class::Unexpected, 0, 0),
        _ if called == 0 => return Contribution::of(Class::Missing, 0, 0),
        Rule::OneCopy if differ => {
            let mut outcome = Contribution::of(Class::Missing, 0, 0);
            outcome.het_haploid = true;
            return outcome;
        }
        Rule::OneCopy | Rule::AsCalled => {}
    }
    let one = matches!(rule, Rule::OneCopy);
    let (ac, an) = if one {
        ((n[1] > 0) as u32, 1)
    } else {
        (n[1], called)
    };
    let class = if n[3] > 0 {
        Class::Partial
    } else if one || ploidy == 1 {
        match (n[0] > 0, n[1] > 0) {
            (true, _) => Class::HemiRef,
            (_, true) => Class::HemiAlt,
            _ => Class::HemiOther,
        }
    } else if n[0] == ploidy {
        Class::HomRef
    } else if n[1] == ploidy {
        Class::HomAlt
    } else if n[1] > 0 {
        Class::Het
    } else {
        Class::OtherAlt
    };
    Contribution::of(class, ac, an)
}

/// The outcome of every key without an exception, worked out when this is compiled.
static CONTRIBUTIONS: [[Contribution; 512]; 4] = [
    contributions(Rule::AsCalled),
    contributions(Rule::OneCopy),
    contributions(Rule::NoCopy),
    contributions(Rule::UnknownSex),
];

#[inline]
pub(crate) fn contribution(rule: Rule, key: Key) -> Contribution {
    CONTRIBUTIONS[rule as usize][(key & KEY_COUNTED) as usize]
}

const fn contributions(rule: Rule) -> [Contribution; 512] {
    let mut table = [Contribution::of(Class::Missing, 0, 0); 512];
    let mut key: Key = 0;
    while key <= KEY_COUNTED {
        let slots = if key & KEY_ADJ != 0 {
            [3, 3]
        } else {
            [slot_state(key, 0), slot_state(key, 1)]
        };
        table[key as usize] = if key & KEY_HAPLOID != 0 {
            judge(rule, &[slots[0]], false)
        } else {
            judge(rule, &slots, false)
        };
        key += 1;
    }
    table
}
