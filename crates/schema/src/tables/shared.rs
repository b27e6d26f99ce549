//! The columns that several tables have, and how a column is declared.

use crate::columns::{Column, ColumnType};

pub(super) const CHROM: Column = col(
    "chrom",
    ColumnType::Utf8,
    "",
    "The contig under Kohort's name (`chr20`), whatever the file wrote.",
);
pub(super) const POS: Column = col(
    "pos",
    ColumnType::Int64,
    "1-based position",
    "The first base of `ref`, after splitting and trimming.",
);
pub(super) const END: Column = col(
    "end",
    ColumnType::Int64,
    "1-based position",
    "The last base that the variant covers (INFO END or SVLEN for symbolic alleles).",
);
pub(super) const REF: Column = col(
    "ref",
    ColumnType::Utf8,
    "",
    "The reference allele, bases in upper case.",
);
pub(super) const ALT: Column = col(
    "alt",
    ColumnType::Utf8,
    "",
    "The alternate allele, bases in upper case; `.` for a record without one, `*` for a spanning \
     deletion.",
);
pub(super) const VARIANT_TYPE: Column = col(
    "variant_type",
    ColumnType::Utf8,
    "",
    "`snv`, `mnv`, `ins`, `del`, `complex`, `sv`, `spanning_deletion` or `ref`.",
);
pub(super) const ID: Column = nullable(
    "id",
    ColumnType::Utf8,
    "",
    "The file's ID.",
    "`.` in the file",
);
pub(super) const QUAL: Column = nullable(
    "qual",
    ColumnType::Float32,
    "phred",
    "The file's QUAL.",
    "`.` in the file",
);
pub(super) const FILTER: Column = nullable(
    "filter",
    ColumnType::Utf8List,
    "",
    "The filters that the record failed; `[PASS]` when it passed all, and with them where the file \
     has both.",
    "`.` in the file: no filter was applied",
);
pub(super) const AC: Column = counted("ac", "alleles", "Copies of this ALT among called alleles.");
pub(super) const AN: Column = counted(
    "an",
    "alleles",
    "Called alleles; equal on all rows of a site.",
);
pub(super) const AF: Column = nullable(
    "af",
    ColumnType::Float64,
    "share",
    "`ac / an`: the allele frequency.",
    "`an` is 0, or the record has no GT",
);
pub(super) const N_SAMPLES: Column = counted("n_samples", "people", "Samples, called or not.");
pub(super) const N_CALLED: Column = counted(
    "n_called",
    "people",
    "Samples all of whose alleles are called.",
);
pub(super) const N_HOM_REF: Column =
    counted("n_hom_ref", "people", "Two copies of REF and nothing else.");
pub(super) const N_HET: Column = counted(
    "n_het",
    "people",
    "This ALT and another allele, also another ALT (`1/2`).",
);
pub(super) const N_HOM_ALT: Column = counted("n_hom_alt", "people", "Two copies of this ALT.");
pub(super) const N_HEMI_REF: Column =
    counted("n_hemi_ref", "people", "One copy expected or written: REF.");
pub(super) const N_HEMI_ALT: Column = counted(
    "n_hemi_alt",
    "people",
    "One copy expected or written: this ALT.",
);
pub(super) const N_PARTIAL: Column = counted(
    "n_partial",
    "people",
    "Some alleles called, some not (`./1`).",
);
pub(super) const N_MISSING: Column =
    counted("n_missing", "people", "No allele called, or not usable.");
