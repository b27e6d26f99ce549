//! The areas that the test vectors of variation and smoothing are about.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::BTreeMap;

use kohort_stats::standardisation::{IndirectStratum, expected_count};
use kohort_stats::variation::Area;

use crate::vectors::{Case, Table, Vectors};

/// The areas of a case, with what was observed and expected in each, in the order of the input (of
/// their codes for Swedish regions).
pub(crate) fn areas(vectors: &Vectors, case: &Case) -> Option<Vec<Area>> {
    let table = vectors.table(&case.input);
    match case.input.as_str() {
        "in_turp_switzerland.csv" => Some(zip(&table, "observed", "expected")),
        // Expected at the rate of all areas together.
        "in_nc_sids.csv" => {
            let people = people(&table);
            let observed: f64 = people.iter().map(|area| area.observed.unwrap()).sum();
            let all: f64 = people.iter().map(|area| area.expected.unwrap()).sum();
            let expect = |area: &Area| Area {
                expected: area.expected.map(|people| people * observed / all),
                ..*area
            };
            Some(people.iter().map(expect).collect())
        }
        "in_sweden_deaths_2014.csv" => Some(regions(&table)),
        _ => None,
    }
}

/// Sudden infant deaths in 1974 to 1978 and births, per county of North Carolina.
pub(crate) fn people(table: &Table) -> Vec<Area> {
    zip(table, "sid74", "bir74")
}

fn zip(table: &Table, observed: &str, expected: &str) -> Vec<Area> {
    let columns = table
        .numbers(observed)
        .into_iter()
        .zip(table.numbers(expected));
    columns
        .map(|(observed, expected)| Area { observed, expected })
        .collect()
}

/// Swedish regions: deaths, and deaths at the national rates by sex and age.
fn regions(table: &Table) -> Vec<Area> {
    let texts = |name| table.texts(name).into_iter().map(Option::unwrap);
    let counts = table
        .known("events")
        .into_iter()
        .zip(table.known("population"));
    let keys = texts("sex").zip(texts("age_group"));
    let rows: Vec<_> = texts("lan_code").zip(keys).zip(counts).collect();
    let mut country: BTreeMap<_, (f64, f64)> = BTreeMap::new();
    for (&(_, key), (events, population)) in rows.iter().map(|(keys, counts)| (keys, counts)) {
        let sum = country.entry(key).or_default();
        *sum = (sum.0 + events, sum.1 + population);
    }
    let mut regions: BTreeMap<_, (f64, Vec<IndirectStratum>)> = BTreeMap::new();
    for ((code, key), (events, population)) in rows {
        let (observed, strata) = regions.entry(code).or_default();
        *observed += events;
        strata.push(IndirectStratum {
            events: Some(events),
            population: Some(population),
            reference_events: Some(country[&key].0),
            reference_population: Some(country[&key].1),
        });
    }
    let areas = regions.into_values().map(|(observed, strata)| Area {
        observed: Some(observed),
        expected: expected_count(&strata).unwrap().value,
    });
    areas.collect()
}
