use proptest::prelude::*;

use super::*;
use crate::{Confidence, Error, Estimate, Status};

/// A measure, with all its options at one choice.
type Measure = fn(&[Group]) -> Result<Estimate, Error>;

const P95: Confidence = Confidence::P95;

/// Measures of spread, with fewest groups 3.
const SPREADS: [(&str, Measure); 13] = [
    ("bgv", |groups| between_group_variance(groups, P95)),
    ("bgsd", |groups| between_group_sd(groups, P95)),
    ("cov", |groups| coefficient_of_variation(groups, P95)),
    ("mdmu", |groups| {
        mean_difference_from_mean(groups, Weighting::Equal, P95)
    }),
    ("mdmw", |groups| {
        mean_difference_from_mean(groups, Weighting::Population, P95)
    }),
    ("mdbw", |groups| {
        mean_difference_from_best(groups, Better::High, Weighting::Population, P95)
    }),
    ("mdbu", |groups| {
        mean_difference_from_best(groups, Better::Low, Weighting::Equal, P95)
    }),
    ("mdrw", |groups| {
        mean_difference_from_reference(groups, Weighting::Population, P95)
    }),
    ("idisu", |groups| {
        index_of_disparity(groups, Weighting::Equal, P95)
    }),
    ("idisw", |groups| {
        index_of_disparity(groups, Weighting::Population, P95)
    }),
    ("ti", |groups| theil_index(groups, 1000.0, P95)),
    ("mld", |groups| mean_log_deviation(groups, 1000.0, P95)),
    ("sti", |groups| symmetrised_theil(groups, 1000.0, P95)),
];

/// The other measures over groups.
const OTHERS: [(&str, Measure); 9] = [
    ("mean", |groups| weighted_mean(groups, P95)),
    ("range", range_difference),
    ("range ratio", range_ratio),
    ("d", |groups| {
        equity_difference(groups, Contrast::Extremes, Better::High, P95)
    }),
    ("d order", |groups| {
        equity_difference(groups, Contrast::Order, Better::High, P95)
    }),
    ("d reference", |groups| {
        equity_difference(groups, Contrast::Reference, Better::Low, P95)
    }),
    ("r", |groups| {
        equity_ratio(groups, Contrast::Extremes, Better::High, P95)
    }),
    ("r order", |groups| {
        equity_ratio(groups, Contrast::Order, Better::Low, P95)
    }),
    ("r reference", |groups| {
        equity_ratio(groups, Contrast::Reference, Better::High, P95)
    }),
];

fn all() -> impl Iterator<Item = &'static (&'static str, Measure)> {
    SPREADS.iter().chain(&OTHERS)
}

fn group(value: f64, population: f64, se: f64) -> Group {
    Group {
        value: Some(value),
        population: Some(population),
        se: Some(se),
        order: Some(value),
        is_reference: Some(false),
        times: 1.0,
    }
}

fn four() -> Vec<Group> {
    let mut groups = vec![
        group(40.0, 100.0, 2.0),
        group(55.0, 250.0, 1.0),
        group(62.0, 50.0, 4.0),
        group(70.0, 400.0, 0.5),
    ];
    groups[1].is_reference = Some(true);
    groups
}

fn without(mut groups: Vec<Group>, change: impl Fn(&mut Group)) -> Vec<Group> {
    change(&mut groups[2]);
    groups
}

fn near(got: Option<f64>, expected: f64) {
    let got = got.unwrap();
    assert!(
        (got - expected).abs() <= 1e-12 * expected.abs().max(1.0),
        "{got} is not {expected}"
    );
}

#[test]
fn a_value_that_is_null_or_not_a_number_makes_the_answer_incomplete() {
    for missing in [None, Some(f64::NAN)] {
        let groups = without(four(), |group| group.value = missing);
        for (name, measure) in all() {
            let estimate = measure(&groups).unwrap();
            assert_eq!(estimate.status, Status::IncompleteStrata, "{name}");
            assert_eq!(estimate.value, None, "{name}");
            assert_eq!(estimate.n, Some(4.0), "{name}");
        }
    }
}

