//! What is planted is there, and what is not is not: by crude looks at large registers.

#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use kohort_synthetic::{Planted, Switch};
use support::{Register, small, sums};

const PEOPLE: u64 = 400_000;

static NONE: LazyLock<Register> = LazyLock::new(|| Register::of(PEOPLE, Planted::none()));
static ALL: LazyLock<Register> = LazyLock::new(|| Register::of(PEOPLE, Planted::all()));

/// Tests over need, and how many standard errors that is from 1, by what `key` says of a person:
/// region, sex and band of income.
fn tests_over_need(
    register: &Register,
    key: impl Fn(&(String, String, u8)) -> String,
) -> BTreeMap<String, (f64, f64)> {
    let people = register.table("people");
    let who: Vec<(String, String, u8)> = people
        .known("region")
        .into_iter()
        .zip(people.known("sex"))
        .zip(people.counts("income_band"))
        .map(|((region, sex), band)| (region, sex, small(band)))
        .collect();
    let ids = people.known("person_id");
    let of: BTreeMap<&String, usize> = ids.iter().zip(0..).collect();
    let need = sums(who.iter().map(&key).zip(people.counts("need")));
    let tested = register.table("tests").known("person_id");
    let tests = sums(tested.iter().map(|id| (key(&who[of[id]]), 1.0)));
    let ratio = |(key, need): (String, f64)| {
        let tests = tests.get(&key).copied().unwrap_or(0.0);
        (key, (tests / need, (tests - need) / need.sqrt()))
    };
    need.into_iter().map(ratio).collect()
}

/// Everyone the same, but for chance: no group is four standard errors off.
fn assert_alike(what: &str, groups: &BTreeMap<String, (f64, f64)>) {
    assert!(groups.len() > 1);
    for (group, (ratio, distance)) in groups {
        assert!(distance.abs() < 4.0, "{what} {group}: {ratio}, {distance}");
    }
}

#[test]
fn nothing_planted_leaves_tests_to_need_and_chance() {
    let by = |key: fn(&(String, String, u8)) -> String| tests_over_need(&NONE, key);
    assert_alike("region", &by(|who| who.0.clone()));
    assert_alike("sex", &by(|who| who.1.clone()));
    assert_alike("income", &by(|who| who.2.to_string()));
    assert_alike("region and sex", &by(|who| format!("{} {}", who.0, who.1)));
}

#[test]
fn regions_test_as_planted() {
    let regions = Register::of(PEOPLE, Planted::of(&[Switch::RegionTestRate]));
    let found = tests_over_need(&regions, |who| who.0.clone());
    for (region, (ratio, distance)) in &found {
        let planted = match region.as_str() {
            "23" => 0.60,
            "25" => 0.75,
            "03" => 1.40,
            _ => 1.0,
        };
        let off = (ratio - planted).abs();
        let error = (ratio - 1.0).abs() / distance.abs();
        assert!(off < 5.0 * error, "{region}: {ratio} and not {planted}");
    }
    assert!(found["23"].1 < -4.0 && found["03"].1 > 4.0, "{found:?}");
}

#[test]
fn sexes_and_incomes_are_unequal_where_planted() {
    let gap = Register::of(PEOPLE, Planted::of(&[Switch::SexGap]));
    let found = tests_over_need(&gap, |who| format!("{} {}", who.0, who.1));
    for group in ["10 K", "21 K"] {
        assert!((found[group].0 - 0.70).abs() < 0.15, "{group}: {found:?}");
    }
    for group in ["10 M", "21 M", "01 K", "12 K"] {
        assert!(found[group].1.abs() < 4.0, "{group}: {found:?}");
    }
    let gradient = Register::of(PEOPLE, Planted::of(&[Switch::IncomeGradient]));
    let found = tests_over_need(&gradient, |who| who.2.to_string());
    for (band, planted) in [
        ("1", 0.75),
        ("2", 0.90),
        ("3", 1.0),
        ("4", 1.10),
        ("5", 1.25),
    ] {
        assert!((found[band].0 - planted).abs() < 0.06, "{band}: {found:?}");
    }
}

#[test]
fn need_falls_with_income_where_planted() {
    let need = |register: &Register| {
        let people = register.table("people");
        let bands = people.counts("income_band").into_iter();
        let bands = bands.map(small);
        let need = sums(bands.zip(people.counts("need")));
        need[&1] / need[&5]
    };
    assert!((need(&NONE) - 1.0).abs() < 0.06, "{}", need(&NONE));
    assert!(need(&ALL) > 1.5, "{}", need(&ALL));
}

