//! The house rules of CONTRIBUTING.md that no compiler and no linter looks at, held against every
//! Rust file and every manifest of the tree.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod tree;

use std::collections::BTreeSet;
use std::path::Path;

use tree::{Source, sources};

/// Files that may break a rule: reports as text, one line of which is one of the format's.
const EXCEPTIONS: [(&str, &str); 4] = [
    ("crates/report/tests/disclosure.rs", "length of functions"),
    ("crates/report/tests/disclosure.rs", "length of lines"),
    ("crates/report/tests/page.rs", "length of lines"),
    ("crates/report/tests/support/mod.rs", "length of lines"),
];

/// The only module with `unsafe`.
const AUDITED: &str = "crates/genotype/src/simd.rs";

/// Fails with all that breaks a rule.
fn broken(rule: &str, find: impl Fn(&Source) -> Vec<String>) {
    let sources = sources();
    assert!(
        sources.len() > 300,
        "only {} files were found",
        sources.len()
    );
    let is_held = |source: &&Source| !EXCEPTIONS.contains(&(source.name.as_str(), rule));
    let held = sources.iter().filter(is_held);
    let found: Vec<String> = held.flat_map(find).collect();
    let n = found.len();
    assert!(
        found.is_empty(),
        "{n} against {rule}:\n{}",
        found.join("\n")
    );
}

#[test]
fn lines_have_at_most_100_characters() {
    broken("length of lines", |source| {
        let lines = source.text.lines().zip(1..);
        let long = lines.filter(|(line, _)| line.chars().count() > 100);
        long.map(|(line, at)| format!("{}:{at}: {}", source.name, line.chars().count()))
            .collect()
    });
}

#[test]
fn functions_have_at_most_70_lines() {
    broken("length of functions", |source| {
        let long = source.functions().into_iter().filter(|f| f.n_lines > 70);
        long.map(|f| format!("{}:{}: `{}`: {}", source.name, f.line, f.name, f.n_lines))
            .collect()
    });
}

#[test]
fn files_have_at_most_600_lines() {
    broken("length of files", |source| {
        let n = source.n_lines_without_tests();
        let fault = (n > 600).then(|| format!("{}: {n}", source.name));
        fault.into_iter().collect()
    });
}

#[test]
fn no_path_climbs_three_modules() {
    broken("climbing paths", |source| {
        let lines = source.code.lines().zip(1..);
        let climbing = lines.filter(|(line, _)| line.contains("super::super::super"));
        climbing
            .map(|(_, at)| format!("{}:{at}", source.name))
            .collect()
    });
}

#[test]
fn only_the_audited_module_is_unsafe() {
    broken("unsafe", |source| {
        if source.name == AUDITED {
            return Vec::new();
        }
        let lines = source.code.lines().zip(1..);
        let is_unsafe = |line: &str| tree::words(line).any(|word| word == "unsafe");
        lines
            .filter(|(line, _)| is_unsafe(line))
            .map(|(_, at)| format!("{}:{at}", source.name))
            .collect()
    });
}

/// The names under `[dependencies]` and the like, as Rust writes them.
fn dependencies(manifest: &str) -> Vec<String> {
    let mut is_list = false;
    let mut names = Vec::new();
    for line in manifest.lines() {
        if let Some(section) = line.strip_prefix('[') {
            is_list = section.trim_end_matches(']').ends_with("dependencies");
        } else if is_list && !line.starts_with([' ', '#', ']']) {
            let name = line.split(['.', '=', ' ']).next().unwrap_or_default();
            names.push(name.replace('-', "_"));
        }
    }
    names.retain(|name| !name.is_empty());
    names
}

#[test]
fn every_dependency_is_named_in_the_sources_of_its_crate() {
    let sources = sources();
    let mut dead = Vec::new();
    for folder in tree::root().join("crates").read_dir().unwrap() {
        let folder = folder.unwrap().path();
        let manifest = std::fs::read_to_string(folder.join("Cargo.toml")).unwrap();
        let name = folder.strip_prefix(tree::root()).unwrap().to_path_buf();
        let own = sources
            .iter()
            .filter(|source| Path::new(&source.name).starts_with(&name));
        let words: BTreeSet<&str> = own.flat_map(|source| tree::words(&source.code)).collect();
        let unnamed = dependencies(&manifest).into_iter();
        let unnamed = unnamed.filter(|dependency| !words.contains(dependency.as_str()));
        dead.extend(unnamed.map(|dependency| format!("{}: {dependency}", name.display())));
    }
    assert!(
        dead.is_empty(),
        "dependencies that nothing names:\n{}",
        dead.join("\n")
    );
}

#[test]
fn the_audited_module_is_there() {
    assert!(tree::root().join(AUDITED).is_file(), "no `{AUDITED}`");
}

#[test]
fn the_reader_skips_text_and_finds_the_ends_of_functions() {
    let text = "fn a() {\n    let s = \"} unsafe // {\"; // {\n    let c = '{';\n    b::<'_>(r#\"\"\
                }\"#);\n}\n\ntrait T {\n    fn d(&self) -> [u8; 2];\n    fn e() {}\n}\n\
                #[cfg(test)]\nmod tests {\n    /* } /* } */ */\n}\n";
    let source = Source::new("x.rs".to_owned(), text.to_owned());
    assert!(!source.code.contains("unsafe"));
    assert_eq!(source.code.lines().count(), text.lines().count());
    let found: Vec<(String, usize, usize)> = source
        .functions()
        .into_iter()
        .map(|f| (f.name, f.line, f.n_lines))
        .collect();
    assert_eq!(found, [("a".to_owned(), 1, 5), ("e".to_owned(), 9, 1)]);
    assert_eq!(source.n_lines_without_tests(), 10);
}
