//! How large a statement becomes when the queries of its WITH are written out where they are used:
//! one that joins the one before it with itself doubles with each.

use std::collections::HashMap;

use datafusion::sql::sqlparser::keywords::Keyword;
use datafusion::sql::sqlparser::tokenizer::{Token, TokenWithSpan};

use super::text::too_much;
use crate::Error;

/// How often queries of WITH may be used, each within each.
const MAX_USES: usize = 1000;

/// A query of WITH whose end has not been seen.
struct Open {
    name: String,
    /// Brackets that were open before its own.
    depth: usize,
    uses: usize,
}

/// Refuses a statement whose WITH would be written out too often.
pub(super) fn check_uses(tokens: &[TokenWithSpan]) -> Result<(), Error> {
    let mut sizes: HashMap<String, usize> = HashMap::new();
    let mut open: Vec<Open> = Vec::new();
    let (mut depth, mut uses) = (0_usize, 0_usize);
    let token = |at: usize| tokens.get(at).map(|token| &token.token);
    for at in 0..tokens.len() {
        match token(at) {
            Some(Token::LParen) => {
                if let Some(name) = named(tokens, at) {
                    open.push(Open { name, depth, uses });
                    uses = 0;
                }
                depth += 1;
            }
            Some(Token::RParen) => {
                depth = depth.saturating_sub(1);
                if open.last().is_some_and(|query| query.depth == depth)
                    && let Some(query) = open.pop()
                {
                    sizes.insert(query.name, uses + 1);
                    uses = query.uses;
                }
            }
            Some(Token::Word(word)) if is_table(tokens, at) => {
                let size = sizes.get(&word.value.to_lowercase()).copied();
                uses = uses.saturating_add(size.unwrap_or(0));
                if uses > MAX_USES {
                    let what = "queries of its WITH, each written out where it is used";
                    return Err(too_much(MAX_USES, what));
                }
            }
            _ => {}
        }
    }
    Ok(())
}

fn keyword(tokens: &[TokenWithSpan], at: Option<usize>) -> Option<Keyword> {
    match &tokens.get(at?)?.token {
        Token::Word(word) if word.quote_style.is_none() => Some(word.keyword),
        _ => None,
    }
}

/// The name before `AS (SELECT`.
fn named(tokens: &[TokenWithSpan], at: usize) -> Option<String> {
    let is_query = matches!(
        keyword(tokens, at.checked_add(1)),
        Some(Keyword::SELECT | Keyword::WITH | Keyword::VALUES)
    );
    if !is_query || keyword(tokens, at.checked_sub(1)) != Some(Keyword::AS) {
        return None;
    }
    match &tokens.get(at.checked_sub(2)?)?.token {
        Token::Word(word) => Some(word.value.to_lowercase()),
        _ => None,
    }
}

/// Whether a word stands where tables do.
fn is_table(tokens: &[TokenWithSpan], at: usize) -> bool {
    let before = at.checked_sub(1);
    let follows = matches!(keyword(tokens, before), Some(Keyword::FROM | Keyword::JOIN))
        || before.is_some_and(|before| tokens[before].token == Token::Comma);
    let after = tokens.get(at + 1).map(|token| &token.token);
    follows && !matches!(after, Some(Token::Period | Token::LParen))
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
        let is_blank = |token: &TokenWithSpan| matches!(token.token, Token::Whitespace(_));
        let tokens: Vec<_> = tokens
            .into_iter()
            .filter(|token| !is_blank(token))
            .collect();
        check_uses(&tokens).map_err(|error| error.to_string())
    }

    fn chain(n: usize, query: impl Fn(usize) -> String) -> String {
        let queries = (1..n).map(|i| format!(", c{i} AS (SELECT {})", query(i - 1)));
        let queries: String = queries.collect();
        format!(
            "WITH c0 AS (SELECT 1 AS x){queries} SELECT x FROM c{}",
            n - 1
        )
    }

    #[test]
    fn doubling_is_refused_and_a_chain_is_not() {
        let double = chain(30, |i| format!("a.x FROM c{i} a, c{i} b"));
        assert!(
            check(&double)
                .unwrap_err()
                .contains("1,000 queries of its WITH")
        );
        assert_eq!(
            check(&chain(150, |i| format!("c{i}.x + c{i}.x FROM c{i}"))),
            Ok(())
        );
        let joined = chain(8, |i| format!("a.x FROM c{i} a JOIN c{i} b USING (x)"));
        assert_eq!(check(&joined), Ok(()));
    }
}
