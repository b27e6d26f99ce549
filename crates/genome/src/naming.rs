//! Which reference genome do names and paths in a header speak of?

use std::fmt;

use crate::ReferenceGenome;

/// A human or other reference genome that a text names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NamedGenome {
    /// One that is known here.
    Known(ReferenceGenome),
    /// Another one, as it was written: `hg18`, `mm10`.
    Other(String),
}

impl fmt::Display for NamedGenome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Known(genome) => genome.fmt(f),
            Self::Other(name) => f.write_str(name),
        }
    }
}

impl ReferenceGenome {
    /// Reads the genome that a name, a path or a URL speaks of, as headers have it in `##reference`
    /// and in the `assembly` of `##contig`.
    ///
    /// # Returns
    /// `None` where the text names no genome, or several of which no one is in the file's name.
    ///
    /// # Example
    /// ```
    /// use kohort_genome::{NamedGenome, ReferenceGenome};
    /// let named = ReferenceGenome::named_in("file:///refs/hs37d5.fa.gz");
    /// assert_eq!(named, Some(NamedGenome::Known(ReferenceGenome::Grch37)));
    /// ```
    pub fn named_in(text: &str) -> Option<NamedGenome> {
        let text = text.trim().trim_matches(['"', '\'']);
        if let Ok(genome) = text.parse() {
            return Some(NamedGenome::Known(genome));
        }
        // A folder may be called after what it was lifted from, so the file's name comes first.
        let file = text.trim_end_matches(['/', '\\']);
        let file = file.rsplit(['/', '\\']).next().unwrap_or(file);
        one_of(file).or_else(|| one_of(text))
    }
}

impl NamedGenome {
    /// Whether both are names of one genome: `hg18`, `B36` and `NCBI36` are.
    pub fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Other(one), Self::Other(other)) => build(one) == build(other),
            _ => self == other,
        }
    }
}

/// One name for the several that a genome other than ours goes by.
fn build(name: &str) -> &str {
    match name {
        "hg16" | "b34" => "ncbi34",
        "hg17" | "b35" => "ncbi35",
        "hg18" | "b36" | "grch36" | "hs36" => "ncbi36",
        "mm10" => "grcm38",
        "mm39" => "grcm39",
        name => name,
    }
}

/// The only genome that a text names.
fn one_of(text: &str) -> Option<NamedGenome> {
    let lower = text.to_ascii_lowercase();
    let mut found: Option<NamedGenome> = None;
    let mut before = "";
    for token in lower.split(|c: char| !c.is_ascii_alphanumeric()) {
        let named = known(before, token).map(NamedGenome::Known);
        let named = named.or_else(|| is_other(token).then(|| NamedGenome::Other(token.to_owned())));
        before = token;
        match (&found, named) {
            (_, None) => {}
            (None, named) => found = named,
            (Some(first), Some(second)) if *first == second => {}
            _ => return None,
        }
    }
    let accession = accession(&lower).map(NamedGenome::Known);
    match (found, accession) {
        (Some(found), Some(accession)) if found != accession => None,
        (found, accession) => found.or(accession),
    }
}

/// A word of a name, and the word before it (`human_g1k_v37`, `Homo_sapiens_assembly38`).
fn known(before: &str, token: &str) -> Option<ReferenceGenome> {
    const NAMES: [(&str, ReferenceGenome); 13] = [
        ("grch37", ReferenceGenome::Grch37),
        ("hg19", ReferenceGenome::Grch37),
        ("hs37", ReferenceGenome::Grch37),
        ("b37", ReferenceGenome::Grch37),
        ("assembly19", ReferenceGenome::Grch37),
        ("grch38", ReferenceGenome::Grch38),
        ("hg38", ReferenceGenome::Grch38),
        ("hs38", ReferenceGenome::Grch38),
        ("b38", ReferenceGenome::Grch38),
        ("assembly38", ReferenceGenome::Grch38),
        ("chm13", ReferenceGenome::Chm13),
        ("t2t", ReferenceGenome::Chm13),
        ("hs1", ReferenceGenome::Chm13),
    ];
    if (before, token) == ("g1k", "v37") {
        return Some(ReferenceGenome::Grch37);
    }
    let found = NAMES.iter().find(|(name, _)| {
        let rest = token.strip_prefix(name);
        rest.is_some_and(is_suffix)
    });
    found.map(|(_, genome)| *genome)
}

/// What may follow a genome's name within a word: a patch, a version, or which decoys it has.
fn is_suffix(rest: &str) -> bool {
    const WORDS: [&str; 9] = [
        "", "d1", "d5", "dh", "decoy", "lite", "full", "noalt", "alt",
    ];
    let numbered = rest.strip_prefix(['p', 'v']);
    let is_version = |n: &str| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit());
    WORDS.contains(&rest) || numbered.is_some_and(is_version)
}

