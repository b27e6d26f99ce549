//! Why people are referred, how often, and what a test finds.
//!
//! The figures are round and plausible, and are nobody's statistics. They depend on sex and age and
//! on nothing else, so that every other difference is chance unless it is planted.

use crate::geography::Sex;

/// What a person has that a genomic test could explain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Condition {
    RareDisease,
    Neurodevelopmental,
    HereditaryCancer,
    Cardiac,
    Haematology,
    /// Nothing of these; referred all the same, seldom.
    Other,
}

/// A kind of test.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum TestType {
    Genome,
    Panel,
    Array,
    SingleGene,
}

impl TestType {
    const ALL: [Self; 4] = [Self::Genome, Self::Panel, Self::Array, Self::SingleGene];

    /// By its position in the tables below.
    pub(crate) fn at(index: usize) -> Self {
        Self::ALL.get(index).copied().unwrap_or(Self::SingleGene)
    }

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Genome => "wgs",
            Self::Panel => "panel",
            Self::Array => "array",
            Self::SingleGene => "single_gene",
        }
    }

    /// Median days from sample to report.
    pub(crate) const fn laboratory_days(self) -> f64 {
        match self {
            Self::Genome => 70.0,
            Self::Panel => 35.0,
            Self::Array => 28.0,
            Self::SingleGene => 21.0,
        }
    }

    /// Median cost in SEK.
    pub(crate) const fn cost(self) -> f64 {
        match self {
            Self::Genome => 24_000.0,
            Self::Panel => 10_000.0,
            Self::Array => 6_000.0,
            Self::SingleGene => 3_000.0,
        }
    }
}

impl Condition {
    /// Those that have a name, in the order of [`shares`].
    const NAMED: [Self; 5] = [
        Self::RareDisease,
        Self::Neurodevelopmental,
        Self::HereditaryCancer,
        Self::Cardiac,
        Self::Haematology,
    ];

    /// What a person of a sex and age has, given a number from 0 to 1 and a factor on the shares.
    pub(crate) fn of(sex: Sex, age: i32, factor: f64, unit: f64) -> Self {
        let mut left = unit;
        for (condition, share) in Self::NAMED.into_iter().zip(shares(sex, age)) {
            left -= share * factor;
            if left < 0.0 {
                return condition;
            }
        }
        Self::Other
    }

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::RareDisease => "rare_disease",
            Self::Neurodevelopmental => "neurodevelopmental",
            Self::HereditaryCancer => "hereditary_cancer",
            Self::Cardiac => "cardiac",
            Self::Haematology => "haematology",
            Self::Other => "other",
        }
    }

    /// Referrals per person and year.
    pub(crate) const fn rate(self) -> f64 {
        match self {
            Self::RareDisease => 0.10,
            Self::Neurodevelopmental => 0.08,
            Self::HereditaryCancer => 0.07,
            Self::Cardiac => 0.06,
            Self::Haematology => 0.09,
            Self::Other => 0.001,
        }
    }

    /// Shares of genome, panel, array and single gene among tests.
    pub(crate) const fn test_types(self) -> [f64; 4] {
        match self {
            Self::RareDisease => [0.60, 0.20, 0.15, 0.05],
            Self::Neurodevelopmental => [0.30, 0.10, 0.55, 0.05],
            Self::HereditaryCancer => [0.05, 0.78, 0.02, 0.15],
            Self::Cardiac => [0.10, 0.78, 0.02, 0.10],
            Self::Haematology => [0.20, 0.73, 0.05, 0.02],
            Self::Other => [0.10, 0.40, 0.20, 0.30],
        }
    }

    /// The share of tests of a kind that end in a diagnosis.
    pub(crate) const fn yields(self, test: TestType) -> f64 {
        let [genome, panel, array, single] = match self {
            Self::RareDisease => [0.42, 0.30, 0.18, 0.25],
            Self::Neurodevelopmental => [0.35, 0.20, 0.18, 0.10],
            Self::HereditaryCancer => [0.15, 0.12, 0.05, 0.20],
            Self::Cardiac => [0.25, 0.22, 0.05, 0.15],
            Self::Haematology => [0.55, 0.50, 0.30, 0.30],
            Self::Other => [0.03, 0.02, 0.02, 0.02],
        };
        match test {
            TestType::Genome => genome,
            TestType::Panel => panel,
            TestType::Array => array,
            TestType::SingleGene => single,
        }
    }

    /// Codes of ICD-10 that a diagnosis may be given.
    pub(crate) const fn codes(self) -> [&'static str; 4] {
        match self {
            Self::RareDisease => ["Q87.8", "E75.2", "E72.1", "G71.2"],
            Self::Neurodevelopmental => ["F79.9", "F84.0", "Q99.2", "G40.4"],
            Self::HereditaryCancer => ["C50.9", "C56.9", "D12.6", "C18.9"],
            Self::Cardiac => ["I42.1", "I42.0", "I45.8", "I42.8"],
            Self::Haematology => ["C92.0", "C91.0", "D46.9", "C83.3"],
            Self::Other => ["E78.0", "D68.5", "E83.1", "H90.5"],
        }
    }

    /// The share of diagnoses that change care.
    pub(crate) const fn actionable(self) -> f64 {
        match self {
            Self::RareDisease => 0.25,
            Self::Neurodevelopmental => 0.10,
            Self::HereditaryCancer => 0.80,
            Self::Cardiac => 0.60,
            Self::Haematology => 0.70,
            Self::Other => 0.20,
        }
    }
}

/// The share of people of a sex and age who have each named condition.
fn shares(sex: Sex, age: i32) -> [f64; 5] {
    let woman = sex == Sex::Woman;
    let rare = match age {
        ..18 => 0.020,
        18..40 => 0.006,
        _ => 0.003,
    };
    let neurodevelopmental = match age {
        ..18 if woman => 0.010,
        ..18 => 0.016,
        _ => 0.002,
    };
    let cancer = match age {
        25..75 if woman => 0.022,
        25..75 => 0.008,
        _ => 0.001,
    };
    let cardiac = match age {
        ..15 => 0.002,
        15..70 => 0.008,
        _ => 0.004,
    };
    let haematology = if age < 50 { 0.002 } else { 0.010 };
    [rare, neurodevelopmental, cancer, cardiac, haematology]
}
