//! Passwords, keys and signatures are in no message, in no log and in no history.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::process::Stdio;

use support::{Place, Ran, VCF, command, finish};

/// What no output may hold.
const SECRET: &str = "hush-hush";

#[track_caller]
fn is_kept(ran: &Ran) {
    let (out, err) = (ran.text(), &ran.stderr);
    assert!(!out.contains(SECRET) && !err.contains(SECRET), "{out}{err}");
}

#[test]
fn a_storage_option_without_an_equals_sign_is_not_repeated() {
    for given in ["aws_secret_access_key:hush-hush", "hush-hush", "=hush-hush"] {
        for log in [&[][..], &["-vvv"]] {
            let mut arguments = log.to_vec();
            arguments.extend(["sql", "--lake", "s3://b/l", "-c", "SELECT 1"]);
            arguments.extend(["--storage-option", given]);
            let ran = finish(command(&arguments));
            is_kept(&ran);
            let error = ran.failed(2);
            assert!(error.contains("--storage-option"), "{error}");
            assert!(error.contains("expected KEY=VALUE"), "{error}");
        }
    }
}

#[test]
fn a_url_with_a_password_is_shown_without_it_by_every_command() {
    let place = Place::with_lake();
    for url in [
        "https://ada:hush-hush@host:port/lake",
        "s3://ada:hush-hush@bu cket/lake",
        "ftp://ada:hush-hush@host/lake",
        "ftp://host/x.csv?sv=1&sig=hush-hush",
        "https://ada:hush/hush-hush@host/x.csv",
    ] {
        for arguments in [
            &["sql", "--lake", url, "-c", "SELECT 1"][..],
            &["lake", "info", "--lake", url],
            &["lake", "history", "--lake", url],
            &["ingest", "cohort.vcf", "--lake", url, "--callset", "x"],
            &["ingest", url, "--lake", "lake", "--callset", "x"],
            &["load", "people", url, "--lake", "lake"],
            &["export", "--lake", url, "--callset", "x"],
        ] {
            let mut all = vec!["-vvv"];
            all.extend(arguments);
            let mut command = command(&all);
            command.current_dir(place.folder.path());
            let ran = finish(command);
            assert_ne!(ran.code, 0, "{arguments:?}");
            is_kept(&ran);
        }
    }
}

#[test]
fn a_key_of_the_environment_is_in_no_log_line() {
    let place = Place::new();
    let ingest = [
        "-vvv",
        "ingest",
        "cohort.vcf",
        "--lake",
        "s3://nowhere/lake",
    ];
    for format in ["text", "json"] {
        let mut command = command(&ingest);
        command.args(["--callset", "x", "--log-format", format]);
        command.args(["--storage-option", "aws_endpoint=http://127.0.0.1:9"]);
        command.args(["--storage-option", "aws_allow_http=true"]);
        command.args(["--storage-option", "aws_max_retries=0"]);
        command.env("AWS_SECRET_ACCESS_KEY", "hush-hush-1");
        command.env("AWS_ACCESS_KEY_ID", "hush-hush-2");
        command.env("AWS_SESSION_TOKEN", "hush-hush-3");
        command.current_dir(place.folder.path());
        let ran = finish(command);
        is_kept(&ran);
        assert_eq!(ran.code, 1, "{}", ran.stderr);
    }
}

#[test]
fn logs_that_are_piped_have_no_colours() {
    let place = Place::with_lake();
    let mut command = command(&[
        "-vvv",
        "sql",
        "--lake",
        "lake",
        "-c",
        "SELECT ac FROM variants",
    ]);
    command.current_dir(place.folder.path());
    let ran = finish(command);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stderr.contains("DEBUG"), "{}", ran.stderr);
    assert!(!ran.stderr.contains('\u{1b}'), "{}", ran.stderr);
}

#[test]
fn logs_as_json_are_an_object_a_line() {
    let place = Place::with_lake();
    let arguments = [
        "-vvv",
        "--log-format",
        "json",
        "sql",
        "--lake",
        "lake",
        "-c",
        "SELECT 1",
    ];
    let mut command = command(&arguments);
    command.current_dir(place.folder.path());
    let ran = finish(command);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(!ran.stderr.is_empty());
    for line in ran.stderr.lines() {
        let event: serde_json::Value = serde_json::from_str(line).unwrap();
        for key in ["timestamp", "level", "target", "message"] {
            assert!(event.get(key).is_some(), "{key}: {line}");
        }
    }
}

#[test]
fn the_history_of_a_lake_names_sources_without_their_signatures() {
    let place = Place::with_lake();
    let mut command = command(&["ingest", "-", "--lake", "lake", "--callset", "second"]);
    command
        .current_dir(place.folder.path())
        .stdin(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let renamed = VCF
        .replace("ada", "a2")
        .replace("bea", "b2")
        .replace("carl", "c2");
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), renamed.as_bytes()).unwrap();
    assert!(child.wait().unwrap().success());
    let ran = place.run(&["lake", "history", "--lake", "lake"]);
    is_kept(&ran);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
}
