//! What do Beacon v2 individuals say? A list of them, one per line, or a Beacon's answer, as rows
//! of individuals, diseases, measures, procedures or features.
//!
//! # References
//! GA4GH Beacon v2 models, `individuals` default schema.

use std::io::Read;

use crate::Result;
use crate::read::flat::{Row, is_marked};
use crate::read::json::{Json, parse};
use crate::read::ndjson::not_an_object;
use crate::read::ontology::{age, each, put_onset, put_term, sex, years};
use crate::read::split::{Layout, for_each};
use crate::read::{Columns, Declared, Sink, declared, optional};
use crate::record::{Record, Remark};
use crate::value::ColumnType::{Boolean, Date, Float, Text, TextList, Timestamp};

/// What a row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rows {
    Individuals,
    Diseases,
    Measures,
    Procedures,
    Features,
}

impl Rows {
    pub(crate) const NAMES: &[&str] = &[
        "individuals",
        "diseases",
        "measures",
        "procedures",
        "features",
    ];

    pub(crate) fn of(name: &str) -> Option<Self> {
        let all = [
            Self::Individuals,
            Self::Diseases,
            Self::Measures,
            Self::Procedures,
            Self::Features,
        ];
        let at = Self::NAMES
            .iter()
            .position(|n| n.eq_ignore_ascii_case(name))?;
        Some(all[at])
    }

    pub(crate) fn declared(self) -> &'static [Declared] {
        match self {
            Self::Individuals => INDIVIDUALS,
            Self::Diseases => DISEASES,
            Self::Measures => MEASURES,
            Self::Procedures => PROCEDURES,
            Self::Features => FEATURES,
        }
    }

    /// The field of an individual that holds the rows.
    fn field(self) -> &'static str {
        match self {
            Self::Individuals => "",
            Self::Diseases => "diseases",
            Self::Measures => "measures",
            Self::Procedures => "interventionsOrProcedures",
            Self::Features => "phenotypicFeatures",
        }
    }
}

const INDIVIDUALS: &[Declared] = &[
    declared("id", Text),
    declared("dataset_id", Text),
    declared("sex", Text),
    declared("sex_id", Text),
    declared("karyotypic_sex", Text),
    declared("ethnicity_id", Text),
    declared("ethnicity_label", Text),
    declared("geographic_origin_id", Text),
    declared("geographic_origin_label", Text),
    declared("disease_ids", TextList),
    declared("disease_labels", TextList),
    declared("excluded_disease_ids", TextList),
    declared("excluded_disease_labels", TextList),
    declared("feature_ids", TextList),
    declared("feature_labels", TextList),
    declared("excluded_feature_ids", TextList),
    declared("excluded_feature_labels", TextList),
    declared("procedure_ids", TextList),
    declared("procedure_labels", TextList),
];

const DISEASES: &[Declared] = &[
    declared("individual_id", Text),
    declared("disease_id", Text),
    declared("disease_label", Text),
    declared("is_excluded", Boolean),
    declared("onset_age", Text),
    declared("onset_age_years", Float),
    declared("onset_id", Text),
    declared("onset_label", Text),
    declared("stage_id", Text),
    declared("stage_label", Text),
    declared("severity_id", Text),
    declared("severity_label", Text),
    declared("is_family_history", Boolean),
];

const MEASURES: &[Declared] = &[
    declared("individual_id", Text),
    declared("assay_id", Text),
    declared("assay_label", Text),
    declared("value", Float),
    optional("comparator", Text),
    optional("value_limit", Float),
    declared("unit_id", Text),
    declared("unit_label", Text),
    declared("value_id", Text),
    declared("value_label", Text),
    declared("measured_date", Date),
    declared("measured_at", Timestamp),
    optional("measured_partial", Text),
    declared("age", Text),
    declared("age_years", Float),
];

const PROCEDURES: &[Declared] = &[
    declared("individual_id", Text),
    declared("procedure_id", Text),
    declared("procedure_label", Text),
    declared("body_site_id", Text),
    declared("body_site_label", Text),
    declared("performed_date", Date),
    declared("performed_at", Timestamp),
    optional("performed_partial", Text),
    declared("age", Text),
    declared("age_years", Float),
];

const FEATURES: &[Declared] = &[
    declared("individual_id", Text),
    declared("feature_id", Text),
    declared("feature_label", Text),
    declared("is_excluded", Boolean),
    declared("severity_id", Text),
    declared("severity_label", Text),
    declared("onset_age", Text),
    declared("onset_age_years", Float),
    declared("onset_id", Text),
    declared("onset_label", Text),
];

/// Reads all individuals.
pub(crate) fn read(
    file: &str,
    input: &mut dyn Read,
    layout: Layout,
    rows: Rows,
    columns: &Columns,
    sink: &mut Sink<'_>,
) -> Result<()> {
    let mut record = Record::default();
    for_each(file, input, layout, &mut |line, bytes| {
        record.begin(line);
        let value = match parse(bytes) {
            Ok(value @ Json::Object(_)) => value,
            Ok(other) => {
                record.wrong(not_an_object(other.kind().to_owned()));
                return sink(&record, columns);
            }
            Err(found) => {
                record.wrong(not_an_object(found));
                return sink(&record, columns);
            }
        };
        let sets = value.at(&["response", "resultSets"]).items();
        if sets.is_empty() {
            return individual(&value, rows, line, &mut record, columns, sink);
        }
        for one in sets.iter().flat_map(|set| set.get(&["results"]).items()) {
            individual(one, rows, line, &mut record, columns, sink)?;
        }
        Ok(())
    })
}

