//! How do parameters and lookups get into queries and texts?
//!
//! Both write `{{name}}`. In a query it becomes a literal of SQL, quoted where it is text, so that
//! no value can become a statement; in a text it becomes the value as it is.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::definition::{Definition, Parameter, ParameterKind};
use crate::{Error, Language};

/// A value of a parameter or lookup.
#[derive(Clone, Debug, PartialEq)]
pub enum Literal {
    /// Nothing: NULL.
    Missing,
    /// A string.
    Text(String),
    /// A whole number.
    Integer(i64),
    /// A number.
    Number(f64),
    /// A day.
    Date(NaiveDate),
}

impl Literal {
    /// As SQL writes it.
    pub fn sql(&self) -> String {
        match self {
            Self::Missing => "NULL".to_owned(),
            Self::Text(text) => format!("'{}'", text.replace('\'', "''")),
            Self::Integer(number) => number.to_string(),
            Self::Number(number) if number.is_finite() => format!("CAST({number:?} AS DOUBLE)"),
            Self::Number(number) => format!("CAST('{number}' AS DOUBLE)"),
            Self::Date(date) => format!("DATE '{}'", date.format("%Y-%m-%d")),
        }
    }

    /// As a text writes it.
    pub fn text(&self) -> String {
        match self {
            Self::Missing => String::new(),
            Self::Text(text) => text.clone(),
            Self::Integer(number) => number.to_string(),
            Self::Number(number) => number.to_string(),
            Self::Date(date) => date.format("%Y-%m-%d").to_string(),
        }
    }
}

/// The values of a report's parameters and lookups.
#[derive(Clone, Debug, Default)]
pub struct Values(BTreeMap<String, Literal>);

impl Values {
    /// The values that were chosen, and the defaults of those that were not.
    ///
    /// # Errors
    /// A name that the report does not know, a value that the parameter cannot take, or none where
    /// one is needed.
    pub fn choose(
        definition: &Definition,
        chosen: &[(String, String)],
        language: Language,
    ) -> Result<Self, Error> {
        let mut values = BTreeMap::new();
        values.insert("lang".to_owned(), Literal::Text(language.tag().to_owned()));
        for (name, _) in chosen {
            if !definition.parameters.iter().any(|p| p.name == *name) {
                return Err(unknown(definition, name, language));
            }
        }
        for parameter in &definition.parameters {
            let given = chosen
                .iter()
                .rev()
                .find(|(name, _)| *name == parameter.name);
            let text = given.map(|(_, value)| value).or(parameter.default.as_ref());
            let Some(text) = text else {
                return Err(missing(parameter, language));
            };
            values.insert(parameter.name.clone(), parse(parameter, text)?);
        }
        Ok(Self(values))
    }

    /// Adds what was looked up.
    pub fn add(&mut self, name: &str, value: Literal) {
        self.0.insert(name.to_owned(), value);
    }

    /// A value.
    pub fn value(&self, name: &str) -> Option<&Literal> {
        self.0.get(name)
    }

    /// A query with its values.
    ///
    /// # Errors
    /// A name that has no value.
    pub fn in_query(&self, place: &str, sql: &str) -> Result<String, Error> {
        fill(sql, |name| self.0.get(name).map(Literal::sql)).map_err(|name| unset(place, &name))
    }

    /// A text with its values.
    ///
    /// # Errors
    /// A name that has no value.
    pub fn in_text(&self, place: &str, text: &str) -> Result<String, Error> {
        fill(text, |name| self.0.get(name).map(Literal::text)).map_err(|name| unset(place, &name))
    }
}

fn unset(place: &str, name: &str) -> Error {
    Error::definition(
        place,
        format!("`{{{{{name}}}}}` is no parameter and no lookup that comes before"),
    )
}

