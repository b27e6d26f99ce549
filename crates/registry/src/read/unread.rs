//! Of which format is a file that is not read here, and what can be done about it?

/// A format that is not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Unread {
    /// What it is, in words.
    pub(crate) what: &'static str,
    /// What to do.
    pub(crate) advice: &'static str,
}

const SPREADSHEET: &str = "open it in a spreadsheet and save it as .xlsx or CSV";
const STATISTICS: &str = "export it as CSV or Parquet: in R with haven, in Python with pyreadstat, \
    or in its own program";

/// Formats by the endings of their names.
const ENDINGS: &[(&[&str], &str, &str)] = &[
    (
        &["xls", "xlt"],
        "a workbook of Excel 97 to 2003",
        SPREADSHEET,
    ),
    (&["xlsb"], "a binary workbook of Excel", SPREADSHEET),
    (&["ods", "fods"], "an OpenDocument spreadsheet", SPREADSHEET),
    (&["numbers"], "a spreadsheet of Apple Numbers", SPREADSHEET),
    (&["sav", "zsav", "por"], "a file of SPSS", STATISTICS),
    (&["dta"], "a file of Stata", STATISTICS),
    (
        &["sas7bdat", "sas7bcat", "xpt"],
        "a file of SAS",
        STATISTICS,
    ),
    (
        &["rds", "rdata", "rda"],
        "a file of R",
        "write it from R as CSV (`write.csv`) or Parquet (`arrow::write_parquet`)",
    ),
    (
        &["mdb", "accdb"],
        "a database of Access",
        "export its tables as CSV",
    ),
    (
        &["sqlite", "sqlite3", "db", "duckdb"],
        "a database",
        "export its tables as CSV or Parquet",
    ),
    (
        &["feather", "arrow", "ipc"],
        "an Arrow file",
        "write it as Parquet",
    ),
    (&["avro"], "an Avro file", "write it as Parquet"),
    (&["orc"], "an ORC file", "write it as Parquet"),
    (
        &["h5", "hdf5", "h5ad"],
        "an HDF5 file",
        "write it as CSV or Parquet",
    ),
    (
        &["pickle", "pkl"],
        "a file of Python",
        "write it as CSV or Parquet",
    ),
    (
        &["pdf"],
        "a PDF document",
        "ask for the data as CSV or .xlsx",
    ),
    (
        &["doc", "docx", "odt", "rtf"],
        "a text document",
        "ask for the data as CSV or .xlsx",
    ),
    (&["xml"], "an XML document", "convert it to CSV or JSON"),
    (
        &["html", "htm"],
        "a web page",
        "download the file that the page links to",
    ),
    (
        &["zip", "7z", "rar", "tar", "tgz"],
        "an archive",
        "unpack it, and name the files in it",
    ),
    (
        &["bz2", "xz", "zst", "lz4"],
        "a compressed file",
        "unpack it first; only gzip is undone",
    ),
    (
        &["vcf", "bcf"],
        "a file of variants",
        "`kohort ingest` reads it",
    ),
];

/// Formats by their first bytes, as the ending that names them above.
const MAGIC: &[(&[u8], &str)] = &[
    (b"\xD0\xCF\x11\xE0", "xls"),
    (b"$FL2", "sav"),
    (b"$FL3", "zsav"),
    (b"<stata_dta>", "dta"),
    (b"HEADER RECORD*******", "xpt"),
    (b"X\n\0\0\0", "rds"),
    (b"RDX2\n", "rdata"),
    (b"RDX3\n", "rdata"),
    (b"SQLite format 3", "sqlite"),
    (b"ARROW1", "arrow"),
    (b"Obj\x01", "avro"),
    (b"ORC", "orc"),
    (b"\x89HDF", "h5"),
    (b"%PDF-", "pdf"),
    (b"{\\rtf", "rtf"),
    (b"<?xml", "xml"),
    (b"<!DOCTYPE html", "html"),
    (b"<!doctype html", "html"),
    (b"<html", "html"),
    (b"7z\xBC\xAF", "7z"),
    (b"Rar!", "rar"),
    (b"BZh", "bz2"),
    (b"\xFD7zXZ", "xz"),
    (b"\x28\xB5\x2F\xFD", "zst"),
    (b"##fileformat=VCF", "vcf"),
    (b"BCF\x02", "bcf"),
];

