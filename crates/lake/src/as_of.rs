//! Which state of a lake is meant?

use std::str::FromStr;

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};

use crate::{Error, Result};

/// Which state of a lake to read. The lake's version is that of its `callsets` table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AsOf {
    /// This version.
    Version(u64),
    /// The latest version at this moment.
    Timestamp(DateTime<Utc>),
}

impl FromStr for AsOf {
    type Err = Error;

    /// Reads a version (`12`), an RFC 3339 time, or a date or `date time` in UTC. A date alone is
    /// the end of that day.
    fn from_str(text: &str) -> Result<Self> {
        let text = text.trim();
        if let Ok(version) = text.parse() {
            return Ok(AsOf::Version(version));
        }
        if let Ok(time) = DateTime::parse_from_rfc3339(text) {
            return Ok(AsOf::Timestamp(time.to_utc()));
        }
        for format in ["%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"] {
            if let Ok(time) = NaiveDateTime::parse_from_str(text, format) {
                return Ok(AsOf::Timestamp(time.and_utc()));
            }
        }
        let date = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok();
        let end_of_day = date.and_then(|d| d.and_hms_milli_opt(23, 59, 59, 999));
        end_of_day
            .map(|t| AsOf::Timestamp(t.and_utc()))
            .ok_or_else(|| Error::InvalidAsOf {
                found: text.to_owned(),
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_of_reads_versions_times_and_dates() {
        for (text, expected) in [
            ("12", Some("12")),
            (
                "2025-01-31T10:00:00+01:00",
                Some("2025-01-31T09:00:00+00:00"),
            ),
            ("2025-01-31 10:00", Some("2025-01-31T10:00:00+00:00")),
            ("2025-01-31", Some("2025-01-31T23:59:59.999+00:00")),
            ("yesterday", None),
        ] {
            let found = text.parse::<AsOf>().ok().map(|as_of| match as_of {
                AsOf::Version(version) => version.to_string(),
                AsOf::Timestamp(time) => time.to_rfc3339(),
            });
            assert_eq!(found.as_deref(), expected, "{text}");
        }
    }
}
