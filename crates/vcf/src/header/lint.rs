//! Rules for header lines that no record is read by: what breaks them is reported, not refused.

use super::attributes::Attributes;
use super::{Number, Version, reserved};
use crate::{Findings, Rule};

/// Types of structural variants with which a symbolic allele begins (VCFv4.5 §1.4.5).
const STRUCTURAL: [&str; 6] = ["DEL", "INS", "DUP", "INV", "CNV", "BND"];

/// Whether a symbolic allele (without its brackets) begins with a type of structural variant, or
/// stands for any allele.
pub(crate) fn is_known_symbol(id: &str) -> bool {
    let first = id.split(':').next().unwrap_or(id);
    STRUCTURAL.contains(&first) || matches!(id, "*" | "NON_REF" | "X")
}

/// A line whose value is not `<…>`.
pub(super) fn plain_line(findings: &mut Findings, line: u64, key: &str, value: &str) {
    match key {
        "assembly" | "pedigreeDB" => url(findings, line, key, value),
        "ALT" | "META" | "SAMPLE" | "PEDIGREE" => {
            findings.note_header(Rule::MetaSyntax, line, || {
                format!("`##{key}` without `<…>` is ignored")
            });
        }
        _ => {}
    }
}

/// A line whose value is `<…>`.
pub(super) fn line(
    version: Version,
    findings: &mut Findings,
    line: u64,
    key: &str,
    value: &str,
    attributes: &Attributes<'_>,
) {
    let is_new = version.minor >= 3;
    let is_described = matches!(key, "INFO" | "FORMAT") || key != "META" && version.minor < 4;
    match key {
        "INFO" | "FORMAT" | "FILTER" => in_order(findings, line, key, is_described, attributes),
        "ALT" => {
            in_order(findings, line, key, is_described, attributes);
            alt_line(is_new, findings, line, attributes);
        }
        "contig" => contig_name(findings, line, attributes),
        "META" => {
            in_order(findings, line, key, false, attributes);
            meta_line(findings, line, attributes);
        }
        "SAMPLE" => sample_line(is_new, findings, line, attributes),
        "PEDIGREE" => pedigree_line(is_new, findings, line, attributes),
        "pedigreeDB" => {
            let inner = value.trim().trim_start_matches('<').trim_end_matches('>');
            url(findings, line, key, inner);
        }
        _ => {}
    }
}

/// ID first, Number before Type, a Description in quotes.
fn in_order(
    findings: &mut Findings,
    line: u64,
    key: &str,
    is_described: bool,
    attributes: &Attributes<'_>,
) {
    let mut note = |what: &str| {
        findings.note_header(Rule::MetaSyntax, line, || format!("`##{key}` {what}"));
    };
    let place = |wanted: &str| attributes.keys().position(|k| k == wanted);
    if place("ID").is_some_and(|at| at > 0) {
        note("does not begin with its ID");
    }
    if let (Some(number), Some(kind)) = (place("Number"), place("Type"))
        && kind < number
    {
        note("has Type before Number");
    }
    match attributes.value("Description") {
        Some(description) if !description.quoted => note("has a Description without quotes"),
        None if is_described => note("has no Description"),
        _ => {}
    }
}

/// VCFv4.5 §1.4.5.
fn alt_line(is_new: bool, findings: &mut Findings, line: u64, attributes: &Attributes<'_>) {
    let id = attributes.id().unwrap_or_default();
    // From VCFv4.3 on, an ID may also stand for ambiguity codes or a contig of an assembly.
    if !is_new && !is_known_symbol(id) {
        findings.note_header(Rule::AltLine, line, || {
            format!("ALT `{id}` does not begin with DEL, INS, DUP, INV, CNV or BND")
        });
    }
    if id.contains(['<', '>', ' ', ',']) {
        findings.note_header(Rule::AltLine, line, || {
            format!("ALT `{id}` has a character that is not allowed")
        });
    }
    if let Some(kind) = attributes
        .get("Type")
        .filter(|t| super::parse::parse_kind(t).is_none())
    {
        findings.note_header(Rule::AltLine, line, || format!("ALT `{id}`: Type={kind}"));
    }
}

/// VCFv4.5 §1.4.7.
fn contig_name(findings: &mut Findings, line: u64, attributes: &Attributes<'_>) {
    let id = attributes.id().unwrap_or_default();
    if id.contains([
        ' ', ',', '<', '>', '"', '\\', '`', '(', ')', '[', ']', '{', '}',
    ]) || id.starts_with(['*', '='])
    {
        findings.note_header(Rule::ContigLine, line, || {
            format!("contig `{id}` has a name that the specification does not allow")
        });
    }
}

