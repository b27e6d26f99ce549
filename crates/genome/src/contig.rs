//! Names of contigs: one canonical name for each primary contig, whatever the file wrote.

use std::borrow::Cow;

use crate::ReferenceGenome;

/// How many primary contigs a human genome has: 22 autosomes, X, Y and the mitochondrion.
pub(crate) const N_PRIMARY: usize = 25;
pub(crate) const X_RANK: u32 = 22;
pub(crate) const Y_RANK: u32 = 23;
pub(crate) const M_RANK: u32 = 24;

/// The canonical names of the primary contigs, in genome order.
pub const PRIMARY_CONTIGS: [&str; N_PRIMARY] = [
    "chr1", "chr2", "chr3", "chr4", "chr5", "chr6", "chr7", "chr8", "chr9", "chr10", "chr11",
    "chr12", "chr13", "chr14", "chr15", "chr16", "chr17", "chr18", "chr19", "chr20", "chr21",
    "chr22", "chrX", "chrY", "chrM",
];

/// The rank of every contig that is not primary: behind all of those.
pub const OTHER_CONTIG_RANK: u32 = 1000;

/// Gives the canonical name of a contig: `chr20` for `20`, `chrM` for `MT`, `chr1` for
/// `NC_000001.11`.
///
/// # Definition
/// Known names of a primary contig are its short name with or without `chr` in any case (`1`,
/// `01`, `chr1`, `CHR1`, `x`, `MT`, `chrMT`, `M`), plink's numbers (`23` X, `24` Y, `26` MT), and
/// the RefSeq and GenBank accessions with the versions that belong to GRCh37, GRCh38 and
/// T2T-CHM13v2.0.
///
/// # Returns
/// The canonical name, or the name unchanged where it is no primary contig's. Nothing is allocated.
///
/// # Limits
/// plink's `25` and `XY` (the pseudoautosomal regions as a contig of their own) stay as they are:
/// they are diploid either way, and one file may hold both them and X.
///
/// # Example
/// ```
/// use kohort_genome::canonical_contig;
/// assert_eq!(canonical_contig("MT"), "chrM");
/// assert_eq!(canonical_contig("NC_000023.10"), "chrX");
/// assert_eq!(canonical_contig("GL000207.1"), "GL000207.1");
/// ```
pub fn canonical_contig(name: &str) -> Cow<'_, str> {
    match primary_rank(name) {
        Some(rank) => Cow::Borrowed(PRIMARY_CONTIGS[rank as usize]),
        None => Cow::Borrowed(name),
    }
}

/// Gives the place of a contig in genome order: chr1 to chr22 are 0 to 21, chrX 22, chrY 23,
/// chrM 24, and every other contig [`OTHER_CONTIG_RANK`].
///
/// Takes canonical names and aliases.
pub fn contig_rank(name: &str) -> u32 {
    primary_rank(name).unwrap_or(OTHER_CONTIG_RANK)
}

/// The rank of a primary contig by any of its names; always below [`N_PRIMARY`].
pub(crate) fn primary_rank(name: &str) -> Option<u32> {
    let short = match name.get(..3) {
        Some(prefix) if prefix.eq_ignore_ascii_case("chr") => &name[3..],
        _ => name,
    };
    short_name_rank(short).or_else(|| accession(name).map(|(rank, _)| rank))
}

/// The rank of a contig by its name without `chr`.
fn short_name_rank(short: &str) -> Option<u32> {
    match short.as_bytes() {
        [b'X' | b'x'] => Some(X_RANK),
        [b'Y' | b'y'] => Some(Y_RANK),
        [b'M' | b'm'] | [b'M' | b'm', b'T' | b't'] => Some(M_RANK),
        &[digit @ b'1'..=b'9'] | &[b'0', digit @ b'1'..=b'9'] => Some(u32::from(digit - b'1')),
        &[tens @ b'1'..=b'2', ones @ b'0'..=b'9'] => {
            match u32::from(tens - b'0') * 10 + u32::from(ones - b'0') {
                25 => None,
                26 => Some(M_RANK),
                number @ ..=24 => Some(number - 1),
                _ => None,
            }
        }
        _ => None,
    }
}

/// The RefSeq versions of chr1 to chrY in GRCh37; each is one higher in GRCh38.
const GRCH37_REFSEQ_VERSIONS: [u32; 24] = [
    10, 11, 11, 11, 9, 11, 13, 10, 11, 10, 9, 11, 10, 8, 9, 9, 10, 9, 9, 10, 8, 10, 10, 9,
];

