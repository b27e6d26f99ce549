//! Small counts in SQL, by the shipped test vectors too.

use std::collections::HashMap;

use super::super::testing::query;

const COUNTS: &str = "SELECT * FROM (VALUES (0), (1), (4), (5), (53), (98), (NULL)) AS v(n)";

fn rows(sql: &str) -> Vec<Vec<String>> {
    query(COUNTS, sql).unwrap()
}

#[test]
fn counts_are_rounded_or_withheld_and_null_stays_null() {
    let found = rows(
        "SELECT n, round_to_base(n, 5), round_to_base(n, 3), suppress(n), suppress(n, 10), \
         suppress(n, 5, true), suppress(n, 5, false, 100) FROM t ORDER BY n",
    );
    assert_eq!(found[0], ["0", "0", "0", "0", "0", "NULL", "0"]);
    assert_eq!(found[1], ["1", "0", "0", "NULL", "NULL", "NULL", "NULL"]);
    assert_eq!(found[2], ["4", "5", "3", "NULL", "NULL", "NULL", "NULL"]);
    assert_eq!(found[3], ["5", "5", "6", "5", "NULL", "5", "5"]);
    assert_eq!(found[4], ["53", "55", "54", "53", "53", "53", "53"]);
    // 2 of 100 are left over.
    assert_eq!(found[5], ["98", "100", "99", "98", "98", "98", "NULL"]);
    assert_eq!(found[6], ["NULL"; 7]);
}

#[test]
fn what_is_no_count_is_an_error() {
    for (call, what) in [
        (
            "round_to_base(-1, 5)",
            "round_to_base: n: expected a whole number",
        ),
        ("round_to_base(1.5, 5)", "got `1.5`"),
        ("round_to_base(9, 0)", "base: expected 1 or more"),
        ("round_to_base(9e18, 5)", "from 0 to 9007199254740992"),
        ("suppress('NaN')", "`n` must be a number"),
        ("suppress(9, 0)", "suppress: threshold: expected 1 or more"),
    ] {
        let error = query(COUNTS, &format!("SELECT {call} FROM t")).unwrap_err();
        assert!(error.to_string().contains(what), "{call}: {error}");
    }
}

/// The fields of a line of a CSV file.
fn fields(line: &str) -> Vec<String> {
    let (mut fields, mut is_quoted) = (vec![String::new()], false);
    for letter in line.chars() {
        match letter {
            '"' => is_quoted = !is_quoted,
            ',' if !is_quoted => fields.push(String::new()),
            other => fields.last_mut().unwrap().push(other),
        }
    }
    fields
}

#[test]
fn published_counts_are_those_of_the_vectors() {
    let folder = kohort_workbench::shipped("vectors");
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap();
    let input = read("in_synth_diagnoses_region_sex.csv");
    let counts: HashMap<String, String> = input
        .lines()
        .skip(1)
        .map(fields)
        .map(|line| {
            (
                format!("lan_code={};sex={}", line[0], line[1]),
                line[2].clone(),
            )
        })
        .collect();
    let mut calls = Vec::new();
    for case in read("exp_disclosure_control.csv").lines().map(fields) {
        let Some(n) = counts.get(&case[6]) else {
            continue;
        };
        let parameter = |name: &str| {
            let of = case[7].split(';').find_map(|pair| pair.strip_prefix(name));
            of.map(str::to_owned)
        };
        match case[2].as_str() {
            "sdc_round_nearest" => {
                let base = parameter("base=").unwrap();
                calls.push((format!("round_to_base({n}, {base})"), case[9].clone()));
            }
            "sdc_primary_suppression" => {
                let threshold = parameter("threshold=").unwrap();
                let zeros = parameter("protect_zero=").unwrap();
                let call = format!("suppress({n}, {threshold}, {zeros}) IS NULL");
                calls.push((call, case[9].to_lowercase()));
            }
            _ => {}
        }
    }
    assert!(calls.len() > 180, "{}", calls.len());
    for some in calls.chunks(40) {
        let list = some.iter().enumerate();
        let list: Vec<String> = list
            .map(|(at, (call, _))| format!("{call} AS c{at}"))
            .collect();
        let table = "SELECT * FROM (VALUES (1)) AS v(one)";
        let found = query(table, &format!("SELECT {} FROM t", list.join(", "))).unwrap();
        let expected: Vec<&str> = some.iter().map(|(_, value)| value.as_str()).collect();
        assert_eq!(found[0], expected);
    }
}