/// The mean of a number by region, over tests of one kind, relative to all regions.
fn by_region(
    register: &Register,
    number: fn(&support::Table) -> Vec<Option<f64>>,
) -> BTreeMap<String, f64> {
    let tests = register.table("tests");
    let kinds = tests.known("test_type");
    let rows: Vec<(String, f64)> = tests
        .known("region")
        .into_iter()
        .zip(number(&tests))
        .zip(kinds)
        .filter(|(_, kind)| kind == "panel")
        .filter_map(|((region, number), _)| Some((region, number?)))
        .collect();
    let mean = rows.iter().map(|(_, number)| number).sum::<f64>() / rows.len() as f64;
    let counts = sums(rows.iter().map(|(region, _)| (region.clone(), 1.0)));
    let totals = sums(rows);
    totals
        .into_iter()
        .map(|(region, total)| (region.clone(), total / counts[&region] / mean))
        .collect()
}

fn waits(tests: &support::Table) -> Vec<Option<f64>> {
    let ordered = tests.counts("ordered").into_iter();
    let reported = tests.numbers("reported").into_iter();
    reported
        .zip(ordered)
        .map(|(to, from)| Some(to? - from))
        .collect()
}

#[test]
fn waits_and_costs_are_those_of_the_planted_regions() {
    let planted = by_region(&ALL, waits);
    for region in ["18", "22"] {
        assert!(planted[region] > 1.5, "{region}: {planted:?}");
    }
    let costs = by_region(&ALL, |tests| tests.numbers("cost_sek"));
    assert!((costs["07"] - 1.5).abs() < 0.06, "{costs:?}");
    for (region, ratio) in &costs {
        assert!(
            region == "07" || (ratio - 1.0).abs() < 0.06,
            "{region}: {ratio}"
        );
    }
    for (region, ratio) in by_region(&NONE, waits) {
        assert!((ratio - 1.0).abs() < 0.25, "{region}: {ratio}");
    }
    for (region, ratio) in by_region(&NONE, |tests| tests.numbers("cost_sek")) {
        assert!((ratio - 1.0).abs() < 0.05, "{region}: {ratio}");
    }
}

#[test]
fn the_study_loses_men_of_one_region_at_one_step() {
    let kept = |register: &Register, region: &str, sex: &str| {
        let study = register.table("study");
        let who = study.known("region").into_iter().zip(study.known("sex"));
        let steps = study
            .numbers("included")
            .into_iter()
            .zip(study.numbers("sampled"));
        let included: Vec<bool> = who
            .zip(steps)
            .filter(|((r, s), (included, _))| r == region && s == sex && included.is_some())
            .map(|(_, (_, sampled))| sampled.is_some())
            .collect();
        included.iter().filter(|sampled| **sampled).count() as f64 / included.len() as f64
    };
    assert!((kept(&ALL, "12", "M") - 0.57).abs() < 0.05);
    assert!(kept(&ALL, "12", "K") > 0.90);
    assert!(kept(&ALL, "14", "M") > 0.90);
    assert!(kept(&NONE, "12", "M") > 0.90);
}

#[test]
fn what_is_planted_is_written_beside_the_tables() {
    let lines = |register: &Register| {
        let files = register.files();
        String::from_utf8(files["planted.ndjson"].clone()).unwrap()
    };
    assert_eq!(lines(&NONE), "");
    let all = lines(&ALL);
    assert_eq!(all.lines().count(), 3 + 2 + 5 + 5 + 2 + 1 + 1);
    for switch in Switch::ALL {
        assert!(all.contains(&format!("\"name\":\"{}\"", switch.as_str())));
    }
}

#[test]
fn one_switch_leaves_all_else_as_it_was() {
    let costly = Register::of(50_000, Planted::of(&[Switch::CostOutlier]));
    let plain = Register::of(50_000, Planted::none());
    let (costly, plain) = (costly.files(), plain.files());
    for (name, bytes) in &plain {
        let is_same = costly[name] == *bytes;
        let is_touched = name.starts_with("tests/") || name == "planted.ndjson";
        assert_eq!(is_same, !is_touched, "{name}");
    }
}
