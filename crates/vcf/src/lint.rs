//! Rules for data lines whose breach changes no count: VCFv4.5 §1.6, §3 and §5.
//!
//! Each record passes here once, beside thousands of sample columns; what is rare is looked at
//! only where a cheap test says that it may be there.

use crate::header::is_known_symbol;
use crate::{AlleleKind, Findings, Header, RecordView, Rule, SamplesRead};

/// Looks at the records of a file, one after the other.
#[derive(Debug, Default)]
pub struct RecordLint {
    minor: u8,
    /// The FORMAT that was looked at last, and what is wrong with it: most records have the same.
    format: String,
    format_faults: Vec<(Rule, String)>,
}

impl RecordLint {
    /// For the records behind this header.
    #[must_use]
    pub fn new(header: &Header) -> Self {
        RecordLint {
            minor: header.version.minor,
            format: String::new(),
            format_faults: Vec::new(),
        }
    }

    /// Notes what a record breaks; `line` is its number.
    pub fn record(&mut self, view: &RecordView<'_>, line: u64, findings: &mut Findings) {
        let place = || format!("{}:{}", view.chrom, view.pos);
        if self.minor < 3 && view.chrom.contains(':') {
            findings.note(Rule::ChromName, line, || {
                format!("CHROM `{}` has a colon", view.chrom)
            });
        }
        if view.id.contains(';') && !is_list_of_ids(view.id) {
            findings.note(Rule::IdList, line, || {
                let id = crate::error::quote(view.id.as_bytes());
                format!("{}: ID {id} has an empty or repeated id", place())
            });
        }
        if view.filter.contains(';') && view.filter.split(';').any(|f| f == "PASS") {
            findings.note(Rule::FilterPass, line, || {
                format!(
                    "{}: FILTER `{}` has PASS beside other filters: all are kept",
                    place(),
                    view.filter
                )
            });
        }
        self.alleles(view, line, findings);
        info(view, self.minor, line, findings);
        if view.format != self.format {
            self.format.clear();
            self.format.push_str(view.format);
            self.format_faults = format_keys(view);
        }
        for (rule, fault) in &self.format_faults {
            findings.note(*rule, line, || format!("{}: {fault}", place()));
        }
    }

    /// Notes how calls were read that break the specification.
    pub fn samples(
        &self,
        view: &RecordView<'_>,
        read: SamplesRead,
        line: u64,
        findings: &mut Findings,
    ) {
        let place = || format!("{}:{}", view.chrom, view.pos);
        if read.n_trailing_separators > 0 {
            let n = u64::from(read.n_trailing_separators);
            findings.count(Rule::GenotypeSeparator, line, n, || {
                format!(
                    "{}: a GT ends with a separator, as `0/0|` does, which is read as absent",
                    place()
                )
            });
        }
        if read.n_unnamed_alternates > 0 {
            let n = u64::from(read.n_unnamed_alternates);
            findings.count(Rule::GenotypeAllele, line, n, || {
                format!(
                    "{}: a GT names allele 1 where ALT is `.`: it counts as an ALT without a name",
                    place()
                )
            });
        }
    }

    fn alleles(&self, view: &RecordView<'_>, line: u64, findings: &mut Findings) {
        let has_codes = |bases: &str| {
            let plain = |b: u8| matches!(b & 0xdf, b'A' | b'C' | b'G' | b'T' | b'N');
            !bases.bytes().all(plain)
        };
        let is_coded = |alt: &str| has_codes(alt) && AlleleKind::of(alt) == Some(AlleleKind::Bases);
        if has_codes(view.reference) || view.alternates().any(is_coded) {
            findings.note(Rule::AmbiguityCode, line, || {
                let alt = crate::error::quote(view.alternate_text.as_bytes());
                let reference = crate::error::quote(view.reference.as_bytes());
                format!(
                    "{}:{}: REF {reference}, ALT {alt} has ambiguity codes, which are kept",
                    view.chrom, view.pos
                )
            });
        }
        if self.minor < 4 || !view.alternate_text.contains('<') {
            return;
        }
        for alt in view.alternates() {
            let Some(symbol) = alt.strip_prefix('<').and_then(|a| a.strip_suffix('>')) else {
                continue;
            };
            let first = symbol.split(':').next().unwrap_or(symbol);
            let is_known = is_known_symbol(symbol) && first != "BND";
            if symbol.contains(':') && !is_known {
                findings.note(Rule::SymbolicAllele, line, || {
                    format!(
                        "{}:{}: ALT `{alt}` is of no known type",
                        view.chrom, view.pos
                    )
                });
            }
        }
        structural(view, line, findings);
    }
}

