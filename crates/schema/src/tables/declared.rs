//! The declarations: every table, every column, once.

use super::Table;
use super::shared::*;
use crate::columns::{Column, ColumnType};

/// The column that a query finds in `callset_variants` and `call_fields`, and their files lack.
pub const CALLSET: Column = col(
    "callset",
    ColumnType::Utf8,
    "",
    "The callset's name. Queries have it; in the files, `callset_id` stands for it.",
);

/// `callsets`.
pub const CALLSETS: Table = Table {
    name: "callsets",
    row_is: "one ingest that completed",
    notes: "Written last: a callset is visible if and only if its row is here. One file per row, \
            so that replacing a callset is one commit.",
    columns: &[
        col(
            "callset_id",
            ColumnType::Utf8,
            "",
            "A UUID, new for every ingest.",
        ),
        col(
            "callset",
            ColumnType::Utf8,
            "",
            "The name given to the ingest; unique in the lake.",
        ),
        col(
            "block",
            ColumnType::Int64,
            "",
            "The sample block that packed genotypes refer to.",
        ),
        col(
            "base_sample_index",
            ColumnType::Int64,
            "",
            "The `sample_index` of the first sample; the others follow without a gap.",
        ),
        col(
            "n_samples",
            ColumnType::Int64,
            "people",
            "Samples of the callset.",
        ),
        col(
            "n_variants",
            ColumnType::Int64,
            "rows",
            "Its rows in `callset_variants`.",
        ),
        nullable(
            "reference_genome",
            ColumnType::Utf8,
            "",
            "`GRCh37`, `GRCh38` or `CHM13`.",
            "the genome could not be told from the contigs and was not given",
        ),
        col(
            "absent",
            ColumnType::Utf8,
            "",
            "What a site that this callset lacks means for its samples: `reference` or `missing`.",
        ),
        col(
            "sources",
            ColumnType::Sources,
            "",
            "The files that were ingested, with their SHA-256.",
        ),
        col(
            "header",
            ColumnType::Utf8,
            "",
            "The header of the first file, as it was written.",
        ),
        col(
            "contigs",
            ColumnType::Contigs,
            "",
            "The contigs: Kohort's name, the file's own name, and the declared length.",
        ),
        col(
            "policies",
            ColumnType::Utf8,
            "",
            "The options of the ingest, as a JSON object.",
        ),
        col(
            "program_version",
            ColumnType::Utf8,
            "",
            "The version of Kohort that wrote it.",
        ),
        col(
            "created_at",
            ColumnType::Timestamp,
            "",
            "When the ingest began.",
        ),
    ],
};

/// `samples`.
pub const SAMPLES: Table = Table {
    name: "samples",
    row_is: "one sample of one callset",
    notes: "The columns of the sample file (`--samples`) that are not listed here follow them, \
            under their own names, as Utf8, Int64 or Float64. A callset without such a column has \
            NULL.",
    columns: &[
        col(
            "callset_id",
            ColumnType::Utf8,
            "",
            "The ingest (on storage: the folder).",
        ),
        col("callset", ColumnType::Utf8, "", "The callset's name."),
        col(
            "block",
            ColumnType::Int64,
            "",
            "The callset's sample block.",
        ),
        col(
            "sample_index",
            ColumnType::Int64,
            "",
            "The sample's number in the lake: unique, never reused, without gaps within a callset.",
        ),
        col(
            "sample_id",
            ColumnType::Utf8,
            "",
            "The sample's name in the file's header.",
        ),
        nullable(
            "person_id",
            ColumnType::Utf8,
            "",
            "The person whom the sample is from.",
            "not given",
        ),
        col(
            "sex_karyotype",
            ColumnType::Utf8,
            "",
            "`XX`, `XY`, `other` or `unknown`.",
        ),
    ],
};

