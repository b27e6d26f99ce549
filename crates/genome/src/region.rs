//! A stretch of a contig.

use std::fmt;
use std::str::FromStr;

use crate::contig::primary_rank;
use crate::{Error, MAX_POSITION, canonical_contig};

/// A stretch of a contig, 1-based, with both of its ends.
///
/// # Definition
/// Its text is `chr17:43,044,295-43,125,364`; `chr17:100` is that one position; `chr17:100-` goes
/// to the end of the contig; `chr17` is all of it, the telomere (position 0) included. A contig
/// whose own name holds a `:` goes in braces, `{HLA-A*01:01}:1-100`. Aliases of contigs are taken,
/// and become canonical. Commas between the digits of a number are passed over.
///
/// # Limits
/// A contig's length is not checked: a region may reach beyond it.
///
/// # Example
/// ```
/// use kohort_genome::Region;
/// let region: Region = "17:43,044,295-43,125,364".parse()?;
/// assert_eq!(region.to_string(), "chr17:43044295-43125364");
/// assert!(region.contains("chr17", 43_044_295));
/// # Ok::<(), kohort_genome::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Region {
    /// The canonical name of the contig.
    pub contig: String,
    /// The first position; 0 where the telomere is included.
    pub start: u32,
    /// The last position; [`MAX_POSITION`] where it is the end of the contig.
    pub end: u32,
}

impl Region {
    /// A whole contig, from its telomere on.
    pub fn whole(contig: &str) -> Self {
        Self {
            contig: canonical_contig(contig).into_owned(),
            start: 0,
            end: MAX_POSITION,
        }
    }

    /// Whether a position lies in this region; `contig` is a canonical name.
    pub fn contains(&self, contig: &str, pos: u32) -> bool {
        self.overlaps(contig, pos, pos)
    }

    /// Whether this region and the closed range `start..=end` share a position; `contig` is a
    /// canonical name.
    pub fn overlaps(&self, contig: &str, start: u32, end: u32) -> bool {
        self.contig == contig && self.start <= end && start <= self.end
    }

    /// Reads a list of regions, parted by white space, `;` or `,`.
    ///
    /// # Limits
    /// A comma before exactly three digits (and no `:` behind them) belongs to a number:
    /// `chr1:1,000-2,000,chr2` is two regions.
    ///
    /// # Errors
    /// The first region that is not one; an empty list is one too.
    pub fn parse_list(text: &str) -> Result<Vec<Self>, Error> {
        let pieces = Self::split_list(text)?;
        pieces.into_iter().map(str::parse).collect()
    }

    /// Cuts a list as [`Self::parse_list`] does, without reading its pieces: `BRCA1,chr2:1,000` is
    /// `BRCA1` and `chr2:1,000`.
    ///
    /// # Errors
    /// An empty list.
    pub fn split_list(text: &str) -> Result<Vec<&str>, Error> {
        let parts = text.split(|c: char| c.is_whitespace() || c == ';');
        let pieces: Vec<&str> = parts.flat_map(split_commas).collect();
        match pieces.is_empty() {
            true => Err(invalid(text, "nothing")),
            false => Ok(pieces),
        }
    }
}

/// Where in a region's text the name of a contig stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContigForm {
    /// It is the whole text.
    Whole,
    /// A range follows it: `chr17:100-200`.
    BeforeRange,
    /// It is in braces: `{HLA-A*01:01}:1-100`.
    Braces,
}

