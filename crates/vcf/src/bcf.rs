//! What does a BCF file say? Its records become lines of VCF text, and take the text's path.
//!
//! VCFv4.5 §6 (BCF2.1 and BCF2.2).

mod decode;
mod dictionary;
mod typed;

use std::io::Read;

pub(crate) use decode::Decoder;
pub(crate) use dictionary::Dictionary;
pub(crate) use typed::{
    FLOAT_END, FLOAT_MISSING, TYPE_CHAR, TYPE_FLOAT, TYPE_INT8, TYPE_INT16, TYPE_INT32,
};

use crate::bgzf::read_full;
use crate::{Error, Header};

const MAGIC: &[u8] = b"BCF\x02";

/// Whether an inflated stream is BCF2.
pub(crate) fn is_bcf(head: &[u8]) -> bool {
    head.starts_with(MAGIC)
}

/// Reads magic and header text.
pub(crate) fn read_header(
    mut reader: Box<dyn Read + Send>,
) -> Result<(Header, Box<dyn Read + Send>), Error> {
    /// As for VCF text.
    const LARGEST: u64 = 1 << 28;
    let mut start = [0; 9];
    if read_full(&mut reader, &mut start)? < start.len() {
        return Err(Error::Truncated {
            offset: 0,
            expected: "the BCF header",
        });
    }
    let [_, _, _, _, minor, length @ ..] = start;
    if !matches!(minor, 1 | 2) {
        return Err(Error::UnknownFormat {
            found: format!("BCF version 2.{minor}"),
        });
    }
    let length = u64::from(u32::from_le_bytes(length));
    if length > LARGEST {
        let expected = format!("at most {LARGEST} bytes of header");
        return Err(Error::corrupt(5, expected, length.to_string()));
    }
    let mut text = Vec::new();
    let read = reader.by_ref().take(length).read_to_end(&mut text);
    read.map_err(crate::reader::stream_error)?;
    if (text.len() as u64) < length {
        return Err(Error::Truncated {
            offset: text.len() as u64,
            expected: "the BCF header",
        });
    }
    while text.last() == Some(&0) {
        text.pop();
    }
    Ok((Header::from_bytes(text)?, reader))
}
