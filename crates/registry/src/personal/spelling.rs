//! Where in a text are digits that may be a personal number, however they are spelled?
//!
//! # Definition
//! A spelling is ten or twelve digits alone; six or eight, a sign and four (`YYMMDD-NNNC`), blanks
//! around the sign or in its place; or a date and four (`YYYY-MM-DD-NNNC`, `YYYY.MM.DD.NNNC`). All
//! kinds of blanks are one, all kinds of dashes, and the digits of all scripts.

use std::borrow::Cow;

/// Most bytes of a number without blanks: `YYYYMMDD-NNNC`.
const LONGEST: usize = 13;

/// Most bytes between the date and the last four digits.
const LONGEST_GAP: usize = 3;

/// The text in ASCII, as far as numbers go: blanks are ` `, dashes `-`, other letters `x`, and what
/// else there is `?`. Bytes that are no UTF-8 are taken for Windows-1252.
pub(super) fn ascii(text: &[u8]) -> Cow<'_, [u8]> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    Cow::Owned(match std::str::from_utf8(text) {
        Ok(text) => text.chars().map(plain).collect(),
        Err(_) => text
            .iter()
            .map(|byte| match byte {
                0x96 | 0x97 => b'-',
                byte => plain(char::from(*byte)),
            })
            .collect(),
    })
}

fn plain(c: char) -> u8 {
    match c {
        '\u{200B}'..='\u{200D}' | '\u{2060}' | '\u{FEFF}' => b' ',
        '\u{AD}' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{FE63}' | '\u{FF0D}' => b'-',
        c if c.is_ascii() => u8::try_from(c).unwrap_or(b'?'),
        '\u{FF0E}' | '\u{3002}' => b'.',
        '\u{FF0F}' | '\u{2044}' | '\u{2215}' => b'/',
        '\u{FF0B}' => b'+',
        c if c.is_whitespace() => b' ',
        c if digit(c).is_some() => digit(c).unwrap_or(b'?'),
        c if c.is_alphabetic() => b'x',
        _ => b'?',
    }
}

/// Where the ten digits of other scripts begin: Arabic, Devanagari, Thai, full width and others.
const ZEROS: [u32; 24] = [
    0x0660, 0x06F0, 0x07C0, 0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0B66, 0x0BE6, 0x0C66, 0x0CE6, 0x0D66,
    0x0E50, 0x0ED0, 0x0F20, 0x1040, 0x17E0, 0x1810, 0xFF10, 0x1D7CE, 0x1D7D8, 0x1D7E2, 0x1D7EC,
    0x1D7F6,
];

/// The digit of ASCII that a digit of another script is.
fn digit(c: char) -> Option<u8> {
    let code = u32::from(c);
    let value = ZEROS.iter().find_map(|zero| {
        let value = code.checked_sub(*zero)?;
        (value < 10).then_some(value)
    })?;
    u8::try_from(value).ok().map(|value| b'0' + value)
}

/// Whether a text is nothing but blanks.
pub(crate) fn is_blank(text: &[u8]) -> bool {
    ascii(text).iter().all(u8::is_ascii_whitespace)
}

/// A few bytes without blanks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Short {
    bytes: [u8; LONGEST],
    length: usize,
}

impl Short {
    /// The bytes of an ASCII text that are no blanks; `None` when there are too many.
    pub(super) fn of(text: &[u8]) -> Option<Self> {
        let mut short = Self {
            bytes: [0; LONGEST],
            length: 0,
        };
        for byte in text.iter().filter(|b| !b.is_ascii_whitespace()) {
            *short.bytes.get_mut(short.length)? = *byte;
            short.length += 1;
        }
        Some(short)
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes[..self.length]
    }
}

/// Digits that are spelled as a personal number.
#[derive(Debug, Clone, Copy)]
pub(super) struct Candidate {
    /// The number without blanks, with its sign if it has one.
    pub(super) number: Short,
    /// Whether a sign is where personal numbers have one: other numbers seldom do.
    pub(super) is_signed: bool,
}

