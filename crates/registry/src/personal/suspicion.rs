//! Does a column that nobody declared hold personal numbers?

use chrono::NaiveDate;

use crate::personal::spelling::{ascii, candidates, has_long_number};
use crate::personal::{Invalid, PersonalNumber};
use crate::value::{Decimal, float};

/// Among this many values a quarter is enough: chance would give one in 300.
const LARGE: u64 = 20;

/// A personal number has at least so many digits.
const FEWEST_DIGITS: usize = 10;

/// Of digits that begin as a date one in ten has the right check digit by chance. Where no more
/// than one in this many has it, they are something else.
const CHANCE: u64 = 4;

/// What a column's values look like.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Suspicion {
    /// Values that are there.
    pub(crate) n_values: u64,
    /// Values with a right number that has a sign.
    n_signed: u64,
    /// Values with a right number of digits only.
    n_plain: u64,
    /// Digits that begin as a date, whatever their check digit.
    n_dated: u64,
    /// Values that are a number and nothing else.
    n_whole: u64,
    /// Line of the first value with a right number.
    first: u64,
}

/// A right number in a value.
#[derive(Debug, Clone, Copy)]
struct Found {
    is_signed: bool,
    is_whole: bool,
}

impl Suspicion {
    /// Looks at a value.
    pub(crate) fn observe(&mut self, value: &[u8], line: u64, today: NaiveDate) {
        if value.trim_ascii().is_empty() {
            return;
        }
        self.n_values += 1;
        if let Some(found) = self.found(value, today) {
            self.count(found, line);
        }
    }

    /// Looks at the parts of a value: one right number among them is enough.
    pub(crate) fn observe_parts<'v>(
        &mut self,
        mut parts: impl Iterator<Item = &'v [u8]>,
        line: u64,
        today: NaiveDate,
    ) {
        self.n_values += 1;
        let found = parts.find_map(|part| self.found(part, today));
        if let Some(found) = found {
            let is_whole = false;
            self.count(Found { is_whole, ..found }, line);
        }
    }

    /// Looks at a number of a format that has numbers.
    pub(crate) fn observe_number(&mut self, value: f64, line: u64, today: NaiveDate) {
        self.n_values += 1;
        let found = whole_digits(value).and_then(|digits| self.plain(digits.as_bytes(), today));
        if let Some(found) = found {
            self.count(found, line);
        }
    }

    fn count(&mut self, found: Found, line: u64) {
        if self.n_signed + self.n_plain == 0 {
            self.first = line;
        }
        self.n_whole += u64::from(found.is_whole);
        match found.is_signed {
            true => self.n_signed += 1,
            false => self.n_plain += 1,
        }
    }

    fn found(&mut self, value: &[u8], today: NaiveDate) -> Option<Found> {
        let n_digits = value.iter().filter(|b| b.is_ascii_digit()).count();
        if n_digits < FEWEST_DIGITS {
            return None;
        }
        match PersonalNumber::parse(value, today) {
            Ok(_) => {
                let is_signed = ascii(value).iter().any(|b| matches!(b, b'-' | b'+'));
                self.n_dated += u64::from(!is_signed);
                return Some(Found {
                    is_signed,
                    is_whole: true,
                });
            }
            Err(Invalid::Checksum | Invalid::Date) => {}
            Err(_) => {
                let number = float(value.trim_ascii(), Decimal::Either);
                if let Some(digits) = number.and_then(whole_digits) {
                    return self.plain(digits.as_bytes(), today);
                }
            }
        }
        self.inside(value, today)
    }

    /// A value of nothing but digits.
    fn plain(&mut self, digits: &[u8], today: NaiveDate) -> Option<Found> {
        let parsed = PersonalNumber::parse(digits, today);
        self.n_dated += u64::from(matches!(parsed, Ok(_) | Err(Invalid::Checksum)));
        parsed.ok().map(|_| Found {
            is_signed: false,
            is_whole: true,
        })
    }

    /// The first right number in a text.
    fn inside(&mut self, value: &[u8], today: NaiveDate) -> Option<Found> {
        let ascii = ascii(value);
        for candidate in candidates(&ascii) {
            let (number, is_signed) = (candidate.number, candidate.is_signed);
            let parsed = PersonalNumber::parse(number.bytes(), today);
            let is_dated = matches!(parsed, Ok(_) | Err(Invalid::Checksum));
            self.n_dated += u64::from(is_dated && !is_signed);
            if parsed.is_ok() {
                return Some(Found {
                    is_signed,
                    is_whole: false,
                });
            }
        }
        None
    }

    /// Values with a right number in them; digits only count where chance does not give as many.
    pub(crate) fn n_valid(&self) -> u64 {
        match self.n_plain * CHANCE > self.n_dated {
            true => self.n_signed + self.n_plain,
            false => self.n_signed,
        }
    }

    /// Line of the first value with a right number.
    pub(crate) fn first(&self) -> u64 {
        self.first
    }

    /// Whether most of these values are numbers and nothing else, so that the column can be
    /// declared.
    pub(crate) fn is_whole(&self) -> bool {
        self.n_whole * 2 > self.n_signed + self.n_plain
    }

    /// Whether the column is to be declared or dropped.
    pub(crate) fn is_personal(&self) -> bool {
        let share = |parts: u64| self.n_valid() * parts > self.n_values;
        share(2) || (self.n_values >= LARGE && share(4))
    }
}

