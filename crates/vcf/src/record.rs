//! What do the fixed columns of a data line say? VCFv4.5 §1.6.1.

use std::collections::HashSet;

use memchr::{memchr, memchr_iter};

use crate::{Error, Header};

/// A data line, cut into columns; the fixed ones are checked.
#[derive(Debug, Clone, Copy)]
pub struct RecordView<'a> {
    /// CHROM as written.
    pub chrom: &'a str,
    /// POS, 1-based; 0 is the telomere.
    pub pos: u32,
    /// ID as written: `.`, or ids between semicolons.
    pub id: &'a str,
    /// REF as written.
    pub reference: &'a str,
    /// ALT as written: `.`, or alleles between commas.
    pub alternate_text: &'a str,
    /// Number of ALT alleles; 0 when ALT is `.`.
    pub n_alt: u16,
    /// QUAL; `None` when missing.
    pub qual: Option<f32>,
    /// FILTER as written: `.`, `PASS`, or filters between semicolons.
    pub filter: &'a str,
    /// INFO as written.
    pub info: &'a str,
    /// FORMAT as written; empty when the file has no such column.
    pub format: &'a str,
    /// The sample columns, tabs between them; empty when there are none.
    pub samples: &'a [u8],
}

/// What an ALT allele is (VCFv4.5 §1.6.1, 5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AlleleKind {
    /// Bases.
    Bases,
    /// `*`: missing because of a deletion upstream.
    SpanningDeletion,
    /// `<*>` or `<NON_REF>`: any other allele.
    Unspecified,
    /// `<DEL>` and the like.
    Symbolic,
    /// A breakend, paired or single.
    Breakend,
}

impl<'a> RecordView<'a> {
    /// Cuts and checks a line (without its line end).
    ///
    /// The number of sample columns is counted where they are parsed: [`crate::parse_genotypes`]
    /// and [`crate::parse_samples`].
    ///
    /// # Errors
    /// [`Error::Column`], with `chrom:pos` in front once these are known.
    pub fn parse(line: &'a [u8], header: &Header) -> Result<RecordView<'a>, Error> {
        let mut tabs = [line.len(); 9];
        let mut n_tabs = 0;
        for (tab, at) in tabs.iter_mut().zip(memchr_iter(b'\t', line)) {
            *tab = at;
            n_tabs += 1;
        }
        let with_format = header.has_format_column();
        let has_samples = !header.samples.is_empty();
        let trailing_tab = n_tabs == 8 && tabs[7] + 1 == line.len();
        let found = match (n_tabs, with_format, has_samples) {
            (8, false, _) if trailing_tab => None,
            (7, false, _) | (8, true, false) | (9, true, true) => None,
            // A trailing FORMAT column is left out by some writers of files without samples.
            (7, true, false) => None,
            (9, _, _) => Some(memchr_iter(b'\t', line).count() + 1),
            (n, _, _) => Some(n + 1),
        };
        if let Some(found) = found {
            return Err(Error::Column {
                column: "the line",
                expected: format!("{} columns as in the header", header.n_columns()),
                found: format!("{found}"),
            });
        }
        let fixed_end = tabs[8];
        let fixed = std::str::from_utf8(&line[..fixed_end])
            .map_err(|error| not_text(&line[..fixed_end], error.valid_up_to()))?;
        let column = |i: usize| {
            let start = if i == 0 {
                0
            } else {
                (tabs[i - 1] + 1).min(fixed_end)
            };
            &fixed[start..tabs[i]]
        };
        let chrom = check_chrom(column(0))?;
        let pos = parse_pos(column(1)).map_err(|e| e.at(chrom))?;
        let mut view = RecordView {
            chrom,
            pos,
            id: column(2),
            reference: column(3),
            alternate_text: column(4),
            n_alt: 0,
            qual: None,
            filter: column(6),
            info: column(7),
            format: column(8),
            samples: line.get(fixed_end + 1..).unwrap_or_default(),
        };
        match view.check(column(5)) {
            Ok(()) => Ok(view),
            Err(error) => Err(view.place(error)),
        }
    }

    /// The ALT alleles in order; none when ALT is `.`.
    pub fn alternates(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        let text = self.alternate_text;
        text.split(',').take(usize::from(self.n_alt))
    }

    /// The entries of INFO in order: key and value; a flag has no value.
    pub fn info_entries(&self) -> impl Iterator<Item = (&'a str, Option<&'a str>)> + use<'a> {
        let info = if self.info == "." { "" } else { self.info };
        info.split(';')
            .filter(|entry| !entry.is_empty())
            .map(|entry| match memchr(b'=', entry.as_bytes()) {
                Some(at) => (&entry[..at], Some(&entry[at + 1..])),
                None => (entry, None),
            })
    }