fn is_list_of_ids(id: &str) -> bool {
    let mut seen = std::collections::HashSet::new();
    id.split(';').all(|id| !id.is_empty() && seen.insert(id))
}

/// VCFv4.5 §1.6.1, 8: keys, white space, and values that reserved keys cannot have.
fn info(view: &RecordView<'_>, minor: u8, line: u64, findings: &mut Findings) {
    if view.info.contains(' ') {
        spaces(view, minor, line, findings);
    }
    for (key, value) in view.info_entries() {
        let Some(value) = value else { continue };
        let negative = || value.starts_with('-') || value.contains(",-");
        let is_wrong = match key {
            "AC" | "AN" | "DP" | "MQ0" | "NS" => negative(),
            "AF" => negative() || value.split(',').any(is_above_one),
            "END" => !value.parse::<u32>().is_ok_and(|end| end >= view.pos),
            "AA" => value.contains(','),
            "CIGAR" => !value.split(',').all(is_cigar),
            _ => false,
        };
        if is_wrong {
            findings.note(Rule::InfoValue, line, || {
                let value = crate::error::quote(value.as_bytes());
                format!("{}:{}: INFO/{key} is {value}", view.chrom, view.pos)
            });
        }
    }
}

#[cold]
fn spaces(view: &RecordView<'_>, minor: u8, line: u64, findings: &mut Findings) {
    for (key, _) in view.info_entries() {
        if key.contains(' ') {
            findings.note(Rule::InfoKey, line, || {
                let key = crate::error::quote(key.as_bytes());
                format!("{}:{}: INFO key {key} has a space", view.chrom, view.pos)
            });
            return;
        }
    }
    if minor < 3 {
        findings.note(Rule::InfoWhitespace, line, || {
            format!("{}:{}: INFO has a space", view.chrom, view.pos)
        });
    }
}

fn is_above_one(value: &str) -> bool {
    let is_short = matches!(
        value.as_bytes(),
        [b'0', b'.', ..] | [b'.', ..] | [b'0' | b'1']
    );
    !is_short && value.parse::<f32>().is_ok_and(|af| af > 1.0)
}

fn is_cigar(text: &str) -> bool {
    let mut has_length = false;
    let mut has_operation = false;
    for byte in text.bytes() {
        match byte {
            b'0'..=b'9' => has_length = true,
            b'M' | b'I' | b'D' | b'N' | b'S' | b'H' | b'P' | b'X' | b'=' if has_length => {
                (has_length, has_operation) = (false, true);
            }
            _ => return text == ".",
        }
    }
    has_operation && !has_length
}

/// VCFv4.5 §1.6.2: what is wrong with the keys of a FORMAT.
#[cold]
fn format_keys(view: &RecordView<'_>) -> Vec<(Rule, String)> {
    let is_name = |key: &str| {
        !key.starts_with(|c: char| c.is_ascii_digit())
            && key
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'%'))
    };
    let mut faults = Vec::new();
    if let Some(key) = view.format_keys().find(|key| !is_name(key)) {
        let key = crate::error::quote(key.as_bytes());
        faults.push((Rule::FormatKey, format!("FORMAT key {key}")));
    }
    let has = |wanted: &str| view.format_keys().any(|key| key == wanted);
    for (key, other, rule) in [
        ("CICN", "CN", Rule::FormatKey),
        ("PSQ", "PSL", Rule::PhaseSet),
    ] {
        if has(key) && !has(other) {
            faults.push((rule, format!("FORMAT has {key} without {other}")));
        }
    }
    faults
}

