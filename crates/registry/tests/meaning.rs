//! What a source marks as *not* is not read as what is.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test may panic and tell"
)]

mod support;

use arrow::array::{Array, AsArray};
use arrow::datatypes::Float64Type;
use arrow::util::display::array_value_to_string;
use kohort_registry::LoadOptions;
use support::{Loaded, file, load, options};

fn of(name: &str, text: &str, rows: Option<&str>) -> Loaded {
    let (_folder, source) = file(name, text.as_bytes());
    let options = LoadOptions {
        rows: rows.map(str::to_owned),
        ..options()
    };
    load(&[source], options)
}

/// The values of a column as text; NULL is empty, and a column that is left out is all NULL.
fn column(loaded: &Loaded, name: &str) -> Vec<String> {
    let n = loaded.rows.num_rows();
    let Some(array) = loaded.rows.column_by_name(name) else {
        return vec![String::new(); n];
    };
    (0..n)
        .map(|row| array_value_to_string(array, row).unwrap())
        .collect()
}

fn notes(loaded: &Loaded) -> String {
    loaded.load.notes().join("\n")
}

#[test]
fn conditions_that_were_refuted_have_no_code() {
    let condition = |id: &str, status: &str| {
        format!(
            "{{\"resourceType\":\"Condition\",\"id\":\"{id}\",\"verificationStatus\":{status},\
             \"code\":{{\"coding\":[{{\"system\":\"icd\",\"code\":\"C50\"}}]}},\
             \"subject\":{{\"reference\":\"Patient/p\"}}}}\n"
        )
    };
    let coded = |code: &str| {
        format!(
            "{{\"coding\":[{{\"system\":\"http://terminology.hl7.org/CodeSystem/condition-\
             ver-status\",\"code\":\"{code}\"}}]}}"
        )
    };
    let text = [
        condition("a", &coded("confirmed")),
        condition("b", &coded("refuted")),
        condition("c", &coded("entered-in-error")),
        condition("d", "\"refuted\""),
        condition("e", &coded("provisional")),
        condition("f", "null"),
    ]
    .concat();
    let loaded = of("c.ndjson", &text, None);
    assert_eq!(column(&loaded, "code"), ["C50", "", "", "", "C50", "C50"]);
    assert_eq!(column(&loaded, "codes")[1], "");
    assert_eq!(
        column(&loaded, "excluded_code"),
        ["", "C50", "C50", "C50", "", ""]
    );
    let excluded = column(&loaded, "is_excluded");
    assert_eq!(
        excluded,
        ["false", "true", "true", "true", "false", "false"]
    );
    assert_eq!(column(&loaded, "verification_status")[3], "refuted");
    let notes = notes(&loaded);
    assert!(notes.contains("3 rows are marked as refuted"), "{notes}");
    assert!(notes.contains("1 conditions are not confirmed"), "{notes}");
}

#[test]
fn a_value_with_a_comparator_is_a_limit_and_no_value() {
    let observation = |id: &str, value: &str| {
        format!(
            "{{\"resourceType\":\"Observation\",\"id\":\"{id}\",\"status\":\"final\",{value}}}\n"
        )
    };
    let text = [
        observation(
            "a",
            "\"valueQuantity\":{\"value\":5,\"comparator\":\"<\",\"unit\":\"mg/L\"}",
        ),
        observation("b", "\"valueQuantity\":{\"value\":5,\"unit\":\"mg/L\"}"),
        observation(
            "c",
            "\"valueRatio\":{\"numerator\":{\"value\":1},\"denominator\":{\"value\":128}}",
        ),
        observation(
            "d",
            "\"valueRange\":{\"low\":{\"value\":1},\"high\":{\"value\":5}}",
        ),
        observation("e", "\"valueString\":\"<5\""),
        observation("f", "\"valueSampledData\":{\"period\":1}"),
        observation(
            "g",
            "\"_valueQuantity\":{\"extension\":[{\"url\":\"http://hl7.org/fhir/\
             StructureDefinition/data-absent-reason\",\"valueCode\":\"masked\"}]}",
        ),
        observation("h", "\"dataAbsentReason\":{\"text\":\"not asked\"}"),
        observation(
            "i",
            "\"code\":{\"text\":\"p\"},\"component\":[{\"code\":{\"text\":\"s\"},\
             \"valueQuantity\":{\"value\":9,\"comparator\":\">=\"}}]",
        ),
    ]
    .concat();
    let loaded = of("o.ndjson", &text, None);
    let value = loaded.rows.column_by_name("value").unwrap();
    let value = value.as_primitive::<Float64Type>();
    assert_eq!(value.iter().flatten().collect::<Vec<_>>(), [5.0]);
    assert!(value.is_null(0) && !value.is_null(1));
    assert_eq!(column(&loaded, "comparator")[0], "<");
    assert_eq!(column(&loaded, "value_limit")[0], "5.0");
    assert_eq!(column(&loaded, "comparator")[8], ">=");
    let text = column(&loaded, "value_text");
    assert_eq!(&text[2..5], ["1:128", "1 to 5", "<5"]);
    assert_eq!(column(&loaded, "value_high")[3], "5.0");
    assert_eq!(
        &column(&loaded, "absent_reason")[6..8],
        ["masked", "not asked"]
    );
    let notes = notes(&loaded);
    assert!(notes.contains("2 values have a comparator"), "{notes}");
    assert!(
        notes.contains("1 value of kind valueSampledData was not read"),
        "{notes}"
    );
}

