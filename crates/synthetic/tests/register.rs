//! What holds of every register, whatever is planted.

#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicU64, Ordering};

use kohort_synthetic::{Error, Planted, Simulation, SimulationProgress};
use support::{Register, Silent, small as decade, sums};

/// 31 December 2015, and 1 January 2016, as days since 1970.
const END_OF_2015: f64 = 16_800.0;
/// 31 December 2025.
const LAST_DAY: f64 = 20_453.0;

fn small(seed: u64, threads: usize) -> Simulation {
    Simulation {
        people: 60_000,
        seed,
        planted: Planted::all(),
        threads: NonZeroUsize::new(threads),
        people_per_file: 7_000,
    }
}

#[test]
fn a_seed_gives_the_same_bytes_on_one_thread_and_on_four() {
    let one = Register::make(&small(3, 1));
    let four = Register::make(&small(3, 4));
    assert_eq!(one.summary, four.summary);
    assert_eq!(one.files().len(), 5 * 9 + 2);
    assert!(one.files() == four.files(), "files differ");
    let other = Register::make(&small(4, 4));
    assert!(one.files() != other.files(), "another seed gives the same");
}

#[test]
fn people_are_those_of_the_regions_by_sex_and_age() {
    let register = Register::of(200_000, Planted::none());
    let people = register.table("people");
    let ages = people.counts("birth_date").into_iter().map(|birth| {
        // Full years at the end of 2015, since everyone is born in the year that their age says.
        ((END_OF_2015 - birth) / 365.25).floor()
    });
    let groups = people.known("region").into_iter().zip(people.known("sex"));
    let found = sums(
        groups
            .zip(ages)
            .filter(|(_, age)| *age >= 0.0)
            .map(|((region, sex), age)| ((region, sex, decade(age / 10.0)), 1.0)),
    );
    let text = include_str!("../../../datasets/sweden/population_region_sex_age1_2015.csv");
    let real = sums(text.lines().skip(1).map(|line| {
        let fields: Vec<&str> = line.split(',').collect();
        let age: u8 = fields[3].trim_end_matches('+').parse().unwrap();
        let key = (fields[1].to_owned(), fields[2].to_owned(), age / 10);
        (key, fields[4].parse().unwrap())
    }));
    let (all_found, all_real): (f64, f64) = (found.values().sum(), real.values().sum());
    let young = |key: &(String, String, u8)| key.2 < 9;
    assert_eq!(real.keys().filter(|key| young(key)).count(), 21 * 2 * 9);
    for (key, real) in real.iter().filter(|(key, _)| young(key)) {
        let expected = real * all_found / all_real;
        let got = found.get(key).copied().unwrap_or(0.0);
        // Drawn evenly and not at random, so nearer than chance; a birthday may be off by a day.
        assert!(
            (got - expected).abs() <= 3.0 * expected.sqrt() + 3.0,
            "{key:?}: {got}, {expected}"
        );
    }
}

#[test]
fn the_population_is_that_of_people_in_the_middle_of_the_year() {
    let register = Register::of(50_000, Planted::none());
    let people = register.table("people");
    let middle_of_2020 = 18_444.0;
    let (births, deaths) = (people.counts("birth_date"), people.numbers("died"));
    let municipalities = people.known("municipality");
    let present = births.iter().zip(&deaths).map(|(birth, died)| {
        let is_there = *birth <= middle_of_2020 && died.is_none_or(|died| died > middle_of_2020);
        f64::from(u8::from(is_there))
    });
    let counted = sums(municipalities.into_iter().zip(present));
    let table = register.table("population");
    let years = table.counts("year").into_iter();
    let rows = years
        .zip(table.known("municipality"))
        .zip(table.counts("population"));
    let told = sums(
        rows.filter(|((year, _), _)| *year == 2020.0)
            .map(|((_, municipality), people)| (municipality, people)),
    );
    assert_eq!(told.values().sum::<f64>(), counted.values().sum::<f64>());
    for (municipality, people) in told {
        assert_eq!(counted[&municipality], people, "{municipality}");
    }
}

#[test]
fn rates_are_such_as_a_country_could_have() {
    let register = Register::of(150_000, Planted::none());
    let people = register.summary.people as f64;
    let referrals = register.summary.referrals as f64 / people / 10.0;
    assert!((0.002..0.010).contains(&referrals), "{referrals}");
    assert!(register.summary.tests < register.summary.referrals);
    assert!(register.summary.diagnoses < register.summary.tests);
    assert!(register.summary.study > 0);
    let died = register.table("people").numbers("died");
    let deaths = died.iter().flatten().count() as f64 / people / 10.0;
    assert!((0.006..0.012).contains(&deaths), "{deaths}");
    let waiting = register.table("tests").numbers("reported");
    let waiting = waiting.iter().filter(|day| day.is_none()).count() as f64;
    let share = waiting / register.summary.tests as f64;
    assert!((0.005..0.08).contains(&share), "{share}");
}