#[test]
fn a_population_that_is_null_makes_the_answer_incomplete_where_it_counts() {
    let groups = without(four(), |group| group.population = None);
    for (name, measure) in SPREADS.iter().chain(&OTHERS[..1]) {
        let estimate = measure(&groups).unwrap();
        assert_eq!(estimate.status, Status::IncompleteStrata, "{name}");
    }
    for (name, measure) in &OTHERS[1..] {
        assert_eq!(measure(&groups).unwrap().status, Status::Ok, "{name}");
    }
}

#[test]
fn a_standard_error_that_is_null_takes_the_interval_and_no_more() {
    let groups = without(four(), |group| group.se = None);
    for (name, measure) in SPREADS.iter().chain(&OTHERS[..1]) {
        let (with, without) = (measure(&four()).unwrap(), measure(&groups).unwrap());
        assert!(
            with.lower_cl < with.value && with.value < with.upper_cl,
            "{name}"
        );
        assert_eq!(without.value, with.value, "{name}");
        assert_eq!(
            (without.se, without.lower_cl, without.upper_cl),
            (None, None, None)
        );
    }
}

#[test]
fn two_groups_have_no_spread_but_a_difference() {
    let groups = &four()[..2];
    for (name, measure) in &SPREADS {
        assert_eq!(measure(groups).unwrap().status, Status::Undefined, "{name}");
    }
    for (name, measure) in &OTHERS {
        assert_eq!(measure(groups).unwrap().status, Status::Ok, "{name}");
        assert_eq!(measure(&[]).unwrap().status, Status::Undefined, "{name}");
    }
}

#[test]
fn no_people_at_all_is_undefined_and_a_group_without_people_is_not() {
    let nobody: Vec<Group> = four()
        .into_iter()
        .map(|group| Group {
            population: Some(0.0),
            ..group
        })
        .collect();
    let one_empty = without(four(), |group| group.population = Some(0.0));
    for (name, measure) in SPREADS.iter().chain(&OTHERS[..1]) {
        assert_eq!(
            measure(&nobody).unwrap().status,
            Status::Undefined,
            "{name}"
        );
        assert_eq!(measure(&one_empty).unwrap().status, Status::Ok, "{name}");
    }
}

#[test]
fn where_nobody_lives_is_no_group_and_not_the_best() {
    for value in [None, Some(0.5), Some(99.0)] {
        let empty = Group {
            value,
            order: None,
            is_reference: None,
            ..group(0.0, 0.0, 9.0)
        };
        let with = |groups: &[Group]| [groups, &[empty]].concat();
        for (name, measure) in all().filter(|(name, _)| !name.starts_with("range")) {
            assert_eq!(measure(&with(&four())), measure(&four()), "{name}");
        }
        for (name, measure) in &SPREADS {
            let two = measure(&with(&four()[..2])).unwrap();
            assert_eq!(
                (two.status, two.n),
                (Status::Undefined, Some(2.0)),
                "{name}"
            );
        }
    }
}

#[test]
fn what_cannot_be_is_an_error_even_beside_a_null() {
    let wrong: [fn(&mut Group); 2] = [
        |group| group.population = Some(-1.0),
        |group| group.se = Some(-1.0),
    ];
    for change in wrong {
        let mut groups = without(four(), change);
        for _ in 0..2 {
            for (name, measure) in &SPREADS {
                assert!(measure(&groups).is_err(), "{name}");
            }
            groups[0].value = None;
        }
    }
    for scale in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert!(theil_index(&four(), scale, P95).is_err());
        assert!(mean_log_deviation(&four(), scale, P95).is_err());
        assert!(symmetrised_theil(&four(), scale, P95).is_err());
    }
}

#[test]
fn an_infinite_population_is_undefined_and_an_infinite_error_none() {
    let infinite = Some(f64::INFINITY);
    let people = without(four(), |group| group.population = infinite);
    let unsure = without(four(), |group| group.se = infinite);
    for (name, measure) in &SPREADS {
        assert_eq!(
            measure(&people).unwrap().status,
            Status::Undefined,
            "{name}"
        );
        let found = measure(&unsure).unwrap();
        assert_eq!((found.status, found.se), (Status::Ok, None), "{name}");
    }
}

