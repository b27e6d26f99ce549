//! How are numbers written in each language?

use chrono::NaiveDate;

use crate::Language;

/// Between groups of three digits in Swedish: a narrow space that no line breaks at.
const THIN_SPACE: char = '\u{202f}';
/// Between a number and its unit: a space that no line breaks at.
const HARD_SPACE: char = '\u{a0}';
/// The minus sign.
const MINUS: char = '\u{2212}';
/// Digits from which on Swedish separates thousands; English does from four.
const SWEDISH_GROUPED_DIGITS: usize = 5;
/// Significant digits of a number whose decimals nobody chose.
const SIGNIFICANT_DIGITS: i32 = 3;
/// The most decimals that are written.
const MOST_DECIMALS: usize = 6;

impl Language {
    /// A whole number: `12 345` in Swedish, `12,345` in English.
    pub fn whole(self, number: i64) -> String {
        let sign = if number < 0 {
            MINUS.to_string()
        } else {
            String::new()
        };
        sign + &self.grouped(&number.unsigned_abs().to_string())
    }

    /// A number with so many decimals: `1 234,5` or `1,234.5`.
    pub fn decimal(self, number: f64, decimals: usize) -> String {
        if number.is_infinite() {
            return if number > 0.0 {
                "∞".into()
            } else {
                format!("{MINUS}∞")
            };
        }
        if number.is_nan() {
            return "·".into();
        }
        let text = format!("{:.decimals$}", number.abs());
        let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
        let is_zero = text.bytes().all(|b| matches!(b, b'0' | b'.'));
        let mut written = String::new();
        if number < 0.0 && !is_zero {
            written.push(MINUS);
        }
        written.push_str(&self.grouped(whole));
        if !part.is_empty() {
            written.push_str(self.pick(",", "."));
            written.push_str(part);
        }
        written
    }

    /// A share as per cent: `12,3 %` or `12.3%`.
    pub fn percent(self, share: f64, decimals: usize) -> String {
        let number = self.decimal(share * 100.0, decimals);
        match self {
            Self::Sv => format!("{number}{HARD_SPACE}%"),
            Self::En => format!("{number}%"),
        }
    }

    /// The confidence of an interval: `95 %`, `99.8%`.
    pub(crate) fn confidence(self, share: f64) -> String {
        let percent = share * 100.0;
        let is_whole = (percent - percent.round()).abs() < 1e-9;
        self.percent(share, usize::from(!is_whole))
    }

    /// A range: `1,2–3,4`, `65–75 %`.
    pub fn range(self, lower: &str, upper: &str) -> String {
        // The sign of per cent stands once.
        let lower = match upper.ends_with('%') {
            true => lower.trim_end_matches('%').trim_end_matches(HARD_SPACE),
            false => lower,
        };
        match upper.starts_with(MINUS) || lower.starts_with(MINUS) {
            true => format!(
                "{lower}{HARD_SPACE}{}{HARD_SPACE}{upper}",
                self.pick("till", "to")
            ),
            false => format!("{lower}–{upper}"),
        }
    }

    /// A day, as both languages write it in tables: `2025-01-31`.
    pub fn date(self, date: NaiveDate) -> String {
        date.format("%Y-%m-%d").to_string()
    }

    fn grouped(self, digits: &str) -> String {
        let least = match self {
            Self::Sv => SWEDISH_GROUPED_DIGITS,
            Self::En => 4,
        };
        if digits.len() < least {
            return digits.to_owned();
        }
        let separator = match self {
            Self::Sv => THIN_SPACE,
            Self::En => ',',
        };
        let mut grouped = String::with_capacity(digits.len() * 2);
        for (at, digit) in digits.chars().enumerate() {
            if at > 0 && (digits.len() - at).is_multiple_of(3) {
                grouped.push(separator);
            }
            grouped.push(digit);
        }
        grouped
    }
}

/// The decimals that show a number's first digits: none from 100 on, one from 10, two from 1.
pub(crate) fn fitting_decimals(number: f64) -> usize {
    if number == 0.0 || !number.is_finite() {
        return 0;
    }
    let mut decimals = 0;
    let mut magnitude = number.abs();
    let enough = 10_f64.powi(SIGNIFICANT_DIGITS - 1);
    while magnitude < enough && decimals < MOST_DECIMALS {
        magnitude *= 10.0;
        decimals += 1;
    }
    decimals
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn swedish_separates_thousands_by_a_thin_space_and_decimals_by_a_comma() {
        assert_eq!(Language::Sv.whole(10_587_710), "10\u{202f}587\u{202f}710");
        assert_eq!(Language::Sv.whole(-1234), "\u{2212}1234");
        assert_eq!(Language::Sv.decimal(12_345.678, 1), "12\u{202f}345,7");
        assert_eq!(Language::Sv.percent(0.1234, 1), "12,3\u{a0}%");
    }

    #[test]
    fn english_separates_thousands_by_a_comma_and_decimals_by_a_point() {
        assert_eq!(Language::En.whole(1234), "1,234");
        assert_eq!(Language::En.decimal(1234.5, 2), "1,234.50");
        assert_eq!(Language::En.percent(0.5, 0), "50%");
    }

    #[test]
    fn a_number_that_rounds_to_zero_has_no_sign() {
        assert_eq!(Language::En.decimal(-0.001, 2), "0.00");
        assert_eq!(Language::En.decimal(-0.01, 2), "\u{2212}0.01");
        assert_eq!(Language::En.decimal(f64::INFINITY, 2), "∞");
    }

    #[test]
    fn a_range_with_a_minus_sign_is_said_in_words() {
        assert_eq!(Language::Sv.range("1", "2"), "1–2");
        let percent = |share| Language::Sv.percent(share, 0);
        assert_eq!(
            Language::Sv.range(&percent(0.1), &percent(0.2)),
            "10–20\u{a0}%"
        );
        assert_eq!(
            Language::En.range("\u{2212}1", "2"),
            "\u{2212}1\u{a0}to\u{a0}2"
        );
    }

    #[test]
    fn decimals_follow_the_size_of_a_number() {
        for (number, decimals) in [
            (1234.0, 0),
            (123.4, 0),
            (12.34, 1),
            (1.234, 2),
            (0.01, 4),
            (0.0, 0),
        ] {
            assert_eq!(fitting_decimals(number), decimals, "{number}");
        }
    }
}
