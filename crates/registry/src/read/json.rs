//! What does a JSON value say? A small tree in the file's own order, made by whichever parser is
//! used: nothing else here knows which.

use std::borrow::Cow;
use std::cell::RefCell;

use simd_json::{Buffers, Node, StaticNode};

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

thread_local! {
    /// What the parser works in, kept from one value to the next: values are often short lines.
    static BUFFERS: RefCell<Buffers> = RefCell::new(Buffers::new(4096));
}

/// Parses one value. The bytes are the parser's to write in.
///
/// # Errors
/// What is wrong with it, without any of its text.
pub(crate) fn parse(bytes: &mut [u8]) -> Result<Json<'_>, String> {
    let tape = BUFFERS
        .with_borrow_mut(|buffers| simd_json::to_tape_with_buffers(bytes, buffers))
        .map_err(|error| {
            let what = match error.error() {
                simd_json::ErrorType::Eof | simd_json::ErrorType::UnterminatedString => {
                    "JSON that ends too early"
                }
                simd_json::ErrorType::DepthLimitExceeded => "JSON that is nested too deeply",
                simd_json::ErrorType::InvalidUtf8 => "text that is not UTF-8",
                _ => "text that is no JSON",
            };
            format!("{what} (byte {})", error.index() + 1)
        })?;
    let mut nodes = tape.0.iter();
    tree(&mut nodes).ok_or_else(|| "text that is no JSON".to_owned())
}

/// The next value of a tape: what is in a list or an object lies behind its beginning.
#[expect(
    clippy::cast_precision_loss,
    reason = "a number beyond 64 bits is a float"
)]
fn tree<'a>(nodes: &mut std::slice::Iter<'_, Node<'a>>) -> Option<Json<'a>> {
    Some(match nodes.next()? {
        Node::Static(StaticNode::Null) => Json::Null,
        Node::Static(StaticNode::Bool(value)) => Json::Boolean(*value),
        Node::Static(StaticNode::I64(value)) => Json::Integer(*value),
        Node::Static(StaticNode::U64(value)) => {
            i64::try_from(*value).map_or(Json::Float(*value as f64), Json::Integer)
        }
        Node::Static(StaticNode::F64(value)) => Json::Float(*value),
        Node::String(text) => Json::Text(Cow::Borrowed(text)),
        Node::Array { len, .. } => {
            Json::List((0..*len).map(|_| tree(nodes)).collect::<Option<_>>()?)
        }
        Node::Object { len, .. } => {
            let mut fields = Vec::with_capacity(*len);
            for _ in 0..*len {
                let Node::String(key) = nodes.next()? else {
                    return None;
                };
                fields.push((Cow::Borrowed(*key), tree(nodes)?));
            }
            Json::Object(fields)
        }
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
    fn numbers_are_read_to_the_last_digit() {
        let read = |text: &str| match parse(&mut text.as_bytes().to_vec()) {
            Ok(Json::Float(value)) => value,
            other => panic!("{other:?}"),
        };
        assert_eq!(read("0.30000000000000004"), 0.1 + 0.2);
        assert_eq!(read("123456789.12345679"), 123_456_789.123_456_79);
        assert_eq!(read("18446744073709551615"), 18_446_744_073_709_551_615.0);
        assert_eq!(read("98765432109876543210"), 98_765_432_109_876_543_210.0);
        assert_eq!(
            parse(&mut b"9007199254740993".to_vec()),
            Ok(Json::Integer(9_007_199_254_740_993))
        );
    }

    #[test]
    fn values_that_are_nested_too_deeply_are_told() {
        let text = "[".repeat(100_000) + &"]".repeat(100_000);
        assert!(
            parse(&mut text.into_bytes())
                .unwrap_err()
                .contains("nested")
        );
    }

    #[test]
    fn what_is_no_json_is_told_without_its_text() {
        for text in [
            "{\"a\":",
            "{a}",
            "191212121212-",
            "{} {}",
            "[\"191212121212",
            "",
            " ",
            "\"\\u12\"",
            "nul",
            "{\"a\" 1}",
            "1e999999",
        ] {
            let message = parse(&mut text.as_bytes().to_vec()).unwrap_err();
            assert!(
                message.contains("JSON") && !message.contains("1212"),
                "{message}"
            );
        }
    }
}
