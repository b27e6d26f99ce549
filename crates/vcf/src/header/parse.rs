//! Reads header text into a [`Header`].
//!
//! What no record depends on is read on with a finding, as htslib does; what does is refused.

use std::collections::{HashMap, HashSet};

use super::attributes::Attributes;
use super::{ContigLine, FieldLine, FilterLine, Header, Kind, Number, Version, lint};
use crate::{Error, Findings, Rule};

const FIXED_COLUMNS: [&str; 8] = [
    "#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO",
];

pub(super) fn header(text: &str) -> Result<Header, Error> {
    let mut header = Header {
        version: Version { major: 4, minor: 0 },
        contigs: Vec::new(),
        infos: Vec::new(),
        formats: Vec::new(),
        filters: Vec::new(),
        samples: Vec::new(),
        text: String::with_capacity(text.len() + 1),
        findings: Findings::default(),
        latin1_lines: Vec::new(),
        has_format_column: false,
        dictionary_order: Vec::new(),
        info_by_id: HashMap::new(),
        format_by_id: HashMap::new(),
        contig_by_id: HashMap::new(),
        filter_ids: HashSet::new(),
    };
    let mut number = 0;
    let mut complete = false;
    for line in text.lines() {
        number += 1;
        if complete {
            return Err(Error::header(number, "the end of the header", line));
        }
        header.text.push_str(line);
        header.text.push('\n');
        if number == 1 {
            header.version = version(line)?;
        } else if let Some(meta) = line.strip_prefix("##") {
            meta_line(&mut header, number, meta)?;
        } else {
            column_line(&mut header, number, line)?;
            complete = true;
        }
    }
    if !complete {
        return Err(Error::header(number + 1, "the `#CHROM` line", ""));
    }
    if !text.ends_with('\n') {
        header.findings.note_header(Rule::FinalNewline, number, || {
            "the last line has no line end".to_owned()
        });
    }
    Ok(header)
}

/// `##fileformat=VCFv4.x`, the first line (VCFv4.5 §1.4.1). Case is ignored and the `v` may lack,
/// as in htslib.
fn version(line: &str) -> Result<Version, Error> {
    let wrong = || Error::header(1, "`##fileformat=VCFv4.0` to `VCFv4.5`", line);
    let value = strip_prefix_ignoring_case(line, "##fileformat=").ok_or_else(wrong)?;
    let value = strip_prefix_ignoring_case(value.trim(), "VCF").ok_or_else(wrong)?;
    match value
        .strip_prefix(['v', 'V'])
        .unwrap_or(value)
        .split_once('.')
    {
        Some(("4", minor)) => match minor.parse::<u8>() {
            Ok(minor @ 0..=5) => Ok(Version { major: 4, minor }),
            _ => Err(wrong()),
        },
        _ => Err(wrong()),
    }
}

fn strip_prefix_ignoring_case<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let head = text.get(..prefix.len())?;
    head.eq_ignore_ascii_case(prefix)
        .then(|| &text[prefix.len()..])
}

fn meta_line(header: &mut Header, line: u64, meta: &str) -> Result<(), Error> {
    let Some((key, value)) = meta.split_once('=') else {
        header.findings.note_header(Rule::MetaLine, line, || {
            format!("{} is not `##key=value`", quoted("##", meta))
        });
        return Ok(());
    };
    if value.trim().is_empty() {
        header.findings.note_header(Rule::MetaLine, line, || {
            format!("{} has no value", quoted("##", key))
        });
        return Ok(());
    }
    let declares = matches!(key, "INFO" | "FORMAT" | "FILTER" | "contig");
    let Some(attributes) = Attributes::parse(value) else {
        if declares {
            header.findings.note_header(Rule::MetaSyntax, line, || {
                format!("`##{key}` without `<…>` is ignored")
            });
        } else {
            lint::plain_line(&mut header.findings, line, key, value);
        }
        return Ok(());
    };
    // The values of META are a list with commas.
    let is_structured = declares || matches!(key, "ALT" | "SAMPLE" | "PEDIGREE");
    if let Some(fault) = attributes.faults.first().filter(|_| is_structured) {
        header.findings.note_header(Rule::MetaSyntax, line, || {
            format!("{} has {fault}", quoted(&format!("##{key}="), value))
        });
    }
    lint::line(
        header.version,
        &mut header.findings,
        line,
        key,
        value,
        &attributes,
    );
    if declares && attributes.id().is_none() {
        header.findings.note_header(Rule::MetaSyntax, line, || {
            format!("`##{key}` without an ID is ignored")
        });
        return Ok(());
    }
    match key {
        "INFO" | "FORMAT" => field_line(header, line, key, &attributes),
        "FILTER" => filter_line(header, line, &attributes),
        "contig" => contig_line(header, line, &attributes),
        // ALT, SAMPLE, META, PEDIGREE, assembly, …: kept in `text`; nothing is read from them.
        _ => Ok(()),
    }
}

