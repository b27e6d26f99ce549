//! The human reference genomes that Kohort knows.

use std::fmt;
use std::str::FromStr;

use crate::assembly::{self, Assembly};
use crate::contig::{M_RANK, X_RANK, Y_RANK, primary_rank};
use crate::{Error, PloidyClass};

/// A human reference genome.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ReferenceGenome {
    /// GRCh37, also `b37`, `hs37d5` and UCSC's `hg19`.
    Grch37,
    /// GRCh38, also UCSC's `hg38`.
    Grch38,
    /// T2T-CHM13v2.0, also UCSC's `hs1`.
    Chm13,
}

impl ReferenceGenome {
    /// All known genomes.
    pub const ALL: [Self; 3] = [Self::Grch37, Self::Grch38, Self::Chm13];

    /// The name of this genome: `GRCh37`, `GRCh38` or `CHM13`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Grch37 => "GRCh37",
            Self::Grch38 => "GRCh38",
            Self::Chm13 => "CHM13",
        }
    }

    /// Gives the kind of place, by how many copies there a sex karyotype has.
    ///
    /// # Arguments
    /// `contig` by its canonical name or an alias; `pos` 1-based, 0 for the telomere. A variant is
    /// where its first REF base is, also when it reaches over an end of a pseudoautosomal region.
    ///
    /// # Limits
    /// A contig that is not primary is [`PloidyClass::Diploid`]: whether an alternate or unplaced
    /// contig lies on a sex chromosome is not known here.
    ///
    /// # Example
    /// ```
    /// use kohort_genome::{PloidyClass, ReferenceGenome};
    /// let genome = ReferenceGenome::Grch38;
    /// assert_eq!(genome.ploidy_class("chrX", 2_781_479), PloidyClass::Diploid);
    /// assert_eq!(genome.ploidy_class("X", 2_781_480), PloidyClass::X);
    /// ```
    pub fn ploidy_class(self, contig: &str, pos: u32) -> PloidyClass {
        let (rank, class) = match primary_rank(contig) {
            Some(X_RANK) => (X_RANK, PloidyClass::X),
            Some(Y_RANK) => (Y_RANK, PloidyClass::Y),
            Some(M_RANK) => return PloidyClass::Mitochondrial,
            _ => return PloidyClass::Diploid,
        };
        let is_in = |&(start, end): &(u32, u32)| (start..=end).contains(&pos);
        if self.assembly().pars(rank).iter().any(is_in) {
            return PloidyClass::Diploid;
        }
        class
    }

    /// The pseudoautosomal regions of chrX or chrY, 1-based and closed, in order; empty for any
    /// other contig.
    pub fn pseudoautosomal_regions(self, contig: &str) -> &'static [(u32, u32)] {
        primary_rank(contig).map_or(&[], |rank| self.assembly().pars(rank))
    }

    /// The length of a primary contig, by its canonical name or an alias.
    ///
    /// GRCh37's chrM is given as that of the revised Cambridge sequence (16569), which `b37` and
    /// most files have; UCSC's `hg19` has another one (16571).
    pub fn contig_length(self, contig: &str) -> Option<u32> {
        primary_rank(contig).map(|rank| self.assembly().lengths[rank as usize])
    }

    /// Whether a primary contig of this genome is published with this length.
    pub(crate) fn has_length(self, rank: u32, length: u64) -> bool {
        let assembly = self.assembly();
        let other = assembly
            .other_mitochondrial_length
            .filter(|_| rank == M_RANK);
        u64::from(assembly.lengths[rank as usize]) == length
            || other.is_some_and(|other| u64::from(other) == length)
    }

    fn assembly(self) -> &'static Assembly {
        match self {
            Self::Grch37 => &assembly::GRCH37,
            Self::Grch38 => &assembly::GRCH38,
            Self::Chm13 => &assembly::CHM13,
        }
    }
}

impl fmt::Display for ReferenceGenome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for ReferenceGenome {
    type Err = Error;

