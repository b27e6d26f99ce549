//! Of which format is each file, in which encoding, and what are its bytes' sum and length?

use std::io::Read;
use std::sync::Arc;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use crate::load::options::{Format, Header, LoadOptions, TextEncoding, Watch};
use crate::personal::is_number_in_name;
use crate::read::delimited::{Dialect, sniff_delimiter};
use crate::read::fhir::{Others, Resource, types_of};
use crate::read::json::{Json, parse};
use crate::read::split::{Layout, for_each};
use crate::read::unread::{self, is_workbook};
use crate::read::{beacon, phenopacket};
use crate::source::{Opened, Source, SourceInfo, Transcoded, open};
use crate::{Error, Result};

/// Bytes that formats and separators are told by.
const HEAD_BYTES: usize = 256 * 1024;

/// A file that is ready to be read.
#[derive(Debug, Clone)]
pub(crate) struct Prepared {
    pub(crate) source: Arc<dyn Source>,
    pub(crate) info: SourceInfo,
    pub(crate) encoding: &'static Encoding,
    pub(crate) layout: Layout,
    pub(crate) delimiter: u8,
}

/// What all files of a load hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Content {
    Delimited,
    Parquet,
    Workbook,
    Json,
    Fhir(Resource, Others),
    Phenopacket(phenopacket::Rows),
    Beacon(beacon::Rows),
}

impl Content {
    pub(crate) fn format(self) -> Format {
        match self {
            Self::Delimited => Format::Delimited,
            Self::Parquet => Format::Parquet,
            Self::Workbook => Format::Workbook,
            Self::Json => Format::Json,
            Self::Fhir(..) => Format::Fhir,
            Self::Phenopacket(_) => Format::Phenopacket,
            Self::Beacon(_) => Format::Beacon,
        }
    }
}

/// Reads each file once, and tells what they hold.
pub(crate) fn prepare(
    sources: &[Arc<dyn Source>],
    options: &LoadOptions,
) -> Result<(Vec<Prepared>, Content)> {
    let mut files = Vec::with_capacity(sources.len());
    let mut content = None;
    for (number, source) in (1..).zip(sources) {
        if options.watch == Watch::Refuse && is_number_in_name(source.name(), options.today) {
            let what = format!("file {number}");
            return Err(Error::PersonalPlace { what });
        }
        let scan = scan(source.as_ref())?;
        let found = content_of(source.as_ref(), &scan, options)?;
        match content {
            None => content = Some(found),
            Some(first) if first != found => {
                let (first, found) = (describe(first), describe(found));
                let problem = format!("expected {first} as in the files before, found {found}");
                return Err(Error::hinted(
                    source.name(),
                    problem,
                    "load them one by one",
                ));
            }
            Some(_) => {}
        }
        let layout = layout(&scan.head, scan.is_whole);
        let table = from_line(&scan.head, options.header_row.unwrap_or(1));
        let delimiter = sniff_delimiter(table, scan.is_whole);
        files.push(Prepared {
            source: Arc::clone(source),
            info: scan.info,
            encoding: match found {
                // Its texts are decoded where it is read.
                Content::Workbook => UTF_8,
                _ => encoding(&scan.head, scan.invalid, scan.multibyte, options.encoding),
            },
            layout,
            delimiter: options.delimiter.unwrap_or(delimiter),
        });
    }
    let content = content.ok_or_else(|| Error::options("there is no file to load", "name one"))?;
    Ok((files, content))
}

/// What begins at a line.
fn from_line(head: &[u8], line: u64) -> &[u8] {
    let before = usize::try_from(line.saturating_sub(1)).unwrap_or(usize::MAX);
    let end = match before.checked_sub(1) {
        None => return head,
        Some(last) => memchr::memchr_iter(b'\n', head).nth(last),
    };
    end.map_or(head, |end| &head[end + 1..])
}

fn describe(content: Content) -> String {
    match content {
        Content::Fhir(resource, _) => format!("FHIR {}", resource.as_str()),
        other => other.format().as_str().to_owned(),
    }
}

impl Prepared {
    /// Its name.
    pub(crate) fn name(&self) -> &str {
        self.source.name()
    }

