use super::*;
use crate::unordered::{Better, Group};
use crate::{Confidence, Status};

const P95: Confidence = Confidence::P95;

fn group(value: f64, population: f64, order: f64) -> Group {
    Group {
        value: Some(value),
        population: Some(population),
        order: Some(order),
        ..Group::default()
    }
}

/// The mean is 50; the best has 80, the most advantaged 40.
fn three() -> [Group; 3] {
    [
        group(30.0, 100.0, 1.0),
        group(80.0, 100.0, 2.0),
        group(40.0, 100.0, 3.0),
    ]
}

fn near(got: Option<f64>, expected: f64) {
    let got = got.unwrap();
    assert!((got - expected).abs() <= 1e-12, "{got} is not {expected}");
}

#[test]
fn the_gain_is_0_where_the_most_advantaged_have_less_than_the_mean() {
    for (best_off, better, gain) in [
        (BestOff::ByValue, Better::High, 30.0),
        (BestOff::ByValue, Better::Low, -20.0),
        (BestOff::ByOrder, Better::High, 0.0),
        (BestOff::ByOrder, Better::Low, -10.0),
    ] {
        let risk = population_attributable_risk(&three(), best_off, better, Some(100.0), P95);
        let risk = risk.unwrap();
        near(risk.value, gain);
        assert_eq!(risk.se.is_some(), gain != 0.0);
        let fraction =
            population_attributable_fraction(&three(), best_off, better, Some(100.0), P95);
        let fraction = fraction.unwrap();
        near(fraction.value, 2.0 * gain);
        assert_eq!(fraction.se, risk.se.map(|se| 100.0 * (se / 50.0)));
    }
}

#[test]
fn the_fraction_of_epidemiologists_has_the_other_sign_and_is_not_cut_off() {
    let fraction = |best_off, groups: &[Group]| {
        attributable_fraction(groups, best_off, Some(100.0), P95).unwrap()
    };
    near(fraction(BestOff::ByValue, &three()).value, 0.4);
    near(fraction(BestOff::ByOrder, &three()).value, 0.2);
    let mut worse = three();
    worse[2].order = Some(0.0);
    near(fraction(BestOff::ByOrder, &worse).value, 1.0 - 80.0 / 50.0);
    let who =
        population_attributable_fraction(&three(), BestOff::ByValue, Better::Low, Some(100.0), P95);
    let who = who.unwrap();
    near(
        fraction(BestOff::ByValue, &three()).se,
        who.se.unwrap() / 100.0,
    );
}

#[test]
fn the_standard_error_is_that_of_walter() {
    // Of 200 people exposed (not best-off), 60 are cases, of 100 best-off 10: Walter's estimate of
    // the attributable fraction is 1 - 0.1 / (70/300), and its variance by his formula
    // c N (a d (N - c) + b c²) / ((a + c)³ (c + d)³).
    let groups = [group(0.3, 200.0, 1.0), group(0.1, 100.0, 2.0)];
    let fraction = attributable_fraction(&groups, BestOff::ByValue, Some(1.0), P95).unwrap();
    near(fraction.value, 1.0 - 0.1 / (70.0 / 300.0));
    let (a, b, c, d, n) = (60.0_f64, 140.0, 10.0, 90.0, 300.0);
    let above = c * n * (a * d * (n - c) + b * c * c);
    near(fraction.se, (above / (70.0_f64 * 100.0).powi(3)).sqrt());
    // By the delta method from the three proportions it is the same.
    let (in_best, all) = (c / (c + d), (a + c) / n);
    let slope = [1.0 / all, in_best / all.powi(2)];
    let (share, rest) = ((c + d) / n, a / (a + b));
    // all = share · in_best + (1 - share) · rest, with the share as random as the rest.
    let by_best = slope[1] * share - slope[0];
    let by_rest = slope[1] * (1.0 - share);
    let by_share = slope[1] * (in_best - rest);
    let variance = by_best.powi(2) * in_best * (1.0 - in_best) / (c + d)
        + by_rest.powi(2) * rest * (1.0 - rest) / (a + b)
        + by_share.powi(2) * share * (1.0 - share) / n;
    near(fraction.se, variance.sqrt());
}