/// VCFv4.5 §3: what the INFO of a structural variant must say, from VCFv4.4 on.
#[cold]
fn structural(view: &RecordView<'_>, line: u64, findings: &mut Findings) {
    let starts = |types: &[&str]| {
        view.alternates().any(|alt| {
            types
                .iter()
                .any(|t| alt.strip_prefix('<').is_some_and(|a| a.starts_with(t)))
        })
    };
    let get = |wanted: &str| {
        let mut entries = view.info_entries();
        entries
            .find(|(key, _)| *key == wanted)
            .map(|(_, value)| value.unwrap_or_default())
    };
    let mut note = |what: &str| {
        findings.note(Rule::StructuralVariant, line, || {
            format!("{}:{}: {what}", view.chrom, view.pos)
        });
    };
    if starts(&["DEL", "INS", "DUP", "INV", "CNV"]) && get("SVLEN").is_none() {
        note("a structural variant without SVLEN");
    }
    if starts(&["DEL", "DUP"]) && get("SVCLAIM").is_none() {
        note("a deletion or duplication without SVCLAIM");
    }
    if view.format_keys().any(|key| key == "CN")
        && let Some(lengths) = get("SVLEN")
    {
        let mut lengths = lengths.split(',').filter(|length| *length != ".");
        if let Some(first) = lengths.next()
            && lengths.any(|length| length != first)
        {
            note("FORMAT/CN with more than one SVLEN");
        }
    }
    let n_repeats = view
        .alternates()
        .filter(|alt| alt.starts_with("<CNV:TR"))
        .count();
    if n_repeats > 0 {
        tandem_repeat(view, n_repeats, get, line, findings);
    }
}

