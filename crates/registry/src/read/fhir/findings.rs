//! Observation and Condition as rows.

use super::shared::{begin, coding, put_code, put_concept, put_reference, put_subject};
use crate::read::flat::Row;
use crate::read::json::Json;
use crate::read::{Declared, declared, optional};
use crate::value::ColumnType::{Boolean, Date, Float, Integer, Text, TextList, Timestamp};

pub(super) const OBSERVATION: &[Declared] = &[
    declared("id", Text),
    declared("component", Integer),
    declared("status", Text),
    declared("category", Text),
    declared("code_system", Text),
    declared("code", Text),
    declared("code_display", Text),
    declared("codes", TextList),
    declared("panel_code", Text),
    declared("subject_id", Text),
    optional("subject_personal_id", Text),
    declared("encounter_id", Text),
    declared("effective_date", Date),
    declared("effective_at", Timestamp),
    optional("effective_partial", Text),
    declared("issued_date", Date),
    declared("issued_at", Timestamp),
    optional("issued_partial", Text),
    declared("value", Float),
    declared("unit", Text),
    declared("value_text", Text),
    declared("value_boolean", Boolean),
    declared("value_date", Date),
    declared("value_at", Timestamp),
    optional("value_partial", Text),
    declared("value_system", Text),
    declared("value_code", Text),
    declared("value_display", Text),
    declared("interpretation", Text),
    declared("reference_low", Float),
    declared("reference_high", Float),
    declared("absent_reason", Text),
    declared("request_id", Text),
    declared("specimen_id", Text),
];

/// One row for the observation's own value, and one for each component; `component` counts these
/// from 1.
pub(super) fn observation(resource: &Json<'_>, row: &mut Row<'_>, component: Option<usize>) {
    let components = resource.get(&["component"]).items();
    let part = component.and_then(|i| components.get(i));
    row.require("id", resource.get(&["id"]));
    row.integer(
        "component",
        component.and_then(|i| i64::try_from(i + 1).ok()),
    );
    row.put("status", resource.get(&["status"]));
    row.put(
        "category",
        coding(resource.get(&["category"])).get(&["code"]),
    );
    let source = part.unwrap_or(resource);
    put_code(row, source.get(&["code"]));
    if part.is_some() {
        row.put("panel_code", coding(resource.get(&["code"])).get(&["code"]));
    }
    put_subject(row, resource.get(&["subject"]));
    put_reference(row, "encounter_id", resource.get(&["encounter"]));
    row.moment(
        "effective",
        begin(resource, "effectiveDateTime", "effectivePeriod"),
    );
    row.moment("issued", resource.get(&["issued"]));
    put_value(row, source);
    row.put(
        "interpretation",
        coding(source.get(&["interpretation"])).get(&["code"]),
    );
    let range = source.get(&["referenceRange"]).first();
    row.put("reference_low", range.at(&["low", "value"]));
    row.put("reference_high", range.at(&["high", "value"]));
    row.put(
        "absent_reason",
        coding(source.get(&["dataAbsentReason"])).get(&["code"]),
    );
    put_reference(row, "request_id", resource.get(&["basedOn"]));
    put_reference(row, "specimen_id", resource.get(&["specimen"]));
}

/// Whether an observation has a value of its own.
pub(super) fn has_value(resource: &Json<'_>) -> bool {
    let Json::Object(fields) = resource else {
        return false;
    };
    fields.iter().any(|(key, _)| key.starts_with("value"))
}

fn put_value(row: &mut Row<'_>, source: &Json<'_>) {
    let quantity = source.get(&["valueQuantity"]);
    let number = match quantity {
        Json::Null => source.get(&["valueInteger"]),
        quantity => quantity.get(&["value"]),
    };
    row.put("value", number);
    row.text("unit", quantity.get(&["code", "unit"]).text());
    row.put("value_text", source.get(&["valueString"]));
    row.put("value_boolean", source.get(&["valueBoolean"]));
    row.moment("value", begin(source, "valueDateTime", "valuePeriod"));
    let names = ["value_system", "value_code", "value_display"];
    put_concept(row, names, source.get(&["valueCodeableConcept"]));
}

pub(super) const CONDITION: &[Declared] = &[
    declared("id", Text),
    declared("clinical_status", Text),
    declared("verification_status", Text),
    declared("category", Text),
    declared("severity", Text),
    declared("code_system", Text),
    declared("code", Text),
    declared("code_display", Text),
    declared("codes", TextList),
    declared("subject_id", Text),
    optional("subject_personal_id", Text),
    declared("encounter_id", Text),
    declared("onset_date", Date),
    declared("onset_at", Timestamp),
    optional("onset_partial", Text),
    declared("abatement_date", Date),
    declared("abatement_at", Timestamp),
    optional("abatement_partial", Text),
    declared("recorded_date", Date),
    declared("recorded_at", Timestamp),
    optional("recorded_partial", Text),
    declared("body_site_system", Text),
    declared("body_site_code", Text),
    declared("body_site_display", Text),
];

pub(super) fn condition(resource: &Json<'_>, row: &mut Row<'_>) {
    row.require("id", resource.get(&["id"]));
    row.put(
        "clinical_status",
        coding(resource.get(&["clinicalStatus"])).get(&["code"]),
    );
    let verification = coding(resource.get(&["verificationStatus"]));
    row.put("verification_status", verification.get(&["code"]));
    row.put(
        "category",
        coding(resource.get(&["category"])).get(&["code"]),
    );
    row.put(
        "severity",
        coding(resource.get(&["severity"])).get(&["code"]),
    );
    put_code(row, resource.get(&["code"]));
    put_subject(row, resource.get(&["subject"]));
    put_reference(row, "encounter_id", resource.get(&["encounter"]));
    row.moment("onset", begin(resource, "onsetDateTime", "onsetPeriod"));
    row.moment(
        "abatement",
        begin(resource, "abatementDateTime", "abatementPeriod"),
    );
    row.moment("recorded", resource.get(&["recordedDate"]));
    let sites = ["body_site_system", "body_site_code", "body_site_display"];
    put_concept(row, sites, resource.get(&["bodySite"]));
}
