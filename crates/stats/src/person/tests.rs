use proptest::prelude::*;

use super::*;
use crate::{Error, Estimate, Status};

type Index = fn(&[Person]) -> Result<Estimate, Error>;

const INDICES: [(&str, Index); 9] = [
    ("gini", |people| gini(people, GiniCorrection::None)),
    ("hoover", hoover_index),
    ("atkinson 0.5", |people| atkinson(people, 0.5)),
    ("atkinson 1", |people| atkinson(people, 1.0)),
    ("atkinson 2", |people| atkinson(people, 2.0)),
    ("entropy -1", |people| generalised_entropy(people, -1.0)),
    ("entropy 0", |people| generalised_entropy(people, 0.0)),
    ("entropy 1", |people| generalised_entropy(people, 1.0)),
    ("entropy 2", |people| generalised_entropy(people, 2.0)),
];

fn people<const N: usize>(values: [f64; N]) -> Vec<Person> {
    values.map(|value| Person::alone(Some(value))).to_vec()
}

fn near(got: Option<f64>, expected: f64) {
    let got = got.unwrap();
    assert!((got - expected).abs() <= 1e-12, "{got} is not {expected}");
}

#[test]
fn equal_people_are_at_0() {
    for (name, index) in INDICES {
        let value = index(&people([3.0, 3.0, 3.0])).unwrap().value.unwrap();
        assert_eq!(value.to_bits(), 0.0_f64.to_bits(), "{name}: {value}");
    }
}

#[test]
fn small_cases_are_as_by_hand() {
    let three = people([1.0, 2.0, 6.0]);
    // The mean is 3; the mean difference over all nine pairs is 2 (1 + 5 + 4) / 9.
    near(
        gini(&three, GiniCorrection::None).unwrap().value,
        20.0 / 9.0 / 6.0,
    );
    near(
        gini(&three, GiniCorrection::SmallSample).unwrap().value,
        20.0 / 6.0 / 6.0,
    );
    near(hoover_index(&three).unwrap().value, 1.0 / 3.0);
    near(
        atkinson(&three, 2.0).unwrap().value,
        1.0 - (3.0 / (1.0 + 0.5 + 1.0 / 6.0)) / 3.0,
    );
    near(
        atkinson(&three, 1.0).unwrap().value,
        1.0 - 12.0_f64.cbrt() / 3.0,
    );
    near(atkinson(&three, 0.0).unwrap().value, 0.0);
    near(
        generalised_entropy(&three, 2.0).unwrap().value,
        (41.0 / 27.0 - 1.0) / 2.0,
    );
    near(
        generalised_entropy(&three, -1.0).unwrap().value,
        (5.0 / 3.0 - 1.0) / 2.0,
    );
}

#[test]
fn a_null_is_incomplete_and_a_wrong_weight_an_error() {
    let with = |value, weight| {
        let mut all = people([1.0, 2.0, 6.0]);
        all.push(Person::weighted(value, weight));
        all
    };
    for (name, index) in INDICES {
        for missing in [
            with(None, Some(1.0)),
            with(Some(1.0), None),
            with(None, Some(0.0)),
        ] {
            let estimate = index(&missing).unwrap();
            assert_eq!(estimate.status, Status::IncompleteStrata, "{name}");
        }
        for undefined in [
            with(Some(-1.0), Some(1.0)),
            with(Some(f64::INFINITY), Some(1.0)),
            with(Some(1.0), Some(f64::INFINITY)),
            people([0.0, 0.0]),
            vec![],
        ] {
            assert_eq!(
                index(&undefined).unwrap().status,
                Status::Undefined,
                "{name}"
            );
        }
        assert!(index(&with(Some(1.0), Some(-1.0))).is_err(), "{name}");
        assert!(index(&with(None, Some(-1.0))).is_err(), "{name}");
        let nobody = index(&with(Some(-5.0), Some(0.0))).unwrap();
        assert_eq!(nobody, index(&people([1.0, 2.0, 6.0])).unwrap(), "{name}");
    }
}

