//! The depth of a statement, told from its words before it is parsed.

use datafusion::sql::sqlparser::keywords::Keyword;
use datafusion::sql::sqlparser::tokenizer::{Token, TokenWithSpan};

use super::named::check_uses;
use super::{MAX_DEPTH, MAX_JOINS, MAX_NAMED, MAX_SELECTS, MAX_TERMS};
use crate::Error;

/// What has been seen between two brackets.
#[derive(Debug, Default)]
struct Level {
    /// Operators since the last comma, AND, OR or clause: `a + b + c` is a tree of that depth.
    operators: usize,
    joins: usize,
}

/// An upper bound of the depth so far.
#[derive(Debug)]
struct Depth {
    /// The innermost level last.
    levels: Vec<Level>,
    total: usize,
    terms: usize,
    selects: usize,
    dots: usize,
    /// Queries named by WITH: `AS (SELECT`.
    named: usize,
    after_as: usize,
}

impl Depth {
    fn open(&mut self) {
        self.levels.push(Level::default());
        self.total += 1;
    }

    fn close(&mut self) {
        if self.levels.len() > 1
            && let Some(level) = self.levels.pop()
        {
            self.total -= 1 + level.operators;
        }
    }

    fn operator(&mut self) {
        if let Some(level) = self.levels.last_mut() {
            level.operators += 1;
            self.total += 1;
        }
    }

    /// What begins here stands beside what came before, not in it.
    fn separate(&mut self) {
        if let Some(level) = self.levels.last_mut() {
            self.total -= level.operators;
            level.operators = 0;
        }
    }

    fn word(&mut self, keyword: Keyword) {
        match keyword {
            Keyword::CASE => self.open(),
            Keyword::END => self.close(),
            Keyword::AND | Keyword::OR => {
                self.terms += 1;
                self.separate();
            }
            Keyword::SELECT => {
                self.selects += 1;
                self.separate();
            }
            Keyword::JOIN => {
                if let Some(level) = self.levels.last_mut() {
                    level.joins += 1;
                }
                self.separate();
            }
            Keyword::FROM => {
                if let Some(level) = self.levels.last_mut() {
                    level.joins = 0;
                }
                self.separate();
            }
            Keyword::WHERE
            | Keyword::HAVING
            | Keyword::GROUP
            | Keyword::ORDER
            | Keyword::LIMIT
            | Keyword::ON
            | Keyword::WHEN
            | Keyword::THEN
            | Keyword::ELSE
            | Keyword::UNION
            | Keyword::EXCEPT
            | Keyword::INTERSECT
            | Keyword::VALUES => self.separate(),
            Keyword::NOT
            | Keyword::IS
            | Keyword::IN
            | Keyword::BETWEEN
            | Keyword::LIKE
            | Keyword::ILIKE
            | Keyword::SIMILAR
            | Keyword::COLLATE
            | Keyword::AT
            | Keyword::INTERVAL
            | Keyword::EXPLAIN
            | Keyword::EXISTS => self.operator(),
            _ => {}
        }
    }

    /// Counts `AS (SELECT`.
    fn name(&mut self, token: &Token) {
        self.after_as = match token {
            Token::Whitespace(_) => self.after_as,
            Token::Word(word) if word.keyword == Keyword::AS => 1,
            Token::LParen if self.after_as == 1 => 2,
            Token::Word(word) => {
                let is_query = matches!(
                    word.keyword,
                    Keyword::SELECT | Keyword::WITH | Keyword::VALUES
                );
                self.named += usize::from(self.after_as == 2 && is_query);
                0
            }
            _ => 0,
        };
    }

    fn token(&mut self, token: &Token) {
        match token {
            Token::Period => self.dots += 1,
            Token::Word(_) => {}
            _ => self.dots = 0,
        }
        self.name(token);
        match token {
            Token::LParen | Token::LBracket | Token::LBrace => self.open(),
            Token::RParen | Token::RBracket | Token::RBrace => self.close(),
            Token::Comma | Token::SemiColon => self.separate(),
            Token::Word(word) if word.quote_style.is_none() => self.word(word.keyword),
            Token::Word(_)
            | Token::Whitespace(_)
            | Token::Period
            | Token::Number(..)
            | Token::SingleQuotedString(_)
            | Token::DoubleQuotedString(_)
            | Token::DollarQuotedString(_)
            | Token::EOF => {}
            _ => self.operator(),
        }
    }

