//! The counting rules, one sentence each.

#![allow(missing_docs, reason = "tests")]
#![expect(clippy::unwrap_used, reason = "tests")]

mod left_out;

use kohort_genome::PloidyClass::{self, Diploid, Mitochondrial, X, Y};
use kohort_genome::SexKaryotype::{self, Other, Unknown, Xx, Xy};
use kohort_genotype::{
    Absent, CallBuf, Cohort, CountRules, Counter, GenotypeCounts, GenotypeFilter, MISSING, Phase,
    SampleBlock, SampleDirectory, SiteCalls, StrataCounter, UnknownSex, absent, compose,
};

/// Reads GT as it is written.
fn call(gt: &str) -> CallBuf {
    let phase = |c: char| {
        if c == '|' {
            Phase::Phased
        } else {
            Phase::Unphased
        }
    };
    let leading = gt.chars().next().filter(|c| "/|".contains(*c)).map(phase);
    let body = gt.trim_start_matches(['/', '|']);
    let separators: Vec<Phase> = body
        .chars()
        .filter(|c| "/|".contains(*c))
        .map(phase)
        .collect();
    let alleles: Vec<u16> = body
        .split(['/', '|'])
        .map(|a| a.parse().unwrap_or(MISSING))
        .collect();
    CallBuf::new(&alleles, &separators, leading)
}

fn directory(people: &[(SexKaryotype, &str)]) -> SampleDirectory {
    let karyotypes = people.iter().map(|(karyotype, _)| *karyotype).collect();
    SampleDirectory::new(vec![SampleBlock::new(0, 0, karyotypes)]).unwrap()
}

fn site(people: &[(SexKaryotype, &str)]) -> SiteCalls {
    let mut site = SiteCalls::new();
    site.reset(u32::try_from(people.len()).unwrap());
    for (sample, (_, gt)) in (0..).zip(people) {
        site.push_call(sample, call(gt));
    }
    site
}

fn pack(site: &SiteCalls, allele: u16, class: PloidyClass) -> Vec<u8> {
    let mut bytes = Vec::new();
    site.pack(allele, class, 0, &mut bytes);
    bytes
}

/// Counts one ALT by a cohort of all and by one stratum, which must agree.
fn count_by(people: &[(SexKaryotype, &str)], bytes: &[u8], rules: CountRules) -> GenotypeCounts {
    let directory = directory(people);
    let all = Cohort::all(&directory);
    let counts = Counter::new(&directory, &all, rules).count(bytes).unwrap();
    let labels = vec![0; people.len()];
    let mut strata = StrataCounter::new(&directory, &labels, 1, rules).unwrap();
    let mut in_stratum = [GenotypeCounts::default()];
    strata.count_into(bytes, &mut in_stratum).unwrap();
    assert_eq!(in_stratum, [counts]);
    counts
}

fn count(class: PloidyClass, allele: u16, people: &[(SexKaryotype, &str)]) -> GenotypeCounts {
    count_by(
        people,
        &pack(&site(people), allele, class),
        CountRules::default(),
    )
}

const NOBODY: GenotypeCounts = GenotypeCounts {
    ac: 0,
    an: 0,
    n_samples: 0,
    n_hom_ref: 0,
    n_het: 0,
    n_hom_alt: 0,
    n_other_alt: 0,
    n_hemi_ref: 0,
    n_hemi_alt: 0,
    n_hemi_other: 0,
    n_partial: 0,
    n_missing: 0,
    n_het_haploid: 0,
    n_unknown_sex: 0,
    n_unexpected: 0,
    n_no_copy: 0,
    n_polyploid: 0,
};

/// Counts one person alone.
fn one(class: PloidyClass, karyotype: SexKaryotype, gt: &str) -> GenotypeCounts {
    let counts = count(class, 1, &[(karyotype, gt)]);
    assert_eq!(counts.n_samples, 1);
    GenotypeCounts {
        n_samples: 0,
        ..counts
    }
}