#[test]
fn equal_groups_have_no_spread_and_no_interval_around_it() {
    let equal: Vec<Group> = four()
        .into_iter()
        .map(|group| Group {
            value: Some(5.0),
            ..group
        })
        .collect();
    for (name, measure) in &SPREADS {
        let estimate = measure(&equal).unwrap();
        assert_eq!(estimate.value, Some(0.0), "{name}");
        // Only the variance has an error term of second order.
        assert_eq!(estimate.se.is_some(), *name == "bgv", "{name}");
    }
}

#[test]
fn a_zero_is_the_limit_for_theil_and_infinite_for_the_mean_log_deviation() {
    let groups = without(four(), |group| group.value = Some(0.0));
    let theil = theil_index(&groups, 1.0, P95).unwrap();
    let mean = (4000.0 + 55.0 * 250.0 + 28_000.0) / 800.0;
    let term = |value: f64, share: f64| share * value / mean * (value / mean).ln();
    near(
        theil.value,
        term(40.0, 0.125) + term(55.0, 0.3125) + term(70.0, 0.5),
    );
    assert_eq!(theil.se, None);
    for measure in [mean_log_deviation, symmetrised_theil] {
        let estimate = measure(&groups, 1.0, P95).unwrap();
        assert_eq!(estimate.value, Some(f64::INFINITY));
        assert_eq!((estimate.status, estimate.se), (Status::Ok, None));
        // Nobody lives there, so it does not count.
        let empty = without(groups.clone(), |group| group.population = Some(0.0));
        assert!(
            measure(&empty, 1.0, P95)
                .unwrap()
                .value
                .unwrap()
                .is_finite()
        );
    }
}

#[test]
fn relative_measures_are_undefined_without_a_mean_above_0() {
    let zeros: Vec<Group> = [0.0; 3].map(|value| group(value, 1.0, 0.0)).to_vec();
    let negative: Vec<Group> = [-3.0, -2.0, 1.0]
        .map(|value| group(value, 1.0, 0.0))
        .to_vec();
    for (name, measure) in &SPREADS {
        let relative = ["cov", "idisu", "idisw", "ti", "mld", "sti"].contains(name);
        let wanted = match relative {
            true => Status::Undefined,
            false => Status::Ok,
        };
        for groups in [&zeros, &negative] {
            let mut groups = groups.clone();
            groups[0].is_reference = Some(true);
            assert_eq!(measure(&groups).unwrap().status, wanted, "{name}");
        }
    }
    let infinite = without(four(), |group| group.value = Some(f64::INFINITY));
    for (name, measure) in all() {
        assert_eq!(
            measure(&infinite).unwrap().status,
            Status::Undefined,
            "{name}"
        );
    }
}

#[test]
fn the_two_groups_of_a_difference_follow_from_the_contrast() {
    let mut groups = four();
    groups[0].order = Some(99.0); // The most advantaged has the least: 40; the least has 55.
    let difference = |contrast, better| {
        let estimate = equity_difference(&groups, contrast, better, P95).unwrap();
        (estimate.value.unwrap(), estimate.se.unwrap())
    };
    for (contrast, better, value, se) in [
        (Contrast::Extremes, Better::High, 30.0, 4.25_f64.sqrt()),
        (Contrast::Extremes, Better::Low, 30.0, 4.25_f64.sqrt()),
        (Contrast::Order, Better::High, -15.0, 5.0_f64.sqrt()),
        (Contrast::Order, Better::Low, 15.0, 5.0_f64.sqrt()),
        // The reference has 55, the others 40, 62 and 70.
        (Contrast::Reference, Better::High, 15.0, 5.0_f64.sqrt()),
        (Contrast::Reference, Better::Low, 15.0, 1.25_f64.sqrt()),
    ] {
        assert_eq!(
            difference(contrast, better),
            (value, se),
            "{contrast:?} {better:?}"
        );
    }
}

#[test]
fn a_reference_that_is_itself_the_worst_is_compared_with_the_worst_of_the_others() {
    let mut groups = four();
    groups[1].is_reference = Some(false);
    groups[0].is_reference = Some(true);
    let difference = equity_difference(&groups, Contrast::Reference, Better::High, P95);
    assert_eq!(difference.unwrap().value, Some(-15.0));
}

