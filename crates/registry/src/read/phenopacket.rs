//! What do phenopackets say? One packet, a list of them, a cohort's members, or a family's, of
//! version 1 or 2, as rows of subjects, features, diseases or diagnoses.
//!
//! # References
//! GA4GH Phenopacket Schema 1.0 and 2.0 (ISO 4454:2022).

use std::io::Read;

use crate::Result;
use crate::read::flat::{Row, is_marked};
use crate::read::json::{Json, parse};
use crate::read::ndjson::not_an_object;
use crate::read::ontology::{age, each, put_onset, put_term, sex, years};
use crate::read::split::{Layout, for_each};
use crate::read::{Columns, Declared, Sink, declared, optional};
use crate::record::Record;
use crate::value::ColumnType::{Boolean, Date, Float, Integer, Text, TextList};

/// What a row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rows {
    Subjects,
    Features,
    Diseases,
    Diagnoses,
}

impl Rows {
    pub(crate) const NAMES: &[&str] = &["subjects", "features", "diseases", "diagnoses"];

    pub(crate) fn of(name: &str) -> Option<Self> {
        let all = [
            Self::Subjects,
            Self::Features,
            Self::Diseases,
            Self::Diagnoses,
        ];
        let at = Self::NAMES
            .iter()
            .position(|n| n.eq_ignore_ascii_case(name))?;
        Some(all[at])
    }

    pub(crate) fn declared(self) -> &'static [Declared] {
        match self {
            Self::Subjects => SUBJECTS,
            Self::Features => FEATURES,
            Self::Diseases => DISEASES,
            Self::Diagnoses => DIAGNOSES,
        }
    }
}

const SUBJECTS: &[Declared] = &[
    declared("phenopacket_id", Text),
    declared("cohort_id", Text),
    declared("subject_id", Text),
    declared("sex", Text),
    declared("karyotypic_sex", Text),
    declared("birth_date", Date),
    optional("birth_partial", Text),
    declared("age", Text),
    declared("age_years", Float),
    declared("vital_status", Text),
    declared("n_features", Integer),
    declared("feature_ids", TextList),
    declared("feature_labels", TextList),
    declared("excluded_feature_ids", TextList),
    declared("excluded_feature_labels", TextList),
    declared("disease_ids", TextList),
    declared("disease_labels", TextList),
    declared("excluded_disease_ids", TextList),
    declared("excluded_disease_labels", TextList),
    declared("genes", TextList),
    declared("candidate_genes", TextList),
    declared("rejected_genes", TextList),
    declared("schema_version", Text),
];

const FEATURES: &[Declared] = &[
    declared("phenopacket_id", Text),
    declared("subject_id", Text),
    declared("feature_id", Text),
    declared("feature_label", Text),
    declared("is_excluded", Boolean),
    declared("severity_id", Text),
    declared("severity_label", Text),
    declared("modifier_ids", TextList),
    declared("onset_age", Text),
    declared("onset_age_years", Float),
    declared("onset_id", Text),
    declared("onset_label", Text),
];

const DISEASES: &[Declared] = &[
    declared("phenopacket_id", Text),
    declared("subject_id", Text),
    declared("disease_id", Text),
    declared("disease_label", Text),
    declared("is_excluded", Boolean),
    declared("onset_age", Text),
    declared("onset_age_years", Float),
    declared("onset_id", Text),
    declared("onset_label", Text),
    declared("stage_ids", TextList),
    declared("primary_site_id", Text),
    declared("primary_site_label", Text),
];

const DIAGNOSES: &[Declared] = &[
    declared("phenopacket_id", Text),
    declared("subject_id", Text),
    declared("interpretation_id", Text),
    declared("progress_status", Text),
    declared("disease_id", Text),
    declared("disease_label", Text),
    declared("interpretation_status", Text),
    declared("is_excluded", Boolean),
    declared("is_candidate", Boolean),
    declared("acmg", Text),
    declared("gene_id", Text),
    declared("gene", Text),
    declared("hgvs", TextList),
    declared("reference_genome", Text),
    declared("chrom", Text),
    declared("pos", Integer),
    declared("ref", Text),
    declared("alt", Text),
    declared("zygosity_id", Text),
    declared("zygosity_label", Text),
];

