//! The settings under `kohort.` that change what a query counts.

use std::any::Any;
use std::time::Duration;

use datafusion::common::config::{ConfigEntry, ConfigExtension, ConfigOptions, ExtensionOptions};
use datafusion::common::{Result, config_err};
use kohort_genome::ReferenceGenome;
use kohort_genotype::{CountRules, GenotypeFilter, UnknownSex};

/// `SET kohort.genotype_filter = 'adj'` and its siblings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KohortOptions {
    /// Whose calls count.
    pub genotype_filter: GenotypeFilter,
    /// What a sample of unknown sex karyotype counts as on X and Y outside the PARs.
    pub unknown_sex: UnknownSex,
    /// Whether `variants` and `calls` show `*` alleles as rows of their own.
    pub show_spanning_deletions: bool,
    /// The genome whose genes `in_region` finds, where the lake does not tell.
    pub reference_genome: Option<ReferenceGenome>,
    /// How long a statement may take; as long as it takes when absent.
    pub timeout: Option<Duration>,
}

impl Default for KohortOptions {
    fn default() -> Self {
        Self {
            genotype_filter: GenotypeFilter::Raw,
            unknown_sex: UnknownSex::Exclude,
            show_spanning_deletions: false,
            reference_genome: None,
            timeout: None,
        }
    }
}

impl KohortOptions {
    /// The options of a session.
    pub fn of(config: &ConfigOptions) -> Self {
        config.extensions.get::<Self>().copied().unwrap_or_default()
    }

    /// The rules of counting that the options amount to.
    pub fn rules(&self) -> CountRules {
        CountRules {
            filter: self.genotype_filter,
            unknown_sex: self.unknown_sex,
        }
    }

    /// Whether the counts stored at ingest, which are raw and leave unknown sex out, are the
    /// answer.
    pub fn stored_counts_hold(&self) -> bool {
        self.genotype_filter == GenotypeFilter::Raw && self.unknown_sex == UnknownSex::Exclude
    }
}

/// `raw` or `adj`.
pub(crate) fn filter_name(filter: GenotypeFilter) -> &'static str {
    match filter {
        GenotypeFilter::Raw => "raw",
        GenotypeFilter::Adj => "adj",
    }
}

/// `exclude` or `as_called`.
pub(crate) fn unknown_sex_name(unknown_sex: UnknownSex) -> &'static str {
    match unknown_sex {
        UnknownSex::Exclude => "exclude",
        UnknownSex::AsCalled => "as_called",
    }
}

/// Reads `raw` or `adj`.
pub(crate) fn parse_filter(text: &str) -> Result<GenotypeFilter> {
    match text.trim().to_ascii_lowercase().as_str() {
        "raw" => Ok(GenotypeFilter::Raw),
        "adj" => Ok(GenotypeFilter::Adj),
        _ => config_err!("expected `raw` or `adj` as kohort.genotype_filter, got `{text}`"),
    }
}

/// Reads `exclude` or `as_called`.
pub(crate) fn parse_unknown_sex(text: &str) -> Result<UnknownSex> {
    match text.trim().to_ascii_lowercase().as_str() {
        "exclude" => Ok(UnknownSex::Exclude),
        "as_called" => Ok(UnknownSex::AsCalled),
        _ => config_err!("expected `exclude` or `as_called` as kohort.unknown_sex, got `{text}`"),
    }
}

/// Reads a genome's name, or `auto`.
fn parse_reference_genome(text: &str) -> Result<Option<ReferenceGenome>> {
    if text.trim().eq_ignore_ascii_case("auto") {
        return Ok(None);
    }
    text.parse().map(Some).or_else(|_| {
        config_err!(
            "expected `GRCh37`, `GRCh38`, `CHM13` or `auto` as kohort.reference_genome, got \
             `{text}`"
        )
    })
}

/// Reads `500ms`, `30s`, `5min`, `2h` or a number of seconds; `none` for no limit.
///
/// # Errors
/// The text is none of these.
pub fn parse_duration(text: &str) -> Result<Option<Duration>, String> {
    let text = text.trim().to_ascii_lowercase();
    if matches!(text.as_str(), "none" | "off" | "0") {
        return Ok(None);
    }
    let expected = || format!("expected a time such as 500ms, 30s, 5min or 2h, got `{text}`");
    let digits = text
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let seconds = match unit.trim() {
        "ms" => 0.001,
        "" | "s" | "sec" => 1.0,
        "m" | "min" => 60.0,
        "h" => 3600.0,
        "d" => 86_400.0,
        _ => return Err(expected()),
    };
    let number: f64 = number.parse().map_err(|_| expected())?;
    let duration = Duration::try_from_secs_f64(number * seconds).map_err(|_| expected())?;
    match duration.is_zero() {
        true => Ok(None),
        false => Ok(Some(duration)),
    }
}