fn individual(
    value: &Json<'_>,
    rows: Rows,
    line: u64,
    record: &mut Record,
    columns: &Columns,
    sink: &mut Sink<'_>,
) -> Result<()> {
    if rows == Rows::Individuals {
        record.begin(line);
        let mut row = Row::new(rows.declared(), record);
        row.require("id", value.get(&["id"]));
        fill_individual(&mut row, value);
        return sink(record, columns);
    }
    for item in value.get(&[rows.field()]).items() {
        record.begin(line);
        let mut row = Row::new(rows.declared(), record);
        row.require("individual_id", value.get(&["id"]));
        match rows {
            Rows::Individuals => {}
            Rows::Diseases => disease(&mut row, item),
            Rows::Measures => measure(&mut row, item),
            Rows::Procedures => procedure(&mut row, item),
            Rows::Features => feature(&mut row, item),
        }
        sink(record, columns)?;
    }
    Ok(())
}

fn fill_individual(row: &mut Row<'_>, value: &Json<'_>) {
    row.put("dataset_id", value.get(&["datasetId"]));
    let of = value.get(&["sex"]);
    row.text("sex", sex(of.get(&["label"])));
    row.put("sex_id", of.get(&["id"]));
    row.put("karyotypic_sex", value.get(&["karyotypicSex"]));
    let ethnicity = value.get(&["ethnicity"]);
    put_term(row, ["ethnicity_id", "ethnicity_label"], ethnicity);
    let origin = value.get(&["geographicOrigin"]);
    put_term(
        row,
        ["geographic_origin_id", "geographic_origin_label"],
        origin,
    );
    let (excluded, diseases) = excluded_and_not(value.get(&["diseases"]));
    row.list("disease_ids", each(&diseases, &["diseaseCode"], "id"));
    row.list("disease_labels", each(&diseases, &["diseaseCode"], "label"));
    let of_excluded = each(&excluded, &["diseaseCode"], "id");
    row.list("excluded_disease_ids", of_excluded);
    let of_excluded = each(&excluded, &["diseaseCode"], "label");
    row.list("excluded_disease_labels", of_excluded);
    let (excluded, features) = excluded_and_not(value.get(&["phenotypicFeatures"]));
    let kind = &["featureType", "type"];
    row.list("feature_ids", each(&features, kind, "id"));
    row.list("feature_labels", each(&features, kind, "label"));
    row.list("excluded_feature_ids", each(&excluded, kind, "id"));
    row.list("excluded_feature_labels", each(&excluded, kind, "label"));
    let procedures = value.get(&["interventionsOrProcedures"]).items();
    row.list("procedure_ids", each(procedures, &["procedureCode"], "id"));
    row.list(
        "procedure_labels",
        each(procedures, &["procedureCode"], "label"),
    );
    for kind in ["treatments", "exposures", "pedigrees"] {
        for _ in value.get(&[kind]).items() {
            row.not_read(kind);
        }
    }
}

/// Those of a list that are excluded, and those that are not; what says neither is in neither.
fn excluded_and_not<'a>(list: &Json<'a>) -> (Vec<Json<'a>>, Vec<Json<'a>>) {
    let of = |wanted: bool| {
        let items = list.items().iter();
        let found = items.filter(|item| is_marked(item.get(&["excluded"])) == Some(wanted));
        found.cloned().collect()
    };
    (of(true), of(false))
}

fn disease(row: &mut Row<'_>, item: &Json<'_>) {
    put_term(
        row,
        ["disease_id", "disease_label"],
        item.get(&["diseaseCode"]),
    );
    row.mark("is_excluded", item.get(&["excluded"]));
    put_onset(row, item);
    put_term(row, ["stage_id", "stage_label"], item.get(&["stage"]));
    put_term(
        row,
        ["severity_id", "severity_label"],
        item.get(&["severity"]),
    );
    row.put("is_family_history", item.get(&["familyHistory"]));
}

fn measure(row: &mut Row<'_>, item: &Json<'_>) {
    put_term(row, ["assay_id", "assay_label"], item.get(&["assayCode"]));
    let value = item.get(&["measurementValue", "value"]);
    let quantity = match value.get(&["quantity"]) {
        Json::Null => value,
        quantity => quantity,
    };
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
    put_term(row, ["unit_id", "unit_label"], quantity.get(&["unit"]));
    put_term(row, ["value_id", "value_label"], value);
    for kind in ["complexValue", "typedQuantities"] {
        if !value.get(&[kind]).is_null() {
            row.not_read(kind);
        }
    }
    row.moment("measured", item.get(&["date"]));
    put_age(row, item.get(&["observationMoment"]));
}

fn procedure(row: &mut Row<'_>, item: &Json<'_>) {
    put_term(
        row,
        ["procedure_id", "procedure_label"],
        item.get(&["procedureCode"]),
    );
    put_term(
        row,
        ["body_site_id", "body_site_label"],
        item.get(&["bodySite"]),
    );
    row.moment("performed", item.get(&["dateOfProcedure"]));
    put_age(row, item.get(&["ageAtProcedure"]));
}

fn feature(row: &mut Row<'_>, item: &Json<'_>) {
    let term = item.get(&["featureType", "type"]);
    put_term(row, ["feature_id", "feature_label"], term);
    row.mark("is_excluded", item.get(&["excluded"]));
    put_term(
        row,
        ["severity_id", "severity_label"],
        item.get(&["severity"]),
    );
    put_onset(row, item);
}

fn put_age(row: &mut Row<'_>, time: &Json<'_>) {
    let age = age(time).filter(|text| text.starts_with('P'));
    row.text("age", age);
    row.float("age_years", age.and_then(years));
}