    /// How its fields are separated.
    pub(crate) fn dialect(&self, options: &LoadOptions) -> Dialect {
        Dialect {
            delimiter: self.delimiter,
            encoding: self.text_encoding(),
            has_header: options.header == Header::Present,
            header_row: options.header_row.unwrap_or(1),
            nulls: options.nulls.clone(),
            today: options.today,
        }
    }

    /// The encoding of what readers get: UTF-16 is turned into UTF-8 before.
    pub(crate) fn text_encoding(&self) -> &'static Encoding {
        match self.is_utf_16() {
            true => UTF_8,
            false => self.encoding,
        }
    }

    fn is_utf_16(&self) -> bool {
        self.encoding == UTF_16LE || self.encoding == UTF_16BE
    }

    /// Checks that its bytes are those that were there before.
    pub(crate) fn check_unchanged(&self) -> Result<()> {
        match open(self.source.as_ref())?.finish()? == self.info {
            true => Ok(()),
            false => Err(Error::Changed {
                file: self.name().to_owned(),
            }),
        }
    }

    /// Hands its bytes to a reader, and checks that they are those that were there before.
    pub(crate) fn read(&self, take: impl FnOnce(&mut dyn Read) -> Result<()>) -> Result<()> {
        let mut opened: Opened = open(self.source.as_ref())?;
        match self.is_utf_16() {
            true => take(&mut Transcoded::new(&mut opened.reader, self.encoding))?,
            false => take(&mut opened.reader)?,
        }
        match opened.finish()? == self.info {
            true => Ok(()),
            false => Err(Error::Changed {
                file: self.name().to_owned(),
            }),
        }
    }
}

struct Scan {
    head: Vec<u8>,
    is_whole: bool,
    /// Bytes that are no UTF-8, and characters of several bytes that are.
    invalid: u64,
    multibyte: u64,
    info: SourceInfo,
}

fn scan(source: &dyn Source) -> Result<Scan> {
    let mut opened = open(source)?;
    let mut buffer = vec![0; HEAD_BYTES];
    let mut head = Vec::new();
    let (mut kept, mut invalid, mut multibyte) = (0, 0, 0);
    let mut is_whole = true;
    loop {
        let n = opened
            .reader
            .read(&mut buffer[kept..])
            .map_err(Error::io(source.name(), "read it"))?;
        if n == 0 {
            invalid += kept as u64;
            break;
        }
        let part = &buffer[..kept + n];
        let room = HEAD_BYTES - head.len();
        head.extend_from_slice(&part[kept..][..n.min(room)]);
        is_whole = is_whole && n <= room;
        let rest = count(part, &mut invalid, &mut multibyte);
        kept = part.len() - rest;
        buffer.copy_within(rest..rest + kept, 0);
    }
    Ok(Scan {
        head,
        is_whole,
        invalid,
        multibyte,
        info: opened.finish()?,
    })
}

/// Counts what is UTF-8 and what is not; gives where a character begins that is cut off.
fn count(part: &[u8], invalid: &mut u64, multibyte: &mut u64) -> usize {
    let mut at = 0;
    while at < part.len() {
        let valid_to = match std::str::from_utf8(&part[at..]) {
            Ok(_) => part.len(),
            Err(error) => at + error.valid_up_to(),
        };
        let valid = &part[at..valid_to];
        if !valid.is_ascii() {
            *multibyte += valid.iter().filter(|b| **b >= 0xC2).count() as u64;
        }
        at = valid_to;
        if at == part.len() {
            break;
        }
        let cut = std::str::from_utf8(&part[at..]).err();
        match cut.and_then(|error| error.error_len()) {
            None => return at,
            Some(length) => {
                *invalid += 1;
                at += length;
            }
        }
    }
    part.len()
}

fn encoding(head: &[u8], invalid: u64, multibyte: u64, given: TextEncoding) -> &'static Encoding {
    let by_mark = Encoding::for_bom(head).map(|(encoding, _)| encoding);
    match given {
        TextEncoding::Utf8 => UTF_8,
        TextEncoding::Windows1252 => WINDOWS_1252,
        TextEncoding::Utf16 => by_mark.filter(|e| *e != UTF_8).unwrap_or(UTF_16LE),
        TextEncoding::Detect => by_mark.unwrap_or(match invalid <= multibyte {
            true => UTF_8,
            false => WINDOWS_1252,
        }),
    }
}

