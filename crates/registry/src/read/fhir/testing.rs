//! ServiceRequest, Specimen and DiagnosticReport as rows: the way of a test.

use super::shared::{begin, coding, put_code, put_concept, put_reference, put_subject, reference};
use crate::read::flat::Row;
use crate::read::json::Json;
use crate::read::{Declared, declared, optional};
use crate::value::ColumnType::{Date, Integer, Text, TextList, Timestamp};

pub(super) const SERVICE_REQUEST: &[Declared] = &[
    declared("id", Text),
    declared("status", Text),
    declared("intent", Text),
    declared("priority", Text),
    declared("category", Text),
    declared("code_system", Text),
    declared("code", Text),
    declared("code_display", Text),
    declared("codes", TextList),
    declared("subject_id", Text),
    optional("subject_personal_id", Text),
    declared("encounter_id", Text),
    declared("authored_date", Date),
    declared("authored_at", Timestamp),
    optional("authored_partial", Text),
    declared("occurrence_date", Date),
    declared("occurrence_at", Timestamp),
    optional("occurrence_partial", Text),
    declared("requester_id", Text),
    declared("performer_id", Text),
    declared("reason_system", Text),
    declared("reason_code", Text),
    declared("reason_display", Text),
    declared("reason_condition_id", Text),
    declared("specimen_id", Text),
    declared("based_on_id", Text),
];

pub(super) fn service_request(resource: &Json<'_>, row: &mut Row<'_>) {
    row.require("id", resource.get(&["id"]));
    row.put("status", resource.get(&["status"]));
    row.put("intent", resource.get(&["intent"]));
    row.put("priority", resource.get(&["priority"]));
    row.put(
        "category",
        coding(resource.get(&["category"])).get(&["code"]),
    );
    put_code(row, resource.get(&["code"]));
    put_subject(row, resource.get(&["subject"]));
    put_reference(row, "encounter_id", resource.get(&["encounter"]));
    row.moment("authored", resource.get(&["authoredOn"]));
    row.moment(
        "occurrence",
        begin(resource, "occurrenceDateTime", "occurrencePeriod"),
    );
    put_reference(row, "requester_id", resource.get(&["requester"]));
    put_reference(row, "performer_id", resource.get(&["performer"]));
    let reasons = ["reason_system", "reason_code", "reason_display"];
    put_concept(row, reasons, resource.get(&["reasonCode"]));
    put_reference(
        row,
        "reason_condition_id",
        resource.get(&["reasonReference"]),
    );
    put_reference(row, "specimen_id", resource.get(&["specimen"]));
    put_reference(row, "based_on_id", resource.get(&["basedOn"]));
}

pub(super) const SPECIMEN: &[Declared] = &[
    declared("id", Text),
    declared("status", Text),
    declared("code_system", Text),
    declared("code", Text),
    declared("code_display", Text),
    declared("codes", TextList),
    declared("subject_id", Text),
    optional("subject_personal_id", Text),
    declared("collected_date", Date),
    declared("collected_at", Timestamp),
    optional("collected_partial", Text),
    declared("received_date", Date),
    declared("received_at", Timestamp),
    optional("received_partial", Text),
    declared("body_site_system", Text),
    declared("body_site_code", Text),
    declared("body_site_display", Text),
    declared("request_id", Text),
    declared("parent_id", Text),
];

pub(super) fn specimen(resource: &Json<'_>, row: &mut Row<'_>) {
    row.require("id", resource.get(&["id"]));
    row.put("status", resource.get(&["status"]));
    put_code(row, resource.get(&["type"]));
    put_subject(row, resource.get(&["subject"]));
    let collection = resource.get(&["collection"]);
    row.moment(
        "collected",
        begin(collection, "collectedDateTime", "collectedPeriod"),
    );
    row.moment("received", resource.get(&["receivedTime"]));
    let sites = ["body_site_system", "body_site_code", "body_site_display"];
    put_concept(row, sites, collection.get(&["bodySite"]));
    put_reference(row, "request_id", resource.get(&["request"]));
    put_reference(row, "parent_id", resource.get(&["parent"]));
}

/// The conclusion as text is not among them: texts by hand name people.
pub(super) const DIAGNOSTIC_REPORT: &[Declared] = &[
    declared("id", Text),
    declared("status", Text),
    declared("category", Text),
    declared("code_system", Text),
    declared("code", Text),
    declared("code_display", Text),
    declared("codes", TextList),
    declared("subject_id", Text),
    optional("subject_personal_id", Text),
    declared("encounter_id", Text),
    declared("effective_date", Date),
    declared("effective_at", Timestamp),
    optional("effective_partial", Text),
    declared("issued_date", Date),
    declared("issued_at", Timestamp),
    optional("issued_partial", Text),
    declared("performer_id", Text),
    declared("request_id", Text),
    declared("specimen_id", Text),
    declared("conclusion_system", Text),
    declared("conclusion_code", Text),
    declared("conclusion_display", Text),
    declared("n_results", Integer),
    declared("result_ids", TextList),
];

pub(super) fn diagnostic_report(resource: &Json<'_>, row: &mut Row<'_>) {
    row.require("id", resource.get(&["id"]));
    row.put("status", resource.get(&["status"]));
    row.put(
        "category",
        coding(resource.get(&["category"])).get(&["code"]),
    );
    put_code(row, resource.get(&["code"]));
    put_subject(row, resource.get(&["subject"]));
    put_reference(row, "encounter_id", resource.get(&["encounter"]));
    row.moment(
        "effective",
        begin(resource, "effectiveDateTime", "effectivePeriod"),
    );
    row.moment("issued", resource.get(&["issued"]));
    put_reference(row, "performer_id", resource.get(&["performer"]));
    put_reference(row, "request_id", resource.get(&["basedOn"]));
    put_reference(row, "specimen_id", resource.get(&["specimen"]));
    let conclusions = ["conclusion_system", "conclusion_code", "conclusion_display"];
    put_concept(row, conclusions, resource.get(&["conclusionCode"]));
    let results = resource.get(&["result"]).items();
    row.integer("n_results", i64::try_from(results.len()).ok());
    row.list("result_ids", results.iter().filter_map(reference));
}
