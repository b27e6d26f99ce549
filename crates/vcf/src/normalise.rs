//! What is the one way to write this variant? One ALT to a row, trimmed, and left-aligned where
//! the reference sequence is known.
//!
//! Tan, Abecasis, Kang: Unified representation of genetic variants. Bioinformatics 2015,
//! doi:10.1093/bioinformatics/btv112.

use std::borrow::Cow;
use std::fmt;

use crate::{AlleleKind, Error, FastaReader, RecordView};

/// REF and one ALT at a position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alleles<'a> {
    /// 1-based.
    pub pos: u32,
    /// REF bases.
    pub reference: Cow<'a, str>,
    /// ALT bases.
    pub alternate: Cow<'a, str>,
}

/// What a variant does to the sequence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum VariantType {
    /// No ALT (`.`), or only "any other allele" (`<*>`, `<NON_REF>`).
    Ref,
    /// One base for another.
    Snv,
    /// Several bases for as many.
    Mnv,
    /// Bases inserted.
    Ins,
    /// Bases deleted.
    Del,
    /// Bases for another number of bases.
    Complex,
    /// Symbolic alleles and breakends.
    Sv,
    /// `*`
    SpanningDeletion,
}

impl VariantType {
    /// As columns and reports write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            VariantType::Ref => "ref",
            VariantType::Snv => "snv",
            VariantType::Mnv => "mnv",
            VariantType::Ins => "ins",
            VariantType::Del => "del",
            VariantType::Complex => "complex",
            VariantType::Sv => "sv",
            VariantType::SpanningDeletion => "spanning_deletion",
        }
    }
}

impl fmt::Display for VariantType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Classifies one ALT (`.` for none); REF and ALT need not be trimmed.
#[must_use]
pub fn variant_type(reference: &str, alternate: &str) -> VariantType {
    match AlleleKind::of(alternate) {
        None | Some(AlleleKind::Unspecified) => VariantType::Ref,
        Some(AlleleKind::SpanningDeletion) => VariantType::SpanningDeletion,
        Some(AlleleKind::Symbolic | AlleleKind::Breakend) => VariantType::Sv,
        Some(AlleleKind::Bases) => {
            let (_, reference, alternate) = core(reference, alternate);
            match (reference.len(), alternate.len()) {
                (0, 0) => VariantType::Ref,
                (1, 1) => VariantType::Snv,
                (0, _) => VariantType::Ins,
                (_, 0) => VariantType::Del,
                (r, a) if r == a => VariantType::Mnv,
                _ => VariantType::Complex,
            }
        }
    }
}

/// What remains without the shared suffix and prefix (either may become empty), and how many bases
/// the prefix has. Case is ignored.
fn core<'a>(reference: &'a str, alternate: &'a str) -> (usize, &'a str, &'a str) {
    let same = |(a, b): &(u8, u8)| a.eq_ignore_ascii_case(b);
    let pairs = reference.bytes().rev().zip(alternate.bytes().rev());
    let suffix = pairs.take_while(same).count();
    let (r, a) = (
        &reference[..reference.len() - suffix],
        &alternate[..alternate.len() - suffix],
    );
    let prefix = r.bytes().zip(a.bytes()).take_while(same).count();
    (prefix, &r[prefix..], &a[prefix..])
}

/// Cuts the shared suffix, then the shared prefix, and leaves at least one base on both sides.
/// What isn't bases (symbolic, breakend, `*`, `.`) is left as it is.
#[must_use]
pub fn trim<'a>(pos: u32, reference: &'a str, alternate: &'a str) -> Alleles<'a> {
    let (mut r, mut a, mut pos) = (reference, alternate, pos);
    if AlleleKind::of(alternate) == Some(AlleleKind::Bases) {
        let same = |x: &str, y: &str, from_end: bool| {
            let base = |t: &str| {
                if from_end {
                    t.bytes().last()
                } else {
                    t.bytes().next()
                }
            };
            matches!((base(x), base(y)), (Some(x), Some(y)) if x.eq_ignore_ascii_case(&y))
        };
        while r.len() > 1 && a.len() > 1 && same(r, a, true) {
            (r, a) = (&r[..r.len() - 1], &a[..a.len() - 1]);
        }
        while r.len() > 1 && a.len() > 1 && same(r, a, false) {
            (r, a) = (&r[1..], &a[1..]);
            pos += 1;
        }
    }
    Alleles {
        pos,
        reference: Cow::Borrowed(r),
        alternate: Cow::Borrowed(a),
    }
}