/// One value per line where the first line is one.
fn layout(head: &[u8], is_whole: bool) -> Layout {
    let end = memchr::memchr(b'\n', head);
    let line = match end {
        Some(end) => &head[..end],
        None if is_whole => head,
        None => return Layout::Values,
    };
    let mut line = line.trim_ascii().to_vec();
    match line.starts_with(b"{") && parse(&mut line).is_ok() {
        true => Layout::Lines,
        false => Layout::Values,
    }
}

fn content_of(source: &dyn Source, scan: &Scan, options: &LoadOptions) -> Result<Content> {
    let head = scan
        .head
        .strip_prefix(b"\xEF\xBB\xBF")
        .unwrap_or(&scan.head);
    let first = head.trim_ascii_start().first();
    let is_json = matches!(first, Some(b'{' | b'['));
    let found = match options.format {
        Some(format) => format,
        None if head.starts_with(b"PAR1") => Format::Parquet,
        None if is_workbook(head) => Format::Workbook,
        None if is_json => Format::Json,
        None => {
            check_is_read(source.name(), head, options.encoding)?;
            Format::Delimited
        }
    };
    let is_detected = options.format.is_none();
    Ok(match found {
        Format::Delimited => Content::Delimited,
        Format::Parquet => Content::Parquet,
        Format::Workbook => Content::Workbook,
        _ => {
            let Some(mut bytes) = first_value(source)? else {
                return Err(Error::format(source.name(), "expected JSON, found nothing"));
            };
            let value = parse(&mut bytes).unwrap_or(Json::Null);
            let format = if is_detected {
                json_format(&value)
            } else {
                found
            };
            json_content(source.name(), format, &value, options.rows.as_deref())?
        }
    })
}

/// Refuses what is no text of separated fields, by its name where it has one.
fn check_is_read(file: &str, head: &[u8], given: TextEncoding) -> Result<()> {
    let by_mark = Encoding::for_bom(head).is_some_and(|(encoding, _)| encoding != UTF_8);
    let is_utf_16 = by_mark || given == TextEncoding::Utf16;
    let is_binary = !is_utf_16 && memchr::memchr(0, head).is_some();
    let is_locked = head.starts_with(b"\xD0\xCF\x11\xE0");
    if is_locked && file.to_ascii_lowercase().ends_with(".xlsx") {
        let problem = "the workbook is protected by a password, or is one of Excel 97 to 2003";
        return Err(Error::hinted(
            file,
            problem,
            "save it as .xlsx without a password",
        ));
    }
    let by_name = || unread::by_name(file).filter(|_| is_binary);
    let (what, advice) = match unread::by_content(head).or_else(by_name) {
        Some(found) => (
            format!("is {}, which is not read", found.what),
            found.advice,
        ),
        None if is_binary => (
            "holds bytes that are no text, and is of no format that is read".to_owned(),
            "these are read: CSV and TSV, .xlsx, Parquet, NDJSON, FHIR, phenopackets, Beacon",
        ),
        None => return Ok(()),
    };
    Err(Error::hinted(file, what, advice))
}

/// The first JSON value of a file.
fn first_value(source: &dyn Source) -> Result<Option<Vec<u8>>> {
    let mut opened = open(source)?;
    let mut value = None;
    let taken = for_each(
        source.name(),
        &mut opened.reader,
        Layout::Values,
        &mut |_, bytes| {
            value = Some(std::mem::take(bytes));
            Err(Error::Stopped)
        },
    );
    match taken {
        Ok(()) | Err(Error::Stopped) => Ok(value),
        Err(error) => Err(error),
    }
}

fn json_format(value: &Json<'_>) -> Format {
    let has = |name: &str| !value.get(&[name]).is_null();
    if has("resourceType") {
        return Format::Fhir;
    }
    let of_family = value.get(&["members", "relatives"]).first();
    let is_packet = |v: &Json<'_>| {
        let about = [
            "phenotypicFeatures",
            "phenotypic_features",
            "interpretations",
            "diseases",
        ];
        let has_subject = !v.get(&["subject"]).is_null();
        let has_more = !v.get(&about).is_null();
        let metadata = v.get(&["metaData", "meta_data"]);
        (has_subject || has_more) && (!metadata.is_null() || (has_subject && has_more))
    };
    if is_packet(value) || is_packet(of_family) || is_packet(value.get(&["proband"])) {
        return Format::Phenopacket;
    }
    let is_beacon = has("id") && !value.at(&["sex", "id"]).is_null();
    if is_beacon || !value.at(&["response", "resultSets"]).is_null() {
        return Format::Beacon;
    }
    Format::Json
}

