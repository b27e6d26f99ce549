//! Is this text a Swedish personal number?
//!
//! # Definition
//! A personnummer is a date of birth and four digits, `YYYYMMDD-NNNC` or `YYMMDD-NNNC`. `C` is the
//! Luhn check digit of the nine before it (the century is not checked); the digit before `C` is odd
//! for men and even for women. Without a century, `-` is somebody who has not turned 100 by the end
//! of this year, `+` somebody who has. A samordningsnummer has 60 added to the day. Reserve
//! numbers, which each region makes by its own rules, are neither. Blanks say nothing, and any dash
//! is a `-`.
//!
//! # References
//! Folkbokföringslag (1991:481) § 18 and § 18 a; Skatteverket, SKV 704 and SKV 707.

use std::fmt;

use chrono::{Datelike, NaiveDate};

use crate::personal::spelling::{Short, ascii};

/// Added to the day of birth in a coordination number.
const COORDINATION_DAY: u32 = 60;

/// Nobody has become older; a date before that is a mistake.
const OLDEST_YEARS: i32 = 130;

/// A personnummer or a samordningsnummer with a right check digit and a possible date.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct PersonalNumber {
    digits: [u8; 12],
    birth_date: NaiveDate,
}

impl fmt::Debug for PersonalNumber {
    /// Never the digits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PersonalNumber(..)")
    }
}

/// Why a text is no personal number. Says nothing about the text's digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Invalid {
    /// Not 10 or 12 digits.
    Length,
    /// Something that is no digit, and no `-` or `+` before the last four.
    Character,
    /// No day of the calendar, or one to come, or one too long ago.
    Date,
    /// The check digit is another.
    Checksum,
    /// A reserve number of a region.
    Reserve,
}

impl Invalid {
    /// What was found, in words.
    pub fn found(self) -> &'static str {
        match self {
            Self::Length => "another number of digits",
            Self::Character => "something other than digits",
            Self::Date => "digits that are no date of birth",
            Self::Checksum => "a wrong check digit",
            Self::Reserve => "what looks like a reserve number",
        }
    }

    /// What to do about it.
    pub fn advice(self) -> &'static str {
        match self {
            Self::Length => "a spreadsheet may have cut leading zeros: export the column as text",
            Self::Reserve => {
                "reserve numbers differ between regions and do not join: set such rows aside"
            }
            _ => "correct it in the source, or set such rows aside",
        }
    }
}

/// Legal sex, by the last digit but one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sex {
    /// An even digit.
    Female,
    /// An odd digit.
    Male,
}

impl Sex {
    /// `K` (women) or `M` (men), as in official statistics.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Female => "K",
            Self::Male => "M",
        }
    }
}

impl PersonalNumber {
    /// Reads a personal number; `today` decides the century where none is written.
    ///
    /// # Errors
    /// Why it is none.
    pub fn parse(text: &[u8], today: NaiveDate) -> Result<Self, Invalid> {
        let text = Short::of(&ascii(text)).ok_or(Invalid::Length)?;
        let (before, last, sign) = split(text.bytes())?;
        if before.iter().any(|b| !b.is_ascii_digit()) {
            return Err(Invalid::Character);
        }
        if last.iter().any(|b| !b.is_ascii_digit()) {
            let is_reserve = last.iter().all(u8::is_ascii_alphanumeric);
            return Err(if is_reserve {
                Invalid::Reserve
            } else {
                Invalid::Character
            });
        }
        let number = |digits: &[u8]| digits.iter().fold(0, |n, d| n * 10 + u32::from(d - b'0'));
        let short = &before[before.len() - 6..];
        let (month, day) = (number(&short[2..4]), number(&short[4..6]));
        let day = if day > COORDINATION_DAY {
            day - COORDINATION_DAY
        } else {
            day
        };
        let in_century = i32::try_from(number(&short[..2])).unwrap_or_default();
        let year = match before.len() {
            8 => {
                let century = i32::try_from(number(&before[..2])).unwrap_or_default();
                if century == 99 {
                    return Err(Invalid::Reserve);
                }
                century * 100 + in_century
            }
            _ => year_of(in_century, (month, day), sign, today),
        };
        let birth_date = NaiveDate::from_ymd_opt(year, month, day).ok_or(Invalid::Date)?;
        if birth_date > today || today.year() - year > OLDEST_YEARS {
            return Err(Invalid::Date);
        }
        let mut digits = [b'0'; 12];
        for (place, n) in [(0, year / 100 / 10), (1, year / 100 % 10)] {
            digits[place] = b'0' + u8::try_from(n).unwrap_or_default();
        }
        digits[2..8].copy_from_slice(short);
        digits[8..].copy_from_slice(last);
        if !luhn(&digits[2..]) {
            return Err(Invalid::Checksum);
        }
        Ok(Self { digits, birth_date })
    }

    /// `YYYYMMDDNNNC`: what a pseudonym is made of, and nothing else.
    pub(crate) fn digits(&self) -> &[u8; 12] {
        &self.digits
    }

    /// The date of birth that it tells.
    pub fn birth_date(&self) -> NaiveDate {
        self.birth_date
    }

    /// The legal sex that it tells.
    pub fn sex(&self) -> Sex {
        match (self.digits[10] - b'0') % 2 {
            0 => Sex::Female,
            _ => Sex::Male,
        }
    }

    /// Whether it is a samordningsnummer.
    pub fn is_coordination(&self) -> bool {
        self.digits[6] >= b'6'
    }
}

/// Whether the person has turned 100, as the sign says.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sign {
    None,
    Minus,
    Plus,
}

