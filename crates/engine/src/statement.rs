//! Statements: cut from a text, and those that are our own recognised.

use datafusion::sql::sqlparser::dialect::GenericDialect;
use datafusion::sql::sqlparser::tokenizer::{Token, TokenWithSpan, Tokenizer};
use kohort_schema::{LoadedSchema, LoadedTable};

use crate::Error;
use crate::limits::check_text;
use crate::location::{Location, StatementText};

/// A statement, recognised as far as the engine needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Statement {
    /// `CREATE [OR REPLACE] COHORT [IF NOT EXISTS] name AS query`
    CreateCohort {
        name: String,
        query: String,
        if_exists: IfExists,
    },
    /// `DROP COHORT [IF EXISTS] name`
    DropCohort { name: String, if_exists: bool },
    /// `DROP TABLE [IF EXISTS] registry.name`, or one of `reference`.
    DropLoaded { table: LoadedTable, if_exists: bool },
    /// Anything that DataFusion's planner understands.
    Sql(String),
}

/// What CREATE COHORT does with a cohort of the same name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum IfExists {
    Fail,
    Replace,
    Keep,
}

/// Cuts a text into statements at `;`, outside of quotes and comments. Statements that hold nothing
/// but blanks and comments are left out.
///
/// # Errors
/// A quote or a comment that is not closed.
pub fn split_statements(sql: &str) -> Result<Vec<String>, Error> {
    let statements = statements_of(sql)?.into_iter();
    Ok(statements.map(|statement| statement.text).collect())
}

/// [`split_statements`], with where each statement stands in the text.
///
/// # Errors
/// A quote or a comment that is not closed.
pub fn statements_of(sql: &str) -> Result<Vec<StatementText>, Error> {
    let tokens = tokenize(sql)?;
    let lines = line_starts(sql);
    let mut statements = Vec::new();
    let mut start = 0;
    let mut first_word: Option<u64> = None;
    let cut = |from: usize, to: usize, line: u64| {
        let text = &sql[from..to];
        let blanks = text.len() - text.trim_start().len();
        StatementText {
            text: text.trim().to_string(),
            start: Location::of_offset(sql, from + blanks),
            line,
        }
    };
    for token in &tokens {
        match &token.token {
            Token::SemiColon => {
                let end = offset(sql, &lines, token);
                if let Some(line) = first_word.take() {
                    statements.push(cut(start, end, line));
                }
                start = end + 1;
            }
            Token::Whitespace(_) | Token::EOF => {}
            _ => first_word = first_word.or(Some(token.span.start.line)),
        }
    }
    if let Some(line) = first_word {
        statements.push(cut(start, sql.len(), line));
    }
    Ok(statements)
}

/// Recognises a single statement.
pub(crate) fn parse(sql: &str) -> Result<Statement, Error> {
    let tokens: Vec<TokenWithSpan> = tokenize(sql)?
        .into_iter()
        .filter(|t| !matches!(t.token, Token::Whitespace(_)))
        .collect();
    check_text(&tokens)?;
    let mut words = Words {
        sql,
        tokens: &tokens,
        at: 0,
        lines: line_starts(sql),
    };
    let explained = words.eat("EXPLAIN");
    if words.eat("CREATE") {
        let replace = words.eat("OR") && words.eat("REPLACE");
        if words.eat("COHORT") {
            let statement = words.create_cohort(replace)?;
            return Ok(match statement {
                Statement::CreateCohort { query, .. } if explained => flow_of(&query),
                statement => statement,
            });
        }
    } else if explained {
        return Ok(Statement::Sql(sql.to_string()));
    } else if words.eat("DROP") {
        return words.drop(sql);
    }
    Ok(Statement::Sql(sql.to_string()))
}

/// `EXPLAIN CREATE COHORT` creates nothing: it tells how many each criterion would leave.
fn flow_of(query: &str) -> Statement {
    let query = query.trim_end_matches(';').replace('\'', "''");
    Statement::Sql(format!(
        "SELECT * FROM cohort_flow('{query}') ORDER BY step"
    ))
}

struct Words<'a> {
    sql: &'a str,
    tokens: &'a [TokenWithSpan],
    at: usize,
    lines: Vec<usize>,
}

const CREATE_SYNTAX: &str = "CREATE COHORT name AS SELECT sample_id …";

