//! What does a JSON value say? A small tree in the file's own order, made by whichever parser is
//! used: nothing else here knows which.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

/// A JSON value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Json<'a> {
    Null,
    Boolean(bool),
    Integer(i64),
    Float(f64),
    Text(Cow<'a, str>),
    List(Vec<Json<'a>>),
    Object(Vec<(Cow<'a, str>, Json<'a>)>),
}

/// Parses one value. The bytes are the parser's to write in.
///
/// # Errors
/// What is wrong with it, without any of its text.
pub(crate) fn parse(bytes: &mut [u8]) -> Result<Json<'_>, String> {
    serde_json::from_slice(bytes).map_err(|error| {
        let what = match error.classify() {
            serde_json::error::Category::Eof => "JSON that ends too early",
            _ => "text that is no JSON",
        };
        format!("{what} (character {})", error.column())
    })
}

impl<'a> Json<'a> {
    /// A field of an object, by any of its names.
    pub(crate) fn get(&self, names: &[&str]) -> &Json<'a> {
        let Json::Object(fields) = self else {
            return &Json::Null;
        };
        names
            .iter()
            .find_map(|name| fields.iter().find(|(key, _)| key == name))
            .map_or(&Json::Null, |(_, value)| value)
    }

    /// A field of a field of an object …
    pub(crate) fn at(&self, path: &[&str]) -> &Json<'a> {
        path.iter().fold(self, |value, name| value.get(&[name]))
    }

    /// The text, if it is one.
    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Json::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The items of a list.
    pub(crate) fn items(&self) -> &[Json<'a>] {
        match self {
            Json::List(items) => items,
            _ => &[],
        }
    }

    /// The first item of a list, or the value where it is no list.
    pub(crate) fn first(&self) -> &Json<'a> {
        match self {
            Json::List(items) => items.first().unwrap_or(&Json::Null),
            other => other,
        }
    }

    pub(crate) fn is_null(&self) -> bool {
        matches!(self, Json::Null)
    }

    /// What kind of value it is, in words.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Json::Null => "null",
            Json::Boolean(_) => "true or false",
            Json::Integer(_) | Json::Float(_) => "a number",
            Json::Text(_) => "a text",
            Json::List(_) => "a list",
            Json::Object(_) => "an object",
        }
    }

    /// The value as JSON text.
    pub(crate) fn write(&self, out: &mut String) {
        match self {
            Json::Null => out.push_str("null"),
            Json::Boolean(value) => out.push_str(if *value { "true" } else { "false" }),
            Json::Integer(value) => out.push_str(&value.to_string()),
            Json::Float(value) => out.push_str(&value.to_string()),
            Json::Text(text) => write_text(text, out),
            Json::List(items) => {
                let separated = items.iter().enumerate();
                out.push('[');
                for (i, item) in separated {
                    out.push_str(if i > 0 { "," } else { "" });
                    item.write(out);
                }
                out.push(']');
            }
            Json::Object(fields) => {
                out.push('{');
                for (i, (key, value)) in fields.iter().enumerate() {
                    out.push_str(if i > 0 { "," } else { "" });
                    write_text(key, out);
                    out.push(':');
                    value.write(out);
                }
                out.push('}');
            }
        }
    }
}

fn write_text(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            c if u32::from(c) < 0x20 => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
}

impl<'de> Deserialize<'de> for Json<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Tree)
    }
}

struct Tree;

#[expect(
    clippy::cast_precision_loss,
    reason = "a number beyond 64 bits is a float"
)]
impl<'de> Visitor<'de> for Tree {
    type Value = Json<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Json<'de>, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json<'de>, E> {
        Ok(Json::Boolean(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Json<'de>, E> {
        Ok(Json::Integer(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Json<'de>, E> {
        Ok(i64::try_from(value).map_or(Json::Float(value as f64), Json::Integer))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Json<'de>, E> {
        Ok(Json::Float(value))
    }

    fn visit_str<E>(self, text: &str) -> Result<Json<'de>, E> {
        Ok(Json::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Json<'de>, E> {
        Ok(Json::Text(Cow::Borrowed(text)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Json<'de>, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = access.next_element()? {
            items.push(item);
        }
        Ok(Json::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Json<'de>, A::Error> {
        let mut fields = Vec::new();
        while let Some(Key(key)) = access.next_key()? {
            fields.push((key, access.next_value()?));
        }
        Ok(Json::Object(fields))
    }
}

/// A key, borrowed where it has no escapes.
struct Key<'a>(Cow<'a, str>);

impl<'de> Deserialize<'de> for Key<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Json::deserialize(deserializer)? {
            Json::Text(text) => Ok(Key(text)),
            _ => Err(serde::de::Error::custom("expected a key")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_keeps_the_order_of_its_fields() {
        let mut text = br#"{"b":1,"a":{"c":[true,null,"\u00e5\n",2.5,-3]}}"#.to_vec();
        let value = parse(&mut text).unwrap();
        let mut again = String::new();
        value.write(&mut again);
        assert_eq!(again, r#"{"b":1,"a":{"c":[true,null,"å\n",2.5,-3]}}"#);
        assert_eq!(value.at(&["a", "c"]).items().len(), 5);
        assert_eq!(value.get(&["x", "b"]), &Json::Integer(1));
        assert!(value.at(&["a", "x", "y"]).is_null());
    }

    #[test]
    fn what_is_no_json_is_told_without_its_text() {
        for text in ["{\"a\":", "{a}", "191212121212-", "{} {}"] {
            let message = parse(&mut text.as_bytes().to_vec()).unwrap_err();
            assert!(
                message.contains("JSON") && !message.contains("1212"),
                "{message}"
            );
        }
    }
}