/// Trims, and moves an insertion or deletion as far to the left as the reference sequence allows.
///
/// # Errors
/// [`Error::ReferenceMismatch`] when REF isn't what the reference sequence has there (an `N` or
/// another ambiguity code on either side fits); [`Error::Fasta`].
pub fn left_align<'a>(
    fasta: &mut FastaReader,
    contig: &str,
    pos: u32,
    reference: &'a str,
    alternate: &'a str,
) -> Result<Alleles<'a>, Error> {
    check_reference(fasta, contig, pos, reference)?;
    let trimmed = trim(pos, reference, alternate);
    let (prefix, r, a) = core(reference, alternate);
    let is_indel = r.is_empty() != a.is_empty();
    if AlleleKind::of(alternate) != Some(AlleleKind::Bases) || !is_indel {
        return Ok(trimmed);
    }
    // One side is empty: the changed bases roll left while the base before them equals their last.
    let mut changed: Vec<u8> = (if r.is_empty() { a } else { r })
        .bytes()
        .map(|b| b.to_ascii_uppercase())
        .collect();
    // The base before the change, 1-based; 0 when the change starts the contig.
    let mut before = u64::from(pos) + prefix as u64 - 1;
    let mut rolled = 0;
    let mut bases: Vec<u8> = Vec::new();
    let mut start = before + 1;
    while before > 0 {
        if before < start {
            let end = before;
            start = end.saturating_sub(STEP - 1).max(1);
            bases.clear();
            bases.extend_from_slice(fasta.bases(contig, start, end)?);
        }
        let at = usize::try_from(before - start).unwrap_or(usize::MAX);
        let n = changed.len();
        match bases.get(at) {
            // `changed` is a ring: its last base is the one before the front.
            Some(base) if *base == changed[(n - 1 - rolled % n) % n] => {
                rolled += 1;
                before -= 1;
            }
            _ => break,
        }
    }
    if rolled == 0 && (prefix > 0 || before == 0) {
        return Ok(trimmed);
    }
    let n = changed.len();
    changed.rotate_right(rolled % n);
    Ok(anchored(fasta, contig, before, changed, r.is_empty())?.unwrap_or(trimmed))
}

/// Bases read at once while rolling to the left.
const STEP: u64 = 256;

/// Writes an insertion or deletion with the base before it, or at the contig's start with the base
/// behind it (VCFv4.5 §1.6.1, REF).
fn anchored(
    fasta: &mut FastaReader,
    contig: &str,
    before: u64,
    changed: Vec<u8>,
    is_insertion: bool,
) -> Result<Option<Alleles<'static>>, Error> {
    let changed = String::from_utf8_lossy(&changed).into_owned();
    let behind = if is_insertion {
        1
    } else {
        changed.len() as u64 + 1
    };
    let anchor = if before > 0 { before } else { behind };
    let Some(base) = fasta
        .bases(contig, anchor, anchor)?
        .first()
        .copied()
        .map(char::from)
    else {
        return Ok(None);
    };
    let long = if before > 0 {
        format!("{base}{changed}")
    } else {
        format!("{changed}{base}")
    };
    let (reference, alternate) = if is_insertion {
        (base.to_string(), long)
    } else {
        (long, base.to_string())
    };
    let Ok(pos) = u32::try_from(before.max(1)) else {
        return Ok(None);
    };
    Ok(Some(Alleles {
        pos,
        reference: reference.into(),
        alternate: alternate.into(),
    }))
}

