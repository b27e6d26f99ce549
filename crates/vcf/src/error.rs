//! What can be wrong with a file, and where: the one error type of this room.

use std::io;

use crate::place::{Locate, Location};

/// A reason why a VCF or BCF file cannot be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Adds a place (file and line, or `chrom:pos`) in front of an error.
    #[error("{place}: {error}")]
    At {
        /// `file:line`, `file:record n` or `chrom:pos`.
        place: String,
        /// What is wrong there.
        error: Box<Error>,
    },
    /// Reading or writing failed below this room.
    #[error("cannot {action}")]
    Io {
        /// What was being done.
        action: &'static str,
        /// The failure.
        #[source]
        source: io::Error,
    },
    /// The bytes are of no format that this room reads.
    #[error("expected a VCF (plain, gzip or BGZF) or BCF file, found {found}")]
    UnknownFormat {
        /// What the first bytes look like.
        found: String,
    },
    /// The file ends too early.
    #[error("byte {offset}: expected {expected}, found the end of the file: it is truncated")]
    Truncated {
        /// Offset in the file as stored, from 0.
        offset: u64,
        /// What should have come.
        expected: &'static str,
    },
    /// A compressed block or a binary record contradicts itself.
    #[error("byte {offset}: expected {expected}, found {found}")]
    Corrupt {
        /// Offset in the file as stored (BCF: in the uncompressed stream), from 0.
        offset: u64,
        /// What the format asks for.
        expected: String,
        /// What is there.
        found: String,
    },
    /// A header line is wrong.
    #[error("header line {line}: expected {expected}, found {found}")]
    Header {
        /// 1-based line.
        line: u64,
        /// What the specification asks for.
        expected: String,
        /// What is there.
        found: String,
    },
    /// A sample occurs twice in the header.
    #[error("header line {line}: sample `{sample}` occurs twice")]
    DuplicateSample {
        /// 1-based line.
        line: u64,
        /// Its id.
        sample: String,
    },
    /// A fixed column (CHROM to FORMAT), or their number, is wrong.
    #[error("{column}: expected {expected}, found {found}")]
    Column {
        /// The column's name.
        column: &'static str,
        /// What is allowed.
        expected: String,
        /// What is there.
        found: String,
    },
    /// A fixed column is not text.
    #[error("{column}: expected UTF-8 text, found {found}")]
    Encoding {
        /// The column's name.
        column: &'static str,
        /// What is there, from the first byte on that is no UTF-8.
        found: String,
    },
    /// An INFO or FORMAT value breaks its declaration.
    #[error("{field}: expected {expected}, found {found}")]
    Field {
        /// `INFO/DP`, `FORMAT/AD`.
        field: String,
        /// What its declaration allows.
        expected: String,
        /// What is there.
        found: String,
    },
    /// A GT value is wrong.
    #[error("sample {sample}: GT `{genotype}` {reason}")]
    Genotype {
        /// `` `id` `` once it is known, else `#n` (1-based).
        sample: String,
        /// 0-based number of the sample in the file.
        sample_number: u32,
        /// The text of GT.
        genotype: String,
        /// Why not.
        reason: String,
    },
    /// The reference sequence and the file's REF differ, or the sequence isn't there.
    #[error("REF: expected `{expected}` as in the reference sequence, found `{found}`")]
    ReferenceMismatch {
        /// Bases of the FASTA.
        expected: String,
        /// Bases of the record.
        found: String,
    },
    /// The FASTA file or its index can't be used.
    #[error("reference sequence {path}: {reason}")]
    Fasta {
        /// The file.
        path: String,
        /// Why.
        reason: String,
    },
    /// Something that a VCF or BCF can't hold was to be written.
    #[error("cannot write {what}: {reason}")]
    Unwritable {
        /// The value or record.
        what: String,
        /// Why.
        reason: String,
    },
    /// The caller asked to stop.
    #[error("cancelled")]
    Cancelled,
}

impl Error {
    /// Puts a place in front.
    #[must_use]
    pub fn at(self, place: impl Into<String>) -> Self {
        Error::At {
            place: place.into(),
            error: Box::new(self),
        }
    }