#[test]
fn every_called_allele_counts_on_an_autosome_whatever_the_sex() {
    for karyotype in SexKaryotype::ALL {
        for (gt, expected) in [
            (
                "0/0",
                GenotypeCounts {
                    an: 2,
                    n_hom_ref: 1,
                    ..NOBODY
                },
            ),
            (
                "0|1",
                GenotypeCounts {
                    ac: 1,
                    an: 2,
                    n_het: 1,
                    ..NOBODY
                },
            ),
            (
                "1/0",
                GenotypeCounts {
                    ac: 1,
                    an: 2,
                    n_het: 1,
                    ..NOBODY
                },
            ),
            (
                "1/1",
                GenotypeCounts {
                    ac: 2,
                    an: 2,
                    n_hom_alt: 1,
                    ..NOBODY
                },
            ),
        ] {
            assert_eq!(one(Diploid, karyotype, gt), expected, "{karyotype} {gt}");
        }
    }
}

#[test]
fn a_haploid_call_on_an_autosome_counts_one_allele_as_hemizygous() {
    for (gt, expected) in [
        (
            "0",
            GenotypeCounts {
                an: 1,
                n_hemi_ref: 1,
                ..NOBODY
            },
        ),
        (
            "1",
            GenotypeCounts {
                ac: 1,
                an: 1,
                n_hemi_alt: 1,
                ..NOBODY
            },
        ),
        (
            "2",
            GenotypeCounts {
                an: 1,
                n_hemi_other: 1,
                ..NOBODY
            },
        ),
    ] {
        assert_eq!(one(Diploid, Xx, gt), expected, "{gt}");
        assert_eq!(
            one(X, Xx, gt),
            expected,
            "XX on X is as on an autosome: {gt}"
        );
    }
}

#[test]
fn xx_counts_two_copies_on_x() {
    let expected = GenotypeCounts {
        ac: 1,
        an: 2,
        n_het: 1,
        ..NOBODY
    };
    assert_eq!(one(X, Xx, "0/1"), expected);
}

#[test]
fn xy_counts_one_copy_on_x_and_y_also_when_the_file_writes_two() {
    for class in [X, Y] {
        for (gt, expected) in [
            (
                "0/0",
                GenotypeCounts {
                    an: 1,
                    n_hemi_ref: 1,
                    ..NOBODY
                },
            ),
            (
                "0",
                GenotypeCounts {
                    an: 1,
                    n_hemi_ref: 1,
                    ..NOBODY
                },
            ),
            (
                "1|1",
                GenotypeCounts {
                    ac: 1,
                    an: 1,
                    n_hemi_alt: 1,
                    ..NOBODY
                },
            ),
            (
                "1",
                GenotypeCounts {
                    ac: 1,
                    an: 1,
                    n_hemi_alt: 1,
                    ..NOBODY
                },
            ),
            (
                "2/2",
                GenotypeCounts {
                    an: 1,
                    n_hemi_other: 1,
                    ..NOBODY
                },
            ),
        ] {
            assert_eq!(one(class, Xy, gt), expected, "{gt}");
        }
    }
}

#[test]
fn a_het_where_one_copy_is_expected_is_missing_and_counted_as_het_haploid() {
    let expected = GenotypeCounts {
        n_missing: 1,
        n_het_haploid: 1,
        ..NOBODY
    };
    for gt in ["0/1", "1|0", "1/2", "0/2", "2/3", "0/0/1"] {
        let expected = GenotypeCounts {
            n_polyploid: u64::from(gt.len() > 3),
            ..expected
        };
        assert_eq!(one(X, Xy, gt), expected, "{gt}");
        assert_eq!(one(Y, Xy, gt), expected, "{gt}");
        assert_eq!(one(Mitochondrial, Xx, gt), expected, "{gt}");
    }
}

#[test]
fn xx_has_no_copy_on_y_and_a_call_there_counts_only_as_unexpected() {
    for gt in ["0/0", "0", "1", "0/1", "./1"] {
        let expected = GenotypeCounts {
            n_unexpected: 1,
            ..NOBODY
        };
        assert_eq!(one(Y, Xx, gt), expected, "{gt}");
    }
    for gt in [".", "./."] {
        assert_eq!(
            one(Y, Xx, gt),
            GenotypeCounts {
                n_no_copy: 1,
                ..NOBODY
            },
            "{gt}"
        );
    }
}

