//! Kohort's side: one file, one lake, and the counts of each of its alleles.

use super::hardy_weinberg::{Exact, exact};
use super::rules::UnknownSex;
use super::tools::{Scratch, run};

/// The binary under test.
pub(crate) const KOHORT: &str = env!("CARGO_BIN_EXE_kohort");

/// How to ingest a file.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Ingest<'a> {
    /// Path of the samples file.
    pub(crate) samples: Option<&'a str>,
    pub(crate) reference_genome: Option<&'a str>,
    /// `--on-bad-field`
    pub(crate) on_bad_field: Option<&'a str>,
}

/// A lake that holds one file.
#[derive(Debug)]
pub(crate) struct OneFile {
    lake: String,
}

/// One allele of one record, in the file's order.
#[derive(Debug, Clone, Default)]
pub(crate) struct Allele {
    pub(crate) record: usize,
    pub(crate) allele: usize,
    pub(crate) chrom: String,
    /// POS, REF and ALT as the file has them.
    pub(crate) pos: u32,
    pub(crate) reference: String,
    pub(crate) alternate: String,
    /// The counts; `None` where the record has no GT.
    pub(crate) counts: Option<Counts>,
}

/// What Kohort counts.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Counts {
    pub(crate) ac: u64,
    pub(crate) an: u64,
    pub(crate) n_samples: u64,
    pub(crate) n_called: u64,
    pub(crate) n_hom_ref: u64,
    pub(crate) n_het: u64,
    pub(crate) n_hom_alt: u64,
    pub(crate) n_other_alt: u64,
    pub(crate) n_hemi_ref: u64,
    pub(crate) n_hemi_alt: u64,
    pub(crate) n_hemi_other: u64,
    pub(crate) n_partial: u64,
    pub(crate) n_missing: u64,
    pub(crate) n_het_haploid: u64,
    pub(crate) n_unknown_sex: u64,
    pub(crate) n_unexpected: u64,
    pub(crate) n_no_copy: u64,
    pub(crate) n_polyploid: u64,
    /// Hardy–Weinberg, exact, as `standard` and as `mid` p-value; `None` where Kohort gives NULL.
    pub(crate) hwe_p: Option<f64>,
    pub(crate) hwe_mid_p: Option<f64>,
}

impl Counts {
    /// The exact test by its definition: this ALT against all other alleles.
    pub(crate) fn exact(&self) -> Exact {
        let women = [
            self.n_hom_alt,
            self.n_het,
            self.n_hom_ref + self.n_other_alt,
        ];
        exact(
            women,
            [self.n_hemi_alt, self.n_hemi_ref + self.n_hemi_other],
        )
    }

    /// The same for the people with two copies alone.
    pub(crate) fn exact_of_diploids(&self) -> Exact {
        exact(
            [
                self.n_hom_alt,
                self.n_het,
                self.n_hom_ref + self.n_other_alt,
            ],
            [0, 0],
        )
    }
}

const COUNTED: [&str; 18] = [
    "ac",
    "an",
    "n_samples",
    "n_called",
    "n_hom_ref",
    "n_het",
    "n_hom_alt",
    "n_other_alt",
    "n_hemi_ref",
    "n_hemi_alt",
    "n_hemi_other",
    "n_partial",
    "n_missing",
    "n_het_haploid",
    "n_unknown_sex",
    "n_unexpected",
    "n_no_copy",
    "n_polyploid",
];

/// The counts that are stored at ingest too.
const STORED: [&str; 15] = [
    "ac",
    "an",
    "n_samples",
    "n_called",
    "n_hom_ref",
    "n_het",
    "n_hom_alt",
    "n_hemi_ref",
    "n_hemi_alt",
    "n_partial",
    "n_missing",
    "n_het_haploid",
    "n_unknown_sex",
    "n_unexpected",
    "n_no_copy",
];