#[test]
fn there_is_no_interval_without_a_scale_and_values_have_to_fit_it() {
    let risk =
        |scale| population_attributable_risk(&three(), BestOff::ByValue, Better::High, scale, P95);
    assert_eq!(risk(None).unwrap().se, None);
    assert_eq!(risk(None).unwrap().value, risk(Some(80.0)).unwrap().value);
    for scale in [79.0, 0.0, -1.0, f64::NAN] {
        assert!(risk(Some(scale)).is_err(), "{scale}");
    }
    let mut negative = three();
    negative[0].value = Some(-1.0);
    assert!(attributable_fraction(&negative, BestOff::ByValue, Some(100.0), P95).is_err());
}

#[test]
fn a_null_is_incomplete_and_nothing_to_divide_by_undefined() {
    let fields: [fn(&mut Group); 3] = [
        |group| group.value = None,
        |group| group.population = None,
        |group| group.order = None,
    ];
    for (index, change) in fields.into_iter().enumerate() {
        let mut groups = three();
        change(&mut groups[0]);
        let by_order =
            population_attributable_risk(&groups, BestOff::ByOrder, Better::High, None, P95);
        assert_eq!(by_order.unwrap().status, Status::IncompleteStrata);
        let by_value = attributable_fraction(&groups, BestOff::ByValue, None, P95).unwrap();
        let wanted = [
            Status::IncompleteStrata,
            Status::IncompleteStrata,
            Status::Ok,
        ];
        assert_eq!(by_value.status, wanted[index]);
    }
    let zeros = [group(0.0, 10.0, 1.0), group(0.0, 10.0, 2.0)];
    let fraction = attributable_fraction(&zeros, BestOff::ByValue, Some(1.0), P95).unwrap();
    assert_eq!(fraction.status, Status::Undefined);
    let one = &three()[..1];
    let tests = tests_to_level_up(one, Better::High, 1.0).unwrap();
    assert_eq!(tests.status, Status::Undefined);
    let tied = [group(1.0, 10.0, 2.0), group(2.0, 10.0, 2.0)];
    let risk = population_attributable_risk(&tied, BestOff::ByOrder, Better::High, None, P95);
    assert_eq!(risk.unwrap().status, Status::Undefined);
}

#[test]
fn where_nobody_lives_is_not_the_best_off() {
    let empty = [99.0, 1.0].map(|value| group(value, 0.0, 9.0));
    let with = |groups: &[Group]| [groups, empty.as_slice()].concat();
    let all = |groups: &[Group]| {
        [BestOff::ByValue, BestOff::ByOrder].map(|best_off| {
            let scale = Some(100.0);
            [
                population_attributable_risk(groups, best_off, Better::High, scale, P95).unwrap(),
                population_attributable_fraction(groups, best_off, Better::Low, scale, P95)
                    .unwrap(),
                attributable_fraction(groups, best_off, scale, P95).unwrap(),
                tests_to_level_up(groups, Better::High, 1.0).unwrap(),
            ]
        })
    };
    assert_eq!(all(&with(&three())), all(&three()));
    let one = tests_to_level_up(&with(&three()[..1]), Better::High, 1.0).unwrap();
    assert_eq!(one.status, Status::Undefined);
}

#[test]
fn tests_to_level_up_are_the_risk_times_all_people() {
    let tests = tests_to_level_up(&three(), Better::High, 100.0).unwrap();
    near(tests.value, 90.0);
    let fewer = tests_to_level_up(&three(), Better::Low, 1.0).unwrap();
    near(fewer.value, -6000.0);
    assert!(tests_to_level_up(&three(), Better::High, 0.0).is_err());
}