/// SAS begins with zeros, and then this.
const SAS: &[u8] = b"\xC2\xEA\x81\x60";

/// The first bytes of a zip archive, which a workbook is.
const ZIP: &[u8] = b"PK\x03\x04";

/// The format that the ending of a name tells, where it is not read.
pub(crate) fn by_name(name: &str) -> Option<Unread> {
    let (_, ending) = name.rsplit_once('.')?;
    let ending = ending.to_ascii_lowercase();
    ENDINGS
        .iter()
        .find(|(endings, ..)| endings.contains(&ending.as_str()))
        .map(|(_, what, advice)| Unread { what, advice })
}

/// The format that a file's first bytes tell, where it is not read.
pub(crate) fn by_content(head: &[u8]) -> Option<Unread> {
    let is_sas = head.get(12..16) == Some(SAS);
    let named = |ending: &str| by_name(&format!(".{ending}"));
    if is_sas {
        return named("sas7bdat");
    }
    if head.starts_with(ZIP) {
        return match zipped(head) {
            Zipped::Workbook => None,
            Zipped::Other(ending) => named(ending),
        };
    }
    let found = MAGIC.iter().find(|(magic, _)| head.starts_with(magic));
    found.and_then(|(_, ending)| named(ending))
}

/// Whether a file is a workbook that is read.
pub(crate) fn is_workbook(head: &[u8]) -> bool {
    head.starts_with(ZIP) && zipped(head) == Zipped::Workbook
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Zipped {
    Workbook,
    Other(&'static str),
}

/// What an archive holds, by the names of its files.
fn zipped(head: &[u8]) -> Zipped {
    let has = |name: &[u8]| memchr::memmem::find(head, name).is_some();
    if has(b"application/vnd.oasis.opendocument.spreadsheet") {
        Zipped::Other("ods")
    } else if has(b"application/vnd.oasis.opendocument") {
        Zipped::Other("odt")
    } else if has(b"xl/workbook.bin") {
        Zipped::Other("xlsb")
    } else if has(b"xl/") {
        Zipped::Workbook
    } else if has(b"word/") {
        Zipped::Other("docx")
    } else {
        Zipped::Other("zip")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_told_by_name_and_by_content() {
        for name in [
            "a.xls",
            "a.ODS",
            "b.sav",
            "c.dta",
            "d.sas7bdat",
            "e.rds",
            "f.pdf",
            "g.xlsb",
        ] {
            assert!(by_name(name).is_some(), "{name}");
        }
        for name in ["a.csv", "a.xlsx", "b.parquet", "c", "d.json", "e.txt"] {
            assert_eq!(by_name(name), None, "{name}");
        }
        for (head, what) in [
            (&b"\xD0\xCF\x11\xE0\xA1\xB1"[..], "Excel 97"),
            (b"$FL2@(#) SPSS", "SPSS"),
            (b"%PDF-1.7", "PDF"),
            (
                b"PK\x03\x04 mimetypeapplication/vnd.oasis.opendocument.spreadsheet",
                "OpenDocument",
            ),
            (b"PK\x03\x04 readme.txt", "archive"),
            (b"##fileformat=VCFv4.2", "variants"),
        ] {
            let found = by_content(head).unwrap();
            assert!(found.what.contains(what), "{found:?}");
        }
        assert_eq!(by_content(b"a;b\n1;2\n"), None);
        assert!(is_workbook(
            b"PK\x03\x04 [Content_Types].xml PK xl/workbook.xml"
        ));
    }
}