    /// The keys of FORMAT in order.
    pub fn format_keys(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        let format = if self.format == "." { "" } else { self.format };
        format.split(':').filter(|key| !key.is_empty())
    }

    /// Whether the record has genotypes: GT, which comes first (VCFv4.5 §1.6.2).
    #[must_use]
    pub fn has_genotypes(&self) -> bool {
        self.format == "GT" || self.format.starts_with("GT:")
    }

    /// The filters: `None` when not applied (`.`), else the list, empty for `PASS` alone. A PASS
    /// that stands beside other filters is in the list with them.
    #[must_use]
    pub fn filters(&self) -> Option<impl Iterator<Item = &'a str> + use<'a>> {
        let filter = self.filter;
        let passed = filter == "PASS";
        (filter != ".").then(|| filter.split(';').filter(move |f| !passed && !f.is_empty()))
    }

    /// Puts `chrom:pos` in front of an error.
    #[must_use]
    #[cold]
    pub fn place(&self, error: Error) -> Error {
        error.at(format!("{}:{}", self.chrom, self.pos))
    }

    fn check(&mut self, qual: &str) -> Result<(), Error> {
        check_id(self.id)?;
        check_reference(self.reference)?;
        self.n_alt = check_alternates(self.reference, self.alternate_text)?;
        self.qual = parse_qual(qual)?;
        check_filter(self.filter)?;
        check_info(self.info)?;
        check_format(self.format)
    }
}

/// The fixed columns are not UTF-8 from this byte on.
#[cold]
fn not_text(fixed: &[u8], from: usize) -> Error {
    const NAMES: [&str; 9] = [
        "CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO", "FORMAT",
    ];
    const SHOWN: usize = 20;
    let column = memchr_iter(b'\t', &fixed[..from]).count();
    let mut columns = fixed.split(|b| *b == b'\t');
    let place = [columns.next(), columns.next()].map(|c| c.map(String::from_utf8_lossy));
    // Some bytes before it, so that the word is recognised.
    let start = fixed[..from]
        .iter()
        .rposition(|b| matches!(b, b'\t' | b';' | b'='));
    let start = start.map_or(0, |at| at + 1).max(from.saturating_sub(SHOWN));
    let found = &fixed[start..(from + SHOWN).min(fixed.len())];
    let found = found
        .split(|b| matches!(b, b'\t' | b';'))
        .next()
        .unwrap_or(found);
    let error = Error::Encoding {
        column: NAMES.get(column).copied().unwrap_or("the line"),
        found: format!("`{}`", found.escape_ascii()),
    };
    match place {
        [Some(chrom), Some(pos)] if column > 1 => error.at(format!("{chrom}:{pos}")),
        _ => error,
    }
}

/// Largest POS: BCF and tabix hold it in 31 bits.
pub(crate) const MAX_POS: u32 = i32::MAX as u32;

/// VCFv4.5 §1.4.7: no whitespace, and not `*` or `=` in front; `<ID>` names an assembly's contig.
fn check_chrom(chrom: &str) -> Result<&str, Error> {
    let wrong = |expected: &str| Err(Error::column("CHROM", expected, chrom.as_bytes()));
    match chrom.as_bytes().first() {
        None => return wrong("a name"),
        Some(b'#') => return wrong("a data line after the header"),
        Some(b'*' | b'=') => return wrong("a name that begins with neither `*` nor `=`"),
        Some(_) => {}
    }
    let unclosed = chrom.starts_with('<') && !chrom.ends_with('>');
    if unclosed || chrom.bytes().any(|b| matches!(b, b' ' | b',')) {
        return wrong("a name without spaces, commas and open brackets");
    }
    Ok(chrom)
}

fn parse_pos(text: &str) -> Result<u32, Error> {
    if !text.is_empty()
        && text.len() <= 10
        && text.bytes().all(|b| b.is_ascii_digit())
        && let Ok(pos) = text.parse::<u32>()
        && pos <= MAX_POS
    {
        return Ok(pos);
    }
    Err(Error::column(
        "POS",
        format!("an integer from 0 to {MAX_POS}"),
        text.as_bytes(),
    ))
}

