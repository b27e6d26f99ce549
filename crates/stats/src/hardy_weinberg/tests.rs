//! The exact tests against plink2, bcftools, published values, and counting by brute force.

use proptest::prelude::*;

use super::*;

fn people((n_hom_ref, n_het, n_hom_alt): (u64, u64, u64)) -> DiploidCounts {
    DiploidCounts {
        n_hom_ref,
        n_het,
        n_hom_alt,
    }
}

fn males((n_hemi_ref, n_hemi_alt): (u64, u64)) -> HemizygousCounts {
    HemizygousCounts {
        n_hemi_ref,
        n_hemi_alt,
    }
}

/// Six digits are what plink2 and bcftools print.
fn assert_close(found: Option<f64>, expected: f64, share: f64, what: &str) {
    let found = found.expect(what);
    assert!(
        (found - expected).abs() <= share * expected,
        "{what}: expected {expected}, got {found}"
    );
}

const SIX_DIGITS: f64 = 5.1e-6;

type AutosomalRow = ((u64, u64, u64), f64, f64);

/// (homozygous reference, heterozygous, homozygous alternate), p, mid-p.
///
/// From PLINK v2.00a3.5, `--hardy` and `--hardy midp`. `bcftools +fill-tags` 1.16 gives the same p
/// in all rows but (400, 600, 0), where its HWE is 0.
const PLINK2: &[AutosomalRow] = &[
    ((84, 11, 5), 0.000918859, 0.000483611),
    ((79, 21, 0), 0.593645, 0.438843),
    ((57, 14, 50), 5.56205e-19, 3.01085e-19),
    ((298, 489, 213), 0.655663, 0.633097),
    ((0, 1, 0), 1.0, 0.5),
    ((1, 0, 0), 1.0, 0.5),
    ((10, 0, 0), 1.0, 0.5),
    ((0, 0, 10), 1.0, 0.5),
    ((5, 0, 5), 0.00136396, 0.000681981),
    ((0, 10, 0), 0.00690641, 0.00413518),
    ((3, 3, 3), 0.502427, 0.364212),
    ((1, 2, 1), 1.0, 0.657143),
    ((2, 1, 0), 1.0, 0.5),
    ((900, 95, 5), 0.187163, 0.146296),
    ((1200, 0, 3), 1.08101e-09, 5.40506e-10),
    ((400, 600, 0), 4.12174e-58, 2.76123e-58),
    ((1488, 480, 32), 0.391705, 0.366406),
    ((1000, 0, 1000), 0.0, 0.0),
    ((250, 500, 250), 1.0, 0.974784),
    ((1, 1, 1), 1.0, 0.7),
    ((20, 5, 2), 0.121274, 0.0651657),
    ((0, 3, 1), 1.0, 0.714286),
];

type XRow = ((u64, u64, u64), (u64, u64), f64, f64);

/// (XX: as above), (XY: reference, alternate), p, mid-p; from PLINK v2.00a3.5 on chrX.
///
/// The first is the published example of Graffelman & Weir, 2016, whose p is 0.02085798.
const PLINK2_X: &[XRow] = &[
    ((107, 314, 230), (205, 399), 0.020858, 0.0208296),
    ((10, 0, 0), (10, 0), 1.0, 0.5),
    ((3, 3, 3), (4, 5), 0.620083, 0.535658),
    ((20, 10, 2), (30, 0), 0.0033827, 0.00294489),
    ((20, 10, 2), (0, 12), 6.1339e-07, 5.63755e-07),
    ((0, 0, 0), (5, 5), 1.0, 0.5),
    ((5, 5, 5), (0, 0), 0.297895, 0.219837),
    ((400, 60, 5), (450, 40), 0.244287, 0.241633),
    ((400, 60, 5), (300, 190), 1.02908e-44, 1.02347e-44),
    ((100, 0, 100), (50, 50), 1.38787e-60, 1.34874e-60),
    ((0, 1, 0), (1, 0), 1.0, 0.666667),
    ((1, 0, 0), (0, 1), 0.333333, 0.166667),
    ((250, 500, 250), (500, 500), 1.0, 0.999221),
    ((30, 30, 10), (11, 7), 0.809824, 0.793301),
];

#[test]
fn autosomal_p_values_are_those_of_plink2() {
    for &(counts, standard, mid) in PLINK2 {
        let (counts, what) = (people(counts), format!("{counts:?}"));
        let p = hardy_weinberg_p(counts, PValue::Standard);
        assert_close(p, standard, SIX_DIGITS, &what);
        let p = hardy_weinberg_p(counts, PValue::Mid);
        assert_close(p, mid, SIX_DIGITS, &what);
    }
}

#[test]
fn p_values_on_x_are_those_of_plink2() {
    for &(xx, xy, standard, mid) in PLINK2_X {
        let what = format!("{xx:?} {xy:?}");
        let p = hardy_weinberg_p_x(people(xx), males(xy), PValue::Standard);
        assert_close(p, standard, SIX_DIGITS, &what);
        let p = hardy_weinberg_p_x(people(xx), males(xy), PValue::Mid);
        assert_close(p, mid, SIX_DIGITS, &what);
    }
}

#[test]
fn the_p_value_on_x_is_the_published_one() {
    // HardyWeinberg 1.7 (R), `HWExact(c(399, 205, 230, 314, 107), x.linked = TRUE)`.
    let p = hardy_weinberg_p_x(people((107, 314, 230)), males((205, 399)), PValue::Standard);
    assert_close(p, 0.020_857_98, 5e-7, "Graffelman and Weir");
}

