//! Does a column that nobody declared hold personal numbers?
//!
//! # Definition
//! A column does when most of its values are right numbers, or a quarter of twenty and more; or
//! when more of its different numbers are right than chance gives. By chance 7.5 % of digits begin
//! as a date, and of these 10 % have the right check digit, or as many as of the column's other
//! digits do: identifiers of other kinds have check digits too. Both must be exceeded by what
//! happens once in 100,000 columns (the upper tail of the binomial distribution).

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use chrono::{Datelike, NaiveDate};

use crate::personal::chance::{DATE, LUHN, UNLIKELY, at_least};
use crate::personal::number::luhn;
use crate::personal::spelling::{Short, ascii, candidates, has_long_number, joined, one_more};
use crate::personal::{Invalid, PersonalNumber};
use crate::value::{Decimal, float};

/// Among this many values a quarter is enough: chance would give one in 300.
const LARGE: u64 = 20;

/// A personal number has at least so many digits, but for a zero that a program cut.
const FEWEST_DIGITS: usize = 9;

/// Of digits that begin as a date one in ten has the right check digit by chance. Where no more
/// than one in this many has it, they are something else.
const CHANCE: u64 = 4;

/// Personal numbers of our time, as numbers.
const TWELVE_DIGITS: std::ops::Range<f64> = 1.88e11..2.1e11;

/// Different numbers that a column is judged by.
const MOST_NUMBERS: usize = 10_000;

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
    /// Values that a spreadsheet rounded: `1.95E+11`.
    n_rounded: u64,
    /// Values that are a pseudonym of ours.
    n_pseudonyms: u64,
    /// Line of the first value with a right number.
    first: u64,
    numbers: Numbers,
}

/// The different digits of a column, each counted once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Numbers {
    seen: HashSet<u64>,
    n_dated: u64,
    n_valid: u64,
    n_others: u64,
    /// Of the others those with a right check digit.
    n_luhn: u64,
}

impl Numbers {
    fn add(&mut self, digits: &[u8], result: Result<(), Invalid>) {
        if self.seen.len() >= MOST_NUMBERS {
            return;
        }
        let mut hasher = DefaultHasher::new();
        digits.hash(&mut hasher);
        if !self.seen.insert(hasher.finish()) {
            return;
        }
        match result {
            Ok(()) => {
                self.n_dated += 1;
                self.n_valid += 1;
            }
            Err(Invalid::Checksum) => self.n_dated += 1,
            Err(_) => {
                let plain = digits.iter().copied();
                let digits: Vec<u8> = plain.filter(u8::is_ascii_digit).collect();
                self.n_others += 1;
                let last = digits.len().checked_sub(10).map(|from| &digits[from..]);
                self.n_luhn += u64::from(last.is_some_and(luhn));
            }
        }
    }