fn check_id(id: &str) -> Result<(), Error> {
    if id.is_empty() || id.bytes().any(|b| b == b' ') {
        return Err(Error::column(
            "ID",
            "`.` or ids without spaces",
            id.as_bytes(),
        ));
    }
    Ok(())
}

fn is_base(byte: u8) -> bool {
    matches!(byte.to_ascii_uppercase(), b'A' | b'C' | b'G' | b'T' | b'N')
}

/// The specification asks to replace IUPAC codes by a base; ClinVar and others don't.
fn is_base_or_ambiguity(byte: u8) -> bool {
    is_base(byte)
        || matches!(
            byte.to_ascii_uppercase(),
            b'M' | b'R' | b'W' | b'S' | b'Y' | b'K' | b'V' | b'H' | b'D' | b'B'
        )
}

fn check_reference(reference: &str) -> Result<(), Error> {
    if reference.is_empty() || !reference.bytes().all(is_base_or_ambiguity) {
        return Err(Error::column(
            "REF",
            "bases (A, C, G, T, N)",
            reference.as_bytes(),
        ));
    }
    Ok(())
}

fn check_alternates(reference: &str, text: &str) -> Result<u16, Error> {
    if text == "." {
        return Ok(0);
    }
    let mut n: u16 = 0;
    let mut seen = Seen::default();
    for allele in text.split(',') {
        if AlleleKind::of(allele).is_none() {
            let expected = "alleles as bases, `*`, `<ID>`, a breakend, or `.` alone";
            return Err(Error::column("ALT", expected, allele.as_bytes()));
        }
        if allele.eq_ignore_ascii_case(reference) {
            let expected = format!("an allele that differs from REF `{reference}`");
            return Err(Error::column("ALT", expected, allele.as_bytes()));
        }
        // Several `<CNV:TR>` differ by their INFO.
        if !allele.starts_with('<') && seen.is_repeated(allele) {
            return Err(Error::column("ALT", "alleles that differ", text.as_bytes()));
        }
        n = n.checked_add(1).filter(|n| *n <= MAX_ALT).ok_or_else(|| {
            Error::column("ALT", format!("at most {MAX_ALT} alleles"), text.as_bytes())
        })?;
    }
    Ok(n)
}

/// The texts of a list that were seen, without regard to case: few are compared one by one, many
/// go into a set.
#[derive(Default)]
struct Seen<'a> {
    few: Vec<&'a str>,
    many: HashSet<String>,
}

impl<'a> Seen<'a> {
    /// Adds a text; whether it was there.
    fn is_repeated(&mut self, text: &'a str) -> bool {
        const FEW: usize = 16;
        if self.few.len() < FEW {
            let found = self.few.iter().any(|seen| seen.eq_ignore_ascii_case(text));
            self.few.push(text);
            return found;
        }
        if self.many.is_empty() {
            self.many = self
                .few
                .iter()
                .map(|seen| seen.to_ascii_uppercase())
                .collect();
        }
        !self.many.insert(text.to_ascii_uppercase())
    }
}

/// BCF holds `(allele + 1) << 1` in 16 bits; more alleles at one site are a broken file.
const MAX_ALT: u16 = 32_000;

impl AlleleKind {
    /// What an ALT allele is; `None` when it has no allowed form.
    #[must_use]
    pub fn of(allele: &str) -> Option<AlleleKind> {
        let bytes = allele.as_bytes();
        match bytes {
            [] => None,
            b"*" => Some(AlleleKind::SpanningDeletion),
            b"<*>" | b"<NON_REF>" => Some(AlleleKind::Unspecified),
            [b'<', inner @ .., b'>'] => {
                let plain = |b: &u8| !matches!(b, b'<' | b'>' | b' ' | b'\t' | b',');
                (!inner.is_empty() && inner.iter().all(plain)).then_some(AlleleKind::Symbolic)
            }
            _ if bytes.iter().copied().all(is_base_or_ambiguity) => Some(AlleleKind::Bases),
            _ => is_breakend(bytes).then_some(AlleleKind::Breakend),
        }
    }
}

