//! What does a value of INFO or FORMAT say, read by its declaration?
//!
//! VCFv4.5 §1.3 (data types), §1.4.2 (Number), §1.2 (percent encoding).

use std::borrow::Cow;
use std::fmt;

use crate::error::quote;
use crate::{Error, FieldType, Kind, Number};

/// Whether `%XX` stands for a character (VCFv4.3 and later, §1.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Escapes {
    /// Text is taken as it is.
    None,
    /// `%3B` is `;` and so on.
    Percent,
}

/// Names a field in an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldName<'a> {
    /// A key of INFO.
    Info(&'a str),
    /// A key of FORMAT.
    Format(&'a str),
}

/// What the number of values depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dimensions {
    /// ALT alleles of the record.
    pub n_alt: u16,
    /// Alleles of the call's GT; for INFO and where there is no GT, 2 (VCFv4.5 §1.6.2, GL).
    pub ploidy: u8,
}

impl fmt::Display for FieldName<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FieldName::Info(key) => write!(f, "INFO/{key}"),
            FieldName::Format(key) => write!(f, "FORMAT/{key}"),
        }
    }
}

impl FieldName<'_> {
    #[cold]
    fn wrong(self, expected: impl Into<String>, found: &str) -> Error {
        Error::Field {
            field: self.to_string(),
            expected: expected.into(),
            found: quote(found.as_bytes()),
        }
    }
}

/// Parses an integer; `.` is `None`.
///
/// # Errors
/// [`Error::Field`] when it isn't one, leaves 32 bits, or is one of the eight lowest values, which
/// BCF reserves (VCFv4.5 §1.3).
pub fn parse_integer(field: FieldName<'_>, text: &str) -> Result<Option<i32>, Error> {
    if text == "." {
        return Ok(None);
    }
    match integer(text) {
        Some(value) => Ok(Some(value)),
        None => Err(field.wrong(
            format!("an integer from {MIN_INTEGER} to {}", i32::MAX),
            text,
        )),
    }
}

/// Parses a float; `.` is `None`.
///
/// # Errors
/// [`Error::Field`] when it isn't a number of 32 bits, `nan`, or `inf` in one of the spellings of
/// VCFv4.5 §1.3.
pub fn parse_float(field: FieldName<'_>, text: &str) -> Result<Option<f32>, Error> {
    if text == "." {
        return Ok(None);
    }
    match float(text) {
        Some(value) => Ok(Some(value)),
        None => Err(field.wrong("a 32-bit float", text)),
    }
}

/// Parses a string; `.` is `None`.
///
/// # Errors
/// [`Error::Field`] when it is empty.
pub fn parse_string<'a>(
    field: FieldName<'_>,
    text: &'a str,
    escapes: Escapes,
) -> Result<Option<Cow<'a, str>>, Error> {
    match text {
        "." => Ok(None),
        "" => Err(field.wrong("text", text)),
        _ => Ok(Some(decode(text, escapes))),
    }
}

/// Parses one character; `.` is `None`.
///
/// # Errors
/// [`Error::Field`] when it is not exactly one.
pub fn parse_character(
    field: FieldName<'_>,
    text: &str,
    escapes: Escapes,
) -> Result<Option<char>, Error> {
    if text == "." {
        return Ok(None);
    }
    let decoded = decode(text, escapes);
    let mut characters = decoded.chars();
    match (characters.next(), characters.next()) {
        (Some(character), None) => Ok(Some(character)),
        _ => Err(field.wrong("one character", text)),
    }
}

/// The values of a list, after their number is checked; none when the whole field is missing (`.`).
///
/// A string with Number=1 is one value whatever commas it has: GATK's `AS_…` and SnpEff write them,
/// though VCFv4.3 asks for `%2C`. A list of open length may be empty (VCFv4.5, LAA).
///
/// # Errors
/// [`Error::Field`] when the number of values is not the declared one.
pub fn list<'a>(
    field: FieldName<'_>,
    field_type: FieldType,
    dimensions: Dimensions,
    text: &'a str,
) -> Result<impl Iterator<Item = &'a str> + use<'a>, Error> {
    let is_open = expected_count(field_type.number, dimensions).is_none();
    let is_whole = field_type
        == FieldType {
            number: Number::Count(1),
            kind: Kind::String,
        };
    let none = text == "." || text.is_empty() && is_open;
    if !none && !is_whole {
        let found = memchr::memchr_iter(b',', text.as_bytes()).count() + 1;
        check_count(field, field_type.number, dimensions, found, text)?;
    }
    let most = if none { 0 } else { usize::MAX };
    Ok(text.split(move |c| c == ',' && !is_whole).take(most))
}

