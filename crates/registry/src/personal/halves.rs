//! Do two columns hold a personal number together: a date of birth, and the last four digits?

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;

use crate::personal::chance::{LUHN, at_least};
use crate::personal::spelling::ascii;
use crate::personal::{Invalid, PersonalNumber};
use crate::record::Cell;

/// Columns of each half that are looked at in a row.
const MOST_COLUMNS: usize = 8;

/// Different numbers that a pair is judged by.
const MOST_NUMBERS: u64 = 200;

/// What is less likely than this among all pairs is no chance: three people and more whose digits
/// all fit.
const UNLIKELY: f64 = 2e-3;

/// Pairs of columns, and the different numbers that they make.
#[derive(Debug, Default)]
pub(crate) struct Halves {
    pairs: HashMap<(usize, usize), Pair>,
    dates: Vec<(usize, [u8; 8])>,
    lasts: Vec<(usize, [u8; 4])>,
}

/// Trials of a pair. Only a date and four digits that are both new are one: a code has few values,
/// and with a check digit of its own (as LOINC's have) it fits all or none of a day's.
#[derive(Debug, Default)]
struct Pair {
    dates: HashSet<[u8; 8]>,
    lasts: HashSet<[u8; 4]>,
    n_numbers: u64,
    n_valid: u64,
    /// Rows with both, and those of them in which the first is a date.
    n_rows: u64,
    n_dated: u64,
}

/// Two columns that hold a personal number together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Split {
    pub(crate) date: usize,
    pub(crate) last: usize,
    pub(crate) n_valid: u64,
    pub(crate) n_numbers: u64,
}

impl Halves {
    /// Begins a row.
    pub(crate) fn begin(&mut self) {
        self.dates.clear();
        self.lasts.clear();
    }

    /// Looks at a cell of the row.
    pub(crate) fn cell(&mut self, column: usize, cell: Cell<'_>) {
        let mut digits = [0_u8; 8];
        let n = match cell {
            Cell::Text(text) if text.len() <= 24 => digits_of(text, &mut digits),
            // Numbers of a typed file have lost their zeros; most people's begin with none.
            Cell::Integer(value @ 1000..=9999) => write(value.to_string(), &mut digits),
            Cell::Integer(value @ 10_000..=99_999_999) => write(format!("{value:06}"), &mut digits),
            _ => return,
        };
        match n {
            Some(4) if self.lasts.len() < MOST_COLUMNS => {
                let [a, b, c, d, ..] = digits;
                self.lasts.push((column, [a, b, c, d]));
            }
            Some(6) if self.dates.len() < MOST_COLUMNS => {
                let [a, b, c, d, e, f, ..] = digits;
                self.dates.push((column, [b' ', b' ', a, b, c, d, e, f]));
            }
            Some(8) if self.dates.len() < MOST_COLUMNS => self.dates.push((column, digits)),
            _ => {}
        }
    }

    /// Ends the row.
    pub(crate) fn end(&mut self, today: NaiveDate) {
        for (date_column, date) in &self.dates {
            for (last_column, last) in &self.lasts {
                let pair = self.pairs.entry((*date_column, *last_column)).or_default();
                if pair.n_numbers >= MOST_NUMBERS {
                    continue;
                }
                pair.n_rows += 1;
                let mut number = [0; 12];
                number[..8].copy_from_slice(date);
                number[8..].copy_from_slice(last);
                let is_valid = match PersonalNumber::parse(&number, today) {
                    Ok(_) => true,
                    Err(Invalid::Checksum) => false,
                    Err(_) => continue,
                };
                pair.n_dated += 1;
                if !pair.dates.contains(date) && !pair.lasts.contains(last) {
                    pair.dates.insert(*date);
                    pair.lasts.insert(*last);
                    pair.n_numbers += 1;
                    pair.n_valid += u64::from(is_valid);
                }
            }
        }
    }

