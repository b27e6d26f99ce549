//! Observation, Condition and Procedure as rows.

use super::shared::{Entry, begin, coding, put_concept, status};
use crate::read::flat::Row;
use crate::read::json::Json;
use crate::read::{Declared, declared, optional};
use crate::record::Remark;
use crate::value::ColumnType::{Boolean, Date, Float, Integer, Text, TextList, Timestamp};

pub(super) const OBSERVATION: &[Declared] = &[
    declared("id", Text),
    declared("component", Integer),
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
    declared("panel_code", Text),
    declared("subject_id", Text),
    optional("subject_other", Text),
    optional("subject_personal_id", Text),
    optional("focus", Text),
    declared("encounter_id", Text),
    declared("effective_date", Date),
    declared("effective_at", Timestamp),
    optional("effective_partial", Text),
    declared("issued_date", Date),
    declared("issued_at", Timestamp),
    optional("issued_partial", Text),
    declared("value", Float),
    optional("comparator", Text),
    optional("value_limit", Float),
    optional("value_low", Float),
    optional("value_high", Float),
    optional("value_numerator", Float),
    optional("value_denominator", Float),
    declared("unit", Text),
    declared("value_text", Text),
    declared("value_boolean", Boolean),
    declared("value_date", Date),
    declared("value_at", Timestamp),
    optional("value_partial", Text),
    optional("value_end_date", Date),
    optional("value_end_at", Timestamp),
    optional("value_end_partial", Text),
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
pub(super) fn observation(entry: Entry<'_, '_>, row: &mut Row<'_>, component: Option<usize>) {
    let resource = entry.resource;
    let components = resource.get(&["component"]).items();
    let part = component.and_then(|i| components.get(i));
    entry.begin(row);
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
    entry.put_code(row, source.get(&["code"]));
    if part.is_some() && entry.meaning.holds() {
        row.put("panel_code", coding(resource.get(&["code"])).get(&["code"]));
    }
    entry.put_subject(row, "subject");
    put_focus(entry, row);
    entry.put_reference(row, "encounter_id", "encounter");
    let effective = match resource.get(&["effectiveInstant"]) {
        Json::Null => begin(resource, "effectiveDateTime", "effectivePeriod"),
        instant => instant,
    };
    row.moment("effective", effective);
    entry.tell_others(row, "effective", &["DateTime", "Period", "Instant"]);
    row.moment("issued", resource.get(&["issued"]));
    if entry.meaning.holds() {
        put_value(row, source);
        row.text("interpretation", status(source.get(&["interpretation"])));
        put_reference_range(row, source.get(&["referenceRange"]));
    }
    row.text("absent_reason", absent_reason(source));
    entry.put_reference(row, "request_id", "basedOn");
    entry.put_reference(row, "specimen_id", "specimen");
}

/// What an observation is about where that is not the subject, such as the child of a mother.
fn put_focus(entry: Entry<'_, '_>, row: &mut Row<'_>) {
    let focus = entry.get("focus").first().get(&["reference"]).text();
    if focus.is_some() {
        row.text("focus", focus);
        row.remark(Remark::Counted(
            "observations are about something other than their subject, such as a child or a \
             device: `focus` says what",
        ));
    }
}

/// Whether an observation has a value of its own.
pub(super) fn has_value(resource: &Json<'_>) -> bool {
    let Json::Object(fields) = resource else {
        return false;
    };
    fields.iter().any(|(key, _)| key.starts_with("value"))
}

/// Why there is no value: `dataAbsentReason`, or the extension of that name on the value.
fn absent_reason<'j>(source: &'j Json<'_>) -> Option<&'j str> {
    let Json::Object(fields) = source else {
        return None;
    };
    let is_reason = |extension: &&Json<'_>| {
        let url = extension.get(&["url"]).text().unwrap_or_default();
        url.ends_with("/data-absent-reason")
    };
    let of_value = fields
        .iter()
        .filter(|(key, _)| key.trim_start_matches('_').starts_with("value"))
        .flat_map(|(_, value)| value.get(&["extension"]).items())
        .find(is_reason);
    status(source.get(&["dataAbsentReason"]))
        .or_else(|| of_value?.get(&["valueCode", "valueString"]).text())
}