/// The start of a line in backticks.
fn quoted(start: &str, rest: &str) -> String {
    crate::error::quote(format!("{start}{rest}").as_bytes())
}

/// The ID, of which [`meta_line`] made sure.
fn id_of(attributes: &Attributes<'_>) -> String {
    attributes.id().unwrap_or_default().to_owned()
}

fn description(attributes: &Attributes<'_>) -> String {
    attributes.get("Description").unwrap_or_default().to_owned()
}

fn filter_line(header: &mut Header, line: u64, attributes: &Attributes<'_>) -> Result<(), Error> {
    let id = id_of(attributes);
    let idx = index(line, attributes)?;
    header.dictionary_order.push((id.clone(), idx));
    if !header.filter_ids.insert(id.clone()) {
        header.findings.note_header(Rule::DeclaredAgain, line, || {
            format!("FILTER `{id}` is declared again")
        });
        return Ok(());
    }
    header.filters.push(FilterLine {
        description: description(attributes),
        id,
        idx,
    });
    Ok(())
}

/// VCFv4.5 §1.4.2 and §1.4.4: `<ID=…,Number=…,Type=…,Description="…">`.
fn field_line(
    header: &mut Header,
    line: u64,
    key: &str,
    attributes: &Attributes<'_>,
) -> Result<(), Error> {
    let id = id_of(attributes);
    let idx = index(line, attributes)?;
    header.dictionary_order.push((id.clone(), idx));
    let is_genotype = (key, id.as_str()) == ("FORMAT", "GT");
    let (number, kind) = if is_genotype {
        // GT is read by its own rules, whatever its declaration says.
        (Number::Count(1), Kind::String)
    } else {
        let place = format!("{key} `{id}`");
        let kind = kind(&mut header.findings, line, key, &place, attributes);
        let number = number(&mut header.findings, line, key, &place, kind, attributes);
        (number, kind)
    };
    lint::reserved(
        header.version,
        &mut header.findings,
        line,
        key,
        &id,
        attributes,
    );
    let field = FieldLine {
        description: description(attributes),
        idx,
        number,
        kind,
        id,
    };
    declare(header, line, key, field);
    Ok(())
}

/// The Type of a field; one that is none of the five is read as String, as htslib does.
fn kind(
    findings: &mut Findings,
    line: u64,
    key: &str,
    place: &str,
    attributes: &Attributes<'_>,
) -> Kind {
    let text = attributes.get("Type").unwrap_or_default();
    let found = match parse_kind(text) {
        Some(Kind::Flag) if key == "FORMAT" => None,
        None if text.eq_ignore_ascii_case("flag") && key == "INFO" => Some(Kind::Flag),
        found => found,
    };
    let strict = found.filter(|kind| kind.to_string() == text);
    if strict.is_none() {
        let read = found.unwrap_or(Kind::String);
        findings.note_header(Rule::FieldType, line, || match text {
            "" => format!("{place} has no Type: its values are read as {read}"),
            _ => format!("{place}: Type={text} is read as {read}"),
        });
    }
    found.unwrap_or(Kind::String)
}

