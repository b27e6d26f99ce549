//! Reads header text into a [`Header`].

use std::collections::{HashMap, HashSet};

use super::{ContigLine, FieldLine, FilterLine, Header, Kind, Number, Version};
use crate::Error;

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
        warnings: Vec::new(),
        has_format_column: false,
        dictionary_order: Vec::new(),
        info_by_id: HashMap::new(),
        format_by_id: HashMap::new(),
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
        header.warnings.push(format!(
            "header line {line}: `##{meta}` is not `##key=value`"
        ));
        return Ok(());
    };
    match key {
        "INFO" | "FORMAT" | "FILTER" | "contig" if !value.trim_start().starts_with('<') => {
            header.warnings.push(format!(
                "header line {line}: `##{key}` without `<…>` is ignored"
            ));
            Ok(())
        }
        "INFO" | "FORMAT" => field_line(header, line, key, value),
        "FILTER" => {
            let attributes = Attributes::parse(line, key, value)?;
            let id = attributes.id(line, key)?.to_owned();
            header
                .dictionary_order
                .push((id.clone(), attributes.index(line)?));
            if header.filters.iter().any(|f| f.id == id) {
                header
                    .warnings
                    .push(format!("header line {line}: FILTER `{id}` again"));
                return Ok(());
            }
            header.filters.push(FilterLine {
                id,
                description: attributes.get("Description").unwrap_or_default().to_owned(),
                idx: attributes.index(line)?,
            });
            Ok(())
        }
        "contig" => contig_line(header, line, value),
        // ALT, SAMPLE, META, PEDIGREE, assembly, …: kept in `text`; nothing is read from them.
        _ => Ok(()),
    }
}

/// VCFv4.5 §1.4.2 and §1.4.4: `<ID=…,Number=…,Type=…,Description="…">`.
fn field_line(header: &mut Header, line: u64, key: &str, value: &str) -> Result<(), Error> {
    let attributes = Attributes::parse(line, key, value)?;
    let id = attributes.id(line, key)?.to_owned();
    header
        .dictionary_order
        .push((id.clone(), attributes.index(line)?));
    if (key, id.as_str()) == ("FORMAT", "GT") {
        return genotype_line(header, line, &attributes);
    }
    let place = |what: &str| format!("{key} `{id}`: {what}");
    let is_flag = attributes.get("Type") == Some("Flag");
    let unsaid = if is_flag { "0" } else { "" };
    let number = attributes.get("Number").unwrap_or(unsaid);
    let number = parse_number(number).ok_or_else(|| {
        Error::header(
            line,
            place("Number as a count, `A`, `R`, `G`, `P`, `M` or `.`"),
            number,
        )
    })?;
    let kind = attributes.get("Type").unwrap_or_default();
    let kind = parse_kind(kind).ok_or_else(|| {
        let expected = place("Type Integer, Float, Flag, Character or String");
        Error::header(line, expected, kind)
    })?;
    if kind == Kind::Flag && key == "FORMAT" {
        return Err(Error::header(
            line,
            place("a Type other than Flag in FORMAT"),
            "Flag",
        ));
    }
    let per_call = matches!(
        number,
        Number::P | Number::LA | Number::LR | Number::LG | Number::M
    );
    if per_call && key == "INFO" {
        let expected = place("a Number that has a meaning in INFO");
        return Err(Error::header(line, expected, &number.to_string()));
    }
    if (kind == Kind::Flag) != (number == Number::Count(0)) {
        header.warnings.push(format!(
            "header line {line}: {key} `{id}`: Number={number} with Type={kind}; \
             Flag and Number=0 belong together"
        ));
    }
    let field = FieldLine {
        description: attributes.get("Description").unwrap_or_default().to_owned(),
        idx: attributes.index(line)?,
        number,
        kind,
        id,
    };
    declare(header, line, key, field);
    Ok(())
}

/// Keeps the first declaration of a key, as htslib does.
fn declare(header: &mut Header, line: u64, key: &str, field: FieldLine) {
    let (fields, by_id) = match key {
        "INFO" => (&mut header.infos, &mut header.info_by_id),
        _ => (&mut header.formats, &mut header.format_by_id),
    };
    let id = &field.id;
    match by_id.get(id) {
        None => {
            by_id.insert(id.clone(), fields.len());
            fields.push(field);
        }
        Some(&i) => {
            let FieldLine { number, kind, .. } = &fields[i];
            header.warnings.push(format!(
                "header line {line}: {key} `{id}` is declared again; \
                 Number={number}, Type={kind} is kept"
            ));
        }
    }
}

/// GT is read by its own rules, whatever its declaration says.
fn genotype_line(header: &mut Header, line: u64, attributes: &Attributes<'_>) -> Result<(), Error> {
    let declared = (attributes.get("Number"), attributes.get("Type"));
    if declared != (Some("1"), Some("String")) {
        let warning = format!("header line {line}: FORMAT `GT` is not Number=1, Type=String");
        header.warnings.push(warning);
    }
    if header.format_by_id.contains_key("GT") {
        return Ok(());
    }
    header
        .format_by_id
        .insert("GT".to_owned(), header.formats.len());
    header.formats.push(FieldLine {
        id: "GT".to_owned(),
        number: Number::Count(1),
        kind: Kind::String,
        description: attributes.get("Description").unwrap_or_default().to_owned(),
        idx: attributes.index(line)?,
    });
    Ok(())
}

