//! The drawing in ARCHITECTURE.md is what the manifests say.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

/// Rooms, and what they are built on.
type Arrows = BTreeMap<String, BTreeSet<String>>;

/// `engine ──▶ functions, lake`: the lines of the drawing, in their order.
fn drawn() -> Vec<(String, BTreeSet<String>)> {
    let page = std::fs::read_to_string(Path::new(ROOT).join("ARCHITECTURE.md")).unwrap();
    let lines = page.lines().filter_map(|line| line.split_once("──▶"));
    let room = |(from, to): (&str, &str)| {
        let names = to.split(',').map(|name| name.trim().to_owned());
        let names = names.filter(|name| name != "nothing");
        (from.trim().to_owned(), names.collect())
    };
    lines.map(room).collect()
}

/// What the manifests say, without what only tests need.
fn declared() -> Arrows {
    let output = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--no-deps",
            "--offline",
            "--format-version",
            "1",
        ])
        .current_dir(ROOT)
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{text}");
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap().iter();
    let room = |package: &serde_json::Value| {
        let dependencies = package["dependencies"].as_array().unwrap().iter();
        let built_on = dependencies
            .filter(|dependency| dependency["kind"].is_null())
            .filter_map(|dependency| dependency["name"].as_str()?.strip_prefix("kohort-"));
        let name = package["name"].as_str().unwrap();
        let name = name.strip_prefix("kohort-").unwrap_or("cli");
        (name.to_owned(), built_on.map(str::to_owned).collect())
    };
    let mut rooms: Arrows = packages.map(room).collect();
    let of_tests = rooms.remove("workbench");
    assert_eq!(
        of_tests,
        Some(BTreeSet::new()),
        "what tests share is built on nothing"
    );
    rooms
}

#[test]
fn the_drawing_has_every_room_and_every_arrow_and_no_other() {
    let (drawn, declared) = (drawn(), declared());
    let rooms: BTreeSet<&String> = drawn.iter().map(|(room, _)| room).collect();
    assert_eq!(rooms.len(), drawn.len(), "a room is drawn twice");
    assert_eq!(rooms, declared.keys().collect(), "rooms");
    let arrows = |rooms: &mut dyn Iterator<Item = (&String, &BTreeSet<String>)>| {
        let all = rooms.flat_map(|(from, to)| to.iter().map(move |to| format!("{from} -> {to}")));
        all.collect::<BTreeSet<String>>()
    };
    let drawn = arrows(&mut drawn.iter().map(|(from, to)| (from, to)));
    let declared = arrows(&mut declared.iter());
    let missing: Vec<_> = declared.difference(&drawn).collect();
    let extra: Vec<_> = drawn.difference(&declared).collect();
    assert!(
        missing.is_empty() && extra.is_empty(),
        "missing from the drawing: {missing:?}; in no manifest: {extra:?}"
    );
}

#[test]
fn arrows_point_down_only() {
    let mut above = BTreeSet::new();
    for (room, to) in drawn() {
        assert!(!to.contains(&room), "{room}");
        let up: Vec<_> = to.intersection(&above).collect();
        assert!(up.is_empty(), "{room} is built on {up:?}, above it");
        above.insert(room);
    }
}

#[test]
fn every_room_has_its_section() {
    let page = std::fs::read_to_string(Path::new(ROOT).join("ARCHITECTURE.md")).unwrap();
    for (room, _) in drawn() {
        assert!(
            page.contains(&format!("## `{room}`: ")),
            "no section for `{room}`"
        );
    }
}
