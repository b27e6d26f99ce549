//! Words for yes and no, and names that SQL takes without quotes.

/// The longest name, as in PostgreSQL.
const LONGEST_NAME: usize = 63;

/// Words that SQL does not take for a column.
const RESERVED: [&str; 62] = [
    "all",
    "alter",
    "analyze",
    "and",
    "any",
    "as",
    "asc",
    "between",
    "both",
    "by",
    "case",
    "cast",
    "check",
    "collate",
    "column",
    "create",
    "cross",
    "default",
    "delete",
    "desc",
    "distinct",
    "drop",
    "else",
    "end",
    "except",
    "exists",
    "false",
    "fetch",
    "for",
    "foreign",
    "from",
    "full",
    "group",
    "having",
    "in",
    "inner",
    "insert",
    "intersect",
    "into",
    "is",
    "join",
    "left",
    "like",
    "limit",
    "natural",
    "not",
    "null",
    "offset",
    "on",
    "or",
    "order",
    "outer",
    "right",
    "select",
    "table",
    "then",
    "true",
    "union",
    "using",
    "when",
    "where",
    "with",
];

/// Yes or no, in Swedish, English, or as digits.
pub(crate) fn boolean(text: &[u8]) -> Option<bool> {
    let text = text.trim_ascii();
    let is = |words: &[&str]| {
        words
            .iter()
            .any(|w| text.eq_ignore_ascii_case(w.as_bytes()))
    };
    if is(&["ja", "true", "yes", "sant", "1", "j", "y", "t"]) {
        return Some(true);
    }
    is(&["nej", "false", "no", "falskt", "0", "n", "f"]).then_some(false)
}

/// Whether a text is a whole word for yes or no: what makes a column one of them unasked.
pub(crate) fn is_boolean_word(text: &[u8]) -> bool {
    let words = ["ja", "nej", "true", "false", "yes", "no", "sant", "falskt"];
    words
        .iter()
        .any(|w| text.eq_ignore_ascii_case(w.as_bytes()))
}

/// A column's name for SQL: lower case, ASCII, no quotes needed. `Kön (juridiskt)` becomes
/// `kon_juridiskt`.
pub(crate) fn name_of(header: &str) -> String {
    let mut name = String::with_capacity(header.len());
    for c in header.trim().chars() {
        let start = name.len();
        match c {
            'a'..='z' | '0'..='9' => name.push(c),
            'A'..='Z' => name.push(c.to_ascii_lowercase()),
            _ => name.push_str(folded(c)),
        }
        if name.len() == start && !name.is_empty() && !name.ends_with('_') {
            name.push('_');
        }
    }
    let end = name.trim_end_matches('_').len();
    name.truncate(end.min(LONGEST_NAME));
    if name.is_empty() {
        return "column".to_owned();
    }
    if name.starts_with(|c: char| c.is_ascii_digit()) {
        name.insert(0, '_');
    }
    if RESERVED.contains(&name.as_str()) {
        name.push('_');
    }
    name
}

fn folded(c: char) -> &'static str {
    match c {
        'å' | 'ä' | 'Å' | 'Ä' | 'á' | 'à' | 'â' | 'ã' => "a",
        'ö' | 'Ö' | 'ø' | 'Ø' | 'ó' | 'ô' | 'õ' => "o",
        'é' | 'É' | 'è' | 'ê' | 'ë' => "e",
        'ü' | 'Ü' | 'ú' | 'û' => "u",
        'æ' | 'Æ' => "ae",
        'ç' | 'Ç' => "c",
        'ñ' | 'Ñ' => "n",
        'ß' => "ss",
        '%' => "percent",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_need_no_quotes() {
        for (header, name) in [
            ("Kön (juridiskt)", "kon_juridiskt"),
            ("  Län ", "lan"),
            ("PersonNr", "personnr"),
            ("2015", "_2015"),
            ("group", "group_"),
            ("Body mass index (BMI)-0.0", "body_mass_index_bmi_0_0"),
            ("Andel %", "andel_percent"),
            ("???", "column"),
            ("date", "date"),
        ] {
            assert_eq!(name_of(header), name, "{header}");
        }
        assert_eq!(name_of(&"x".repeat(100)).len(), LONGEST_NAME);
    }

    #[test]
    fn yes_and_no_are_read_in_two_languages() {
        for (text, value) in [
            ("Ja", Some(true)),
            ("NEJ", Some(false)),
            ("1", Some(true)),
            ("n", Some(false)),
            ("kanske", None),
            ("", None),
        ] {
            assert_eq!(boolean(text.as_bytes()), value, "{text}");
        }
        assert!(is_boolean_word(b"ja") && !is_boolean_word(b"1") && !is_boolean_word(b"J"));
    }
}