/// Reads a flag that is present: `KEY`, or `KEY=1` and `KEY=0` as some writers have it.
///
/// # Errors
/// [`Error::Field`] for any other value.
pub fn parse_flag(field: FieldName<'_>, value: Option<&str>) -> Result<bool, Error> {
    match value {
        None | Some("" | "1") => Ok(true),
        Some("0") => Ok(false),
        Some(text) => Err(field.wrong("a flag without a value", text)),
    }
}

/// As [`parse_flag`], for whoever only needs to know that it is one.
///
/// # Errors
/// [`Error::Field`] for a value other than 0 and 1.
pub fn check_flag(field: FieldName<'_>, value: Option<&str>) -> Result<(), Error> {
    parse_flag(field, value).map(drop)
}

/// How many values a Number asks for; `None` when it leaves that open.
#[must_use]
pub fn expected_count(number: Number, dimensions: Dimensions) -> Option<usize> {
    let n_alt = usize::from(dimensions.n_alt);
    match number {
        Number::Count(n) => Some(n as usize),
        Number::A => Some(n_alt),
        Number::R => Some(n_alt + 1),
        Number::G => genotype_count(n_alt + 1, usize::from(dimensions.ploidy)),
        Number::P => Some(usize::from(dimensions.ploidy)),
        Number::Unknown | Number::LA | Number::LR | Number::LG | Number::M => None,
    }
}

/// Number of unordered genotypes: C(alleles + ploidy − 1, ploidy); `None` beyond any real one.
fn genotype_count(n_alleles: usize, ploidy: usize) -> Option<usize> {
    let mut count: usize = 1;
    for k in 0..ploidy {
        count = count.checked_mul(n_alleles + k)? / (k + 1);
    }
    Some(count)
}

fn check_count(
    field: FieldName<'_>,
    number: Number,
    dimensions: Dimensions,
    found: usize,
    text: &str,
) -> Result<(), Error> {
    let Some(expected) = expected_count(number, dimensions) else {
        return Ok(());
    };
    if found == expected {
        return Ok(());
    }
    let diploid = genotype_count(usize::from(dimensions.n_alt) + 1, 2);
    let tolerated = match number {
        // Records without ALT often carry the values of the site that they were cut from.
        Number::A | Number::G if dimensions.n_alt == 0 => true,
        // Likelihoods of a haploid or missing GT are often given for both copies.
        Number::G if dimensions.ploidy == 1 => diploid == Some(found),
        // INFO has no GT to go by.
        Number::G => {
            matches!(field, FieldName::Info(_)) && found == usize::from(dimensions.n_alt) + 1
        }
        // Old headers say Number=0 for fields of another type, whose value is kept.
        Number::Count(0) => true,
        _ => false,
    };
    if tolerated {
        return Ok(());
    }
    let plural = if expected == 1 { "value" } else { "values" };
    let why = match number {
        Number::Count(_) => String::new(),
        other => format!(" (Number={other}, {} ALT)", dimensions.n_alt),
    };
    Err(Error::Field {
        field: field.to_string(),
        expected: format!("{expected} {plural}{why}"),
        found: format!("{found}: {}", quote(text.as_bytes())),
    })
}

/// The lowest integer: those below are missing, end-of-vector and reserved in BCF.
pub const MIN_INTEGER: i32 = i32::MIN + 8;

/// An integer as the specification allows it.
pub(crate) fn integer(text: &str) -> Option<i32> {
    // Nearly all are short and unsigned.
    let bytes = text.as_bytes();
    if (1..=9).contains(&bytes.len()) {
        let mut value = 0i32;
        for &byte in bytes {
            let digit = byte.wrapping_sub(b'0');
            if digit > 9 {
                return integer_with_sign(text);
            }
            value = value * 10 + i32::from(digit);
        }
        return Some(value);
    }
    integer_with_sign(text)
}

fn integer_with_sign(text: &str) -> Option<i32> {
    text.parse::<i32>()
        .ok()
        .filter(|value| *value >= MIN_INTEGER)
}

/// A float as the specification allows it: finite ones must fit 32 bits.
pub(crate) fn float(text: &str) -> Option<f32> {
    let value = text.parse::<f32>().ok()?;
    if value.is_infinite()
        && !text
            .bytes()
            .any(|b| b.is_ascii_alphabetic() && !matches!(b, b'e' | b'E'))
    {
        return None;
    }
    Some(value)
}

/// Replaces `%XX` where `XX` is a hexadecimal number; anything else stays.
#[must_use]
pub fn decode(text: &str, escapes: Escapes) -> Cow<'_, str> {
    if escapes == Escapes::None || !text.contains('%') {
        return Cow::Borrowed(text);
    }
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut i = 0;
    while i < bytes.len() {
        match escaped(&bytes[i..]) {
            Some(byte) => {
                out.push(byte);
                i += 3;
            }
            None => {
                out.push(bytes[i]);
                i += 1;
            }
        }
    }
    match String::from_utf8(out) {
        Ok(decoded) => Cow::Owned(decoded),
        Err(_) => Cow::Borrowed(text),
    }
}