fn unknown(definition: &Definition, name: &str, language: Language) -> Error {
    let known: Vec<String> = definition
        .parameters
        .iter()
        .map(|p| format!("{} ({})", p.name, p.label.of(language)))
        .collect();
    Error::Parameter {
        name: name.to_owned(),
        message: "the report has no such parameter".to_owned(),
        hint: Some(match known.is_empty() {
            true => "it has none".to_owned(),
            false => format!("there are {}", known.join(", ")),
        }),
    }
}

fn missing(parameter: &Parameter, language: Language) -> Error {
    let example = parameter.choices.first().map_or("VALUE", String::as_str);
    Error::Parameter {
        name: parameter.name.clone(),
        message: format!("the report needs it: {}", parameter.label.of(language)),
        hint: Some(format!("add --set {}={example}", parameter.name)),
    }
}

fn parse(parameter: &Parameter, text: &str) -> Result<Literal, Error> {
    let wrong = |expected: &str| Error::Parameter {
        name: parameter.name.clone(),
        message: format!("expected {expected}, got `{text}`"),
        hint: None,
    };
    if !parameter.choices.is_empty() && !parameter.choices.iter().any(|c| c == text) {
        return Err(wrong(&format!("one of {}", parameter.choices.join(", "))));
    }
    match parameter.kind {
        ParameterKind::Text => Ok(Literal::Text(text.to_owned())),
        ParameterKind::Integer => {
            let number = text.parse().map_err(|_| wrong("a whole number"))?;
            Ok(Literal::Integer(number))
        }
        ParameterKind::Number => {
            let number: Option<f64> = text.parse().ok();
            let number = number.filter(|n| n.is_finite());
            Ok(Literal::Number(number.ok_or_else(|| wrong("a number"))?))
        }
        ParameterKind::Date => {
            let date = NaiveDate::parse_from_str(text, "%Y-%m-%d");
            Ok(Literal::Date(
                date.map_err(|_| wrong("a day such as 2025-01-31"))?,
            ))
        }
    }
}

/// A text with an ellipsis for each `{{name}}`, for where no values are known.
pub(crate) fn elided(text: &str) -> String {
    fill(text, |_| Some("…".to_owned())).unwrap_or_default()
}

/// Puts values for `{{name}}`; the first name without a value is the error.
fn fill(text: &str, value: impl Fn(&str) -> Option<String>) -> Result<String, String> {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{") {
        filled.push_str(before);
        let Some((name, next)) = after.split_once("}}") else {
            filled.push_str("{{");
            rest = after;
            continue;
        };
        let name = name.trim();
        filled.push_str(&value(name).ok_or_else(|| name.to_owned())?);
        rest = next;
    }
    filled.push_str(rest);
    Ok(filled)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values() -> Values {
        let mut values = Values::default();
        values.add("region", Literal::Text("O'Hara'; DROP TABLE people".into()));
        values.add("year", Literal::Integer(2024));
        values.add(
            "from",
            Literal::Date(NaiveDate::from_ymd_opt(2024, 1, 31).unwrap()),
        );
        values
    }

    #[test]
    fn a_value_in_a_query_is_a_literal_and_never_more() {
        let sql = values()
            .in_query(
                "q",
                "WHERE region = {{region}} AND year = {{ year }} AND day >= {{from}}",
            )
            .unwrap();
        assert_eq!(
            sql,
            "WHERE region = 'O''Hara''; DROP TABLE people' AND year = 2024 \
             AND day >= DATE '2024-01-31'"
        );
        assert_eq!(Literal::Number(0.1).sql(), "CAST(0.1 AS DOUBLE)");
        assert_eq!(Literal::Missing.sql(), "NULL");
    }

    #[test]
    fn a_name_without_a_value_is_told_with_its_place() {
        let error = values()
            .in_text("intro", "In {{year}}: {{lan}}")
            .unwrap_err();
        assert!(error.to_string().contains("intro: `{{lan}}`"), "{error}");
        assert_eq!(values().in_text("intro", "a {{ b").unwrap(), "a {{ b");
    }
}
