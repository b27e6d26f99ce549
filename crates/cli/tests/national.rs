//! What is planted in a synthetic nation is found again through SQL, at its size, and nothing is
//! found where nothing was planted.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

mod support;

use std::sync::LazyLock;

use support::Place;

/// Enough that the smallest region with something planted has over a hundred tests.
const PEOPLE: &str = "600000";

/// A lake with the registers of a nation in which these inequalities are.
struct Nation(Place);

static PLANTED: LazyLock<Nation> = LazyLock::new(|| Nation::new("all"));
static EQUAL: LazyLock<Nation> = LazyLock::new(|| Nation::new("none"));

/// What a measure says, with its interval.
#[derive(Debug)]
struct Estimate {
    value: f64,
    lower_cl: f64,
    upper_cl: f64,
}

impl Estimate {
    fn holds(&self, value: f64) -> bool {
        self.lower_cl <= value && value <= self.upper_cl
    }
}

impl Nation {
    fn new(planted: &str) -> Self {
        let place = Place::new();
        let made = place.run(&[
            "simulate",
            "national",
            "--people",
            PEOPLE,
            "--seed",
            "20",
            "--planted",
            planted,
            "--out",
            "register",
        ]);
        made.ok();
        for table in [
            "people",
            "referrals",
            "tests",
            "diagnoses",
            "study",
            "population",
        ] {
            let folder = place.path(&format!("register/{table}"));
            let files = std::fs::read_dir(folder).unwrap();
            let files: Vec<String> = files
                .map(|file| file.unwrap().path().to_string_lossy().into_owned())
                .collect();
            let lake = place.lake();
            let mut arguments = vec!["load", table, "--lake", &lake];
            arguments.extend(files.iter().map(String::as_str));
            place.run(&arguments).ok();
        }
        Self(place)
    }

    /// The rows of a query, as text.
    #[track_caller]
    fn rows(&self, sql: &str) -> Vec<Vec<String>> {
        let lake = self.0.lake();
        let arguments = ["sql", "--lake", &lake, "--format", "tsv", "-c", sql];
        let text = self.0.run(&arguments).ok();
        let rows = text.lines().skip(1);
        rows.map(|row| row.split('\t').map(str::to_owned).collect())
            .collect()
    }

    /// An estimate that a query over `source` selects.
    #[track_caller]
    fn estimate(&self, measure: &str, source: &str) -> Estimate {
        let rows = self.rows(&format!(
            "SELECT e['value'], e['lower_cl'], e['upper_cl'], e['status'] \
             FROM (SELECT {measure} AS e FROM {source}) AS s"
        ));
        let [row] = rows.as_slice() else {
            panic!("{measure}: {rows:?}")
        };
        let numbers: Vec<f64> = row.iter().filter_map(|cell| cell.parse().ok()).collect();
        let [value, lower_cl, upper_cl] = numbers[..] else {
            panic!("{measure}: {row:?}")
        };
        Estimate {
            value,
            lower_cl,
            upper_cl,
        }
    }

    /// Tests over need where `one` holds, against where `other` does.
    #[track_caller]
    fn use_ratio(&self, one: &str, other: &str) -> Estimate {
        let sum = |what: &str, group: &str| {
            format!("sum(CASE WHEN {group} THEN CAST({what} AS DOUBLE) ELSE 0 END)")
        };
        let measure = format!(
            "rate_ratio({}, {}, {}, {}, 0.99)",
            sum("tests", one),
            sum("need", one),
            sum("tests", other),
            sum("need", other)
        );
        self.estimate(&measure, "follow_up.use_and_need")
    }
}

/// Regions in which nothing is planted.
const OTHERS: &str = "region NOT IN ('03', '10', '21', '23', '25')";

#[test]
fn regions_that_refer_more_or_fewer_are_found() {
    for (region, factor) in [("23", 0.60), ("25", 0.75), ("03", 1.40)] {
        let of = format!("region = '{region}'");
        let planted = PLANTED.use_ratio(&of, OTHERS);
        assert!(planted.holds(factor), "{region}: {planted:?}");
        assert!(!planted.holds(1.0), "{region}: {planted:?}");
        let equal = EQUAL.use_ratio(&of, OTHERS);
        assert!(equal.holds(1.0), "{region}: {equal:?}");
    }
}

