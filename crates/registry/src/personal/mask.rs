//! Which values may a message show?

use crate::personal::suspicion::may_name;

/// The longest value that is shown.
const LONGEST: usize = 40;

/// Characters of a hidden value that are shown.
const SHOWN_OF_HIDDEN: usize = 2;

/// Words that tell nothing of anybody.
const HARMLESS: [&str; 24] = [
    "na",
    "n/a",
    "#n/a",
    "nan",
    "null",
    "none",
    "nil",
    "inf",
    "missing",
    "unknown",
    "okänt",
    "okänd",
    "saknas",
    "uppgift saknas",
    "ej angivet",
    "ja",
    "nej",
    "yes",
    "no",
    "true",
    "false",
    "sant",
    "falskt",
    "x",
];

/// A value as a message may show it: numbers and dates as they are, of texts the first letters,
/// since they may be names; nothing where it may be a personal number.
pub(crate) fn shown(value: &[u8]) -> String {
    let text = String::from_utf8_lossy(value);
    let n = text.chars().count();
    if may_name(value) {
        return format!("{n} characters, hidden since they may name a person");
    }
    let trimmed = text.trim();
    let is_harmless = HARMLESS.contains(&trimmed.to_lowercase().as_str());
    match is_harmless || is_figure(trimmed) {
        true => format!("`{}`", cut(&text)),
        false => masked(trimmed),
    }
}

/// A value of a column that is about who somebody is.
pub(crate) fn hidden(value: &[u8]) -> String {
    let n = String::from_utf8_lossy(value).trim().chars().count();
    format!("`••••` ({n} characters)")
}

/// A word of a format, such as the type of a resource: shown unless it may be a personal number.
pub(crate) fn shown_word(word: &str) -> String {
    let is_word = !word.is_empty() && word.bytes().all(|b| b.is_ascii_alphabetic());
    match is_word && word.len() <= LONGEST {
        true => format!("`{word}`"),
        false => shown(word.as_bytes()),
    }
}

/// Whether a text is a number or a date, right or wrong: digits and signs, and at most the `T`, `Z`
/// and `e` that belong to them.
fn is_figure(text: &str) -> bool {
    let has_digit = text.bytes().any(|b| b.is_ascii_digit());
    let mut letters = text.chars().filter(|c| c.is_alphabetic());
    let is_of_figure = letters.all(|c| matches!(c, 'T' | 'Z' | 'e' | 'E'));
    let n_letters = text.chars().filter(|c| c.is_alphabetic()).count();
    let is_short_sign = !text.is_empty() && text.chars().all(|c| !c.is_alphanumeric());
    (has_digit && is_of_figure && n_letters <= 2) || is_short_sign
}

fn masked(text: &str) -> String {
    let n = text.chars().count();
    // Of a short word two letters are nearly all.
    let n_shown = if n > 2 * SHOWN_OF_HIDDEN {
        SHOWN_OF_HIDDEN
    } else {
        0
    };
    let first: String = text.chars().take(n_shown).collect();
    format!("`{first}••••` ({n} characters)")
}

fn cut(text: &str) -> String {
    let mut short: String = text.chars().take(LONGEST).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_masked_and_numbers_are_not() {
        for (value, text) in [
            ("Svensson", "`Sv••••` (8 characters)"),
            ("Åsa Öberg", "`Ås••••` (9 characters)"),
            ("Bo", "`••••` (2 characters)"),
            ("Anna12", "`An••••` (6 characters)"),
            ("31/12", "`31/12`"),
            ("20.5", "`20.5`"),
            ("2024-02-30", "`2024-02-30`"),
            ("NA", "`NA`"),
            ("okänt", "`okänt`"),
            ("<5", "`<5`"),
            ("..", "`..`"),
        ] {
            assert_eq!(shown(value.as_bytes()), text, "{value}");
        }
        assert_eq!(hidden(b"12345"), "`••••` (5 characters)");
        assert_eq!(shown_word("Patient"), "`Patient`");
    }
}
