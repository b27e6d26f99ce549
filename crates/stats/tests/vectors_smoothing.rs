//! Smoothed rates and autocorrelation agree with reference packages.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod small_areas;
mod vectors;

use std::collections::BTreeMap;

use kohort_stats::smoothing::{
    Autocorrelation, Chance, LocalVariance, Neighbours, Place, SmoothingMethod, Weighting,
    choynowski, eb_smooth, eb_smooth_local, gearys_c, local_morans_i, morans_i,
};
use kohort_stats::variation::{Area, eb_gamma_alpha};
use small_areas::{areas, people};
use vectors::{Case, Value, Vectors};

/// Neighbouring counties of North Carolina, in the order of the counties.
fn counties(vectors: &Vectors) -> Neighbours {
    let table = vectors.table("in_nc_neighbours.csv");
    let mut lists: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (area, neighbour) in table
        .texts("area")
        .into_iter()
        .zip(table.texts("neighbour"))
    {
        lists.entry(area.unwrap()).or_default().extend(neighbour);
    }
    let counties = vectors.table("in_nc_sids.csv");
    let place =
        |area: Option<&'_ str>| (area.map(str::to_owned), lists.get(area.unwrap()).cloned());
    let places: Vec<_> = counties.texts("area").into_iter().map(place).collect();
    let places: Vec<_> = places
        .iter()
        .map(|(area, neighbours)| Place {
            area: area.as_deref(),
            neighbours: neighbours.clone(),
        })
        .collect();
    Neighbours::try_new(&places).unwrap().unwrap()
}

/// The index of the area that a case is about.
fn index(vectors: &Vectors, case: &Case) -> Option<usize> {
    let table = vectors.table(&case.input);
    if let Some(code) = case.group.get("lan_code") {
        return table
            .distinct("lan_code")
            .iter()
            .position(|found| found == code);
    }
    let area = case.group.get("area")?;
    let names = table.texts("area").into_iter();
    names.flatten().position(|name| name == area)
}

/// The variable of a case.
fn variable(case: &Case, counties: &[Area]) -> Option<Vec<Option<f64>>> {
    let name = case.params.get("variable")?;
    let value = |area: &Area| {
        let (events, births) = (area.observed?, area.expected?);
        match name {
            "rate_per_1000" => Some(1000.0 * events / births),
            "freeman_tukey" => {
                let root = |events: f64| (events / births).sqrt();
                Some(1000.0_f64.sqrt() * (root(events) + root(events + 1.0)))
            }
            _ => None,
        }
    };
    Some(counties.iter().map(value).collect())
}

fn weighting(case: &Case) -> Option<Weighting> {
    match case.params.get("weights")? {
        "W" => Some(Weighting::RowStandardised),
        "B" => Some(Weighting::Binary),
        _ => None,
    }
}

#[test]
fn global_autocorrelation_agrees() {
    let vectors = Vectors::open("spatial_smoothing");
    let counties = counties(&vectors);
    let areas = people(&vectors.table("in_nc_sids.csv"));
    vectors.check(&["morans_i", "gearys_c"], |case| {
        let (values, weighting) = (variable(case, &areas)?, weighting(case)?);
        let measure = match case.measure.as_str() {
            "morans_i" => morans_i,
            _ => gearys_c,
        };
        let by = |chance| measure(&values, &counties, weighting, chance).unwrap();
        let variance = |found: Autocorrelation| found.estimate.se.unwrap().powi(2);
        let randomised = by(Chance::Randomisation);
        assert_eq!(randomised.n_isolates, 0);
        Some(match case.stat.as_str() {
            "I" | "C" => randomised.estimate.value.into(),
            "expected" => randomised.expected.into(),
            "variance_randomisation" => variance(randomised).into(),
            "variance_normal" => variance(by(Chance::Normality)).into(),
            "z" | "z_randomisation" => randomised.z.into(),
            "z_normal" => by(Chance::Normality).z.into(),
            "p_greater_randomisation" => randomised.p_value.into(),
            _ => return None,
        })
    });
}

