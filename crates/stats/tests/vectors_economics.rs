//! Costs and effects of synthetic people against an implementation of its own.

#![allow(clippy::unwrap_used, reason = "tests")]

mod vectors;

use kohort_stats::Confidence;
use kohort_stats::cost::{
    CostEffect, Quadrant, RatioLimits, cost_per_outcome, incremental_cost_effectiveness_ratio,
    incremental_net_monetary_benefit,
};
use vectors::{Case, Table, Vectors};

/// Costs and effects of those whose test is done.
fn people(table: &Table, effect: &str) -> CostEffect {
    let table = table.with("completed", "1");
    let mut people = CostEffect::new();
    let effects = table.numbers(effect).into_iter();
    for (cost, effect) in table.numbers("cost_sek").into_iter().zip(effects) {
        people.add(cost, effect);
    }
    people
}

/// The genomes and the panels that a case compares.
fn strategies(vectors: &Vectors, case: &Case) -> Option<(CostEffect, CostEffect)> {
    assert!(case.params.has("wgs vs panel"));
    assert_eq!(case.params.get("rows with completed"), Some("1"));
    let table = vectors.input(case);
    let effect = case.params.get("effect")?;
    let of = |strategy| people(&table.with("strategy", strategy), effect);
    Some((of("wgs"), of("panel")))
}

#[test]
fn cost_per_diagnosis_has_both_kinds_of_limits() {
    let vectors = Vectors::open("economics");
    vectors.assert_measures(&["cost_per_diagnosis", "icer", "net_monetary_benefit"]);
    let checked = vectors.check(&["cost_per_diagnosis"], |case| {
        let people = people(&vectors.input(case).select(&case.group), "diagnosis");
        let fieller = cost_per_outcome(&people, RatioLimits::Fieller, Confidence::P95);
        let delta = cost_per_outcome(&people, RatioLimits::Delta, Confidence::P95);
        Some(match case.stat.as_str() {
            "estimate" => fieller.value.into(),
            "se_delta" => delta.se.into(),
            "ci_lower_delta" => delta.lower_cl.into(),
            "ci_upper_delta" => delta.upper_cl.into(),
            "ci_lower_fieller" => fieller.lower_cl.into(),
            "ci_upper_fieller" => fieller.upper_cl.into(),
            "n" => fieller.n.into(),
            "diagnoses" => fieller.events.into(),
            _ => return None,
        })
    });
    assert_eq!(checked, 24);
}

#[test]
fn one_more_diagnosis_or_year_has_its_price() {
    let vectors = Vectors::open("economics");
    let checked = vectors.check(&["icer"], |case| {
        let (wgs, panel) = strategies(&vectors, case)?;
        let found = incremental_cost_effectiveness_ratio(&wgs, &panel, Confidence::P95);
        assert_eq!(found.quadrant, Some(Quadrant::MoreForMore));
        Some(match case.stat.as_str() {
            "delta_cost" => found.delta_cost.into(),
            "delta_effect" => found.delta_effect.into(),
            "icer" => found.ratio.value.into(),
            "ci_lower_fieller" => found.ratio.lower_cl.into(),
            "ci_upper_fieller" => found.ratio.upper_cl.into(),
            _ => return None,
        })
    });
    assert_eq!(checked, 10);
}

#[test]
fn net_benefit_depends_on_what_an_outcome_is_worth() {
    let vectors = Vectors::open("economics");
    let checked = vectors.check(&["net_monetary_benefit"], |case| {
        let (wgs, panel) = strategies(&vectors, case)?;
        let lambda = case.params.number("lambda")?;
        let found =
            incremental_net_monetary_benefit(&wgs, &panel, lambda, Confidence::P95).unwrap();
        Some(match case.stat.as_str() {
            "estimate" => found.estimate.value.into(),
            "se" => found.estimate.se.into(),
            "ci_lower" => found.estimate.lower_cl.into(),
            "ci_upper" => found.estimate.upper_cl.into(),
            _ => return None,
        })
    });
    assert_eq!(checked, 16);
}