/// The range that most people are in: the only one, or the one that is called so.
fn put_reference_range(row: &mut Row<'_>, ranges: &Json<'_>) {
    let is_normal = |range: &&Json<'_>| status(range.get(&["type"])) == Some("normal");
    let found = match ranges.items() {
        [one] => Some(one),
        several => {
            let mut normal = several.iter().filter(is_normal);
            normal.next().filter(|_| normal.next().is_none())
        }
    };
    let Some(range) = found else {
        if !ranges.items().is_empty() {
            row.remark(Remark::Counted(
                "observations have several reference ranges, none of which is the only one of \
                 type `normal`: they were not read",
            ));
        }
        return;
    };
    for (name, field) in [("reference_low", "low"), ("reference_high", "high")] {
        let limit = range.get(&[field]);
        if limit.get(&["comparator"]).is_null() {
            row.put(name, limit.get(&["value"]));
        }
    }
}

fn put_value(row: &mut Row<'_>, source: &Json<'_>) {
    let Json::Object(fields) = source else {
        return;
    };
    for (key, value) in fields.iter().filter(|(_, value)| !value.is_null()) {
        match key.strip_prefix("value") {
            None => {}
            Some("Quantity") => put_quantity(row, value),
            Some("Integer" | "Integer64" | "Decimal") => row.put("value", value),
            Some("String" | "Time" | "Code") => row.put("value_text", value),
            Some("Boolean") => row.put("value_boolean", value),
            Some("DateTime" | "Date" | "Instant") => row.moment("value", value),
            Some("Period") => {
                row.moment("value", value.get(&["start"]));
                row.moment("value_end", value.get(&["end"]));
            }
            Some("CodeableConcept") => {
                let names = ["value_system", "value_code", "value_display"];
                put_concept(row, names, value);
            }
            Some("Ratio") => put_ratio(row, value),
            Some("Range") => put_range(row, value),
            Some(_) => row.not_read(key),
        }
    }
}

/// A number; with a comparator (`<5`) it is a limit, and there is no value.
fn put_quantity(row: &mut Row<'_>, quantity: &Json<'_>) {
    match quantity.get(&["comparator"]) {
        Json::Null => row.put("value", quantity.get(&["value"])),
        comparator => {
            row.put("comparator", comparator);
            row.put("value_limit", quantity.get(&["value"]));
            row.remark(Remark::Counted(
                "values have a comparator, such as <5: `value` is NULL, and `comparator` and \
                 `value_limit` say what is known",
            ));
        }
    }
    row.text("unit", unit(quantity));
}

fn unit<'j>(quantity: &'j Json<'_>) -> Option<&'j str> {
    let code = quantity.get(&["code"]).text();
    code.or_else(|| quantity.get(&["unit"]).text())
}

/// A quantity as it is written, its comparator before it.
fn written(quantity: &Json<'_>) -> Option<String> {
    let mut text = String::new();
    match quantity.get(&["value"]) {
        Json::Null => return None,
        Json::Text(value) => text.push_str(value),
        value => value.write(&mut text),
    }
    let comparator = quantity.get(&["comparator"]).text().unwrap_or_default();
    Some(format!("{comparator}{text}"))
}

/// A titre or another ratio: `1:128`.
fn put_ratio(row: &mut Row<'_>, ratio: &Json<'_>) {
    let parts = ["numerator", "denominator"].map(|name| ratio.get(&[name]));
    let texts = parts.map(|part| written(part).unwrap_or_else(|| "?".to_owned()));
    row.text("value_text", Some(&texts.join(":")));
    for (name, part) in ["value_numerator", "value_denominator"].iter().zip(parts) {
        if part.get(&["comparator"]).is_null() {
            row.put(name, part.get(&["value"]));
        }
    }
    row.text("unit", unit(parts[0]));
}

