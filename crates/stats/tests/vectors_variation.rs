//! Measures of small-area variation agree with published numbers and with reference packages.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod small_areas;
mod vectors;

use kohort_stats::variation::{
    Area, Quantiles, ScvDefinition, chi_square_heterogeneity, coefficient_of_variation,
    extremal_quotient, extremal_quotient_eb, systematic_component_of_variation, tau2_marshall,
    weighted_coefficient_of_variation,
};
use small_areas::areas;
use vectors::{Case, Value, Vectors};

/// Observed by expected.
fn ratios(areas: &[Area]) -> Vec<Option<f64>> {
    let ratio = |area: &Area| Some(area.observed? / area.expected?);
    areas.iter().map(ratio).collect()
}

/// The ratios weighted by what was expected.
fn weighted(areas: &[Area]) -> Vec<Area> {
    let ratios = ratios(areas).into_iter().zip(areas);
    ratios
        .map(|(observed, area)| Area { observed, ..*area })
        .collect()
}

fn compute(vectors: &Vectors, case: &Case) -> Option<Value> {
    let areas = areas(vectors, case)?;
    let definition = match case.params.get("definition") {
        Some("mcpherson_1982") => ScvDefinition::Mcpherson,
        Some("diehr_1990") | None => ScvDefinition::Diehr,
        Some(_) => return None,
    };
    // The packages refuse nothing, however few are expected.
    let quantiles = |upper, lower| Quantiles {
        fewest_expected: 0.0,
        ..Quantiles::new(upper, lower)
    };
    let quotient = |upper, lower| {
        let expected: Vec<_> = areas.iter().map(|area| area.expected).collect();
        extremal_quotient(&ratios(&areas), &expected, &quantiles(upper, lower))
    };
    let scv = |scale| systematic_component_of_variation(&areas, definition, scale);
    let heterogeneity = chi_square_heterogeneity(&areas).unwrap();
    Some(match (case.measure.as_str(), case.stat.as_str()) {
        ("scv", "scv") => scv(1.0).unwrap().value.into(),
        ("scv_x100", "scv") => scv(100.0).unwrap().value.into(),
        ("extremal_quotient", "eq") => quotient(1.0, 0.0).unwrap().value.into(),
        ("eq_5_95", "eq") => quotient(0.95, 0.05).unwrap().value.into(),
        ("eq_25_75", "iqr_ratio") => quotient(0.75, 0.25).unwrap().value.into(),
        ("extremal_quotient_eb", "eq") => {
            let quotient = extremal_quotient_eb(&areas, &quantiles(0.8, 0.2));
            quotient.unwrap().value.into()
        }
        ("cv_unweighted", "cv") => {
            let variation = coefficient_of_variation(&ratios(&areas));
            variation.unwrap().value.into()
        }
        ("cv_weighted", "wcv") => {
            let variation = weighted_coefficient_of_variation(&weighted(&areas));
            variation.unwrap().value.into()
        }
        ("tau2_marshall", "tau2") => tau2_marshall(&areas).unwrap().value.into(),
        ("chi_square_heterogeneity", "chisq") => heterogeneity.estimate.value.into(),
        ("chi_square_heterogeneity", "p") => heterogeneity.p_value.into(),
        _ => return None,
    })
}

#[test]
fn measures_of_variation_agree() {
    let vectors = Vectors::open("small_area_variation");
    const MEASURES: &[&str] = &[
        "scv",
        "scv_x100",
        "extremal_quotient",
        "eq_5_95",
        "eq_25_75",
        "extremal_quotient_eb",
        "cv_unweighted",
        "cv_weighted",
        "tau2_marshall",
        "chi_square_heterogeneity",
    ];
    vectors.assert_measures(MEASURES);
    vectors.check(MEASURES, |case| compute(&vectors, case));
}

#[test]
fn tiny_tails_keep_their_digits() {
    let vectors = Vectors::open("small_area_variation");
    if !vectors.has("in_turp_switzerland.csv") {
        return;
    }
    // 7.5e-117 is within the absolute tolerance of 0; it is right all the same.
    let table = vectors.table("in_turp_switzerland.csv");
    let columns = table
        .numbers("observed")
        .into_iter()
        .zip(table.numbers("expected"));
    let areas: Vec<_> = columns
        .map(|(observed, expected)| Area { observed, expected })
        .collect();
    let p = chi_square_heterogeneity(&areas).unwrap().p_value.unwrap();
    assert!((p.ln() + 267.391).abs() < 1e-3, "{p}");
}
