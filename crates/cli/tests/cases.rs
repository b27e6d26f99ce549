//! The cases in `datasets/cases`: what people reported about tools of this field, and what must
//! come out.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use regex::{Regex, RegexBuilder};

/// Cases that Kohort does not fit yet, and what they wait for.
const WAITING: [(&str, &str); 1] = [(
    "83-reference-blocks",
    "reference blocks count nowhere until callsets have coverage",
)];

#[test]
fn every_case_gives_what_its_report_asks_for() {
    if kohort_workbench::version("bash").is_none() {
        return;
    }
    let cases = cases();
    assert!(cases.len() >= 76, "only {} cases were found", cases.len());
    let mut told = String::new();
    for case in cases {
        let name = case.file_name().unwrap().to_string_lossy().into_owned();
        let output = output_of(&case);
        let missed = missed(&case, &output);
        let waits = WAITING.iter().find(|(waiting, _)| *waiting == name);
        match (missed.is_empty(), waits) {
            (true, None) | (false, Some(_)) => {}
            (true, Some(_)) => writeln!(told, "{name} fits now: take it out of the list").unwrap(),
            (false, None) => {
                writeln!(told, "{name}: wanted {missed:#?} of\n{output}").unwrap();
            }
        }
    }
    assert!(told.is_empty(), "{told}");
}

fn cases() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../datasets/cases");
    let mut cases: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .collect();
    cases.sort();
    cases
}

/// What the script of a case prints, on both of its streams as a person sees them.
fn output_of(case: &Path) -> String {
    let output = Command::new("bash")
        .args(["-c", "exec bash ./run.sh 2>&1"])
        .current_dir(case)
        .env("KOHORT", env!("CARGO_BIN_EXE_kohort"))
        .env_remove("KOHORT_LAKE")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Lines of `expected.txt` that the output does not fulfil.
fn missed(case: &Path, output: &str) -> Vec<String> {
    let expected = std::fs::read_to_string(case.join("expected.txt")).unwrap();
    let lines: Vec<&str> = output.lines().collect();
    let fits = |wanted: &str| match (wanted.strip_prefix("~ "), wanted.strip_prefix("! ")) {
        (Some(pattern), _) => expression(pattern).is_match(output),
        (_, Some(unwanted)) if unwanted.starts_with('^') => !expression(unwanted).is_match(output),
        // A short text may be part of another word; only as a line of its own is it an answer.
        (_, Some(unwanted)) if unwanted.len() > 5 => !output.contains(unwanted),
        (_, Some(unwanted)) => !lines.contains(&unwanted),
        _ => lines.contains(&wanted),
    };
    let wanted = expected.lines().filter(|line| !line.is_empty());
    wanted
        .filter(|line| !fits(line))
        .map(str::to_owned)
        .collect()
}

fn expression(pattern: &str) -> Regex {
    let built = RegexBuilder::new(pattern).multi_line(true).build();
    built.unwrap()
}
