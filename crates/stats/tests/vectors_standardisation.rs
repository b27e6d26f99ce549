//! Standardised measures agree with published numbers and with reference packages.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod vectors;

use std::collections::BTreeMap;

use kohort_stats::standardisation::{
    AgeBand, DirectMethod, DirectStratum, IndirectMethod, IndirectStratum, RepeatStratum,
    Standardisation, StratumNumber, directly_standardised_rate,
    directly_standardised_rate_repeat_events, expected_count, indirectly_standardised_rate,
    indirectly_standardised_ratio, life_expectancy,
};
use kohort_stats::{Confidence, Estimate, Status};
use vectors::{Case, Table, Value, Vectors};

/// The options of a case: a ratio times 1 at 95 % where it does not say.
fn options<Method>(case: &Case, method: Method) -> Standardisation<Method> {
    let confidence = case.params.number("conf").unwrap_or(0.95);
    Standardisation {
        multiplier: case.params.number("multiplier").unwrap_or(1.0),
        confidence: Confidence::try_new(confidence).unwrap(),
        method,
    }
}

/// The fields that most cases ask for.
fn field(estimate: &Estimate, stat: &str) -> Option<Value> {
    Some(match stat {
        "value" => estimate.value.into(),
        "ci_lower" => estimate.lower_cl.into(),
        "ci_upper" => estimate.upper_cl.into(),
        "total_count" | "observed" => estimate.events.into(),
        "total_pop" => estimate.n.into(),
        _ => return None,
    })
}

/// The strata of a table; a count that is missing is 0, which is what `PHEindicatormethods` does
/// and a person asks for with `coalesce`.
fn strata(table: &Table) -> Vec<DirectStratum> {
    let has_years = table.has_column("person_years");
    let population = if has_years {
        "person_years"
    } else {
        "population"
    };
    let (events, population) = (table.numbers("events"), table.numbers(population));
    let weights = table.numbers("std_population");
    let rows = events.into_iter().zip(population).zip(weights);
    rows.map(|((events, population), weight)| DirectStratum {
        events: events.or(Some(0.0)),
        population,
        weight,
    })
    .collect()
}

/// The strata of a table by age alone: sexes pooled before anything is standardised.
fn pooled(table: &Table) -> Vec<DirectStratum> {
    let mut ages: BTreeMap<String, [StratumNumber; 3]> = BTreeMap::new();
    for (age, stratum) in table.texts("age_group").into_iter().zip(strata(table)) {
        let sums = ages.entry(age.unwrap().to_owned()).or_default();
        sums[0].add(stratum.events);
        sums[1].add(stratum.population);
        sums[2].add(stratum.weight);
    }
    ages.into_values()
        .map(|[events, population, weight]| DirectStratum {
            events: events.summed(),
            population: population.summed(),
            weight: weight.repeated("std_population").unwrap(),
        })
        .collect()
}

/// Selvin's table holds a standard population whose rates the indirect measures use.
fn selvin(table: &Table) -> Vec<IndirectStratum> {
    let column = |name| table.numbers(name).into_iter();
    let reference = column("std_events").zip(column("std_population"));
    let rows = column("events").zip(column("population")).zip(reference);
    rows.map(|((events, population), reference)| IndirectStratum {
        events,
        population,
        reference_events: reference.0,
        reference_population: reference.1,
    })
    .collect()
}

#[test]
fn directly_standardised_rates_agree() {
    let vectors = Vectors::open("standardisation");
    let compute = |case: &Case| {
        let name = case.measure.strip_prefix("dsr_")?;
        let is_method = |method: &&DirectMethod| method.as_str() == name;
        let method = *DirectMethod::ALL.iter().find(is_method)?;
        let table = vectors.input(case).select(&case.group);
        let strata = match case.params.has("sexes pooled before standardising") {
            true => pooled(&table),
            false => strata(&table),
        };
        let rate = |strata: &[DirectStratum], method| {
            directly_standardised_rate(strata, options(case, method)).unwrap()
        };
        // The crude rate is that of all strata as one, its exact limits those of a gamma.
        let whole = |strata: &[DirectStratum]| {
            let sum = |number: fn(&DirectStratum) -> Option<f64>| {
                strata.iter().map(number).sum::<Option<f64>>()
            };
            let (events, population) = (sum(|row| row.events), sum(|row| row.population));
            let weight = Some(1.0);
            rate(
                &[DirectStratum {
                    events,
                    population,
                    weight,
                }],
                DirectMethod::GammaApprox,
            )
        };
        match case.stat.strip_prefix("crude") {
            Some("") => field(&whole(&strata), "value"),
            Some(limit) => field(&whole(&strata), limit.strip_prefix('_')?),
            None => field(&rate(&strata, method), &case.stat),
        }
    };
    vectors.check(
        &[
            "dsr_dobson",
            "dsr_fay_feuer",
            "dsr_tiwari",
            "dsr_gamma_approx",
            "dsr_lognormal",
        ],
        compute,
    );
}

#[test]
fn rates_of_repeated_events_agree() {
    let vectors = Vectors::open("standardisation");
    vectors.check(&["dsr_nonindependent"], |case| {
        let table = vectors.input(case).select(&case.group);
        let column = |name| table.numbers(name).into_iter();
        let ages = table.texts("age_group").into_iter();
        let people = column("event_frequency").zip(column("persons"));
        let denominators = column("population").zip(column("std_population"));
        let mut sums: BTreeMap<&str, [StratumNumber; 4]> = BTreeMap::new();
        for ((age, (frequency, persons)), (population, weight)) in
            ages.zip(people).zip(denominators)
        {
            let (events, squares) = RepeatStratum::people(frequency, persons).unwrap();
            let sums = sums.entry(age?).or_default();
            for (sum, number) in sums.iter_mut().zip([events, squares, population, weight]) {
                sum.add(number);
            }
        }
        let strata: Vec<_> = sums
            .into_values()
            .map(|[events, squares, population, weight]| RepeatStratum {
                events: events.summed(),
                squares: squares.summed(),
                population: population.repeated("population").unwrap(),
                weight: weight.repeated("std_population").unwrap(),
            })
            .collect();
        let estimate = directly_standardised_rate_repeat_events(&strata, options(case, ()));
        field(&estimate.unwrap(), &case.stat)
    });
}

