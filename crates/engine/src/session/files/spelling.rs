//! Columns by the names that their files give them: `"Region"` and `Kön` for `region` and `kon`.

use datafusion::common::SchemaError;
use datafusion::error::DataFusionError;
use datafusion::sql::sqlparser::dialect::GenericDialect;
use datafusion::sql::sqlparser::keywords::Keyword;
use datafusion::sql::sqlparser::tokenizer::{Token, Tokenizer, Word};

/// The column that a statement names and that is not there.
pub(super) fn missing_column(error: &DataFusionError) -> Option<String> {
    match error {
        DataFusionError::SchemaError(schema, _) => match schema.as_ref() {
            SchemaError::FieldNotFound { field, .. } => Some(field.name().to_owned()),
            _ => None,
        },
        DataFusionError::Context(_, inner) | DataFusionError::Diagnostic(_, inner) => {
            missing_column(inner)
        }
        DataFusionError::Shared(inner) => missing_column(inner),
        DataFusionError::Collection(errors) => errors.iter().find_map(missing_column),
        _ => None,
    }
}

/// The statement with another name for a column; what stands behind `AS` is a new name, and stays.
pub(super) fn respell(sql: &str, missing: &str, name: &str) -> Option<String> {
    let tokens = Tokenizer::new(&GenericDialect {}, sql)
        .with_unescape(false)
        .tokenize()
        .ok()?;
    let mut is_named = false;
    let mut n_changed = 0;
    let mut text = String::with_capacity(sql.len());
    for token in tokens {
        let is_blank = matches!(token, Token::Whitespace(_));
        match token {
            Token::Word(word) if !is_named && is_called(&word, missing) => {
                n_changed += 1;
                text.push_str(&format!("\"{name}\""));
                is_named = false;
                continue;
            }
            Token::Word(ref word) => is_named = word.keyword == Keyword::AS,
            _ if !is_blank => is_named = false,
            _ => {}
        }
        text.push_str(&token.to_string());
    }
    (n_changed > 0 && name != missing).then_some(text)
}

/// Whether a word is the name of a column: as it is between quotes, in lower case without.
fn is_called(word: &Word, missing: &str) -> bool {
    match word.quote_style {
        Some(_) => word.value == missing,
        None => word.value.to_lowercase() == missing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_changed_wherever_it_is_no_new_name() {
        let sql =
            "SELECT \"Kön\" AS \"Kön\", count(*) FROM 'a.csv' WHERE x = 'Kön' GROUP BY \"Kön\"";
        assert_eq!(
            respell(sql, "Kön", "kon").as_deref(),
            Some(
                "SELECT \"kon\" AS \"Kön\", count(*) FROM 'a.csv' WHERE x = 'Kön' GROUP BY \"kon\""
            )
        );
        assert_eq!(
            respell("SELECT kön", "kön", "kon").as_deref(),
            Some("SELECT \"kon\"")
        );
        assert_eq!(respell("SELECT 1", "kön", "kon"), None);
        let escaped = "SELECT kön -- it's\nFROM \"it''s \"\"a\"\"\" WHERE x = 'it''s'";
        let expected = escaped.replace("kön", "\"kon\"");
        assert_eq!(respell(escaped, "kön", "kon"), Some(expected));
    }
}