#[test]
fn people_with_nothing_count_as_the_definition_says() {
    let some = people([0.0, 1.0]);
    for (alpha, value) in [
        (-1.0, None),
        (0.0, None),
        (0.5, Some(2.0_f64)),
        (1.0, Some(2.0)),
    ] {
        let entropy = generalised_entropy(&some, alpha).unwrap();
        match value {
            None => assert_eq!(entropy.status, Status::Undefined),
            // (½ √2 - 1) / -¼ and ½ · 2 ln 2.
            Some(two) if alpha == 0.5 => near(entropy.value, 4.0 - 2.0 * two.sqrt()),
            Some(two) => near(entropy.value, two.ln()),
        }
    }
    for (epsilon, value) in [(0.5, 0.5), (1.0, 1.0), (2.0, 1.0)] {
        near(atkinson(&some, epsilon).unwrap().value, value);
    }
    near(gini(&some, GiniCorrection::None).unwrap().value, 0.5);
}

#[test]
fn parameters_have_to_be_numbers() {
    let some = people([1.0, 2.0]);
    for epsilon in [-0.1, f64::NAN, f64::INFINITY] {
        assert!(atkinson(&some, epsilon).is_err());
    }
    for alpha in [f64::NAN, f64::INFINITY] {
        assert!(generalised_entropy(&some, alpha).is_err());
        let grouped = [(Some(1), some[0])];
        assert!(theil_decomposition(&grouped, alpha).is_err());
    }
}

#[test]
fn much_aversion_tells_who_has_least() {
    // 1 - min / mean is the limit; the powers themselves would overflow.
    let index = atkinson(&people([1e-3, 1.0, 2.0]), 5000.0)
        .unwrap()
        .value
        .unwrap();
    assert!(
        (index - (1.0 - 1e-3 / (3.001 / 3.0))).abs() < 1e-5,
        "{index}"
    );
}

#[test]
fn one_person_has_no_corrected_gini() {
    let one = people([4.0]);
    assert_eq!(gini(&one, GiniCorrection::None).unwrap().value, Some(0.0));
    let corrected = gini(&one, GiniCorrection::SmallSample).unwrap();
    assert_eq!(corrected.status, Status::Undefined);
}

#[test]
fn the_correction_counts_people_and_not_rows() {
    let people = [(2.0, 30.0), (6.0, 10.0)].map(|(x, w)| Person::weighted(Some(x), Some(w)));
    let plain = gini(&people, GiniCorrection::None).unwrap().value.unwrap();
    let corrected = gini(&people, GiniCorrection::SmallSample).unwrap();
    near(corrected.value, plain * 40.0 / 39.0);
    let each: Vec<_> = [2.0; 30].into_iter().chain([6.0; 10]).collect();
    let each: Vec<_> = each.into_iter().map(|x| Person::alone(Some(x))).collect();
    near(
        gini(&each, GiniCorrection::SmallSample).unwrap().value,
        corrected.value.unwrap(),
    );
    let shares = [(2.0, 0.75), (6.0, 0.25)].map(|(x, w)| Person::weighted(Some(x), Some(w)));
    let corrected = gini(&shares, GiniCorrection::SmallSample).unwrap();
    assert_eq!(corrected.status, Status::Undefined);
}

#[test]
fn rows_without_a_group_are_left_out_and_counted() {
    let mut rows: Vec<_> = people([1.0, 2.0, 6.0])
        .into_iter()
        .map(|person| (Some("all"), person))
        .collect();
    rows.push((None, Person::alone(None)));
    let parts = theil_decomposition(&rows, 1.0).unwrap();
    assert_eq!((parts.n, parts.n_without_group), (3.0, 1.0));
    assert_eq!((parts.status, parts.between), (Status::Ok, Some(0.0)));
    assert_eq!(parts.within, parts.total);
    rows.push((Some("other"), Person::alone(None)));
    let parts = theil_decomposition(&rows, 1.0).unwrap();
    assert_eq!(
        (parts.status, parts.total),
        (Status::IncompleteStrata, None)
    );
    let none = theil_decomposition::<u8>(&[], 1.0).unwrap();
    assert_eq!((none.status, none.n), (Status::Undefined, 0.0));
}

