//! vcf