/// What in an ASCII text is spelled as a personal number.
pub(super) fn candidates(text: &[u8]) -> impl Iterator<Item = Candidate> {
    let runs = runs(text);
    (0..runs.len()).filter_map(move |at| candidate(text, &runs[at..]))
}

/// Digits in a row: where they begin and end.
type Run = (usize, usize);

fn runs(text: &[u8]) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for (at, byte) in text.iter().enumerate() {
        if !byte.is_ascii_digit() {
            continue;
        }
        match runs.last_mut() {
            Some((_, end)) if *end == at => *end += 1,
            _ => runs.push((at, at + 1)),
        }
    }
    runs
}

/// What begins with the first of these runs.
fn candidate(text: &[u8], runs: &[Run]) -> Option<Candidate> {
    let length = |run: &Run| run.1 - run.0;
    let digits = |run: &Run| &text[run.0..run.1];
    let first = runs.first()?;
    match length(first) {
        10 | 12 => spelled(&[digits(first)], b"", &[]),
        6 | 8 => {
            let last = runs.get(1).filter(|run| length(run) == 4)?;
            spelled(&[digits(first)], &text[first.1..last.0], digits(last))
        }
        2 | 4 => with_parts(text, runs),
        _ => None,
    }
}

/// The two numbers that 20 to 24 digits in a row may be, signs between them or not.
pub(super) fn joined(text: &[u8]) -> impl Iterator<Item = (Short, Short)> {
    let stretches = text.split(|b| !b.is_ascii_digit() && !matches!(b, b'-' | b'+'));
    stretches.flat_map(|stretch| {
        let digits: Vec<u8> = stretch.iter().copied().filter(u8::is_ascii_digit).collect();
        let cuts: &[usize] = match digits.len() {
            20 => &[10],
            22 => &[10, 12],
            24 => &[12],
            _ => &[],
        };
        let halves = |cut: &usize| {
            let (first, second) = digits.split_at(*cut);
            Some((Short::of(first)?, Short::of(second)?))
        };
        cuts.iter().filter_map(halves).collect::<Vec<_>>()
    })
}

/// The numbers that 11 or 13 digits in a row would be, were one of them not there.
pub(super) fn one_more(text: &[u8]) -> impl Iterator<Item = Short> {
    let stretches = text.split(|b| !b.is_ascii_digit() && *b != b'-');
    let long = stretches.filter_map(|stretch| {
        let digits: Vec<u8> = stretch.iter().copied().filter(u8::is_ascii_digit).collect();
        matches!(digits.len(), 11 | 13).then_some(digits)
    });
    long.flat_map(|digits| {
        let n = digits.len();
        [Short::of(&digits[..n - 1]), Short::of(&digits[1..])]
    })
    .flatten()
}

/// A date of year, month and day, or of day, month and year, with the last four behind it.
fn with_parts(text: &[u8], runs: &[Run]) -> Option<Candidate> {
    let [first, second, third, last] = runs.get(..4)? else {
        return None;
    };
    let digits = |run: &Run| &text[run.0..run.1];
    let date = match [first, second, third, last].map(|run| run.1 - run.0) {
        [2 | 4, 2, 2, 4] => [first, second, third],
        [2, 2, 4, 4] => [third, second, first],
        _ => return None,
    };
    let gap = |a: &Run, b: &Run| &text[a.1..b.0];
    let between = gap(first, second);
    if !matches!(between, b"-" | b"." | b"/" | b"," | b" ") || gap(second, third) != between {
        return None;
    }
    let last_gap = gap(third, last);
    // The same sign throughout is as good as a dash; blanks are found in any numbers.
    let is_one_sign = last_gap == between && between != b" ";
    let found = spelled(&date.map(digits), last_gap, digits(last))?;
    let is_signed = found.is_signed || is_one_sign;
    // A date in the usual form, and a time of day without its colon.
    let is_moment = between == b"-" && last_gap.trim_ascii().is_empty();
    (is_signed || !is_moment).then_some(Candidate { is_signed, ..found })
}

