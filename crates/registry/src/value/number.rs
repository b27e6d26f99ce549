//! Which number does a text name, as Swedes and others write it?
//!
//! Texts are bytes in UTF-8 or Windows-1252: the signs that matter here are looked for in both.

use std::str::FromStr;

/// The longest number that is read.
const LONGEST: usize = 40;

/// The sign between a number's whole part and its decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Decimal {
    /// What the column's values say.
    #[default]
    Either,
    /// `1234,5`; `1 234,5`.
    Comma,
    /// `1234.5`.
    Point,
}

impl FromStr for Decimal {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "comma" | "," => Ok(Self::Comma),
            "point" | "." => Ok(Self::Point),
            _ => Err(format!("expected comma or point, got `{text}`")),
        }
    }
}

/// How a number is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// `12`, `-3`, `1 234`.
    Integer,
    /// `007`: a code, since a number would lose its zeros.
    LeadingZero,
    /// `1.5`, `1e-3`.
    Point,
    /// `1,5`.
    Comma,
    /// `1,234`: decimals in Sweden, thousands elsewhere.
    Ambiguous,
}

/// How a text is written, if it is a number.
pub(crate) fn shape_of_number(text: &[u8]) -> Option<Shape> {
    let first = *text.first()?;
    if !(first.is_ascii_digit() || matches!(first, b'-' | b'+' | b'.' | b',' | 0xE2)) {
        return None;
    }
    let mut buffer = [0; LONGEST];
    let plain = plain(text, &mut buffer)?;
    let digits = plain.strip_prefix(b"-").unwrap_or(plain);
    if digits.iter().all(u8::is_ascii_digit) {
        return match digits {
            [] => None,
            [b'0', _, ..] => Some(Shape::LeadingZero),
            _ if digits.len() > 18 => None,
            _ => Some(Shape::Integer),
        };
    }
    if digits.len() > 1 && digits[0] == b'0' && digits[1].is_ascii_digit() {
        return None;
    }
    let comma = digits.iter().position(|b| *b == b',');
    match comma {
        None => parse(plain).map(|_| Shape::Point),
        Some(at) => {
            let (whole, groups) = digits.split_at(at);
            let is_grouped = groups
                .split(|b| *b == b',')
                .skip(1)
                .all(|group| group.len() == 3 && group.iter().all(u8::is_ascii_digit));
            if is_grouped && (1..=3).contains(&whole.len()) && whole.iter().all(u8::is_ascii_digit)
            {
                return Some(Shape::Ambiguous);
            }
            parse(with_point(plain, &mut [0; LONGEST])?).map(|_| Shape::Comma)
        }
    }
}

/// The whole number that a text is.
pub(crate) fn integer(text: &[u8]) -> Option<i64> {
    let mut buffer = [0; LONGEST];
    std::str::from_utf8(plain(text, &mut buffer)?)
        .ok()?
        .parse()
        .ok()
}

/// The number that a text is. A comma is taken for the decimal sign unless told otherwise.
pub(crate) fn float(text: &[u8], decimal: Decimal) -> Option<f64> {
    let mut buffer = [0; LONGEST];
    let plain = plain(text, &mut buffer)?;
    let has_comma = plain.contains(&b',');
    match (has_comma, decimal) {
        (true, Decimal::Point) => None,
        (true, _) => parse(with_point(plain, &mut [0; LONGEST])?),
        (false, Decimal::Comma) if plain.contains(&b'.') => None,
        (false, _) => parse(plain),
    }
}

/// The text without blanks between thousands and with an ASCII minus.
fn plain<'b>(text: &[u8], buffer: &'b mut [u8; LONGEST]) -> Option<&'b [u8]> {
    let mut rest = text;
    let mut n = 0;
    let mut since_blank: Option<usize> = None;
    if let Some(after) = rest.strip_prefix("\u{2212}".as_bytes()) {
        buffer[0] = b'-';
        (n, rest) = (1, after);
    } else if let Some(after) = rest.strip_prefix(b"+") {
        rest = after;
    }
    while let [first, ..] = rest {
        if let Some(after) = blank(rest) {
            // Blanks stand between digits, in groups of three.
            let before = &buffer[usize::from(buffer[0] == b'-').min(n)..n];
            let is_first = (1..=3).contains(&before.len()) && since_blank.is_none();
            let is_between = is_first || since_blank == Some(3);
            if !is_between || !before.iter().all(u8::is_ascii_digit) {
                return None;
            }
            (since_blank, rest) = (Some(0), after);
            continue;
        }
        if let Some(n) = &mut since_blank {
            match first {
                b'0'..=b'9' => *n += 1,
                b'.' | b',' if *n == 3 => since_blank = None,
                _ => return None,
            }
        }
        *buffer.get_mut(n)? = *first;
        (n, rest) = (n + 1, &rest[1..]);
    }
    if since_blank.is_some_and(|n| n != 3) {
        return None;
    }
    Some(&buffer[..n])
}