/// The Number of a field; one that says nothing is read as `.`.
fn number(
    findings: &mut Findings,
    line: u64,
    key: &str,
    place: &str,
    kind: Kind,
    attributes: &Attributes<'_>,
) -> Number {
    let text = attributes.get("Number");
    let per_call = |number: &Number| {
        matches!(
            number,
            Number::P | Number::LA | Number::LR | Number::LG | Number::M
        )
    };
    let found = text.and_then(parse_number);
    let found = found.filter(|number| key != "INFO" || !per_call(number));
    let number = match (found, kind) {
        (Some(number), _) => number,
        (None, Kind::Flag) => Number::Count(0),
        (None, _) => Number::Unknown,
    };
    if found.is_none() {
        findings.note_header(Rule::FieldNumber, line, || match text {
            None => format!("{place} has no Number: Number={number} is assumed"),
            Some(text) => format!("{place}: Number={text} is read as Number={number}"),
        });
    } else if (kind == Kind::Flag) != (number == Number::Count(0)) {
        findings.note_header(Rule::FlagNumber, line, || {
            format!("{place}: Number={number} with Type={kind}; Flag and Number=0 belong together")
        });
    }
    number
}

/// Keeps the first declaration of a key, as htslib does.
fn declare(header: &mut Header, line: u64, key: &str, field: FieldLine) {
    let (fields, by_id) = match key {
        "INFO" => (&mut header.infos, &mut header.info_by_id),
        _ => (&mut header.formats, &mut header.format_by_id),
    };
    let Some(&first) = by_id.get(&field.id) else {
        by_id.insert(field.id.clone(), fields.len());
        fields.push(field);
        return;
    };
    let words = |field: &FieldLine| format!("Number={}, Type={}", field.number, field.kind);
    let (kept, other) = (words(&fields[first]), words(&field));
    header.findings.note_header(Rule::DeclaredAgain, line, || {
        let other = if kept == other {
            String::new()
        } else {
            format!(" as {other}")
        };
        format!(
            "{key} `{}` is declared again{other}; {kept} is kept",
            field.id
        )
    });
}

/// VCFv4.5 §1.4.7. A later line may add what an earlier one leaves out; two lengths contradict
/// each other, and the reference genome is told by them.
fn contig_line(header: &mut Header, line: u64, attributes: &Attributes<'_>) -> Result<(), Error> {
    let id = id_of(attributes);
    let length = match attributes.get("length") {
        None | Some("" | ".") => None,
        Some(text) => {
            let length = text.parse::<u64>().ok();
            if length.is_none() {
                header.findings.note_header(Rule::ContigLine, line, || {
                    format!("contig `{id}`: `length={text}` is no number of bases: ignored")
                });
            }
            length
        }
    };
    let assembly = attributes.get("assembly").map(str::to_owned);
    let Some(&before) = header.contig_by_id.get(&id) else {
        header.contig_by_id.insert(id.clone(), header.contigs.len());
        header.contigs.push(ContigLine {
            id,
            length,
            assembly,
            idx: index(line, attributes)?,
        });
        return Ok(());
    };
    let contig = &mut header.contigs[before];
    if let (Some(first), Some(second)) = (contig.length, length)
        && first != second
    {
        let expected = format!("contig `{id}`: one length, {first} as before");
        return Err(Error::header(line, expected, &second.to_string()));
    }
    contig.length = contig.length.or(length);
    if contig.assembly.is_none() {
        contig.assembly = assembly;
    }
    header.findings.note_header(Rule::DeclaredAgain, line, || {
        format!("contig `{id}` is declared again")
    });
    Ok(())
}

/// VCFv4.5 §1.5: eight fixed columns, then FORMAT and the samples.
fn column_line(header: &mut Header, line: u64, text: &str) -> Result<(), Error> {
    let mut columns = text.split('\t');
    for expected in FIXED_COLUMNS {
        let found = columns.next().unwrap_or_default();
        if found.trim_matches(' ') != expected {
            let expected = format!("`##key=value` or column `{expected}` after a single tab");
            return Err(Error::header(line, expected, found));
        }
    }
    match columns.next() {
        None => return Ok(()),
        // A tab at the end of the line.
        Some("") if columns.next().is_none() => return Ok(()),
        Some("FORMAT") => header.has_format_column = true,
        Some(other) => return Err(Error::header(line, "column `FORMAT`", other)),
    }
    let mut seen = HashSet::new();
    for sample in columns {
        if sample.is_empty() {
            return Err(Error::header(line, "a sample id after each tab", ""));
        }
        if !seen.insert(sample) {
            return Err(Error::DuplicateSample {
                line,
                sample: sample.to_owned(),
            });
        }
        header.samples.push(sample.to_owned());
    }
    if header.samples.is_empty() {
        header
            .findings
            .note_header(Rule::FormatWithoutSamples, line, || {
                "a FORMAT column without samples".to_owned()
            });
    }
    Ok(())
}

