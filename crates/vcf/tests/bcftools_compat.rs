//! BCF against bcftools: its files read as it reads them, and it reads ours.

mod support;

use std::path::Path;
use std::process::Command;

use kohort_vcf::write::{Output, VcfWriter};
use kohort_vcf::{Encoding, Error, OpenOptions, VcfReader, open};
use support::{lines_of, source};

fn bcftools(arguments: &[&str]) -> Option<Vec<u8>> {
    match Command::new("bcftools").args(arguments).output() {
        Ok(output) => output.status.success().then_some(output.stdout),
        Err(_) => {
            kohort_workbench::skip("bcftools", "not installed");
            None
        }
    }
}

fn read(name: &str, bytes: Vec<u8>) -> Result<VcfReader, Error> {
    open(source(name, bytes), &OpenOptions::default())
}

/// The same text, but for floats, of which bcftools prints six digits, and for INFO without a
/// value, which is `KEY=.` here and `KEY` there.
fn same(ours: &str, theirs: &str) -> bool {
    let (ours, theirs) = (ours.replace("=.", ""), theirs.replace("=.", ""));
    let separators = ['\t', ':', ';', ',', '='];
    let (mut a, mut b) = (ours.split(separators), theirs.split(separators));
    loop {
        match (a.next(), b.next()) {
            (None, None) => return true,
            (Some(a), Some(b)) if a == b => {}
            (Some(a), Some(b)) => match (a.parse::<f64>(), b.parse::<f64>()) {
                (Ok(a), Ok(b)) if (a - b).abs() <= 1e-5 * a.abs().max(b.abs()) => {}
                _ => return false,
            },
            _ => return false,
        }
    }
}

fn text_of(path: &str) -> Option<Vec<String>> {
    let text = bcftools(&["view", "-H", "--no-version", path])?;
    Some(
        String::from_utf8_lossy(&text)
            .lines()
            .map(str::to_owned)
            .collect(),
    )
}

/// bcftools writes BCF, we read it; we write BCF, bcftools reads it.
fn round_trip(path: &Path, folder: &Path) -> Option<Result<(), String>> {
    let path = path.to_str()?;
    let theirs = folder.join("theirs.bcf");
    let theirs = theirs.to_str()?;
    bcftools(&["view", "--no-version", "-Ob", "-o", theirs, path])?;
    let expected = text_of(theirs)?;
    if expected.iter().any(|line| line.contains("\tGT:GT\t")) {
        return None;
    }
    let reader = read("theirs.bcf", std::fs::read(theirs).ok()?).ok()?;
    assert_eq!(reader.encoding(), Encoding::Bcf);
    let header = reader.header().clone();
    let ours = match lines_of(reader, 2) {
        Ok(lines) => lines,
        Err(error) => return Some(Err(error.to_string())),
    };
    if let Some(difference) = difference(&ours, &expected) {
        return Some(Err(format!("reading {difference}")));
    }
    let mut writer = VcfWriter::new(Vec::new(), &header, Output::Bcf, 2).ok()?;
    for line in &ours {
        match writer.line(line.as_bytes()) {
            Ok(()) => {}
            // A value that breaks its declaration can't be written by it.
            Err(error)
                if matches!(
                    error.condition(),
                    Error::Field { .. } | Error::Column { .. } | Error::Genotype { .. }
                ) =>
            {
                return None;
            }
            Err(error) => return Some(Err(error.to_string())),
        }
    }
    let written = folder.join("ours.bcf");
    std::fs::write(&written, writer.finish().ok()?).ok()?;
    let Some(back) = text_of(written.to_str()?) else {
        return Some(Err("bcftools does not read it".to_owned()));
    };
    difference(&back, &expected)
        .map(|d| Err(format!("writing {d}")))
        .or(Some(Ok(())))
}

fn difference(ours: &[String], theirs: &[String]) -> Option<String> {
    if ours.len() != theirs.len() {
        return Some(format!("{} lines instead of {}", ours.len(), theirs.len()));
    }
    let pair = ours.iter().zip(theirs).find(|(a, b)| !same(a, b))?;
    let cut = |text: &str| text.chars().take(600).collect::<String>();
    Some(format!(
        "\n  ours   {}\n  theirs {}",
        cut(pair.0),
        cut(pair.1)
    ))
}

#[test]
fn bcf_agrees_with_bcftools_in_both_directions() {
    if bcftools(&["--version"]).is_none() {
        return;
    }
    let all = kohort_workbench::collection("variants", "data/real");
    let folder = tempfile::tempdir().unwrap();
    let (mut n, mut refused, mut wrong) = (0, 0, Vec::new());
    let parts = ["edge/", "sexmito/", "sv/", "annotated/", "clinvar/"];
    for (name, path) in &all.files {
        let is_small = path.metadata().is_ok_and(|found| found.len() < 400_000);
        if !is_small || !parts.iter().any(|part| name.starts_with(part)) {
            continue;
        }
        match round_trip(path, folder.path()) {
            Some(Ok(())) => n += 1,
            Some(Err(why)) => wrong.push(format!("{name}: {why}")),
            None => refused += 1,
        }
    }
    println!("{n} files agree, {refused} that one of the two refuses");
    assert!(
        wrong.is_empty(),
        "{} differ\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    assert!(n > all.at_least(150, 80), "{n}");
}
