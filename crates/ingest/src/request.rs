//! What to ingest or export, and by which policies.

use kohort_genome::{ReferenceGenome, Region};
use kohort_lake::{OnCohortLoss, OnDuplicates, StorageOptions};
use std::fmt;
use std::io::Read;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::str::FromStr;

/// One input of an ingest.
pub enum Input {
    /// A path, an object-store URL, or `-` for standard input.
    Location(String),
    /// Bytes from elsewhere, as stored (plain, gzip, BGZF or BCF).
    Reader {
        /// The name that errors and the `sources` column show.
        name: String,
        /// The bytes.
        reader: Box<dyn Read + Send>,
        /// How many bytes there are, where known.
        size: Option<u64>,
    },
}

impl Input {
    /// The name that errors and the `sources` column show.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Location(location) => location,
            Self::Reader { name, .. } => name,
        }
    }
}

impl fmt::Debug for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Input").field(&self.name()).finish()
    }
}

impl From<String> for Input {
    fn from(location: String) -> Self {
        Self::Location(location)
    }
}

impl From<&str> for Input {
    fn from(location: &str) -> Self {
        Self::Location(location.to_owned())
    }
}

/// What a site that this callset lacks means for its samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AbsentPolicy {
    /// They carry the reference there (a joint callset whose sites were all genotyped).
    Reference,
    /// Nothing is known about them there.
    #[default]
    Missing,
}

/// What to do with an INFO or FORMAT value that breaks its own declaration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnBadField {
    /// Stop, naming file, line, position, field, expected and found.
    #[default]
    Error,
    /// Store NULL, and count it in the summary.
    Null,
}

/// What to do when the callset's name is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Existing {
    /// Stop.
    #[default]
    Refuse,
    /// Replace it, atomically.
    Replace,
}

/// Which INFO or FORMAT fields to keep.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum FieldSelection {
    /// Every field that the header declares.
    #[default]
    All,
    /// None.
    None,
    /// These ones.
    Only(Vec<String>),
    /// Every field but these ones.
    Except(Vec<String>),
}

impl FieldSelection {
    /// Whether `id` is kept.
    #[must_use]
    pub fn keeps(&self, id: &str) -> bool {
        match self {
            Self::All => true,
            Self::None => false,
            Self::Only(ids) => ids.iter().any(|kept| kept == id),
            Self::Except(ids) => !ids.iter().any(|left_out| left_out == id),
        }
    }
}

/// One ingest: several files of the same samples form one callset.
#[derive(Debug, Default)]
pub struct IngestRequest {
    /// The files, in any order.
    pub inputs: Vec<Input>,
    /// Keys for inputs on object stores.
    pub storage: StorageOptions,
    /// The callset's name.
    pub callset: String,
    /// A TSV with a header line: `sample_id`, `sex_karyotype`, `person_id`, and any other columns.
    pub samples: Option<PathBuf>,
    /// The reference genome; when absent, the one that contig lengths, `##reference` and the
    /// contigs' `assembly` say, and checked against them when not.
    pub reference_genome: Option<ReferenceGenome>,
    /// A FASTA file to left-align with; without it alleles are split and trimmed only.
    pub fasta: Option<PathBuf>,
    /// What an absent site means.
    pub absent: AbsentPolicy,
    /// What to do with a value that breaks its declaration.
    pub on_bad_field: OnBadField,
    /// What to do when the name is taken.
    pub existing: Existing,
    /// What to do when another callset has some of these people or files.
    pub on_duplicates: OnDuplicates,
    /// What to do when cohorts have people of the callset that is replaced, and these files do not.
    pub on_cohort_loss: OnCohortLoss,
    /// INFO fields to keep.
    pub info: FieldSelection,
    /// FORMAT fields to keep; GT always is.
    pub format: FieldSelection,
    /// Worker threads; all cores when absent.
    pub threads: Option<NonZeroUsize>,
}

/// The output language of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ExportFormat {
    /// Plain VCF text.
    #[default]
    Vcf,
    /// VCF in BGZF.
    VcfGz,
    /// BCF.
    Bcf,
}

impl ExportFormat {
    /// The format that a file name asks for (`.vcf.gz`, `.vcf.bgz`, `.bcf`, else plain VCF).
    #[must_use]
    pub fn from_path(path: &str) -> Self {
        let lower = path.to_ascii_lowercase();
        if lower.ends_with(".bcf") {
            Self::Bcf
        } else if lower.ends_with(".gz") || lower.ends_with(".bgz") {
            Self::VcfGz
        } else {
            Self::Vcf
        }
    }
}

impl FromStr for ExportFormat {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "vcf" => Ok(Self::Vcf),
            "vcf.gz" => Ok(Self::VcfGz),
            "bcf" => Ok(Self::Bcf),
            other => Err(format!("expected `vcf`, `vcf.gz` or `bcf`, got `{other}`")),
        }
    }
}

/// What an export holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ExportContent {
    /// The records as they were, with their samples.
    #[default]
    Calls,
    /// No samples: records with AC, AN, AF and genotype counts, counted anew.
    Sites,
}

/// One export.
#[derive(Debug, Clone, Default)]
pub struct ExportRequest {
    /// The callset's name.
    pub callset: String,
    /// The state of the lake to read; the newest when absent.
    pub as_of: Option<kohort_lake::AsOf>,
    /// Records that start in this region; all when absent.
    pub region: Option<Region>,
    /// Only these samples, in the callset's order; all when absent. In `Sites` they are counted.
    pub samples: Option<Vec<String>>,
    /// Calls or sites.
    pub content: ExportContent,
    /// The language.
    pub format: ExportFormat,
    /// Compression threads; all cores when absent.
    pub threads: Option<NonZeroUsize>,
}