#[test]
fn everybody_counts_one_copy_of_the_mitochondrion() {
    for karyotype in SexKaryotype::ALL {
        let alt = GenotypeCounts {
            ac: 1,
            an: 1,
            n_hemi_alt: 1,
            ..NOBODY
        };
        let reference = GenotypeCounts {
            an: 1,
            n_hemi_ref: 1,
            ..NOBODY
        };
        assert_eq!(one(Mitochondrial, karyotype, "1/1"), alt);
        assert_eq!(one(Mitochondrial, karyotype, "0/0"), reference);
        assert_eq!(one(Mitochondrial, karyotype, "0"), reference);
    }
}

#[test]
fn an_unknown_sex_is_out_of_ac_and_an_on_x_and_y() {
    for class in [X, Y] {
        for karyotype in [Unknown, Other] {
            for gt in ["0/0", "0/1", "1", "./.", "./1"] {
                let expected = GenotypeCounts {
                    n_unknown_sex: 1,
                    ..NOBODY
                };
                assert_eq!(one(class, karyotype, gt), expected, "{gt}");
            }
        }
    }
}

#[test]
fn an_unknown_sex_counts_by_gt_when_asked_for_as_called() {
    let rules = CountRules {
        unknown_sex: UnknownSex::AsCalled,
        ..CountRules::default()
    };
    let people = [
        (Unknown, "0/1"),
        (Other, "1"),
        (Unknown, "./."),
        (Xy, "1/1"),
        (Xx, "0/0"),
    ];
    let counts = count_by(&people, &pack(&site(&people), 1, X), rules);
    let expected = GenotypeCounts {
        ac: 3,
        an: 6,
        n_samples: 5,
        n_het: 1,
        n_hemi_alt: 2,
        n_missing: 1,
        n_hom_ref: 1,
        ..NOBODY
    };
    assert_eq!(counts, expected);
}

#[test]
fn a_missing_call_is_in_neither_ac_nor_an() {
    for gt in ["./.", ".|.", ".", "././."] {
        let n_polyploid = u64::from(gt.len() > 3);
        let expected = GenotypeCounts {
            n_missing: 1,
            n_polyploid,
            ..NOBODY
        };
        assert_eq!(one(Diploid, Xx, gt), expected, "{gt}");
    }
}

#[test]
fn a_partial_call_counts_in_an_but_in_no_het_or_hom_class() {
    for (gt, ac) in [("./1", 1), ("1/.", 1), ("0/.", 0), (".|2", 0)] {
        let expected = GenotypeCounts {
            ac,
            an: 1,
            n_partial: 1,
            ..NOBODY
        };
        assert_eq!(one(Diploid, Xx, gt), expected, "{gt}");
        assert_eq!(one(X, Xy, gt), expected, "{gt}");
    }
    let three = GenotypeCounts {
        ac: 2,
        an: 2,
        n_partial: 1,
        n_polyploid: 1,
        ..NOBODY
    };
    assert_eq!(one(Diploid, Xx, "1/./1"), three);
    let one_copy = GenotypeCounts {
        ac: 1,
        an: 1,
        n_partial: 1,
        n_polyploid: 1,
        ..NOBODY
    };
    assert_eq!(one(X, Xy, "1/./1"), one_copy, "one copy at most");
}

#[test]
fn each_alt_of_a_site_counts_its_own_copies_and_the_same_an() {
    let people = [
        (Xx, "1/2"),
        (Xx, "2/2"),
        (Xx, "0/1"),
        (Xx, "2/3"),
        (Xx, "0/0"),
    ];
    let on = |ac, n_het, n_hom_alt, n_other_alt| GenotypeCounts {
        ac,
        an: 10,
        n_samples: 5,
        n_hom_ref: 1,
        n_het,
        n_hom_alt,
        n_other_alt,
        ..NOBODY
    };
    assert_eq!(count(Diploid, 1, &people), on(2, 2, 0, 2));
    assert_eq!(count(Diploid, 2, &people), on(4, 2, 1, 1));
    assert_eq!(count(Diploid, 3, &people), on(1, 1, 0, 3));
}