impl Region {
    /// Reads a region of a contig that is known. Names may hold `:`, as those of HLA do: the text
    /// is read in the way in which it names a known contig.
    ///
    /// # Arguments
    /// `known` gives the canonical name of a contig, or `None` where there is none of that name.
    /// Primary contigs go by all of their names, and `known` is not asked.
    ///
    /// # Errors
    /// [`Error::UnknownContig`] where no contig is known by the name, [`Error::AmbiguousRegion`]
    /// where the text names one contig and is a range of another, and those of reading a range.
    pub fn parse_known(
        text: &str,
        mut known: impl FnMut(&str, ContigForm) -> Option<String>,
    ) -> Result<Self, Error> {
        let mut canonical = |name: &str, form: ContigForm| match primary_rank(name) {
            Some(_) => Some(canonical_contig(name).into_owned()),
            None => known(name, form),
        };
        let (name, range) = split_contig(text)?;
        if name.is_empty() {
            return Err(invalid(text, "no contig"));
        }
        let unknown = || Error::UnknownContig {
            text: text.trim().to_owned(),
        };
        if text.trim().starts_with('{') {
            let contig = canonical(name, ContigForm::Braces).ok_or_else(unknown)?;
            return Self::of_range(text, contig, range);
        }
        let whole = canonical(text.trim(), ContigForm::Whole);
        let ranged = range.and_then(|_| canonical(name, ContigForm::BeforeRange));
        match (whole, ranged) {
            (Some(contig), None) => Ok(Self::whole(&contig)),
            (None, Some(contig)) => Self::of_range(text, contig, range),
            (None, None) => Err(unknown()),
            (Some(whole), Some(contig)) => match Self::of_range(text, contig, range) {
                Ok(_) => Err(Error::AmbiguousRegion {
                    text: text.trim().to_owned(),
                    contig: name.to_owned(),
                    range: range.unwrap_or_default().to_owned(),
                }),
                Err(_) => Ok(Self::whole(&whole)),
            },
        }
    }

    /// The range behind a contig's name; all of the contig without one.
    fn of_range(text: &str, contig: String, range: Option<&str>) -> Result<Self, Error> {
        let Some(range) = range else {
            return Ok(Self::whole(&contig));
        };
        let (start, end) = match range.split_once('-') {
            None => {
                let pos = parse_position(text, range)?;
                (pos, pos)
            }
            Some((start, "")) => (parse_position(text, start)?, MAX_POSITION),
            Some((start, end)) => (parse_position(text, start)?, parse_position(text, end)?),
        };
        if end < start {
            return Err(Error::ReversedRegion {
                text: text.to_owned(),
                start,
                end,
            });
        }
        Ok(Self { contig, start, end })
    }
}

impl fmt::Display for Region {
    /// Writes the shortest text that reads back as this region.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { contig, start, end } = self;
        if contig.contains(':') {
            write!(f, "{{{contig}}}")?;
        } else {
            f.write_str(contig)?;
        }
        match (*start, *end) {
            (0, MAX_POSITION) => Ok(()),
            (start, MAX_POSITION) => write!(f, ":{start}-"),
            (start, end) if start == end => write!(f, ":{start}"),
            (start, end) => write!(f, ":{start}-{end}"),
        }
    }
}

impl FromStr for Region {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let (contig, range) = split_contig(text)?;
        if contig.is_empty() {
            return Err(invalid(text, "no contig"));
        }
        Self::of_range(text, canonical_contig(contig).into_owned(), range)
    }
}

/// Parts the contig from the range behind the last `:` that is not in braces.
fn split_contig(text: &str) -> Result<(&str, Option<&str>), Error> {
    let trimmed = text.trim();
    if let Some(rest) = trimmed.strip_prefix('{') {
        let Some((contig, behind)) = rest.split_once('}') else {
            return Err(invalid(text, "`{` without `}`"));
        };
        return match behind.strip_prefix(':') {
            Some(range) => Ok((contig, Some(range))),
            None if behind.is_empty() => Ok((contig, None)),
            None => Err(invalid(text, &format!("`{behind}` behind `}}`"))),
        };
    }
    Ok(match trimmed.rsplit_once(':') {
        Some((contig, range)) => (contig, Some(range)),
        None => (trimmed, None),
    })
}

/// Reads a position of at least 1, passing over commas between its digits.
fn parse_position(text: &str, number: &str) -> Result<u32, Error> {
    let mut digits = String::with_capacity(number.len());
    let mut previous = ',';
    for c in number.chars() {
        match c {
            '0'..='9' => digits.push(c),
            ',' if previous != ',' => {}
            _ => return Err(invalid_number(text, number)),
        }
        previous = c;
    }
    if previous == ',' {
        return Err(invalid_number(text, number));
    }
    match digits.parse() {
        Ok(0) => Err(Error::ZeroPosition {
            text: text.to_owned(),
        }),
        Ok(pos) if pos <= MAX_POSITION => Ok(pos),
        _ => Err(Error::PositionTooLarge {
            max: MAX_POSITION,
            found: digits.parse().unwrap_or(u64::MAX),
        }),
    }
}

fn invalid_number(text: &str, number: &str) -> Error {
    match number {
        "" => invalid(text, "no position behind `:`"),
        _ => invalid(text, &format!("position `{number}`")),
    }
}

