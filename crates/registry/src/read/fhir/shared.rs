//! The parts that FHIR resources share: codes, references, times.
//!
//! # References
//! HL7 FHIR R4 (4.0.1), data types: Coding, CodeableConcept, Reference, Period, Identifier.

use std::borrow::Cow;

use super::links::{Links, PERSONAL_SYSTEMS, Pointed, asked_number};
use super::meaning::{Meaning, modifiers};
use crate::read::flat::Row;
use crate::read::json::Json;
use crate::record::Remark;

/// A resource, and what is around it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry<'e, 'a> {
    pub(super) resource: &'e Json<'a>,
    /// The id of its entry, where it has none of its own.
    pub(super) id: Option<&'e str>,
    pub(super) links: &'e Links,
    pub(super) meaning: Meaning,
}

impl<'e, 'a> Entry<'e, 'a> {
    /// A field of the resource.
    pub(super) fn get(&self, name: &str) -> &'e Json<'a> {
        self.resource.get(&[name])
    }

    /// Sets `id`, and what the resource marks as not so.
    pub(super) fn begin(&self, row: &mut Row<'_>) {
        self.put_id(row);
        self.meaning.put(row);
        self.put_extensions(row);
    }

    /// Sets `id`, which must be there.
    pub(super) fn put_id(&self, row: &mut Row<'_>) {
        match (self.get("id"), self.id) {
            (Json::Null, Some(id)) => row.require("id", &Json::Text(Cow::Borrowed(id))),
            (id, _) => row.require("id", id),
        }
    }

    /// Sets `modifier_extensions`, and counts the resources that have some.
    pub(super) fn put_extensions(&self, row: &mut Row<'_>) {
        row.list("modifier_extensions", modifiers(self.resource));
        if self.meaning == Meaning::Unclear {
            row.remark(Remark::Counted(
                "rows have a modifierExtension or implicitRules, which change what they mean: \
                 `is_excluded`, codes and values are NULL",
            ));
        }
    }

    /// Sets a column to the id that a Reference points to.
    pub(super) fn put_reference(&self, row: &mut Row<'_>, name: &str, field: &str) {
        match self.links.pointed(self.get(field)) {
            Pointed::To(target) => row.text(name, Some(&target.id)),
            Pointed::Nothing => {}
            Pointed::Unknown => row.remark(UNKNOWN_REFERENCE),
        }
    }

    /// Sets `subject_id` to the id of a Patient, `subject_other` to what else the subject is, and
    /// `subject_personal_id` where the subject is named by its identity number.
    pub(super) fn put_subject(&self, row: &mut Row<'_>, field: &str) {
        let subject = self.get(field);
        match self.links.pointed(subject) {
            Pointed::To(target) => match target.kind.as_deref() {
                None | Some("Patient") => row.text("subject_id", Some(&target.id)),
                Some(kind) => {
                    let other = format!("{kind}/{}", target.id);
                    row.text("subject_other", Some(&other));
                    row.remark(Remark::Counted(
                        "rows are about no Patient but a Group, a Device or the like: \
                         `subject_id` is NULL, and `subject_other` says what",
                    ));
                }
            },
            Pointed::Nothing => {}
            Pointed::Unknown if asked_number(subject).is_some() => {}
            Pointed::Unknown => row.remark(UNKNOWN_REFERENCE),
        }
        let number = personal_id(subject.get(&["identifier"])).or_else(|| asked_number(subject));
        row.text("subject_personal_id", number);
    }

    /// Sets `code_system`, `code` and `code_display` by the first coding, and `codes` by all of
    /// them, as `system|code`. The code of what is not so is `excluded_code`.
    pub(super) fn put_code(&self, row: &mut Row<'_>, concept: &Json<'_>) {
        match self.meaning {
            Meaning::Unclear => return,
            Meaning::Excluded => {
                let names = [
                    "excluded_code_system",
                    "excluded_code",
                    "excluded_code_display",
                ];
                return put_concept(row, names, concept);
            }
            Meaning::Holds => {}
        }
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

    /// Counts the fields of a choice (`onset[x]`) of whose kinds only these are read.
    pub(super) fn tell_others(&self, row: &mut Row<'_>, choice: &str, read: &[&str]) {
        let Json::Object(fields) = self.resource else {
            return;
        };
        for (key, value) in fields {
            let kind = key.strip_prefix(choice).unwrap_or_default();
            let is_kind = kind.starts_with(|c: char| c.is_ascii_uppercase());
            if is_kind && !read.contains(&kind) && !value.is_null() {
                row.not_read(key);
            }
        }
    }
}

/// A reference that names no id.
const UNKNOWN_REFERENCE: Remark = Remark::Counted(
    "references are to a contained resource or by a search (`Practitioner?identifier=…`): they \
     name no id, and are NULL",
);

/// The first coding of a CodeableConcept.
pub(super) fn coding<'j, 'a>(concept: &'j Json<'a>) -> &'j Json<'a> {
    concept.first().get(&["coding"]).first()
}

/// The code of a status: as a code, or as a CodeableConcept, whose coding of HL7's counts before
/// others; its text where it has no coding.
pub(super) fn status<'j>(concept: &'j Json<'_>) -> Option<&'j str> {
    let concept = concept.first();
    let codings = concept.get(&["coding"]).items();
    let is_of_hl7 = |coding: &&Json<'_>| {
        let system = coding.get(&["system"]).text().unwrap_or_default();
        system.starts_with("http://terminology.hl7.org/") || system.starts_with("http://hl7.org/")
    };
    let coding = codings.iter().find(is_of_hl7).or_else(|| codings.first());
    concept
        .text()
        .or_else(|| coding?.get(&["code", "display"]).text())
        .or_else(|| concept.get(&["text"]).text())
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

/// The Swedish identity number among identifiers; one that is no longer used is none.
pub(super) fn personal_id<'j>(identifiers: &'j Json<'_>) -> Option<&'j str> {
    let all = match identifiers {
        Json::List(items) => items.as_slice(),
        other => std::slice::from_ref(other),
    };
    let is_personal = |identifier: &&Json<'_>| {
        let system = identifier.get(&["system"]).text();
        system.is_some_and(|system| PERSONAL_SYSTEMS.contains(&system)) && !is_old(identifier)
    };
    all.iter().find(is_personal)?.get(&["value"]).text()
}

/// Whether an identifier or an address is marked as one of before.
pub(super) fn is_old(value: &Json<'_>) -> bool {
    value.get(&["use"]).text() == Some("old")
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
    fn a_swedish_identity_is_known_by_its_system() {
        let text = r#"[{"system":"urn:oid:1.2.3","value":"7"},
            {"use":"old","system":"urn:oid:1.2.752.129.2.1.3.1","value":"191212121213"},
            {"system":"urn:oid:1.2.752.129.2.1.3.1","value":"191212121212"}]"#;
        let mut bytes = text.as_bytes().to_vec();
        assert_eq!(
            personal_id(&parse(&mut bytes).unwrap()),
            Some("191212121212")
        );
    }
}
