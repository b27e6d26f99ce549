//! Patient and Encounter as rows.

use super::shared::{coding, personal_id, put_concept, put_reference, put_subject};
use crate::read::flat::Row;
use crate::read::json::Json;
use crate::read::{Declared, declared, optional};
use crate::value::ColumnType::{Boolean, Date, Text, Timestamp};

/// Names, addresses, telephone numbers and other identifiers are not among them.
pub(super) const PATIENT: &[Declared] = &[
    declared("id", Text),
    optional("personal_id", Text),
    declared("active", Boolean),
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

pub(super) fn patient(resource: &Json<'_>, row: &mut Row<'_>) {
    row.require("id", resource.get(&["id"]));
    row.text("personal_id", personal_id(resource.get(&["identifier"])));
    row.put("active", resource.get(&["active"]));
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
    put_reference(
        row,
        "organization_id",
        resource.get(&["managingOrganization"]),
    );
}

/// The address where somebody lives, else the first.
fn home<'j, 'a>(addresses: &'j Json<'a>) -> &'j Json<'a> {
    let is_home = |address: &&Json<'_>| address.get(&["use"]).text() == Some("home");
    let found = addresses.items().iter().find(is_home);
    found.unwrap_or_else(|| addresses.first())
}

pub(super) const ENCOUNTER: &[Declared] = &[
    declared("id", Text),
    declared("status", Text),
    declared("class", Text),
    declared("type_system", Text),
    declared("type_code", Text),
    declared("type_display", Text),
    declared("priority", Text),
    declared("subject_id", Text),
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

pub(super) fn encounter(resource: &Json<'_>, row: &mut Row<'_>) {
    row.require("id", resource.get(&["id"]));
    row.put("status", resource.get(&["status"]));
    row.put("class", resource.at(&["class", "code"]));
    let kinds = ["type_system", "type_code", "type_display"];
    put_concept(row, kinds, resource.get(&["type"]));
    row.put(
        "priority",
        coding(resource.get(&["priority"])).get(&["code"]),
    );
    put_subject(row, resource.get(&["subject"]));
    row.moment("start", resource.at(&["period", "start"]));
    row.moment("end", resource.at(&["period", "end"]));
    let reasons = ["reason_system", "reason_code", "reason_display"];
    put_concept(row, reasons, resource.get(&["reasonCode"]));
    put_reference(row, "request_id", resource.get(&["basedOn"]));
    put_reference(row, "organization_id", resource.get(&["serviceProvider"]));
    put_reference(row, "part_of_id", resource.get(&["partOf"]));
}
