//! A BCF record becomes a line of VCF text.
//!
//! Floats are written with as many digits as give the same 32 bits back.

use std::io::Write as _;

use super::Dictionary;
use super::typed::{
    Cursor, Descriptor, FLOAT_END, FLOAT_MISSING, Int, TYPE_CHAR, TYPE_FLOAT, TYPE_INT8, broken,
    float_bits_at, int_at,
};
use crate::{Error, Header, Kind};

/// Turns records into text.
pub(crate) struct Decoder<'h> {
    header: &'h Header,
    dictionary: Dictionary,
}

/// One FORMAT field of all samples.
struct Field<'a> {
    is_genotype: bool,
    descriptor: Descriptor,
    data: &'a [u8],
    /// Bytes per sample.
    stride: usize,
}

impl<'h> Decoder<'h> {
    pub(crate) fn new(header: &'h Header) -> Self {
        Decoder {
            header,
            dictionary: Dictionary::new(header),
        }
    }

    /// Appends the record (its site part and its sample part) as a line, without `\n`.
    pub(crate) fn line(&self, site: &[u8], samples: &[u8], out: &mut Vec<u8>) -> Result<(), Error> {
        let mut site = Cursor::new(site);
        let contig =
            usize::try_from(site.i32()?).map_err(|_| broken("a contig", "a negative one"))?;
        let contig = self.dictionary.contig(contig)?;
        let pos = i64::from(site.i32()?) + 1;
        let _rlen = site.i32()?;
        let qual = site.u32()?;
        let counts = site.u32()?;
        let (n_alleles, n_info) = ((counts >> 16) as usize, (counts & 0xffff) as usize);
        let counts = site.u32()?;
        let (n_format, n_samples) = ((counts >> 24) as usize, (counts & 0x00ff_ffff) as usize);
        if n_samples != self.header.samples.len() {
            let expected = format!("{} samples as in the header", self.header.samples.len());
            return Err(broken(&expected, &n_samples.to_string()));
        }
        let _ = write!(out, "{contig}\t{pos}\t");
        text_value(&mut site, out)?;
        out.push(b'\t');
        alleles(&mut site, n_alleles, out)?;
        out.push(b'\t');
        push_bits(qual, out);
        out.push(b'\t');
        self.filters(&mut site, out)?;
        out.push(b'\t');
        self.info(&mut site, n_info, out)?;
        if self.header.has_format_column() {
            self.samples(&mut Cursor::new(samples), n_format, n_samples, out)?;
        }
        Ok(())
    }

    fn filters(&self, site: &mut Cursor<'_>, out: &mut Vec<u8>) -> Result<(), Error> {
        let descriptor = site.descriptor()?;
        let data = site.data(descriptor, 1)?;
        if descriptor.length == 0 {
            out.push(b'.');
        }
        for i in 0..descriptor.length {
            if i > 0 {
                out.push(b';');
            }
            match int_at(data, descriptor.kind, i) {
                Int::Value(index) if index >= 0 => {
                    let name = self.dictionary.string(index.cast_unsigned() as usize)?;
                    out.extend_from_slice(name.as_bytes());
                }
                _ => out.push(b'.'),
            }
        }
        Ok(())
    }

    fn info(&self, site: &mut Cursor<'_>, n: usize, out: &mut Vec<u8>) -> Result<(), Error> {
        if n == 0 {
            out.push(b'.');
        }
        for i in 0..n {
            if i > 0 {
                out.push(b';');
            }
            let key = self.dictionary.string(site.index("an INFO key")?)?;
            out.extend_from_slice(key.as_bytes());
            let descriptor = site.descriptor()?;
            let data = site.data(descriptor, 1)?;
            let is_flag = self.header.info_type(key).kind == Kind::Flag;
            // htslib stores `KEY=0` as text.
            let is_false = data == b"0" || int_at(data, descriptor.kind, 0) == Int::Value(0);
            if is_flag && !is_false {
                continue;
            }
            out.push(b'=');
            push_vector(descriptor, data, out);
        }
        Ok(())
    }