impl Words<'_> {
    fn eat(&mut self, keyword: &str) -> bool {
        let found = matches!(
            self.tokens.get(self.at).map(|t| &t.token),
            Some(Token::Word(word))
                if word.quote_style.is_none() && word.value.eq_ignore_ascii_case(keyword)
        );
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, keyword: &str, syntax: &str) -> Result<bool, Error> {
        if self.eat(keyword) {
            return Ok(true);
        }
        Err(Error::usage(format!(
            "expected {keyword}, as in {syntax}, got {}",
            self.next_text()
        )))
    }

    fn next_text(&self) -> String {
        match self.tokens.get(self.at).map(|t| &t.token) {
            None | Some(Token::EOF) => "the end of the statement".to_string(),
            Some(token) => format!("`{token}`"),
        }
    }

    /// A cohort's name: a word, folded to lower case as SQL does, or anything in quotes.
    fn name(&mut self, syntax: &str) -> Result<String, Error> {
        let name = match self.tokens.get(self.at).map(|t| &t.token) {
            Some(Token::Word(word)) if word.quote_style.is_none() => word.value.to_lowercase(),
            Some(Token::Word(word)) => word.value.clone(),
            Some(Token::SingleQuotedString(text)) => text.clone(),
            _ => {
                let got = self.next_text();
                return Err(Error::usage(format!(
                    "expected a name, as in {syntax}, got {got}"
                )));
            }
        };
        self.at += 1;
        Ok(name)
    }

    fn end(&self, syntax: &str) -> Result<(), Error> {
        match self.tokens.get(self.at).map(|t| &t.token) {
            None | Some(Token::EOF) => Ok(()),
            _ => {
                let got = self.next_text();
                Err(Error::usage(format!(
                    "expected the end, as in {syntax}, got {got}"
                )))
            }
        }
    }

    /// What follows `DROP`.
    fn drop(mut self, sql: &str) -> Result<Statement, Error> {
        const SYNTAX: &str = "DROP COHORT [IF EXISTS] name";
        if self.eat("COHORT") {
            let if_exists =
                self.eat("IF") && self.expect("EXISTS", "DROP COHORT IF EXISTS name")?;
            let name = self.name(SYNTAX)?;
            self.end(SYNTAX)?;
            return Ok(Statement::DropCohort { name, if_exists });
        }
        let loaded = match self.eat("TABLE") {
            true => self.drop_loaded()?,
            false => None,
        };
        Ok(loaded.unwrap_or_else(|| Statement::Sql(sql.to_string())))
    }

    /// What follows `DROP TABLE`, where it is a loaded table's name.
    fn drop_loaded(&mut self) -> Result<Option<Statement>, Error> {
        const SYNTAX: &str = "DROP TABLE [IF EXISTS] registry.name";
        let if_exists = self.eat("IF") && self.expect("EXISTS", SYNTAX)?;
        let schema = self.name(SYNTAX)?;
        let schema = LoadedSchema::ALL.into_iter().find(|s| s.as_str() == schema);
        let is_dotted = self.tokens.get(self.at).map(|t| &t.token) == Some(&Token::Period);
        let Some(schema) = schema.filter(|_| is_dotted) else {
            return Ok(None);
        };
        self.at += 1;
        let name = self.name(SYNTAX)?;
        self.end(SYNTAX)?;
        let table = LoadedTable::new(schema, &name);
        let table = table.map_err(|error| Error::usage(error.to_string()))?;
        Ok(Some(Statement::DropLoaded { table, if_exists }))
    }

    fn create_cohort(mut self, replace: bool) -> Result<Statement, Error> {
        let keep = self.eat("IF")
            && self.expect(
                "NOT",
                "CREATE COHORT IF NOT EXISTS name AS SELECT sample_id …",
            )?
            && self.expect(
                "EXISTS",
                "CREATE COHORT IF NOT EXISTS name AS SELECT sample_id …",
            )?;
        let name = self.name(CREATE_SYNTAX)?;
        self.expect("AS", CREATE_SYNTAX)?;
        let Some(token) = self.tokens.get(self.at).filter(|t| t.token != Token::EOF) else {
            return Err(Error::usage(format!(
                "expected a query, as in {CREATE_SYNTAX}"
            )));
        };
        let query = self.sql[offset(self.sql, &self.lines, token)..]
            .trim()
            .to_string();
        let if_exists = match (replace, keep) {
            (true, _) => IfExists::Replace,
            (false, true) => IfExists::Keep,
            (false, false) => IfExists::Fail,
        };
        Ok(Statement::CreateCohort {
            name,
            query,
            if_exists,
        })
    }
}