#[test]
fn a_spanning_deletion_is_another_allele_that_counts_in_an() {
    // ALT is `G,*`: the row of G sees `*` as another ALT.
    let counts = count(Diploid, 1, &[(Xx, "1/2"), (Xx, "0/2"), (Xx, "2/2")]);
    let expected = GenotypeCounts {
        ac: 1,
        an: 6,
        n_samples: 3,
        n_het: 1,
        n_other_alt: 2,
        ..NOBODY
    };
    assert_eq!(counts, expected);
}

#[test]
fn a_ploidy_above_two_is_counted_and_said_so() {
    for (gt, expected) in [
        (
            "0/0/0",
            GenotypeCounts {
                an: 3,
                n_hom_ref: 1,
                n_polyploid: 1,
                ..NOBODY
            },
        ),
        (
            "0/1|1",
            GenotypeCounts {
                ac: 2,
                an: 3,
                n_het: 1,
                n_polyploid: 1,
                ..NOBODY
            },
        ),
        (
            "1/1/1/1",
            GenotypeCounts {
                ac: 4,
                an: 4,
                n_hom_alt: 1,
                n_polyploid: 1,
                ..NOBODY
            },
        ),
    ] {
        assert_eq!(one(Diploid, Xx, gt), expected, "{gt}");
    }
    let triple = GenotypeCounts {
        ac: 1,
        an: 1,
        n_hemi_alt: 1,
        n_polyploid: 1,
        ..NOBODY
    };
    assert_eq!(one(X, Xy, "1/1/1"), triple);
}

#[test]
fn an_allele_frequency_without_called_alleles_is_none() {
    assert_eq!(count(Diploid, 1, &[(Xx, "./."), (Xy, ".")]).af(), None);
    assert_eq!(count(Diploid, 1, &[(Xx, "0/0")]).af(), Some(0.0));
}

#[test]
fn a_group_without_carriers_still_has_its_an() {
    let people = [(Xx, "0/1"), (Xy, "0/0"), (Xx, "./."), (Xy, "0/0")];
    let bytes = pack(&site(&people), 1, Diploid);
    let directory = directory(&people);
    let rules = CountRules::default();
    let mut strata = StrataCounter::new(&directory, &[0, 1, 0, 1], 3, rules).unwrap();
    let mut out = [NOBODY; 3];
    strata.count_into(&bytes, &mut out).unwrap();
    assert_eq!([out[0].ac, out[1].ac, out[2].ac], [1, 0, 0]);
    assert_eq!([out[0].an, out[1].an, out[2].an], [2, 4, 0]);
    assert_eq!(out[2], NOBODY);
}

/// The values of `docs/genotypes.md`, section "Examples".
#[test]
fn the_examples_of_the_format_page_are_what_is_written() {
    let hex = |bytes: &[u8]| {
        let bytes: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        bytes.join(" ")
    };
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/genotypes.md");
    let page = std::fs::read_to_string(page).unwrap();
    let shown = |bytes: &[u8]| assert!(page.contains(&hex(bytes)), "not shown: {}", hex(bytes));

    let mut rare = vec![(Xx, "0|0"); 200];
    rare[3].1 = "0|1";
    rare[150].1 = "1|1";
    let mut rare_site = site(&rare);
    shown(&pack(&rare_site, 1, Diploid));
    rare_site.set_adj_fail(&[3]);
    shown(&pack(&rare_site, 1, Diploid));

    let common = [(Xx, "0/1"), (Xx, "1/1"), (Xx, "0/0"), (Xx, "1/0")];
    shown(&pack(&site(&common), 1, Diploid));

    let mixed = [
        (Xx, "2/3"),
        (Xy, "0/1"),
        (Xx, "./1"),
        (Xy, "."),
        (Xx, "0|0"),
        (Xy, "2"),
    ];
    for allele in 1..=3 {
        shown(&pack(&site(&mixed), allele, X));
    }

    let mut value = Vec::new();
    let mut lacking = Vec::new();
    absent(1, Diploid, Absent::Reference, &mut lacking);
    shown(&lacking);
    compose(&[&pack(&site(&common), 1, Diploid), &lacking], &mut value).unwrap();
    shown(&value);
}