/// What follows a blank: a space, or one that does not break (in Latin-1, in UTF-8, a narrow one).
fn blank(text: &[u8]) -> Option<&[u8]> {
    let blanks = [&b" "[..], b"\xA0", b"\xC2\xA0", b"\xE2\x80\xAF"];
    blanks
        .into_iter()
        .find_map(|blank| text.strip_prefix(blank))
}

fn with_point<'b>(plain: &[u8], buffer: &'b mut [u8; LONGEST]) -> Option<&'b [u8]> {
    if plain.contains(&b'.') || plain.iter().filter(|b| **b == b',').count() > 1 {
        return None;
    }
    for (to, from) in buffer.iter_mut().zip(plain) {
        *to = if *from == b',' { b'.' } else { *from };
    }
    Some(&buffer[..plain.len()])
}

/// A number in digits; words such as `inf` and `nan` are none.
fn parse(text: &[u8]) -> Option<f64> {
    let has_digit = text.iter().any(u8::is_ascii_digit);
    let is_plain = text
        .iter()
        .all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'+' | b'e' | b'E'));
    if !has_digit || !is_plain {
        return None;
    }
    let value: f64 = std::str::from_utf8(text).ok()?.parse().ok()?;
    value.is_finite().then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_the_shape_that_they_are_written_in() {
        for (text, shape) in [
            ("0", Some(Shape::Integer)),
            ("-12", Some(Shape::Integer)),
            ("\u{2212}12", Some(Shape::Integer)),
            ("1 234 567", Some(Shape::Integer)),
            ("1\u{a0}234", Some(Shape::Integer)),
            ("1\u{202f}234", Some(Shape::Integer)),
            ("01", Some(Shape::LeadingZero)),
            ("0114", Some(Shape::LeadingZero)),
            ("0,5", Some(Shape::Comma)),
            ("0.5", Some(Shape::Point)),
            ("1e-3", Some(Shape::Point)),
            ("1 234,5", Some(Shape::Comma)),
            ("1,234", Some(Shape::Ambiguous)),
            ("12,345,678", Some(Shape::Ambiguous)),
            ("1234,567", Some(Shape::Comma)),
            ("1,2,3", None),
            ("1.234,5", None),
            ("12 34", None),
            ("1234 567", None),
            ("-123 456", Some(Shape::Integer)),
            ("1 23", None),
            ("1-2", None),
            ("-", None),
            ("", None),
            ("inf", None),
            ("1234567890123456789", None),
            ("05,5", None),
            ("ett", None),
        ] {
            assert_eq!(shape_of_number(text.as_bytes()), shape, "{text}");
        }
        assert_eq!(shape_of_number(b"1\xA0234"), Some(Shape::Integer));
    }

    #[test]
    fn numbers_have_the_value_that_is_meant() {
        assert_eq!(integer("1 234 567".as_bytes()), Some(1_234_567));
        assert_eq!(integer("\u{2212}3".as_bytes()), Some(-3));
        assert_eq!(integer(b"007"), Some(7));
        assert_eq!(integer(b"1.0"), None);
        assert_eq!(float(b"1 234,5", Decimal::Either), Some(1234.5));
        assert_eq!(float(b"1,234", Decimal::Comma), Some(1.234));
        assert_eq!(float(b"1,5", Decimal::Point), None);
        assert_eq!(float(b"1.5", Decimal::Comma), None);
        assert_eq!(float(b"1.5", Decimal::Either), Some(1.5));
        assert_eq!(float(b"1e400", Decimal::Either), None);
    }

    proptest::proptest! {
        #[test]
        fn a_number_comes_back_as_it_was(n: i32, value in -1e9f64..1e9) {
            proptest::prop_assert_eq!(integer(n.to_string().as_bytes()), Some(i64::from(n)));
            let text = value.to_string();
            let comma = text.replace('.', ",");
            proptest::prop_assert_eq!(float(text.as_bytes(), Decimal::Point), Some(value));
            proptest::prop_assert_eq!(float(comma.as_bytes(), Decimal::Comma), Some(value));
        }

        #[test]
        fn what_has_a_shape_has_a_value(text in "[0-9 .,eE+-]{0,20}") {
            let bytes = text.as_bytes();
            match shape_of_number(bytes) {
                Some(Shape::Integer | Shape::LeadingZero) => {
                    proptest::prop_assert!(integer(bytes).is_some() || bytes.len() > 18);
                }
                Some(Shape::Point) => {
                    proptest::prop_assert!(float(bytes, Decimal::Point).is_some());
                }
                Some(Shape::Comma) => {
                    proptest::prop_assert!(float(bytes, Decimal::Comma).is_some());
                }
                Some(Shape::Ambiguous) | None => {}
            }
        }
    }
}