    /// Reads a genome's name, in any case and with or without a patch (`GRCh38.p14`).
    fn from_str(text: &str) -> Result<Self, Error> {
        let lower = text.trim().to_ascii_lowercase();
        let name = match lower.split_once(".p") {
            Some((name, patch)) if patch.bytes().all(|b| b.is_ascii_digit()) => name,
            _ => &lower,
        };
        match name {
            "grch37" | "hg19" | "b37" | "hs37" | "hs37d5" | "37" => Ok(Self::Grch37),
            "grch38" | "hg38" | "b38" | "hs38" | "hs38dh" | "38" => Ok(Self::Grch38),
            "chm13" | "chm13v2.0" | "chm13v2" | "t2t-chm13" | "t2t-chm13v2.0" | "t2t-chm13v2"
            | "t2t" | "hs1" => Ok(Self::Chm13),
            _ => Err(Error::UnknownReferenceGenome {
                found: text.to_owned(),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{PRIMARY_CONTIGS, contig_rank};

    #[test]
    fn names_of_genomes_are_read() {
        for (text, expected) in [
            ("GRCh37", ReferenceGenome::Grch37),
            ("hg19", ReferenceGenome::Grch37),
            ("b37", ReferenceGenome::Grch37),
            ("GRCh37.p13", ReferenceGenome::Grch37),
            ("GRCh38", ReferenceGenome::Grch38),
            ("grch38.p14", ReferenceGenome::Grch38),
            ("HG38", ReferenceGenome::Grch38),
            ("CHM13", ReferenceGenome::Chm13),
            ("T2T-CHM13v2.0", ReferenceGenome::Chm13),
            ("hs1", ReferenceGenome::Chm13),
        ] {
            assert_eq!(text.parse(), Ok(expected), "{text}");
        }
        for text in ["", "hg18", "GRCh36", "mm10", "GRCh38.px"] {
            assert!(text.parse::<ReferenceGenome>().is_err(), "{text}");
        }
        for genome in ReferenceGenome::ALL {
            assert_eq!(genome.to_string().parse(), Ok(genome));
        }
    }

    /// Start and end of each pseudoautosomal region, by genome and contig.
    const PARS: [(ReferenceGenome, &str, [u32; 4]); 6] = [
        (
            ReferenceGenome::Grch37,
            "chrX",
            [60_001, 2_699_520, 154_931_044, 155_260_560],
        ),
        (
            ReferenceGenome::Grch37,
            "chrY",
            [10_001, 2_649_520, 59_034_050, 59_363_566],
        ),
        (
            ReferenceGenome::Grch38,
            "chrX",
            [10_001, 2_781_479, 155_701_383, 156_030_895],
        ),
        (
            ReferenceGenome::Grch38,
            "chrY",
            [10_001, 2_781_479, 56_887_903, 57_217_415],
        ),
        (
            ReferenceGenome::Chm13,
            "chrX",
            [1, 2_394_410, 153_925_835, 154_259_566],
        ),
        (
            ReferenceGenome::Chm13,
            "chrY",
            [1, 2_458_320, 62_122_810, 62_460_029],
        ),
    ];

    #[test]
    fn pseudoautosomal_regions_are_diploid_with_both_their_ends() {
        for (genome, contig, [start_1, end_1, start_2, end_2]) in PARS {
            let outside = match contig {
                "chrX" => PloidyClass::X,
                _ => PloidyClass::Y,
            };
            for (start, end) in [(start_1, end_1), (start_2, end_2)] {
                for pos in [start, start + 1, end - 1, end] {
                    let class = genome.ploidy_class(contig, pos);
                    assert_eq!(class, PloidyClass::Diploid, "{genome} {contig}:{pos}");
                }
                for pos in [start - 1, end + 1] {
                    let class = genome.ploidy_class(&contig[3..], pos);
                    assert_eq!(class, outside, "{genome} {contig}:{pos}");
                }
            }
            let middle = genome.ploidy_class(contig, 20_000_000);
            assert_eq!(middle, outside, "{genome} {contig}");
        }
    }

    #[test]
    fn the_second_pseudoautosomal_region_has_one_length_on_x_and_y() {
        for genome in [ReferenceGenome::Grch37, ReferenceGenome::Grch38] {
            let lengths = |contig| {
                genome
                    .pseudoautosomal_regions(contig)
                    .iter()
                    .map(|(start, end)| end - start + 1)
                    .collect::<Vec<_>>()
            };
            assert_eq!(lengths("X"), lengths("Y"), "{genome}");
        }
    }

    #[test]
    fn other_contigs_are_diploid_and_the_mitochondrion_is_its_own_class() {
        for genome in ReferenceGenome::ALL {
            for contig in ["chr1", "22", "chrX_KI270880v1_alt", "25", "scaffold"] {
                assert_eq!(genome.ploidy_class(contig, 100), PloidyClass::Diploid);
                assert_eq!(genome.pseudoautosomal_regions(contig), &[]);
            }
            for contig in ["chrM", "MT", "NC_012920.1"] {
                assert_eq!(genome.ploidy_class(contig, 100), PloidyClass::Mitochondrial);
            }
        }
    }

    #[test]
    fn a_length_of_a_nuclear_contig_belongs_to_one_genome() {
        for contig in &PRIMARY_CONTIGS[..24] {
            let rank = contig_rank(contig);
            for genome in ReferenceGenome::ALL {
                let length = u64::from(genome.contig_length(contig).unwrap());
                let owners = ReferenceGenome::ALL
                    .into_iter()
                    .filter(|other| other.has_length(rank, length));
                assert_eq!(owners.collect::<Vec<_>>(), [genome], "{contig}");
            }
        }
    }

    #[test]
    fn pseudoautosomal_regions_lie_on_their_contig() {
        for genome in ReferenceGenome::ALL {
            for contig in ["chrX", "chrY"] {
                let length = genome.contig_length(contig).unwrap();
                let [first, second] = genome.pseudoautosomal_regions(contig) else {
                    panic!("two regions");
                };
                assert!(first.0 >= 1 && first.0 < first.1 && first.1 < second.0);
                assert!(second.0 < second.1 && second.1 <= length);
            }
        }
    }
}
