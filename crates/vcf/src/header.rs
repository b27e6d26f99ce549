//! What does the file declare about itself? Version, contigs, fields and samples.
//!
//! VCFv4.5 §1.4 (meta-information lines) and §1.5 (header line).

mod attributes;
mod lint;
mod parse;
pub(crate) mod reserved;

pub(crate) use lint::is_known_symbol;

use std::collections::{HashMap, HashSet};

use crate::{Error, Findings, Rule};

/// The header of a VCF or BCF file.
#[derive(Debug, Clone)]
pub struct Header {
    /// `##fileformat`.
    pub version: Version,
    /// `##contig` lines in file order.
    pub contigs: Vec<ContigLine>,
    /// `##INFO` lines in file order.
    pub infos: Vec<FieldLine>,
    /// `##FORMAT` lines in file order.
    pub formats: Vec<FieldLine>,
    /// `##FILTER` lines in file order.
    pub filters: Vec<FilterLine>,
    /// Sample ids in column order, all different.
    pub samples: Vec<String>,
    /// The header as written, to the end of the `#CHROM` line, with `\n` line ends.
    pub text: String,
    /// What was accepted although the specification asks otherwise.
    pub findings: Findings,
    /// Lines of `text` (from 0) that were not UTF-8 and are read as ISO 8859-1.
    pub latin1_lines: Vec<usize>,
    has_format_column: bool,
    dictionary_order: Vec<(String, Option<usize>)>,
    info_by_id: HashMap<String, usize>,
    format_by_id: HashMap<String, usize>,
    contig_by_id: HashMap<String, usize>,
    filter_ids: HashSet<String>,
}

/// VCF version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version {
    /// Always 4.
    pub major: u8,
    /// 0 to 5.
    pub minor: u8,
}

/// A `##contig` line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContigLine {
    /// Its name as written.
    pub id: String,
    /// Length in bases, if given.
    pub length: Option<u64>,
    /// `assembly`, if given.
    pub assembly: Option<String>,
    /// `IDX`, which BCF files carry.
    pub idx: Option<usize>,
}

/// A `##FILTER` line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilterLine {
    /// Its name.
    pub id: String,
    /// Its meaning.
    pub description: String,
    /// `IDX`, which BCF files carry.
    pub idx: Option<usize>,
}

/// An `##INFO` or `##FORMAT` line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldLine {
    /// The key.
    pub id: String,
    /// How many values.
    pub number: Number,
    /// Of which type.
    pub kind: Kind,
    /// Its meaning.
    pub description: String,
    /// `IDX`, which BCF files carry.
    pub idx: Option<usize>,
}

/// How many values a field has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Number {
    /// Exactly this many (0 for a flag).
    Count(u32),
    /// One per ALT.
    A,
    /// One per allele, REF first.
    R,
    /// One per possible genotype.
    G,
    /// `.`: it varies.
    Unknown,
    /// One per allele of the call's GT (4.4).
    P,
    /// As A, for the local alternate alleles (4.5).
    LA,
    /// As R, for the local alleles (4.5).
    LR,
    /// As G, for the local alleles (4.5).
    LG,
    /// One per possible base modification (4.5).
    M,
}

/// Type of a field's values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// 32-bit signed.
    Integer,
    /// 32-bit.
    Float,
    /// Present or absent.
    Flag,
    /// One character.
    Character,
    /// Text.
    String,
}

/// Number and type of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FieldType {
    /// How many values.
    pub number: Number,
    /// Of which type.
    pub kind: Kind,
}

impl Header {
    /// Parses the text of a header, `##fileformat` to `#CHROM` line.
    ///
    /// # Errors
    /// [`Error::Header`] and [`Error::DuplicateSample`] name the line.
    pub fn parse(text: &str) -> Result<Header, Error> {
        parse::header(text)
    }

    /// Parses the bytes of a header. A line that is not UTF-8 (older files have Latin-1) is read as
    /// ISO 8859-1, which gives each byte a character, so that [`Header::bytes`] has it back.
    ///
    /// # Errors
    /// As [`Header::parse`].
    pub fn from_bytes(bytes: Vec<u8>) -> Result<Header, Error> {
        let bytes = match String::from_utf8(bytes) {
            Ok(text) => return Header::parse(&text),
            Err(error) => error.into_bytes(),
        };
        let mut text = String::with_capacity(bytes.len() + bytes.len() / 8);
        let mut latin1_lines = Vec::new();
        for (i, line) in bytes.split_inclusive(|b| *b == b'\n').enumerate() {
            match std::str::from_utf8(line) {
                Ok(line) => text.push_str(line),
                Err(_) => {
                    latin1_lines.push(i);
                    text.extend(line.iter().map(|byte| char::from(*byte)));
                }
            }
        }
        let mut header = Header::parse(&text)?;
        for line in &latin1_lines {
            let number = *line as u64 + 1;
            header.findings.note_header(Rule::Encoding, number, || {
                "the line is not UTF-8 and is read as ISO 8859-1".to_owned()
            });
        }
        header.latin1_lines = latin1_lines;
        Ok(header)
    }

