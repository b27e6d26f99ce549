//! The parts that FHIR resources share: codes, references, times.
//!
//! # References
//! HL7 FHIR R4 (4.0.1), data types: Coding, CodeableConcept, Reference, Period, Identifier.

use crate::read::flat::Row;
use crate::read::json::Json;

/// Systems of Swedish personal identities, as FHIR and older messages name them.
const PERSONAL_SYSTEMS: [&str; 4] = [
    "http://electronichealth.se/identifier/personnummer",
    "http://electronichealth.se/identifier/samordningsnummer",
    "urn:oid:1.2.752.129.2.1.3.1",
    "urn:oid:1.2.752.129.2.1.3.3",
];

/// The first coding of a CodeableConcept.
pub(super) fn coding<'j, 'a>(concept: &'j Json<'a>) -> &'j Json<'a> {
    concept.first().get(&["coding"]).first()
}

/// What a CodeableConcept is called: its first coding's display, else its text.
fn display<'j>(concept: &'j Json<'_>) -> Option<&'j str> {
    let concept = concept.first();
    coding(concept)
        .get(&["display"])
        .text()
        .or_else(|| concept.get(&["text"]).text())
}

/// Sets `<name>_system`, `<name>` and `<name>_display` by the first coding.
pub(super) fn put_concept(row: &mut Row<'_>, names: [&str; 3], concept: &Json<'_>) {
    let coding = coding(concept);
    row.text(names[0], coding.get(&["system"]).text());
    row.text(names[1], coding.get(&["code"]).text());
    row.text(names[2], display(concept));
}

/// Sets `code_system`, `code`, `code_display` by the first coding, and `codes` by all of them, as
/// `system|code`.
pub(super) fn put_code(row: &mut Row<'_>, concept: &Json<'_>) {
    put_concept(row, ["code_system", "code", "code_display"], concept);
    let codings = concept.get(&["coding"]).items();
    let all: Vec<String> = codings
        .iter()
        .filter_map(|coding| {
            let system = coding.get(&["system"]).text().unwrap_or_default();
            Some(format!("{system}|{}", coding.get(&["code"]).text()?))
        })
        .collect();
    row.list("codes", all.iter().map(String::as_str));
}

/// The id that a Reference points to: `Patient/x`, `urn:uuid:x`, `https://…/Patient/x`.
pub(super) fn reference<'j>(reference: &'j Json<'_>) -> Option<&'j str> {
    let text = reference.first().get(&["reference"]).text()?;
    let text = text.split("/_history/").next().unwrap_or(text);
    let after_slash = text.rsplit('/').next().unwrap_or(text);
    Some(
        after_slash
            .trim_start_matches("urn:uuid:")
            .trim_start_matches('#'),
    )
}

/// Sets a column to the id that a Reference points to.
pub(super) fn put_reference(row: &mut Row<'_>, name: &str, value: &Json<'_>) {
    row.text(name, reference(value));
}

/// Sets `subject_id`, and `subject_personal_id` where the subject is named by its identity number.
pub(super) fn put_subject(row: &mut Row<'_>, subject: &Json<'_>) {
    row.text("subject_id", reference(subject));
    row.text(
        "subject_personal_id",
        personal_id(subject.get(&["identifier"])),
    );
}

/// The Swedish identity number among identifiers.
pub(super) fn personal_id<'j>(identifiers: &'j Json<'_>) -> Option<&'j str> {
    let all = match identifiers {
        Json::List(items) => items.as_slice(),
        other => std::slice::from_ref(other),
    };
    let is_personal = |identifier: &&Json<'_>| {
        let system = identifier.get(&["system"]).text();
        system.is_some_and(|system| PERSONAL_SYSTEMS.contains(&system))
    };
    all.iter().find(is_personal)?.get(&["value"]).text()
}

/// The beginning of whichever of a dateTime or a Period is there.
pub(super) fn begin<'j, 'a>(resource: &'j Json<'a>, date: &str, period: &str) -> &'j Json<'a> {
    match resource.get(&[date]) {
        Json::Null => resource.at(&[period, "start"]),
        found => found,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::json::parse;

    #[test]
    fn references_point_to_an_id() {
        for (text, id) in [
            (r#"{"reference":"Patient/x-1"}"#, Some("x-1")),
            (r#"{"reference":"urn:uuid:x-1"}"#, Some("x-1")),
            (
                r#"{"reference":"https://a/b/Patient/x-1/_history/2"}"#,
                Some("x-1"),
            ),
            (r##"{"reference":"#p"}"##, Some("p")),
            (r#"{"display":"somebody"}"#, None),
        ] {
            let mut bytes = text.as_bytes().to_vec();
            assert_eq!(reference(&parse(&mut bytes).unwrap()), id, "{text}");
        }
    }

    #[test]
    fn a_swedish_identity_is_known_by_its_system() {
        let text = r#"[{"system":"urn:oid:1.2.3","value":"7"},
            {"system":"urn:oid:1.2.752.129.2.1.3.1","value":"191212121212"}]"#;
        let mut bytes = text.as_bytes().to_vec();
        assert_eq!(
            personal_id(&parse(&mut bytes).unwrap()),
            Some("191212121212")
        );
    }
}