/// Digits of a date, what follows them, and the last four.
fn spelled(date: &[&[u8]], gap: &[u8], last: &[u8]) -> Option<Candidate> {
    if gap.len() > LONGEST_GAP || gap.iter().any(u8::is_ascii_alphanumeric) {
        return None;
    }
    let sign = match gap.trim_ascii() {
        sign @ (b"-" | b"+") => sign,
        _ => b"",
    };
    let number = Short::of(&[&date.concat(), sign, last].concat())?;
    Some(Candidate {
        number,
        is_signed: !sign.is_empty(),
    })
}

/// Whether a text holds nine digits or more as one number: in a row, with signs between them, or in
/// groups with blanks between them. Right or wrong, they may name a person.
pub(super) fn has_long_number(text: &[u8]) -> bool {
    const FEWEST: usize = 9;
    const MOST: usize = 13;
    let mut n_digits = 0;
    for byte in text {
        match byte {
            b'0'..=b'9' => n_digits += 1,
            b'-' | b'+' => {}
            _ => n_digits = 0,
        }
        if n_digits >= FEWEST {
            return true;
        }
    }
    let runs = runs(text);
    let is_blank = |gap: &[u8]| gap.iter().all(u8::is_ascii_whitespace);
    for (at, first) in runs.iter().enumerate() {
        let mut n_digits = first.1 - first.0;
        for pair in runs[at..].windows(2) {
            n_digits += pair[1].1 - pair[1].0;
            if !is_blank(&text[pair[0].1..pair[1].0]) || n_digits > MOST {
                break;
            }
            if n_digits >= FEWEST {
                return true;
            }
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(String, bool)> {
        let ascii = ascii(text.as_bytes());
        let found = candidates(&ascii);
        found
            .map(|c| {
                let number = String::from_utf8(c.number.bytes().to_vec()).unwrap();
                (number, c.is_signed)
            })
            .collect()
    }

    #[test]
    fn numbers_are_found_in_every_spelling() {
        for (text, number, is_signed) in [
            ("191212121212", "191212121212", false),
            ("x|1212121212.0", "1212121212", false),
            ("19121212-1212", "19121212-1212", true),
            ("19121212\u{2013}1212", "19121212-1212", true),
            ("(121212 + 1212)", "121212+1212", true),
            ("19121212\u{a0}1212", "191212121212", false),
            ("19121212/1212", "191212121212", false),
            ("1912-12-12-1212", "19121212-1212", true),
            ("2024-03-31 19121212-1212", "19121212-1212", true),
            ("1912.12.12.1212", "191212121212", true),
            ("1912/12/12/1212", "191212121212", true),
            ("1912.12.12-1212", "19121212-1212", true),
            ("1912-12-12/1212", "191212121212", false),
            ("1912,12,12,1212", "191212121212", true),
            ("11/12/1912 1212", "191212111212", false),
            ("12.12.12.1212", "1212121212", true),
            ("1912 12 12 1212", "191212121212", false),
            ("SE191212121212", "191212121212", false),
            ("\u{FF11}\u{FF19}121212-1212", "19121212-1212", true),
            (
                "\u{0661}\u{0669}\u{0661}\u{0662}1212-1212",
                "19121212-1212",
                true,
            ),
        ] {
            assert_eq!(found(text), [(number.to_owned(), is_signed)], "{text}");
        }
        for text in [
            "2024-03-31 1230",
            "20240331T1230",
            "123456789012345",
            "121212-12121",
            "1-1212",
        ] {
            assert_eq!(found(text), [], "{text}");
        }
    }

    #[test]
    fn blanks_and_dashes_of_windows_1252_are_seen_too() {
        assert_eq!(&*ascii(b"1912\xA01\x961 \xE5"), b"1912 1-1 x");
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_it_panic(bytes: Vec<u8>, text in "[0-9 +-]{0,30}") {
            for text in [bytes.as_slice(), text.as_bytes()] {
                let ascii = ascii(text);
                let _ = (candidates(&ascii).count(), has_long_number(&ascii));
            }
        }
    }
}