/// VCFv4.5 §1.4.8.
fn meta_line(findings: &mut Findings, line: u64, attributes: &Attributes<'_>) {
    let kind = attributes.get("Type");
    let wrong_kind = kind.is_some_and(|kind| super::parse::parse_kind(kind).is_none());
    let number = attributes.get("Number");
    let wrong_number = number.is_some_and(|n| super::parse::parse_number(n).is_none());
    let values = attributes.get("Values");
    let wrong_values = values.is_some_and(|values| !values.starts_with('['));
    if wrong_kind || wrong_number || wrong_values || attributes.id().is_none() {
        findings.note_header(Rule::SampleLine, line, || {
            "`##META` is not `<ID=…,Type=…,Number=…,Values=[…]>`".to_owned()
        });
    }
}

/// VCFv4.5 §1.4.8; until VCFv4.2 with the genomes of a mixture.
fn sample_line(is_new: bool, findings: &mut Findings, line: u64, attributes: &Attributes<'_>) {
    let mut note = |what: String| {
        findings.note_header(Rule::SampleLine, line, || format!("`##SAMPLE` {what}"));
    };
    let id = attributes.id();
    match id {
        None => note("has no ID".to_owned()),
        Some(id) if id.contains([' ', ',', '*']) => note(format!("has the ID `{id}`")),
        Some(_) => {}
    }
    if is_new {
        return;
    }
    if attributes.get("Genomes").is_none() {
        note("has no Genomes".to_owned());
    }
    let quoted =
        |(key, value): (&str, &super::attributes::Value)| key != "Description" && value.quoted;
    if attributes.pairs().any(quoted) {
        note("has quotes around other values than its Description".to_owned());
    }
}

/// VCFv4.5 §1.4.9.
fn pedigree_line(is_new: bool, findings: &mut Findings, line: u64, attributes: &Attributes<'_>) {
    let has_id = attributes.keys().next() == Some("ID");
    if is_new && !has_id {
        findings.note_header(Rule::SampleLine, line, || {
            "`##PEDIGREE` does not begin with its ID".to_owned()
        });
    }
    let odd = |(_, value): (&str, &super::attributes::Value)| {
        value
            .text
            .contains(|c: char| c.is_whitespace() || is_new && c == ':')
    };
    if attributes.pairs().any(odd) {
        findings.note_header(Rule::SampleLine, line, || {
            "`##PEDIGREE` names somebody with characters that are not allowed".to_owned()
        });
    }
}

/// VCFv4.5 §1.4.6 and §1.4.9: a scheme, a host (not only digits), and a path.
fn url(findings: &mut Findings, line: u64, key: &str, text: &str) {
    let text = text.trim();
    let rest = text.split_once("://").map(|(_, rest)| rest);
    let host = rest.and_then(|rest| rest.split(['/', ':']).next());
    let is_named = |host: &str| {
        host.bytes().any(|b| b.is_ascii_alphabetic()) || host.matches('.').count() == 3
    };
    let is_local = text.starts_with("file:");
    if !is_local && !host.is_some_and(is_named) {
        findings.note_header(Rule::Url, line, || format!("`##{key}={text}` is no URL"));
    }
}

/// A reserved key that is declared otherwise. Its own declaration is what its values are read by.
pub(super) fn reserved(
    version: Version,
    findings: &mut Findings,
    line: u64,
    section: &str,
    id: &str,
    attributes: &Attributes<'_>,
) {
    let (reserved, since) = match section {
        "INFO" => (reserved::info(id), reserved::info_since(id)),
        _ => (reserved::format(id), reserved::format_since(id)),
    };
    let Some(reserved) = reserved.filter(|_| version.minor >= since) else {
        return;
    };
    let declared = (
        attributes
            .get("Number")
            .and_then(super::parse::parse_number),
        attributes.get("Type").and_then(super::parse::parse_kind),
    );
    let same_number = reserved.number == Number::Unknown || declared.0 == Some(reserved.number);
    if same_number && declared.1 == Some(reserved.kind) {
        return;
    }
    findings.note_header(Rule::ReservedField, line, || {
        let words = |key: &str| attributes.get(key).unwrap_or("nothing").to_owned();
        format!(
            "{section} `{id}` is declared as Number={}, Type={}; it is reserved as Number={}, \
             Type={}",
            words("Number"),
            words("Type"),
            reserved.number,
            reserved.kind
        )
    });
}
