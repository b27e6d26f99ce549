//! A data line without the values that cannot be read, for whoever wants the rest of it.

use crate::Error;

/// A line with missing values in the place of those that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mended {
    /// The line.
    pub line: Vec<u8>,
    /// What is missing now: `QUAL`, `INFO/DP`.
    pub fields: Vec<String>,
}

/// Takes out of a line what [`crate::RecordView::parse`] refused it for; `None` where the record
/// would not be the same without it.
#[must_use]
#[cold]
pub fn mend(line: &[u8], error: &Error) -> Option<Mended> {
    match error.condition() {
        Error::Column { column: "QUAL", .. } => {
            let line = with_column(line, 5, b".")?;
            Some(Mended {
                line,
                fields: vec!["QUAL".to_owned()],
            })
        }
        Error::Encoding { column: "INFO", .. } => {
            let info = line.split(|b| *b == b'\t').nth(7)?;
            let (kept, lost): (Vec<_>, Vec<_>) = info
                .split(|b| *b == b';')
                .partition(|entry| std::str::from_utf8(entry).is_ok());
            let mut text = kept.join(&b';');
            if text.is_empty() {
                text.push(b'.');
            }
            let name = |entry: &&[u8]| {
                let key = entry.split(|b| *b == b'=').next().unwrap_or_default();
                format!("INFO/{}", String::from_utf8_lossy(key))
            };
            Some(Mended {
                line: with_column(line, 7, &text)?,
                fields: lost.iter().map(name).collect(),
            })
        }
        _ => None,
    }
}

fn with_column(line: &[u8], column: usize, text: &[u8]) -> Option<Vec<u8>> {
    let mut columns: Vec<&[u8]> = line.splitn(column + 2, |b| *b == b'\t').collect();
    *columns.get_mut(column)? = text;
    Some(columns.join(&b'\t'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Header, RecordView};

    #[test]
    fn what_cannot_be_read_is_taken_out_and_the_rest_is_kept() {
        let columns = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO";
        let header = Header::parse(&format!("##fileformat=VCFv4.2\n{columns}\n")).unwrap();
        for (line, expected, fields) in [
            (
                &b"1\t9\t.\tA\tC\t-1\t.\tX=1"[..],
                Some(&b"1\t9\t.\tA\tC\t.\t.\tX=1"[..]),
                vec!["QUAL"],
            ),
            (
                b"1\t9\t.\tA\tC\t.\t.\tX=1;N=Lef\xe8vre;Y=2",
                Some(b"1\t9\t.\tA\tC\t.\t.\tX=1;Y=2"),
                vec!["INFO/N"],
            ),
            (
                b"1\t9\t.\tA\tC\t.\t.\tN=\xe8",
                Some(b"1\t9\t.\tA\tC\t.\t.\t."),
                vec!["INFO/N"],
            ),
            (b"1\t9\t\xe8\tA\tC\t.\t.\t.", None, vec![]),
            (b"1\t9\t.\tA\tA\t.\t.\t.", None, vec![]),
        ] {
            let error = RecordView::parse(line, &header).unwrap_err();
            let mended = mend(line, &error);
            assert_eq!(mended.as_ref().map(|m| m.line.as_slice()), expected);
            assert_eq!(mended.map(|m| m.fields).unwrap_or_default(), fields);
        }
    }
}