/// `callset_variants`.
pub const CALLSET_VARIANTS: Table = Table {
    name: "callset_variants",
    row_is: "one ALT allele at one locus in one callset",
    notes: "Sorted by contig, `pos`, `ref`, `alt` within a callset. The stored counts are those of \
            all samples of the callset with `raw` genotypes and `unknown_sex = 'exclude'`.",
    columns: &[
        col(
            "callset_id",
            ColumnType::Utf8,
            "",
            "The ingest (on storage: the folder).",
        ),
        CHROM,
        POS,
        END,
        REF,
        ALT,
        VARIANT_TYPE,
        ID,
        QUAL,
        FILTER,
        AC,
        AN,
        AF,
        N_SAMPLES,
        N_CALLED,
        N_HOM_REF,
        N_HET,
        N_HOM_ALT,
        N_HEMI_REF,
        N_HEMI_ALT,
        N_PARTIAL,
        N_MISSING,
        N_HET_HAPLOID,
        N_UNKNOWN_SEX,
        N_UNEXPECTED,
        N_NO_COPY,
        CALL_RATE,
        IS_MULTIALLELIC,
        col(
            "record_index",
            ColumnType::Int64,
            "",
            "The number of the record in the ingested files, counted from 0 over the callset.",
        ),
        col(
            "allele_index",
            ColumnType::Int32,
            "",
            "Which ALT of the record this row is, from 1.",
        ),
        col(
            "n_alleles",
            ColumnType::Int32,
            "alleles",
            "Alleles of the record, REF included.",
        ),
        nullable(
            "original_pos",
            ColumnType::Int64,
            "1-based position",
            "POS as the file has it.",
            "equal to `pos`",
        ),
        nullable(
            "original_ref",
            ColumnType::Utf8,
            "",
            "REF as the file has it.",
            "equal to `ref`",
        ),
        nullable(
            "original_alt",
            ColumnType::Utf8,
            "",
            "This ALT as the file has it.",
            "equal to `alt`",
        ),
        INFO,
        GENOTYPES,
    ],
};

/// `call_fields`.
pub const CALL_FIELDS: Table = Table {
    name: "call_fields",
    row_is: "the FORMAT fields other than GT of one record in one block of samples",
    notes: "Apart from the genotypes, so that an allele frequency never reads them. Records \
            without such fields have no row.",
    columns: &[
        col(
            "callset_id",
            ColumnType::Utf8,
            "",
            "The ingest (on storage: the folder).",
        ),
        CHROM,
        POS,
        col(
            "record_index",
            ColumnType::Int64,
            "",
            "The record, as in `callset_variants`.",
        ),
        col(
            "block_start",
            ColumnType::Int32,
            "",
            "The first sample of the row, counted from 0 within the callset.",
        ),
        nullable(
            "fields",
            ColumnType::CallFields,
            "",
            "One list per FORMAT key, one item per sample of the block. What no header line \
             declares is in `_undeclared`, as text (`KEY=1:OTHER=2`). From VCFv4.3 on, text is \
             decoded, and `_as_written` has the values with percent codes.",
            "a list is NULL where the record lacks the key, an item where the sample has `.`",
        ),
    ],
};

/// `cohorts`.
pub const COHORTS: Table = Table {
    name: "cohorts",
    row_is: "one named cohort",
    notes: "",
    columns: &[
        col("cohort", ColumnType::Utf8, "", "Its name; unique."),
        col("sql", ColumnType::Utf8, "", "The query that defined it."),
        col(
            "members",
            ColumnType::Cohort,
            "",
            "Its samples, as a set of `sample_index`.",
        ),
        col(
            "size",
            ColumnType::Int64,
            "people",
            "How many samples it has.",
        ),
        nullable(
            "created_by",
            ColumnType::Utf8,
            "",
            "Who defined it.",
            "not known",
        ),
        col(
            "created_at",
            ColumnType::Timestamp,
            "",
            "When it was defined.",
        ),
        col(
            "lake_version",
            ColumnType::Int64,
            "",
            "The lake's version that its query saw.",
        ),
    ],
};

/// `variants`: what users query.
pub const VARIANTS: Table = Table {
    name: "variants",
    row_is: "one ALT allele at one locus over all visible callsets",
    notes: "Virtual: the rows of `callset_variants` with equal `chrom`, `pos`, `ref` and `alt`, \
            their counts summed and their genotypes side by side. What else they say is united by \
            rules that do not depend on the order of callsets; `callset_variants` has each \
            callset's own. Spanning deletions (`*`) are hidden unless \
            `SET kohort.show_spanning_deletions = true`.",
    columns: &[
        CHROM,
        POS,
        UNITED_END,
        REF,
        ALT,
        VARIANT_TYPE,
        UNITED_ID,
        UNITED_QUAL,
        UNITED_FILTER,
        AC,
        AN,
        AF,
        N_SAMPLES,
        N_CALLED,
        N_HOM_REF,
        N_HET,
        N_HOM_ALT,
        N_HEMI_REF,
        N_HEMI_ALT,
        N_PARTIAL,
        N_MISSING,
        N_HET_HAPLOID,
        N_UNKNOWN_SEX,
        N_UNEXPECTED,
        N_NO_COPY,
        CALL_RATE,
        UNITED_IS_MULTIALLELIC,
        UNITED_INFO,
        CALLSETS_DIFFER,
        GENOTYPES,
    ],
};