fn tokenize(sql: &str) -> Result<Vec<TokenWithSpan>, Error> {
    Tokenizer::new(&GenericDialect {}, sql)
        .tokenize_with_location()
        .map_err(|error| {
            let location = Location {
                line: error.location.line,
                column: error.location.column,
            };
            Error::usage(format!("syntax: {}", error.message)).at(Some(location))
        })
}

fn line_starts(sql: &str) -> Vec<usize> {
    std::iter::once(0)
        .chain(sql.match_indices('\n').map(|(at, _)| at + 1))
        .collect()
}

/// Byte offset of a token: the tokenizer counts lines, and characters within them, from 1.
fn offset(sql: &str, lines: &[usize], token: &TokenWithSpan) -> usize {
    let location = token.span.start;
    let line = usize::try_from(location.line)
        .unwrap_or(1)
        .saturating_sub(1);
    let column = usize::try_from(location.column)
        .unwrap_or(1)
        .saturating_sub(1);
    let start = lines.get(line).copied().unwrap_or(0);
    sql[start..]
        .char_indices()
        .nth(column)
        .map_or(sql.len(), |(at, _)| start + at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_are_cut_outside_of_quotes_and_comments() {
        let statements =
            split_statements("SELECT ';' AS å; -- a; comment\n SELECT 2;\n;/* x; */ ").unwrap();
        assert_eq!(statements, ["SELECT ';' AS å", "-- a; comment\n SELECT 2"]);
        assert!(split_statements("SELECT 'open").is_err());
    }

    #[test]
    fn statements_know_where_they_stand() {
        let found = statements_of("SELECT 1; \n-- two\n  SELECT 2;SELECT 3").unwrap();
        let places = found.iter().map(|s| (s.start.line, s.start.column, s.line));
        assert_eq!(
            places.collect::<Vec<_>>(),
            [(1, 1, 1), (2, 1, 3), (3, 12, 3)]
        );
        let error = statements_of("SELECT 1;\nSELECT 'open").unwrap_err();
        assert_eq!(error.location(), Some(Location { line: 2, column: 8 }));
    }

    #[test]
    fn create_cohort_keeps_the_text_of_its_query() {
        let sql = "create cohort Cases as\n  select sample_id from samples";
        assert_eq!(
            parse(sql).unwrap(),
            Statement::CreateCohort {
                name: "cases".to_string(),
                query: "select sample_id from samples".to_string(),
                if_exists: IfExists::Fail,
            }
        );
    }

    #[test]
    fn drop_cohort_may_be_lenient() {
        let lenient = Statement::DropCohort {
            name: "A b".to_string(),
            if_exists: true,
        };
        assert_eq!(parse("DROP COHORT IF EXISTS \"A b\"").unwrap(), lenient);
        assert!(parse("DROP COHORT a b").is_err());
        assert!(matches!(parse("DROP TABLE x").unwrap(), Statement::Sql(_)));
    }

    #[test]
    fn loaded_tables_are_dropped_from_the_lake() {
        let people: LoadedTable = "registry.people".parse().unwrap();
        for (sql, if_exists) in [
            ("DROP TABLE registry.people", false),
            ("drop table if exists Registry.\"people\"", true),
        ] {
            let table = people.clone();
            let expected = Statement::DropLoaded { table, if_exists };
            assert_eq!(parse(sql).unwrap(), expected, "{sql}");
        }
        for sql in [
            "DROP TABLE people",
            "DROP TABLE public.people",
            "DROP VIEW registry.people",
        ] {
            assert!(matches!(parse(sql).unwrap(), Statement::Sql(_)), "{sql}");
        }
        assert!(parse("DROP TABLE registry.a, registry.b").is_err());
    }

    #[test]
    fn explaining_a_cohort_counts_without_creating() {
        assert_eq!(
            parse("EXPLAIN CREATE COHORT a AS SELECT sample_id FROM t WHERE x = 'y'").unwrap(),
            Statement::Sql(
                "SELECT * FROM cohort_flow('SELECT sample_id FROM t WHERE x = ''y''') ORDER BY step"
                    .to_string()
            )
        );
        let other = "EXPLAIN DROP TABLE t";
        assert_eq!(parse(other).unwrap(), Statement::Sql(other.to_string()));
    }
}