#[test]
fn a_group_with_nothing_has_no_spread_of_its_own() {
    let rows = [("a", 0.0), ("a", 0.0), ("b", 1.0), ("b", 3.0)];
    let rows = rows.map(|(group, value)| (Some(group), Person::alone(Some(value))));
    let parts = theil_decomposition(&rows, 1.0).unwrap();
    near(parts.between, 2.0_f64.ln());
    near(
        parts.within,
        (0.5 * 0.5_f64.ln() + 1.5 * 1.5_f64.ln()) / 2.0,
    );
    let undefined = theil_decomposition(&rows, 0.0).unwrap();
    assert_eq!(undefined.status, Status::Undefined);
}

#[test]
fn people_who_are_alike_may_be_one_row() {
    let kinds = [(0.3, 0.7, 3), (1.1, 0.1, 5), (1.1, 0.2, 2), (7.7, 1.0, 1)];
    let (mut each, mut once) = (Vec::new(), Vec::new());
    for (value, weight, times) in kinds {
        let person = Person::weighted(Some(value), Some(weight));
        each.extend(vec![person; times]);
        let times = u32::try_from(times).unwrap();
        once.insert(0, person.repeated(f64::from(times)));
    }
    let corrected: Index = |people| gini(people, GiniCorrection::SmallSample);
    for (name, index) in INDICES.into_iter().chain([("corrected", corrected)]) {
        assert_eq!(index(&each), index(&once), "{name}");
        assert_eq!(index(&each).unwrap().n, Some(11.0));
    }
    let group = |person: &Person| (person.value.map(|value| value > 1.0), *person);
    let (each, once): (Vec<_>, Vec<_>) = (
        each.iter().map(group).collect(),
        once.iter().map(group).collect(),
    );
    let parts = theil_decomposition(&each, 1.0);
    assert_eq!(parts, theil_decomposition(&once, 1.0));
    assert_eq!(parts.unwrap().n, 11.0);
}

type Row = (Option<u8>, Person);

fn any_people() -> impl Strategy<Value = (Vec<Row>, Vec<Row>)> {
    let any_person = (0.01..1e6, 0.0..10.0, 0..4_u8);
    let rows = prop::collection::vec(any_person, 1..40).prop_map(|people| {
        let row = |(value, weight, group)| {
            let person = Person::weighted(Some(value), Some(weight + 0.1));
            (Some(group), person)
        };
        people.into_iter().map(row).collect::<Vec<Row>>()
    });
    rows.prop_flat_map(|rows| (Just(rows.clone()), Just(rows).prop_shuffle()))
}

proptest! {
    #[test]
    fn the_order_of_rows_changes_no_bit((rows, shuffled) in any_people()) {
        let people = |rows: &[Row]| rows.iter().map(|row| row.1).collect::<Vec<_>>();
        for (name, index) in INDICES {
            let (one, other) = (index(&people(&rows)), index(&people(&shuffled)));
            prop_assert_eq!(one, other, "{}", name);
        }
        for alpha in [0.0, 1.0, 2.0] {
            let parts = theil_decomposition(&rows, alpha);
            prop_assert_eq!(parts, theil_decomposition(&shuffled, alpha));
        }
    }

    #[test]
    fn the_parts_add_up_to_the_total((rows, _) in any_people()) {
        for alpha in [-1.0, 0.0, 0.5, 1.0, 2.0] {
            let parts = theil_decomposition(&rows, alpha).unwrap();
            let (total, within, between) =
                (parts.total.unwrap(), parts.within.unwrap(), parts.between.unwrap());
            prop_assert!((within + between - total).abs() <= 1e-9 * total.max(1.0));
        }
    }

    #[test]
    fn bounded_indices_keep_their_bounds((rows, _) in any_people()) {
        let people: Vec<Person> = rows.iter().map(|row| row.1).collect();
        for (name, index) in &INDICES[..5] {
            let value = index(&people).unwrap().value.unwrap();
            prop_assert!((0.0..=1.0).contains(&value), "{}: {}", name, value);
        }
    }
}
