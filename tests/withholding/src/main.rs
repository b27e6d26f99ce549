//! Do all reports of a lake together give a small count away?
//!
//! ```sh
//! cargo run --manifest-path tests/withholding/Cargo.toml -- \
//!     target/release/kohort 50000,400000 1,2,3
//! ```
//! Makes every report of a synthetic nation, reads the tables that they publish, and solves for all
//! that they do not show. Each region, each year, both sexes, parts and those left over, rates with
//! their denominators, expected numbers, medians, curves and the steps of the study are known to
//! the reader ([`attacker`]).

mod attacker;
mod readings;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use attacker::{Attacker, Target};
use readings::{Table, read};

/// The least count that reports show.
const THRESHOLD: f64 = 5.0;
/// The regions, small ones first: a short run publishes these.
const REGIONS: [&str; 21] = [
    "09", "23", "10", "08", "07", "01", "03", "04", "05", "06", "12", "13", "14", "17", "18", "19",
    "20", "21", "22", "24", "25",
];
const YEARS: std::ops::RangeInclusive<i32> = 2016..=2025;

/// A folder with a lake, and the program.
struct Place {
    program: PathBuf,
    folder: PathBuf,
}

impl Place {
    fn new(program: &str, name: &str) -> Self {
        let folder =
            std::env::temp_dir().join(format!("withholding-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let program = std::fs::canonicalize(program).unwrap();
        Self { program, folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// What the program prints; it must go well.
    fn run(&self, arguments: &[&str]) -> String {
        let mut command = Command::new(&self.program);
        let ran = command.args(arguments).current_dir(&self.folder).output();
        let ran = ran.unwrap();
        let told = String::from_utf8_lossy(&ran.stderr);
        assert!(ran.status.success(), "{arguments:?}: {told}");
        String::from_utf8(ran.stdout).unwrap()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        // A folder of the system's for such things: whatever is left there goes some day.
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut files: Vec<PathBuf> = entries.map(|file| file.unwrap().path()).collect();
    files.sort();
    files
}

/// A lake with the registers of a synthetic nation.
fn nation(program: &str, people: &str, seed: &str) -> Place {
    let place = Place::new(program, &format!("{people}-{seed}"));
    place.run(&[
        "simulate", "national", "--people", people, "--seed", seed, "--out", "register",
    ]);
    for table in [
        "people",
        "referrals",
        "tests",
        "diagnoses",
        "study",
        "population",
    ] {
        let files = files(&place.path(&format!("register/{table}")));
        let files: Vec<String> = files
            .iter()
            .map(|file| file.to_string_lossy().into_owned())
            .collect();
        let mut arguments = vec!["load", table, "--lake", "lake"];
        arguments.extend(files.iter().map(String::as_str));
        place.run(&arguments);
    }
    place
}

/// Makes a report, and reads its tables.
fn publish(place: &Place, report: &str, set: &[&str]) -> Vec<Table> {
    let mut arguments = vec!["report", report, "--lake", "lake", "--no-pdf", "--force"];
    arguments.extend(["--lang", "en", "--out", "out"]);
    for one in set {
        arguments.extend(["--set", one]);
    }
    place.run(&arguments);
    let files = files(&place.path("out/tables")).into_iter();
    let files = files.filter(|file| file.extension().is_some_and(|e| e == "csv"));
    files
        .map(|file| {
            let id = file.file_stem().unwrap().to_string_lossy().into_owned();
            let text = std::fs::read_to_string(&file).unwrap();
            Table::parse(report, &id, &text)
        })
        .collect()
}

/// Everything that the reports of a lake publish.
fn publish_all(place: &Place, n_years: usize, n_regions: usize) -> Vec<Table> {
    let mut tables = publish(place, "clinical-study", &[]);
    for year in YEARS.rev().take(n_years) {
        let year = format!("year={year}");
        tables.extend(publish(place, "national-follow-up", &[&year]));
    }
    for region in REGIONS.into_iter().take(n_regions) {
        let region = format!("region={region}");
        tables.extend(publish(place, "region", &[&region]));
    }
    tables
}

fn rows(place: &Place, sql: &str) -> Vec<Vec<String>> {
    let text = place.run(&["sql", "--lake", "lake", "--format", "tsv", "-c", sql]);
    let rows = text.lines().skip(1);
    rows.map(|row| row.split('\t').map(str::to_owned).collect())
        .collect()
}

/// The counts that there are: a kind of them, and a query of three groups and a number.
const ATOMS: [(&str, &str); 14] = [
    (
        "tests",
        "SELECT region, sex, year, sum(tests) FROM follow_up.counts GROUP BY 1, 2, 3",
    ),
    (
        "within",
        "SELECT region, sex, year, sum(CASE WHEN is_reported AND days <= 90 THEN 1 ELSE 0 END) \
         FROM follow_up.waits GROUP BY 1, 2, 3",
    ),
    (
        "reported",
        "SELECT region, '', year, count(*) FROM follow_up.test_costs GROUP BY 1, 2, 3",
    ),
    (
        "diagnosed",
        "SELECT region, '', year, sum(has_diagnosis) FROM follow_up.test_costs GROUP BY 1, 2, 3",
    ),
    (
        "diagnoses",
        "SELECT region, sex, year, sum(diagnoses) FROM follow_up.counts GROUP BY 1, 2, 3",
    ),
    (
        "referrals",
        "SELECT region, sex, year, sum(referrals) FROM follow_up.counts GROUP BY 1, 2, 3",
    ),
    (
        "tested",
        "SELECT region, sex, year, sum(referrals_tested) FROM follow_up.counts GROUP BY 1, 2, 3",
    ),
    (
        "municipality",
        "SELECT region, municipality, '', sum(tests) FROM follow_up.counts_by_municipality \
         GROUP BY 1, 2, 3",
    ),
    (
        "need",
        "SELECT region, income_band, '', sum(tests) FROM follow_up.use_and_need GROUP BY 1, 2, 3",
    ),
    (
        "need of sexes",
        "SELECT '', income_band, sex, sum(tests) FROM follow_up.use_and_need GROUP BY 1, 2, 3",
    ),
    (
        "type",
        "SELECT condition, test_type, '', count(*) FROM follow_up.test_costs GROUP BY 1, 2, 3",
    ),
    (
        "type diagnosed",
        "SELECT condition, test_type, '', sum(has_diagnosis) FROM follow_up.test_costs \
         GROUP BY 1, 2, 3",
    ),
    (
        "step",
        "SELECT region, sex, step, n FROM follow_up.study_flow \
         WHERE region <> '00' AND sex <> 'T'",
    ),
    (
        "step of years",
        "SELECT date_part('year', eligible), sex, step, \
         sum(CASE WHEN step = 1 OR included IS NOT NULL THEN 1 ELSE 0 END) \
         FROM follow_up.study_people CROSS JOIN (VALUES (1), (3)) AS s (step) GROUP BY 1, 2, 3",
    ),
];

/// The steps that are shown by region, in order, and all of them.
const STEPS: [&str; 7] = ["1", "2", "3", "4", "5", "6", "7"];

fn attacker(place: &Place) -> Attacker {
    let mut attacker = Attacker::default();
    for (kind, sql) in ATOMS {
        for row in rows(place, sql) {
            let groups = (row[0].clone(), row[1].clone(), row[2].clone());
            let atom = (kind, groups.0, groups.1, groups.2);
            attacker.atom(atom, row[3].parse().unwrap());
        }
    }
    let ages = rows(
        place,
        "SELECT value, eligible, included FROM follow_up.study_mirror WHERE dimension = 'age'",
    );
    for row in ages {
        for (step, n) in [("1", &row[1]), ("3", &row[2])] {
            let atom = ("step of ages", row[0].clone(), String::new(), step.into());
            attacker.atom(atom, n.parse().unwrap());
        }
    }
    know_what_is_part_of_what(&mut attacker);
    attacker
}

/// Notes the relations that hold whatever the numbers are.
fn know_what_is_part_of_what(attacker: &mut Attacker) {
    let mut at_least = |whole: (&str, [&str; 3]), part: (&str, [&str; 3])| {
        let mut form = attacker.sum(whole.0, whole.1);
        let part = attacker.sum(part.0, part.1);
        if part.is_empty() || form.is_empty() {
            return;
        }
        form.extend(part.iter().map(|(at, sign)| (*at, -sign)));
        attacker.learn("a part", form, 0.0, f64::INFINITY);
    };
    let years: Vec<String> = YEARS.map(|year| year.to_string()).collect();
    for region in REGIONS {
        for year in &years {
            for sex in ["K", "M", "U"] {
                let group = [region, sex, year.as_str()];
                at_least(("tests", group), ("within", group));
                at_least(("referrals", group), ("tested", group));
            }
            let both = [region, "", year.as_str()];
            at_least(("tests", both), ("reported", both));
            at_least(("reported", both), ("diagnosed", both));
        }
        for sex in ["K", "M", "U"] {
            for pair in STEPS.windows(2) {
                at_least(
                    ("step", [region, sex, pair[0]]),
                    ("step", [region, sex, pair[1]]),
                );
            }
        }
    }
    // Totals that are the same people.
    let mut same = |one: (&str, [&str; 3]), other: (&str, [&str; 3])| {
        let mut form = attacker.sum(one.0, one.1);
        let other = attacker.sum(other.0, other.1);
        form.extend(other.iter().map(|(at, sign)| (*at, -sign)));
        if attacker.value(&form) == 0.0 {
            attacker.learn("the same", form, 0.0, 0.0);
        }
    };
    for region in REGIONS {
        same(
            ("tests", [region, "", ""]),
            ("municipality", [region, "", ""]),
        );
        same(("tests", [region, "", ""]), ("need", [region, "", ""]));
    }
    for band in ["1", "2", "3", "4", "5"] {
        same(("need", ["", band, ""]), ("need of sexes", ["", band, ""]));
    }
    same(("tests", [""; 3]), ("municipality", [""; 3]));
    same(("reported", [""; 3]), ("type", [""; 3]));
    same(("diagnosed", [""; 3]), ("type diagnosed", [""; 3]));
    for step in ["1", "3"] {
        same(("step", ["", "", step]), ("step of ages", ["", "", step]));
        for sex in ["K", "M", "U"] {
            same(
                ("step", ["", sex, step]),
                ("step of years", ["", sex, step]),
            );
        }
    }
}

/// Every count of people of 1 to 4 that reports could show, or that is left over between two that
/// they do.
fn small_counts(attacker: &Attacker) -> Vec<Target> {
    let mut targets = BTreeMap::new();
    let mut add = |name: String, form: attacker::Form| {
        let n = attacker.value(&form);
        if !form.is_empty() && n > 0.5 && n < THRESHOLD - 0.5 {
            targets.insert(format!("{name}: {n}"), form);
        }
    };
    let all = |values: &[&'static str]| [values, &[""]].concat();
    let years: Vec<String> = YEARS
        .map(|y| y.to_string())
        .chain([String::new()])
        .collect();
    for region in all(&REGIONS) {
        for year in &years {
            for sex in all(&["K", "M"]) {
                let group = [region, sex, year.as_str()];
                // Nobody shows the sexes of a region over all years.
                if !region.is_empty() && !sex.is_empty() && year.is_empty() {
                    continue;
                }
                for kind in ["tests", "within", "diagnoses", "referrals", "tested"] {
                    add(format!("{kind} {group:?}"), attacker.sum(kind, group));
                }
                for (whole, part) in [("tests", "within"), ("referrals", "tested")] {
                    let rest = minus(attacker.sum(whole, group), attacker.sum(part, group));
                    add(format!("{whole}, not {part} {group:?}"), rest);
                }
            }
            let both = [region, "", year.as_str()];
            for kind in ["reported", "diagnosed"] {
                add(format!("{kind} {both:?}"), attacker.sum(kind, both));
            }
            for (whole, part) in [("tests", "reported"), ("reported", "diagnosed")] {
                let rest = minus(attacker.sum(whole, both), attacker.sum(part, both));
                add(format!("{whole}, not {part} {both:?}"), rest);
            }
        }
        for sex in all(&["K", "M"]) {
            for (name, form) in steps(attacker, region, sex) {
                add(name, form);
            }
        }
    }
    for kind in [
        "municipality",
        "need",
        "need of sexes",
        "type",
        "type diagnosed",
    ] {
        for (atom, form) in attacker.each(kind) {
            add(format!("{kind} {atom:?}"), form);
        }
    }
    let named = targets.into_iter();
    named.map(|(name, form)| Target { name, form }).collect()
}

/// The steps of a cascade that are shown, and how many are lost between two of them.
fn steps(attacker: &Attacker, region: &str, sex: &str) -> Vec<(String, attacker::Form)> {
    let shown: &[&str] = match region {
        "" => &STEPS,
        _ => &["1", "3", "4", "5"],
    };
    let mut forms = Vec::new();
    for pair in shown.windows(2) {
        for step in pair {
            let form = attacker.sum("step", [region, sex, step]);
            forms.push((format!("step {:?}", [region, sex, step]), form));
        }
        let before = attacker.sum("step", [region, sex, pair[0]]);
        let rest = minus(before, attacker.sum("step", [region, sex, pair[1]]));
        forms.push((format!("lost {region} {sex} {pair:?}"), rest));
    }
    forms
}

fn minus(whole: attacker::Form, part: attacker::Form) -> attacker::Form {
    let part = part.into_iter().map(|(at, sign)| (at, -sign));
    whole.into_iter().chain(part).collect()
}

/// Publishes, reads and solves; whether the reader knows nothing too closely.
fn attack(program: &str, people: &str, seed: &str, [n_years, n_regions]: [usize; 2]) -> bool {
    let place = nation(program, people, seed);
    let tables = publish_all(&place, n_years, n_regions);
    let mut attacker = attacker(&place);
    let (mut n_shown, mut n_withheld) = (0, 0);
    for table in &tables {
        let (shown, withheld) = read(table, &mut attacker);
        (n_shown, n_withheld) = (n_shown + shown, n_withheld + withheld);
    }
    let targets = small_counts(&attacker);
    assert!(attacker.n_facts() > 100, "{}", attacker.n_facts());
    assert!(targets.len() > 20, "{}", targets.len());
    let known = attacker.solve(&targets, THRESHOLD);
    println!(
        "{people} people, seed {seed}: {} tables, {} facts; {n_withheld} of {} counts withheld; \
         {} small counts, {} known too closely",
        tables.len(),
        attacker.n_facts(),
        n_shown + n_withheld,
        targets.len(),
        known.len()
    );
    for (name, least, most) in &known {
        println!("    {name} is from {least} to {most}");
    }
    // What a ministry needs most is there.
    let of_nation = |t: &&Table| t.id == "by_year" && t.report == "national-follow-up";
    let totals = tables
        .iter()
        .filter(of_nation)
        .flat_map(|table| table.rows());
    let missing = totals.filter(|row| row["sex"] == "T" && row["tests"].is_empty());
    let n_missing = missing.count();
    if n_missing > 0 {
        println!("    {n_missing} totals of the nation are withheld");
    }
    known.is_empty() && n_missing == 0
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [program, people, seeds, sizes @ ..] = arguments.as_slice() else {
        eprintln!("usage: withholding PROGRAM PEOPLE,… SEED,… [YEARS [REGIONS]]");
        return ExitCode::from(2);
    };
    let size = |at: usize| {
        sizes
            .get(at)
            .map_or(usize::MAX, |size| size.parse().unwrap())
    };
    let mut is_safe = true;
    for people in people.split(',') {
        for seed in seeds.split(',') {
            is_safe &= attack(program, people, seed, [size(0), size(1)]);
        }
    }
    if is_safe {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