/// Reads all packets.
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
        let packet = match parse(bytes) {
            Ok(packet @ Json::Object(_)) => packet,
            Ok(other) => {
                record.wrong(not_an_object(other.kind().to_owned()));
                return sink(&record, columns);
            }
            Err(found) => {
                record.wrong(not_an_object(found));
                return sink(&record, columns);
            }
        };
        let mut to = Out {
            line,
            record: &mut record,
            columns,
            sink,
        };
        let cohort = packet.get(&["id"]);
        let members = packet.get(&["members", "relatives"]).items();
        let proband = packet.get(&["proband"]);
        for member in members {
            to.packet(rows, cohort, member)?;
        }
        match (proband, members.is_empty()) {
            (Json::Null, false) => Ok(()),
            (Json::Null, true) => to.packet(rows, &Json::Null, &packet),
            (proband, _) => to.packet(rows, cohort, proband),
        }
    })
}

struct Out<'o, 's> {
    line: u64,
    record: &'o mut Record,
    columns: &'o Columns,
    sink: &'o mut Sink<'s>,
}

impl Out<'_, '_> {
    fn packet(&mut self, rows: Rows, cohort: &Json<'_>, packet: &Json<'_>) -> Result<()> {
        match rows {
            Rows::Subjects => self.row(rows, packet, |row| subject(row, cohort, packet)),
            Rows::Features => {
                let features = packet.get(&["phenotypicFeatures", "phenotypic_features"]);
                features
                    .items()
                    .iter()
                    .try_for_each(|item| self.row(rows, packet, |row| feature(row, item)))
            }
            Rows::Diseases => packet
                .get(&["diseases"])
                .items()
                .iter()
                .try_for_each(|item| self.row(rows, packet, |row| disease(row, item))),
            Rows::Diagnoses => self.diagnoses(packet),
        }
    }

    fn diagnoses(&mut self, packet: &Json<'_>) -> Result<()> {
        for interpretation in packet.get(&["interpretations"]).items() {
            let genomic = findings(interpretation);
            let nothing = [Json::Null];
            let all = match genomic.items() {
                [] => &nothing[..],
                items => items,
            };
            for finding in all {
                self.row(Rows::Diagnoses, packet, |row| {
                    diagnosis(row, interpretation, finding);
                })?;
            }
        }
        Ok(())
    }

    fn row(
        &mut self,
        rows: Rows,
        packet: &Json<'_>,
        fill: impl FnOnce(&mut Row<'_>),
    ) -> Result<()> {
        self.record.begin(self.line);
        let mut row = Row::new(rows.declared(), self.record);
        row.put("phenopacket_id", packet.get(&["id"]));
        row.require("subject_id", packet.at(&["subject", "id"]));
        fill(&mut row);
        (self.sink)(self.record, self.columns)
    }
}

fn subject(row: &mut Row<'_>, cohort: &Json<'_>, packet: &Json<'_>) {
    row.put("cohort_id", cohort);
    let subject = packet.get(&["subject"]);
    row.text("sex", sex(subject.get(&["sex"])));
    let karyotype = subject.get(&["karyotypicSex", "karyotypic_sex"]).text();
    row.text(
        "karyotypic_sex",
        karyotype.filter(|k| *k != "UNKNOWN_KARYOTYPE"),
    );
    row.moment("birth", subject.get(&["dateOfBirth", "date_of_birth"]));
    let names = [
        "timeAtLastEncounter",
        "time_at_last_encounter",
        "ageAtCollection",
    ];
    let age = age(subject.get(&names));
    row.text("age", age);
    row.float("age_years", age.and_then(years));
    row.put("vital_status", subject.at(&["vitalStatus", "status"]));
    let features = packet.get(&["phenotypicFeatures", "phenotypic_features"]);
    let (excluded, observed) = excluded_and_not(features);
    row.integer("n_features", i64::try_from(observed.len()).ok());
    row.list("feature_ids", each(&observed, &["type"], "id"));
    row.list("feature_labels", each(&observed, &["type"], "label"));
    row.list("excluded_feature_ids", each(&excluded, &["type"], "id"));
    row.list(
        "excluded_feature_labels",
        each(&excluded, &["type"], "label"),
    );
    let (excluded, diseases) = excluded_and_not(packet.get(&["diseases"]));
    row.list("disease_ids", each(&diseases, &["term"], "id"));
    row.list("disease_labels", each(&diseases, &["term"], "label"));
    row.list("excluded_disease_ids", each(&excluded, &["term"], "id"));
    row.list(
        "excluded_disease_labels",
        each(&excluded, &["term"], "label"),
    );
    put_genes(row, packet);
    let version = packet.get(&["metaData", "meta_data"]);
    row.put("schema_version", version.get(&["phenopacketSchemaVersion"]));
    tell_unread(row, packet);
}

/// Those of a list that are excluded, and those that are not; what says neither is in neither.
fn excluded_and_not<'a>(list: &Json<'a>) -> (Vec<Json<'a>>, Vec<Json<'a>>) {
    let of = |wanted: bool| {
        let items = list.items().iter();
        let found = items.filter(|item| is_excluded(item) == Some(wanted));
        found.cloned().collect()
    };
    (of(true), of(false))
}

