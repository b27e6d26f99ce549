//! What the tests of this run left out. `cargo test` runs packages in the order of their names,
//! and this is the last test of the last one; the doc tests that follow skip nothing.

#![allow(clippy::print_stdout, reason = "this is what it is for")]

use std::path::Path;

fn main() {
    if std::env::args().any(|argument| argument == "--list") {
        return;
    }
    assert_last();
    let skips = kohort_workbench::skips();
    println!("\n{} skipped in this run", skips.len());
    for skip in &skips {
        println!(
            "SKIPPED: {}: {}: {}: {}",
            skip.program, skip.test, skip.what, skip.why
        );
    }
    kohort_workbench::forget();
}

/// A package that runs after this one would be missing from the list.
fn assert_last() {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let manifests = crates.read_dir().map(Iterator::flatten);
    for folder in manifests.into_iter().flatten() {
        let manifest = std::fs::read_to_string(folder.path().join("Cargo.toml"));
        let manifest = manifest.unwrap_or_default();
        let name = manifest
            .lines()
            .find_map(|line| line.strip_prefix("name = "));
        let name = name.map_or("", |name| name.trim_matches('"'));
        assert!(
            name <= env!("CARGO_PKG_NAME"),
            "the tests of `{name}` run after the list of skips is printed"
        );
    }
}