/// VCFv4.5 §5.4: `t[p[`, `t]p]`, `]p]t`, `[p[t`, and single breakends `t.` and `.t`; `p` is
/// `chrom:pos` or `<assembly>:pos`.
fn is_breakend(allele: &[u8]) -> bool {
    let bases = |t: &[u8]| !t.is_empty() && t.iter().copied().all(is_base_or_ambiguity);
    let insert = |t: &[u8]| bases(t) || matches!(t, [b'<', .., b'>']);
    let mate = |p: &[u8]| match memchr::memrchr(b':', p) {
        Some(at) => at > 0 && at + 1 < p.len() && p[at + 1..].iter().all(u8::is_ascii_digit),
        None => matches!(p, [b'<', .., b'>']),
    };
    match allele {
        [b'.', t @ ..] | [t @ .., b'.'] if bases(t) => true,
        [open @ (b'[' | b']'), rest @ ..] => match memchr(*open, rest) {
            // An empty `t` occurs in published files (`]chr:pos]` alone is not allowed).
            Some(at) => mate(&rest[..at]) && (bases(&rest[at + 1..]) || &rest[at + 1..] == b"."),
            None => false,
        },
        [t @ .., close @ (b'[' | b']')] => match memchr(*close, t) {
            Some(at) => (insert(&t[..at]) || &t[..at] == b".") && mate(&t[at + 1..]),
            None => false,
        },
        _ => false,
    }
}

fn parse_qual(text: &str) -> Result<Option<f32>, Error> {
    if text == "." {
        return Ok(None);
    }
    match crate::value::float(text) {
        Some(value) if value >= 0.0 || value.is_nan() => Ok(Some(value)),
        _ => Err(Error::column(
            "QUAL",
            "`.` or a number from 0",
            text.as_bytes(),
        )),
    }
}

fn check_filter(filter: &str) -> Result<(), Error> {
    let wrong = |expected: &str| Err(Error::column("FILTER", expected, filter.as_bytes()));
    if filter.is_empty() || filter.bytes().any(|b| b == b' ' || b == b',') {
        return wrong("`.`, `PASS`, or filters between semicolons");
    }
    if !filter.contains(';') {
        return Ok(());
    }
    let mut seen = HashSet::new();
    for name in filter.split(';') {
        if matches!(name, "" | "." | "0") || !seen.insert(name) {
            return wrong("different filters between semicolons");
        }
    }
    Ok(())
}

fn check_info(info: &str) -> Result<(), Error> {
    if info.is_empty() {
        return Err(Error::column("INFO", "`.` or entries", b""));
    }
    Ok(())
}

