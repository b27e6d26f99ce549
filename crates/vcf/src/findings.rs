//! Which rules of the specification does a file break, and is read all the same?
//!
//! A file is refused where a wrong count could follow. Everything else is read as other tools
//! read it and reported once per rule, with the first place and how often.

use std::collections::BTreeMap;

use crate::place::{Location, Unit};

/// A rule that a file may break and still be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Rule {
    /// Text is UTF-8.
    Encoding,
    /// The last line has a line end.
    FinalNewline,
    /// A meta-information line is `##key=value`.
    MetaLine,
    /// `##KEY=<ID=…,key="value">`: quotes closed and escaped, the ID first.
    MetaSyntax,
    /// `Number` is a count, `A`, `R`, `G`, `.` or one of the newer letters.
    FieldNumber,
    /// `Type` is one of five.
    FieldType,
    /// Flag and Number=0 belong together.
    FlagNumber,
    /// A reserved key is declared as reserved.
    ReservedField,
    /// A key, filter or contig is declared once.
    DeclaredAgain,
    /// A contig line has a name and a length.
    ContigLine,
    /// An ALT line declares a symbolic allele.
    AltLine,
    /// META, SAMPLE and PEDIGREE lines.
    SampleLine,
    /// `assembly` and `pedigreeDB` are URLs.
    Url,
    /// The FORMAT column has samples behind it.
    FormatWithoutSamples,
    /// What CHROM may be called.
    ChromName,
    /// ID is a list of different ids.
    IdList,
    /// REF and ALT are A, C, G, T and N.
    AmbiguityCode,
    /// A symbolic allele begins with a type of structural variant.
    SymbolicAllele,
    /// PASS stands alone.
    FilterPass,
    /// What an INFO key may be called.
    InfoKey,
    /// INFO has no white space.
    InfoWhitespace,
    /// A reserved INFO key has a plausible value.
    InfoValue,
    /// What a FORMAT key may be called.
    FormatKey,
    /// Values per genotype fit the ploidy of the call.
    FormatNumber,
    /// GT names alleles of the site.
    GenotypeAllele,
    /// Separators stand between the alleles of GT.
    GenotypeSeparator,
    /// PSQ and PSL belong together.
    PhaseSet,
    /// A structural variant says its length and evidence.
    StructuralVariant,
    /// The fields of a tandem repeat fit each other.
    TandemRepeat,
}

impl Rule {
    /// A short name for scripts.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.facts().0
    }

    /// The section of VCFv4.5 that has the rule.
    #[must_use]
    pub const fn section(self) -> &'static str {
        self.facts().1
    }

    const fn facts(self) -> (&'static str, &'static str) {
        match self {
            Rule::Encoding => ("encoding", "1.2"),
            Rule::FinalNewline => ("final-newline", "1.2"),
            Rule::MetaLine => ("meta-line", "1.4"),
            Rule::MetaSyntax => ("meta-syntax", "1.4"),
            Rule::FieldNumber => ("field-number", "1.4.2"),
            Rule::FieldType => ("field-type", "1.4.2"),
            Rule::FlagNumber => ("flag-number", "1.4.2"),
            Rule::ReservedField => ("reserved-field", "1.6"),
            Rule::DeclaredAgain => ("declared-again", "1.4"),
            Rule::ContigLine => ("contig-line", "1.4.7"),
            Rule::AltLine => ("alt-line", "1.4.5"),
            Rule::SampleLine => ("sample-line", "1.4.8"),
            Rule::Url => ("url", "1.4.6"),
            Rule::FormatWithoutSamples => ("format-without-samples", "1.5"),
            Rule::ChromName => ("chrom-name", "1.6.1"),
            Rule::IdList => ("id-list", "1.6.1"),
            Rule::AmbiguityCode => ("ambiguity-code", "1.6.1"),
            Rule::SymbolicAllele => ("symbolic-allele", "1.4.5"),
            Rule::FilterPass => ("filter-pass", "1.6.1"),
            Rule::InfoKey => ("info-key", "1.6.1"),
            Rule::InfoWhitespace => ("info-whitespace", "1.6.1"),
            Rule::InfoValue => ("info-value", "1.6.1"),
            Rule::FormatKey => ("format-key", "1.6.2"),
            Rule::FormatNumber => ("format-number", "1.6.2"),
            Rule::GenotypeAllele => ("genotype-allele", "1.6.2"),
            Rule::GenotypeSeparator => ("genotype-separator", "1.6.2"),
            Rule::PhaseSet => ("phase-set", "1.6.2"),
            Rule::StructuralVariant => ("structural-variant", "3"),
            Rule::TandemRepeat => ("tandem-repeat", "5.7"),
        }
    }
}