    fn samples(
        &self,
        samples: &mut Cursor<'_>,
        n_format: usize,
        n_samples: usize,
        out: &mut Vec<u8>,
    ) -> Result<(), Error> {
        let mut fields = Vec::with_capacity(n_format);
        for i in 0..n_format {
            out.push(if i == 0 { b'\t' } else { b':' });
            let key = self.dictionary.string(samples.index("a FORMAT key")?)?;
            out.extend_from_slice(key.as_bytes());
            let descriptor = samples.descriptor()?;
            let data = samples.data(descriptor, n_samples)?;
            let is_genotype = key == "GT" && descriptor.kind != TYPE_CHAR;
            let stride = data.len() / n_samples.max(1);
            fields.push(Field {
                is_genotype,
                descriptor,
                data,
                stride,
            });
        }
        if n_format == 0 {
            out.extend_from_slice(b"\t.");
        }
        for sample in 0..n_samples {
            out.push(b'\t');
            if n_format == 0 {
                out.push(b'.');
            }
            for (i, field) in fields.iter().enumerate() {
                if i > 0 {
                    out.push(b':');
                }
                let data = &field.data[sample * field.stride..(sample + 1) * field.stride];
                if field.is_genotype {
                    self.genotype(field.descriptor, data, out);
                } else {
                    push_vector(field.descriptor, data, out);
                }
            }
        }
        Ok(())
    }

    /// Each allele is `(allele + 1) << 1 | phased`.
    ///
    /// The first allele's bit is the leading phase of VCF 4.4; writers before it leave it 0. It is
    /// therefore written only where it says more than what the other separators imply.
    fn genotype(&self, descriptor: Descriptor, data: &[u8], out: &mut Vec<u8>) {
        if let (TYPE_INT8, &[first @ 2..=19, second @ 2..=19]) = (descriptor.kind, data) {
            let leading = first & 1 == 1 && second & 1 == 0;
            if !leading || self.header.version.minor < 4 {
                let separator = if second & 1 == 1 { b'|' } else { b'/' };
                out.extend_from_slice(&[b'0' + first / 2 - 1, separator, b'0' + second / 2 - 1]);
                return;
            }
        }
        let alleles = (0..descriptor.length)
            .map(|i| int_at(data, descriptor.kind, i))
            .take_while(|int| *int != Int::End);
        let mut phases = alleles.clone().skip(1);
        let all_phased = phases.all(|int| matches!(int, Int::Value(value) if value & 1 == 1));
        let mut n = 0;
        for int in alleles {
            let value = match int {
                Int::Value(value) => value,
                Int::Missing | Int::End => 0,
            };
            let phased = value & 1 == 1;
            if n > 0 {
                out.push(if phased { b'|' } else { b'/' });
            } else if phased && !all_phased && self.header.version.minor >= 4 {
                out.push(b'|');
            }
            match value >> 1 {
                0 => out.push(b'.'),
                allele => drop(write!(out, "{}", i64::from(allele) - 1)),
            }
            n += 1;
        }
        if n == 0 {
            out.push(b'.');
        }
    }
}

fn alleles(site: &mut Cursor<'_>, n: usize, out: &mut Vec<u8>) -> Result<(), Error> {
    if n == 0 {
        return Err(broken("REF", "no allele"));
    }
    for i in 0..n {
        match i {
            0 => {}
            1 => out.push(b'\t'),
            _ => out.push(b','),
        }
        text_value(site, out)?;
    }
    if n == 1 {
        out.extend_from_slice(b"\t.");
    }
    Ok(())
}

/// A typed string; empty is `.`.
fn text_value(site: &mut Cursor<'_>, out: &mut Vec<u8>) -> Result<(), Error> {
    let descriptor = site.descriptor()?;
    if descriptor.length > 0 && descriptor.kind != TYPE_CHAR {
        return Err(broken("text", "numbers"));
    }
    let data = site.data(descriptor, 1)?;
    push_text(data, out);
    Ok(())
}

fn push_text(data: &[u8], out: &mut Vec<u8>) {
    let end = data.iter().position(|b| *b == 0).unwrap_or(data.len());
    match &data[..end] {
        [] | [7] => out.push(b'.'),
        text => out.extend_from_slice(text),
    }
}

fn push_vector(descriptor: Descriptor, data: &[u8], out: &mut Vec<u8>) {
    if descriptor.kind == TYPE_CHAR {
        push_text(data, out);
        return;
    }
    let mut n = 0;
    for i in 0..descriptor.length {
        let is_float = descriptor.kind == TYPE_FLOAT;
        let bits = if is_float { float_bits_at(data, i) } else { 0 };
        let int = if is_float {
            Int::Missing
        } else {
            int_at(data, descriptor.kind, i)
        };
        if bits == FLOAT_END || int == Int::End {
            break;
        }
        if n > 0 {
            out.push(b',');
        }
        n += 1;
        match int {
            Int::Value(value) => drop(write!(out, "{value}")),
            _ if is_float => push_bits(bits, out),
            _ => out.push(b'.'),
        }
    }
    if n == 0 {
        out.push(b'.');
    }
}

fn push_bits(bits: u32, out: &mut Vec<u8>) {
    if bits == FLOAT_MISSING {
        out.push(b'.');
    } else {
        crate::write::push_float(f32::from_bits(bits), out);
    }
}