    /// The header as it was written, the lines that were not UTF-8 in their own bytes.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        if self.latin1_lines.is_empty() {
            return self.text.clone().into_bytes();
        }
        let mut bytes = Vec::with_capacity(self.text.len());
        for (i, line) in self.text.split_inclusive('\n').enumerate() {
            let narrow: Option<Vec<u8>> = line.chars().map(|c| u8::try_from(c).ok()).collect();
            match narrow.filter(|_| self.latin1_lines.binary_search(&i).is_ok()) {
                Some(narrow) => bytes.extend(narrow),
                None => bytes.extend_from_slice(line.as_bytes()),
            }
        }
        bytes
    }

    /// Whether a contig line names this contig.
    #[must_use]
    pub fn declares_contig(&self, name: &str) -> bool {
        self.contig_by_id.contains_key(name)
    }

    /// Whether a FILTER line names this filter.
    #[must_use]
    pub fn declares_filter(&self, name: &str) -> bool {
        self.filter_ids.contains(name)
    }

    /// Number and type of an INFO key: declared, else reserved by the specification, else text.
    #[must_use]
    pub fn info_type(&self, key: &str) -> FieldType {
        self.info(key)
            .map(FieldLine::field_type)
            .or_else(|| reserved::info(key))
            .unwrap_or(FieldType::UNDECLARED)
    }

    /// Number and type of a FORMAT key: declared, else reserved by the specification, else text.
    #[must_use]
    pub fn format_type(&self, key: &str) -> FieldType {
        self.format(key)
            .map(FieldLine::field_type)
            .or_else(|| reserved::format(key))
            .unwrap_or(FieldType::UNDECLARED)
    }

    /// The declaration of an INFO key.
    #[must_use]
    pub fn info(&self, key: &str) -> Option<&FieldLine> {
        self.info_by_id.get(key).map(|&i| &self.infos[i])
    }

    /// The declaration of a FORMAT key.
    #[must_use]
    pub fn format(&self, key: &str) -> Option<&FieldLine> {
        self.format_by_id.get(key).map(|&i| &self.formats[i])
    }

    /// Whether the `#CHROM` line has a FORMAT column (a file may have one and no samples).
    #[must_use]
    pub fn has_format_column(&self) -> bool {
        self.has_format_column
    }

    /// Number of tab-separated columns that a data line has.
    #[must_use]
    pub fn n_columns(&self) -> usize {
        8 + usize::from(self.has_format_column) + self.samples.len()
    }

    /// Ids of FILTER, INFO and FORMAT lines in file order, with their `IDX`.
    pub(crate) fn dictionary_order(&self) -> &[(String, Option<usize>)] {
        &self.dictionary_order
    }

    /// How values are escaped in this version.
    #[must_use]
    pub fn escapes(&self) -> crate::value::Escapes {
        if self.version.minor >= 3 {
            crate::value::Escapes::Percent
        } else {
            crate::value::Escapes::None
        }
    }
}

impl FieldLine {
    /// Its number and type.
    #[must_use]
    pub fn field_type(&self) -> FieldType {
        FieldType {
            number: self.number,
            kind: self.kind,
        }
    }
}

impl FieldType {
    /// What a key that nobody declares is taken for: any number of strings (VCFv4.5 §1.4.2 asks
    /// for a declaration, and says nothing of a default; this is htslib's).
    pub const UNDECLARED: FieldType = FieldType {
        number: Number::Unknown,
        kind: Kind::String,
    };
}

impl std::fmt::Display for Version {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "VCFv{}.{}", self.major, self.minor)
    }
}

impl std::fmt::Display for Number {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Number::Count(n) => write!(f, "{n}"),
            Number::A => f.write_str("A"),
            Number::R => f.write_str("R"),
            Number::G => f.write_str("G"),
            Number::Unknown => f.write_str("."),
            Number::P => f.write_str("P"),
            Number::LA => f.write_str("LA"),
            Number::LR => f.write_str("LR"),
            Number::LG => f.write_str("LG"),
            Number::M => f.write_str("M"),
        }
    }
}

impl std::fmt::Display for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Kind::Integer => "Integer",
            Kind::Float => "Float",
            Kind::Flag => "Flag",
            Kind::Character => "Character",
            Kind::String => "String",
        })
    }
}