    fn check(&self) -> Result<(), Error> {
        let joins = self.levels.last().map_or(0, |level| level.joins);
        let checks = [
            (self.total.max(self.dots), MAX_DEPTH, "levels of nesting"),
            (self.terms, MAX_TERMS, "ANDs and ORs"),
            (self.selects, MAX_SELECTS, "SELECTs"),
            (joins, MAX_JOINS, "joins in one FROM"),
            (self.named, MAX_NAMED, "queries named by WITH"),
        ];
        match checks.into_iter().find(|(found, limit, _)| found > limit) {
            Some((_, limit, what)) => Err(too_much(limit, what)),
            None => Ok(()),
        }
    }
}

pub(super) fn too_much(limit: usize, what: &str) -> Error {
    let limit = counted(limit);
    Error::Query {
        message: format!("the statement has more than {limit} {what}, the limit"),
        blame: crate::Blame::Usage,
        hint: Some(
            "put long lists into IN (…) or a table to join, and long chains into several statements"
                .to_owned(),
        ),
    }
}

/// `100,000` of 100000.
fn counted(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Refuses a statement that is nested deeper than it can be planned.
pub(crate) fn check_text(tokens: &[TokenWithSpan]) -> Result<(), Error> {
    let mut depth = Depth {
        levels: vec![Level::default()],
        total: 0,
        terms: 0,
        selects: 0,
        dots: 0,
        named: 0,
        after_as: 0,
    };
    for token in tokens {
        depth.token(&token.token);
        depth.check()?;
    }
    check_uses(tokens)
}

#[cfg(test)]
mod tests {
    use datafusion::sql::sqlparser::dialect::GenericDialect;
    use datafusion::sql::sqlparser::tokenizer::Tokenizer;

    use super::*;

    fn check(sql: &str) -> Result<(), String> {
        let tokens = Tokenizer::new(&GenericDialect {}, sql)
            .tokenize_with_location()
            .unwrap();
        check_text(&tokens).map_err(|error| error.to_string())
    }

    #[test]
    fn long_lists_are_not_deep() {
        let ors = vec!["(chrom = 'chr1' AND pos BETWEEN 1 AND 2)"; 3000].join(" OR ");
        assert_eq!(check(&format!("SELECT 1 FROM t WHERE {ors}")), Ok(()));
        let list = vec!["-1.5"; 100_000].join(", ");
        assert_eq!(check(&format!("SELECT x IN ({list})")), Ok(()));
        let union = vec!["SELECT 1"; 5000].join(" UNION ALL ");
        assert_eq!(check(&union), Ok(()));
        let cases = vec!["WHEN x = 1 THEN 2"; 3000].join(" ");
        assert_eq!(check(&format!("SELECT CASE {cases} ELSE 3 END")), Ok(()));
    }

    #[test]
    fn deep_statements_are_refused_by_the_limit() {
        let deep = [
            format!("SELECT 1{}", " + 1".repeat(5000)),
            format!("SELECT {}1{}", "(".repeat(5000), ")".repeat(5000)),
            format!("SELECT {}1{}", "[".repeat(5000), "]".repeat(5000)),
            format!("SELECT {}true", "NOT ".repeat(5000)),
            format!("SELECT {}1", "- ".repeat(5000)),
            format!("SELECT 1{}", "::int".repeat(5000)),
            format!("SELECT x{}", ".a".repeat(5000)),
            format!(
                "SELECT {}1{}",
                "CASE WHEN ".repeat(5000),
                " END".repeat(5000)
            ),
            format!("SELECT {}1{}", "abs(".repeat(5000), ")".repeat(5000)),
            format!("SELECT 1 {}", "IS NULL ".repeat(5000)),
        ];
        for sql in deep {
            let error = check(&sql).unwrap_err();
            assert!(error.contains("250 levels of nesting"), "{error}");
        }
        let joins = format!("SELECT 1 FROM t{}", " JOIN t USING (a)".repeat(5000));
        assert!(check(&joins).unwrap_err().contains("200 joins"));
        let named: Vec<_> = (0..5000).map(|i| format!("c{i} AS (SELECT 1)")).collect();
        let named = format!("WITH {} SELECT 1", named.join(", "));
        assert!(
            check(&named)
                .unwrap_err()
                .contains("200 queries named by WITH")
        );
        let selects = "SELECT 1 UNION ALL ".repeat(20_000);
        assert!(check(&selects).unwrap_err().contains("10,000 SELECTs"));
    }
}
