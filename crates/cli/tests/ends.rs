//! How a command ends: its exit code, and what it leaves.
#![allow(clippy::unwrap_used, reason = "a test may panic")]
#![cfg(unix)]

mod support;

use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use support::{Place, VCF, command, run};

/// A query that writes for a long time.
const LONG: &str = "SELECT a.value * b.value AS x FROM range(3000000) AS a, range(1000) AS b";

fn signal(child: &Child, name: &str) {
    let process = child.id().to_string();
    let sent = Command::new("kill").args([name, &process]).status();
    assert!(sent.unwrap().success());
}

/// The files of a folder, hidden ones too.
fn files(folder: &Path) -> Vec<String> {
    let names = std::fs::read_dir(folder).unwrap();
    let names = names.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned());
    names.collect()
}

/// A query that has begun to write its file.
fn writing(folder: &Path) -> Child {
    let child = command(&["sql", "-c", LONG, "--format", "csv", "--output", "out.csv"])
        .current_dir(folder)
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let started = Instant::now();
    while !files(folder).iter().any(|name| name.ends_with(".partial")) {
        assert!(
            started.elapsed() < Duration::from_secs(60),
            "no file was begun"
        );
        std::thread::sleep(Duration::from_millis(20));
    }
    child
}

#[test]
fn a_query_that_is_ended_leaves_no_file_and_tells_the_signal() {
    for (name, code, word) in [
        ("-TERM", 143, "terminated: "),
        ("-INT", 130, "interrupted: "),
        ("-HUP", 129, "interrupted: "),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let child = writing(folder.path());
        signal(&child, name);
        let output = child.wait_with_output().unwrap();
        let error = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(code), "{name}: {error}");
        assert!(error.starts_with(word), "{error}");
        assert_eq!(files(folder.path()), Vec::<String>::new(), "{name}");
    }
}

#[test]
fn an_ingest_that_is_terminated_leaves_the_lake_as_it_was() {
    let place = Place::with_lake();
    let arguments = ["ingest", "-", "--lake", "lake", "--callset", "second"];
    let mut child = command(&[&arguments[..], &["--allow-duplicate-samples"]].concat())
        .current_dir(place.folder.path())
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    input.write_all(VCF.as_bytes()).unwrap();
    std::thread::sleep(Duration::from_millis(500));
    signal(&child, "-TERM");
    let output = child.wait_with_output().unwrap();
    drop(input);
    assert_eq!(output.status.code(), Some(143));
    let callsets = place.sql("SELECT callset FROM callsets", &["--format", "csv"]);
    assert_eq!(callsets.ok(), "callset\npilot\n");
}

#[test]
fn a_reader_that_has_had_enough_is_no_error() {
    let mut child = command(&["sql", "-c", LONG, "--format", "csv"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert_eq!(lines.next().unwrap().unwrap(), "x");
    drop(lines);
    let status = child.wait().unwrap();
    let mut error = String::new();
    child
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut error)
        .unwrap();
    assert_eq!(status.code(), Some(0), "{error}");
    assert_eq!(error, "");
}

#[test]
fn a_sort_goes_on_on_disk_beyond_the_limit_of_memory() {
    let sql = "SELECT lpad(CAST((value * 7919) % 1000003 AS TEXT), 40, 'x') AS y
        FROM range(300000) ORDER BY y";
    let limited = [
        "sql",
        "--memory-limit",
        "20MiB",
        "--format",
        "csv",
        "-c",
        sql,
    ];
    let expected = run(&["sql", "--format", "csv", "-c", sql]).ok();
    assert!(run(&limited).ok() == expected);
}

#[test]
fn a_join_beyond_the_limit_of_memory_says_what_to_do() {
    let sql =
        "SELECT count(*) AS n FROM range(2000000) AS a JOIN range(2000000) AS b USING (value)";
    let limited = ["sql", "--memory-limit", "16MiB", "--format", "csv"];
    let of = |sql: &str| {
        let mut arguments = limited.to_vec();
        arguments.extend(["-c", sql]);
        run(&arguments)
    };
    let error = of(sql).failed(1);
    assert!(error.contains("prefer_hash_join = false"), "{error}");
    let merged = format!("SET datafusion.optimizer.prefer_hash_join = false; {sql}");
    assert_eq!(of(&merged).ok(), "n\n2000000\n");
}

#[test]
fn exit_codes_are_those_of_the_table() {
    let place = Place::with_lake();
    assert_eq!(run(&["sql", "-c", "SELECT 1"]).code, 0);
    assert_eq!(run(&["--help"]).code, 0);
    assert_eq!(run(&["--version"]).code, 0);
    assert_eq!(run(&["sql", "--no-such-option"]).code, 2);
    assert_eq!(run(&["no-such-command"]).code, 2);
    assert_eq!(run(&["sql", "-c", "SELEC 1"]).code, 2);
    assert_eq!(place.sql("SELECT x FROM variants", &[]).code, 1);
    assert_eq!(
        run(&["sql", "--lake", "/no/such", "-c", "SELECT 1"]).code,
        1
    );
}
