//! Does a line keep all of its own declarations? For `--check` and for the conformance suites.

use std::collections::HashSet;

use kohort_genotype::{CallBuf, SiteCalls};

use crate::value::{self, Dimensions, FieldName};
use crate::{Error, FieldType, FormatVisitor, Header, Kind, RecordView, parse_samples};

/// Reads every value of a line by its declaration; `calls` holds the genotypes afterwards.
///
/// # Errors
/// The first thing that is wrong, with `chrom:pos` in front.
pub fn check_record<'a>(
    line: &'a [u8],
    header: &Header,
    calls: &mut SiteCalls,
) -> Result<RecordView<'a>, Error> {
    let view = RecordView::parse(line, header)?;
    check_info(&view, header).map_err(|error| view.place(error))?;
    let types = view
        .format_keys()
        .map(|key| (key, header.format_type(key)))
        .collect();
    let n_samples = u32::try_from(header.samples.len()).unwrap_or(u32::MAX);
    let mut visitor = Checker {
        types,
        n_alt: view.n_alt,
    };
    parse_samples(&view, n_samples, calls, &mut visitor)?;
    Ok(view)
}

/// Each entry of INFO, once per key (VCFv4.5 §1.6.1, 8).
fn check_info(view: &RecordView<'_>, header: &Header) -> Result<(), Error> {
    let mut seen = HashSet::new();
    for (key, text) in view.info_entries() {
        if key.is_empty() || !seen.insert(key) {
            return Err(Error::column(
                "INFO",
                "keys that differ",
                view.info.as_bytes(),
            ));
        }
        let field = FieldName::Info(key);
        let field_type = header.info_type(key);
        let declared = field_type != FieldType::UNDECLARED;
        match text {
            _ if field_type.kind == Kind::Flag => drop(value::parse_flag(field, text)?),
            // An undeclared key without a value is a flag.
            None if !declared => {}
            text => {
                let dimensions = Dimensions {
                    n_alt: view.n_alt,
                    ploidy: 2,
                };
                value::check_value(field, field_type, dimensions, text.unwrap_or_default())?;
            }
        }
    }
    Ok(())
}

struct Checker<'a> {
    types: Vec<(&'a str, FieldType)>,
    n_alt: u16,
}

impl FormatVisitor for Checker<'_> {
    fn sample(
        &mut self,
        _sample: u32,
        genotype: Option<&CallBuf>,
        fields: &[&[u8]],
    ) -> Result<(), Error> {
        let ploidy = genotype.map_or(2, |call| u8::try_from(call.ploidy()).unwrap_or(u8::MAX));
        for ((key, field_type), text) in self.types.iter().zip(fields) {
            if *key == "GT" {
                continue;
            }
            let text = std::str::from_utf8(text)
                .map_err(|_| Error::column("sample columns", "UTF-8 text", text))?;
            let dimensions = Dimensions {
                n_alt: self.n_alt,
                ploidy,
            };
            value::check_value(FieldName::Format(key), *field_type, dimensions, text)?;
        }
        Ok(())
    }
}
