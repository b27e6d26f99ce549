//! What do FHIR resources say? Bulk NDJSON and Bundles, each resource type as one flat table.
//!
//! Codes come as the first coding's system, code and display, and all codings in `codes`;
//! references as the id that they point to; times as the day that is written and, with a time of
//! day, the moment. Narratives, names, addresses and other identifiers of a person stay behind.
//!
//! # References
//! HL7 FHIR R4 (4.0.1); Bulk Data Access IG 2.0.

mod findings;
mod people;
mod shared;
mod testing;

use std::io::Read;

use crate::Result;
use crate::personal::{may_name, shown};
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
    ServiceRequest,
    Specimen,
    DiagnosticReport,
}

impl Resource {
    pub(crate) const ALL: [Resource; 7] = [
        Self::Patient,
        Self::Encounter,
        Self::Condition,
        Self::Observation,
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

/// How many resources of which other types were passed over.
pub(crate) type Skipped = std::collections::BTreeMap<String, u64>;

/// The type of a resource; of a Bundle the types of its entries, each once.
pub(crate) fn types_of(value: &Json<'_>) -> Vec<String> {
    let mut types = Vec::new();
    each(value, &mut |resource| {
        if let Some(name) = resource.get(&["resourceType"]).text() {
            types.push(match may_name(name.as_bytes()) {
                true => "something unknown".to_owned(),
                false => name.to_owned(),
            });
        }
    });
    types.sort();
    types.dedup();
    types
}

/// The resources of a value: itself, or the entries of a Bundle.
fn each(value: &Json<'_>, take: &mut dyn FnMut(&Json<'_>)) {
    if value.get(&["resourceType"]).text() == Some("Bundle") {
        for entry in value.get(&["entry"]).items() {
            take(entry.get(&["resource"]));
        }
    } else {
        take(value);
    }
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
        let mut result = Ok(());
        each(&value, &mut |resource| {
            if result.is_ok() {
                result = one(resource, wanted, line, &mut record, skipped, columns, sink);
            }
        });
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

fn one(
    resource: &Json<'_>,
    wanted: Wanted,
    line: u64,
    record: &mut Record,
    skipped: &mut Skipped,
    columns: &Columns,
    sink: &mut Sink<'_>,
) -> Result<()> {
    let declared = wanted.resource.declared();
    let found = resource.get(&["resourceType"]).text();
    if found != Some(wanted.resource.as_str()) {
        let found = found.map_or("no type".to_owned(), |name| shown(name.as_bytes()));
        if wanted.others == Others::Skip {
            *skipped.entry(found).or_default() += 1;
            return Ok(());
        }
        record.begin(line);
        record.wrong(Problem {
            column: None,
            expected: format!("a {}", wanted.resource.as_str()),
            found,
            advice: "`--rows TYPE` takes the resources of one type and passes over the others",
        });
        return sink(record, columns);
    }
    if wanted.resource == Resource::Observation {
        let n = resource.get(&["component"]).items().len();
        for component in 0..n {
            record.begin(line);
            findings::observation(resource, &mut Row::new(declared, record), Some(component));
            sink(record, columns)?;
        }
        if n > 0 && !findings::has_value(resource) {
            return Ok(());
        }
    }
    record.begin(line);
    let mut row = Row::new(declared, record);
    match wanted.resource {
        Resource::Patient => people::patient(resource, &mut row),
        Resource::Encounter => people::encounter(resource, &mut row),
        Resource::Condition => findings::condition(resource, &mut row),
        Resource::Observation => findings::observation(resource, &mut row, None),
        Resource::ServiceRequest => testing::service_request(resource, &mut row),
        Resource::Specimen => testing::specimen(resource, &mut row),
        Resource::DiagnosticReport => testing::diagnostic_report(resource, &mut row),
    }
    sink(record, columns)
}