#[test]
fn local_autocorrelation_agrees() {
    let vectors = Vectors::open("spatial_smoothing");
    let counties = counties(&vectors);
    let areas = people(&vectors.table("in_nc_sids.csv"));
    vectors.check(&["local_morans_i"], |case| {
        let (values, weighting) = (variable(case, &areas)?, weighting(case)?);
        let found = local_morans_i(&values, &counties, weighting).unwrap()[index(&vectors, case)?];
        Some(match case.stat.as_str() {
            "Ii" => found.value.into(),
            "E" => found.expected.into(),
            "Var" => found.variance.into(),
            "Z" => found.z.into(),
            _ => return None,
        })
    });
}

/// What a case wants of a smoothing.
fn smoothed(vectors: &Vectors, case: &Case, method: SmoothingMethod) -> Option<Value> {
    let areas = match method {
        SmoothingMethod::Marshall => people(&vectors.table(&case.input)),
        _ => areas(vectors, case)?,
    };
    let found = eb_smooth(&areas, method).unwrap();
    let (mean, variance) = (found.mean?, found.variance?);
    let area = || Some(found.areas[index(vectors, case)?]);
    Some(match case.stat.as_str() {
        "raw" | "smr" => area()?.raw.into(),
        "est" | "smoothed" | "smoothed_ratio" | "rr" => area()?.value.into(),
        "rr_median" => area()?.median.into(),
        "smoothed_log" => area()?.value.map(f64::ln).into(),
        "a" | "sigma2" => variance.into(),
        "b" | "phi" => mean.into(),
        "nu" => (mean * mean / variance).into(),
        // By moments the rate of the gamma distribution, by likelihood its shape.
        "alpha" if method == SmoothingMethod::GammaMoments => (mean / variance).into(),
        "alpha" => (mean * mean / variance).into(),
        "log_mu" => mean.ln().into(),
        _ => return None,
    })
}

#[test]
fn smoothed_rates_agree() {
    let vectors = Vectors::open("spatial_smoothing");
    for (measure, method) in [
        ("eb_marshall_global", SmoothingMethod::Marshall),
        ("eb_poisson_gamma_ck", SmoothingMethod::GammaMoments),
        ("eb_poisson_gamma_ml", SmoothingMethod::GammaMl),
        ("eb_lognormal", SmoothingMethod::Lognormal),
    ] {
        vectors.check(&[measure], |case| smoothed(&vectors, case, method));
    }
}

#[test]
fn gamma_distributions_with_mean_one_agree() {
    let vectors = Vectors::open("spatial_smoothing");
    vectors.check(&["eb_martuzzi_hills"], |case| {
        let found = eb_gamma_alpha(&areas(&vectors, case)?).unwrap();
        match case.stat.as_str() {
            "alpha" => Some(found.estimate.value.into()),
            "variance" => Some(found.variance.into()),
            _ => smoothed(&vectors, case, SmoothingMethod::GammaMean1),
        }
    });
}

#[test]
fn local_smoothing_agrees() {
    let vectors = Vectors::open("spatial_smoothing");
    let counties = counties(&vectors);
    let areas = people(&vectors.table("in_nc_sids.csv"));
    let found = eb_smooth_local(&areas, &counties, LocalVariance::Own).unwrap();
    vectors.check(&["eb_marshall_local"], |case| {
        let area = found[index(&vectors, case)?];
        match case.stat.as_str() {
            "raw" => Some(area.raw.into()),
            "est" => Some(area.value.into()),
            _ => None,
        }
    });
}

#[test]
fn probabilities_of_counts_agree() {
    let vectors = Vectors::open("spatial_smoothing");
    let areas = people(&vectors.table("in_nc_sids.csv"));
    let found = choynowski(&areas).unwrap();
    vectors.check(&["choynowski"], |case| match case.stat.as_str() {
        "pmap" => Some(found[index(&vectors, case)?].value.into()),
        _ => None,
    });
}

#[test]
fn no_measure_of_the_family_is_forgotten() {
    let vectors = Vectors::open("spatial_smoothing");
    vectors.assert_measures(&[
        "choynowski",
        "eb_lognormal",
        "eb_marshall_global",
        "eb_marshall_local",
        "eb_martuzzi_hills",
        "eb_poisson_gamma_ck",
        "eb_poisson_gamma_ml",
        "gearys_c",
        "local_morans_i",
        "morans_i",
    ]);
}