/// Compares REF with the reference sequence.
///
/// # Errors
/// [`Error::ReferenceMismatch`], [`Error::Fasta`].
pub fn check_reference(
    fasta: &mut FastaReader,
    contig: &str,
    pos: u32,
    reference: &str,
) -> Result<(), Error> {
    if pos == 0 {
        return Ok(());
    }
    let start = u64::from(pos);
    let expected = fasta.bases(contig, start, start + reference.len() as u64 - 1)?;
    let certain = |b: u8| matches!(b, b'A' | b'C' | b'G' | b'T');
    let fits = |(e, f): (&u8, u8)| {
        let f = f.to_ascii_uppercase();
        *e == f || !certain(*e) || !certain(f)
    };
    if expected.len() == reference.len() && expected.iter().zip(reference.bytes()).all(fits) {
        return Ok(());
    }
    const SHOWN: usize = 60;
    Err(Error::ReferenceMismatch {
        expected: String::from_utf8_lossy(&expected[..expected.len().min(SHOWN)]).into_owned(),
        found: reference.chars().take(SHOWN).collect(),
    })
}

/// Last base that the record covers, 1-based: INFO/END, or the length that SVLEN or FORMAT/LEN
/// gives, or that of REF.
///
/// Until VCFv4.4 END says it (§1.6.1, INFO). From VCFv4.5 on END is derived: the furthest of REF,
/// of SVLEN for `<DEL>`, `<DUP>`, `<INV>`, `<CNV>`, and of LEN for `<*>` (§1.6.1 and §3);
/// END itself is deprecated but still read. An END before POS, which published files have, is
/// ignored, as in htslib.
#[must_use]
pub fn record_end(view: &RecordView<'_>) -> u32 {
    let by_reference = u64::from(view.pos) + view.reference.len() as u64 - 1;
    let mut end = by_reference.max(u64::from(view.pos));
    let may_span = view.alternates().any(|alt| alt.starts_with('<')) || view.n_alt == 0;
    let mut lengths = None;
    for (key, value) in view.info_entries() {
        match (key, value) {
            ("END", Some(value)) => {
                if let Some(found) = value
                    .parse::<u64>()
                    .ok()
                    .filter(|e| *e >= u64::from(view.pos))
                {
                    return u32::try_from(found)
                        .unwrap_or(u32::MAX)
                        .min(crate::record::MAX_POS);
                }
            }
            ("SVLEN", Some(value)) if may_span => lengths = Some(value),
            _ => {}
        }
    }
    if let Some(lengths) = lengths {
        for (alternate, length) in view.alternates().zip(lengths.split(',')) {
            let spans = ["<DEL", "<DUP", "<INV", "<CNV"]
                .iter()
                .any(|s| alternate.starts_with(s));
            if let (true, Some(length)) = (spans, length.parse::<i64>().ok()) {
                end = end.max(u64::from(view.pos).saturating_add(length.unsigned_abs()));
            }
        }
    }
    if view
        .alternates()
        .any(|alt| AlleleKind::of(alt) == Some(AlleleKind::Unspecified))
        && let Some(length) = longest_block(view)
    {
        end = end.max(u64::from(view.pos) + length.max(1) - 1);
    }
    u32::try_from(end)
        .unwrap_or(u32::MAX)
        .min(crate::record::MAX_POS)
}

