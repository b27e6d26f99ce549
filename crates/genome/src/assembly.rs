//! The facts of each reference genome: lengths of its primary contigs and its pseudoautosomal
//! regions.
//!
//! # References
//! - GRCh37.p13, GCF_000001405.25; GRCh38.p14, GCF_000001405.40; T2T-CHM13v2.0, GCF_009914755.1:
//!   assembly reports of the Genome Reference Consortium and NCBI (lengths, accessions).
//! - GRCh37 and GRCh38 pseudoautosomal regions: Genome Reference Consortium, "Human genome
//!   overview", <https://www.ncbi.nlm.nih.gov/grc/human>. Note that GRCh37's Y starts at 10001
//!   and its X at 60001.
//! - CHM13: Rhie, 2023, "The complete sequence of a human Y chromosome", Nature,
//!   doi:10.1038/s41586-023-06457-y, and `chm13v2.0_PAR.bed` of the T2T consortium
//!   (<https://github.com/marbl/CHM13>), its half-open ranges written closed here.

use crate::contig::{N_PRIMARY, X_RANK, Y_RANK};

/// What differs between reference genomes.
pub(crate) struct Assembly {
    /// Lengths of chr1 to chr22, chrX, chrY and chrM, by rank.
    pub(crate) lengths: [u32; N_PRIMARY],
    /// A second length that chrM is published with, where there is one.
    pub(crate) other_mitochondrial_length: Option<u32>,
    /// Pseudoautosomal regions of X, 1-based and closed.
    pub(crate) x_pars: [(u32, u32); 2],
    /// Pseudoautosomal regions of Y, 1-based and closed.
    pub(crate) y_pars: [(u32, u32); 2],
}

impl Assembly {
    /// The pseudoautosomal regions of X or Y, and none of any other contig.
    pub(crate) fn pars(&self, rank: u32) -> &[(u32, u32)] {
        match rank {
            X_RANK => &self.x_pars,
            Y_RANK => &self.y_pars,
            _ => &[],
        }
    }
}

/// GRCh37. Its chrM is the revised Cambridge sequence (16569) in `b37`, and NC_001807 (16571) in
/// UCSC's `hg19`.
pub(crate) static GRCH37: Assembly = Assembly {
    lengths: [
        249_250_621,
        243_199_373,
        198_022_430,
        191_154_276,
        180_915_260,
        171_115_067,
        159_138_663,
        146_364_022,
        141_213_431,
        135_534_747,
        135_006_516,
        133_851_895,
        115_169_878,
        107_349_540,
        102_531_392,
        90_354_753,
        81_195_210,
        78_077_248,
        59_128_983,
        63_025_520,
        48_129_895,
        51_304_566,
        155_270_560,
        59_373_566,
        16_569,
    ],
    other_mitochondrial_length: Some(16_571),
    x_pars: [(60_001, 2_699_520), (154_931_044, 155_260_560)],
    y_pars: [(10_001, 2_649_520), (59_034_050, 59_363_566)],
};

/// GRCh38.
pub(crate) static GRCH38: Assembly = Assembly {
    lengths: [
        248_956_422,
        242_193_529,
        198_295_559,
        190_214_555,
        181_538_259,
        170_805_979,
        159_345_973,
        145_138_636,
        138_394_717,
        133_797_422,
        135_086_622,
        133_275_309,
        114_364_328,
        107_043_718,
        101_991_189,
        90_338_345,
        83_257_441,
        80_373_285,
        58_617_616,
        64_444_167,
        46_709_983,
        50_818_468,
        156_040_895,
        57_227_415,
        16_569,
    ],
    other_mitochondrial_length: None,
    x_pars: [(10_001, 2_781_479), (155_701_383, 156_030_895)],
    y_pars: [(10_001, 2_781_479), (56_887_903, 57_217_415)],
};

/// T2T-CHM13v2.0: CHM13 with the Y of HG002.
pub(crate) static CHM13: Assembly = Assembly {
    lengths: [
        248_387_328,
        242_696_752,
        201_105_948,
        193_574_945,
        182_045_439,
        172_126_628,
        160_567_428,
        146_259_331,
        150_617_247,
        134_758_134,
        135_127_769,
        133_324_548,
        113_566_686,
        101_161_492,
        99_753_195,
        96_330_374,
        84_276_897,
        80_542_538,
        61_707_364,
        66_210_255,
        45_090_682,
        51_324_926,
        154_259_566,
        62_460_029,
        16_569,
    ],
    other_mitochondrial_length: None,
    x_pars: [(1, 2_394_410), (153_925_835, 154_259_566)],
    y_pars: [(1, 2_458_320), (62_122_810, 62_460_029)],
};