fn escaped(bytes: &[u8]) -> Option<u8> {
    let &[b'%', high, low, ..] = bytes else {
        return None;
    };
    let digit = |b: u8| char::from(b).to_digit(16);
    u8::try_from(digit(high)? * 16 + digit(low)?).ok()
}

/// Escapes what a value may not contain: `:;=%,`, CR, LF and TAB (VCFv4.5 §1.2).
#[must_use]
pub fn encode(text: &str, escapes: Escapes) -> Cow<'_, str> {
    let special = |c: char| matches!(c, ':' | ';' | '=' | '%' | ',' | '\r' | '\n' | '\t');
    if escapes == Escapes::None || !text.contains(special) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        if special(character) {
            out.push_str(&format!("%{:02X}", u32::from(character)));
        } else {
            out.push(character);
        }
    }
    Cow::Owned(out)
}

/// Checks one whole value (list or scalar) against a type, without keeping it.
///
/// # Errors
/// [`Error::Field`] names what was expected and found.
pub fn check_value(
    field: FieldName<'_>,
    field_type: FieldType,
    dimensions: Dimensions,
    text: &str,
) -> Result<(), Error> {
    for value in list(field, field_type, dimensions, text)? {
        match field_type.kind {
            Kind::Integer => drop(parse_integer(field, value)?),
            Kind::Float => drop(parse_float(field, value)?),
            Kind::Character => drop(parse_character(field, value, Escapes::Percent)?),
            Kind::String => drop(parse_string(field, value, Escapes::None)?),
            Kind::Flag => drop(parse_flag(field, Some(value))?),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const DP: FieldName<'_> = FieldName::Info("DP");

    #[test]
    fn integers_stay_within_what_bcf_can_hold() {
        for (text, value) in [
            ("0", Some(0)),
            ("-5", Some(-5)),
            ("+7", Some(7)),
            ("2147483647", Some(i32::MAX)),
            ("-2147483640", Some(MIN_INTEGER)),
            ("-2147483641", None),
            ("2147483648", None),
            ("1.5", None),
            ("", None),
            ("1e3", None),
        ] {
            assert_eq!(parse_integer(DP, text).ok().flatten(), value, "{text}");
        }
        assert_eq!(parse_integer(DP, ".").unwrap(), None);
        assert_eq!(
            parse_integer(DP, "x").unwrap_err().to_string(),
            "INFO/DP: expected an integer from -2147483640 to 2147483647, found `x`"
        );
    }

    #[test]
    fn floats_have_the_spellings_of_the_specification() {
        for text in [
            "1",
            "-1.5e-3",
            ".5",
            "5.",
            "inf",
            "-Infinity",
            "NaN",
            "+INF",
        ] {
            assert!(parse_float(DP, text).unwrap().is_some(), "{text}");
        }
        for text in ["", "x", "1e40", "0x1", "1,5"] {
            assert!(parse_float(DP, text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_number_of_values_is_checked() {
        let of = |number, n_alt, ploidy, text: &str| {
            let field_type = FieldType {
                number,
                kind: Kind::Integer,
            };
            check_value(
                FieldName::Format("X"),
                field_type,
                Dimensions { n_alt, ploidy },
                text,
            )
            .is_ok()
        };
        assert!(of(Number::A, 2, 2, "1,2") && !of(Number::A, 2, 2, "1"));
        assert!(
            of(Number::R, 2, 2, "1,2,3")
                && of(Number::R, 2, 2, ".")
                && of(Number::R, 2, 2, ".,.,1")
        );
        assert!(of(Number::G, 2, 2, "1,2,3,4,5,6") && of(Number::G, 1, 3, "1,2,3,4"));
        assert!(
            of(Number::G, 1, 1, "1,2") && of(Number::G, 1, 1, "1,2,3") && !of(Number::G, 1, 2, "1")
        );
        assert!(of(Number::P, 1, 3, "1,2,3") && of(Number::Unknown, 1, 2, "1,2,3"));
        assert!(of(Number::Count(2), 1, 2, "1,2") && !of(Number::Count(1), 1, 2, "1,2"));
    }

    #[test]
    fn percent_encoding_round_trips() {
        let text = "a;b=c,d%e:f\tg";
        let encoded = encode(text, Escapes::Percent);
        assert_eq!(encoded, "a%3Bb%3Dc%2Cd%25e%3Af%09g");
        assert_eq!(decode(&encoded, Escapes::Percent), text);
        assert_eq!(decode("100%", Escapes::Percent), "100%");
        assert_eq!(decode("%zz%4", Escapes::Percent), "%zz%4");
        assert_eq!(decode("%3B", Escapes::None), "%3B");
    }
}