#[test]
fn nobody_gives_no_p_value() {
    let (nobody, no_males) = (DiploidCounts::default(), HemizygousCounts::default());
    for p_value in [PValue::Standard, PValue::Mid] {
        assert_eq!(hardy_weinberg_p(nobody, p_value), None);
        assert_eq!(hardy_weinberg_p_x(nobody, no_males, p_value), None);
    }
}

#[test]
fn a_million_people_give_a_stable_p_value() {
    // Proportions of p = 0.5 are met exactly: nothing is likelier, so that p is 1.
    let balanced = people((250_000, 500_000, 250_000));
    assert_close(
        hardy_weinberg_p(balanced, PValue::Standard),
        1.0,
        1e-9,
        "balanced",
    );
    // Three standard deviations (500 each, normal approximation with continuity correction).
    let lacking = people((250_750, 498_500, 250_750));
    assert_close(
        hardy_weinberg_p(lacking, PValue::Standard),
        0.002_7,
        0.01,
        "lacking",
    );
    let hopeless = people((500_000, 0, 500_000));
    assert_eq!(hardy_weinberg_p(hopeless, PValue::Standard), Some(0.0));
    let males = males((250_000, 250_000));
    let females = people((125_000, 250_000, 125_000));
    assert_close(
        hardy_weinberg_p_x(females, males, PValue::Standard),
        1.0,
        1e-9,
        "balanced on X",
    );
}

/// The p-value and mid-p by counting every outcome with exact whole-number weights.
///
/// The weight of an outcome is `choose(males, alt) * females! / (aa! ab! bb!) * 2^ab`.
fn by_brute_force(females: DiploidCounts, males: HemizygousCounts) -> (f64, f64) {
    let n_males = males.n_hemi_ref + males.n_hemi_alt;
    let n_females = females.n_people();
    let copies = males.n_hemi_alt + females.alleles().ac;
    let weight = |alt: u64, het: u64, hom_alt: u64| {
        let hom_ref = n_females - het - hom_alt;
        choose(n_males, alt)
            * choose(n_females, het)
            * choose(hom_ref + hom_alt, hom_alt)
            * (1u128 << het)
    };
    let observed = weight(males.n_hemi_alt, females.n_het, females.n_hom_alt);
    let (mut total, mut below, mut equal) = (0u128, 0u128, 0u128);
    for alt in 0..=n_males.min(copies) {
        for het in 0..=n_females.min(copies - alt) {
            let hom_copies = copies - alt - het;
            if hom_copies % 2 == 1 || hom_copies / 2 + het > n_females {
                continue;
            }
            let weight = weight(alt, het, hom_copies / 2);
            total += weight;
            match weight.cmp(&observed) {
                std::cmp::Ordering::Less => below += weight,
                std::cmp::Ordering::Equal => equal += weight,
                std::cmp::Ordering::Greater => {}
            }
        }
    }
    let share = |tail: u128| tail as f64 / (2 * total) as f64;
    (share(2 * (below + equal)), share(2 * below + equal))
}

fn choose(n: u64, k: u64) -> u128 {
    (0..k).fold(1u128, |product, i| {
        product * u128::from(n - i) / u128::from(i + 1)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn any_p_value_is_that_of_counting_every_outcome(
        xx in (0u64..9, 0u64..12, 0u64..9),
        xy in (0u64..12, 0u64..12),
    ) {
        let (females, males) = (people(xx), males(xy));
        prop_assume!(females.n_people() + xy.0 + xy.1 > 0);
        let (standard, mid) = by_brute_force(females, males);
        let what = format!("{xx:?} {xy:?}");
        let p = hardy_weinberg_p_x(females, males, PValue::Standard);
        assert_close(p, standard, 1e-12, &what);
        let p = hardy_weinberg_p_x(females, males, PValue::Mid);
        assert_close(p, mid, 1e-12, &what);
    }

    #[test]
    fn changing_over_the_names_of_the_alleles_changes_nothing(
        xx in (0u64..500, 0u64..500, 1u64..500),
        xy in (0u64..500, 0u64..500),
    ) {
        let swapped = (people((xx.2, xx.1, xx.0)), males((xy.1, xy.0)));
        for p_value in [PValue::Standard, PValue::Mid] {
            let p = hardy_weinberg_p_x(people(xx), males(xy), p_value);
            let other = hardy_weinberg_p_x(swapped.0, swapped.1, p_value);
            assert_close(p, other.unwrap(), 1e-9, &format!("{xx:?} {xy:?}"));
        }
    }
}

#[test]
fn counts_of_any_size_end_and_beyond_all_people_there_is_no_answer() {
    let sizes = [0, 1, 1_000_000_007, MOST_PEOPLE / 4, u64::MAX / 2, u64::MAX];
    for n_hom_ref in sizes {
        for n_het in sizes {
            for n_hom_alt in sizes {
                let counts = DiploidCounts {
                    n_hom_ref,
                    n_het,
                    n_hom_alt,
                };
                let p = hardy_weinberg_p(counts, PValue::Mid);
                assert_eq!(p.is_some(), (1..=MOST_PEOPLE).contains(&counts.n_people()));
                assert!(
                    p.is_none_or(|p| (0.0..=1.0).contains(&p)),
                    "{counts:?}: {p:?}"
                );
                let males = HemizygousCounts {
                    n_hemi_ref: u64::MAX,
                    n_hemi_alt: n_het,
                };
                assert_eq!(hardy_weinberg_p_x(counts, males, PValue::Standard), None);
                assert!(crate::inbreeding_coefficient(counts).is_none_or(f64::is_finite));
            }
        }
    }
}