/// VCFv4.5 §1.4.7.
fn contig_line(header: &mut Header, line: u64, value: &str) -> Result<(), Error> {
    let attributes = Attributes::parse(line, "contig", value)?;
    let id = attributes.id(line, "contig")?.to_owned();
    let length =
        match attributes.get("length") {
            None | Some("" | ".") => None,
            Some(text) => Some(text.parse::<u64>().map_err(|_| {
                Error::header(line, format!("contig `{id}`: length in bases"), text)
            })?),
        };
    if let Some(before) = header.contigs.iter().find(|c| c.id == id) {
        if before.length.is_some() && length.is_some() && before.length != length {
            let expected = format!("contig `{id}`: one length");
            return Err(Error::header(line, expected, value));
        }
        header.warnings.push(format!(
            "header line {line}: contig `{id}` is declared again"
        ));
        return Ok(());
    }
    header.contigs.push(ContigLine {
        id,
        length,
        assembly: attributes.get("assembly").map(str::to_owned),
        idx: attributes.index(line)?,
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
    Ok(())
}

fn parse_number(text: &str) -> Option<Number> {
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

fn parse_kind(text: &str) -> Option<Kind> {
    Some(match text {
        "Integer" => Kind::Integer,
        "Float" => Kind::Float,
        "Flag" => Kind::Flag,
        "Character" => Kind::Character,
        "String" => Kind::String,
        _ => return None,
    })
}

/// The `key=value` pairs between `<` and `>`; a value may be quoted, with `\"` and `\\` escaped
/// (VCFv4.5 §1.4).
struct Attributes<'a>(Vec<(&'a str, String)>);

impl<'a> Attributes<'a> {
    fn parse(line: u64, kind: &str, value: &'a str) -> Result<Self, Error> {
        let wrong =
            |found: &str| Error::header(line, format!("`##{kind}=<ID=…,key=value,…>`"), found);
        let mut rest = value
            .trim_end()
            .strip_prefix('<')
            .and_then(|v| v.strip_suffix('>'))
            .ok_or_else(|| wrong(value))?;
        let mut pairs = Vec::new();
        while !rest.is_empty() {
            let Some((key, after)) = rest.split_once('=') else {
                // The end of an unquoted value with a comma in it.
                let (_, value): &mut (&str, String) =
                    pairs.last_mut().ok_or_else(|| wrong(rest))?;
                value.push_str(", ");
                value.push_str(rest);
                break;
            };
            let (content, after) = match after.strip_prefix('"') {
                Some(quoted) => unquote(quoted).ok_or_else(|| wrong(rest))?,
                None => {
                    let end = after.find(',').unwrap_or(after.len());
                    (after[..end].to_owned(), &after[end..])
                }
            };
            pairs.push((key.trim(), content));
            rest = match after.strip_prefix(',') {
                Some(next) => next.trim_start(),
                None if after.trim().is_empty() => "",
                None => return Err(wrong(after)),
            };
        }
        Ok(Attributes(pairs))
    }

    fn get(&self, key: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(k, _)| *k == key)
            .map(|(_, v)| v.as_str())
    }

    fn id(&self, line: u64, kind: &str) -> Result<&str, Error> {
        match self.get("ID") {
            Some(id) if !id.is_empty() => Ok(id),
            _ => Err(Error::header(line, format!("an ID in the {kind} line"), "")),
        }
    }

    fn index(&self, line: u64) -> Result<Option<usize>, Error> {
        /// More would only serve to exhaust memory.
        const LARGEST: usize = 1 << 24;
        match self.get("IDX") {
            None => Ok(None),
            Some(text) => match text.parse() {
                Ok(index) if index <= LARGEST => Ok(Some(index)),
                _ => Err(Error::header(line, "IDX as an integer", text)),
            },
        }
    }
}

/// Text up to the closing quote, and what follows it.
fn unquote(text: &str) -> Option<(String, &str)> {
    let mut content = String::new();
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return Some((content, &text[at + 1..])),
            '\\' => match characters.next()?.1 {
                escaped @ ('"' | '\\') => content.push(escaped),
                other => {
                    content.push('\\');
                    content.push(other);
                }
            },
            other => content.push(other),
        }
    }
    None
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
                "##INFO=<ID=X,Number=B,Type=Integer,Description=\"\">\n",
                COLUMNS,
            ),
            (
                "##INFO=<ID=X,Number=1,Type=Int,Description=\"\">\n",
                COLUMNS,
            ),
            ("##INFO=<Number=1,Type=Integer,Description=\"\">\n", COLUMNS),
            (
                "##INFO=<ID=X,Number=1,Type=Integer,Description=\"open>\n",
                COLUMNS,
            ),
            ("##contig=<ID=1,length=many>\n", COLUMNS),
        ] {
            assert!(parse(meta, columns).is_err(), "{meta}{columns}");
        }
    }
}