    /// The pair that chance explains least. A column that is named as one of the last four digits
    /// needs no more than that most of them fit.
    #[expect(clippy::cast_precision_loss, reason = "a few columns")]
    pub(crate) fn split(&self, is_named: &dyn Fn(usize) -> bool) -> Option<Split> {
        let dated = self
            .pairs
            .iter()
            .filter(|(_, pair)| pair.n_dated * 2 > pair.n_rows);
        let n_pairs = dated.clone().count() as f64;
        let judged = dated.map(|((date, last), pair)| {
            let n_numbers = pair.n_numbers;
            let chance = at_least(pair.n_valid, n_numbers, LUHN);
            let split = Split {
                date: *date,
                last: *last,
                n_valid: pair.n_valid,
                n_numbers,
            };
            (chance, split)
        });
        let accused = judged.filter(|(chance, split)| {
            let is_no_chance = *chance * n_pairs <= UNLIKELY && split.n_valid >= 3;
            let do_most_fit = split.n_valid * 2 > split.n_numbers;
            is_no_chance || (do_most_fit && is_named(split.last))
        });
        let least = accused
            .min_by(|(a, s), (b, t)| a.total_cmp(b).then((s.date, s.last).cmp(&(t.date, t.last))));
        least.map(|(_, split)| split)
    }
}

/// The digits of a date (`2001-02-03`, `010203`, with a midnight behind it) or of four digits.
fn digits_of(text: &[u8], digits: &mut [u8; 8]) -> Option<usize> {
    let text = ascii(text);
    let text = text.trim_ascii().trim_ascii_start();
    let text = match text.iter().position(|b| matches!(b, b' ' | b'T')) {
        Some(at) if at >= 8 => &text[..at],
        _ => text,
    };
    let text = text.strip_prefix(b"-").unwrap_or(text);
    let mut n = 0;
    for byte in text {
        match byte {
            b'0'..=b'9' => {
                *digits.get_mut(n)? = *byte;
                n += 1;
            }
            b'-' | b'/' | b'.' => {}
            _ => return None,
        }
    }
    // The last four stand together: `718-7` is a code.
    (n != 4 || text.len() == 4).then_some(n)
}

fn write(text: String, digits: &mut [u8; 8]) -> Option<usize> {
    digits
        .get_mut(..text.len())?
        .copy_from_slice(text.as_bytes());
    Some(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(rows: &[(&str, &str)]) -> Option<Split> {
        let mut halves = Halves::default();
        for (date, last) in rows {
            halves.begin();
            halves.cell(0, Cell::Text(b"x"));
            halves.cell(1, Cell::Text(date.as_bytes()));
            halves.cell(2, Cell::Text(last.as_bytes()));
            halves.end(NaiveDate::from_ymd_opt(2026, 1, 1).unwrap());
        }
        halves.split(&|_| false)
    }

    #[test]
    fn a_date_and_the_last_four_are_a_number_together() {
        let rows = [
            ("1912-12-12", "1212"),
            ("19640823", "3234"),
            ("701063", "2391"),
        ];
        let found = split(&rows).unwrap();
        assert_eq!((found.date, found.last, found.n_valid), (1, 2, 3));
        // The same person again is no other person.
        assert_eq!(split(&[rows[0], rows[0], rows[0], rows[0]]), None);
        let with_sign = rows.map(|(date, last)| (date, format!("-{last}")));
        let with_sign: Vec<_> = with_sign.iter().map(|(d, l)| (*d, l.as_str())).collect();
        assert!(split(&with_sign).is_some());
    }

    #[test]
    fn codes_with_a_check_digit_of_their_own_are_no_last_four() {
        let days: Vec<String> = (0..60)
            .map(|n| format!("2015-{:02}-11", 1 + n % 12))
            .collect();
        for codes in [["718-7", "785-6", "789-8"], ["7187", "7856", "7898"]] {
            let rows = days
                .iter()
                .map(String::as_str)
                .zip(codes.into_iter().cycle());
            let rows: Vec<_> = rows.collect();
            assert_eq!(split(&rows), None, "{codes:?}");
        }
    }

    #[test]
    fn a_date_and_a_year_are_no_number() {
        let rows: Vec<(String, String)> = (0..400)
            .map(|n| {
                (
                    format!("{}-{:02}-{:02}", 1950 + n % 60, 1 + n % 12, 1 + n % 28),
                    (1990 + n % 30).to_string(),
                )
            })
            .collect();
        let rows: Vec<_> = rows.iter().map(|(d, l)| (d.as_str(), l.as_str())).collect();
        assert_eq!(split(&rows), None);
    }
}