#[test]
fn the_funnel_flags_those_regions_and_in_an_equal_nation_none() {
    let flags = "SELECT region, funnel_flag(tests, expected, 1, 'ratio') OVER () AS flag FROM ( \
                 SELECT region, sum(tests) AS tests, sum(expected_tests) AS expected \
                 FROM follow_up.rates_by_region WHERE sex = 'T' AND region <> '00' GROUP BY \
                 region) AS r ORDER BY region";
    let extreme = |nation: &Nation| -> Vec<(String, String)> {
        let rows = nation.rows(flags);
        assert_eq!(rows.len(), 21);
        let flagged = rows.into_iter().filter(|row| row[1].contains("0.001"));
        flagged
            .map(|mut row| (row.remove(0), row.remove(0)))
            .collect()
    };
    let found = extreme(&PLANTED);
    for (region, side) in [("03", "High"), ("23", "Low"), ("25", "Low")] {
        let flag = found.iter().find(|(code, _)| code == region);
        assert!(
            flag.is_some_and(|(_, flag)| flag.contains(side)),
            "{region}: {found:?}"
        );
    }
    assert_eq!(extreme(&EQUAL), []);
}

#[test]
fn women_who_are_referred_less_are_found_where_they_are() {
    let ratio = |nation: &Nation, regions: &str| {
        let of = |sex: &str| format!("{regions} AND sex = '{sex}'");
        nation.use_ratio(&of("K"), &of("M"))
    };
    let gap = "region IN ('10', '21')";
    let planted = ratio(&PLANTED, gap);
    assert!(planted.holds(0.70) && !planted.holds(1.0), "{planted:?}");
    for (nation, regions) in [(&*PLANTED, OTHERS), (&*EQUAL, gap), (&*EQUAL, OTHERS)] {
        let none = ratio(nation, regions);
        assert!(none.holds(1.0), "{regions}: {none:?}");
    }
}

#[test]
fn use_by_income_is_told_from_need_by_income() {
    for (band, factor) in [(1, 0.75), (2, 0.90), (4, 1.10), (5, 1.25)] {
        let of = format!("income_band = {band}");
        let planted = PLANTED.use_ratio(&of, "income_band = 3");
        assert!(planted.holds(factor), "{band}: {planted:?}");
        let equal = EQUAL.use_ratio(&of, "income_band = 3");
        assert!(equal.holds(1.0), "{band}: {equal:?}");
    }
    let index = |nation: &Nation, measure: &str| nation.estimate(measure, "follow_up.use_and_need");
    let inequity = "horizontal_inequity_index(tests, income_band, need)";
    let (planted, equal) = (index(&PLANTED, inequity), index(&EQUAL, inequity));
    assert!(planted.lower_cl > 0.0, "{planted:?}");
    assert!(equal.holds(0.0), "{equal:?}");
    // Shares of people who have a condition, and with it need beyond what everybody has.
    for (band, factor) in [(1, 1.40), (2, 1.15), (4, 0.85), (5, 0.60)] {
        let count = |what: &str, band: i32| {
            format!("CAST(sum(CASE WHEN income_band = {band} {what} THEN 1 ELSE 0 END) AS DOUBLE)")
        };
        let has = "AND need > 0.02";
        let measure = format!(
            "risk_ratio({}, {}, {}, {}, 0.99)",
            count(has, band),
            count("", band),
            count(has, 3),
            count("", 3)
        );
        let (planted, equal) = (index(&PLANTED, &measure), index(&EQUAL, &measure));
        assert!(planted.holds(factor), "{band}: {planted:?}");
        assert!(equal.holds(1.0), "{band}: {equal:?}");
    }
    let need = "concentration_index(need, income_band)";
    let (planted, equal) = (index(&PLANTED, need), index(&EQUAL, need));
    assert!(planted.upper_cl < 0.0, "{planted:?}");
    assert!(equal.holds(0.0), "{equal:?}");
    // Without need, the poor seem to get more than the rich: that is why it is measured.
    let use_alone = index(&PLANTED, "concentration_index(tests, income_band)");
    assert!(use_alone.value < planted.value.abs(), "{use_alone:?}");
}