/// The digits of a whole number that is long enough for a personal number.
fn whole_digits(value: f64) -> Option<String> {
    let is_long = (1e9..1e12).contains(&value) && value.fract() == 0.0;
    is_long.then(|| format!("{value:.0}"))
}

/// A value as a message may show it: cut short, and hidden where a personal number may be in it.
pub(crate) fn shown(value: &[u8]) -> String {
    const LONGEST: usize = 40;
    let text = String::from_utf8_lossy(value);
    if may_name(value) {
        let n = text.chars().count();
        return format!("{n} characters, hidden since they may name a person");
    }
    let mut short: String = text.chars().take(LONGEST).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    format!("`{short}`")
}

/// Whether a text holds digits that may name a person, be they right or wrong.
pub(crate) fn may_name(text: &[u8]) -> bool {
    let ascii = ascii(text);
    has_long_number(&ascii) || candidates(&ascii).next().is_some()
}

/// Whether the name of a column may be a personal number, as where the first line of a file is a
/// row. Long codes are welcome as names: digits only count with a century or a date.
pub(crate) fn may_be_number(name: &str, today: NaiveDate) -> bool {
    let ascii = ascii(name.as_bytes());
    let is_dated = |text: &[u8]| {
        let parsed = PersonalNumber::parse(text, today);
        matches!(parsed, Ok(_) | Err(Invalid::Checksum))
    };
    is_dated(&ascii)
        || candidates(&ascii).any(|found| {
            let number = found.number.bytes();
            let has_century = number.len() == 12 && matches!(&number[..2], b"18" | b"19" | b"20");
            found.is_signed || has_century || is_dated(number)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn today() -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 1, 1).unwrap()
    }

    fn looked_at<T: AsRef<str>>(values: &[T]) -> Suspicion {
        let mut suspicion = Suspicion::default();
        for (line, value) in (2..).zip(values) {
            suspicion.observe(value.as_ref().as_bytes(), line, today());
        }
        suspicion
    }

    #[test]
    fn most_values_make_a_column_personal() {
        assert!(looked_at(&["19121212-1212", "7010632391", "okänt"]).is_personal());
        assert!(!looked_at(&["19121212-1212", "a", "b"]).is_personal());
        assert!(!looked_at::<&str>(&[]).is_personal());
        let mut many = vec!["reservnummer"; 15];
        many.extend(["191212121212"; 6]);
        assert!(looked_at(&many).is_personal());
    }

    #[test]
    fn organisation_numbers_are_not_personal() {
        // Their third digit is 2 or more, which no month is.
        assert!(!looked_at(&["212000-0142", "232100-0016"]).is_personal());
    }

    #[test]
    fn a_number_inside_a_text_is_seen() {
        let seen = looked_at(&[
            "inget",
            "ring 19121212-1212 om svaret",
            "order 123456789012345",
        ]);
        assert_eq!((seen.n_valid(), seen.first()), (1, 3));
        assert!(!seen.is_personal() && !seen.is_whole());
    }

    #[test]
    fn every_spelling_makes_a_column_personal() {
        for value in [
            "19121212 1212",
            "19121212-1212\u{a0}",
            "191 212 121 212",
            "19121212\u{2011}1212",
            "191212121212.0",
            "191212121212,00",
            "1.91212121212E+11",
            "1212121212.0",
            "1912-12-12-1212",
            "http://electronichealth.se/identifier/personnummer|191212121212",
            "pnr 121212 1212",
            "[191212121212,1]",
        ] {
            assert!(looked_at(&[value]).is_personal(), "{value}");
        }
        let mut suspicion = Suspicion::default();
        suspicion.observe(b"19121212\xA01212", 2, today());
        suspicion.observe_number(191_212_121_212.0, 3, today());
        assert!(suspicion.is_personal() && suspicion.is_whole());
    }

    #[test]
    fn a_fifth_of_a_column_is_told_and_does_not_stop() {
        let mut values = vec!["ringde"; 40];
        values.extend(["19121212-1212"; 10]);
        let seen = looked_at(&values);
        assert_eq!((seen.n_valid(), seen.first()), (10, 42));
        assert!(!seen.is_personal());
    }

    #[test]
    fn digits_that_have_a_right_check_digit_by_chance_are_not_told() {
        let times: Vec<String> = (0..600)
            .map(|n| format!("2024{:08}", 2_010_000 + n))
            .collect();
        let id = |n: u64| (n * 2_654_435_761 % 9_000_000_000 + 1_000_000_000).to_string();
        let ids: Vec<String> = (0..5000).map(id).collect();
        for values in [&times, &ids] {
            let seen = looked_at(values);
            assert_eq!(seen.n_valid(), 0, "{seen:?}");
        }
    }

    #[test]
    fn parts_of_a_value_are_one_value() {
        let mut suspicion = Suspicion::default();
        let parts = ["Anna", "191212121212", "x", "y", "z"];
        suspicion.observe_parts(parts.iter().map(|p| p.as_bytes()), 1, today());
        assert!(suspicion.is_personal() && !suspicion.is_whole());
    }

    #[test]
    fn what_may_name_a_person_is_not_shown() {
        for hidden in [
            "19121212-1212",
            "121212 1212",
            "121212 - 1212",
            "19121212\u{2013}1212",
            "2024-03-31 19121212-1212",
            "19121212-1212 2024-03-31",
            "pnr:191212-1212.",
            "19121212-12129",
            "191 212 121 212",
            "19121212/1212",
            "191212121212.0",
        ] {
            let text = shown(hidden.as_bytes());
            assert!(!text.contains("12121") && !text.contains("1212-"), "{text}");
            assert!(text.contains("hidden"), "{hidden}: {text}");
        }
        assert_eq!(shown(b"tolv"), "`tolv`");
        assert!(shown(&[b'x'; 100]).len() < 60);
        for open in [
            "2024-03-31 x 2024-03-31",
            "2024-03-31 12:30:15",
            "2024-03-31T12:30",
            "1234.5678901",
        ] {
            assert!(!may_name(open.as_bytes()), "{open}");
        }
    }

    #[test]
    fn a_name_may_be_a_number_or_a_code() {
        for name in [
            "191212121212",
            "x_121212-1212",
            "19121212 1212",
            "191213321212",
        ] {
            assert!(may_be_number(name, today()), "{name}");
        }
        // Codes of SNOMED CT, LOINC and days.
        for name in [
            "405824009",
            "1234567890",
            "8480-6",
            "20240131-20240229",
            "2024-01-31",
        ] {
            assert!(!may_be_number(name, today()), "{name}");
        }
    }
}