/// VCFv4.5 §1.6.2: GT comes first when present; keys are not repeated.
fn check_format(format: &str) -> Result<(), Error> {
    if matches!(format, "" | "." | "GT") {
        return Ok(());
    }
    let mut few = [""; 16];
    let mut many: HashSet<&str> = HashSet::new();
    for (i, key) in format.split(':').enumerate() {
        if key.is_empty() {
            return Err(Error::column(
                "FORMAT",
                "keys between colons",
                format.as_bytes(),
            ));
        }
        if i > 0 && key == "GT" {
            return Err(Error::column(
                "FORMAT",
                "GT as the first key",
                format.as_bytes(),
            ));
        }
        let is_repeated = match few.get_mut(i) {
            Some(slot) => {
                *slot = key;
                few[..i].contains(&key)
            }
            None => {
                if many.is_empty() {
                    many.extend(few);
                }
                !many.insert(key)
            }
        };
        if is_repeated {
            return Err(Error::column(
                "FORMAT",
                "keys that differ",
                format.as_bytes(),
            ));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(samples: &str) -> Header {
        let columns = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO";
        Header::parse(&format!("##fileformat=VCFv4.3\n{columns}{samples}\n")).unwrap()
    }

    #[test]
    fn a_line_is_cut_into_its_columns() {
        let line = b"20\t14370\trs6054257\tG\tA,<DEL>\t29.5\tPASS\tNS=3;DB\tGT:DP\t0|0:1\t1|0:8";
        let view = RecordView::parse(line, &header("\tFORMAT\ta\tb")).unwrap();
        assert_eq!((view.chrom, view.pos, view.n_alt), ("20", 14370, 2));
        assert_eq!(view.alternates().collect::<Vec<_>>(), ["A", "<DEL>"]);
        assert_eq!(view.qual, Some(29.5));
        assert_eq!(view.filters().unwrap().count(), 0);
        assert_eq!(
            view.info_entries().collect::<Vec<_>>(),
            [("NS", Some("3")), ("DB", None)]
        );
        assert_eq!(view.format_keys().collect::<Vec<_>>(), ["GT", "DP"]);
        assert_eq!(view.samples, b"0|0:1\t1|0:8");
    }

    #[test]
    fn alleles_have_the_forms_of_the_specification() {
        use AlleleKind::{Bases, Breakend, SpanningDeletion, Symbolic, Unspecified};
        for (allele, kind) in [
            ("ACGTN", Some(Bases)),
            ("*", Some(SpanningDeletion)),
            ("<*>", Some(Unspecified)),
            ("<DUP:TANDEM>", Some(Symbolic)),
            ("G]17:198982]", Some(Breakend)),
            ("]13:123456]T", Some(Breakend)),
            ("C[<ctg1>:7[", Some(Breakend)),
            (".TGCA", Some(Breakend)),
            ("G.", Some(Breakend)),
            ("", None),
            (".", None),
            ("<>", None),
            ("A-", None),
            ("G]17]", None),
            ("A[", None),
        ] {
            assert_eq!(AlleleKind::of(allele), kind, "{allele}");
        }
    }

    #[test]
    fn wrong_columns_say_what_was_expected() {
        let header = header("");
        for (line, says) in [
            (
                "20\tx\t.\tG\tA\t.\t.\t.",
                "20: POS: expected an integer from 0 to 2147483647, found `x`",
            ),
            (
                "20\t1\t.\tG\tG\t.\t.\t.",
                "20:1: ALT: expected an allele that differs from REF `G`",
            ),
            (
                "20\t1\t.\tG\tA,a\t.\t.\t.",
                "20:1: ALT: expected alleles that differ",
            ),
            ("20\t1\t.\tG1\tA\t.\t.\t.", "20:1: REF"),
            ("20\t1\t.\tG\tA\tx\t.\t.", "20:1: QUAL"),
            ("20\t1\t.\tG\tA\t.\tq;q\t.", "20:1: FILTER"),
            (
                "20\t1\t.\tG\tA\t.\t.",
                "the line: expected 8 columns as in the header, found 7",
            ),
            (
                "20\t1\t.\tG\tA\t.\t.\t.\tGT",
                "the line: expected 8 columns as in the header, found 9",
            ),
        ] {
            let error = RecordView::parse(line.as_bytes(), &header)
                .unwrap_err()
                .to_string();
            assert!(error.starts_with(says), "{error}");
        }
    }

    #[test]
    fn a_pass_beside_other_filters_is_one_of_them() {
        let header = header("");
        for (text, expected) in [
            ("PASS", Some(vec![])),
            (".", None),
            ("q10", Some(vec!["q10"])),
            ("PASS;q10", Some(vec!["PASS", "q10"])),
            ("q10;PASS", Some(vec!["q10", "PASS"])),
        ] {
            let line = format!("20\t1\t.\tG\tA\t.\t{text}\t.");
            let view = RecordView::parse(line.as_bytes(), &header).unwrap();
            assert_eq!(
                view.filters().map(Iterator::collect::<Vec<_>>),
                expected,
                "{text}"
            );
        }
    }

    #[test]
    fn tens_of_thousands_of_alleles_are_read_in_a_moment() {
        let header = header("");
        let alternates: Vec<String> = (1..=31_000)
            .map(|i| {
                format!(
                    "G{}",
                    "AC".repeat(i % 7) + &format!("{i:b}").replace('0', "T").replace('1', "C")
                )
            })
            .collect();
        let line = format!("20\t1\t.\tG\t{}\t.\t.\t.", alternates.join(","));
        let started = std::time::Instant::now();
        let view = RecordView::parse(line.as_bytes(), &header).unwrap();
        assert_eq!(view.n_alt, 31_000);
        assert!(started.elapsed().as_secs() < 2, "{:?}", started.elapsed());
        let twice = format!(
            "20\t1\t.\tG\t{},{}\t.\t.\t.",
            alternates.join(","),
            alternates[5]
        );
        assert!(RecordView::parse(twice.as_bytes(), &header).is_err());
    }

    #[test]
    fn bytes_that_are_no_text_are_named_with_their_column() {
        let error = RecordView::parse(b"20\t1\t.\tG\tA\t.\t.\tX=1;N=Lef\xe8vre", &header(""));
        assert_eq!(
            error.unwrap_err().to_string(),
            "20:1: INFO: expected UTF-8 text, found `Lef\\xe8vre`"
        );
    }
}