/// The genes of the diagnoses, and apart from them those that are candidates or were rejected.
fn put_genes(row: &mut Row<'_>, packet: &Json<'_>) {
    let version_1 = packet.get(&["genes"]).items();
    let symbols = version_1
        .iter()
        .filter_map(|gene| gene.get(&["symbol"]).text());
    let (mut genes, mut candidates, mut rejected): (Vec<_>, Vec<_>, Vec<_>) =
        (symbols.collect(), Vec::new(), Vec::new());
    for interpretation in packet.get(&["interpretations"]).items() {
        for finding in findings(interpretation).items() {
            let list = match Finding::of(finding) {
                Finding::Accepted => &mut genes,
                Finding::Candidate => &mut candidates,
                Finding::Rejected => &mut rejected,
            };
            let symbol = gene(finding).get(&["symbol"]).text();
            list.extend(symbol.filter(|symbol| !list.contains(symbol)));
        }
    }
    row.list("genes", genes.into_iter());
    row.list("candidate_genes", candidates.into_iter());
    row.list("rejected_genes", rejected.into_iter());
}

/// Counts what packets hold that no kind of rows has.
fn tell_unread(row: &mut Row<'_>, packet: &Json<'_>) {
    let unread = [
        ("measurements", &["measurements"][..]),
        ("medicalActions", &["medicalActions", "medical_actions"]),
        ("biosamples", &["biosamples"]),
        ("variants", &["variants"]),
        ("files", &["files", "htsFiles", "hts_files"]),
    ];
    for (kind, names) in unread {
        for _ in packet.get(names).items() {
            row.not_read(kind);
        }
    }
}

/// What became of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Finding {
    /// It explains the disease, or nothing is said of it.
    Accepted,
    Candidate,
    Rejected,
}

impl Finding {
    /// By `interpretationStatus`; where that says nothing, a benign variant is none of a disease.
    fn of(finding: &Json<'_>) -> Self {
        let status = finding.get(&["interpretationStatus", "interpretation_status", "status"]);
        let variant = finding.get(&["variantInterpretation", "variant_interpretation"]);
        let acmg = variant.get(&[
            "acmgPathogenicityClassification",
            "acmg_pathogenicity_classification",
        ]);
        let is = |value: &Json<'_>, names: &[&str]| {
            let text = value.text().unwrap_or_default();
            names.iter().any(|name| name.eq_ignore_ascii_case(text))
        };
        if is(status, &["REJECTED"]) {
            return Self::Rejected;
        }
        if is(status, &["CANDIDATE"]) {
            return Self::Candidate;
        }
        let is_decided = is(status, &["CAUSATIVE", "CONTRIBUTORY"]);
        match !is_decided && is(acmg, &["BENIGN", "LIKELY_BENIGN"]) {
            true => Self::Rejected,
            false => Self::Accepted,
        }
    }
}

fn findings<'j, 'a>(interpretation: &'j Json<'a>) -> &'j Json<'a> {
    let diagnosis = interpretation.get(&["diagnosis"]);
    diagnosis.get(&["genomicInterpretations", "genomic_interpretations"])
}