fn invalid(text: &str, found: &str) -> Error {
    Error::InvalidRegion {
        text: text.to_owned(),
        found: found.to_owned(),
    }
}

/// Cuts at the commas that do not belong to a number, and leaves out empty pieces.
fn split_commas(text: &str) -> impl Iterator<Item = &str> {
    let mut pieces = Vec::new();
    let mut start = 0;
    for (at, _) in text.match_indices(',') {
        if !is_thousands_separator(text.as_bytes(), at) {
            pieces.push(&text[start..at]);
            start = at + 1;
        }
    }
    pieces.push(&text[start..]);
    pieces.into_iter().filter(|piece| !piece.is_empty())
}

/// Whether the comma at this place has a digit before it and exactly three behind it.
fn is_thousands_separator(text: &[u8], at: usize) -> bool {
    let behind = &text[at + 1..];
    let n_digits = behind
        .iter()
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    let has_digit_before = at > 0 && text[at - 1].is_ascii_digit();
    has_digit_before && n_digits == 3 && behind.get(3) != Some(&b':')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn region(contig: &str, start: u32, end: u32) -> Region {
        Region {
            contig: contig.to_owned(),
            start,
            end,
        }
    }

    #[test]
    fn a_region_is_read_from_its_text() {
        for (text, expected) in [
            ("chr17", region("chr17", 0, MAX_POSITION)),
            ("17", region("chr17", 0, MAX_POSITION)),
            ("chr17:100", region("chr17", 100, 100)),
            ("17:100-", region("chr17", 100, MAX_POSITION)),
            ("MT:1-16569", region("chrM", 1, 16_569)),
            (" X:1-2 ", region("chrX", 1, 2)),
            (
                "chr17:43,044,295-43,125,364",
                region("chr17", 43_044_295, 43_125_364),
            ),
            ("NC_000017.11:5-6", region("chr17", 5, 6)),
            ("GL000207.1:5-6", region("GL000207.1", 5, 6)),
            ("{HLA-A*01:01}:5-6", region("HLA-A*01:01", 5, 6)),
            ("{HLA-A*01:01}", region("HLA-A*01:01", 0, MAX_POSITION)),
            (
                "chr1:2147483647",
                region("chr1", MAX_POSITION, MAX_POSITION),
            ),
        ] {
            assert_eq!(text.parse(), Ok(expected), "{text}");
        }
    }

    /// The contigs of a callset aligned with HLA sequences.
    fn known(name: &str, _: ContigForm) -> Option<String> {
        let names = ["HLA-A*01:01", "HLA-A*01", "HLA-DRB1*04:03:01", "GL000207.1"];
        names.contains(&name).then(|| name.to_owned())
    }

    #[test]
    fn a_contig_with_colons_is_found_by_its_name() {
        for (text, expected) in [
            (
                "HLA-DRB1*04:03:01",
                region("HLA-DRB1*04:03:01", 0, MAX_POSITION),
            ),
            (
                "HLA-DRB1*04:03:01:1-100",
                region("HLA-DRB1*04:03:01", 1, 100),
            ),
            (
                "HLA-DRB1*04:03:01:1,000-",
                region("HLA-DRB1*04:03:01", 1000, MAX_POSITION),
            ),
            (
                "{HLA-DRB1*04:03:01}",
                region("HLA-DRB1*04:03:01", 0, MAX_POSITION),
            ),
            ("{HLA-DRB1*04:03:01}:7", region("HLA-DRB1*04:03:01", 7, 7)),
            ("{HLA-A*01}:01", region("HLA-A*01", 1, 1)),
            ("{HLA-A*01:01}", region("HLA-A*01:01", 0, MAX_POSITION)),
            ("GL000207.1:5-6", region("GL000207.1", 5, 6)),
            ("chrx:5-6", region("chrX", 5, 6)),
            ("23", region("chrX", 0, MAX_POSITION)),
        ] {
            assert_eq!(Region::parse_known(text, known), Ok(expected), "{text}");
        }
    }

    #[test]
    fn a_contig_that_nobody_knows_is_refused() {
        for text in [
            "HLA-DRB1*04:03",
            "HLA-DRB1*04:03:02",
            "HLA-DRB1*04:03:02:1-100",
            "{HLA-DRB1*04:03}:01",
            "{GL9}",
            "chr25",
            "chr25:1-100",
            "25:1",
            "BRCA1",
        ] {
            let error = Region::parse_known(text, known).unwrap_err();
            assert!(
                matches!(error, Error::UnknownContig { .. }),
                "{text}: {error}"
            );
        }
    }

    #[test]
    fn a_text_that_names_two_contigs_is_refused() {
        let error = Region::parse_known("HLA-A*01:01", known).unwrap_err();
        let hint = error.hint().unwrap();
        assert!(
            hint.contains("{HLA-A*01:01}") && hint.contains("{HLA-A*01}:01"),
            "{hint}"
        );
        // With a range behind it there is no doubt.
        let region = Region::parse_known("HLA-A*01:01:5-6", known).unwrap();
        assert_eq!(region.contig, "HLA-A*01:01");
    }

    #[test]
    fn a_wrong_range_of_a_known_contig_is_said() {
        for (text, message) in [
            ("chr1:0-5", "expected a position of at least 1, got 0"),
            ("chr1:10-5", "expected an end of at least 10, got 5"),
            (
                "HLA-DRB1*04:03:01:9-5",
                "expected an end of at least 9, got 5",
            ),
            ("chr1:", "got no position behind `:`"),
            (":5", "got no contig"),
        ] {
            let error = Region::parse_known(text, known).unwrap_err();
            assert!(error.to_string().contains(message), "{text}: {error}");
        }
    }

    #[test]
    fn what_a_region_writes_reads_back_as_itself() {
        for text in [
            "chr17",
            "chr17:100",
            "chr17:100-",
            "chr17:100-200",
            "{HLA-A*01:01}:5-6",
        ] {
            let region: Region = text.parse().unwrap();
            assert_eq!(region.to_string(), text);
        }
    }

    #[test]
    fn a_wrong_region_says_what_was_found_and_what_to_do() {
        for (text, message) in [
            ("", "got no contig"),
            (":1-2", "got no contig"),
            ("chr17:", "got no position behind `:`"),
            ("chr17:a-b", "got position `a`"),
            ("chr17:1-2-3", "got position `2-3`"),
            ("chr17:-5", "got no position"),
            ("chr17:1,-5", "got position `1,`"),
            ("chr17:1,,0-5", "got position `1,,0`"),
            ("chr17:+5", "got position `+5`"),
            ("chr17:0-5", "expected a position of at least 1, got 0"),
            ("chr17:10-5", "expected an end of at least 10, got 5"),
            ("{chr17:5", "got `{` without `}`"),
            ("{chr17}5", "got `5` behind `}`"),
        ] {
            let error = text.parse::<Region>().unwrap_err();
            assert!(error.to_string().contains(message), "{text}: {error}");
            assert!(error.hint().is_some(), "{text}");
        }
        for text in ["chr1:2147483648", "chr1:99999999999999999999999"] {
            let error = text.parse::<Region>().unwrap_err();
            assert!(matches!(error, Error::PositionTooLarge { .. }), "{text}");
        }
    }

    #[test]
    fn a_region_includes_both_of_its_ends() {
        let region = region("chr2", 10, 20);
        for (pos, expected) in [(9, false), (10, true), (20, true), (21, false)] {
            assert_eq!(region.contains("chr2", pos), expected, "{pos}");
        }
        assert!(!region.contains("chr3", 15));
        assert!(region.overlaps("chr2", 1, 10) && region.overlaps("chr2", 20, 30));
        assert!(!region.overlaps("chr2", 1, 9) && !region.overlaps("chr2", 21, 30));
        assert!(Region::whole("2").contains("chr2", 0));
    }

    #[test]
    fn a_list_parts_at_commas_that_belong_to_no_number() {
        for (text, expected) in [
            ("chr1:1,000-2,000,chr2", &["chr1:1000-2000", "chr2"][..]),
            ("1:5,2:7", &["chr1:5", "chr2:7"]),
            ("X;Y", &["chrX", "chrY"]),
            (" chr1:5-6\n chr3 ", &["chr1:5-6", "chr3"]),
            ("1,2,X", &["chr1", "chr2", "chrX"]),
        ] {
            let regions = Region::parse_list(text).unwrap();
            let texts: Vec<_> = regions.iter().map(ToString::to_string).collect();
            assert_eq!(texts, expected, "{text}");
        }
        assert!(Region::parse_list(" ; ").is_err());
        assert!(Region::parse_list("chr1,chr2:x").is_err());
    }
}
