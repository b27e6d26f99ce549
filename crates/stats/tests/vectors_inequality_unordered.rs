//! Measures over unordered groups, impact, and indices over people, against values that WHO's
//! healthequal and the R package ineq give, and against independent computations.

mod vectors;

use std::collections::BTreeMap;

use kohort_stats::impact::{
    BestOff, population_attributable_fraction, population_attributable_risk,
};
use kohort_stats::person::{
    GiniCorrection, Person, atkinson, generalised_entropy, gini, hoover_index, theil_decomposition,
};
use kohort_stats::unordered::{
    Better, Contrast, DEFAULT_THEIL_SCALE, Group, Weighting, between_group_sd,
    between_group_variance, coefficient_of_variation, equity_difference, equity_ratio,
    index_of_disparity, mean_difference_from_best, mean_difference_from_mean,
    mean_difference_from_reference, mean_log_deviation, range_difference, range_ratio,
    symmetrised_theil, theil_index, weighted_mean,
};
use kohort_stats::{Confidence, Error, Estimate};
use vectors::{Case, Table, Value, Vectors};

/// The measures over groups that are checked here; those over ordered groups have their own test.
const OVER_GROUPS: [&str; 24] = [
    "atkinson_grouped",
    "bgsd",
    "bgv",
    "cov",
    "d",
    "gini_grouped",
    "hoover_index_grouped",
    "idisu",
    "idisw",
    "mdbu",
    "mdbw",
    "mdmu",
    "mdmw",
    "mdru",
    "mdrw",
    "mld",
    "paf",
    "par",
    "r",
    "range_difference",
    "range_ratio",
    "setting_average",
    "symmetrised_theil",
    "ti",
];

/// The measures over people that are checked here.
const OVER_PEOPLE: [&str; 7] = [
    "atkinson",
    "cv",
    "generalised_entropy",
    "gini",
    "hoover",
    "theil",
    "theil_decomposition",
];

/// The measures of the two files that the test of ordered groups checks.
const ORDERED_GROUPS: [&str; 9] = [
    "aci",
    "extended_rci",
    "kunst_mackenbach_index",
    "phe_sii",
    "phe_sii_analytic",
    "rci",
    "rii",
    "rii_mean",
    "sii",
];
const ORDERED_PEOPLE: [&str; 7] = [
    "aci_micro",
    "concentration_index",
    "extended_concentration_index",
    "horizontal_inequity",
    "rci_micro",
    "rii_micro",
    "sii_micro",
];

#[test]
fn every_measure_of_inequality_is_checked_here_or_with_the_ordered_ones() {
    for (family, here, there) in [
        ("inequality_groups", &OVER_GROUPS[..], &ORDERED_GROUPS[..]),
        ("inequality_microdata", &OVER_PEOPLE, &ORDERED_PEOPLE),
    ] {
        Vectors::open(family).assert_measures(&[here, there].concat());
    }
}

#[test]
fn groups_are_as_spread_as_others_found() {
    let vectors = Vectors::open("inequality_groups");
    let checked = vectors.check(&OVER_GROUPS, |case| {
        let input = Input::of(&vectors.table(&case.input));
        let estimate = input.estimate(case)?;
        stat(case, &estimate.unwrap())
    });
    assert_eq!(checked, 179);
}

#[test]
fn incomes_are_as_spread_as_others_found() {
    let vectors = Vectors::open("inequality_microdata");
    let checked = vectors.check(&OVER_PEOPLE, |case| over_people(&vectors.input(case), case));
    assert_eq!(checked, 18);
}

/// The groups of a file, and what is known about them.
struct Input {
    groups: Vec<Group>,
    better: Better,
    contrast: Contrast,
    best_off: BestOff,
    scale: Option<f64>,
}

impl Input {
    fn of(table: &Table) -> Self {
        if table.has_column("age_group") {
            return Self::death_rates(table);
        }
        let ordered = table.has_column("subgroup_order");
        let column = |name: &str| match table.has_column(name) {
            true => table.numbers(name),
            false => vec![None; table.len()],
        };
        let reference = column("reference_subgroup").into_iter();
        let is_reference: Vec<_> = reference.map(|mark| mark.map(|mark| mark == 1.0)).collect();
        let (order, se) = (column("subgroup_order"), table.numbers("se"));
        let values = table.numbers("estimate").into_iter();
        let rows = values.zip(table.numbers("population")).enumerate();
        let group = |(row, (value, population))| Group {
            value,
            population,
            se: se[row],
            order: order[row],
            is_reference: is_reference[row],
            ..Group::default()
        };
        assert_eq!(table.distinct("favourable_indicator"), ["1"]);
        assert_eq!(table.distinct("indicator_scale"), ["100"]);
        Self {
            groups: rows.map(group).collect(),
            better: Better::High,
            contrast: match ordered {
                true => Contrast::Order,
                false => Contrast::Extremes,
            },
            best_off: match ordered {
                true => BestOff::ByOrder,
                false => BestOff::ByValue,
            },
            scale: Some(100.0),
        }
    }

    /// Deaths per 100 000 in each region, both sexes pooled in each age band before the bands are
    /// put together by the standard population.
    fn death_rates(table: &Table) -> Self {
        let region = |lan: &String| {
            let rows = table.with("lan_code", lan);
            let bands: Vec<Table> = rows
                .distinct("age_group")
                .iter()
                .map(|age| rows.with("age_group", age))
                .collect();
            let standard = |band: &Table| band.known("std_population")[0];
            let all: f64 = bands.iter().map(standard).sum();
            let rate =
                |band: &Table| standard(band) / all * band.sum("events") / band.sum("population");
            Group {
                value: Some(1e5 * bands.iter().map(rate).sum::<f64>()),
                population: Some(rows.sum("population")),
                ..Group::default()
            }
        };
        Self {
            groups: table.distinct("lan_code").iter().map(region).collect(),
            better: Better::Low,
            contrast: Contrast::Extremes,
            best_off: BestOff::ByValue,
            scale: None,
        }
    }