#[test]
fn what_was_not_done_or_entered_in_error_has_no_code_and_no_value() {
    for (resource, mark) in [
        ("Observation", "\"status\":\"entered-in-error\""),
        ("Observation", "\"status\":\"cancelled\""),
        ("Procedure", "\"status\":\"not-done\""),
        ("Procedure", "\"status\":\"completed\",\"notDone\":true"),
        (
            "ServiceRequest",
            "\"status\":\"active\",\"doNotPerform\":true",
        ),
        ("ServiceRequest", "\"status\":\"entered-in-error\""),
        ("DiagnosticReport", "\"status\":\"entered-in-error\""),
        ("Specimen", "\"status\":\"entered-in-error\""),
        ("Encounter", "\"status\":\"entered-in-error\""),
        (
            "Observation",
            "\"status\":\"final\",\"modifierExtension\":[{\"url\":\"http://x/not\"}]",
        ),
    ] {
        let text = format!(
            "{{\"resourceType\":\"{resource}\",\"id\":\"a\",{mark},\"class\":{{\"code\":\"AMB\"}},\
             \"code\":{{\"coding\":[{{\"code\":\"X\"}}]}},\"type\":{{\"coding\":[{{\"code\":\"X\"\
             }}]}},\"valueQuantity\":{{\"value\":5}},\"conclusionCode\":[{{\"coding\":[{{\"code\":\
             \"Y\"}}]}}]}}\n"
        );
        let loaded = of("r.ndjson", &text, None);
        for name in [
            "code",
            "codes",
            "value",
            "class",
            "type_code",
            "conclusion_code",
        ] {
            assert_eq!(column(&loaded, name), [""], "{resource} {mark} {name}");
        }
        let is_unclear = mark.contains("modifierExtension");
        let expected = if is_unclear { "" } else { "true" };
        assert_eq!(column(&loaded, "is_excluded"), [expected], "{resource}");
        assert!(!loaded.load.notes().is_empty(), "{resource} {mark}");
    }
}

#[test]
fn references_are_read_by_what_they_name() {
    let text = "{\"resourceType\":\"Bundle\",\"entry\":[\
        {\"fullUrl\":\"urn:uuid:0-1\",\"resource\":{\"resourceType\":\"Patient\",\"id\":\"p1\"}},\
        {\"resource\":{\"resourceType\":\"ServiceRequest\",\"id\":\"a\",\
          \"subject\":{\"reference\":\"urn:uuid:0-1\"},\
          \"requester\":{\"reference\":\"Practitioner?identifier=http://hl7.org/us-npi|11\"}}},\
        {\"resource\":{\"resourceType\":\"ServiceRequest\",\"id\":\"b\",\
          \"subject\":{\"reference\":\"#p\"}}},\
        {\"resource\":{\"resourceType\":\"ServiceRequest\",\"id\":\"c\",\
          \"subject\":{\"reference\":\"Group/p1\"}}},\
        {\"request\":{\"method\":\"DELETE\",\"url\":\"ServiceRequest/d\"}}]}";
    let loaded = of("b.json", text, Some("ServiceRequest"));
    assert_eq!(column(&loaded, "subject_id"), ["p1", "", ""]);
    assert_eq!(column(&loaded, "subject_other"), ["", "", "Group/p1"]);
    assert_eq!(column(&loaded, "requester_id"), ["", "", ""]);
    let notes = notes(&loaded);
    assert!(notes.contains("2 references are to a contained"), "{notes}");
    assert!(notes.contains("1 entries of Bundles delete"), "{notes}");
    assert!(!notes.contains("us-npi|11"), "{notes}");
}

