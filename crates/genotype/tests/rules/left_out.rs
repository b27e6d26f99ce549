//! Calls that fail `adj`, and sites that a file does not have.

use super::*;

#[test]
fn a_call_that_fails_adj_is_missing_under_adj_and_counts_under_raw() {
    let people = [
        (Xx, "0/1"),
        (Xx, "1/1"),
        (Xy, "0/0"),
        (Xx, "0/0/1"),
        (Xx, "0/0"),
    ];
    let mut site = site(&people);
    site.set_adj_fail(&[1, 2, 3]);
    let bytes = pack(&site, 1, Diploid);
    let adj = CountRules {
        filter: GenotypeFilter::Adj,
        ..CountRules::default()
    };
    assert_eq!(count_by(&people, &bytes, CountRules::default()).an, 11);
    let expected = GenotypeCounts {
        ac: 1,
        an: 4,
        n_samples: 5,
        n_het: 1,
        n_hom_ref: 1,
        n_missing: 3,
        n_polyploid: 1,
        ..NOBODY
    };
    assert_eq!(count_by(&people, &bytes, adj), expected);
}

#[test]
fn xx_on_y_whose_call_fails_adj_has_no_copy() {
    let people = [(Xx, "0"), (Xy, "1")];
    let mut site = site(&people);
    site.set_adj_fail(&[0, 1]);
    let bytes = pack(&site, 1, Y);
    let adj = CountRules {
        filter: GenotypeFilter::Adj,
        ..CountRules::default()
    };
    let counts = count_by(&people, &bytes, adj);
    assert_eq!(
        counts,
        GenotypeCounts {
            n_samples: 2,
            n_no_copy: 1,
            n_missing: 1,
            ..NOBODY
        }
    );
}

#[test]
fn a_site_absent_as_reference_has_the_copies_that_each_sex_is_expected_to_have() {
    let people = [(Xx, ""), (Xy, ""), (Unknown, ""), (Xx, "")];
    let as_called = CountRules {
        unknown_sex: UnknownSex::AsCalled,
        ..CountRules::default()
    };
    for rules in [CountRules::default(), as_called] {
        for (class, expected) in [
            (
                Diploid,
                GenotypeCounts {
                    an: 8,
                    n_hom_ref: 4,
                    ..NOBODY
                },
            ),
            (
                X,
                GenotypeCounts {
                    an: 5,
                    n_hom_ref: 2,
                    n_hemi_ref: 1,
                    n_unknown_sex: 1,
                    ..NOBODY
                },
            ),
            (
                Y,
                GenotypeCounts {
                    an: 1,
                    n_hemi_ref: 1,
                    n_no_copy: 2,
                    n_unknown_sex: 1,
                    ..NOBODY
                },
            ),
            (
                Mitochondrial,
                GenotypeCounts {
                    an: 4,
                    n_hemi_ref: 4,
                    ..NOBODY
                },
            ),
        ] {
            let mut bytes = Vec::new();
            absent(0, class, Absent::Reference, &mut bytes);
            let expected = GenotypeCounts {
                n_samples: 4,
                ..expected
            };
            assert_eq!(count_by(&people, &bytes, rules), expected, "{class:?}");
        }
    }
}

#[test]
fn a_site_absent_as_missing_is_missing() {
    let people = [(Xx, ""), (Xy, ""), (Unknown, "")];
    for (class, expected) in [
        (
            Diploid,
            GenotypeCounts {
                n_missing: 3,
                ..NOBODY
            },
        ),
        (
            Y,
            GenotypeCounts {
                n_missing: 1,
                n_no_copy: 1,
                n_unknown_sex: 1,
                ..NOBODY
            },
        ),
    ] {
        let mut bytes = Vec::new();
        absent(0, class, Absent::Missing, &mut bytes);
        let expected = GenotypeCounts {
            n_samples: 3,
            ..expected
        };
        assert_eq!(
            count_by(&people, &bytes, CountRules::default()),
            expected,
            "{class:?}"
        );
    }
}
