//! The views that come with Kohort, in the schema `follow_up`: files of `sql/views`.
//!
//! A view is planned when a statement names it, so that one over a table that the lake has not
//! breaks no session, only the statements about it.

use std::collections::BTreeSet;

/// The schema's name.
pub(crate) const SCHEMA: &str = "follow_up";

/// A view: its name, and its file.
#[derive(Debug, Clone, Copy)]
pub(crate) struct View {
    pub(crate) name: &'static str,
    pub(crate) sql: &'static str,
}

macro_rules! shipped {
    ($($name:literal),* $(,)?) => {
        &[$(View {
            name: $name,
            sql: include_str!(concat!("../../../sql/views/", $name, ".sql")),
        }),*]
    };
}

/// Every view, by name.
pub(crate) const SHIPPED: &[View] = shipped![
    "carriers_found_and_expected",
    "cost_by_region",
    "cost_by_test_type",
    "counts",
    "counts_by_municipality",
    "genome_against_panel",
    "inequality_by_year",
    "need_by_income",
    "need_by_region",
    "population",
    "public_funds_by_year",
    "rates_by_municipality",
    "rates_by_region",
    "region_names",
    "strata",
    "study_flow",
    "study_mirror",
    "study_people",
    "study_times",
    "test_costs",
    "use_and_need",
    "wait_curves",
    "waits",
    "waits_by_region",
    "women_and_men",
];

/// The views that a text of SQL reads, itself or by way of other views, each after those that it is
/// made of: their names and their SQL.
pub fn views_read_by(sql: &str) -> Vec<(&'static str, &'static str)> {
    let views = View::named_in(sql).into_iter();
    views.map(|view| (view.name, view.sql)).collect()
}

impl View {
    /// What a row is: the first line of the file, which is a comment.
    pub(crate) fn description(self) -> String {
        let line = self.sql.lines().next().unwrap_or_default();
        line.trim_start_matches('-').trim().to_owned()
    }

    /// The view of a name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        SHIPPED.iter().find(|view| view.name == name).copied()
    }

    /// The views that a text names, each after those that it is made of.
    pub(crate) fn named_in(text: &str) -> Vec<Self> {
        let mut ordered = Vec::new();
        collect(text, &mut BTreeSet::new(), &mut ordered);
        ordered
    }
}

fn collect(text: &str, seen: &mut BTreeSet<&'static str>, ordered: &mut Vec<View>) {
    let text = without_comments(text).to_lowercase();
    let begin = format!("{SCHEMA}.");
    for rest in text.split(begin.as_str()).skip(1) {
        let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let name = rest.split(|c| !is_part(c)).next().unwrap_or_default();
        let view = SHIPPED.iter().find(|view| view.name == name);
        if let Some(view) = view.filter(|view| seen.insert(view.name)) {
            collect(view.sql, seen, ordered);
            ordered.push(*view);
        }
    }
}

/// A text without its comments to the end of a line, in which views may be talked about.
fn without_comments(text: &str) -> String {
    let code = |line: &str| {
        line.split_once("--")
            .map_or(line.to_owned(), |(code, _)| code.into())
    };
    text.lines().map(code).collect::<Vec<String>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_a_view_that_begins_with_what_a_row_is() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../sql/views");
        let mut files: Vec<String> = std::fs::read_dir(folder)
            .map(|entries| entries.map(|e| e.unwrap().path()).collect::<Vec<_>>())
            .unwrap_or_default()
            .iter()
            .filter(|path| path.extension().is_some_and(|e| e == "sql"))
            .map(|path| path.file_stem().unwrap().to_string_lossy().into_owned())
            .collect();
        files.sort();
        let names: Vec<&str> = SHIPPED.iter().map(|view| view.name).collect();
        assert_eq!(names, files);
        for view in SHIPPED {
            assert!(view.sql.starts_with("-- "), "{}", view.name);
            assert!(view.description().ends_with(['.', '?']), "{}", view.name);
        }
    }

    #[test]
    fn a_view_comes_after_those_that_it_is_made_of() {
        for view in SHIPPED {
            let text = format!("SELECT 1 -- follow_up.nothing\nFROM {SCHEMA}.{}", view.name);
            let ordered = View::named_in(&text);
            assert_eq!(ordered.last().map(|v| v.name), Some(view.name));
            for (at, view) in ordered.iter().enumerate() {
                let before: Vec<&str> = ordered[..at].iter().map(|v| v.name).collect();
                for other in View::named_in(view.sql) {
                    assert!(
                        before.contains(&other.name),
                        "{} before {}",
                        other.name,
                        view.name
                    );
                }
            }
        }
        assert!(View::named_in("SELECT * FROM follow_up.no_such_view").is_empty());
    }
}
