//! Days and years: a day is its number since 1970-01-01, as Arrow's dates have it.
//!
//! # References
//! Hinnant, 2013, "chrono-compatible low-level date algorithms",
//! <https://howardhinnant.github.io/date_algorithms.html>.

/// The first year of care.
pub(crate) const FIRST_YEAR: i32 = 2016;
/// The last year of care.
pub(crate) const LAST_YEAR: i32 = 2025;
/// The first day of care.
pub(crate) const FIRST_DAY: i32 = day(FIRST_YEAR, 1, 1);
/// The last day of care: what has not happened by then is not known.
pub(crate) const LAST_DAY: i32 = day(LAST_YEAR, 12, 31);
/// Days in a year, leap years considered.
pub(crate) const YEAR: f64 = 365.25;

/// The number of a day.
pub(crate) const fn day(year: i32, month: i32, day: i32) -> i32 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// The year, month and day of the month of a day.
pub(crate) const fn date(day: i32) -> (i32, i32, i32) {
    let shifted = day + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let of_month = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year + era * 400 + if month <= 2 { 1 } else { 0 };
    (year, month, of_month)
}

/// Full years lived.
pub(crate) const fn age(birth: i32, at: i32) -> i32 {
    let (born, born_month, born_day) = date(birth);
    let (year, month, day) = date(at);
    let before = month < born_month || (month == born_month && day < born_day);
    year - born - if before { 1 } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_dates_are_inverse() {
        assert_eq!(day(1970, 1, 1), 0);
        assert_eq!(day(2000, 3, 1), 11_017);
        assert_eq!(date(day(2024, 2, 29)), (2024, 2, 29));
        for number in day(1890, 1, 1)..day(2030, 1, 1) {
            let (year, month, of_month) = date(number);
            assert_eq!(day(year, month, of_month), number);
        }
    }

    #[test]
    fn a_year_is_full_on_the_birthday() {
        let birth = day(2000, 5, 17);
        assert_eq!(age(birth, day(2018, 5, 16)), 17);
        assert_eq!(age(birth, day(2018, 5, 17)), 18);
        assert_eq!(age(birth, birth), 0);
        assert_eq!(age(day(2000, 2, 29), day(2001, 2, 28)), 0);
    }
}
