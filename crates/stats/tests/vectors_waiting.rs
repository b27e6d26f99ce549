//! Waiting times against R's `survival` and `survRM2`, and against an implementation of its own for
//! synthetic people.

#![allow(clippy::unwrap_used, reason = "tests")]

mod vectors;

use kohort_stats::waiting::{
    CompetingEvent, CompetingTimes, Contrast, Curve, Limits, WaitingTimes, cumulative_incidence,
    kaplan_meier_quantile, kaplan_meier_survival, logrank_test, restricted_mean_difference,
    restricted_mean_ratio, restricted_mean_survival_time, share_within,
};
use kohort_stats::{Confidence, Estimate};
use vectors::{Case, Table, Value, Vectors};

/// Computed numbers have to agree to nine digits, whatever their line allows. Printed ones are
/// rounded.
const DIGITS: f64 = 1e-9;

/// Checks measures of this family, computed numbers to [`DIGITS`].
fn check(vectors: &Vectors, measures: &[&str], compute: impl Fn(&Case) -> Option<Value>) -> usize {
    vectors.check(measures, |case| {
        let got = compute(case)?;
        if let (Value::Number(expected), Value::Number(got)) = (&case.expected, &got) {
            let off = (got - expected).abs();
            assert!(
                case.origin == "stored" || off <= DIGITS * expected.abs(),
                "{} {}: expected {expected}, got {got}",
                case.case_id,
                case.stat,
            );
        }
        Some(got)
    })
}

/// The people of a table, per distinct time. Some inputs have their own names for the columns.
fn waits(table: &Table) -> WaitingTimes {
    let (time, event) = match table.has_column("wait_days") {
        true => ("wait_days", "completed"),
        false => ("time", "event"),
    };
    let mut waits = WaitingTimes::new();
    let events = table.numbers(event).into_iter();
    for (time, event) in table.numbers(time).into_iter().zip(events) {
        waits.add(time, event.map(|event| event == 1.0)).unwrap();
    }
    waits
}

fn limits(case: &Case) -> Limits {
    let word = case.params.get("conf_type");
    word.map_or(Limits::LogLog, |word| Limits::parse(word).unwrap())
}

fn confidence(case: &Case) -> Confidence {
    let number = case.params.number("conf");
    number.map_or(Confidence::P95, |number| {
        Confidence::try_new(number).unwrap()
    })
}

fn group(vectors: &Vectors, case: &Case) -> Table {
    vectors.input(case).select(&case.group)
}

#[test]
fn survival_and_quantiles_are_those_of_r() {
    let vectors = Vectors::open("waiting_times");
    vectors.assert_measures(&[
        "km_quantile",
        "km_survival",
        "rmst",
        "rmst_difference",
        "rmst_ratio",
        "logrank",
        "cumulative_incidence",
        "share_within",
    ]);
    let checked = check(&vectors, &["km_survival"], |case| {
        let waits = waits(&group(&vectors, case));
        let t = case.params.number("t")?;
        let found = kaplan_meier_survival(&waits, t, limits(case), confidence(case)).unwrap();
        Some(match case.stat.as_str() {
            "surv" => found.value.into(),
            "std_err" => found.se.into(),
            "lower" => found.lower_cl.into(),
            "upper" => found.upper_cl.into(),
            "n_risk" => usize::try_from(Curve::of(&waits).at_risk(t))
                .unwrap()
                .into(),
            _ => return None,
        })
    });
    assert_eq!(checked, 255);
    let checked = check(&vectors, &["km_quantile"], |case| {
        let waits = waits(&group(&vectors, case));
        let (quantile, stat) = case.stat.split_once('_').unwrap_or((&case.stat, ""));
        let percent: f64 = quantile.strip_prefix('p')?.parse().ok()?;
        let (limits, confidence) = (limits(case), confidence(case));
        let found = kaplan_meier_quantile(&waits, percent / 100.0, limits, confidence).unwrap();
        Some(match stat {
            "" => found.value.into(),
            "lower" => found.lower_cl.into(),
            "upper" => found.upper_cl.into(),
            _ => return None,
        })
    });
    assert_eq!(checked, 222);
}