/// The digits of the date, the last four, and the sign between them.
fn split(text: &[u8]) -> Result<(&[u8], &[u8], Sign), Invalid> {
    let n = text.len();
    let (before, sign) = match n {
        10 | 12 => (n - 4, Sign::None),
        11 | 13 => match text[n - 5] {
            b'-' => (n - 5, Sign::Minus),
            b'+' => (n - 5, Sign::Plus),
            b'0'..=b'9' => return Err(Invalid::Length),
            _ => return Err(Invalid::Character),
        },
        _ => return Err(Invalid::Length),
    };
    Ok((&text[..before], &text[n - 4..], sign))
}

/// The year of somebody born in year `in_century` of an unwritten century.
fn year_of(in_century: i32, (month, day): (u32, u32), sign: Sign, today: NaiveDate) -> i32 {
    let latest = |until: i32| until - (until - in_century).rem_euclid(100);
    if sign == Sign::Plus {
        return latest(today.year() - 100);
    }
    let year = latest(today.year());
    let is_to_come = year == today.year() && (month, day) > (today.month(), today.day());
    if is_to_come { year - 100 } else { year }
}

/// The Luhn check of ten digits, the last one being the check digit.
pub(super) fn luhn(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, digit)| {
            let value = u32::from(digit - b'0') << (place % 2);
            value / 10 + value % 10
        })
        .sum();
    sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn today() -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 11, 22).unwrap()
    }

    fn parse(text: &str) -> Result<PersonalNumber, Invalid> {
        PersonalNumber::parse(text.as_bytes(), today())
    }

    fn normal(text: &str) -> String {
        String::from_utf8(parse(text).unwrap().digits().to_vec()).unwrap()
    }

    /// Tolvan Tolvansson, the tax agency's own example, and the example of SKV 707.
    const TOLVAN: &str = "191212121212";
    const COORDINATED: &str = "197010632391";

    #[test]
    fn all_spellings_of_a_number_are_one_number() {
        for text in [
            "191212121212",
            "19121212-1212",
            "19121212+1212",
            " 121212+1212 ",
            "19121212 1212",
            "19121212-1212\u{a0}",
            "19121212\u{2011}1212",
            "191 212 121 212",
        ] {
            assert_eq!(normal(text), TOLVAN, "{text}");
        }
        for text in ["701063-2391", "7010632391", "19701063-2391"] {
            assert_eq!(normal(text), COORDINATED, "{text}");
        }
    }

    #[test]
    fn the_century_follows_from_the_sign_and_the_day() {
        assert_eq!(normal("121212-1212"), "201212121212");
        assert_eq!(year_of(26, (11, 22), Sign::Minus, today()), 2026);
        assert_eq!(year_of(26, (11, 23), Sign::Minus, today()), 1926);
        assert_eq!(year_of(27, (1, 1), Sign::None, today()), 1927);
        assert_eq!(year_of(26, (1, 1), Sign::Plus, today()), 1926);
        assert_eq!(year_of(27, (1, 1), Sign::Plus, today()), 1827);
        assert_eq!(year_of(0, (1, 1), Sign::Minus, today()), 2000);
    }

    #[test]
    fn coordination_numbers_add_sixty_to_the_day() {
        let number = parse(COORDINATED).unwrap();
        assert!(number.is_coordination());
        assert_eq!(
            number.birth_date(),
            NaiveDate::from_ymd_opt(1970, 10, 3).unwrap()
        );
        assert_eq!(number.sex(), Sex::Male);
        assert!(!parse(TOLVAN).unwrap().is_coordination());
    }

    #[test]
    fn the_last_digit_but_one_tells_the_sex() {
        assert_eq!(parse(TOLVAN).unwrap().sex(), Sex::Male);
        // 201212-120C with C by Luhn of 121212120.
        let woman = (0..10)
            .filter_map(|c| parse(&format!("19121212120{c}")).ok())
            .collect::<Vec<_>>();
        assert_eq!(woman.len(), 1, "one check digit is right");
        assert_eq!(woman[0].sex(), Sex::Female);
    }

    #[test]
    fn what_is_no_number_says_why() {
        for (text, why) in [
            ("19121212121", Invalid::Length),
            ("", Invalid::Length),
            ("191212121213", Invalid::Checksum),
            ("191213321212", Invalid::Date),
            ("209912121212", Invalid::Date),
            ("179912121212", Invalid::Date),
            ("19121212/1212", Invalid::Character),
            ("1912121x1212", Invalid::Character),
            ("19121212A121", Invalid::Reserve),
            ("991212121212", Invalid::Reserve),
            ("19121260-1212", Invalid::Date),
        ] {
            assert_eq!(parse(text).unwrap_err(), why, "{text}");
        }
    }

    #[test]
    fn neither_debug_nor_errors_show_digits() {
        let number = parse(TOLVAN).unwrap();
        assert!(!format!("{number:?}").contains(char::is_numeric));
        for why in [
            Invalid::Length,
            Invalid::Date,
            Invalid::Checksum,
            Invalid::Reserve,
        ] {
            assert!(!format!("{}{}", why.found(), why.advice()).contains("1212"));
        }
    }

    proptest::proptest! {
        #[test]
        fn one_wrong_digit_is_always_noticed(at in 2usize..12, add in 1u8..10) {
            let mut digits = *parse(COORDINATED).unwrap().digits();
            digits[at] = (digits[at] - b'0' + add) % 10 + b'0';
            proptest::prop_assert!(PersonalNumber::parse(&digits, today()).is_err());
        }

        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,16}", bytes: Vec<u8>) {
            let _ = PersonalNumber::parse(text.as_bytes(), today());
            let _ = PersonalNumber::parse(&bytes, today());
        }
    }
}
