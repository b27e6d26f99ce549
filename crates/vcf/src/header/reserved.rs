//! Keys whose meaning the specification reserves: VCFv4.5 §1.6.1 (INFO, table 1), §1.6.2 (FORMAT,
//! table 2), §3 and §4 (structural variants).
//!
//! Where versions disagree about the number of values, it is left open (`.`), so that an
//! undeclared key reads in each version.

use super::{FieldType, Kind, Number};

/// The reserved type of an INFO key.
pub(crate) fn info(key: &str) -> Option<FieldType> {
    use Kind::{Flag, Float, Integer, String};
    use Number::{A, Count, R, Unknown};
    let (number, kind) = match key {
        "AD" | "ADF" | "ADR" => (R, Integer),
        "AC" => (A, Integer),
        "AF" => (A, Float),
        "AN" | "DP" | "END" | "MQ0" | "NS" => (Count(1), Integer),
        "BQ" | "MQ" => (Count(1), Float),
        "AA" | "SVTYPE" => (Count(1), String),
        "CIGAR" => (A, String),
        "DB" | "H2" | "H3" | "SOMATIC" | "VALIDATED" | "1000G" | "IMPRECISE" | "NOVEL" => {
            (Count(0), Flag)
        }
        "SVLEN" | "CIPOS" | "CIEND" | "HOMLEN" | "CILEN" | "RN" | "RUL" | "RB" | "CIRB" => {
            (Unknown, Integer)
        }
        "CN" | "CNADJ" | "CICN" | "CICNADJ" | "RUC" | "CIRUC" => (Unknown, Float),
        // Four counts in the specification, one float in files of the 1000 Genomes and GATK.
        "SB" => (Unknown, Float),
        "HOMSEQ" | "BKPTID" | "MEINFO" | "METRANS" | "DGVID" | "DBVARID" | "DBRIPID" | "MATEID"
        | "PARID" | "EVENT" | "EVENTTYPE" | "SVCLAIM" | "RUS" => (Unknown, String),
        _ => return None,
    };
    Some(FieldType { number, kind })
}

/// The minor version (of VCFv4) that reserved an INFO key of [`info`].
pub(crate) fn info_since(key: &str) -> u8 {
    match key {
        "AD" | "ADF" | "ADR" => 3,
        "CN" | "CNADJ" | "CICN" | "CICNADJ" | "RN" | "RUS" | "RUL" | "RUC" | "RB" | "CIRUC"
        | "CIRB" | "SVCLAIM" | "EVENTTYPE" => 4,
        // GATK and the 1000 Genomes have one float, which is read as it is declared.
        "SB" => u8::MAX,
        _ => 0,
    }
}

/// The minor version (of VCFv4) that reserved a FORMAT key of [`format`].
pub(crate) fn format_since(key: &str) -> u8 {
    match key {
        "AD" | "ADF" | "ADR" | "PP" => 3,
        "CN" | "CNQ" | "CNL" | "CNP" | "CICN" | "PSL" | "PSO" | "PSQ" => 4,
        "LAA" | "LAD" | "LADF" | "LADR" | "LEC" | "LGL" | "LGP" | "LPL" | "LPP" | "LEN" => 5,
        _ => 0,
    }
}

/// The reserved type of a FORMAT key.
pub(crate) fn format(key: &str) -> Option<FieldType> {
    use Kind::{Float, Integer, String};
    use Number::{A, Count, G, LA, LG, LR, P, R, Unknown};
    let (number, kind) = match key {
        "GT" | "FT" => (Count(1), String),
        "DP" | "GQ" | "MQ" | "PQ" | "PS" | "NQ" | "HAP" | "AHAP" | "LEN" => (Count(1), Integer),
        "AD" | "ADF" | "ADR" => (R, Integer),
        "EC" => (A, Integer),
        "GL" | "GP" | "CNL" | "CNP" => (G, Float),
        "PL" | "PP" => (G, Integer),
        "HQ" => (Count(2), Integer),
        "CN" | "CNQ" => (Count(1), Float),
        "CICN" => (Count(2), Float),
        "PSL" => (P, String),
        "PSO" | "PSQ" => (P, Integer),
        "LAA" => (Unknown, Integer),
        "LAD" | "LADF" | "LADR" => (LR, Integer),
        "LEC" => (LA, Integer),
        "LGL" | "LGP" => (LG, Float),
        "LPL" | "LPP" => (LG, Integer),
        _ => return None,
    };
    Some(FieldType { number, kind })
}