/// How often a rule is broken, and where first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// How often.
    pub n: u64,
    /// Line (BCF: record) of the first one, 1-based.
    pub line: u64,
    /// Whether `line` counts lines of text, as those of a header do in any file.
    pub in_header: bool,
    /// What is there, and how it is read.
    pub detail: String,
}

/// What a file breaks, by rule.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Findings(BTreeMap<Rule, Finding>);

impl Findings {
    /// Whether nothing was found.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What was found, rule by rule.
    pub fn iter(&self) -> impl Iterator<Item = (Rule, &Finding)> {
        self.0.iter().map(|(rule, finding)| (*rule, finding))
    }

    /// Notes one in a data line; `detail` is made for the first one only.
    #[cold]
    pub fn note(&mut self, rule: Rule, line: u64, detail: impl FnOnce() -> String) {
        self.count(rule, line, 1, detail);
    }

    /// Notes several in one data line.
    #[cold]
    pub fn count(&mut self, rule: Rule, line: u64, n: u64, detail: impl FnOnce() -> String) {
        let first = self.0.entry(rule).or_insert_with(|| Finding {
            n: 0,
            line,
            in_header: false,
            detail: detail(),
        });
        first.n += n;
    }

    /// Notes one in a header line.
    #[cold]
    pub(crate) fn note_header(&mut self, rule: Rule, line: u64, detail: impl FnOnce() -> String) {
        self.note(rule, line, detail);
        if let Some(finding) = self.0.get_mut(&rule).filter(|finding| finding.n == 1) {
            finding.in_header = true;
        }
    }

    /// Adds those of later lines, which count from `first_line`.
    pub fn add(&mut self, later: Findings, first_line: u64) {
        for (rule, mut finding) in later.0 {
            if !finding.in_header {
                finding.line += first_line;
            }
            match self.0.get_mut(&rule) {
                Some(first) => first.n += finding.n,
                None => drop(self.0.insert(rule, finding)),
            }
        }
    }

    /// A line of text for each, place first; `unit` is what the file's data lines are.
    #[must_use]
    pub fn messages(&self, file: &str, unit: Unit) -> Vec<String> {
        let message = |(rule, finding): (Rule, &Finding)| {
            let unit = if finding.in_header { Unit::Line } else { unit };
            let location = Location {
                file,
                unit,
                number: finding.line,
                samples: &[],
            };
            let times = match finding.n {
                1 => String::new(),
                n => format!("; {n} times in this file"),
            };
            let (name, section) = (rule.name(), rule.section());
            format!(
                "{location}: {} [{name}, VCFv4.5 §{section}]{times}",
                finding.detail
            )
        };
        self.iter().map(message).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_place_is_kept_and_the_others_are_counted() {
        let mut all = Findings::default();
        let mut chunk = Findings::default();
        chunk.note(Rule::IdList, 2, || "first".to_owned());
        chunk.note(Rule::IdList, 3, || "second".to_owned());
        all.add(chunk.clone(), 10);
        all.add(chunk, 20);
        let expected = ["a.vcf:12: first [id-list, VCFv4.5 §1.6.1]; 4 times in this file"];
        assert_eq!(all.messages("a.vcf", Unit::Line), expected);
        let expected = ["a.bcf:record 12: first [id-list, VCFv4.5 §1.6.1]; 4 times in this file"];
        assert_eq!(all.messages("a.bcf", Unit::Record), expected);
    }
}