/// The largest FORMAT/LEN (VCFv4.5): length of a sample's reference block.
fn longest_block(view: &RecordView<'_>) -> Option<u64> {
    let column = view.format_keys().position(|key| key == "LEN")?;
    let samples = view.samples.split(|b| *b == b'\t');
    let texts = samples.filter_map(|s| s.split(|b| *b == b':').nth(column));
    texts
        .filter_map(|t| std::str::from_utf8(t).ok()?.parse().ok())
        .max()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Fasta, Header};

    #[test]
    fn alleles_are_trimmed_to_what_changes() {
        for (pos, r, a, expected) in [
            (10, "A", "C", (10, "A", "C")),
            (10, "AT", "CT", (10, "A", "C")),
            (10, "TA", "TC", (11, "A", "C")),
            (10, "CACA", "CA", (10, "CAC", "C")),
            (10, "A", "AT", (10, "A", "AT")),
            (10, "GATTT", "GT", (10, "GATT", "G")),
            (10, "AA", "AAA", (10, "A", "AA")),
            (10, "acg", "ACT", (12, "g", "T")),
            (10, "A", "<DEL>", (10, "A", "<DEL>")),
            (10, "AT", "*", (10, "AT", "*")),
            (10, "A", "A]2:3]", (10, "A", "A]2:3]")),
        ] {
            let trimmed = trim(pos, r, a);
            let found = (trimmed.pos, &*trimmed.reference, &*trimmed.alternate);
            assert_eq!(found, expected, "{r} {a}");
        }
    }

    #[test]
    fn variants_are_classified_without_their_context() {
        use VariantType::{Complex, Del, Ins, Mnv, Ref, Snv, SpanningDeletion, Sv};
        for (r, a, expected) in [
            ("A", "C", Snv),
            ("ATG", "ACG", Snv),
            ("AT", "GC", Mnv),
            ("A", "AT", Ins),
            ("AT", "A", Del),
            ("TAT", "TT", Del),
            ("AT", "GCC", Complex),
            ("A", ".", Ref),
            ("A", "<*>", Ref),
            ("A", "<NON_REF>", Ref),
            ("A", "<DEL>", Sv),
            ("A", "]2:3]A", Sv),
            ("A", "*", SpanningDeletion),
        ] {
            assert_eq!(variant_type(r, a), expected, "{r} {a}");
        }
    }

    fn reader(bases: &str) -> (tempfile::TempDir, FastaReader) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.fa");
        let n = bases.len();
        std::fs::write(&path, format!(">1\n{bases}\n")).unwrap();
        let index = format!("1\t{n}\t3\t{n}\t{}\n", n + 1);
        std::fs::write(folder.path().join("x.fa.fai"), index).unwrap();
        let reader = Fasta::open(&path).unwrap().reader().unwrap();
        (folder, reader)
    }

    #[test]
    fn indels_move_to_the_left() {
        //                        123456789012
        let (_folder, mut fasta) = reader("GGGCACACACAGGG");
        for (pos, r, a, expected) in [
            (7, "ACA", "A", (3, "GCA", "G")),
            (8, "CAC", "C", (3, "GCA", "G")),
            (11, "A", "ACA", (3, "G", "GCA")),
            (2, "GG", "G", (1, "GG", "G")),
            (3, "G", "GG", (1, "G", "GG")),
            (4, "C", "T", (4, "C", "T")),
            (4, "C", "<DEL>", (4, "C", "<DEL>")),
            (10, "CA", "A", (9, "AC", "A")),
        ] {
            let found = left_align(&mut fasta, "1", pos, r, a).unwrap();
            let found = (found.pos, &*found.reference, &*found.alternate);
            assert_eq!(found, expected, "{pos} {r} {a}");
        }
        let error = left_align(&mut fasta, "1", 4, "G", "T")
            .unwrap_err()
            .to_string();
        assert_eq!(
            error,
            "REF: expected `C` as in the reference sequence, found `G`"
        );
    }

    #[test]
    fn a_long_repeat_is_rolled_over_many_steps() {
        let (_folder, mut fasta) = reader(&format!("G{}C", "CA".repeat(1000)));
        let found = left_align(&mut fasta, "1", 2000, "C", "CAC").unwrap();
        assert_eq!((found.pos, &*found.alternate), (1, "GCA"));
        let (_folder, mut fasta) = reader("AAAAT");
        let found = left_align(&mut fasta, "1", 3, "AA", "A").unwrap();
        assert_eq!(
            (found.pos, &*found.reference, &*found.alternate),
            (1, "AA", "A")
        );
    }

    #[test]
    fn the_end_follows_the_version_that_says_it() {
        let columns = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO";
        let header =
            Header::parse(&format!("##fileformat=VCFv4.5\n{columns}\tFORMAT\ts\n")).unwrap();
        for (columns, end) in [
            ("ACGT\tA\t.\t.\t.\tGT\t.", 103),
            ("A\t<DEL>\t.\t.\tEND=150\tGT\t.", 150),
            ("A\t<DEL>\t.\t.\tSVLEN=-50\tGT\t.", 150),
            ("A\t<DUP>,<INS>\t.\t.\tSVLEN=20,900\tGT\t.", 120),
            ("A\t<*>\t.\t.\t.\tGT:LEN\t0/0:40", 139),
            ("A\t<DEL>\t.\t.\tEND=90\tGT\t.", 100),
            ("A\t.\t.\t.\tEND=130\tGT\t.", 130),
        ] {
            let line = format!("1\t100\t.\t{columns}");
            let view = RecordView::parse(line.as_bytes(), &header).unwrap();
            assert_eq!(record_end(&view), end, "{columns}");
        }
    }
}