    /// Whether more of them are personal numbers than chance gives.
    #[expect(clippy::cast_precision_loss, reason = "at most 10,000")]
    fn is_more_than_chance(&self) -> bool {
        let n = self.n_dated + self.n_others;
        let usual = (self.n_luhn as f64 + 1.0) / (self.n_others as f64 + 2.0);
        let luhn = match self.n_others {
            0..10 => LUHN,
            _ => usual.max(LUHN),
        };
        at_least(self.n_valid, self.n_dated, luhn) <= 1.0001 * UNLIKELY
            && at_least(self.n_dated, n, DATE) <= UNLIKELY
    }
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
        if is_pseudonym(value) {
            self.n_pseudonyms += 1;
        } else if let Some(found) = self.found(value, today) {
            self.count(found, line);
        } else if is_rounded(value) {
            self.n_rounded += 1;
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
        let found = match whole_digits(value) {
            Some(digits) => self.plain(digits.as_bytes(), today),
            None => self.decimals(value, today),
        };
        if let Some(found) = found {
            self.count(found, line);
        } else if TWELVE_DIGITS.contains(&value) && value % 1e5 == 0.0 {
            self.n_rounded += 1;
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
        let ascii = ascii(value);
        let n_digits = ascii.iter().filter(|b| b.is_ascii_digit()).count();
        if n_digits < FEWEST_DIGITS {
            return None;
        }
        match PersonalNumber::parse(value, today) {
            Ok(_) => {
                let is_signed = ascii.iter().any(|b| matches!(b, b'-' | b'+'));
                self.n_dated += u64::from(!is_signed);
                let digits = Short::of(&ascii)?;
                self.numbers.add(digits.bytes(), Ok(()));
                return Some(Found {
                    is_signed,
                    is_whole: true,
                });
            }
            Err(Invalid::Checksum | Invalid::Date) => {}
            Err(_) => {
                let number = float(ascii.trim_ascii(), Decimal::Either);
                if let Some(digits) = number.and_then(whole_digits) {
                    return self.plain(digits.as_bytes(), today);
                }
            }
        }
        self.inside(&ascii, today)
    }

    /// A value of nothing but digits. Nine may have lost a zero; codes have nine too, so that only
    /// many different ones tell.
    fn plain(&mut self, digits: &[u8], today: NaiveDate) -> Option<Found> {
        if digits.len() < 10 {
            let padded = [b"0", digits].concat();
            let parsed = PersonalNumber::parse(&padded, today).map(|_| ());
            self.numbers.add(&padded, parsed);
            return None;
        }
        self.number(digits, false, today).then_some(Found {
            is_signed: false,
            is_whole: true,
        })
    }

    /// A date and the last four as one number: `19500101.1005`.
    fn decimals(&mut self, value: f64, today: NaiveDate) -> Option<Found> {
        if !(1e4..1e8).contains(&value) {
            return None;
        }
        let digits = format!("{value:011.4}").replace('.', "");
        self.number(digits.as_bytes(), false, today)
            .then_some(Found {
                is_signed: false,
                is_whole: false,
            })
    }

    /// Counts digits that may be a personal number, and gives whether they are.
    fn number(&mut self, digits: &[u8], is_signed: bool, today: NaiveDate) -> bool {
        let parsed = PersonalNumber::parse(digits, today).map(|_| ());
        let is_dated = matches!(parsed, Ok(()) | Err(Invalid::Checksum));
        self.n_dated += u64::from(is_dated && !is_signed);
        if matches!(parsed, Ok(()) | Err(Invalid::Checksum | Invalid::Date)) {
            self.numbers.add(digits, parsed);
        }
        parsed.is_ok()
    }

    /// The first right number in a text.
    fn inside(&mut self, ascii: &[u8], today: NaiveDate) -> Option<Found> {
        let is_whole = false;
        for candidate in candidates(ascii) {
            let (number, is_signed) = (candidate.number, candidate.is_signed);
            if self.number(number.bytes(), is_signed, today) {
                return Some(Found {
                    is_signed,
                    is_whole,
                });
            }
        }
        let is_right = |number: Short| PersonalNumber::parse(number.bytes(), today).is_ok();
        if joined(ascii).any(|(first, second)| is_right(first) && is_right(second)) {
            let is_signed = true;
            return Some(Found {
                is_signed,
                is_whole,
            });
        }
        let is_dated = |number: &Short| {
            let parsed = PersonalNumber::parse(number.bytes(), today);
            matches!(parsed, Ok(_) | Err(Invalid::Checksum))
        };
        let mut is_any_dated = false;
        let found = one_more(ascii).any(|number| {
            is_any_dated = is_any_dated || is_dated(&number);
            is_right(number)
        });
        self.n_dated += u64::from(is_any_dated);
        found.then_some(Found {
            is_signed: false,
            is_whole,
        })
    }

    /// Values with a right number in them; digits only count where chance does not give as many.
    pub(crate) fn n_valid(&self) -> u64 {
        match self.n_plain * CHANCE > self.n_dated {
            true => self.n_signed + self.n_plain,
            false => self.n_signed,
        }
    }

    /// Values that a spreadsheet rounded beyond repair.
    pub(crate) fn n_rounded(&self) -> u64 {
        self.n_rounded
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
        share(2) || (self.n_values >= LARGE && share(4)) || self.numbers.is_more_than_chance()
    }

    /// Whether all of it was 12 digits until a spreadsheet rounded them.
    pub(crate) fn is_rounded(&self) -> bool {
        self.n_rounded > 0 && self.n_rounded == self.n_values
    }

    /// Whether all of its values are pseudonyms of ours, or it has none.
    pub(crate) fn has_no_number(&self) -> bool {
        self.n_pseudonyms == self.n_values
    }
}

/// Whether a value is a pseudonym: 32 digits in hexadecimal.
fn is_pseudonym(value: &[u8]) -> bool {
    let value = value.trim_ascii();
    let is_hex = |b: &u8| matches!(b, b'0'..=b'9' | b'a'..=b'f');
    value.len() == 32 && value.iter().all(is_hex) && !value.iter().all(u8::is_ascii_digit)
}

/// The digits of a whole number that is long enough for a personal number, or one too short.
fn whole_digits(value: f64) -> Option<String> {
    let is_long = (1e8..1e12).contains(&value) && value.fract() == 0.0;
    is_long.then(|| format!("{value:.0}"))
}

/// Whether a value is twelve digits of our time that were rounded: `1.95E+11`.
fn is_rounded(value: &[u8]) -> bool {
    let value = value.trim_ascii();
    let has_exponent = value.iter().any(|b| matches!(b, b'e' | b'E'));
    let number = float(value, Decimal::Either);
    has_exponent && number.is_some_and(|number| TWELVE_DIGITS.contains(&number))
}

/// Whether a text holds digits that may name a person, be they right or wrong.
pub(crate) fn may_name(text: &[u8]) -> bool {
    let ascii = ascii(text);
    has_long_number(&ascii) || candidates(&ascii).next().is_some()
}

/// Whether the name of a file or a table has a personal number in it. The date and the minute of an
/// export (`202401311230`) are none.
pub fn is_number_in_name(name: &str, today: NaiveDate) -> bool {
    /// Nobody has a registry file of their own at this age.
    const YOUNG_YEARS: i32 = 10;
    let ascii = ascii(name.as_bytes());
    let is_person = |number: &[u8], is_signed: bool| {
        let Ok(found) = PersonalNumber::parse(number, today) else {
            return false;
        };
        let last = number.get(number.len() - 4..).unwrap_or_default();
        let is_minute = last < b"2400".as_slice() && last[2] < b'6';
        let is_recent = found.birth_date().year() >= today.year() - YOUNG_YEARS;
        is_signed || !(is_minute && is_recent)
    };
    candidates(&ascii).any(|found| is_person(found.number.bytes(), found.is_signed))
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
    use crate::personal::shown;

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
            "1912.12.12.1212",
            "1912/12/12/1212",
            "19121212/1212",
            "12.12.12.1212",
            "1912 1212 1212",
            "19121212.1212",
            "SE191212121212",
            "SE-19121212-1212",
            "\u{FF11}\u{FF19}\u{FF11}\u{FF12}\u{FF11}\u{FF12}\u{FF11}\u{FF12}1212",
            "\u{0661}\u{0669}\u{0661}\u{0662}1212-1212",
            "1912121212120",
            "9191212121212",
            "19121212-12129",
            "191212121212191212121212",
            "1912121212127010632391",
            "19121212-121219701063-2391",
            "70106323911212121212",
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
        assert_eq!(shown(b"tolv"), "`••••` (4 characters)");
        assert!(shown(&[b'1', b' ', b'-'].repeat(50)).len() < 60);
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

    #[test]
    fn numbers_of_typed_files_are_seen() {
        for value in [191_212_121_212.0, 7_010_632_391.0, 19_121_212.121_2] {
            let mut suspicion = Suspicion::default();
            suspicion.observe_number(value, 1, today());
            assert!(suspicion.is_personal(), "{value}");
        }
        // The first decade of a century has lost its zero.
        let mut suspicion = Suspicion::default();
        for n in 0..6 {
            let day = NaiveDate::from_ymd_opt(2001, 1, 1 + n).unwrap();
            let cut: f64 = number(day, 100 + n)[2..].parse().unwrap();
            suspicion.observe_number(cut, 1, today());
        }
        assert!(suspicion.is_personal());
        let rounded = looked_at(&["1.95E+11", "1,97e11", "2.00101E+11"]);
        assert!(rounded.is_rounded() && !rounded.is_personal());
        assert!(!looked_at(&["1.95E+11", "2.5E+11"]).is_rounded());
        let mut number = Suspicion::default();
        number.observe_number(1.95e11, 1, today());
        assert!(number.is_rounded());
    }

    /// A right number for a day and a serial number.
    fn number(day: NaiveDate, serial: u32) -> String {
        let stem = format!("{}{serial:03}", day.format("%Y%m%d"));
        let numbers = (0..10).map(|check| format!("{stem}{check}"));
        let mut right = numbers.filter(|n| PersonalNumber::parse(n.as_bytes(), today()).is_ok());
        right.next().unwrap()
    }

    #[test]
    fn more_right_numbers_than_chance_gives_make_a_column_personal() {
        let day =
            |n: u32| NaiveDate::from_ymd_opt(1950, 1, 1).unwrap() + chrono::Days::new(n.into());
        let id = |n: u64| (n * 2_654_435_761 % 9_000_000_000 + 1_000_000_000).to_string();
        // Thirty people among a thousand identifiers, and five in as many notes.
        let mut ids: Vec<String> = (0..1000).map(id).collect();
        ids.extend((0..60).map(|n| number(day(n * 97), 100 + n)));
        assert!(looked_at(&ids).is_personal());
        let mut notes = vec!["ringde i går".to_owned(); 1000];
        notes.extend((0..5).map(|n| format!("se även {}", number(day(n * 97), 100 + n))));
        assert!(looked_at(&notes).is_personal());
        // The same one again is no other person.
        let mut notes = vec!["ringde i går".to_owned(); 1000];
        notes.extend(vec![format!("se även {}", number(day(3), 100)); 20]);
        assert!(!looked_at(&notes).is_personal());
    }

    #[test]
    fn numbers_of_other_kinds_are_not_personal() {
        let with_luhn = |stem: u64| {
            let numbers = (0..10).map(|check| format!("{stem:09}{check}"));
            numbers.into_iter().find(|n| luhn(n.as_bytes())).unwrap()
        };
        let spread = |n: u64| n * 2_654_435_761 % 900_000_000 + 100_000_000;
        let ocr: Vec<String> = (0..4000).map(|n| with_luhn(spread(n))).collect();
        let companies: Vec<String> = (0..4000)
            .map(|n| with_luhn(552_000_000 + n * 1999 % 8_000_000))
            .map(|n| format!("{}-{}", &n[..6], &n[6..]))
            .collect();
        let ean: Vec<String> = (0..4000_u64)
            .map(|n| format!("73{:011}", n * 99_991))
            .collect();
        let isbn: Vec<String> = (0..4000_u64)
            .map(|n| format!("978{:010}", n * 999_983))
            .collect();
        let mobile: Vec<String> = (0..4000_u64)
            .map(|n| format!("070{:07}", n * 2477 % 9_999_991))
            .collect();
        let abroad: Vec<String> = (0..4000).map(|n| format!("46701{:06}", n * 247)).collect();
        let cases: Vec<String> = (0..4000)
            .map(|n| format!("2401{:02}-{:04}", n % 31 + 1, n))
            .collect();
        let stamps: Vec<String> = (0..4000)
            .map(|n| format!("2024-03-31 12:{:02}:{:02}", n / 60 % 60, n % 60))
            .collect();
        let days: Vec<String> = (0..4000)
            .map(|n| format!("2024{:02}{:02}", n % 12 + 1, n % 28 + 1))
            .collect();
        for values in [
            &ocr, &companies, &ean, &isbn, &mobile, &abroad, &cases, &stamps, &days,
        ] {
            let seen = looked_at(values);
            assert!(!seen.is_personal(), "{}: {:?}", values[0], seen.n_valid());
        }
    }
}