#[test]
fn shares_within_a_time_are_one_minus_survival() {
    let vectors = Vectors::open("waiting_times");
    let checked = check(&vectors, &["share_within"], |case| {
        let waits = waits(&group(&vectors, case));
        let t = case.params.number("t")?;
        let found = share_within(&waits, t, limits(case), confidence(case)).unwrap();
        estimate(&found, &case.stat)
    });
    assert_eq!(checked, 27);
}

fn estimate(found: &Estimate, stat: &str) -> Option<Value> {
    Some(match stat {
        "estimate" | "rmst" | "cif" => found.value.into(),
        "se" => found.se.into(),
        "ci_lower" => found.lower_cl.into(),
        "ci_upper" => found.upper_cl.into(),
        _ => return None,
    })
}

fn restricted_mean(table: &Table, case: &Case) -> Option<Estimate> {
    let tau = case.params.number("tau")?;
    let mean = restricted_mean_survival_time(&waits(table), tau, confidence(case));
    Some(mean.unwrap())
}

/// Two groups of people, as `arm1-arm0` or `sex=K minus sex=M` names them.
fn contrast(
    vectors: &Vectors,
    case: &Case,
    compare: fn(&Estimate, &Estimate, Confidence) -> Contrast,
) -> Option<Value> {
    let (column, a, b) = match case.params.0.first()?.0.as_str() {
        "arm1-arm0" | "arm1/arm0" => ("arm", "1", "0"),
        // Split at its first `=`: the key is `sex`, the value the rest.
        "sex" => ("sex", "K", "M"),
        _ => return None,
    };
    let table = vectors.input(case);
    let a = restricted_mean(&table.with(column, a), case)?;
    let b = restricted_mean(&table.with(column, b), case)?;
    let found = compare(&a, &b, confidence(case));
    match case.stat.as_str() {
        "p" => Some(found.p_value.into()),
        stat => estimate(&found.estimate, stat),
    }
}

#[test]
fn restricted_means_are_those_of_survrm2() {
    let vectors = Vectors::open("waiting_times");
    let mut checked = check(&vectors, &["rmst"], |case| {
        let mean = restricted_mean(&group(&vectors, case), case)?;
        estimate(&mean, &case.stat)
    });
    checked += check(&vectors, &["rmst_difference"], |case| {
        contrast(&vectors, case, restricted_mean_difference)
    });
    checked += check(&vectors, &["rmst_ratio"], |case| {
        contrast(&vectors, case, restricted_mean_ratio)
    });
    assert_eq!(checked, 72 + 7 + 7);
}

#[test]
fn the_log_rank_test_is_that_of_r() {
    let vectors = Vectors::open("waiting_times");
    let checked = check(&vectors, &["logrank"], |case| {
        let table = vectors.input(case);
        let by = case.group.get("by")?;
        let groups = table.distinct(by).into_iter();
        let groups: Vec<_> = groups.map(|value| waits(&table.with(by, &value))).collect();
        let test = logrank_test(&groups.iter().collect::<Vec<_>>());
        Some(match case.stat.as_str() {
            "chisq" => test.estimate.value.into(),
            "p" => test.p_value.into(),
            _ => return None,
        })
    });
    assert_eq!(checked, 6);
}

#[test]
fn cumulative_incidences_are_those_of_r() {
    let vectors = Vectors::open("waiting_times");
    let checked = check(&vectors, &["cumulative_incidence"], |case| {
        let table = group(&vectors, case);
        let (t, cause) = (case.params.number("t")?, case.params.number("cause")?);
        let mut times = CompetingTimes::new();
        let events = table.known("event_type").into_iter();
        for (time, event) in table.numbers("time").into_iter().zip(events) {
            let event = match event {
                0.0 => CompetingEvent::Censored,
                event if event == cause => CompetingEvent::Cause,
                _ => CompetingEvent::Other,
            };
            times.add(time, Some(event)).unwrap();
        }
        let found = cumulative_incidence(&times, t, limits(case), confidence(case)).unwrap();
        estimate(&found, &case.stat)
    });
    assert_eq!(checked, 44);
}