#[test]
fn regions_with_long_waits_are_found() {
    let source = |regions: &str| format!("follow_up.waits WHERE region {regions}");
    let median = "kaplan_meier_quantile(days, is_reported, 0.5)";
    let of = |nation: &Nation, regions: &str| nation.estimate(median, &source(regions));
    let (long, usual) = ("IN ('18', '22')", "NOT IN ('18', '22')");
    let (planted, others) = (of(&PLANTED, long), of(&PLANTED, usual));
    let ratio = planted.value / others.value;
    assert!((ratio - 1.8).abs() < 0.2, "{planted:?} {others:?}");
    assert!(planted.lower_cl > others.upper_cl);
    let (equal, others) = (of(&EQUAL, long), of(&EQUAL, usual));
    assert!(equal.holds(others.value), "{equal:?} {others:?}");
}

#[test]
fn the_region_with_dear_tests_is_found() {
    let mean = |nation: &Nation, region: &str| {
        let source = format!("follow_up.test_costs WHERE test_type = 'panel' AND region {region}");
        nation.estimate("mean_interval(cost_sek)", &source)
    };
    let (planted, others) = (mean(&PLANTED, "= '07'"), mean(&PLANTED, "<> '07'"));
    let ratio = planted.value / others.value;
    assert!((ratio - 1.5).abs() < 0.1, "{planted:?} {others:?}");
    let (equal, others) = (mean(&EQUAL, "= '07'"), mean(&EQUAL, "<> '07'"));
    assert!(equal.holds(others.value), "{equal:?} {others:?}");
}

#[test]
fn men_whom_the_study_loses_are_found_at_the_step() {
    let ratio = |nation: &Nation, step: i32| {
        let sum = |what: &str, is_them: bool| {
            let not = if is_them { "" } else { "NOT" };
            format!(
                "CAST(sum(CASE WHEN {not} (region = '12' AND sex = 'M') THEN {what} ELSE 0 END) AS \
                 DOUBLE)"
            )
        };
        let measure = format!(
            "risk_ratio({}, {}, {}, {}, 0.99)",
            sum("n", true),
            sum("n_before", true),
            sum("n", false),
            sum("n_before", false)
        );
        let source =
            format!("follow_up.study_flow WHERE step = {step} AND region <> '00' AND sex <> 'T'");
        nation.estimate(&measure, &source)
    };
    let planted = ratio(&PLANTED, 4);
    assert!(planted.holds(0.60) && !planted.holds(1.0), "{planted:?}");
    for (nation, step) in [(&*PLANTED, 3), (&*EQUAL, 4)] {
        let none = ratio(nation, step);
        assert!(none.holds(1.0), "{step}: {none:?}");
    }
}

/// Writes a file of text and loads it as a table.
fn load(place: &Place, table: &str, text: &str) {
    let file = format!("{table}.csv");
    std::fs::write(place.path(&file), text).unwrap();
    place
        .run(&["load", table, &file, "--lake", &place.lake()])
        .ok();
}

#[test]
fn carriers_are_expected_by_the_frequencies_of_the_lake() {
    let place = Place::with_lake();
    // Frequencies 3/6 and 1/4 (one person is not called): 1 - (1/2 * 3/4)^2 carry at least one.
    let variants = "chrom,pos,ref,alt\nchr17,43045700,A,G\nchr17,43045800,C,T\nchr17,1,C,T\n";
    load(&place, "actionable_variants", variants);
    let population = "year,region,municipality,sex,age,population\n2023,01,0180,K,40,10\n\
                      2024,01,0180,K,40,600\n2024,01,0180,M,41,400\n2024,09,0980,M,41,64\n";
    load(&place, "population", population);
    let people = "person_id,region,died\np1,01,\np2,01,\np3,01,2020-02-02\np4,09,\n";
    load(&place, "people", people);
    let diagnoses = "person_id,is_actionable\np1,true\np1,true\np2,true\np3,true\np4,false\n";
    load(&place, "diagnoses", diagnoses);
    let nation = Nation(place);
    let rows = nation.rows(
        "SELECT region, population, variants, least_an, round(expected, 6), found, round(missed, \
         6), round(found_to_expected['value'], 9) FROM follow_up.carriers_found_and_expected ORDER \
         BY region",
    );
    let rows: Vec<String> = rows.iter().map(|row| row.join(" ")).collect();
    assert_eq!(
        rows,
        [
            "01 1000 2 4 859.375 2 857.375 0.002327273",
            "09 64 2 4 55.0 0 55.0 0.0"
        ]
    );
}
