//! Comparisons of two groups against numbers of other packages.

mod vectors;

use kohort_stats::comparison::{
    GroupCounts, dsr_difference, dsr_ratio, rate_difference, rate_ratio, risk_difference,
    risk_ratio,
};
use kohort_stats::{Confidence, Estimate};
use vectors::{Case, Table, Value, Vectors};

const RATES: [&str; 5] = [
    "rate_ratio",
    "rate_ratio_exact",
    "rate_ratio_midp",
    "rate_difference",
    "rate_difference_mover",
];
const RISKS: [&str; 2] = ["risk_ratio", "risk_difference_newcombe"];
const STANDARDISED: [&str; 2] = ["dsr_ratio", "dsr_difference"];

fn confidence(case: &Case) -> Option<Confidence> {
    Confidence::try_new(case.params.number("conf").unwrap_or(0.95)).ok()
}

/// The method of a case: `mover with exact Poisson limits` is `mover`.
fn method<M: std::str::FromStr>(case: &Case) -> Option<M> {
    let text = case.params.get("method")?;
    text.split(' ').next()?.parse().ok()
}

fn field(estimate: Estimate, stat: &str) -> Option<Value> {
    Some(match stat {
        "value" => estimate.value.into(),
        "ci_lower" => estimate.lower_cl.into(),
        "ci_upper" => estimate.upper_cl.into(),
        _ => return None,
    })
}

/// Two groups from two rows, or from two pairs of columns of one row.
fn groups(
    table: &Table,
    events: &str,
    denominator: &str,
    one: &str,
    zero: &str,
) -> [GroupCounts; 2] {
    [one, zero].map(|name| {
        let number = |column: &str| table.known(&format!("{column}{name}"))[0];
        GroupCounts::new(number(events), number(denominator))
    })
}

#[test]
fn no_measure_of_the_family_is_left_out() {
    let vectors = Vectors::open("comparisons");
    let all: Vec<&str> = [&RATES[..], &RISKS, &STANDARDISED].concat();
    vectors.assert_measures(&all);
}

#[test]
fn rates_compare_as_in_epitools() {
    let vectors = Vectors::open("comparisons");
    let checked = vectors.check(&RATES, |case| {
        let rows = vectors.input(case);
        let [group, reference] = match case.input.as_str() {
            "in_rothman_breast_cancer.csv" => ["1", "0"].map(|exposed| {
                let row = rows.with("exposed", exposed);
                GroupCounts::new(row.known("events")[0], row.known("person_time")[0])
            }),
            "in_rate_pairs.csv" => {
                let row = rows.select(&case.group);
                groups(&row, "events", "person_time", "1", "0")
            }
            _ => return None,
        };
        let confidence = confidence(case)?;
        let estimate = match case.measure.starts_with("rate_ratio") {
            true => rate_ratio(group, reference, confidence, method(case)?),
            false => rate_difference(group, reference, 1.0, confidence, method(case)?),
        };
        field(estimate.unwrap(), &case.stat)
    });
    assert_eq!(checked, 14);
}

#[test]
fn risks_compare_as_in_newcombe_and_katz() {
    let vectors = Vectors::open("comparisons");
    let checked = vectors.check(&RISKS, |case| {
        let rows = vectors.input(case);
        let [group, reference] = match case.input.as_str() {
            "in_risk_pairs.csv" => groups(&rows.select(&case.group), "x", "n", "1", "2"),
            // Tested among all, women against men.
            "in_synth_genomic_access.csv" => ["K", "M"].map(|sex| {
                let rows = rows.with("sex", sex);
                let n = f64::from(u32::try_from(rows.len()).unwrap());
                GroupCounts::new(rows.sum("tested"), n)
            }),
            _ => return None,
        };
        let confidence = confidence(case)?;
        let estimate = match case.measure.as_str() {
            "risk_ratio" => risk_ratio(group, reference, confidence),
            _ => risk_difference(group, reference, confidence, method(case)?),
        };
        field(estimate.unwrap(), &case.stat)
    });
    assert_eq!(checked, 15);
}

/// A directly standardised rate and its standard error, by the formula and nothing else. Strata
/// may have several rows.
fn standardised(rows: &Table, strata: &[&str], multiplier: f64) -> Estimate {
    let mut sums = std::collections::BTreeMap::<Vec<Option<&str>>, (f64, f64, f64)>::new();
    let keys: Vec<_> = strata.iter().map(|column| rows.texts(column)).collect();
    let [events, population] = ["events", "person_years"].map(|name| match rows.has_column(name) {
        true => rows.known(name),
        false => rows.known("population"),
    });
    for (index, weight) in rows.known("std_population").into_iter().enumerate() {
        let key = keys.iter().map(|column| column[index]);
        let sum = sums.entry(key.collect()).or_insert((0.0, 0.0, weight));
        sum.0 += events[index];
        sum.1 += population[index];
    }
    let weights: f64 = sums.values().map(|(_, _, weight)| weight).sum();
    let terms = sums.values().map(|(o, n, w)| (w / weights / n, *o));
    let rate: f64 = terms.clone().map(|(share, o)| share * o).sum();
    let variance: f64 = terms.map(|(share, o)| share * share * o).sum();
    Estimate {
        se: Some(multiplier * variance.sqrt()),
        ..Estimate::of(multiplier * rate, "by hand")
    }
}

#[test]
fn standardised_rates_compare_as_in_the_dsr_vignette_and_by_hand() {
    let vectors = Vectors::open("comparisons");
    let checked = vectors.check(&STANDARDISED, |case| {
        let rows = vectors.input(case).select(&case.group);
        let (column, strata): (_, &[&str]) = match case.input.as_str() {
            "in_alaska_florida.csv" => ("state", &["age_group", "sex"]),
            "in_sweden_deaths_2014.csv" => ("sex", &["age_group"]),
            _ => return None,
        };
        let (pair, _) = case.params.0.first()?;
        let (one, zero) = pair.split_once(['/', '-'])?;
        let multiplier = case.params.number("multiplier").unwrap_or(1.0);
        let of = |group: &str| standardised(&rows.with(column, group), strata, multiplier);
        let (one, zero, confidence) = (of(one), of(zero), confidence(case)?);
        let estimate = match case.measure.as_str() {
            "dsr_ratio" => dsr_ratio(&one, &zero, confidence),
            _ => dsr_difference(&one, &zero, confidence),
        };
        field(estimate.unwrap(), &case.stat)
    });
    assert_eq!(checked, 133);
}
