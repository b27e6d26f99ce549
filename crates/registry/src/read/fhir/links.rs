//! Which id does a Reference point to?
//!
//! # References
//! HL7 FHIR R4 (4.0.1), sections 2.3.0 (references) and 2.36.4 (resolving references in Bundles);
//! 3.1.0.11.2 (conditional references).

use std::collections::HashMap;

use crate::read::json::Json;

/// Systems of Swedish personal identities, as FHIR and older messages name them.
pub(super) const PERSONAL_SYSTEMS: [&str; 4] = [
    "http://electronichealth.se/identifier/personnummer",
    "http://electronichealth.se/identifier/samordningsnummer",
    "urn:oid:1.2.752.129.2.1.3.1",
    "urn:oid:1.2.752.129.2.1.3.3",
];

/// Where the entries of a Bundle are found: by `fullUrl`, and by what a conditional reference asks.
#[derive(Debug, Default)]
pub(super) struct Links {
    by_url: HashMap<String, Target>,
}

/// A resource that a reference points to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Target {
    /// Its type, where it is told.
    pub(super) kind: Option<String>,
    pub(super) id: String,
}

/// What a Reference says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Pointed {
    /// No reference.
    Nothing,
    /// The id of a resource.
    To(Target),
    /// A resource inside of this one, or one that a search would find: it has no id here.
    Unknown,
}

impl Links {
    /// Those of a Bundle; none where the value is no Bundle.
    pub(super) fn of(value: &Json<'_>) -> Self {
        let mut links = Self::default();
        for entry in value.get(&["entry"]).items() {
            let resource = entry.get(&["resource"]);
            let Some(id) = id_of(entry) else { continue };
            let kind = resource.get(&["resourceType"]).text().map(str::to_owned);
            let target = Target {
                kind: kind.clone(),
                id: id.to_owned(),
            };
            if let Some(url) = entry.get(&["fullUrl"]).text() {
                links.by_url.insert(url.to_owned(), target.clone());
            }
            let kind = kind.unwrap_or_default();
            for identifier in resource.get(&["identifier"]).items() {
                let part = |name: &str| identifier.get(&[name]).text().unwrap_or_default();
                let search = format!("{kind}?identifier={}|{}", part("system"), part("value"));
                links.by_url.entry(search).or_insert_with(|| target.clone());
            }
        }
        links
    }

    /// Where a Reference points.
    pub(super) fn pointed(&self, reference: &Json<'_>) -> Pointed {
        let reference = reference.first();
        let Some(text) = reference.get(&["reference"]).text() else {
            return Pointed::Nothing;
        };
        let text = text.split("/_history/").next().unwrap_or(text);
        if let Some(target) = self.by_url.get(text) {
            return Pointed::To(target.clone());
        }
        if text.starts_with('#') || text.contains('?') {
            return Pointed::Unknown;
        }
        let urn = ["urn:uuid:", "urn:oid:"];
        let (before, id) = match urn.iter().find_map(|prefix| text.strip_prefix(prefix)) {
            Some(id) => ("", id),
            None => text.rsplit_once('/').unwrap_or(("", text)),
        };
        let kind = before.rsplit('/').next().filter(|kind| !kind.is_empty());
        let kind = kind.or_else(|| reference.get(&["type"]).text());
        match id {
            "" => Pointed::Unknown,
            id => Pointed::To(Target {
                kind: kind.map(str::to_owned),
                id: id.to_owned(),
            }),
        }
    }
}

/// The id of an entry's resource; where a server has yet to give one, that of its `fullUrl`.
pub(super) fn id_of<'j>(entry: &'j Json<'_>) -> Option<&'j str> {
    let id = entry.at(&["resource", "id"]).text();
    id.or_else(|| entry.get(&["fullUrl"]).text()?.strip_prefix("urn:uuid:"))
}

/// The personal number that a conditional reference asks for.
pub(super) fn asked_number<'j>(reference: &'j Json<'_>) -> Option<&'j str> {
    let text = reference.first().get(&["reference"]).text()?;
    let (system, number) = text.split_once("identifier=")?.1.split_once('|')?;
    let number = number.split('&').next().unwrap_or(number);
    PERSONAL_SYSTEMS.contains(&system).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::json::parse;

    fn pointed(links: &Links, text: &str) -> Option<String> {
        let text = format!(r#"{{"reference":"{text}"}}"#);
        match links.pointed(&parse(&mut text.into_bytes()).unwrap()) {
            Pointed::To(target) => Some(target.id),
            Pointed::Nothing | Pointed::Unknown => None,
        }
    }

    #[test]
    fn references_point_to_an_id() {
        let links = Links::default();
        for (text, id) in [
            ("Patient/x-1", Some("x-1")),
            ("urn:uuid:x-1", Some("x-1")),
            ("https://a/b/Patient/x-1/_history/2", Some("x-1")),
            // A resource inside of this one has no id that another table knows.
            ("#p", None),
            (
                "Practitioner?identifier=http://hl7.org/fhir/sid/us-npi|11",
                None,
            ),
            ("Patient/", None),
        ] {
            assert_eq!(pointed(&links, text).as_deref(), id, "{text}");
        }
        let nobody = Links::default().pointed(&parse(&mut br#"{"display":"x"}"#.to_vec()).unwrap());
        assert_eq!(nobody, Pointed::Nothing);
    }

    #[test]
    fn references_within_a_bundle_point_to_the_id_of_the_entry() {
        let text = r#"{"resourceType":"Bundle","entry":[
            {"fullUrl":"urn:uuid:0-1","resource":{"resourceType":"Patient","id":"p1",
             "identifier":[{"system":"s","value":"7"}]}},
            {"fullUrl":"urn:uuid:0-2","resource":{"resourceType":"Patient"}}]}"#;
        let mut bytes = text.as_bytes().to_vec();
        let links = Links::of(&parse(&mut bytes).unwrap());
        for (text, id) in [
            ("urn:uuid:0-1", "p1"),
            ("urn:uuid:0-2", "0-2"),
            ("Patient?identifier=s|7", "p1"),
        ] {
            assert_eq!(pointed(&links, text).as_deref(), Some(id), "{text}");
        }
    }

    #[test]
    fn a_personal_number_that_is_asked_for_is_one() {
        let text = r#"{"reference":"Patient?identifier=urn:oid:1.2.752.129.2.1.3.1|191212121212"}"#;
        let mut bytes = text.as_bytes().to_vec();
        let reference = parse(&mut bytes).unwrap();
        assert_eq!(asked_number(&reference), Some("191212121212"));
    }
}
