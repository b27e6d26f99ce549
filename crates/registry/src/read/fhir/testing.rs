//! ServiceRequest, Specimen and DiagnosticReport as rows: the way of a test.

use super::links::Pointed;
use super::shared::{Entry, begin, coding, put_concept};
use crate::read::flat::Row;
use crate::read::{Declared, declared, optional};
use crate::value::ColumnType::{Boolean, Date, Integer, Text, TextList, Timestamp};

pub(super) const SERVICE_REQUEST: &[Declared] = &[
    declared("id", Text),
    declared("status", Text),
    declared("is_excluded", Boolean),
    optional("modifier_extensions", TextList),
    optional("do_not_perform", Boolean),
    declared("intent", Text),
    declared("priority", Text),
    declared("category", Text),
    declared("code_system", Text),
    declared("code", Text),
    declared("code_display", Text),
    declared("codes", TextList),
    optional("excluded_code_system", Text),
    optional("excluded_code", Text),
    optional("excluded_code_display", Text),
    declared("subject_id", Text),
    optional("subject_other", Text),
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

pub(super) fn service_request(entry: Entry<'_, '_>, row: &mut Row<'_>) {
    let resource = entry.resource;
    entry.begin(row);
    row.put("status", resource.get(&["status"]));
    row.put("do_not_perform", resource.get(&["doNotPerform"]));
    row.put("intent", resource.get(&["intent"]));
    row.put("priority", resource.get(&["priority"]));
    row.put(
        "category",
        coding(resource.get(&["category"])).get(&["code"]),
    );
    entry.put_code(row, resource.get(&["code"]));
    entry.put_subject(row, "subject");
    entry.put_reference(row, "encounter_id", "encounter");
    row.moment("authored", resource.get(&["authoredOn"]));
    row.moment(
        "occurrence",
        begin(resource, "occurrenceDateTime", "occurrencePeriod"),
    );
    entry.tell_others(row, "occurrence", &["DateTime", "Period"]);
    entry.put_reference(row, "requester_id", "requester");
    entry.put_reference(row, "performer_id", "performer");
    let reasons = ["reason_system", "reason_code", "reason_display"];
    put_concept(row, reasons, resource.get(&["reasonCode"]));
    entry.put_reference(row, "reason_condition_id", "reasonReference");
    entry.put_reference(row, "specimen_id", "specimen");
    entry.put_reference(row, "based_on_id", "basedOn");
}

pub(super) const SPECIMEN: &[Declared] = &[
    declared("id", Text),
    declared("status", Text),
    declared("is_excluded", Boolean),
    optional("modifier_extensions", TextList),
    declared("code_system", Text),
    declared("code", Text),
    declared("code_display", Text),
    declared("codes", TextList),
    optional("excluded_code_system", Text),
    optional("excluded_code", Text),
    optional("excluded_code_display", Text),
    declared("subject_id", Text),
    optional("subject_other", Text),
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

pub(super) fn specimen(entry: Entry<'_, '_>, row: &mut Row<'_>) {
    let resource = entry.resource;
    entry.begin(row);
    row.put("status", resource.get(&["status"]));
    entry.put_code(row, resource.get(&["type"]));
    entry.put_subject(row, "subject");
    let collection = resource.get(&["collection"]);
    row.moment(
        "collected",
        begin(collection, "collectedDateTime", "collectedPeriod"),
    );
    row.moment("received", resource.get(&["receivedTime"]));
    let sites = ["body_site_system", "body_site_code", "body_site_display"];
    put_concept(row, sites, collection.get(&["bodySite"]));
    entry.put_reference(row, "request_id", "request");
    entry.put_reference(row, "parent_id", "parent");
}

/// The conclusion as text is not among them: texts by hand name people.
pub(super) const DIAGNOSTIC_REPORT: &[Declared] = &[
    declared("id", Text),
    declared("status", Text),
    declared("is_excluded", Boolean),
    optional("modifier_extensions", TextList),
    declared("category", Text),
    declared("code_system", Text),
    declared("code", Text),
    declared("code_display", Text),
    declared("codes", TextList),
    optional("excluded_code_system", Text),
    optional("excluded_code", Text),
    optional("excluded_code_display", Text),
    declared("subject_id", Text),
    optional("subject_other", Text),
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

pub(super) fn diagnostic_report(entry: Entry<'_, '_>, row: &mut Row<'_>) {
    let resource = entry.resource;
    entry.begin(row);
    row.put("status", resource.get(&["status"]));
    row.put(
        "category",
        coding(resource.get(&["category"])).get(&["code"]),
    );
    entry.put_code(row, resource.get(&["code"]));
    entry.put_subject(row, "subject");
    entry.put_reference(row, "encounter_id", "encounter");
    row.moment(
        "effective",
        begin(resource, "effectiveDateTime", "effectivePeriod"),
    );
    entry.tell_others(row, "effective", &["DateTime", "Period"]);
    row.moment("issued", resource.get(&["issued"]));
    entry.put_reference(row, "performer_id", "performer");
    entry.put_reference(row, "request_id", "basedOn");
    entry.put_reference(row, "specimen_id", "specimen");
    let conclusions = ["conclusion_system", "conclusion_code", "conclusion_display"];
    if entry.meaning.holds() {
        put_concept(row, conclusions, resource.get(&["conclusionCode"]));
    }
    let results = resource.get(&["result"]).items();
    row.integer("n_results", i64::try_from(results.len()).ok());
    let ids = results
        .iter()
        .filter_map(|result| match entry.links.pointed(result) {
            Pointed::To(target) => Some(target.id),
            Pointed::Nothing | Pointed::Unknown => None,
        });
    let ids: Vec<String> = ids.collect();
    row.list("result_ids", ids.iter().map(String::as_str));
}
