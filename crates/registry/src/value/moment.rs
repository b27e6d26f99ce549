//! Which day, or which moment, does a text name?

use chrono::{NaiveDate, NaiveTime};

/// Microseconds of a day.
const DAY_MICROS: i64 = 86_400_000_000;

/// Years that eight digits may begin with to be taken for a date unasked; 9999-12-31 is how
/// registries say "until further notice".
const PLAUSIBLE_YEARS: std::ops::RangeInclusive<i32> = 1800..=2199;

/// Days since 1970 of `YYYY-MM-DD` or `YYYYMMDD`.
pub(crate) fn date(text: &[u8]) -> Option<i32> {
    let text = text.trim_ascii();
    match text.len() {
        10 if text[4] == b'-' && text[7] == b'-' => days(
            number(&text[..4])?,
            number(&text[5..7])?,
            number(&text[8..])?,
        ),
        8 => days(
            number(&text[..4])?,
            number(&text[4..6])?,
            number(&text[6..])?,
        ),
        // A date that some program wrote with its midnight.
        19.. if matches!(text[10], b' ' | b'T') => {
            let midnight = text[11..].iter().all(|b| matches!(b, b'0' | b':' | b'.'));
            midnight.then(|| date(&text[..10])).flatten()
        }
        _ => None,
    }
}

/// Whether eight digits are a date that somebody may have meant.
pub(crate) fn is_plausible_compact(text: &[u8]) -> bool {
    let year = text.get(..4).and_then(number).unwrap_or_default();
    let is_year = i32::try_from(year).is_ok_and(|y| PLAUSIBLE_YEARS.contains(&y));
    (is_year || text == b"99991231") && date(text).is_some()
}

/// What of a date is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Partial {
    /// All of it: days since 1970.
    Day(i32),
    /// A year, or a year and a month: no day.
    Incomplete,
}

/// A FHIR `date` or `dateTime` by its day as written: `2010`, `2010-06`, `2010-06-19`,
/// `2010-06-19T18:35:39+02:00`.
pub(crate) fn date_or_partial(text: &[u8]) -> Option<Partial> {
    match text.len() {
        4 => number(text).map(|_| Partial::Incomplete),
        7 if text[4] == b'-' => {
            let month = number(&text[5..])?;
            (number(&text[..4]).is_some() && (1..=12).contains(&month))
                .then_some(Partial::Incomplete)
        }
        10 => date(text).map(Partial::Day),
        11.. if text[10] == b'T' => {
            timestamp(text)?;
            date(&text[..10]).map(Partial::Day)
        }
        _ => None,
    }
}

/// Microseconds since 1970, UTC, of a date and a time; a time without a zone is taken as UTC, a
/// date alone as its midnight.
pub(crate) fn timestamp(text: &[u8]) -> Option<i64> {
    let text = text.trim_ascii();
    if let Some(day) = date(text) {
        return Some(i64::from(day) * DAY_MICROS);
    }
    if text.len() < 16 || !matches!(text[10], b' ' | b'T') {
        return None;
    }
    let day = date(&text[..10])?;
    let rest = &text[11..];
    let zone_at = rest
        .iter()
        .position(|b| matches!(b, b'Z' | b'z' | b'+' | b'-'));
    let (clock, zone) = rest.split_at(zone_at.unwrap_or(rest.len()));
    let offset = zone_micros(zone)?;
    Some(i64::from(day) * DAY_MICROS + clock_micros(clock.trim_ascii_end())? - offset)
}