#[test]
fn excluded_diseases_and_rejected_genes_are_kept_apart() {
    let text = "{\"id\":\"x\",\"subject\":{\"id\":\"s\"},\"phenotypicFeatures\":[\
        {\"type\":{\"id\":\"F:1\"}},{\"type\":{\"id\":\"F:2\"},\"excluded\":true},\
        {\"type\":{\"id\":\"F:3\"},\"modifiers\":[{\"id\":\"HP:0040285\"}]}],\
        \"diseases\":[{\"term\":{\"id\":\"D:1\"}},{\"term\":{\"id\":\"D:2\"},\"excluded\":true}],\
        \"measurements\":[{},{}],\
        \"interpretations\":[{\"id\":\"i\",\"diagnosis\":{\"genomicInterpretations\":[\
        {\"interpretationStatus\":\"REJECTED\",\"gene\":{\"symbol\":\"REJ\"}},\
        {\"interpretationStatus\":\"CANDIDATE\",\"gene\":{\"symbol\":\"CAN\"}},\
        {\"interpretationStatus\":\"CONTRIBUTORY\",\"gene\":{\"symbol\":\"CON\"}},\
        {\"interpretationStatus\":\"CAUSATIVE\",\"gene\":{\"symbol\":\"CAU\"}},\
        {\"gene\":{\"symbol\":\"BEN\"},\"variantInterpretation\":{\
         \"acmgPathogenicityClassification\":\"LIKELY_BENIGN\",\
         \"variationDescriptor\":{\"geneContext\":{\"symbol\":\"BEN\"}}}}]}}],\"metaData\":{}}";
    let loaded = of("p.json", text, None);
    for (name, expected) in [
        ("feature_ids", "[F:1]"),
        ("excluded_feature_ids", "[F:2, F:3]"),
        ("n_features", "1"),
        ("disease_ids", "[D:1]"),
        ("excluded_disease_ids", "[D:2]"),
        ("genes", "[CON, CAU]"),
        ("candidate_genes", "[CAN]"),
        ("rejected_genes", "[REJ, BEN]"),
    ] {
        assert_eq!(column(&loaded, name), [expected], "{name}");
    }
    assert!(
        notes(&loaded).contains("2 values of kind measurements were not read"),
        "{}",
        notes(&loaded)
    );
    let diagnoses = of("p.json", text, Some("diagnoses"));
    let excluded = column(&diagnoses, "is_excluded");
    assert_eq!(excluded, ["true", "false", "false", "false", "true"]);
    assert_eq!(column(&diagnoses, "is_candidate")[1], "true");
}

#[test]
fn what_beacon_excludes_is_kept_apart() {
    let text = "[{\"id\":\"a\",\"sex\":{\"id\":\"NCIT:C16576\",\"label\":\"female\"},\
        \"phenotypicFeatures\":[{\"featureType\":{\"id\":\"F:1\"},\"excluded\":true},\
        {\"featureType\":{\"id\":\"F:2\"}}],\"diseases\":[{\"diseaseCode\":{\"id\":\"D:1\"},\
        \"excluded\":\"true\"},{\"diseaseCode\":{\"id\":\"D:2\"}}],\"treatments\":[{}],\
        \"measures\":[{\"assayCode\":{\"id\":\"A\"},\"measurementValue\":{\"value\":5,\
        \"comparator\":\"<\"}},{\"assayCode\":{\"id\":\"B\"},\"measurementValue\":{\"quantity\":{\
        \"value\":7}}}]}]";
    let loaded = of("i.json", text, None);
    for (name, expected) in [
        ("feature_ids", "[F:2]"),
        ("excluded_feature_ids", "[F:1]"),
        ("disease_ids", "[D:2]"),
        ("excluded_disease_ids", "[D:1]"),
    ] {
        assert_eq!(column(&loaded, name), [expected], "{name}");
    }
    assert!(notes(&loaded).contains("1 value of kind treatments was not read"));
    let diseases = of("i.json", text, Some("diseases"));
    assert_eq!(column(&diseases, "is_excluded"), ["true", "false"]);
    let measures = of("i.json", text, Some("measures"));
    assert_eq!(column(&measures, "value"), ["", "7.0"]);
    assert_eq!(column(&measures, "comparator"), ["<", ""]);
}

#[test]
fn an_address_of_before_and_a_record_that_was_replaced_are_known() {
    let text = "{\"resourceType\":\"Patient\",\"id\":\"a\",\"address\":[{\"use\":\"old\",\
        \"state\":\"X\"},{\"state\":\"Y\"}],\"link\":[{\"type\":\"replaced-by\",\"other\":{\
        \"reference\":\"Patient/b\"}}]}\n";
    let loaded = of("p.ndjson", text, None);
    assert_eq!(column(&loaded, "state"), ["Y"]);
    assert_eq!(column(&loaded, "replaced_by_id"), ["b"]);
    assert!(notes(&loaded).contains("1 patients were replaced"));
}
