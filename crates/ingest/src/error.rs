//! What can go wrong in this room.

use kohort_vcf::{Locate, Location};

/// A fault of an ingest or export.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Adds a place (file and line, or `chrom:pos`) in front of an error.
    #[error("{place}: {error}")]
    At {
        /// `file:line`, or `chrom:pos`.
        place: String,
        /// What is wrong there.
        error: Box<Error>,
    },
    /// A file cannot be read as VCF or BCF.
    #[error(transparent)]
    Vcf(#[from] kohort_vcf::Error),
    /// The lake refused, or its storage failed.
    #[error(transparent)]
    Lake(#[from] kohort_lake::Error),
    /// Headers do not make a schema.
    #[error(transparent)]
    Fields(#[from] kohort_schema::Error),
    /// Packed genotypes are not what they should be.
    #[error(transparent)]
    Genotype(#[from] kohort_genotype::Error),
    /// Rows could not be built.
    #[error("building rows failed")]
    Arrow(#[from] arrow::error::ArrowError),
    /// A data file could not be written or read.
    #[error("a data file could not be written or read")]
    Parquet(#[from] parquet::errors::ParquetError),
    /// Reading an object of the lake failed.
    #[error("reading from the lake failed")]
    Store(#[from] object_store::Error),
    /// A local file could not be read or written.
    #[error("{path}: {action} failed")]
    Io {
        /// The path.
        path: String,
        /// What was being done.
        action: &'static str,
        /// The cause.
        #[source]
        source: std::io::Error,
    },
    /// The lake's variants have positions on another reference genome.
    #[error("callset `{callset}`: expected {expected} as in callset `{other}`, found {found}")]
    OtherReferenceGenome {
        /// The callset that was to be ingested.
        callset: String,
        /// A callset of the lake.
        other: String,
        /// The lake's reference genome.
        expected: String,
        /// The reference genome of the new files.
        found: String,
    },
    /// The lake's variants have positions on a reference genome, and the files do not say theirs.
    #[error(
        "callset `{callset}`: expected {expected} as in callset `{other}`; the files do not say \
         their reference genome"
    )]
    UnsaidReferenceGenome {
        /// The callset that was to be ingested.
        callset: String,
        /// A callset of the lake.
        other: String,
        /// The lake's reference genome.
        expected: String,
    },
    /// A registry file cannot be read.
    #[error(transparent)]
    Registry(#[from] kohort_registry::Error),
    /// Rows that cannot be stored, and that are not to be set aside.
    #[error("{} cannot be stored", rows_in_words(rows.n))]
    BadRows {
        /// How many, and the first of them.
        rows: Box<kohort_registry::BadRows>,
    },
    /// Two rows of a load have one key.
    #[error("{file}:{line}: the key ({key}) is that of line {first_line}")]
    DuplicateKey {
        /// The file.
        file: String,
        /// The later line.
        line: u64,
        /// The earlier line.
        first_line: u64,
        /// The columns of the key.
        key: String,
    },
    /// A table of `reference` that only comes with Kohort, or that is to name people.
    #[error("{table} cannot be loaded")]
    NotReplaceable {
        /// The table.
        table: String,
    },
    /// A load has other columns than the table of `reference` must have.
    #[error("{table}: expected the columns {expected}")]
    ReferenceColumns {
        /// The table.
        table: String,
        /// Those that are not there.
        missing: String,
        /// Those that the table does not have.
        unknown: String,
        /// Those that it has.
        expected: String,
    },
    /// A row of a table of `reference` lacks a value.
    #[error("{file}:{line}: {table}: column `{column}` has no value")]
    ReferenceValue {
        /// The table.
        table: String,
        /// The file.
        file: String,
        /// The line.
        line: u64,
        /// The column.
        column: &'static str,
    },
    /// The table for rows that are set aside holds something else.
    #[error("{table} is a table of something else than rows that were set aside")]
    AsideTaken {
        /// The table.
        table: String,
    },
    /// Rows that are set aside would go among those that are kept.
    #[error("{table} is loaded, and rows that are set aside cannot go there too")]
    AsideIsTarget {
        /// The table.
        table: String,
    },
    /// The file for rows that are set aside is there already.
    #[error("{path}: exists, and rows that are set aside would take its place")]
    AsideExists {
        /// The file.
        path: String,
    },
    /// A thread of the work broke off, or files changed under it.
    #[error("the work broke off: a file may have changed while it was read")]
    Stopped,
    /// The request names no file.
    #[error("expected at least one file, got none")]
    NoInput,
    /// The sample file is wrong.
    #[error("{path}:{line}: {reason}")]
    SampleFile {
        /// The file.
        path: String,
        /// 1-based line.
        line: u64,
        /// What was expected and found.
        reason: String,
    },
    /// The sample file has no row for any sample of the files.
    #[error(
        "{path}: expected rows for the samples of the files ({in_callset}), found none: \
         it names {in_file}"
    )]
    NobodyInSampleFile {
        /// The file.
        path: String,
        /// Whom it names.
        in_file: String,
        /// Who the samples are.
        in_callset: String,
    },
    /// Two files of a callset have other samples, or another order of them.
    #[error(
        "{file}: sample column {column}: expected {expected} as in `{first_file}`, found {found}"
    )]
    SamplesDiffer {
        /// The first file.
        first_file: String,
        /// The file that differs.
        file: String,
        /// 1-based sample column.
        column: u64,
        /// The first file's sample.
        expected: String,
        /// This file's sample.
        found: String,
        /// The same samples in another order.
        reordered: bool,
    },
    /// Two files of a callset declare a field differently.
    #[error("{file}: {field}: expected {expected} as in `{first_file}`, found {found}")]
    HeadersDiffer {
        /// The first file.
        first_file: String,
        /// The file that differs.
        file: String,
        /// `INFO/DP`.
        field: String,
        /// The first file's declaration.
        expected: String,
        /// This file's declaration.
        found: String,
    },
    /// The contigs belong to another reference genome.
    #[error("{file}: {reason}")]
    ReferenceGenome {
        /// The file.
        file: String,
        /// What was expected and found.
        reason: String,
    },
    /// A record on X or Y, and no reference genome to say where the pseudoautosomal regions are.
    #[error("{chrom} needs a reference genome, and no contig length says which")]
    ReferenceGenomeNeeded {
        /// The contig.
        chrom: String,
    },
    /// Records are not sorted.
    #[error("expected records sorted by position within each contig, found {found}")]
    Unsorted {
        /// What comes after what.
        found: String,
    },
    /// No such sample in the callset.
    #[error("no sample `{sample}` in callset `{callset}`")]
    NoSuchSample {
        /// The sample.
        sample: String,
        /// The callset.
        callset: String,
    },
    /// A record whose rows are not all where they should be.
    #[error("{chrom}:{pos}: not all alleles of the record were found")]
    IncompleteRecord {
        /// The contig.
        chrom: String,
        /// POS as the file had it.
        pos: i64,
    },
    /// A column of the lake is not as it should be.
    #[error("column `{column}` is missing or has another type than expected")]
    Schema {
        /// The column.
        column: &'static str,
    },
    /// The schema has a column that this room does not know how to fill.
    #[error("column `{column}` is declared and not filled")]
    UnknownColumn {
        /// The column.
        column: String,
    },
    /// A worker thread went away.
    #[error("a worker thread was lost")]
    WorkerLost,
}

fn rows_in_words(n: u64) -> String {
    match n {
        1 => "1 row".to_owned(),
        n => format!("{n} rows"),
    }
}

impl Error {
    /// What to type next, where there is an answer.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::At { error, .. } => error.hint(),
            Self::Vcf(error) => hint_of_file(error),
            Self::NobodyInSampleFile { .. } => Some(
                "check the column `sample_id`: it must have the ids as the VCF writes them, upper \
                 and lower case included"
                    .into(),
            ),
            Self::OtherReferenceGenome { .. } => Some(
                "a lake has one reference genome: give another `--lake`, or lift the files over \
                 first"
                    .to_owned(),
            ),
            Self::Lake(error) => error.hint(),
            Self::Registry(error) => error.hint(),
            Self::Fields(error) => error.hint(),
            Self::SamplesDiffer {
                reordered: true,
                first_file,
                file,
                ..
            } => Some(format!(
                "bring them into one order: `bcftools view -S <(bcftools query -l {first_file}) \
                 {file}`"
            )),
            Self::SamplesDiffer { .. } => {
                Some("files of other samples are callsets of their own".into())
            }
            Self::HeadersDiffer { .. } => Some(
                "make the headers agree with `bcftools reheader`, or leave the field out: \
                     `--info ^KEY`, `--format ^KEY`"
                    .into(),
            ),
            Self::ReferenceGenomeNeeded { .. } => {
                Some("say which: `--reference-genome GRCh38` (or GRCh37, CHM13)".into())
            }
            Self::ReferenceGenome { .. } => Some(
                "correct the header (`bcftools reheader`); `--reference-genome` decides where the \
                 contig lengths agree with it"
                    .into(),
            ),
            Self::UnsaidReferenceGenome { expected, .. } => Some(format!(
                "if it is {expected}: `--reference-genome {expected}`"
            )),
            Self::Unsorted { .. } => Some("sort first: `bcftools sort`".into()),
            _ => self.hint_of_load(),
        }
    }

    /// What can be done about an error of a load.
    fn hint_of_load(&self) -> Option<String> {
        match self {
            Self::BadRows { .. } => Some(
                "correct them in the source, or keep them apart with `--on-bad-row set-aside \
                 --set-aside FILE.csv` (or the name of a table)"
                    .to_owned(),
            ),
            Self::DuplicateKey { .. } => Some(
                "`--on-duplicate-key last` lets the last row of a key count, or name more columns \
                 as the key"
                    .to_owned(),
            ),
            Self::NotReplaceable { .. } => Some(
                "these can be: regions, municipalities, population, standard_population and \
                 public_funds, without columns of personal numbers"
                    .to_owned(),
            ),
            Self::ReferenceColumns {
                missing, unknown, ..
            } => Some(match (missing.as_str(), unknown.as_str()) {
                ("", unknown) => format!("leave out with `--drop`: {unknown}"),
                (missing, "") => format!("missing: {missing}; `--rename HEADER=NAME` names one"),
                (missing, unknown) => format!(
                    "missing: {missing}; not known: {unknown}; `--rename HEADER=NAME` names one"
                ),
            }),
            Self::AsideTaken { .. } | Self::AsideIsTarget { .. } => {
                Some("give `--set-aside` another name".to_owned())
            }
            Self::AsideExists { .. } => {
                Some("give `--set-aside` another name, or move the file".to_owned())
            }
            _ => None,
        }
    }

    /// The innermost error, without places.
    #[must_use]
    pub fn condition(&self) -> &Error {
        match self {
            Self::At { error, .. } => error.condition(),
            other => other,
        }
    }

    /// Puts a place in front.
    pub(crate) fn at(self, place: impl Into<String>) -> Self {
        match self {
            Self::Vcf(error) => Self::Vcf(error.at(place)),
            error => Self::At {
                place: place.into(),
                error: Box::new(error),
            },
        }
    }
}

/// What to do about a fault of a VCF or BCF file.
fn hint_of_file(error: &kohort_vcf::Error) -> Option<String> {
    match error.condition() {
        kohort_vcf::Error::Field { .. } | kohort_vcf::Error::Genotype { .. } => {
            Some("`--on-bad-field null` stores such values as missing and counts them".into())
        }
        kohort_vcf::Error::Column { column: "QUAL", .. } => {
            Some("`--on-bad-field null` stores it as missing and counts it".into())
        }
        kohort_vcf::Error::Encoding { column: "INFO", .. } => error.hint().map(|hint| {
            format!("{hint}; or store such values as missing with `--on-bad-field null`")
        }),
        _ => error.hint(),
    }
}

impl Locate for Error {
    fn locate(self, location: &Location<'_>) -> Self {
        match self {
            Self::Vcf(error) => Self::Vcf(error.locate(location)),
            error => error.at(location.to_string()),
        }
    }
}
