//! How is a registry file to be read?

use std::str::FromStr;

use chrono::NaiveDate;

use crate::personal::{PseudonymKey, is_about_identity};
use crate::value::{ColumnType, Decimal, name_of};

/// A format that is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Fields with a separator: CSV, TSV.
    Delimited,
    /// Apache Parquet.
    Parquet,
    /// A workbook of Excel 2007 and later.
    Workbook,
    /// JSON objects.
    Json,
    /// FHIR resources, one per line or in Bundles.
    Fhir,
    /// GA4GH phenopackets.
    Phenopacket,
    /// GA4GH Beacon v2 individuals.
    Beacon,
}

impl Format {
    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Delimited => "csv",
            Self::Parquet => "parquet",
            Self::Workbook => "xlsx",
            Self::Json => "json",
            Self::Fhir => "fhir",
            Self::Phenopacket => "phenopacket",
            Self::Beacon => "beacon",
        }
    }
}

/// The encoding of a text file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TextEncoding {
    /// By the file's bytes: a byte-order mark, else UTF-8 where they are that, else Windows-1252.
    #[default]
    Detect,
    /// UTF-8.
    Utf8,
    /// Windows-1252, of which ISO-8859-1 is a part.
    Windows1252,
    /// UTF-16.
    Utf16,
}

impl FromStr for TextEncoding {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Ok(match text.to_ascii_lowercase().as_str() {
            "utf-8" | "utf8" => Self::Utf8,
            "windows-1252" | "cp1252" | "iso-8859-1" | "latin1" | "latin-1" => Self::Windows1252,
            "utf-16" | "utf16" => Self::Utf16,
            _ => {
                return Err(format!(
                    "expected utf-8, windows-1252 or utf-16, got `{text}`"
                ));
            }
        })
    }
}

/// Whether the first row of a file names the columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Header {
    /// It does.
    #[default]
    Present,
    /// It does not; columns are `column_1`, `column_2`, …
    Absent,
}

/// What is told from a personal number before it is dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Derived {
    /// A column with the date of birth.
    pub birth_date: bool,
    /// A column with the legal sex.
    pub sex: bool,
}

/// Whether personal numbers are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Watch {
    /// A column that looks like personal numbers must be declared: what is read is stored.
    #[default]
    Refuse,
    /// Columns are read as they are: the files are the reader's own, and nothing is stored.
    Off,
}

/// How a load is to be done.
#[derive(Debug, Clone)]
pub struct LoadOptions {
    /// The format; by the content when absent.
    pub format: Option<Format>,
    /// The separator of fields; by the content when absent.
    pub delimiter: Option<u8>,
    /// The encoding of text.
    pub encoding: TextEncoding,
    /// The decimal sign.
    pub decimal: Decimal,
    /// Whether there is a header.
    pub header: Header,
    /// The line, or the row of a sheet, that names the columns, from 1; the first that is not empty
    /// when absent. What is before it is not read.
    pub header_row: Option<u64>,
    /// The sheet of a workbook; the first with cells when absent.
    pub sheet: Option<String>,
    /// Words that mean nothing, beside the empty field.
    pub nulls: Vec<String>,
    /// Types of columns, by header or by name in SQL.
    pub types: Vec<(String, ColumnType)>,
    /// Types of columns, by name in SQL, where nothing else is said: those that the table has.
    pub expected: Vec<(String, ColumnType)>,
    /// Columns that get another name: the header (or its name in SQL) and the name in SQL.
    pub renames: Vec<(String, String)>,
    /// Columns to leave out.
    pub drop: Vec<String>,
    /// Columns that hold personal numbers.
    pub personal_ids: Vec<String>,
    /// Columns that are stored as they are, though they look like personal numbers or are named so.
    pub allowed: Vec<String>,
    /// Whether columns of personal numbers that nobody declared stop the load.
    pub watch: Watch,
    /// What to tell from personal numbers.
    pub derived: Derived,
    /// The key of the pseudonyms.
    pub key: Option<PseudonymKey>,
    /// What a row is, where a format has several kinds: a FHIR resource type; `subjects`,
    /// `features`, `diseases`, `diagnoses` of phenopackets; `individuals`, … of Beacon.
    pub rows: Option<String>,
    /// The day by which an unwritten century is decided.
    pub today: NaiveDate,
}

impl LoadOptions {
    /// Everything by the content of the files.
    pub fn new(today: NaiveDate) -> Self {
        Self {
            format: None,
            delimiter: None,
            encoding: TextEncoding::default(),
            decimal: Decimal::default(),
            header: Header::default(),
            header_row: None,
            sheet: None,
            nulls: Vec::new(),
            types: Vec::new(),
            expected: Vec::new(),
            renames: Vec::new(),
            drop: Vec::new(),
            personal_ids: Vec::new(),
            allowed: Vec::new(),
            watch: Watch::default(),
            derived: Derived::default(),
            key: None,
            rows: None,
            today,
        }
    }

    /// What is said about a column.
    pub(crate) fn about(&self, original: &str) -> About {
        let name = self.name_of(original);
        let plain = name_of(original);
        let is =
            |selector: &String| *selector == original || *selector == name || *selector == plain;
        let given = self.types.iter().find(|(selector, _)| is(selector));
        let expected = self.expected.iter().find(|(of, _)| *of == name);
        About {
            expected: expected.map(|(_, column_type)| *column_type),
            is_dropped: self.drop.iter().any(is),
            is_personal: self.personal_ids.iter().any(is),
            is_allowed: self.allowed.iter().any(is),
            is_identity: is_about_identity(&name),
            given: given.map(|(_, column_type)| *column_type),
        }
    }

    /// The name in SQL of a column, before it is made unique.
    pub(crate) fn name_of(&self, original: &str) -> String {
        let plain = name_of(original);
        let renamed = self
            .renames
            .iter()
            .find(|(from, _)| *from == original || *from == plain);
        renamed.map_or(plain, |(_, to)| to.clone())
    }

    /// Every name of a column that an option has.
    pub(crate) fn selectors(&self) -> impl Iterator<Item = &str> {
        let types = self.types.iter().map(|(selector, _)| selector);
        let renames = self.renames.iter().map(|(from, _)| from);
        let all = types
            .chain(&self.drop)
            .chain(&self.personal_ids)
            .chain(&self.allowed)
            .chain(renames);
        all.map(String::as_str)
    }
}

/// What the options say about a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct About {
    pub(crate) is_dropped: bool,
    pub(crate) is_personal: bool,
    /// Whether it is stored as it is, whatever it looks like.
    pub(crate) is_allowed: bool,
    /// Whether its name says that it tells who somebody is.
    pub(crate) is_identity: bool,
    pub(crate) given: Option<ColumnType>,
    /// What the table has.
    pub(crate) expected: Option<ColumnType>,
}
