//! Has a statement ended? At a `;` outside of quotes and comments.

/// Whether the last thing in the text, comments aside, is a `;`.
pub(super) fn is_complete(text: &str) -> bool {
    last_byte(text) == Some(b';')
}

/// Whether no statement is open: the text has none, or its last one is complete.
pub(crate) fn is_between(text: &str) -> bool {
    matches!(last_byte(text), Some(b';' | 0))
}

/// The last byte, space and comments aside, or 0 for nothing; `None` within quotes and comments.
fn last_byte(text: &str) -> Option<u8> {
    let bytes = text.as_bytes();
    let mut last = 0;
    let mut at = 0;
    while at < bytes.len() {
        let rest = &bytes[at..];
        match bytes[at] {
            quote @ (b'\'' | b'"') => match rest[1..].iter().position(|&b| b == quote) {
                Some(length) => {
                    at += length + 2;
                    last = quote;
                }
                None => return None,
            },
            b'-' if rest.starts_with(b"--") => match rest.iter().position(|&b| b == b'\n') {
                Some(length) => at += length,
                None => return Some(last),
            },
            b'/' if rest.starts_with(b"/*") => match comment_length(rest) {
                Some(length) => at += length,
                None => return None,
            },
            byte => {
                if !byte.is_ascii_whitespace() {
                    last = byte;
                }
                at += 1;
            }
        }
    }
    Some(last)
}

/// Bytes of the (nested) comment that the text begins with.
fn comment_length(text: &[u8]) -> Option<usize> {
    let (mut depth, mut at) = (0, 0);
    while at + 1 < text.len() {
        match &text[at..at + 2] {
            b"/*" => depth += 1,
            b"*/" => depth -= 1,
            _ => {
                at += 1;
                continue;
            }
        }
        at += 2;
        if depth == 0 {
            return Some(at);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statement_ends_at_a_semicolon_outside_of_quotes_and_comments() {
        for (text, complete) in [
            ("SELECT 1;", true),
            ("SELECT 1", false),
            ("SELECT 1; -- done", true),
            ("SELECT 1 -- done;", false),
            ("SELECT ';", false),
            ("SELECT ';'", false),
            ("SELECT 'it''s';", true),
            ("SELECT \"a;b\"", false),
            ("SELECT 1 /* ; */", false),
            ("SELECT 1; /* /* nested */ */", true),
            ("SELECT 1; /* open", false),
            ("SELECT 1; SELECT 2", false),
            ("SELECT 'Örebro';", true),
            ("", false),
        ] {
            assert_eq!(is_complete(text), complete, "{text}");
            assert_eq!(is_between(text), complete || text.is_empty(), "{text}");
        }
    }
}