/// The strata of England's test data; what is missing is 0, as in `PHEindicatormethods`.
fn england(table: &Table) -> Vec<IndirectStratum> {
    let column = |name| {
        table
            .numbers(name)
            .into_iter()
            .map(|number| number.or(Some(0.0)))
    };
    let reference = column("ref_events").zip(column("ref_population"));
    let rows = column("events").zip(column("population")).zip(reference);
    rows.map(|((events, population), reference)| IndirectStratum {
        events,
        population,
        reference_events: reference.0,
        reference_population: reference.1,
    })
    .collect()
}

/// The strata of a Swedish region, with the rates of the whole country by sex and age.
fn sweden(country: &Table, region: &Table) -> Vec<IndirectStratum> {
    let keys = |table: &Table| -> Vec<(String, String)> {
        let texts = |name| {
            table
                .texts(name)
                .into_iter()
                .map(|text| text.unwrap().to_owned())
        };
        texts("sex").zip(texts("age_group")).collect()
    };
    let counts = |table: &Table| {
        table
            .known("events")
            .into_iter()
            .zip(table.known("population"))
    };
    let mut reference: BTreeMap<_, (f64, f64)> = BTreeMap::new();
    for (key, (events, population)) in keys(country).into_iter().zip(counts(country)) {
        let sum = reference.entry(key).or_default();
        *sum = (sum.0 + events, sum.1 + population);
    }
    let rows = keys(region).into_iter().zip(counts(region));
    rows.map(|(key, (events, population))| IndirectStratum {
        events: Some(events),
        population: Some(population),
        reference_events: Some(reference[&key].0),
        reference_population: Some(reference[&key].1),
    })
    .collect()
}

#[test]
fn indirectly_standardised_ratios_and_rates_agree() {
    let vectors = Vectors::open("standardisation");
    let compute = |case: &Case| {
        let country = vectors.input(case);
        let area = country.select(&case.group);
        let strata = match case.input.as_str() {
            "in_phe_isr.csv" => england(&area),
            "in_sweden_deaths_2014.csv" => sweden(&country, &area),
            "in_selvin_1940_1960.csv" => selvin(&area),
            _ => return None,
        };
        let options = match case.measure.as_str() {
            "isr_lognormal" => options(case, IndirectMethod::Lognormal),
            _ => options(case, IndirectMethod::Byar),
        };
        let rate = indirectly_standardised_rate(&strata, options).unwrap();
        let ratio = indirectly_standardised_ratio(&strata, options).unwrap();
        match case.stat.as_str() {
            "expected" => Some(expected_count(&strata).unwrap().value.into()),
            // A place with as many events as expected has the rate of the reference.
            "ref_rate" => Some((rate.value? / ratio.value? * options.multiplier).into()),
            "rate" => field(&rate, "value"),
            stat => match (case.measure.as_str(), stat.strip_prefix("rate_")) {
                ("isr_rate", None) => field(&rate, stat),
                (_, Some(stat)) => field(&rate, stat),
                (_, None) => field(&ratio, stat),
            },
        }
    };
    vectors.check(&["isr_ratio", "isr_rate", "isr_lognormal"], compute);
}

#[test]
fn life_expectancies_agree() {
    let vectors = Vectors::open("standardisation");
    vectors.check(&["life_expectancy"], |case| {
        let table = vectors.input(case);
        let column = |name| table.numbers(name).into_iter();
        let rows = column("startage").zip(column("population").zip(column("deaths")));
        let bands: Vec<_> = rows
            .map(|(start_age, (population, deaths))| AgeBand {
                start_age,
                population,
                deaths,
            })
            .collect();
        let at_age = case.group.number("startage")?;
        let confidence = options(case, ()).confidence;
        field(
            &life_expectancy(&bands, at_age, confidence).unwrap(),
            &case.stat,
        )
    });
}

#[test]
fn no_measure_of_the_family_is_forgotten() {
    let vectors = Vectors::open("standardisation");
    vectors.assert_measures(&[
        "dsr_dobson",
        "dsr_fay_feuer",
        "dsr_gamma_approx",
        "dsr_lognormal",
        "dsr_nonindependent",
        "dsr_tiwari",
        "isr_lognormal",
        "isr_rate",
        "isr_ratio",
        "life_expectancy",
    ]);
}

#[test]
fn a_missing_count_is_no_zero_here() {
    let vectors = Vectors::open("standardisation");
    let tiny = vectors
        .table("in_phe_isr.csv")
        .with("area", "testdata_tiny");
    let column = |name| tiny.numbers(name).into_iter();
    let reference = column("ref_events").zip(column("ref_population"));
    let rows = column("events").zip(column("population")).zip(reference);
    let strata: Vec<_> = rows
        .map(|((events, population), reference)| IndirectStratum {
            events,
            population,
            reference_events: reference.0,
            reference_population: reference.1,
        })
        .collect();
    let options = Standardisation {
        multiplier: 1.0,
        confidence: Confidence::P95,
        method: IndirectMethod::Byar,
    };
    let ratio = indirectly_standardised_ratio(&strata, options).unwrap();
    assert_eq!(ratio.status, Status::IncompleteStrata);
}
