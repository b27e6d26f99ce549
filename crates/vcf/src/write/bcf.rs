//! A line of VCF text becomes a BCF record: VCFv4.5 §6.3.

use kohort_genotype::{CallBuf, MISSING, Phase, SiteCalls};

use crate::bcf::{
    Dictionary, FLOAT_END, FLOAT_MISSING, TYPE_CHAR, TYPE_FLOAT, TYPE_INT8, TYPE_INT16, TYPE_INT32,
};
use crate::error::quote;
use crate::normalise::record_end;
use crate::value::{self, FieldName};
use crate::{Error, FormatVisitor, Header, Kind, RecordView, parse_samples};

/// Encodes lines that follow a header.
#[derive(Debug)]
pub struct BcfEncoder {
    header: Header,
    dictionary: Dictionary,
    start: Vec<u8>,
    calls: SiteCalls,
    n_samples: u32,
}

/// A value of an integer vector.
const INT_MISSING: i32 = i32::MIN;
const INT_END: i32 = i32::MIN + 1;

impl BcfEncoder {
    /// Prepares for a header.
    ///
    /// # Errors
    /// [`Error::Unwritable`] when it has more samples, or text, than the format can count.
    pub fn new(header: &Header) -> Result<Self, Error> {
        let too_much = |reason: &str| Error::Unwritable {
            what: "BCF".to_owned(),
            reason: reason.to_owned(),
        };
        let n_samples = u32::try_from(header.samples.len())
            .ok()
            .filter(|n| *n < 1 << 24);
        let n_samples = n_samples.ok_or_else(|| too_much("it holds at most 16777215 samples"))?;
        let text = header.bytes();
        let length = u32::try_from(text.len() + 1);
        let length = length.map_err(|_| too_much("its header holds at most 4 GiB"))?;
        let mut start = b"BCF\x02\x02".to_vec();
        start.extend_from_slice(&length.to_le_bytes());
        start.extend_from_slice(&text);
        start.push(0);
        Ok(BcfEncoder {
            header: header.clone(),
            dictionary: Dictionary::new(header),
            start,
            calls: SiteCalls::new(),
            n_samples,
        })
    }

    /// Magic and header.
    #[must_use]
    pub fn header(&self) -> &[u8] {
        &self.start
    }

    /// Appends the record of a line.
    ///
    /// # Errors
    /// What is wrong with the line, or [`Error::Unwritable`] for what the header doesn't declare.
    pub fn record(&mut self, line: &[u8], out: &mut Vec<u8>) -> Result<(), Error> {
        let view = RecordView::parse(line, &self.header)?;
        let start = out.len();
        out.extend_from_slice(&[0; 8]);
        let encoded = self.site(&view, out).and_then(|()| {
            let samples = out.len();
            self.samples(&view, out)?;
            Ok(samples)
        });
        let samples = encoded.map_err(|error| match error {
            placed @ Error::At { .. } => placed,
            error => view.place(error),
        })?;
        let too_long = |_| Error::column("the line", "a record below 4 GiB", b"");
        let lengths = [samples - start - 8, out.len() - samples].map(u32::try_from);
        for (i, length) in lengths.into_iter().enumerate() {
            let at = start + 4 * i;
            out[at..at + 4].copy_from_slice(&length.map_err(too_long)?.to_le_bytes());
        }
        Ok(())
    }

    fn site(&self, view: &RecordView<'_>, out: &mut Vec<u8>) -> Result<(), Error> {
        let contig = self.dictionary.contig_index(view.chrom);
        let contig = contig.ok_or_else(|| undeclared("contig", view.chrom))?;
        push_i32(small(contig)?, out);
        // POS 0, the telomere, is -1.
        push_i32(view.pos.cast_signed() - 1, out);
        push_i32((record_end(view) + 1 - view.pos).cast_signed(), out);
        let qual = view.qual.map_or(FLOAT_MISSING, f32::to_bits);
        out.extend_from_slice(&qual.to_le_bytes());
        let n_info = u16::try_from(view.info_entries().count());
        let n_info = n_info.map_err(|_| undeclared("INFO entries beyond", "65535"))?;
        let n_format = u8::try_from(view.format_keys().count());
        let n_format = n_format.map_err(|_| undeclared("FORMAT keys beyond", "255"))?;
        out.extend_from_slice(&n_info.to_le_bytes());
        out.extend_from_slice(&(view.n_alt + 1).to_le_bytes());
        out.extend_from_slice(&(u32::from(n_format) << 24 | self.n_samples).to_le_bytes());
        push_text(if view.id == "." { "" } else { view.id }, out);
        push_text(view.reference, out);
        for alternate in view.alternates() {
            push_text(alternate, out);
        }
        let filters: Vec<&str> = match view.filter {
            "." => Vec::new(),
            filter => filter.split(';').collect(),
        };
        let indices = filters.into_iter().map(|name| self.string("FILTER", name));
        push_ints(&indices.collect::<Result<Vec<_>, _>>()?, out);
        for (key, value) in view.info_entries() {
            self.info(key, value, out)?;
        }
        Ok(())
    }