/// `calls`: one row per sample and variant.
pub const CALLS: Table = Table {
    name: "calls",
    row_is: "the call of one sample at one variant",
    notes: "Virtual: nothing stores it. Filters on region, sample and carrier state are pushed \
            down.",
    columns: &[
        col(
            "sample_id",
            ColumnType::Utf8,
            "",
            "The sample's name in the file's header.",
        ),
        col(
            "sample_index",
            ColumnType::Int64,
            "",
            "The sample's number in the lake.",
        ),
        col("callset", ColumnType::Utf8, "", "The callset's name."),
        CHROM,
        POS,
        REF,
        ALT,
        nullable(
            "genotype",
            ColumnType::Utf8,
            "",
            "GT seen from this ALT, as text: 0 REF, 1 this ALT, 2 another ALT.",
            "the record has no GT",
        ),
        nullable(
            "alt_count",
            ColumnType::Int32,
            "alleles",
            "Copies of this ALT among the called alleles.",
            "no allele is called",
        ),
        nullable(
            "ploidy",
            ColumnType::Int32,
            "alleles",
            "Alleles that GT writes, called or not.",
            "the record has no GT",
        ),
        nullable(
            "is_phased",
            ColumnType::Boolean,
            "",
            "Whether the alleles are phased (`|`).",
            "the call has fewer than two alleles",
        ),
        nullable(
            "gq",
            ColumnType::Int32,
            "phred",
            "Genotype quality (FORMAT GQ).",
            "not in the file",
        ),
        nullable(
            "dp",
            ColumnType::Int32,
            "reads",
            "Read depth (FORMAT DP).",
            "not in the file",
        ),
        nullable(
            "ad",
            ColumnType::Int32List,
            "reads",
            "Reads per allele of the record, REF first (FORMAT AD).",
            "not in the file",
        ),
        nullable(
            "is_adj",
            ColumnType::Boolean,
            "",
            "Whether the call passes `adj`: GQ at least 20, DP at least 10 (haploid 5), and for a \
             het at least 0.2 of the reads on the ALT.",
            "no allele is called",
        ),
    ],
};

/// The tables that a query sees and nothing stores.
pub const VIRTUAL_TABLES: [&Table; 2] = [&VARIANTS, &CALLS];

/// `reference.genes`: where genes are.
pub const GENES: Table = Table {
    name: "reference.genes",
    row_is: "a protein-coding gene of one reference genome",
    notes: "Comes with Kohort (GENCODE 44 for GRCh38, Ensembl for GRCh37; `datasets/README.md`). \
            `in_region` finds genes here. A gene in a pseudoautosomal region may have a row on X \
            and one on Y.",
    columns: &[
        col(
            "reference_genome",
            ColumnType::Utf8,
            "",
            "`GRCh37` or `GRCh38`.",
        ),
        col("gene", ColumnType::Utf8, "", "The gene's symbol today."),
        nullable(
            "former_gene",
            ColumnType::Utf8,
            "",
            "The symbol that the source has.",
            "the same as today's",
        ),
        col(
            "ensembl_gene_id",
            ColumnType::Utf8,
            "",
            "Ensembl's identifier, without a version.",
        ),
        nullable(
            "hgnc_id",
            ColumnType::Utf8,
            "",
            "The identifier of the HUGO Gene Nomenclature Committee.",
            "not in MANE 1.5",
        ),
        col(
            "chrom",
            ColumnType::Utf8,
            "",
            "The contig under Kohort's name (`chr20`).",
        ),
        col(
            "start",
            ColumnType::Int64,
            "1-based position",
            "The gene's first base.",
        ),
        col(
            "end",
            ColumnType::Int64,
            "1-based position",
            "The gene's last base.",
        ),
        col("strand", ColumnType::Utf8, "", "`+` or `-`."),
    ],
};