fn json_content(
    file: &str,
    format: Format,
    value: &Json<'_>,
    rows: Option<&str>,
) -> Result<Content> {
    let unknown = |names: &[&str]| {
        let given = rows.unwrap_or_default();
        let problem = format!(
            "expected one of {} as rows, got `{given}`",
            names.join(", ")
        );
        Error::options(problem, "`--rows` says what a row is")
    };
    match format {
        Format::Fhir => fhir_content(file, value, rows),
        Format::Phenopacket => rows
            .map_or(Some(phenopacket::Rows::Subjects), phenopacket::Rows::of)
            .map(Content::Phenopacket)
            .ok_or_else(|| unknown(phenopacket::Rows::NAMES)),
        Format::Beacon => rows
            .map_or(Some(beacon::Rows::Individuals), beacon::Rows::of)
            .map(Content::Beacon)
            .ok_or_else(|| unknown(beacon::Rows::NAMES)),
        _ => Ok(Content::Json),
    }
}

fn fhir_content(file: &str, value: &Json<'_>, rows: Option<&str>) -> Result<Content> {
    let known = Resource::ALL.map(Resource::as_str).join(", ");
    if let Some(name) = rows {
        let resource = Resource::of(name).ok_or_else(|| {
            let problem = format!("expected one of {known} as rows, got `{name}`");
            Error::options(problem, "`--rows` names a FHIR resource type")
        })?;
        return Ok(Content::Fhir(resource, Others::Skip));
    }
    let found = types_of(value);
    match found.as_slice() {
        [name] => match Resource::of(name) {
            Some(resource) => Ok(Content::Fhir(resource, Others::Bad)),
            None => Err(Error::hinted(
                file,
                format!("expected FHIR resources of a type that is read, found {name}"),
                format!("these are read: {known}"),
            )),
        },
        _ => Err(Error::hinted(
            file,
            format!(
                "holds FHIR resources of several types: {}",
                found.join(", ")
            ),
            format!("`--rows TYPE` loads one of {known}"),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(text: &str) -> Format {
        let mut bytes = text.as_bytes().to_vec();
        json_format(&parse(&mut bytes).unwrap())
    }

    #[test]
    fn json_is_told_by_its_fields() {
        for (text, format) in [
            (r#"{"resourceType":"Patient"}"#, Format::Fhir),
            (
                r#"{"subject":{"id":"x"},"phenotypicFeatures":[]}"#,
                Format::Phenopacket,
            ),
            (
                r#"{"phenotypicFeatures":[],"metaData":{}}"#,
                Format::Phenopacket,
            ),
            (
                r#"{"id":"c","members":[{"subject":{},"metaData":{}}]}"#,
                Format::Phenopacket,
            ),
            (r#"{"id":"x","sex":{"id":"NCIT:C16576"}}"#, Format::Beacon),
            (r#"{"id":"x","sex":"F"}"#, Format::Json),
        ] {
            assert_eq!(kind(text), format, "{text}");
        }
    }

    #[test]
    fn encodings_are_told_by_the_bytes() {
        let told = |bytes: &[u8]| {
            let (mut invalid, mut multibyte) = (0, 0);
            count(bytes, &mut invalid, &mut multibyte);
            encoding(bytes, invalid, multibyte, TextEncoding::Detect).name()
        };
        assert_eq!(told("a;b\nå;ö\n".as_bytes()), "UTF-8");
        assert_eq!(told(b"a;b\n\xE5;\xF6\n"), "windows-1252");
        assert_eq!(told(b"a;b\n"), "UTF-8");
        assert_eq!(told(b"\xFF\xFEa\0"), "UTF-16LE");
        // One broken character does not make a whole file another encoding.
        assert_eq!(
            told("ååååå\u{f6}".as_bytes().split_last().unwrap().1),
            "UTF-8"
        );
    }

    #[test]
    fn a_character_between_two_reads_is_whole() {
        let text = "aå".as_bytes();
        let (mut invalid, mut multibyte) = (0, 0);
        let rest = count(&text[..2], &mut invalid, &mut multibyte);
        assert_eq!((rest, invalid, multibyte), (1, 0, 0));
    }
}