    /// What the user can do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Error::At { error, .. } => error.hint(),
            Error::UnknownFormat { found } => Some(match decompressor(found) {
                Some(program) => format!(
                    "decompress it on the way: `{program} FILE | kohort ingest - …`, or recompress \
                     it with `bgzip`"
                ),
                None => "recompress other formats with `bgzip`, or pipe the text to standard input"
                    .to_owned(),
            }),
            Error::Encoding { .. } => {
                Some("convert the file to UTF-8, as in `iconv -f ISO-8859-1 -t UTF-8 FILE`".into())
            }
            Error::Truncated { .. } => {
                Some("copy or download the file again and compare its checksum".into())
            }
            Error::ReferenceMismatch { .. } => {
                Some("check that the FASTA is the genome that the file was called on".into())
            }
            Error::Fasta { .. } => Some("index it with `samtools faidx FILE`".into()),
            Error::Column {
                column: "the line",
                expected,
                ..
            } if expected.contains("column") => Some("columns are separated by single tabs".into()),
            _ => None,
        }
    }

    /// The innermost error, without places.
    #[must_use]
    pub fn condition(&self) -> &Error {
        match self {
            Error::At { error, .. } => error.condition(),
            other => other,
        }
    }

    pub(crate) fn io(action: &'static str) -> impl FnOnce(io::Error) -> Error {
        move |source| Error::Io { action, source }
    }

    #[cold]
    pub(crate) fn column(column: &'static str, expected: impl Into<String>, found: &[u8]) -> Self {
        Error::Column {
            column,
            expected: expected.into(),
            found: quote(found),
        }
    }

    #[cold]
    pub(crate) fn header(line: u64, expected: impl Into<String>, found: &str) -> Self {
        Error::Header {
            line,
            expected: expected.into(),
            found: quote(found.as_bytes()),
        }
    }

    #[cold]
    pub(crate) fn corrupt(
        offset: u64,
        expected: impl Into<String>,
        found: impl Into<String>,
    ) -> Self {
        Error::Corrupt {
            offset,
            expected: expected.into(),
            found: found.into(),
        }
    }

    fn name_sample(&mut self, samples: &[String]) {
        match self {
            Error::At { error, .. } => error.name_sample(samples),
            Error::Genotype {
                sample,
                sample_number,
                ..
            } => {
                if let Some(name) = samples.get(*sample_number as usize) {
                    *sample = format!("`{name}`");
                }
            }
            _ => {}
        }
    }
}

impl Locate for Error {
    fn locate(mut self, location: &Location<'_>) -> Self {
        self.name_sample(location.samples);
        self.at(location.to_string())
    }
}

/// What writes the content of a compressed file to standard output.
fn decompressor(found: &str) -> Option<&'static str> {
    Some(match found.split(' ').next()? {
        "bzip2" => "bzcat",
        "xz" => "xzcat",
        "zstd" => "zstdcat",
        "LZ4" => "lz4cat",
        "lzip" => "lzip -dc",
        "compress" => "zcat",
        "ZIP" | "a" if found.contains("ZIP") => "unzip -p",
        "a" if found.contains("RAR") => "unrar p -inul",
        "a" if found.contains("7z") => "7z x -so",
        "a" if found.contains("tar") => "tar -xOf",
        _ => return None,
    })
}

/// The text in backticks, cut to a length that a terminal shows; `nothing` when empty.
pub(crate) fn quote(text: &[u8]) -> String {
    const LONGEST: usize = 60;
    if text.is_empty() {
        return "nothing".to_owned();
    }
    let shown = String::from_utf8_lossy(&text[..text.len().min(LONGEST)]);
    let more = if text.len() > LONGEST { "…" } else { "" };
    format!("`{}{more}`", shown.escape_debug())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::place::Unit;

    #[test]
    fn an_error_reads_place_first_and_names_the_sample() {
        let samples = vec!["NA1".to_owned(), "NA2".to_owned()];
        let error = Error::Genotype {
            sample: "#2".into(),
            sample_number: 1,
            genotype: "0/3".into(),
            reason: "names allele 3; the site has 2 alleles".into(),
        }
        .at("chr20:5")
        .locate(&Location {
            file: "a.vcf",
            unit: Unit::Line,
            number: 7,
            samples: &samples,
        });
        assert_eq!(
            error.to_string(),
            "a.vcf:7: chr20:5: sample `NA2`: GT `0/3` names allele 3; the site has 2 alleles"
        );
    }
}
