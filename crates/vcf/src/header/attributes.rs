//! The `key=value` pairs between `<` and `>` of a header line: VCFv4.5 §1.4.
//!
//! Nothing is refused here: descriptions with quotes that are not escaped, values without an end,
//! and text between commas that is no pair are common, and no count depends on them.

/// A header line's pairs, and what is wrong with how they are written.
pub(super) struct Attributes<'a> {
    pairs: Vec<(&'a str, Value)>,
    /// What is wrong, in words.
    pub(super) faults: Vec<&'static str>,
}

/// One value.
pub(super) struct Value {
    pub(super) text: String,
    pub(super) quoted: bool,
}

impl<'a> Attributes<'a> {
    /// Reads `<…>`; `None` where the value does not begin so.
    pub(super) fn parse(value: &'a str) -> Option<Self> {
        let inner = value.trim().strip_prefix('<')?;
        let mut attributes = Attributes {
            pairs: Vec::new(),
            faults: Vec::new(),
        };
        let mut rest = match inner.strip_suffix('>') {
            Some(rest) => rest,
            None => {
                attributes.faults.push("no `>` at its end");
                inner
            }
        };
        while !rest.is_empty() {
            rest = attributes.pair(rest);
        }
        Some(attributes)
    }

    /// Takes the next pair; returns what follows it.
    fn pair(&mut self, text: &'a str) -> &'a str {
        let Some((key, after)) = text.split_once('=') else {
            self.stray(text);
            return "";
        };
        let key = match key.rsplit_once(',') {
            Some((stray, key)) => {
                self.stray(stray);
                key
            }
            None => key,
        };
        let (value, after) = match after.strip_prefix('"') {
            Some(quoted) => {
                let (text, after) = self.unquote(quoted);
                (Value { text, quoted: true }, after)
            }
            None => {
                let end = after.find(',').unwrap_or(after.len());
                let text = after[..end].to_owned();
                (
                    Value {
                        text,
                        quoted: false,
                    },
                    &after[end..],
                )
            }
        };
        self.pairs.push((key.trim(), value));
        let after = after.trim_start();
        after.strip_prefix(',').unwrap_or(after).trim_start()
    }

    /// Text between commas that is no pair: the end of a description that is not quoted.
    fn stray(&mut self, text: &str) {
        self.faults
            .push("text between commas that is not `key=value`");
        if let Some((key, value)) = self.pairs.last_mut()
            && *key != "ID"
        {
            value.text.push_str(", ");
            value.text.push_str(text);
        }
    }

    /// Text up to the closing quote, and what follows it. A quote that neither a comma nor the end
    /// follows belongs to the text.
    fn unquote(&mut self, text: &'a str) -> (String, &'a str) {
        let mut content = String::new();
        let mut characters = text.char_indices();
        let mut is_plain = true;
        while let Some((at, character)) = characters.next() {
            match character {
                '"' => {
                    let after = &text[at + 1..];
                    let next = after.trim_start();
                    if next.is_empty() || next.starts_with(',') {
                        return (content, after);
                    }
                    if std::mem::take(&mut is_plain) {
                        self.faults.push("a quote that is not escaped");
                    }
                    content.push('"');
                }
                '\\' => match characters.next() {
                    Some((_, escaped @ ('"' | '\\'))) => content.push(escaped),
                    Some((_, other)) => content.extend(['\\', other]),
                    None => content.push('\\'),
                },
                other => content.push(other),
            }
        }
        self.faults.push("no closing quote");
        (content, "")
    }

    /// The text of a key.
    pub(super) fn get(&self, key: &str) -> Option<&str> {
        self.value(key).map(|value| value.text.as_str())
    }

    /// The value of a key.
    pub(super) fn value(&self, key: &str) -> Option<&Value> {
        self.pairs.iter().find(|(k, _)| *k == key).map(|(_, v)| v)
    }

    /// The ID, where there is one.
    pub(super) fn id(&self) -> Option<&str> {
        self.get("ID").filter(|id| !id.is_empty())
    }

    /// The keys in order.
    pub(super) fn keys(&self) -> impl Iterator<Item = &'a str> {
        self.pairs.iter().map(|(key, _)| *key)
    }

    /// All pairs in order.
    pub(super) fn pairs(&self) -> impl Iterator<Item = (&'a str, &Value)> {
        self.pairs.iter().map(|(key, value)| (*key, value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn descriptions_survive_quotes_that_are_not_escaped() {
        for (text, description, faults) in [
            (r#"<ID=a,Description="plain">"#, "plain", 0),
            (
                r#"<ID=a,Description="say \"hi\", ok">"#,
                r#"say "hi", ok"#,
                0,
            ),
            (
                r#"<ID=a,Description="QD < 2 || get("AF") > 0.5">"#,
                r#"QD < 2 || get("AF") > 0.5"#,
                1,
            ),
            (r#"<ID=a,Description="no end>"#, "no end", 1),
            (
                r"<ID=a,Description=not quoted, at all>",
                "not quoted, at all",
                1,
            ),
            (r#"<ID=a,Description="x""#, "x", 1),
        ] {
            let attributes = Attributes::parse(text).unwrap();
            assert_eq!(attributes.id(), Some("a"));
            assert_eq!(attributes.get("Description"), Some(description), "{text}");
            assert_eq!(attributes.faults.len(), faults, "{text}");
        }
        assert!(Attributes::parse("text").is_none());
        let stray = Attributes::parse("<ID=1,A,length=5>").unwrap();
        assert_eq!((stray.id(), stray.get("length")), (Some("1"), Some("5")));
        assert_eq!(stray.faults.len(), 1);
    }
}
