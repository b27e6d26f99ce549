//! What do FHIR resources say? Bulk NDJSON and Bundles, each resource type as one flat table.
//!
//! What a resource marks as not so has `is_excluded`, and its codes and values are NULL.
//!
//! Codes come as the first coding's system, code and display, and all codings in `codes`;
//! references as the id that they point to; times as the day that is written and, with a time of
//! day, the moment. Narratives, names, addresses and other identifiers of a person stay behind.
//!
//! # References
//! HL7 FHIR R4 (4.0.1); Bulk Data Access IG 2.0.

mod findings;
mod links;
mod meaning;
mod people;
mod shared;
mod testing;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;

use self::links::Links;
use self::meaning::{Meaning, meaning};
use self::shared::Entry;
use crate::Result;
use crate::personal::{may_name, shown_word};
use crate::read::flat::Row;
use crate::read::json::{Json, parse};
use crate::read::ndjson::not_an_object;
use crate::read::split::{Layout, for_each};
use crate::read::{Columns, Declared, Sink};
use crate::record::{Problem, Record};

/// The resource types that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Resource {
    Patient,
    Encounter,
    Condition,
    Observation,
    Procedure,
    ServiceRequest,
    Specimen,
    DiagnosticReport,
}

impl Resource {
    pub(crate) const ALL: [Resource; 8] = [
        Self::Patient,
        Self::Encounter,
        Self::Condition,
        Self::Observation,
        Self::Procedure,
        Self::ServiceRequest,
        Self::Specimen,
        Self::DiagnosticReport,
    ];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Patient => "Patient",
            Self::Encounter => "Encounter",
            Self::Condition => "Condition",
            Self::Observation => "Observation",
            Self::Procedure => "Procedure",
            Self::ServiceRequest => "ServiceRequest",
            Self::Specimen => "Specimen",
            Self::DiagnosticReport => "DiagnosticReport",
        }
    }

    pub(crate) fn of(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|r| r.as_str().eq_ignore_ascii_case(name))
    }

    /// Its columns.
    pub(crate) fn declared(self) -> &'static [Declared] {
        match self {
            Self::Patient => people::PATIENT,
            Self::Encounter => people::ENCOUNTER,
            Self::Condition => findings::CONDITION,
            Self::Observation => findings::OBSERVATION,
            Self::Procedure => findings::PROCEDURE,
            Self::ServiceRequest => testing::SERVICE_REQUEST,
            Self::Specimen => testing::SPECIMEN,
            Self::DiagnosticReport => testing::DIAGNOSTIC_REPORT,
        }
    }
}

/// What to do with resources of other types.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Others {
    /// They were not asked for.
    Skip,
    /// The file should have none.
    Bad,
}

/// Resources that were passed over.
#[derive(Debug, Default)]
pub(crate) struct Skipped {
    /// How many of which other types.
    types: BTreeMap<String, u64>,
    /// Entries that delete a resource.
    n_deleted: u64,
    /// What else there is to say, once.
    told: BTreeSet<String>,
}

impl Skipped {
    /// Says something once.
    pub(crate) fn tell(&mut self, note: String) {
        self.told.insert(note);
    }

    /// What was passed over, in words.
    pub(crate) fn notes(&self) -> impl Iterator<Item = String> {
        let types = self.types.iter();
        let types = types.map(|(name, n)| format!("{n} resources of type {name} were passed over"));
        let deleted = (self.n_deleted > 0).then(|| {
            format!(
                "{} entries of Bundles delete a resource: nothing was deleted",
                self.n_deleted
            )
        });
        types.chain(deleted).chain(self.told.iter().cloned())
    }
}

/// What a search says of itself: never among what was looked for.
const OUTCOME: &str = "OperationOutcome";

/// The type of a resource; of a Bundle the types of its entries, each once.
pub(crate) fn types_of(value: &Json<'_>) -> Vec<String> {
    let mut types = Vec::new();
    each(value, &mut |resource, _| {
        if let Some(name) = resource.get(&["resourceType"]).text() {
            types.push(match may_name(name.as_bytes()) {
                true => "something unknown".to_owned(),
                false => name.to_owned(),
            });
        }
    });
    types.sort();
    types.dedup();
    if types.len() > 1 {
        types.retain(|name| name != OUTCOME);
    }
    types
}

