//! The parts that phenopackets and Beacon share: ontology terms, and times as ages.

use crate::read::flat::Row;
use crate::read::json::Json;

/// Days of a year and months of a year, for ages.
const DAYS_PER_YEAR: f64 = 365.25;
const MONTHS_PER_YEAR: f64 = 12.0;
const WEEK_DAYS: f64 = 7.0;

/// Sets `<name>_id` and `<name>_label` by an ontology term.
pub(super) fn put_term(row: &mut Row<'_>, names: [&str; 2], term: &Json<'_>) {
    row.put(names[0], term.get(&["id"]));
    row.put(names[1], term.get(&["label"]));
}

/// Ids, or labels, of terms.
pub(super) fn each<'j>(
    items: &'j [Json<'_>],
    term: &'j [&'j str],
    field: &'j str,
) -> impl Iterator<Item = &'j str> {
    items
        .iter()
        .filter_map(move |item| item.get(term).get(&[field]).text())
}

/// The sex as in FHIR: `female`, `male`, `other`; nothing where it is unknown.
pub(super) fn sex(value: &Json<'_>) -> Option<&'static str> {
    match value.text()?.to_ascii_lowercase().as_str() {
        "female" => Some("female"),
        "male" => Some("male"),
        "other_sex" | "other" => Some("other"),
        _ => None,
    }
}

/// An age as its ISO 8601 duration: of a v2 `TimeElement`, of a v1 `Age`, of Beacon's.
pub(super) fn age<'j>(time: &'j Json<'_>) -> Option<&'j str> {
    let age = match time.get(&["age"]) {
        Json::Null => time,
        age => age,
    };
    match age {
        Json::Text(text) => Some(text),
        other => other.get(&["iso8601duration", "age"]).text(),
    }
}

/// An onset: its age, else its ontology term's label, else its time.
pub(super) fn put_onset(row: &mut Row<'_>, item: &Json<'_>) {
    let onset = match item.get(&["onset", "ageOfOnset"]) {
        Json::Null => item,
        onset => onset,
    };
    let duration = age(onset).filter(|text| text.starts_with('P'));
    row.text("onset_age", duration);
    row.float("onset_age_years", duration.and_then(years));
    let class = match onset.get(&["ontologyClass"]) {
        Json::Null => item.get(&["classOfOnset"]),
        class => class,
    };
    put_term(row, ["onset_id", "onset_label"], class);
}

/// Years of an ISO 8601 duration such as `P14Y3M`; months are twelfths, days 1/365.25.
pub(super) fn years(duration: &str) -> Option<f64> {
    let date = duration.strip_prefix('P')?.split('T').next()?;
    let (mut years, mut number) = (0.0, String::new());
    let mut has_part = false;
    for c in date.chars() {
        if c.is_ascii_digit() || c == '.' {
            number.push(c);
            continue;
        }
        let value: f64 = number.parse().ok()?;
        years += match c {
            'Y' => value,
            'M' => value / MONTHS_PER_YEAR,
            'W' => value * WEEK_DAYS / DAYS_PER_YEAR,
            'D' => value / DAYS_PER_YEAR,
            _ => return None,
        };
        has_part = true;
        number.clear();
    }
    (has_part && number.is_empty()).then_some(years)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::json::parse;

    #[test]
    fn durations_are_years() {
        assert_eq!(years("P14Y"), Some(14.0));
        assert_eq!(years("P1Y6M"), Some(1.5));
        assert_eq!(years("P6M"), Some(0.5));
        assert_eq!(years("P2Y0M0DT1H"), Some(2.0));
        for wrong in ["14", "P", "P14", "Pxx"] {
            assert_eq!(years(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn ages_of_both_versions_are_found() {
        for text in [
            r#"{"age":"P3Y"}"#,
            r#"{"age":{"iso8601duration":"P3Y"}}"#,
            r#"{"iso8601duration":"P3Y"}"#,
        ] {
            let mut bytes = text.as_bytes().to_vec();
            assert_eq!(age(&parse(&mut bytes).unwrap()), Some("P3Y"), "{text}");
        }
    }
}
