//! The band of ages that an age falls in.

use crate::Error;

/// A way to cut ages into bands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AgeScheme {
    /// 18 bands of five years: `0-4` to `80-84`, `85+`.
    FiveYear18,
    /// 19 bands of five years: `0-4` to `85-89`, `90+`.
    #[default]
    FiveYear19,
    /// 21 bands: `0`, `1-4`, then five years, `5-9` to `90-94`, `95+`.
    FiveYear21,
    /// 10 bands of ten years: `0-9` to `80-89`, `90+`.
    TenYear,
    /// 21 bands of five years, as Statistics Sweden has the population: `0-4` to `95-99`, `100+`.
    StatisticsSweden,
}

/// Bands of five years.
const FIVE: [&str; 20] = [
    "0-4", "5-9", "10-14", "15-19", "20-24", "25-29", "30-34", "35-39", "40-44", "45-49", "50-54",
    "55-59", "60-64", "65-69", "70-74", "75-79", "80-84", "85-89", "90-94", "95-99",
];
/// Bands of ten years.
const TEN: [&str; 9] = [
    "0-9", "10-19", "20-29", "30-39", "40-49", "50-59", "60-69", "70-79", "80-89",
];

impl AgeScheme {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::FiveYear18,
        Self::FiveYear19,
        Self::FiveYear21,
        Self::TenYear,
        Self::StatisticsSweden,
    ];

    /// The word of SQL.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::FiveYear18 => "5y18",
            Self::FiveYear19 => "5y19",
            Self::FiveYear21 => "5y21",
            Self::TenYear => "10y",
            Self::StatisticsSweden => "scb",
        }
    }

    /// The bands, youngest first.
    pub fn bands(self) -> Vec<&'static str> {
        let (closed, open) = self.parts();
        let young: &[&str] = match self {
            Self::FiveYear21 => &["0", "1-4"],
            _ => &closed[..1],
        };
        [young, &closed[1..], &[open]].concat()
    }

    /// The closed bands without the split of the first, and the open one.
    const fn parts(self) -> (&'static [&'static str], &'static str) {
        match self {
            Self::FiveYear18 => (FIVE.split_at(17).0, "85+"),
            Self::FiveYear19 => (FIVE.split_at(18).0, "90+"),
            Self::FiveYear21 => (FIVE.split_at(19).0, "95+"),
            Self::StatisticsSweden => (&FIVE, "100+"),
            Self::TenYear => (&TEN, "90+"),
        }
    }
}

impl std::str::FromStr for AgeScheme {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let found = Self::ALL.into_iter().find(|scheme| scheme.as_str() == text);
        found.ok_or_else(|| Error::argument("scheme", "5y18, 5y19, 5y21, 10y or scb", text))
    }
}

/// Finds the band of ages that an age falls in.
///
/// # Definition
/// Bands hold completed years: `5-9` is from the fifth birthday to the day before the tenth, and
/// `90+` is from the ninetieth on.
///
/// # Arguments
/// `age` in years; fractions are cut off.
///
/// # Returns
/// The label of the band, as standard populations have it.
///
/// # Nulls
/// Where the age is NULL, negative or no number.
///
/// # Interpretation
/// A key to join by. As text, bands do not sort by age (`10-14` comes before `5-9`).
///
/// # Limits
/// A standard population with other bands does not join; check that no band is left over.
///
/// # Example
/// ```
/// use kohort_stats::grouping::{AgeScheme, age_group};
/// assert_eq!(age_group(Some(9.99), AgeScheme::FiveYear19), Some("5-9"));
/// assert_eq!(age_group(Some(0.5), AgeScheme::FiveYear21), Some("0"));
/// ```
///
/// # References
/// Eurostat, 2013, "Revision of the European Standard Population", doi:10.2785/11470 (the 19 and 21
/// bands). Ahmad and others, 2001, "Age standardization of rates: a new WHO standard", GPE
/// discussion paper 31 (bands to 85 and over).
pub fn age_group(age: Option<f64>, scheme: AgeScheme) -> Option<&'static str> {
    let age = age.filter(|age| *age >= 0.0)?;
    let (closed, open) = scheme.parts();
    if scheme == AgeScheme::FiveYear21 && age < 5.0 {
        return Some(if age < 1.0 { "0" } else { "1-4" });
    }
    let width = match scheme {
        AgeScheme::TenYear => 10.0,
        _ => 5.0,
    };
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "ages are small, and a cast of what is not saturates"
    )]
    let band = (age / width) as usize;
    Some(closed.get(band).copied().unwrap_or(open))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schemes_have_the_bands_that_they_are_named_after() {
        for (scheme, count, last) in [
            ("5y18", 18, "85+"),
            ("5y19", 19, "90+"),
            ("5y21", 21, "95+"),
            ("10y", 10, "90+"),
            ("scb", 21, "100+"),
        ] {
            let bands = scheme.parse::<AgeScheme>().unwrap().bands();
            assert_eq!((bands.len(), bands[count - 1]), (count, last));
        }
        assert!("5Y19".parse::<AgeScheme>().is_err());
    }

    #[test]
    fn every_age_falls_in_the_band_whose_label_holds_it() {
        for scheme in AgeScheme::ALL {
            let bands = scheme.bands();
            let mut seen = std::collections::BTreeSet::new();
            for age in 0..130u32 {
                let label = age_group(Some(f64::from(age) + 0.99), scheme).unwrap();
                seen.insert(label);
                assert!(bands.contains(&label), "{label}");
                let (low, high) = match (label.strip_suffix('+'), label.split_once('-')) {
                    (Some(low), _) => (low.parse().unwrap(), u32::MAX),
                    (_, Some((low, high))) => (low.parse().unwrap(), high.parse().unwrap()),
                    _ => (label.parse().unwrap(), label.parse().unwrap()),
                };
                assert!((low..=high).contains(&age), "{age} in {label}");
            }
            assert_eq!(seen.len(), bands.len());
        }
    }

    #[test]
    fn what_is_no_age_has_no_band() {
        for age in [None, Some(-0.1), Some(f64::NAN)] {
            assert_eq!(age_group(age, AgeScheme::TenYear), None);
        }
        assert_eq!(
            age_group(Some(f64::INFINITY), AgeScheme::TenYear),
            Some("90+")
        );
    }
}