/// Genomes that nobody should take for one of ours.
fn is_other(token: &str) -> bool {
    const NAMES: [&str; 17] = [
        "hg16", "hg17", "hg18", "ncbi34", "ncbi35", "ncbi36", "b34", "b35", "b36", "grch36",
        "hs36", "mm9", "mm10", "mm39", "grcm38", "grcm39", "canfam3",
    ];
    NAMES.contains(&token)
}

/// NCBI's accessions of the assemblies: `GCA_000001405.15` and `GCF_000001405.26` are GRCh38, and
/// patches count on from there.
fn accession(lower: &str) -> Option<ReferenceGenome> {
    if lower.contains("_009914755") {
        return Some(ReferenceGenome::Chm13);
    }
    let (at, first_of_38) = match (lower.find("gca_000001405."), lower.find("gcf_000001405.")) {
        (Some(at), _) => (at, 15),
        (None, Some(at)) => (at, 26),
        (None, None) => return None,
    };
    let version = lower.get(at + "gca_000001405.".len()..)?;
    let digits: String = version.chars().take_while(char::is_ascii_digit).collect();
    let version: u32 = digits.parse().ok()?;
    // RefSeq's 12 and before are NCBI36.
    match version {
        v if v >= first_of_38 => Some(ReferenceGenome::Grch38),
        v if first_of_38 == 26 && v < 13 => None,
        _ => Some(ReferenceGenome::Grch37),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn genomes_are_read_from_names_and_paths() {
        use ReferenceGenome::{Chm13, Grch37, Grch38};
        for (text, expected) in [
            ("GRCh37", Grch37),
            ("b37", Grch37),
            ("hg19", Grch37),
            ("\"GRCh37.p13\"", Grch37),
            ("file:///refs/hs37d5.fa.gz", Grch37),
            (
                "ftp://ftp.1000genomes.ebi.ac.uk/phase2_reference_assembly/hs37d5.fa.gz",
                Grch37,
            ),
            (
                "file:///seq/references/Homo_sapiens_assembly19.fasta",
                Grch37,
            ),
            ("human_g1k_v37_decoy.fasta", Grch37),
            ("Homo_sapiens.GRCh37.75.dna.primary_assembly.fa", Grch37),
            ("GCF_000001405.25_GRCh37.p13_genomic.fna", Grch37),
            ("GCA_000001405.14", Grch37),
            ("/data/hg38/hg38.fa", Grch38),
            ("GRCh38_full_analysis_set_plus_decoy_hla.fa", Grch38),
            ("file:///gatk/Homo_sapiens_assembly38.fasta", Grch38),
            ("GCA_000001405.15_GRCh38_no_alt_analysis_set.fna", Grch38),
            ("GCF_000001405.40", Grch38),
            ("hs38DH.fa", Grch38),
            ("C:\\refs\\hg38.fa", Grch38),
            ("chm13v2.0.fa.gz", Chm13),
            ("T2T-CHM13v2.0", Chm13),
            ("GCA_009914755.4", Chm13),
            ("hs1.fa", Chm13),
            // The folder names another one than the file.
            ("/lifted/hg19_to_hg38/GRCh38.fa", Grch38),
        ] {
            let named = ReferenceGenome::named_in(text);
            assert_eq!(named, Some(NamedGenome::Known(expected)), "{text}");
        }
    }

    #[test]
    fn other_genomes_are_not_ours_and_other_words_name_none() {
        for (text, expected) in [
            ("1000GenomesPilot-NCBI36", "ncbi36"),
            ("hg18", "hg18"),
            ("/refs/mm10/mm10.fa", "mm10"),
            ("GRCm38.p6", "grcm38"),
        ] {
            let named = ReferenceGenome::named_in(text);
            let expected = NamedGenome::Other(expected.to_owned());
            assert_eq!(named, Some(expected), "{text}");
        }
        let other = |name: &str| NamedGenome::Other(name.to_owned());
        assert!(other("b36").is_same(&other("ncbi36")) && other("hg18").is_same(&other("b36")));
        assert!(!other("hg17").is_same(&other("b36")) && !other("mm9").is_same(&other("mm10")));
        for text in [
            "",
            "reference.fa",
            "/home/b371/genome.fa",
            "hg19tohg38.fa",
            "hg19_and_hg38.fa",
            "panel38.fa",
            "seq/37/x.fasta",
        ] {
            assert_eq!(ReferenceGenome::named_in(text), None, "{text}");
        }
    }
}