/// Reads a RefSeq or GenBank accession: the contig's rank, and the genome where only one has it.
pub(crate) fn accession(name: &str) -> Option<(u32, Option<ReferenceGenome>)> {
    use ReferenceGenome::{Chm13, Grch37, Grch38};
    match name {
        "NC_012920.1" | "J01415.2" => return Some((M_RANK, None)),
        "NC_001807.4" => return Some((M_RANK, Some(Grch37))),
        "CP068254.1" => return Some((M_RANK, Some(Chm13))),
        "CP086569.2" => return Some((Y_RANK, Some(Chm13))),
        _ => {}
    }
    let (stem, version) = name.split_once('.')?;
    let version = digits(version)?;
    if !stem.is_ascii() || stem.len() < 8 {
        return None;
    }
    let number = digits(&stem[3..])?;
    match (&stem[..3], stem.len(), number) {
        ("NC_", 9, 1..=24) => {
            let rank = number - 1;
            let grch37 = GRCH37_REFSEQ_VERSIONS[rank as usize];
            match version {
                _ if version == grch37 => Some((rank, Some(Grch37))),
                _ if version == grch37 + 1 => Some((rank, Some(Grch38))),
                _ => None,
            }
        }
        ("NC_", 9, 60_925..=60_948) if version == 1 => Some((number - 60_925, Some(Chm13))),
        // `CM0`, `CP0`: the first digit went with the prefix.
        ("CM0", 8, 663..=686) => match version {
            1 => Some((number - 663, Some(Grch37))),
            2 => Some((number - 663, Some(Grch38))),
            _ => None,
        },
        ("CP0", 8, 68_255..=68_277) if version == 2 => Some((68_277 - number, Some(Chm13))),
        _ => None,
    }
}

/// A number of plain digits: `parse` alone would take a sign.
fn digits(text: &str) -> Option<u32> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit());
    is_plain.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn aliases_of_a_primary_contig_have_one_canonical_name() {
        for (name, canonical) in [
            ("1", "chr1"),
            ("01", "chr1"),
            ("chr1", "chr1"),
            ("Chr1", "chr1"),
            ("CHR22", "chr22"),
            ("X", "chrX"),
            ("chrx", "chrX"),
            ("23", "chrX"),
            ("24", "chrY"),
            ("26", "chrM"),
            ("M", "chrM"),
            ("MT", "chrM"),
            ("chrMT", "chrM"),
            ("NC_000001.10", "chr1"),
            ("NC_000001.11", "chr1"),
            ("NC_000014.8", "chr14"),
            ("NC_000024.10", "chrY"),
            ("NC_012920.1", "chrM"),
            ("NC_060925.1", "chr1"),
            ("NC_060948.1", "chrY"),
            ("CM000663.2", "chr1"),
            ("CM000686.1", "chrY"),
            ("CP068277.2", "chr1"),
            ("CP068255.2", "chrX"),
            ("CP086569.2", "chrY"),
            ("CP068254.1", "chrM"),
        ] {
            assert_eq!(canonical_contig(name), canonical, "{name}");
        }
    }

    #[test]
    fn other_contigs_keep_their_name() {
        for name in [
            "",
            "0",
            "00",
            "001",
            "25",
            "27",
            "99",
            "XY",
            "chr",
            "chrUn_KI270302v1",
            "chrX_KI270880v1_alt",
            "GL000207.1",
            "hs37d5",
            "HLA-A*01:01:01:01",
            "NC_000001.9",
            "NC_000001",
            "NC_000025.1",
            "NC_000001.+10",
            "CP068278.2",
            "CM000662.1",
            "é1",
            "chré",
            "ab\u{e9}cdefghi.1",
        ] {
            assert_eq!(canonical_contig(name), name);
            assert_eq!(contig_rank(name), OTHER_CONTIG_RANK, "{name}");
        }
    }

    #[test]
    fn canonical_names_are_in_rank_order_and_fixed_points() {
        for (rank, name) in (0u32..).zip(PRIMARY_CONTIGS) {
            assert_eq!(contig_rank(name), rank);
            assert_eq!(canonical_contig(name), name);
            assert_eq!(contig_rank(&name[3..]), rank);
        }
    }
}
