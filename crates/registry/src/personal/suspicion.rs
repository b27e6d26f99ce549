//! Does a column that nobody declared hold personal numbers?

use chrono::NaiveDate;

use crate::personal::PersonalNumber;

/// Among this many values a quarter is enough: chance would give one in 300.
const LARGE: u64 = 20;

/// What a column's values look like.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Suspicion {
    /// Values that are there.
    pub(crate) n_values: u64,
    /// Those that are personal numbers with a right check digit.
    pub(crate) n_valid: u64,
    /// Longer texts with such a number in them.
    pub(crate) n_inside: u64,
    /// Line of the first of these.
    pub(crate) first_inside: u64,
}

impl Suspicion {
    /// Looks at a value.
    pub(crate) fn observe(&mut self, value: &[u8], line: u64, today: NaiveDate) {
        let value = value.trim_ascii();
        if value.is_empty() {
            return;
        }
        self.n_values += 1;
        if value.len() < 10 {
            return;
        }
        if value.len() <= 13 {
            let is_valid = PersonalNumber::parse(value, today).is_ok();
            self.n_valid += u64::from(is_valid);
        } else if holds_number(value, today) {
            if self.n_inside == 0 {
                self.first_inside = line;
            }
            self.n_inside += 1;
        }
    }

    /// Whether most of the values are personal numbers, or a quarter of many: 12 digits of date and
    /// time are one by chance in ten cases, other digits in one of 300.
    pub(crate) fn is_personal(&self) -> bool {
        let share = |parts: u64| self.n_valid * parts > self.n_values;
        share(2) || (self.n_values >= LARGE && share(4))
    }
}

/// Whether a text holds a personal number with a sign (`YYMMDD-NNNC`), or of twelve digits alone.
fn holds_number(text: &[u8], today: NaiveDate) -> bool {
    let is_digit = |at: usize| text.get(at).is_some_and(u8::is_ascii_digit);
    let mut at = 0;
    while at < text.len() {
        if !is_digit(at) {
            at += 1;
            continue;
        }
        let end = (at..text.len())
            .find(|i| !is_digit(*i))
            .unwrap_or(text.len());
        let has_sign = text.get(end).is_some_and(|b| matches!(b, b'-' | b'+'));
        let number = match end - at {
            6 | 8 if has_sign && !is_digit(end + 5) => text.get(at..end + 5),
            12 => text.get(at..end),
            _ => None,
        };
        if number.is_some_and(|number| PersonalNumber::parse(number, today).is_ok()) {
            return true;
        }
        at = end;
    }
    false
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

/// Whether a text holds ten or twelve digits in a row, blanks and signs between them or not: right
/// or wrong, they may name a person.
pub(crate) fn may_name(text: &[u8]) -> bool {
    let mut n_digits = 0;
    for byte in text.iter().chain(b".") {
        match byte {
            b'0'..=b'9' => n_digits += 1,
            b' ' | b'-' | b'+' => {}
            _ => {
                if (9..=13).contains(&n_digits) {
                    return true;
                }
                n_digits = 0;
            }
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn looked_at(values: &[&str]) -> Suspicion {
        let today = NaiveDate::from_ymd_opt(2026, 1, 1).unwrap();
        let mut suspicion = Suspicion::default();
        for (line, value) in (2..).zip(values) {
            suspicion.observe(value.as_bytes(), line, today);
        }
        suspicion
    }

    #[test]
    fn most_values_make_a_column_personal() {
        assert!(looked_at(&["19121212-1212", "7010632391", "okänt"]).is_personal());
        assert!(!looked_at(&["19121212-1212", "a", "b"]).is_personal());
        assert!(!looked_at(&[]).is_personal());
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
        assert_eq!((seen.n_inside, seen.first_inside), (1, 3));
    }

    #[test]
    fn what_may_name_a_person_is_not_shown() {
        assert!(!shown(b"19121212-1212").contains("1212"));
        assert!(!shown(b"121212 1212").contains("1212"));
        assert_eq!(shown(b"tolv"), "`tolv`");
        assert!(shown(&[b'x'; 100]).len() < 60);
        assert!(may_name(b"pnr:191212-1212.") && !may_name(b"2024-03-31 x 2024-03-31"));
    }
}