impl OneFile {
    /// Ingests one file into a lake of its own; Kohort's message where it refuses.
    pub(crate) fn ingest(scratch: &Scratch, file: &str, how: Ingest<'_>) -> Result<Self, String> {
        let lake = scratch.path("lake");
        let _ = std::fs::remove_dir_all(&lake);
        let mut arguments = vec!["ingest", file, "--lake", &lake, "--callset", "one"];
        if let Some(samples) = how.samples {
            arguments.extend(["--samples", samples]);
        }
        if let Some(genome) = how.reference_genome {
            arguments.extend(["--reference-genome", genome]);
        }
        if let Some(what) = how.on_bad_field {
            arguments.extend(["--on-bad-field", what]);
        }
        run(KOHORT, arguments)?;
        Ok(Self { lake })
    }

    /// The rows of a query, cells as text, NULL as nothing.
    pub(crate) fn rows(&self, sql: &str, settings: &[&str]) -> Vec<Vec<String>> {
        let mut arguments = vec!["sql", "--lake", &self.lake, "--format", "tsv"];
        for setting in settings {
            arguments.extend(["--set", setting]);
        }
        arguments.extend(["-c", sql]);
        let text =
            run(KOHORT, &arguments).unwrap_or_else(|message| panic!("`{sql}` failed: {message}"));
        let rows = text.lines().skip(1);
        rows.map(|line| line.split('\t').map(str::to_owned).collect())
            .collect()
    }

    /// The reference genome as Kohort recorded it.
    pub(crate) fn reference_genome(&self) -> String {
        self.rows("SELECT reference_genome FROM callsets", &[])
            .remove(0)
            .remove(0)
    }

    /// All alleles in the file's order, records without ALT included.
    pub(crate) fn alleles(&self, unknown_sex: UnknownSex) -> Vec<Allele> {
        let counted: Vec<String> = COUNTED.iter().map(|name| format!("s['{name}']")).collect();
        let sql = format!(
            "SELECT record_index, allele_index, chrom, coalesce(original_pos, pos), \
             coalesce(original_ref, ref), coalesce(original_alt, alt), {}, hwe_exact(s, \
             'standard'), hwe_exact(s, 'mid') FROM (SELECT *, allele_stats(genotypes, \
             all_samples()) AS s FROM callset_variants) ORDER BY record_index, allele_index",
            counted.join(", "),
        );
        let rows = self.rows(&sql, &[unknown_sex.setting()]);
        rows.iter().map(|row| allele(row)).collect()
    }

    /// How many rows have a stored count that differs from the count of a query.
    pub(crate) fn n_stored_differ(&self) -> String {
        let differs: Vec<String> = STORED
            .iter()
            .map(|name| format!("({name} IS DISTINCT FROM s['{name}'])"))
            .collect();
        let sql = format!(
            "SELECT count(*) FROM \
             (SELECT *, allele_stats(genotypes, all_samples()) AS s FROM callset_variants) \
             WHERE genotypes IS NOT NULL AND ({})",
            differs.join(" OR "),
        );
        self.rows(&sql, &[]).remove(0).remove(0)
    }
}

fn allele(row: &[String]) -> Allele {
    let number = |i: usize| -> u64 {
        row[i]
            .parse()
            .unwrap_or_else(|_| panic!("expected a count in column {i} of {row:?}"))
    };
    let index = |i: usize| usize::try_from(number(i)).expect("an index fits");
    let counts = (!row[6].is_empty()).then(|| Counts {
        ac: number(6),
        an: number(7),
        n_samples: number(8),
        n_called: number(9),
        n_hom_ref: number(10),
        n_het: number(11),
        n_hom_alt: number(12),
        n_other_alt: number(13),
        n_hemi_ref: number(14),
        n_hemi_alt: number(15),
        n_hemi_other: number(16),
        n_partial: number(17),
        n_missing: number(18),
        n_het_haploid: number(19),
        n_unknown_sex: number(20),
        n_unexpected: number(21),
        n_no_copy: number(22),
        n_polyploid: number(23),
        hwe_p: row[24].parse().ok(),
        hwe_mid_p: row[25].parse().ok(),
    });
    Allele {
        record: index(0),
        allele: index(1),
        chrom: row[2].clone(),
        pos: u32::try_from(number(3)).expect("a position fits"),
        reference: row[4].clone(),
        alternate: row[5].clone(),
        counts,
    }
}