    fn string(&self, column: &str, name: &str) -> Result<i32, Error> {
        let index = self
            .dictionary
            .string_index(name)
            .ok_or_else(|| undeclared(column, name))?;
        small(index)
    }

    fn info(&self, key: &str, value: Option<&str>, out: &mut Vec<u8>) -> Result<(), Error> {
        push_ints(&[self.string("INFO", key)?], out);
        let field = FieldName::Info(key);
        match (self.header.info_type(key).kind, value) {
            (Kind::Flag, Some("0")) => push_text("0", out),
            (Kind::Flag, _) | (_, None) => out.push(0),
            (Kind::Integer, Some(text)) => push_ints(&integers(field, text)?, out),
            (Kind::Float, Some(text)) => {
                let floats = floats(field, text)?;
                push_descriptor(TYPE_FLOAT, floats.len(), out);
                floats
                    .iter()
                    .for_each(|bits| out.extend_from_slice(&bits.to_le_bytes()));
            }
            (Kind::String | Kind::Character, Some(text)) => push_text(text, out),
        }
        Ok(())
    }

    fn samples(&mut self, view: &RecordView<'_>, out: &mut Vec<u8>) -> Result<(), Error> {
        let keys: Vec<&str> = view.format_keys().collect();
        let mut columns: Vec<Column> = keys
            .iter()
            .map(|key| Column::new(key, self.header.format_type(key).kind))
            .collect();
        parse_samples(
            view,
            self.n_samples,
            &mut self.calls,
            &mut Gather(&mut columns),
        )?;
        if self.n_samples == 0 {
            columns.clear();
        }
        for (key, column) in keys.iter().zip(columns) {
            push_ints(&[self.string("FORMAT", key)?], out);
            column.write(self.n_samples as usize, out);
        }
        Ok(())
    }
}

/// One FORMAT field of all samples.
struct Column {
    key: String,
    kind: Kind,
    is_genotype: bool,
    /// Values of all samples; a sample's end at `ends[sample]`.
    ints: Vec<i32>,
    floats: Vec<u32>,
    text: Vec<u8>,
    ends: Vec<usize>,
}

impl Column {
    fn new(key: &str, kind: Kind) -> Self {
        Column {
            key: key.to_owned(),
            kind,
            is_genotype: key == "GT",
            ints: Vec::new(),
            floats: Vec::new(),
            text: Vec::new(),
            ends: Vec::new(),
        }
    }

    fn add(&mut self, call: Option<&CallBuf>, text: &[u8]) -> Result<(), Error> {
        let field = FieldName::Format(&self.key);
        if let (true, Some(call)) = (self.is_genotype, call) {
            genotype(call, &mut self.ints);
            self.ends.push(self.ints.len());
            return Ok(());
        }
        let text = std::str::from_utf8(text).map_err(|_| Error::Field {
            field: field.to_string(),
            expected: "UTF-8 text".to_owned(),
            found: quote(text),
        })?;
        match self.kind {
            Kind::Integer => {
                self.ints.extend(integers(field, text)?);
                self.ends.push(self.ints.len());
            }
            Kind::Float => {
                self.floats.extend(floats(field, text)?);
                self.ends.push(self.floats.len());
            }
            _ => {
                self.text.extend_from_slice(text.as_bytes());
                self.ends.push(self.text.len());
            }
        }
        Ok(())
    }

    fn write(&self, n_samples: usize, out: &mut Vec<u8>) {
        let start = |sample: usize| {
            if sample == 0 {
                0
            } else {
                self.ends[sample - 1]
            }
        };
        let samples = || (0..n_samples).map(|sample| start(sample)..self.ends[sample]);
        let longest = samples().map(|range| range.len()).max().unwrap_or(0);
        if self.is_genotype || self.kind == Kind::Integer {
            let kind = int_type(&self.ints);
            push_descriptor(kind, longest, out);
            for range in samples() {
                let padding = longest - range.len();
                self.ints[range]
                    .iter()
                    .for_each(|value| push_int(kind, *value, out));
                (0..padding).for_each(|_| push_int(kind, INT_END, out));
            }
        } else if self.kind == Kind::Float {
            push_descriptor(TYPE_FLOAT, longest, out);
            for range in samples() {
                let padding = std::iter::repeat_n(FLOAT_END, longest - range.len());
                let values = self.floats[range].iter().copied().chain(padding);
                values.for_each(|bits| out.extend_from_slice(&bits.to_le_bytes()));
            }
        } else {
            push_descriptor(TYPE_CHAR, longest, out);
            for range in samples() {
                let padding = longest - range.len();
                out.extend_from_slice(&self.text[range]);
                out.resize(out.len() + padding, 0);
            }
        }
    }
}

