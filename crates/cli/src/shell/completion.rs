//! What could this word become? A keyword, a table, a column or a function.

use std::collections::BTreeMap;

use kohort_engine::Session;
use rustyline::completion::{Completer, Pair};
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::validate::Validator;
use rustyline::{Context, Helper};

const KEYWORDS: &[&str] = &[
    "ALL",
    "AND",
    "AS",
    "ASC",
    "BETWEEN",
    "BY",
    "CASE",
    "CAST",
    "COHORT",
    "COPY",
    "CREATE",
    "CROSS",
    "DESC",
    "DESCRIBE",
    "DISTINCT",
    "DROP",
    "ELSE",
    "END",
    "EXCEPT",
    "EXISTS",
    "EXPLAIN ANALYZE",
    "EXTERNAL TABLE",
    "FALSE",
    "FILTER",
    "FROM",
    "FULL",
    "GROUP BY",
    "HAVING",
    "IF EXISTS",
    "IN",
    "INNER",
    "INTERSECT",
    "IS NOT NULL",
    "IS NULL",
    "JOIN",
    "LEFT JOIN",
    "LIKE",
    "LIMIT",
    "NOT",
    "NULL",
    "OFFSET",
    "ON",
    "OR",
    "ORDER BY",
    "OVER",
    "PARTITION BY",
    "SELECT",
    "SET",
    "SHOW",
    "TABLE",
    "THEN",
    "TRUE",
    "UNION",
    "UNNEST",
    "USING",
    "VALUES",
    "VIEW",
    "WHEN",
    "WHERE",
    "WITH",
];

const META: &[&str] = &["\\?", "\\d", "\\df", "\\i", "\\q", "\\timing", "\\x"];

/// The names of a session.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// Columns by table.
    tables: BTreeMap<String, Vec<String>>,
    functions: Vec<String>,
}

impl Names {
    /// Asks a session for its names; without an answer there is less to complete.
    pub(super) async fn of(session: &Session) -> Self {
        let tables = session.tables().await.unwrap_or_default();
        let columns = |schema: &arrow::datatypes::Schema| {
            schema
                .fields()
                .iter()
                .map(|field| field.name().clone())
                .collect()
        };
        Self {
            tables: tables
                .into_iter()
                .map(|t| (t.name, columns(&t.schema)))
                .collect(),
            functions: session
                .functions()
                .into_iter()
                .map(|function| function.name)
                .collect(),
        }
    }

    /// What the word before the cursor can become, and where that word starts.
    fn candidates(&self, line: &str) -> (usize, Vec<String>) {
        let is_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '\\' | '?');
        let start = line.rfind(|c: char| !is_word(c)).map_or(0, |at| {
            at + line[at..].chars().next().map_or(1, char::len_utf8)
        });
        let word = &line[start..];
        if word.starts_with('\\') {
            return (start, starting(META.iter().copied(), word));
        }
        let qualified = starting(self.tables.keys().map(String::as_str), word);
        if word.contains('.') && !qualified.is_empty() {
            return (start, qualified);
        }
        if let Some((table, prefix)) = word.rsplit_once('.') {
            let columns = self
                .tables
                .get(table)
                .map_or_else(|| self.all_columns(), Vec::clone);
            let found = starting(columns.iter().map(String::as_str), prefix);
            return (start + table.len() + 1, found);
        }
        if line.trim_start().starts_with("\\d") {
            return (
                start,
                starting(self.tables.keys().map(String::as_str), word),
            );
        }
        if word.is_empty() {
            return (start, Vec::new());
        }
        let mut found = starting(self.tables.keys().map(String::as_str), word);
        found.extend(starting(
            self.all_columns().iter().map(String::as_str),
            word,
        ));
        let functions = starting(self.functions.iter().map(String::as_str), word);
        found.extend(functions.into_iter().map(|name| format!("{name}(")));
        let keywords = starting(KEYWORDS.iter().copied(), word);
        let is_upper = word.chars().any(char::is_uppercase);
        found.extend(keywords.into_iter().map(|keyword| {
            if is_upper {
                keyword
            } else {
                keyword.to_ascii_lowercase()
            }
        }));
        (start, found)
    }

    fn all_columns(&self) -> Vec<String> {
        let mut columns: Vec<String> = self.tables.values().flatten().cloned().collect();
        columns.sort_unstable();
        columns.dedup();
        columns
    }
}

fn starting<'a>(names: impl Iterator<Item = &'a str>, prefix: &str) -> Vec<String> {
    let begins = |name: &&str| {
        name.get(..prefix.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(prefix))
    };
    names.filter(begins).map(ToOwned::to_owned).collect()
}

/// The line editor's view of the names.
#[derive(Debug)]
pub(super) struct SqlHelper {
    names: Names,
}

impl SqlHelper {
    /// Completes from these names.
    pub(super) fn new(names: Names) -> Self {
        Self { names }
    }

    /// Completes from other names from now on.
    pub(super) fn set_names(&mut self, names: Names) {
        self.names = names;
    }
}

impl Completer for SqlHelper {
    type Candidate = Pair;

    fn complete(
        &self,
        line: &str,
        position: usize,
        _: &Context<'_>,
    ) -> rustyline::Result<(usize, Vec<Pair>)> {
        let (start, found) = self.names.candidates(&line[..position]);
        let pair = |name: String| Pair {
            display: name.clone(),
            replacement: name,
        };
        Ok((start, found.into_iter().map(pair).collect()))
    }
}

impl Hinter for SqlHelper {
    type Hint = String;
}

impl Highlighter for SqlHelper {}

impl Validator for SqlHelper {}

impl Helper for SqlHelper {}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> Names {
        let columns = |names: &[&str]| names.iter().map(ToString::to_string).collect();
        Names {
            tables: [
                (
                    "samples".to_owned(),
                    columns(&["sample_id", "sex_karyotype"]),
                ),
                (
                    "variants".to_owned(),
                    columns(&["chrom", "pos", "genotypes"]),
                ),
                ("registry.people".to_owned(), columns(&["birth_date"])),
            ]
            .into(),
            functions: columns(&["allele_stats", "allele_frequency_by"]),
        }
    }

    #[test]
    fn words_complete_to_tables_columns_functions_and_keywords() {
        for (line, start, found) in [
            (
                "SELECT al",
                7,
                vec!["allele_stats(", "allele_frequency_by(", "all"],
            ),
            (
                "SELECT s",
                7,
                vec![
                    "samples",
                    "sample_id",
                    "sex_karyotype",
                    "select",
                    "set",
                    "show",
                ],
            ),
            ("SELECT * FROM var", 14, vec!["variants"]),
            ("SELECT variants.g", 16, vec!["genotypes"]),
            ("SELECT v.sex", 9, vec!["sex_karyotype"]),
            ("SELECT allele_stats(geno", 20, vec!["genotypes"]),
            ("WHE", 0, vec!["WHEN", "WHERE"]),
            ("\\d sam", 3, vec!["samples"]),
            ("SELECT * FROM registry.p", 14, vec!["registry.people"]),
            ("SELECT registry.people.b", 23, vec!["birth_date"]),
            ("\\t", 0, vec!["\\timing"]),
            ("SELECT ", 7, vec![]),
            ("SELECT 'Ö'", 11, vec![]),
        ] {
            assert_eq!(
                names().candidates(line),
                (start, found.iter().map(ToString::to_string).collect()),
                "{line}"
            );
        }
    }
}