#[test]
fn rows_refer_to_rows_that_are_there_and_days_follow_one_another() {
    let register = Register::of(60_000, Planted::all());
    let people = register.table("people");
    let ids = people.known("person_id");
    assert_eq!(ids.iter().collect::<HashSet<_>>().len(), ids.len());
    let deaths = people.numbers("died").into_iter();
    let last: HashMap<String, f64> = ids
        .into_iter()
        .zip(deaths.map(|died| died.unwrap_or(LAST_DAY)))
        .collect();
    let referrals = register.table("referrals");
    let referred: BTreeMap<String, f64> = referrals
        .known("referral_id")
        .into_iter()
        .zip(referrals.counts("referred"))
        .collect();
    assert_eq!(referred.len() as u64, register.summary.referrals);

    let tests = register.table("tests");
    let test_ids: HashSet<String> = tests.known("test_id").into_iter().collect();
    assert_eq!(test_ids.len() as u64, register.summary.tests);
    let (sampled, reported) = (tests.numbers("sampled"), tests.numbers("reported"));
    let (persons, of) = (tests.known("person_id"), tests.texts("referral_id"));
    assert!(of.iter().any(Option::is_none) && of.iter().any(Option::is_some));
    for (row, ordered) in tests.counts("ordered").into_iter().enumerate() {
        if let Some(referral) = &of[row] {
            assert!(referred[referral] <= ordered);
        }
        assert!(sampled[row].is_none_or(|day| ordered <= day));
        assert!(reported[row].is_none_or(|day| sampled[row].unwrap() <= day));
        let latest = reported[row].or(sampled[row]).unwrap_or(ordered);
        assert!(latest <= last[&persons[row]]);
    }

    let diagnoses = register.table("diagnoses");
    let of = diagnoses.texts("test_id");
    assert!(of.iter().any(Option::is_none));
    assert!(of.iter().flatten().all(|test| test_ids.contains(test)));
    let persons = diagnoses.known("person_id").into_iter();
    for (person, day) in persons.zip(diagnoses.counts("diagnosed")) {
        assert!(day <= last[&person]);
    }
}

#[test]
fn steps_of_the_study_follow_one_another() {
    let register = Register::of(60_000, Planted::all());
    let study = register.table("study");
    let mut before: Vec<Option<f64>> = study.numbers("eligible");
    assert!(before.iter().all(Option::is_some));
    for step in [
        "invited",
        "included",
        "sampled",
        "sequenced",
        "reported",
        "treated",
    ] {
        let days = study.numbers(step);
        for (day, before) in days.iter().zip(&before) {
            let Some(day) = day else { continue };
            assert!(before.is_some_and(|before| before < *day), "{step}");
        }
        let reached = days.iter().flatten().count();
        assert!(
            reached > 0 && reached < before.iter().flatten().count(),
            "{step}"
        );
        before = days;
    }
}

#[test]
fn progress_ends_at_everyone_and_can_stop() {
    struct Count(AtomicU64, bool);
    impl SimulationProgress for Count {
        fn people(&self, people: u64) {
            self.0.fetch_add(people, Ordering::Relaxed);
        }

        fn is_stopped(&self) -> bool {
            self.1
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let count = Count(AtomicU64::new(0), false);
    small(1, 2).write(folder.path(), &count).unwrap();
    assert_eq!(count.0.into_inner(), 60_000);
    let folder = tempfile::tempdir().unwrap();
    let stopped = small(1, 2).write(folder.path(), &Count(AtomicU64::new(0), true));
    assert!(matches!(stopped, Err(Error::Stopped)));
}

#[test]
fn what_cannot_be_made_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let nobody = Simulation {
        people: 0,
        ..Simulation::default()
    };
    let error = nobody.write(folder.path(), &Silent).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("people: expected a number from 1"),
        "{error}"
    );
    std::fs::write(folder.path().join("thesis.txt"), "mine").unwrap();
    let error = small(1, 1).write(folder.path(), &Silent).unwrap_err();
    assert!(matches!(error, Error::NotEmpty { .. }) && error.hint().is_some());
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn one_person_is_a_register_too() {
    let one = Simulation {
        people: 1,
        ..Simulation::default()
    };
    let register = Register::make(&one);
    assert_eq!(register.table("people").known("person_id").len(), 1);
}
