//! Funnel plots against those of Public Health England.

mod vectors;

use kohort_stats::funnel::{
    Area, FunnelFlag, FunnelOptions, FunnelStatistic, funnel_flags, funnel_limits_proportion,
    funnel_limits_rate, funnel_limits_ratio, funnel_target,
};
use kohort_stats::rates::exact_poisson_limits;
use kohort_stats::{Confidence, Estimate};
use std::collections::BTreeMap;
use vectors::{Table, Value, Vectors};

fn areas(table: &Table, events: &str, denominator: &str) -> Vec<Area> {
    let counts = table
        .numbers(events)
        .into_iter()
        .zip(table.numbers(denominator));
    let area = |(events, denominator)| Area {
        events,
        denominator,
    };
    counts.map(area).collect()
}

fn words(flags: &[Option<FunnelFlag>]) -> Vec<Value> {
    let word = |flag: &Option<FunnelFlag>| flag.map_or(Value::Null, |flag| flag.as_str().into());
    flags.iter().map(word).collect()
}

/// The lines of a plot, by the confidence that a stat names.
fn line(stat: &str, multiplier: f64, of: impl Fn(Confidence) -> Estimate) -> Option<Value> {
    let scaled = |value: Option<f64>| Value::from(value.map(|value| multiplier * value));
    Some(match stat {
        "lower_2s" => scaled(of(Confidence::P95).lower_cl),
        "upper_2s" => scaled(of(Confidence::P95).upper_cl),
        "lower_3s" => scaled(of(Confidence::P998).lower_cl),
        "upper_3s" => scaled(of(Confidence::P998).upper_cl),
        "baseline" => scaled(of(Confidence::P95).value),
        _ => return None,
    })
}

#[test]
fn no_measure_of_the_family_is_left_out() {
    let vectors = Vectors::open("funnel");
    vectors.assert_measures(&[
        "funnel_limits_proportion",
        "funnel_limits_rate",
        "funnel_limits_ratio",
        "funnel_significance",
    ]);
}

#[test]
fn flags_are_those_of_phe_and_of_swedish_deaths() {
    let vectors = Vectors::open("funnel");
    let proportions = || {
        if !vectors.has("in_phe_funnel_proportion.csv") {
            return BTreeMap::new();
        }
        let table = vectors.table("in_phe_funnel_proportion.csv");
        let flags = funnel_flags(
            &areas(&table, "numerator", "denominator"),
            FunnelOptions::default(),
        );
        let names = table.texts("area").into_iter().flatten().map(str::to_owned);
        names
            .zip(words(&flags.unwrap()))
            .collect::<BTreeMap<_, _>>()
    };
    let ratios = || {
        let table = vectors.table("in_sweden_deaths_2014.csv");
        let regions = table.distinct("lan_code");
        let areas: Vec<Area> = regions.iter().map(|region| ratio(&table, region)).collect();
        let options = FunnelOptions {
            target: Some(1.0),
            statistic: FunnelStatistic::Ratio,
            ..FunnelOptions::default()
        };
        let flags = words(&funnel_flags(&areas, options).unwrap());
        regions.into_iter().zip(flags).collect::<BTreeMap<_, _>>()
    };
    let (proportions, ratios) = (proportions(), ratios());
    let checked = vectors.check(&["funnel_significance"], |case| {
        match (case.params.get("statistic")?, case.params.get("target")?) {
            ("proportion", "pooled") => proportions.get(case.group.get("area")?).cloned(),
            ("ratio", "1") => ratios.get(case.group.get("lan_code")?).cloned(),
            _ => None,
        }
    });
    assert_eq!(checked, 324);
}

/// Deaths of a region, and those expected at the rates of the country by sex and age.
fn ratio(table: &Table, region: &str) -> Area {
    let mut rates = BTreeMap::<_, (f64, f64)>::new();
    let keys: Vec<_> = table
        .texts("sex")
        .into_iter()
        .zip(table.texts("age_group"))
        .collect();
    let (events, population) = (table.known("events"), table.known("population"));
    for (index, key) in keys.iter().enumerate() {
        let rate = rates.entry(*key).or_default();
        rate.0 += events[index];
        rate.1 += population[index];
    }
    let regions = table.texts("lan_code");
    let here = (0..keys.len()).filter(|index| regions[*index] == Some(region));
    let (mut observed, mut expected) = (0.0, 0.0);
    for index in here {
        let (deaths, people) = rates[&keys[index]];
        observed += events[index];
        expected += population[index] * deaths / people;
    }
    Area::new(observed, expected)
}

#[test]
fn lines_around_a_share_are_those_of_phe() {
    let vectors = Vectors::open("funnel");
    if !vectors.has("in_phe_funnel_proportion.csv") {
        return;
    }
    let table = vectors.table("in_phe_funnel_proportion.csv");
    let areas = areas(&table, "numerator", "denominator");
    let target = funnel_target(&areas, FunnelStatistic::Proportion).unwrap();
    let checked = vectors.check(&["funnel_limits_proportion"], |case| {
        let (n, multiplier) = (case.group.number("n")?, case.params.number("multiplier")?);
        line(&case.stat, multiplier, |confidence| {
            funnel_limits_proportion(Some(n), target.value, confidence).unwrap()
        })
    });
    assert_eq!(checked, 75);
}

#[test]
fn lines_around_a_ratio_and_a_rate_are_those_of_phe() {
    let vectors = Vectors::open("funnel");
    let of_ratio = vectors.check(&["funnel_limits_ratio"], |case| {
        let observed = case.group.number("observed")?;
        let exact = exact_poisson_limits(observed, Confidence::P95);
        match case.stat.as_str() {
            "lower_2s_expected" => Some(exact.upper.into()),
            "upper_2s_expected" => Some(exact.lower.into()),
            stat => line(stat, case.params.number("multiplier")?, |confidence| {
                funnel_limits_ratio(Some(observed), confidence).unwrap()
            }),
        }
    });
    assert_eq!(of_ratio, 90);
    if !vectors.has("in_phe_funnel_rate.csv") {
        return;
    }
    // The target is the sum of events over the person-time that their rates imply.
    let table = vectors.table("in_phe_funnel_rate.csv");
    let (events, rates) = (table.known("events"), table.known("rate_per_100000"));
    let time: f64 = events
        .iter()
        .zip(&rates)
        .map(|(events, rate)| events / rate)
        .sum();
    let target = table.sum("events") / time;
    let of_rate = vectors.check(&["funnel_limits_rate"], |case| {
        let events = case.group.number("events")?;
        line(&case.stat, 1.0, |confidence| {
            funnel_limits_rate(Some(events), Some(target), confidence).unwrap()
        })
    });
    assert_eq!(of_rate, 60);
}
