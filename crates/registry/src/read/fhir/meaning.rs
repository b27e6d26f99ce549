//! What a resource marks as *not*: what was refuted, was entered in error, was not done or must not
//! be done is not what its code says.
//!
//! # References
//! HL7 FHIR R4 (4.0.1), section 2.1.0.1 (is-modifier elements: `status`, `verificationStatus`,
//! `doNotPerform`) and 2.4.0.1 (`modifierExtension`: content must not be used by who does not know
//! the extension).

use super::shared::status;
use crate::read::flat::{Row, is_marked};
use crate::read::json::Json;
use crate::record::Remark;

/// Statuses by which a resource says that what it holds is not so, or did not take place.
const NOT_SO: [&str; 6] = [
    "entered-in-error",
    "refuted",
    "not-done",
    "not-taken",
    "cancelled",
    "nullified",
];

/// Elements that are true where something is *not* done; `notDone` is of STU3.
const NOT_DONE: [&str; 5] = [
    "doNotPerform",
    "notDone",
    "notPerformed",
    "wasNotTaken",
    "wasNotGiven",
];

/// How the content of a resource is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// As it is written.
    Holds,
    /// It is not so.
    Excluded,
    /// An extension that is not known here changes it.
    Unclear,
}

/// How a resource, or a part of one, is meant.
pub(super) fn meaning(resource: &Json<'_>) -> Meaning {
    let is_not_so = |name: &str| {
        let status = status(resource.get(&[name]));
        status.is_some_and(|status| NOT_SO.contains(&status.to_ascii_lowercase().as_str()))
    };
    // What is marked with neither yes nor no is not taken for done.
    let is_not_done = |name: &&str| is_marked(resource.get(&[name])) != Some(false);
    if is_not_so("status") || is_not_so("verificationStatus") || NOT_DONE.iter().any(is_not_done) {
        return Meaning::Excluded;
    }
    match modifiers(resource).next() {
        Some(_) => Meaning::Unclear,
        None => Meaning::Holds,
    }
}

/// What a resource has that changes its meaning and is not known here.
pub(super) fn modifiers<'j>(resource: &'j Json<'_>) -> impl Iterator<Item = &'j str> {
    let extensions = resource.get(&["modifierExtension"]).items().iter();
    let urls = extensions.map(|extension| extension.get(&["url"]).text().unwrap_or("unnamed"));
    urls.chain(resource.get(&["implicitRules"]).text())
}

impl Meaning {
    /// Sets `is_excluded`, and counts what is not so.
    pub(super) fn put(self, row: &mut Row<'_>) {
        let is_excluded = match self {
            Self::Holds => Some(false),
            Self::Excluded => Some(true),
            Self::Unclear => None,
        };
        row.boolean("is_excluded", is_excluded);
        if self == Self::Excluded {
            row.remark(Remark::Counted(
                "rows are marked as refuted, entered in error, cancelled or not done: \
                 `is_excluded` is true, and codes and values are NULL",
            ));
        }
    }

    /// Whether codes and values are what they say.
    pub(super) fn holds(self) -> bool {
        self == Self::Holds
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::json::parse;

    #[test]
    fn what_is_marked_as_not_does_not_hold() {
        for (text, expected) in [
            (r#"{"status":"final"}"#, Meaning::Holds),
            (r#"{"status":"entered-in-error"}"#, Meaning::Excluded),
            (r#"{"status":"not-done"}"#, Meaning::Excluded),
            (r#"{"verificationStatus":"refuted"}"#, Meaning::Excluded),
            (
                r#"{"verificationStatus":{"coding":[{"system":"x","code":"K"},
                    {"system":"http://terminology.hl7.org/CodeSystem/condition-ver-status",
                     "code":"refuted"}]}}"#,
                Meaning::Excluded,
            ),
            (
                r#"{"verificationStatus":{"text":"Refuted"}}"#,
                Meaning::Excluded,
            ),
            (
                r#"{"verificationStatus":{"coding":[{"code":"confirmed"}]}}"#,
                Meaning::Holds,
            ),
            (
                r#"{"status":"active","doNotPerform":true}"#,
                Meaning::Excluded,
            ),
            (
                r#"{"status":"active","doNotPerform":false}"#,
                Meaning::Holds,
            ),
            (
                r#"{"status":"completed","notDone":true}"#,
                Meaning::Excluded,
            ),
            (
                r#"{"status":"final","modifierExtension":[{"url":"http://x/negated"}]}"#,
                Meaning::Unclear,
            ),
            (
                r#"{"status":"final","modifierExtension":[]}"#,
                Meaning::Holds,
            ),
        ] {
            let mut bytes = text.as_bytes().to_vec();
            assert_eq!(meaning(&parse(&mut bytes).unwrap()), expected, "{text}");
        }
    }
}
