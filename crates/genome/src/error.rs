//! What can be wrong with a place, a genome's name or a karyotype.

/// An error of this crate: each is a text that a person wrote and that names nothing known.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A region's text is not `contig`, `contig:pos` or `contig:start-end`.
    #[error("region `{text}`: expected `contig`, `contig:pos` or `contig:start-end`, got {found}")]
    InvalidRegion {
        /// The whole text.
        text: String,
        /// What stands where something else was expected.
        found: String,
    },
    /// A region names position 0; positions count from 1.
    #[error("region `{text}`: expected a position of at least 1, got 0")]
    ZeroPosition {
        /// The whole text.
        text: String,
    },
    /// A region ends before it starts.
    #[error("region `{text}`: expected an end of at least {start}, got {end}")]
    ReversedRegion {
        /// The whole text.
        text: String,
        /// Its start.
        start: u32,
        /// Its end.
        end: u32,
    },
    /// A region is of a contig that nobody knows.
    #[error("region `{text}`: there is no contig of this name")]
    UnknownContig {
        /// The whole text.
        text: String,
    },
    /// A region's text is the name of one contig, and a range of another.
    #[error("region `{text}`: it is the name of a contig, and `{range}` of the contig `{contig}`")]
    AmbiguousRegion {
        /// The whole text.
        text: String,
        /// The contig whose name stands before the last `:`.
        contig: String,
        /// What stands behind it.
        range: String,
    },
    /// A position is larger than VCF and BCF can hold.
    #[error("position: expected at most {max}, got {found}")]
    PositionTooLarge {
        /// The largest position.
        max: u32,
        /// The number given.
        found: u64,
    },
    /// A reference genome's name is not one that Kohort knows.
    #[error("reference genome: expected `GRCh37`, `GRCh38` or `CHM13`, got `{found}`")]
    UnknownReferenceGenome {
        /// The name given.
        found: String,
    },
    /// A text is not a sex karyotype.
    #[error("sex karyotype: expected `XX`, `XY`, `other` or `unknown`, got `{found}`")]
    UnknownSexKaryotype {
        /// The text given.
        found: String,
    },
}

impl Error {
    /// What the person can do about it, where that is not plain from the message.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::InvalidRegion { .. } => Some(
                "write for example `chr17:43044295-43125364`; a contig whose own name holds a `:` \
                 goes in braces, as in `{HLA-A*01:01}:1-100`"
                    .to_owned(),
            ),
            Self::AmbiguousRegion {
                text,
                contig,
                range,
            } => Some(format!("write `{{{text}}}` or `{{{contig}}}:{range}`")),
            Self::ZeroPosition { .. } => {
                Some("positions count from 1, and a region includes both of its ends".to_owned())
            }
            Self::ReversedRegion { start, end, .. } => {
                Some(format!("did you mean `{end}-{start}`?"))
            }
            Self::UnknownReferenceGenome { .. } => {
                Some("other names for them are `hg19`, `b37`, `hg38`, `b38` and `hs1`".to_owned())
            }
            Self::UnknownSexKaryotype { found } => sex_hint(found),
            Self::UnknownContig { .. } | Self::PositionTooLarge { .. } => None,
        }
    }
}

/// Sex is often recorded as a word or as plink's code; say which karyotype usually goes with it.
fn sex_hint(found: &str) -> Option<String> {
    let karyotype = match found.to_ascii_lowercase().as_str() {
        "female" | "f" | "2" => "XX",
        "male" | "m" | "1" => "XY",
        "na" | "nan" | "none" | "null" | "." | "0" | "-9" => "unknown",
        _ => return None,
    };
    Some(format!(
        "write the karyotype itself, for example `{karyotype}`"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recorded_sex_hints_at_a_karyotype() {
        for (found, expected) in [
            ("female", Some("XX")),
            ("1", Some("XY")),
            ("NA", Some("unknown")),
            ("ZW", None),
        ] {
            let hint = Error::UnknownSexKaryotype {
                found: found.to_owned(),
            }
            .hint();
            match expected {
                Some(word) => assert!(hint.is_some_and(|hint| hint.contains(word)), "{found}"),
                None => assert_eq!(hint, None, "{found}"),
            }
        }
    }
}