    fn estimate(&self, case: &Case) -> Option<Result<Estimate, Error>> {
        let (groups, confidence) = (self.groups.as_slice(), Confidence::P95);
        let (equal, people) = (Weighting::Equal, Weighting::Population);
        let (best_off, better, scale) = (self.best_off, self.better, self.scale);
        let contrast = match case.params.has("reference") {
            true => Contrast::Reference,
            false => self.contrast,
        };
        let from_best =
            |weighting| mean_difference_from_best(groups, better, weighting, confidence);
        let from_reference =
            |weighting| mean_difference_from_reference(groups, weighting, confidence);
        Some(match case.measure.as_str() {
            "atkinson_grouped" => atkinson(&self.people(), case.params.number("epsilon")?),
            "bgsd" => between_group_sd(groups, confidence),
            "bgv" => between_group_variance(groups, confidence),
            "cov" => coefficient_of_variation(groups, confidence),
            "d" => equity_difference(groups, contrast, better, confidence),
            "gini_grouped" => gini(&self.people(), GiniCorrection::None),
            "hoover_index_grouped" => hoover_index(&self.people()),
            "idisu" => index_of_disparity(groups, equal, confidence),
            "idisw" => index_of_disparity(groups, people, confidence),
            "mdbu" => from_best(equal),
            "mdbw" => from_best(people),
            "mdmu" => mean_difference_from_mean(groups, equal, confidence),
            "mdmw" => mean_difference_from_mean(groups, people, confidence),
            "mdru" => from_reference(equal),
            "mdrw" => from_reference(people),
            "mld" => mean_log_deviation(groups, DEFAULT_THEIL_SCALE, confidence),
            "paf" => population_attributable_fraction(groups, best_off, better, scale, confidence),
            "par" => population_attributable_risk(groups, best_off, better, scale, confidence),
            "r" => equity_ratio(groups, contrast, better, confidence),
            "range_difference" => range_difference(groups),
            "range_ratio" => range_ratio(groups),
            "setting_average" => weighted_mean(groups, confidence),
            // These values are not scaled, unlike those of its two parts.
            "symmetrised_theil" => symmetrised_theil(groups, 1.0, confidence),
            "ti" => theil_index(groups, DEFAULT_THEIL_SCALE, confidence),
            _ => return None,
        })
    }

    fn people(&self) -> Vec<Person> {
        let person = |group: &Group| Person::weighted(group.value, group.population);
        self.groups.iter().map(person).collect()
    }
}

fn stat(case: &Case, estimate: &Estimate) -> Option<Value> {
    // healthequal 1.0.1 leaves a factor out of some standard errors. That its numbers follow from
    // ours when we leave it out too says that nothing else differs.
    let left_out = match case.measure.as_str() {
        "ti" | "mld" => 1000.0,
        "paf" => 100.0,
        _ => 1.0,
    };
    let too_narrow = |limit: Option<f64>| {
        let value = estimate.value?;
        Some(value + (limit? - value) / left_out)
    };
    Some(match case.stat.as_str() {
        "estimate" => estimate.value.into(),
        "se" => estimate.se.into(),
        "se_log" => estimate
            .se
            .zip(estimate.value)
            .map(|(se, ratio)| se / ratio)
            .into(),
        "ci_lower" => estimate.lower_cl.into(),
        "ci_upper" => estimate.upper_cl.into(),
        "healthequal_101_se" if left_out > 1.0 => estimate.se.map(|se| se / left_out).into(),
        "healthequal_101_ci_lower" if left_out > 1.0 => too_narrow(estimate.lower_cl).into(),
        "healthequal_101_ci_upper" if left_out > 1.0 => too_narrow(estimate.upper_cl).into(),
        _ => return None,
    })
}

fn over_people(table: &Table, case: &Case) -> Option<Value> {
    let incomes = table.numbers("income");
    let people: Vec<Person> = incomes.iter().copied().map(Person::alone).collect();
    let group = |income: &Option<f64>| Group {
        value: *income,
        population: Some(1.0),
        ..Group::default()
    };
    let groups: Vec<Group> = incomes.iter().map(group).collect();
    let estimate = match case.measure.as_str() {
        "atkinson" => atkinson(&people, case.params.number("epsilon")?),
        "generalised_entropy" => generalised_entropy(&people, case.params.number("alpha")?),
        "gini" => match case.params.get("corr") {
            Some("TRUE") => gini(&people, GiniCorrection::SmallSample),
            _ => gini(&people, GiniCorrection::None),
        },
        "hoover" => hoover_index(&people),
        "theil" => theil_index(&groups, 1.0, Confidence::P95),
        "cv" => {
            let percent = coefficient_of_variation(&groups, Confidence::P95).ok()?;
            return Some(percent.value.map(|value| value / 100.0).into());
        }
        "theil_decomposition" => {
            let provinces = table.texts(case.params.get("by")?).into_iter();
            let rows: Vec<_> = provinces.zip(people).collect();
            let parts = theil_decomposition(&rows, case.params.number("alpha")?).ok()?;
            let parts = BTreeMap::from([
                ("total", parts.total),
                ("within", parts.within),
                ("between", parts.between),
            ]);
            return parts.get(case.stat.as_str()).map(|part| (*part).into());
        }
        _ => return None,
    };
    let stats = ["atkinson", "ge", "gini", "hoover", "theil"];
    let known = stats.contains(&case.stat.as_str());
    known.then_some(estimate.ok()?.value.into())
}
