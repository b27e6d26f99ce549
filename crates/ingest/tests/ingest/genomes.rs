//! Sex chromosomes, and the reference genome that says where they are.

use super::*;

#[test]
fn sex_chromosomes_are_counted_by_karyotype_and_genome() {
    let lake = TestLake::new();
    let samples = lake.file("s.tsv", "sample_id\tsex_karyotype\nw\tXX\nm\tXY\n");
    let text = vcf(
        &[CHRX, CHRY, GT],
        &["w", "m", "u"],
        &[
            "chrX 100000 . A C . . . GT 0/1 0/1 0/1",
            "chrX 5000000 . A C . . . GT 0/1 1/1 0/1",
            "chrX 5000001 . A C . . . GT 0/1 0/1 0/0",
            "chrY 5000000 . A C . . . GT 0/1 1 .",
            "chrM 5 . A C . . . GT 1/1 0/1 0",
        ],
    );
    let with = IngestRequest {
        samples: Some(samples),
        ..request(&[&text])
    };
    let summary = lake.try_ingest(with).unwrap();
    assert_eq!(summary.reference_genome, Some(ReferenceGenome::Grch38));
    assert_eq!(summary.n_unknown_karyotype, 1);
    assert!(
        summary.warnings.iter().any(|w| w.contains("n_unknown_sex")),
        "{:?}",
        summary.warnings
    );
    let columns = [
        "chrom",
        "pos",
        "ac",
        "an",
        "n_hemi_alt",
        "n_het_haploid",
        "n_unknown_sex",
        "n_unexpected",
    ];
    assert_eq!(
        lake.variants(&columns),
        [
            "chrX 100000 3 6 0 0 0 0",
            "chrX 5000000 2 3 1 0 1 0",
            "chrX 5000001 1 2 0 1 1 0",
            "chrY 5000000 1 1 1 0 1 1",
            "chrM 5 1 2 1 1 0 0",
        ]
    );
}

#[test]
fn x_without_a_known_genome_asks_for_it() {
    let lake = TestLake::new();
    let text = vcf(&[GT], &["a"], &["X 5 . A C . . . GT 0/1"]);
    let error = lake.try_ingest(request(&[&text])).unwrap_err();
    assert_eq!(
        error.to_string(),
        "0.vcf:4: X:5: chrX needs a reference genome, and no contig length says which"
    );
    assert!(error.hint().unwrap().contains("--reference-genome"));
    let genome = Some(ReferenceGenome::Grch37);
    lake.try_ingest(IngestRequest {
        reference_genome: genome,
        ..request(&[&text])
    })
    .unwrap();
}

#[test]
fn a_genome_that_the_contigs_contradict_is_refused() {
    let lake = TestLake::new();
    let genome = Some(ReferenceGenome::Grch37);
    let text = small();
    let wrong = IngestRequest {
        reference_genome: genome,
        ..request(&[&text])
    };
    let error = lake.try_ingest(wrong).unwrap_err();
    assert!(
        matches!(error.condition(), Error::ReferenceGenome { .. }),
        "{error}"
    );
}

#[test]
fn a_lake_has_one_reference_genome() {
    let lake = TestLake::new();
    lake.ingest(&small());
    let text = vcf(&[GT], &["a"], &["chr20 5 . A C . . . GT 0/1"]);
    let other = |reference_genome| IngestRequest {
        callset: "d".to_owned(),
        reference_genome,
        on_duplicates: kohort_ingest::OnDuplicates::Allow,
        ..request(&[&text])
    };
    let error = lake
        .try_ingest(other(Some(ReferenceGenome::Grch37)))
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "callset `d`: expected GRCh38 as in callset `c`, found GRCh37"
    );
    assert!(error.hint().unwrap().contains("another `--lake`"));
    lake.try_ingest(other(Some(ReferenceGenome::Grch38)))
        .unwrap();
    assert_eq!(lake.callsets(), ["c", "d"]);
}