/// The resources of a value, with the ids of their entries: itself, or the entries of a Bundle.
/// Gives how many entries delete theirs.
fn each<'j, 'a>(value: &'j Json<'a>, take: &mut dyn FnMut(&'j Json<'a>, Option<&'j str>)) -> u64 {
    if value.get(&["resourceType"]).text() != Some("Bundle") {
        take(value, None);
        return 0;
    }
    let mut n_deleted = 0;
    for entry in value.get(&["entry"]).items() {
        match entry.at(&["request", "method"]).text() {
            Some("DELETE") => n_deleted += 1,
            _ => take(entry.get(&["resource"]), links::id_of(entry)),
        }
    }
    n_deleted
}

/// What to read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wanted {
    pub(crate) resource: Resource,
    pub(crate) others: Others,
    pub(crate) layout: Layout,
}

/// Reads all resources of one type.
pub(crate) fn read(
    file: &str,
    input: &mut dyn Read,
    wanted: Wanted,
    skipped: &mut Skipped,
    columns: &Columns,
    sink: &mut Sink<'_>,
) -> Result<()> {
    let mut record = Record::default();
    for_each(file, input, wanted.layout, &mut |line, bytes| {
        let value = match parse(bytes) {
            Ok(value @ Json::Object(_)) => value,
            Ok(other) => return bad(&mut record, line, other.kind(), columns, sink),
            Err(found) => return bad(&mut record, line, &found, columns, sink),
        };
        let links = Links::of(&value);
        let mut to = Out {
            wanted,
            line,
            record: &mut record,
            skipped,
            columns,
            sink,
        };
        let mut result = Ok(());
        let n_deleted = each(&value, &mut |resource, id| {
            if result.is_ok() {
                let meaning = meaning(resource);
                result = to.one(Entry {
                    resource,
                    id,
                    links: &links,
                    meaning,
                });
            }
        });
        skipped.n_deleted += n_deleted;
        result
    })
}

fn bad(
    record: &mut Record,
    line: u64,
    found: &str,
    columns: &Columns,
    sink: &mut Sink<'_>,
) -> Result<()> {
    record.begin(line);
    record.wrong(not_an_object(found.to_owned()));
    sink(record, columns)
}

/// Where rows go.
struct Out<'o, 's> {
    wanted: Wanted,
    line: u64,
    record: &'o mut Record,
    skipped: &'o mut Skipped,
    columns: &'o Columns,
    sink: &'o mut Sink<'s>,
}

impl Out<'_, '_> {
    fn one(&mut self, entry: Entry<'_, '_>) -> Result<()> {
        let wanted = self.wanted.resource;
        let found = entry.get("resourceType").text();
        if found != Some(wanted.as_str()) {
            return self.other(found);
        }
        let declared = wanted.declared();
        if wanted == Resource::Observation {
            let components = entry.get("component").items();
            for (at, component) in components.iter().enumerate() {
                self.record.begin(self.line);
                // What holds for the whole holds for its parts, and these have their own marks.
                let own = match entry.meaning {
                    Meaning::Holds => meaning(component),
                    whole => whole,
                };
                let entry = Entry {
                    meaning: own,
                    ..entry
                };
                let mut row = Row::new(declared, self.record);
                findings::observation(entry, &mut row, Some(at));
                (self.sink)(self.record, self.columns)?;
            }
            if !components.is_empty() && !findings::has_value(entry.resource) {
                return Ok(());
            }
        }
        self.record.begin(self.line);
        let mut row = Row::new(declared, self.record);
        match wanted {
            Resource::Patient => people::patient(entry, &mut row),
            Resource::Encounter => people::encounter(entry, &mut row),
            Resource::Condition => findings::condition(entry, &mut row),
            Resource::Observation => findings::observation(entry, &mut row, None),
            Resource::Procedure => findings::procedure(entry, &mut row),
            Resource::ServiceRequest => testing::service_request(entry, &mut row),
            Resource::Specimen => testing::specimen(entry, &mut row),
            Resource::DiagnosticReport => testing::diagnostic_report(entry, &mut row),
        }
        (self.sink)(self.record, self.columns)
    }

    /// A resource of another type than the one that is wanted.
    fn other(&mut self, found: Option<&str>) -> Result<()> {
        let is_outcome = found == Some(OUTCOME);
        let found = found.map_or("no type".to_owned(), shown_word);
        if self.wanted.others == Others::Skip || is_outcome {
            *self.skipped.types.entry(found).or_default() += 1;
            return Ok(());
        }
        self.record.begin(self.line);
        self.record.wrong(Problem {
            column: None,
            expected: format!("a {}", self.wanted.resource.as_str()),
            found,
            advice: "`--rows TYPE` takes the resources of one type and passes over the others",
        });
        (self.sink)(self.record, self.columns)
    }
}