fn clock_micros(text: &[u8]) -> Option<i64> {
    let (whole, fraction) = match text.iter().position(|b| matches!(b, b'.' | b',')) {
        Some(at) => (&text[..at], &text[at + 1..]),
        None => (text, &[][..]),
    };
    let second = match whole.len() {
        5 => 0,
        8 if whole[5] == b':' => number(&whole[6..])?,
        _ => return None,
    };
    if whole[2] != b':' || fraction.len() > 9 || !fraction.iter().all(u8::is_ascii_digit) {
        return None;
    }
    // A leap second is the second before it.
    let second = second.min(if second == 60 { 59 } else { 60 });
    let time = NaiveTime::from_hms_opt(number(&whole[..2])?, number(&whole[3..5])?, second)?;
    let seconds = i64::from(chrono::Timelike::num_seconds_from_midnight(&time));
    let micros = (0..6).fold(0, |n, i| {
        n * 10 + fraction.get(i).map_or(0, |b| i64::from(b - b'0'))
    });
    Some(seconds * 1_000_000 + micros)
}

fn zone_micros(text: &[u8]) -> Option<i64> {
    let (sign, rest) = match text {
        [] | b"Z" | b"z" => return Some(0),
        [b'+', rest @ ..] => (1, rest),
        [_, rest @ ..] => (-1, rest),
    };
    let (hours, minutes) = match rest.len() {
        2 => (number(rest)?, 0),
        4 => (number(&rest[..2])?, number(&rest[2..])?),
        5 if rest[2] == b':' => (number(&rest[..2])?, number(&rest[3..])?),
        _ => return None,
    };
    (hours <= 14 && minutes < 60).then(|| sign * i64::from(hours * 60 + minutes) * 60 * 1_000_000)
}

fn number(digits: &[u8]) -> Option<u32> {
    let add = |n: u32, b: &u8| b.is_ascii_digit().then(|| n * 10 + u32::from(b - b'0'));
    digits.iter().try_fold(0, add)
}

fn days(year: u32, month: u32, day: u32) -> Option<i32> {
    let date = NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)?;
    i32::try_from((date - NaiveDate::default()).num_days()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_with_and_without_hyphens() {
        for (text, expected) in [
            ("1970-01-01", Some(0)),
            ("19700102", Some(1)),
            ("2024-02-29", Some(19_782)),
            ("2023-02-29", None),
            ("2024-1-1", None),
            ("31/12/2024", None),
            ("2024-03-31 00:00:00", Some(19_813)),
            ("2024-03-31 00:00:01", None),
            ("9999-12-31", Some(2_932_896)),
            ("", None),
        ] {
            assert_eq!(date(text.as_bytes()), expected, "{text}");
        }
    }

    #[test]
    fn times_come_out_in_utc() {
        let at = |text: &str| timestamp(text.as_bytes());
        assert_eq!(at("1970-01-01"), Some(0));
        assert_eq!(at("1970-01-01 00:01"), Some(60_000_000));
        assert_eq!(at("1970-01-01T00:00:01.5"), Some(1_500_000));
        assert_eq!(at("1970-01-01T02:00:00+02:00"), Some(0));
        assert_eq!(at("1970-01-01T00:00:00-0130"), Some(90 * 60 * 1_000_000));
        assert_eq!(
            at("2010-01-09T19:04:32.819+00:00"),
            Some(1_263_063_872_819_000)
        );
        assert_eq!(at("1969-12-31T23:59:60Z"), Some(-1_000_000));
        for wrong in [
            "1970-01-01T25:00:00",
            "1970-01-01T00:00:00+1",
            "12:00",
            "1970-01-01 1:00",
        ] {
            assert_eq!(at(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn the_day_of_a_time_is_the_one_that_is_written() {
        let day = |text: &str| date_or_partial(text.as_bytes());
        assert_eq!(day("1970-01-02T00:30:00+02:00"), Some(Partial::Day(1)));
        assert_eq!(day("1970"), Some(Partial::Incomplete));
        assert_eq!(day("1970-06"), Some(Partial::Incomplete));
        assert_eq!(day("1970-13"), None);
        assert_eq!(day("1970-01-02T99:00:00Z"), None);
    }

    #[test]
    fn eight_digits_are_a_date_when_somebody_may_have_meant_one() {
        assert!(is_plausible_compact(b"20240331"));
        assert!(is_plausible_compact(b"99991231"));
        assert!(!is_plausible_compact(b"12345678"));
        assert!(!is_plausible_compact(b"20241301"));
    }
}