#[test]
fn no_reference_or_two_of_them_is_undefined_and_an_unknown_one_incomplete() {
    for (mark, status) in [
        (Some(true), Status::Undefined),
        (None, Status::IncompleteStrata),
        (Some(false), Status::Ok),
    ] {
        let groups = without(four(), |group| group.is_reference = mark);
        let difference = equity_difference(&groups, Contrast::Reference, Better::High, P95);
        assert_eq!(difference.unwrap().status, status);
        let mean = mean_difference_from_reference(&groups, Weighting::Equal, P95);
        assert_eq!(mean.unwrap().status, status);
    }
    let mut none = four();
    none[1].is_reference = Some(false);
    let difference = equity_difference(&none, Contrast::Reference, Better::High, P95);
    assert_eq!(difference.unwrap().status, Status::Undefined);
}

#[test]
fn two_groups_at_one_end_of_the_order_are_undefined_and_an_unknown_place_incomplete() {
    for (order, status) in [
        (Some(70.0), Status::Undefined),
        (Some(40.0), Status::Undefined),
        (Some(55.0), Status::Ok), // In the middle it does not matter.
        (None, Status::IncompleteStrata),
    ] {
        let groups = without(four(), |group| group.order = order);
        let ratio = equity_ratio(&groups, Contrast::Order, Better::High, P95).unwrap();
        assert_eq!(ratio.status, status, "{order:?}");
    }
}

#[test]
fn a_ratio_over_0_is_infinite_and_one_of_0_is_0_and_neither_has_an_interval() {
    for (order, value) in [(0.0, f64::INFINITY), (99.0, 0.0)] {
        let groups = without(four(), |group| {
            group.value = Some(0.0);
            group.order = Some(order);
        });
        let ratio = equity_ratio(&groups, Contrast::Order, Better::High, P95).unwrap();
        assert_eq!(ratio.value, Some(value));
        assert_eq!(
            (ratio.se, ratio.lower_cl, ratio.upper_cl),
            (None, None, None)
        );
    }
    let groups = without(four(), |group| group.value = Some(0.0));
    assert_eq!(range_ratio(&groups).unwrap().value, Some(f64::INFINITY));
    let zeros: Vec<Group> = [0.0; 3].map(|value| group(value, 1.0, 0.0)).to_vec();
    assert_eq!(range_ratio(&zeros).unwrap().status, Status::Undefined);
    let negative = without(four(), |group| group.value = Some(-1.0));
    assert_eq!(range_ratio(&negative).unwrap().status, Status::Undefined);
}

#[test]
fn among_equal_extremes_the_one_with_the_widest_interval_counts() {
    let groups = [
        group(1.0, 1.0, 0.3),
        group(9.0, 1.0, 0.4),
        group(9.0, 1.0, 0.1),
    ];
    let difference = equity_difference(&groups, Contrast::Extremes, Better::High, P95).unwrap();
    near(difference.se, 0.5);
}

/// The standard error that follows from the measure itself, moved a little in each group.
fn moved_se(measure: Measure, groups: &[Group]) -> f64 {
    let step = 1e-5;
    let at = |index: usize, by: f64| {
        let mut moved = groups.to_vec();
        moved[index].value = moved[index].value.map(|value| value + by);
        measure(&moved).unwrap().value.unwrap()
    };
    let slope = |index| (at(index, step) - at(index, -step)) / (2.0 * step);
    let variance = (0..groups.len()).map(|index| {
        let se = groups[index].se.unwrap();
        (slope(index) * se).powi(2)
    });
    variance.sum::<f64>().sqrt()
}

#[test]
fn standard_errors_are_those_of_the_slopes() {
    let small = |group: Group| Group {
        // The variance has a term of second order, which vanishes beside that of first order.
        se: group.se.map(|se| se * 1e-4),
        ..group
    };
    let groups: Vec<Group> = four().into_iter().map(small).collect();
    for (name, measure) in SPREADS.iter().chain(&OTHERS) {
        let Some(se) = measure(&groups).unwrap().se else {
            assert!(name.starts_with("range"), "{name}");
            continue;
        };
        let expected = moved_se(*measure, &groups);
        assert!(
            (se - expected).abs() <= 1e-6 * expected,
            "{name}: {se}, {expected}"
        );
    }
}