pub(super) fn parse_number(text: &str) -> Option<Number> {
    Some(match text {
        "A" => Number::A,
        "R" => Number::R,
        "G" => Number::G,
        // `-1` is how VCFv3.3 wrote it; tools still copy such lines.
        "." | "-1" => Number::Unknown,
        "P" => Number::P,
        "LA" => Number::LA,
        "LR" => Number::LR,
        "LG" => Number::LG,
        "M" => Number::M,
        count => Number::Count(count.parse().ok()?),
    })
}

pub(super) fn parse_kind(text: &str) -> Option<Kind> {
    Some(match text {
        "Integer" => Kind::Integer,
        "Float" => Kind::Float,
        "Flag" => Kind::Flag,
        "Character" => Kind::Character,
        "String" => Kind::String,
        _ => return None,
    })
}

fn index(line: u64, attributes: &Attributes<'_>) -> Result<Option<usize>, Error> {
    /// More would only serve to exhaust memory.
    const LARGEST: usize = 1 << 24;
    match attributes.get("IDX") {
        None => Ok(None),
        Some(text) => match text.parse() {
            Ok(index) if index <= LARGEST => Ok(Some(index)),
            _ => Err(Error::header(line, "IDX as an integer", text)),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::header::FieldType;

    const COLUMNS: &str = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO";

    fn parse(meta: &str, columns: &str) -> Result<Header, Error> {
        Header::parse(&format!("##fileformat=VCFv4.2\n{meta}{columns}\n"))
    }

    #[test]
    fn a_header_keeps_its_text_and_types() {
        let meta = "##INFO=<ID=AC,Number=A,Type=Integer,Description=\"say \\\"hi\\\", ok\">\n\
                    ##FORMAT=<ID=GT,Number=1,Type=String,Description=\"\">\n\
                    ##contig=<ID=20,length=63025520,assembly=b37>\n##FILTER=<ID=q10>\n";
        let columns = format!("{COLUMNS}\tFORMAT\tNA1\tNA2");
        let header = parse(meta, &columns).unwrap();
        assert_eq!(header.infos[0].description, "say \"hi\", ok");
        assert_eq!(header.contigs[0].length, Some(63_025_520));
        assert_eq!(header.samples, ["NA1", "NA2"]);
        assert_eq!(header.n_columns(), 11);
        assert_eq!(
            header.text,
            format!("##fileformat=VCFv4.2\n{meta}{columns}\n")
        );
        assert_eq!(header.info_type("AC").number, Number::A);
        assert_eq!(header.info_type("DP").kind, Kind::Integer);
        assert_eq!(header.info_type("nobody"), FieldType::UNDECLARED);
    }

    #[test]
    fn versions_are_read_leniently_and_bounded() {
        for (line, minor) in [
            ("##fileformat=VCFv4.0", Some(0)),
            ("##fileformat=VCFV4.5", Some(5)),
            ("##FILEFORMAT=vcf4.1", Some(1)),
            ("##fileformat=VCFv4.6", None),
            ("##fileformat=VCFv3.3", None),
            ("##format=VCFv4.1", None),
        ] {
            assert_eq!(version(line).ok().map(|v| v.minor), minor, "{line}");
        }
    }

    #[test]
    fn wrong_headers_are_refused() {
        let with_samples = format!("{COLUMNS}\tFORMAT\tNA1\tNA1");
        for (meta, columns) in [
            ("", with_samples.as_str()),
            ("", &COLUMNS.replace('\t', " ")),
            ("", &format!("{COLUMNS}\tFORMAT\t")),
            (
                "##contig=<ID=1,length=7>\n##contig=<ID=1,length=8>\n",
                COLUMNS,
            ),
            ("##contig=<ID=1,IDX=x>\n", COLUMNS),
        ] {
            assert!(parse(meta, columns).is_err(), "{meta}{columns}");
        }
    }

    /// The rules that a line breaks, and the field that is made of it.
    fn findings(line: &str) -> (Vec<Rule>, Option<(Number, Kind)>) {
        let header = parse(&format!("{line}\n"), COLUMNS).unwrap();
        let rules = header.findings.iter().map(|(rule, _)| rule).collect();
        let field = header.infos.first().or(header.formats.first());
        (rules, field.map(|f| (f.number, f.kind)))
    }

    #[test]
    fn fields_that_no_record_depends_on_are_read_with_a_finding() {
        use Kind::{Flag, Integer, String};
        use Rule::{FieldNumber, FieldType, MetaSyntax};
        let one = Number::Count(1);
        let (unknown, none) = (Number::Unknown, Number::Count(0));
        for (line, rule, field) in [
            (
                "INFO=<ID=X,Number=B,Type=Integer",
                FieldNumber,
                (unknown, Integer),
            ),
            ("INFO=<ID=X,Type=Integer", FieldNumber, (unknown, Integer)),
            ("INFO=<ID=X,Number=1,Type=int", FieldType, (one, String)),
            ("INFO=<ID=X,Number=1", FieldType, (one, String)),
            ("INFO=<ID=X,Number=0,Type=flag", FieldType, (none, Flag)),
            ("FORMAT=<ID=X,Number=1,Type=Flag", FieldType, (one, String)),
            (
                "INFO=<ID=X,Number=P,Type=Integer",
                FieldNumber,
                (unknown, Integer),
            ),
        ] {
            let line = format!("##{line},Description=\"\">");
            let (rules, found) = findings(&line);
            assert!(rules.contains(&rule), "{line}: {rules:?}");
            assert_eq!(found, Some(field), "{line}");
        }
        let (rules, found) = findings(r#"##INFO=<ID=X,Number=1,Type=Integer,Description="open>"#);
        assert!(rules.contains(&MetaSyntax), "{rules:?}");
        assert_eq!(found, Some((one, Integer)));
        let (rules, _) = findings(r#"##INFO=<ID=X,Number=1,Type=Integer,Description="fine">"#);
        assert!(rules.is_empty(), "{rules:?}");
    }

    #[test]
    fn lines_that_make_no_field_are_read_with_a_finding() {
        for (line, rule) in [
            (
                r#"##INFO=<Number=1,Type=Integer,Description="">"#,
                Rule::MetaSyntax,
            ),
            ("##contig=<ID=1,length=many>", Rule::ContigLine),
            ("##contig=<ID=1>\n##contig=<ID=1>", Rule::DeclaredAgain),
            ("##nothing", Rule::MetaLine),
        ] {
            let (rules, found) = findings(line);
            assert!(rules.contains(&rule), "{line}: {rules:?}");
            assert_eq!(found, None, "{line}");
        }
    }

    #[test]
    fn a_later_contig_line_adds_the_length() {
        let header = parse(
            "##contig=<ID=X>\n##contig=<ID=X,length=5,assembly=b>\n",
            COLUMNS,
        );
        let header = header.unwrap();
        assert_eq!(header.contigs.len(), 1);
        assert_eq!(header.contigs[0].length, Some(5));
        assert_eq!(header.contigs[0].assembly.as_deref(), Some("b"));
    }

    #[test]
    fn a_hundred_thousand_contigs_and_fields_are_read_in_a_moment() {
        let mut meta = String::new();
        for i in 0..100_000 {
            meta.push_str(&format!(
                "##contig=<ID=c{i}>\n##FILTER=<ID=f{i},Description=\"\">\n"
            ));
            meta.push_str(&format!(
                "##INFO=<ID=I{i},Number=1,Type=Integer,Description=\"\">\n"
            ));
        }
        let started = std::time::Instant::now();
        let header = parse(&meta, COLUMNS).unwrap();
        assert_eq!(
            (header.contigs.len(), header.infos.len()),
            (100_000, 100_000)
        );
        assert!(started.elapsed().as_secs() < 10, "{:?}", started.elapsed());
    }
}
