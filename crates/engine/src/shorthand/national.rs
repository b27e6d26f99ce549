//! `standard_population(name)` and `swedish_regions()`: what comes with Kohort, by a short name.

use datafusion::common::Result;
use kohort_functions::FunctionDoc;

use super::{Arguments, entry, literal};

pub(super) const STANDARD: [&str; 2] = ["standard_population", "std_population"];
pub(super) const STANDARD_SYNTAX: &str = "standard_population(name)";
pub(super) const STANDARD_NAMES: &[&str] = &["name"];

pub(super) const REGIONS: [&str; 2] = ["swedish_regions", "se_regions"];
pub(super) const REGIONS_SYNTAX: &str = "swedish_regions()";

pub(super) fn documentation() -> Vec<FunctionDoc> {
    vec![
        entry(
            STANDARD[0],
            STANDARD_SYNTAX,
            "The bands of a standard population: those rows of `reference.standard_population`. \
             Columns: `age_group`, `age_from`, `weight`. Weights are not scaled alike: only their \
             proportions matter. A name that is not there gives no rows.\n\n\
             Short form: `std_population`.",
            &[(
                "name",
                "of the standard: `ESP2013`, `ESP2013_21`, `ESP1976`, `WHO2000_2025`, `SEGI`, \
                 `SWEDEN2000`, `SWEDEN2015`, or one of a table of your own",
            )],
            "SELECT age_group, weight FROM standard_population('ESP2013') ORDER BY age_from;",
        ),
        entry(
            REGIONS[0],
            REGIONS_SYNTAX,
            "Sweden's regions, from `reference.regions`. Columns: `lan_code` (the county's code in \
             official statistics), `region_name`.\n\n\
             Short form: `se_regions`.",
            &[],
            "SELECT lan_code, region_name FROM swedish_regions() ORDER BY lan_code;",
        ),
    ]
}

pub(super) fn standard_sql(arguments: &Arguments) -> Result<String> {
    Ok(format!(
        "SELECT age_group, age_from, weight FROM reference.standard_population WHERE standard = {}",
        literal(arguments.required("name")?)
    ))
}

pub(super) fn regions_sql() -> String {
    "SELECT region_code AS lan_code, name AS region_name FROM reference.regions".to_owned()
}