#[test]
fn everyone_raised_to_the_best_is_the_weighted_difference_from_it() {
    let mean = weighted_mean(&four(), P95).unwrap().value.unwrap();
    let from_best =
        mean_difference_from_best(&four(), Better::High, Weighting::Population, P95).unwrap();
    near(from_best.value, 70.0 - mean);
}

fn any_groups() -> impl Strategy<Value = (Vec<Group>, Vec<Group>)> {
    let any_group = (0.1..100.0, 0.0..1000.0, 0.0..5.0, any::<bool>());
    let groups = prop::collection::vec(any_group, 3..12);
    let groups = groups.prop_map(|groups| {
        let numbered = groups.into_iter().enumerate();
        let made = numbered.map(|(index, (value, population, se, coarse))| {
            let value = if coarse { f64::round(value) } else { value };
            let mut made = group(value, population, se);
            made.order = Some(index as f64);
            made.is_reference = Some(index == 1);
            made
        });
        made.collect::<Vec<_>>()
    });
    groups.prop_flat_map(|groups| (Just(groups.clone()), Just(groups).prop_shuffle()))
}

proptest! {
    #[test]
    fn the_order_of_rows_changes_no_bit((groups, shuffled) in any_groups()) {
        for (name, measure) in all() {
            prop_assert_eq!(measure(&groups), measure(&shuffled), "{}", name);
        }
    }

    #[test]
    fn rows_that_are_alike_may_be_counted_first(
        (groups, _) in any_groups(),
        times in prop::collection::vec(1..5_u8, 12),
    ) {
        let counted = groups.iter().zip(&times).map(|(group, times)| Group {
            times: f64::from(*times),
            ..*group
        });
        let counted: Vec<Group> = counted.collect();
        // Written out, and so that no two rows are quite alike.
        let nudged = |step: f64| -> Vec<Group> {
            let rows = groups.iter().zip(&times).flat_map(|(group, times)| {
                (0..*times).map(|nth| Group {
                    value: group.value.map(|value| value * (1.0 + step * f64::from(nth))),
                    ..*group
                })
            });
            rows.collect()
        };
        let near = |one: Option<f64>, other: Option<f64>| match (one, other) {
            (Some(one), Some(other)) => {
                (one - other).abs() <= 1e-6 * one.abs().max(1e-3) || one == other
            }
            (one, other) => one.is_none() && other.is_none(),
        };
        for (name, measure) in all() {
            let found = measure(&counted).unwrap();
            prop_assert_eq!(&found, &measure(&nudged(0.0)).unwrap(), "{}", name);
            let apart = measure(&nudged(1e-13)).unwrap();
            prop_assert_eq!((found.status, found.n), (apart.status, apart.n), "{}", name);
            // Where the distance is nothing, its sign is: nudged rows have one.
            prop_assert!(near(found.value, apart.value), "{}: {:?} {:?}", name, found, apart);
            let smooth = ["bgv", "bgsd", "cov", "ti", "mld", "sti", "mean"].contains(name);
            prop_assert!(
                !smooth || near(found.se, apart.se),
                "{}: {:?} {:?}", name, found, apart
            );
        }
    }

    #[test]
    fn relative_measures_do_not_change_with_the_unit((groups, _) in any_groups()) {
        let in_cents: Vec<Group> = groups.iter().map(|group| Group {
            value: group.value.map(|value| value * 100.0),
            se: group.se.map(|se| se * 100.0),
            ..*group
        }).collect();
        for (name, measure) in &SPREADS {
            if !["cov", "idisu", "idisw", "ti", "mld", "sti"].contains(name) {
                continue;
            }
            let (one, other) = (measure(&groups).unwrap(), measure(&in_cents).unwrap());
            prop_assert_eq!(one.status, other.status);
            if let (Some(one), Some(other)) = (one.value, other.value) {
                let near = (one - other).abs() <= 1e-9 * one.abs().max(1.0);
                prop_assert!(near || one == other, "{}", name);
            }
        }
    }
}