/// The modifier of HPO for what is there in 0 % of cases.
const HPO_EXCLUDED: &str = "HP:0040285";

/// Looked for and not found: `excluded` in version 2, `negated` in version 1, or a modifier that
/// says so. `None` where the mark is neither yes nor no.
fn is_excluded(item: &Json<'_>) -> Option<bool> {
    let modifiers = item.get(&["modifiers"]).items().iter();
    let mut ids = modifiers.filter_map(|modifier| modifier.get(&["id"]).text());
    match ids.any(|id| id == HPO_EXCLUDED) {
        true => Some(true),
        false => is_marked(item.get(&["excluded", "negated"])),
    }
}

fn put_excluded(row: &mut Row<'_>, item: &Json<'_>) {
    match is_excluded(item) {
        Some(is_excluded) => row.boolean("is_excluded", Some(is_excluded)),
        None => row.mark("is_excluded", item.get(&["excluded", "negated"])),
    }
}

fn feature(row: &mut Row<'_>, item: &Json<'_>) {
    put_term(row, ["feature_id", "feature_label"], item.get(&["type"]));
    put_excluded(row, item);
    put_term(
        row,
        ["severity_id", "severity_label"],
        item.get(&["severity"]),
    );
    let modifiers = item.get(&["modifiers"]).items();
    row.list(
        "modifier_ids",
        modifiers.iter().filter_map(|m| m.get(&["id"]).text()),
    );
    put_onset(row, item);
}

fn disease(row: &mut Row<'_>, item: &Json<'_>) {
    put_term(row, ["disease_id", "disease_label"], item.get(&["term"]));
    put_excluded(row, item);
    put_onset(row, item);
    let stages = item.get(&["diseaseStage"]).items();
    row.list(
        "stage_ids",
        stages.iter().filter_map(|s| s.get(&["id"]).text()),
    );
    let site = item.get(&["primarySite"]);
    put_term(row, ["primary_site_id", "primary_site_label"], site);
}

fn variation<'j, 'a>(finding: &'j Json<'a>) -> &'j Json<'a> {
    finding.at(&["variantInterpretation", "variationDescriptor"])
}

fn gene<'j, 'a>(finding: &'j Json<'a>) -> &'j Json<'a> {
    match variation(finding).get(&["geneContext"]) {
        Json::Null => finding.get(&["gene"]),
        gene => gene,
    }
}

fn diagnosis(row: &mut Row<'_>, interpretation: &Json<'_>, finding: &Json<'_>) {
    row.put("interpretation_id", interpretation.get(&["id"]));
    row.put("progress_status", interpretation.get(&["progressStatus"]));
    let disease = interpretation.at(&["diagnosis", "disease"]);
    put_term(row, ["disease_id", "disease_label"], disease);
    row.put(
        "interpretation_status",
        finding.get(&["interpretationStatus"]),
    );
    let found = Finding::of(finding);
    row.boolean("is_excluded", Some(found == Finding::Rejected));
    row.boolean("is_candidate", Some(found == Finding::Candidate));
    let variant = finding.get(&["variantInterpretation"]);
    row.put("acmg", variant.get(&["acmgPathogenicityClassification"]));
    row.put("gene_id", gene(finding).get(&["valueId"]));
    row.put("gene", gene(finding).get(&["symbol"]));
    let variation = variation(finding);
    let expressions = variation.get(&["expressions"]).items();
    row.list(
        "hgvs",
        expressions.iter().filter_map(|e| e.get(&["value"]).text()),
    );
    let vcf = variation.get(&["vcfRecord"]);
    row.put("reference_genome", vcf.get(&["genomeAssembly"]));
    row.put("chrom", vcf.get(&["chrom"]));
    // Protobuf's JSON writes 64-bit integers as text.
    row.put("pos", vcf.get(&["pos"]));
    row.put("ref", vcf.get(&["ref"]));
    row.put("alt", vcf.get(&["alt"]));
    let state = variation.get(&["allelicState"]);
    put_term(row, ["zygosity_id", "zygosity_label"], state);
}