/// A time as a person writes it: `500ms`, `30s`, `5min`.
pub fn duration_text(duration: Duration) -> String {
    let millis = duration.as_millis();
    match millis {
        whole if whole.is_multiple_of(3_600_000) => format!("{}h", whole / 3_600_000),
        whole if whole.is_multiple_of(60_000) => format!("{}min", whole / 60_000),
        whole if whole.is_multiple_of(1000) => format!("{}s", whole / 1000),
        whole => format!("{whole}ms"),
    }
}

impl ConfigExtension for KohortOptions {
    const PREFIX: &'static str = "kohort";
}

impl ExtensionOptions for KohortOptions {
    fn as_any(&self) -> &dyn Any {
        self
    }

    fn as_any_mut(&mut self) -> &mut dyn Any {
        self
    }

    fn cloned(&self) -> Box<dyn ExtensionOptions> {
        Box::new(*self)
    }

    fn set(&mut self, key: &str, value: &str) -> Result<()> {
        match key {
            "genotype_filter" => self.genotype_filter = parse_filter(value)?,
            "unknown_sex" => self.unknown_sex = parse_unknown_sex(value)?,
            "show_spanning_deletions" => {
                self.show_spanning_deletions = match value.to_ascii_lowercase().as_str() {
                    "true" | "on" | "1" => true,
                    "false" | "off" | "0" => false,
                    _ => {
                        return config_err!(
                            "expected `true` or `false` as kohort.show_spanning_deletions, \
                             got `{value}`"
                        );
                    }
                }
            }
            "reference_genome" => self.reference_genome = parse_reference_genome(value)?,
            "timeout" => {
                self.timeout = parse_duration(value)
                    .or_else(|expected| config_err!("kohort.timeout: {expected}"))?;
            }
            _ => {
                return config_err!(
                    "there is no setting `kohort.{key}`; there are kohort.genotype_filter, \
                     kohort.unknown_sex, kohort.show_spanning_deletions, \
                     kohort.reference_genome and kohort.timeout"
                );
            }
        }
        Ok(())
    }

    fn entries(&self) -> Vec<ConfigEntry> {
        vec![
            ConfigEntry {
                key: "kohort.genotype_filter".to_string(),
                value: Some(filter_name(self.genotype_filter).to_string()),
                description: "raw: every call counts; adj: only calls of high quality \
                    (GQ >= 20, DP >= 10 or haploid DP >= 5, a het's alternate reads >= 0.2)",
            },
            ConfigEntry {
                key: "kohort.unknown_sex".to_string(),
                value: Some(unknown_sex_name(self.unknown_sex).to_string()),
                description: "on X and Y outside the PARs, a sample of unknown sex karyotype is \
                    left out (exclude) or counts as its genotype is written (as_called)",
            },
            ConfigEntry {
                key: "kohort.show_spanning_deletions".to_string(),
                value: Some(self.show_spanning_deletions.to_string()),
                description: "whether variants and calls show `*` alleles as rows",
            },
            ConfigEntry {
                key: "kohort.reference_genome".to_string(),
                value: Some(
                    self.reference_genome
                        .map_or_else(|| "auto".to_string(), |genome| genome.to_string()),
                ),
                description: "whose genes in_region finds: the genome of the callsets (auto), or \
                    this one where they do not tell",
            },
            ConfigEntry {
                key: "kohort.timeout".to_string(),
                value: Some(
                    self.timeout
                        .map_or_else(|| "none".to_string(), duration_text),
                ),
                description: "how long a statement may take, such as 30s or 5min; none: as long \
                    as it takes",
            },
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_value_is_refused_and_named() {
        let mut options = KohortOptions::default();
        let error = options
            .set("genotype_filter", "best")
            .unwrap_err()
            .to_string();
        assert!(error.contains("`best`"), "{error}");
        assert!(options.set("filter", "raw").is_err());
    }

    #[test]
    fn times_have_units() {
        let read = |text| parse_duration(text).map(|time| time.map(duration_text));
        for (text, expected) in [("500ms", "500ms"), ("30", "30s"), ("90s", "90s")] {
            assert_eq!(read(text), Ok(Some(expected.to_owned())), "{text}");
        }
        assert_eq!(read("5 min"), Ok(Some("5min".to_owned())));
        assert_eq!(read("1.5h"), Ok(Some("90min".to_owned())));
        assert_eq!(read("none"), Ok(None));
        for wrong in ["", "soon", "-3s", "5 parsecs", "1e400h"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn adj_means_that_stored_counts_no_longer_hold() {
        let mut options = KohortOptions::default();
        assert!(options.stored_counts_hold());
        options.set("genotype_filter", "ADJ").unwrap();
        assert!(!options.stored_counts_hold());
    }
}