/// VCFv4.5 §5.7: the lists of a tandem repeat have an entry for each repeat unit.
fn tandem_repeat<'v>(
    view: &RecordView<'_>,
    n_alleles: usize,
    get: impl Fn(&str) -> Option<&'v str>,
    line: u64,
    findings: &mut Findings,
) {
    let mut note = |what: String| {
        findings.note(Rule::TandemRepeat, line, || {
            format!("{}:{}: {what}", view.chrom, view.pos)
        });
    };
    let count = |key: &str| get(key).map(|text| text.split(',').count());
    let n_units: usize = match get("RN") {
        Some(text) => text
            .split(',')
            .filter_map(|n| n.parse::<usize>().ok())
            .sum(),
        None => n_alleles,
    };
    if get("RUS").is_none() && get("RUL").is_none() {
        note("a tandem repeat without RUS and RUL".to_owned());
    }
    for key in ["RUS", "RUL", "RUC", "RB"] {
        if let Some(n) = count(key).filter(|n| *n != n_units) {
            note(format!(
                "INFO/{key} has {n} values for {n_units} repeat units"
            ));
        }
    }
    for (interval, key) in [("CIRB", "RB"), ("CIRUC", "RUC")] {
        if let (Some(pairs), Some(n)) = (count(interval), count(key))
            && pairs != 2 * n
        {
            note(format!(
                "INFO/{interval} has {pairs} values for {n} of {key}"
            ));
        }
    }
    if let Some(n) = count("RUB") {
        let units = get("RUC").unwrap_or_default().split(',');
        let copies: Option<Vec<f64>> = units.map(|text| text.parse().ok()).collect();
        let expected = copies.map(|copies| copies.iter().map(|c: &f64| c.ceil()).sum::<f64>());
        if expected.is_none_or(|expected| (expected - n as f64).abs() > 0.5) {
            note(format!("INFO/RUB has {n} values, which RUC does not say"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(version: &str, line: &str) -> Vec<Rule> {
        let header = Header::parse(&format!(
            "##fileformat=VCFv{version}\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\ts\n"
        ));
        let header = header.unwrap();
        let text = line.replace(' ', "\t").replace('~', " ");
        let view = RecordView::parse(text.as_bytes(), &header).unwrap();
        let mut findings = Findings::default();
        RecordLint::new(&header).record(&view, 1, &mut findings);
        findings.iter().map(|(rule, _)| rule).collect()
    }

    #[test]
    fn each_rule_is_found_and_a_good_record_breaks_none() {
        for (version, line, expected) in [
            ("4.2", "1 9 a A C . PASS AC=1;AF=0.5 GT 0/1", vec![]),
            ("4.2", "1:2 9 a A C . PASS . GT 0/1", vec![Rule::ChromName]),
            ("4.3", "1:2 9 a A C . PASS . GT 0/1", vec![]),
            ("4.2", "1 9 a; A C . PASS . GT 0/1", vec![Rule::IdList]),
            ("4.2", "1 9 a;a A C . PASS . GT 0/1", vec![Rule::IdList]),
            ("4.2", "1 9 a;b A C . PASS . GT 0/1", vec![]),
            (
                "4.2",
                "1 9 . A R . PASS . GT 0/1",
                vec![Rule::AmbiguityCode],
            ),
            (
                "4.2",
                "1 9 . B C . PASS . GT 0/1",
                vec![Rule::AmbiguityCode],
            ),
            ("4.2", "1 9 . a c,*,<DEL> . PASS . GT 0/1", vec![]),
            (
                "4.2",
                "1 9 . A C . PASS;q10 . GT 0/1",
                vec![Rule::FilterPass],
            ),
            ("4.2", "1 9 . A C . . AC=-1 GT 0/1", vec![Rule::InfoValue]),
            ("4.2", "1 9 . A C . . AF=1.5 GT 0/1", vec![Rule::InfoValue]),
            ("4.2", "1 9 . A C . . AF=1 GT 0/1", vec![]),
            (
                "4.2",
                "1 9 . A C . . CIGAR=0.05 GT 0/1",
                vec![Rule::InfoValue],
            ),
            ("4.2", "1 9 . A C . . CIGAR=1M2D GT 0/1", vec![]),
            ("4.2", "1 9 . A C . . END=8 GT 0/1", vec![Rule::InfoValue]),
            (
                "4.2",
                "1 9 . A C . . N=a~b GT 0/1",
                vec![Rule::InfoWhitespace],
            ),
            ("4.3", "1 9 . A C . . N=a~b GT 0/1", vec![]),
            ("4.3", "1 9 . A C . . N~b=1 GT 0/1", vec![Rule::InfoKey]),
            ("4.3", "1 9 . A C . . . GT:1X 0/1:1", vec![Rule::FormatKey]),
            ("4.4", "1 9 . A C . . . GT:PSQ 0/1:1", vec![Rule::PhaseSet]),
            (
                "4.4",
                "1 9 . A <DEL> . . SVLEN=5 GT 0/1",
                vec![Rule::StructuralVariant],
            ),
            ("4.4", "1 9 . A <DEL> . . SVLEN=5;SVCLAIM=D GT 0/1", vec![]),
            (
                "4.4",
                "1 9 . A <DAL:X> . . . GT 0/1",
                vec![Rule::SymbolicAllele],
            ),
            (
                "4.4",
                "1 9 . A <CNV:TR> . . SVLEN=5;RUS=CA,CAG GT 0/1",
                vec![Rule::TandemRepeat],
            ),
            (
                "4.4",
                "1 9 . A <CNV:TR> . . SVLEN=5;RN=2;RUS=CA,CAG GT 0/1",
                vec![],
            ),
        ] {
            assert_eq!(rules(version, line), expected, "{version} {line}");
        }
    }
}