pub(super) const N_HET_HAPLOID: Column = counted(
    "n_het_haploid",
    "people",
    "Het where one copy is expected; these are part of `n_missing`.",
);
pub(super) const N_UNKNOWN_SEX: Column = counted(
    "n_unknown_sex",
    "people",
    "On X or Y outside the PARs: sex karyotype not known, so in neither `ac` nor `an`.",
);
pub(super) const N_UNEXPECTED: Column = counted(
    "n_unexpected",
    "people",
    "XX with a call on Y outside the PARs.",
);
pub(super) const N_NO_COPY: Column = counted(
    "n_no_copy",
    "people",
    "XX without a call on Y outside the PARs: no copy to call.",
);
pub(super) const CALL_RATE: Column = nullable(
    "call_rate",
    ColumnType::Float64,
    "share",
    "`n_called` over the samples that have a copy to call and a known sex where it matters.",
    "there are no such samples, or the record has no GT",
);
pub(super) const IS_MULTIALLELIC: Column = col(
    "is_multiallelic",
    ColumnType::Boolean,
    "",
    "Whether the record has more than one ALT.",
);
pub(super) const INFO: Column = nullable(
    "info",
    ColumnType::Info,
    "",
    "The file's INFO, typed by its header: Number=A is this ALT's value, Number=R `[ref, alt]`, \
     other numbers a list, a Flag a Boolean that is false where the record lacks it or says 0. \
     Where another callset has a list, a single value is a list of one. What no header line \
     declares is in `_undeclared`, as text (`KEY=1;OTHER`). From VCFv4.3 on, text is decoded \
     (`%3B` is `;`), and `_as_written` has the entries with such codes. Never used for counting.",
    "a field that is no Flag is NULL where the record lacks it or has `.`",
);
pub(super) const GENOTYPES: Column = nullable(
    "genotypes",
    ColumnType::Genotypes,
    "",
    "All calls at this ALT, packed.",
    "the record has no GT",
);

/// What `variants` has of a column that callsets may differ in.
const fn united(column: Column, doc: &'static str, null_means: &'static str) -> Column {
    Column {
        doc,
        null_means: Some(null_means),
        ..column
    }
}

pub(super) const UNITED_END: Column = Column {
    doc: "The last base that the variant covers (INFO END or SVLEN for symbolic alleles); where \
          callsets differ, the highest.",
    ..END
};
pub(super) const UNITED_ID: Column = united(
    ID,
    "The IDs of all callsets that list the allele, separated by `;`.",
    "`.` in all of them",
);
pub(super) const UNITED_QUAL: Column = united(
    QUAL,
    "The highest QUAL of the callsets that list the allele, as `bcftools merge` has it.",
    "`.` in all of them",
);
pub(super) const UNITED_FILTER: Column = united(
    FILTER,
    "The filters that the allele failed in any callset; `[PASS]` when it passed in every callset \
     that lists it.",
    "it failed none, and in some callset no filter was applied (`.`)",
);
pub(super) const UNITED_IS_MULTIALLELIC: Column = Column {
    doc: "Whether the record has more than one ALT, in any callset.",
    ..IS_MULTIALLELIC
};
pub(super) const UNITED_INFO: Column = united(
    INFO,
    "The INFO fields of all callsets, typed as in `callset_variants`. Each has the value that all \
     callsets with a value agree on. Never used for counting.",
    "a field is NULL where no callset has it, and where callsets differ (`callsets_differ` says \
     so)",
);
pub(super) const CALLSETS_DIFFER: Column = nullable(
    "callsets_differ",
    ColumnType::Utf8List,
    "",
    "What the callsets that list the allele do not agree on: `end`, `qual`, `filter`, `info.DP`. \
     Their own values are in `callset_variants`.",
    "they agree, or only one lists the allele",
);

/// A count that the kernel makes from `genotypes`.
const fn counted(name: &'static str, unit: &'static str, doc: &'static str) -> Column {
    nullable(name, ColumnType::Int64, unit, doc, "the record has no GT")
}

pub(super) const fn col(
    name: &'static str,
    column_type: ColumnType,
    unit: &'static str,
    doc: &'static str,
) -> Column {
    Column {
        name,
        column_type,
        unit,
        doc,
        null_means: None,
    }
}

pub(super) const fn nullable(
    name: &'static str,
    column_type: ColumnType,
    unit: &'static str,
    doc: &'static str,
    null_means: &'static str,
) -> Column {
    Column {
        name,
        column_type,
        unit,
        doc,
        null_means: Some(null_means),
    }
}
