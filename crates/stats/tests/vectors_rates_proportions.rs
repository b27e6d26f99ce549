//! Rates, proportions and means against numbers of other packages.

mod vectors;

use kohort_stats::rates::{
    MeanSums, PoissonMethod, byar_limits, crude_rate, mean, poisson_limits, proportion,
    wilson_limits,
};
use kohort_stats::{Confidence, Estimate};
use vectors::{Case, Value, Vectors};

fn confidence(case: &Case) -> Option<Confidence> {
    Confidence::try_new(case.params.number("conf")?).ok()
}

/// The fields that every measure of the family has.
fn field(estimate: Estimate, stat: &str) -> Option<Value> {
    Some(match stat {
        "value" => estimate.value.into(),
        "ci_lower" => estimate.lower_cl.into(),
        "ci_upper" => estimate.upper_cl.into(),
        "events" => estimate.events.into(),
        "n" => estimate.n.into(),
        "ci_method" => estimate.method.into(),
        _ => return None,
    })
}

/// The method of a case: `auto(exact if ...)` is `auto`; what names none has the default.
fn method<M: std::str::FromStr + Default>(case: &Case) -> Option<M> {
    let Some(text) = case.params.get("method") else {
        return Some(M::default());
    };
    text.split('(').next()?.parse().ok()
}

#[test]
fn no_measure_of_the_family_is_left_out() {
    let vectors = Vectors::open("rates_proportions");
    vectors.assert_measures(&[
        "byar_limits",
        "crude_rate",
        "mean",
        "poisson_byar",
        "poisson_exact",
        "poisson_mid_p",
        "proportion",
        "proportion_agresti_coull",
        "proportion_clopper_pearson",
        "proportion_wilson",
        "proportion_wilson_cc",
        "wilson_limits",
    ]);
}

#[test]
fn crude_rates_are_those_of_phe_and_of_swedish_deaths() {
    let vectors = Vectors::open("rates_proportions");
    let checked = vectors.check(&["crude_rate"], |case| {
        let rows = vectors.input(case).select(&case.group);
        let (events, population) = match case.input.as_str() {
            "in_phe_rate.csv" => (rows.numbers("numerator")[0], rows.numbers("denominator")[0]),
            "in_sweden_deaths_2014.csv" => (Some(rows.sum("events")), Some(rows.sum("population"))),
            _ => return None,
        };
        let multiplier = case.params.number("multiplier")?;
        let (confidence, method) = (confidence(case)?, method(case)?);
        let rate = crude_rate(events, population, multiplier, confidence, method);
        field(rate.unwrap(), &case.stat)
    });
    assert_eq!(checked, 279);
}

#[test]
fn limits_of_counts_and_shares_are_those_of_phe() {
    let vectors = Vectors::open("rates_proportions");
    let checked = vectors.check(&["byar_limits", "wilson_limits"], |case| {
        let row = vectors.input(case).select(&case.group);
        let (events, confidence) = (row.known("x")[0], confidence(case)?);
        let limits = match case.measure.as_str() {
            "byar_limits" => byar_limits(events, confidence),
            _ => wilson_limits(events, row.known("n")[0], confidence),
        };
        match case.stat.as_str() {
            "ci_lower" => Some(limits.lower.into()),
            "ci_upper" => Some(limits.upper.into()),
            _ => None,
        }
    });
    assert_eq!(checked, 26);
}

#[test]
fn limits_of_a_rate_are_those_of_epitools() {
    let vectors = Vectors::open("rates_proportions");
    let checked = vectors.check(
        &["poisson_exact", "poisson_byar", "poisson_mid_p"],
        |case| {
            let row = vectors.input(case).select(&case.group);
            let (events, time) = (row.known("events")[0], row.known("person_time")[0]);
            let method = match case.measure.as_str() {
                "poisson_exact" => PoissonMethod::Exact,
                "poisson_byar" => PoissonMethod::Byar,
                _ => PoissonMethod::MidP,
            };
            let count = poisson_limits(Some(events), confidence(case)?, method).unwrap();
            let rate =
                crude_rate(Some(events), Some(time), 1.0, confidence(case)?, method).unwrap();
            // A rate is the count with its limits, divided.
            assert_eq!(count.upper_cl.map(|upper| upper / time), rate.upper_cl);
            field(rate, &case.stat)
        },
    );
    assert_eq!(checked, 156);
}

#[test]
fn proportions_are_those_of_phe_and_epitools() {
    let vectors = Vectors::open("rates_proportions");
    let measures = [
        "proportion",
        "proportion_agresti_coull",
        "proportion_clopper_pearson",
        "proportion_wilson",
        "proportion_wilson_cc",
    ];
    let checked = vectors.check(&measures, |case| {
        let rows = vectors.input(case).select(&case.group);
        let (events, n) = match case.input.as_str() {
            "in_phe_proportion.csv" => {
                (rows.numbers("numerator")[0], rows.numbers("denominator")[0])
            }
            "in_binomial.csv" => (rows.numbers("events")[0], rows.numbers("n")[0]),
            "in_synth_genomic_access.csv" => {
                let n = f64::from(u32::try_from(rows.len()).unwrap());
                (Some(rows.sum("tested")), Some(n))
            }
            _ => return None,
        };
        let multiplier = case.params.number("multiplier").unwrap_or(1.0);
        let (confidence, method) = (confidence(case)?, method(case)?);
        let share = proportion(events, n, multiplier, confidence, method).unwrap();
        field(share, &case.stat)
    });
    assert_eq!(checked, 203);
}

#[test]
fn means_are_those_of_phe() {
    let vectors = Vectors::open("rates_proportions");
    let checked = vectors.check(&["mean"], |case| {
        let rows = vectors.input(case).select(&case.group);
        let sums: MeanSums = rows.numbers("values").into_iter().collect();
        match case.stat.as_str() {
            "sum" => Some(sums.sum.value().into()),
            "stddev" => Some(sums.standard_deviation().into()),
            stat => field(mean(&sums, confidence(case)?).unwrap(), stat),
        }
    });
    assert_eq!(checked, 12);
}