struct Gather<'c>(&'c mut [Column]);

impl FormatVisitor for Gather<'_> {
    fn sample(
        &mut self,
        _sample: u32,
        genotype: Option<&CallBuf>,
        fields: &[&[u8]],
    ) -> Result<(), Error> {
        let columns = self.0.iter_mut().zip(fields);
        columns
            .into_iter()
            .try_for_each(|(column, field)| column.add(genotype, field))
    }
}

/// `(allele + 1) << 1 | phased`; the first allele's bit only where a leading `|` is written.
fn genotype(call: &CallBuf, out: &mut Vec<i32>) {
    for (i, &allele) in call.alleles().iter().enumerate() {
        let value = if allele == MISSING {
            0
        } else {
            i32::from(allele) + 1
        };
        let phased = call.separator_before(i) == Some(Phase::Phased);
        out.push(value << 1 | i32::from(phased));
    }
}

fn integers(field: FieldName<'_>, text: &str) -> Result<Vec<i32>, Error> {
    let values = text
        .split(',')
        .map(|value| value::parse_integer(field, value));
    values
        .map(|value| Ok(value?.unwrap_or(INT_MISSING)))
        .collect()
}

fn floats(field: FieldName<'_>, text: &str) -> Result<Vec<u32>, Error> {
    let values = text
        .split(',')
        .map(|value| value::parse_float(field, value));
    values
        .map(|value| Ok(value?.map_or(FLOAT_MISSING, f32::to_bits)))
        .collect()
}

/// The smallest type whose unreserved range holds all values.
fn int_type(values: &[i32]) -> u8 {
    let values = values
        .iter()
        .copied()
        .filter(|v| !matches!(*v, INT_MISSING | INT_END));
    let (low, high) = values.fold((0, 0), |(low, high), v| (v.min(low), v.max(high)));
    match (low, high) {
        (-120.., ..=127) => TYPE_INT8,
        (-32_760.., ..=32_767) => TYPE_INT16,
        _ => TYPE_INT32,
    }
}

fn push_int(kind: u8, value: i32, out: &mut Vec<u8>) {
    let bytes = value.to_le_bytes();
    // Missing and end-of-vector are the two lowest values of each type.
    let special = |lowest: i32| match value {
        INT_MISSING => lowest.to_le_bytes(),
        INT_END => (lowest + 1).to_le_bytes(),
        _ => bytes,
    };
    match kind {
        TYPE_INT8 => out.push(special(i32::from(i8::MIN))[0]),
        TYPE_INT16 => out.extend_from_slice(&special(i32::from(i16::MIN))[..2]),
        _ => out.extend_from_slice(&bytes),
    }
}

fn push_ints(values: &[i32], out: &mut Vec<u8>) {
    if values.is_empty() {
        out.push(0);
        return;
    }
    let kind = int_type(values);
    push_descriptor(kind, values.len(), out);
    values.iter().for_each(|value| push_int(kind, *value, out));
}

fn push_text(text: &str, out: &mut Vec<u8>) {
    push_descriptor(TYPE_CHAR, text.len(), out);
    out.extend_from_slice(text.as_bytes());
}

fn push_descriptor(kind: u8, length: usize, out: &mut Vec<u8>) {
    match u8::try_from(length) {
        Ok(length @ 0..15) => out.push(length << 4 | kind),
        _ => {
            out.push(15 << 4 | kind);
            push_ints(&[i32::try_from(length).unwrap_or(i32::MAX)], out);
        }
    }
}

fn push_i32(value: i32, out: &mut Vec<u8>) {
    out.extend_from_slice(&value.to_le_bytes());
}

fn small(index: usize) -> Result<i32, Error> {
    i32::try_from(index).map_err(|_| undeclared("index", &index.to_string()))
}

fn undeclared(what: &str, name: &str) -> Error {
    Error::Unwritable {
        what: format!("{what} `{name}` to BCF"),
        reason: "the header does not declare it".to_owned(),
    }
}