/// A range: `1 to 5`.
fn put_range(row: &mut Row<'_>, range: &Json<'_>) {
    let (low, high) = (range.get(&["low"]), range.get(&["high"]));
    let text = match (written(low), written(high)) {
        (Some(low), Some(high)) => Some(format!("{low} to {high}")),
        (Some(low), None) => Some(format!("{low} or more")),
        (None, Some(high)) => Some(format!("{high} or less")),
        (None, None) => None,
    };
    row.text("value_text", text.as_deref());
    row.put("value_low", low.get(&["value"]));
    row.put("value_high", high.get(&["value"]));
    row.text("unit", unit(low).or_else(|| unit(high)));
}

pub(super) const CONDITION: &[Declared] = &[
    declared("id", Text),
    declared("clinical_status", Text),
    declared("verification_status", Text),
    declared("is_excluded", Boolean),
    optional("modifier_extensions", TextList),
    declared("category", Text),
    declared("severity", Text),
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

pub(super) fn condition(entry: Entry<'_, '_>, row: &mut Row<'_>) {
    let resource = entry.resource;
    entry.begin(row);
    row.text("clinical_status", status(resource.get(&["clinicalStatus"])));
    let verification = status(resource.get(&["verificationStatus"]));
    row.text("verification_status", verification);
    if matches!(
        verification,
        Some("unconfirmed" | "provisional" | "differential")
    ) {
        row.remark(Remark::Counted(
            "conditions are not confirmed: `verification_status` is unconfirmed, provisional or \
             differential",
        ));
    }
    row.put(
        "category",
        coding(resource.get(&["category"])).get(&["code"]),
    );
    row.put(
        "severity",
        coding(resource.get(&["severity"])).get(&["code"]),
    );
    entry.put_code(row, resource.get(&["code"]));
    entry.put_subject(row, "subject");
    entry.put_reference(row, "encounter_id", "encounter");
    row.moment("onset", begin(resource, "onsetDateTime", "onsetPeriod"));
    entry.tell_others(row, "onset", &["DateTime", "Period"]);
    row.moment(
        "abatement",
        begin(resource, "abatementDateTime", "abatementPeriod"),
    );
    entry.tell_others(row, "abatement", &["DateTime", "Period"]);
    row.moment("recorded", resource.get(&["recordedDate"]));
    let sites = ["body_site_system", "body_site_code", "body_site_display"];
    put_concept(row, sites, resource.get(&["bodySite"]));
}

pub(super) const PROCEDURE: &[Declared] = &[
    declared("id", Text),
    declared("status", Text),
    declared("status_reason", Text),
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
    declared("performed_date", Date),
    declared("performed_at", Timestamp),
    optional("performed_partial", Text),
    declared("reason_system", Text),
    declared("reason_code", Text),
    declared("reason_display", Text),
    declared("body_site_system", Text),
    declared("body_site_code", Text),
    declared("body_site_display", Text),
    declared("outcome", Text),
    declared("request_id", Text),
    declared("part_of_id", Text),
];

pub(super) fn procedure(entry: Entry<'_, '_>, row: &mut Row<'_>) {
    let resource = entry.resource;
    entry.begin(row);
    row.put("status", resource.get(&["status"]));
    let reason = resource.get(&["statusReason", "notDoneReason"]);
    row.text("status_reason", status(reason));
    row.put(
        "category",
        coding(resource.get(&["category"])).get(&["code"]),
    );
    entry.put_code(row, resource.get(&["code"]));
    entry.put_subject(row, "subject");
    entry.put_reference(row, "encounter_id", "encounter");
    // R5 calls it `occurrence[x]`.
    let performed = match begin(resource, "performedDateTime", "performedPeriod") {
        Json::Null => begin(resource, "occurrenceDateTime", "occurrencePeriod"),
        found => found,
    };
    row.moment("performed", performed);
    for choice in ["performed", "occurrence"] {
        entry.tell_others(row, choice, &["DateTime", "Period"]);
    }
    let reasons = ["reason_system", "reason_code", "reason_display"];
    put_concept(row, reasons, resource.get(&["reasonCode"]));
    let sites = ["body_site_system", "body_site_code", "body_site_display"];
    put_concept(row, sites, resource.get(&["bodySite"]));
    if entry.meaning.holds() {
        row.text("outcome", status(resource.get(&["outcome"])));
    }
    entry.put_reference(row, "request_id", "basedOn");
    entry.put_reference(row, "part_of_id", "partOf");
}
