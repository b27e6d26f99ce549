//! Patient and Encounter as rows.

use super::links::Pointed;
use super::meaning::Meaning;
use super::shared::{Entry, coding, is_old, personal_id, put_concept};
use crate::read::flat::Row;
use crate::read::json::Json;
use crate::read::{Declared, declared, optional};
use crate::record::Remark;
use crate::value::ColumnType::{Boolean, Date, Text, TextList, Timestamp};

/// Names, addresses, telephone numbers and other identifiers are not among them.
pub(super) const PATIENT: &[Declared] = &[
    declared("id", Text),
    optional("personal_id", Text),
    declared("active", Boolean),
    optional("replaced_by_id", Text),
    optional("modifier_extensions", TextList),
    declared("sex", Text),
    declared("birth_date", Date),
    optional("birth_partial", Text),
    declared("deceased", Boolean),
    declared("deceased_date", Date),
    declared("deceased_at", Timestamp),
    optional("deceased_partial", Text),
    declared("postal_code", Text),
    declared("city", Text),
    declared("district", Text),
    declared("state", Text),
    declared("country", Text),
    declared("marital_status", Text),
    declared("language", Text),
    declared("organization_id", Text),
];

pub(super) fn patient(entry: Entry<'_, '_>, row: &mut Row<'_>) {
    let resource = entry.resource;
    entry.put_id(row);
    entry.put_extensions(row);
    row.text("personal_id", personal_id(resource.get(&["identifier"])));
    row.put("active", resource.get(&["active"]));
    put_replaced(entry, row);
    row.put("sex", resource.get(&["gender"]));
    row.moment("birth", resource.get(&["birthDate"]));
    let died = resource.get(&["deceasedDateTime"]);
    let deceased = match died {
        Json::Null => resource.get(&["deceasedBoolean"]),
        _ => &Json::Boolean(true),
    };
    row.put("deceased", deceased);
    row.moment("deceased", died);
    let address = home(resource.get(&["address"]));
    row.put("postal_code", address.get(&["postalCode"]));
    row.put("city", address.get(&["city"]));
    row.put("district", address.get(&["district"]));
    row.put("state", address.get(&["state"]));
    row.put("country", address.get(&["country"]));
    row.put(
        "marital_status",
        coding(resource.get(&["maritalStatus"])).get(&["code"]),
    );
    let language = resource.get(&["communication"]).first().get(&["language"]);
    row.put("language", coding(language).get(&["code"]));
    entry.put_reference(row, "organization_id", "managingOrganization");
}

/// A record that another one of the same person has replaced.
fn put_replaced(entry: Entry<'_, '_>, row: &mut Row<'_>) {
    let links = entry.get("link").items();
    let is_replaced = |link: &&Json<'_>| link.get(&["type"]).text() == Some("replaced-by");
    if let Some(link) = links.iter().find(is_replaced) {
        if let Pointed::To(target) = entry.links.pointed(link.get(&["other"])) {
            row.text("replaced_by_id", Some(&target.id));
        }
        row.remark(Remark::Counted(
            "patients were replaced by another record of the same person: `replaced_by_id` says \
             which, and counting both counts the person twice",
        ));
    }
}

/// The address where somebody lives, else the first that is not one of before.
fn home<'j, 'a>(addresses: &'j Json<'a>) -> &'j Json<'a> {
    let is_home = |address: &&Json<'_>| address.get(&["use"]).text() == Some("home");
    let items = addresses.items();
    let found = items.iter().find(is_home);
    let found = found.or_else(|| items.iter().find(|address| !is_old(address)));
    found.unwrap_or(&Json::Null)
}

pub(super) const ENCOUNTER: &[Declared] = &[
    declared("id", Text),
    declared("status", Text),
    declared("is_excluded", Boolean),
    optional("modifier_extensions", TextList),
    declared("class", Text),
    optional("excluded_class", Text),
    declared("type_system", Text),
    declared("type_code", Text),
    declared("type_display", Text),
    declared("priority", Text),
    declared("subject_id", Text),
    optional("subject_other", Text),
    optional("subject_personal_id", Text),
    declared("start_date", Date),
    declared("start_at", Timestamp),
    optional("start_partial", Text),
    declared("end_date", Date),
    declared("end_at", Timestamp),
    optional("end_partial", Text),
    declared("reason_system", Text),
    declared("reason_code", Text),
    declared("reason_display", Text),
    declared("request_id", Text),
    declared("organization_id", Text),
    declared("part_of_id", Text),
];

pub(super) fn encounter(entry: Entry<'_, '_>, row: &mut Row<'_>) {
    let resource = entry.resource;
    entry.begin(row);
    row.put("status", resource.get(&["status"]));
    // R4 has a Coding, R5 a list of CodeableConcepts.
    let class = resource.get(&["class"]).first();
    let class = match class.get(&["code"]) {
        Json::Null => coding(class).get(&["code"]),
        code => code,
    };
    match entry.meaning {
        Meaning::Holds => {
            row.put("class", class);
            let kinds = ["type_system", "type_code", "type_display"];
            put_concept(row, kinds, resource.get(&["type"]));
            let reasons = ["reason_system", "reason_code", "reason_display"];
            put_concept(row, reasons, resource.get(&["reasonCode"]));
        }
        Meaning::Excluded => row.put("excluded_class", class),
        Meaning::Unclear => {}
    }
    row.put(
        "priority",
        coding(resource.get(&["priority"])).get(&["code"]),
    );
    entry.put_subject(row, "subject");
    row.moment("start", resource.at(&["period", "start"]));
    row.moment("end", resource.at(&["period", "end"]));
    entry.put_reference(row, "request_id", "basedOn");
    entry.put_reference(row, "organization_id", "serviceProvider");
    entry.put_reference(row, "part_of_id", "partOf");
}
