//! The declarations of `reference`: public facts that come with Kohort.

use super::shared::{col, nullable};
use super::{GENES, Table};
use crate::columns::{Column, ColumnType};

/// The tables of the schema `reference`. A lake may have a newer one of each in its place.
pub const REFERENCE_TABLES: [&Table; 7] = [
    &REGIONS,
    &MUNICIPALITIES,
    &POPULATION,
    &STANDARD_POPULATION,
    &PUBLIC_FUNDS,
    &GENES,
    &SOURCES,
];

const REGION_CODE: Column = col(
    "region_code",
    ColumnType::Utf8,
    "",
    "The county's code in official statistics, two digits (`01`; there is no `02`).",
);
const AGE_GROUP: Column = col(
    "age_group",
    ColumnType::Utf8,
    "",
    "The band of ages, as `age_group()` labels it.",
);
const AGE_FROM: Column = col(
    "age_from",
    ColumnType::Int64,
    "years",
    "The least age of the band: sort by it.",
);

/// `reference.regions`.
pub const REGIONS: Table = Table {
    name: "reference.regions",
    row_is: "one of Sweden's 21 regions",
    notes: "Comes with Kohort; `reference.sources` tells from where.",
    columns: &[
        REGION_CODE,
        col(
            "name",
            ColumnType::Utf8,
            "",
            "The region's name (`Region Skåne`).",
        ),
        col("name_en", ColumnType::Utf8, "", "Its name in English."),
        col(
            "county",
            ColumnType::Utf8,
            "",
            "The county, *län* (`Skåne län`).",
        ),
        col(
            "county_letter",
            ColumnType::Utf8,
            "",
            "The county's letters (`M`).",
        ),
        col(
            "iso_3166_2",
            ColumnType::Utf8,
            "",
            "The county in ISO 3166-2 (`SE-M`).",
        ),
        col(
            "nuts3",
            ColumnType::Utf8,
            "",
            "The county in NUTS 3 (`SE224`).",
        ),
        nullable(
            "collaboration_region",
            ColumnType::Utf8,
            "",
            "The collaboration region for health care (*samverkansregion*).",
            "the region lies in two, as Halland does: `reference.municipalities` tells",
        ),
        col(
            "collaboration_regions",
            ColumnType::Utf8,
            "",
            "All collaboration regions that it lies in, with commas between them.",
        ),
        col(
            "has_university_hospital",
            ColumnType::Boolean,
            "",
            "Whether it has one of the seven university hospitals of Genomic Medicine Sweden.",
        ),
        nullable(
            "university_hospital",
            ColumnType::Utf8,
            "",
            "The university hospital.",
            "there is none",
        ),
    ],
};

/// `reference.municipalities`.
pub const MUNICIPALITIES: Table = Table {
    name: "reference.municipalities",
    row_is: "one of Sweden's 290 municipalities",
    notes: "Comes with Kohort; `reference.sources` tells from where.",
    columns: &[
        col(
            "municipality_code",
            ColumnType::Utf8,
            "",
            "The code in official statistics, four digits, the first two of them the region's.",
        ),
        col("name", ColumnType::Utf8, "", "The name (`Lund`)."),
        col(
            "full_name",
            ColumnType::Utf8,
            "",
            "The name of the authority (`Lunds kommun`).",
        ),
        REGION_CODE,
        col(
            "collaboration_region",
            ColumnType::Utf8,
            "",
            "The collaboration region for health care (*samverkansregion*).",
        ),
    ],
};

/// `reference.population`.
pub const POPULATION: Table = Table {
    name: "reference.population",
    row_is: "one sex and band of ages in one region at the end of one year",
    notes: "Comes with Kohort for 2000 to 2015; `kohort load reference.population FILE` puts a \
            newer one in its place.",
    columns: &[
        col(
            "year",
            ColumnType::Int64,
            "",
            "The year on whose 31 December people were counted.",
        ),
        REGION_CODE,
        col(
            "sex",
            ColumnType::Utf8,
            "",
            "`K` (women) or `M` (men), as in official statistics.",
        ),
        AGE_GROUP,
        AGE_FROM,
        col(
            "population",
            ColumnType::Int64,
            "people",
            "People registered there.",
        ),
    ],
};

/// `reference.standard_population`.
pub const STANDARD_POPULATION: Table = Table {
    name: "reference.standard_population",
    row_is: "one band of ages of one standard population",
    notes: "`ESP2013`, `ESP2013_21`, `ESP1976`, `WHO2000_2025`, `SEGI`, `SWEDEN2000` and \
            `SWEDEN2015`. Weights are not scaled alike: only their proportions matter.",
    columns: &[
        col("standard", ColumnType::Utf8, "", "The standard's name."),
        col(
            "scheme",
            ColumnType::Utf8,
            "",
            "The bands, by their name in `age_group(age, scheme)`.",
        ),
        AGE_GROUP,
        AGE_FROM,
        col("weight", ColumnType::Float64, "", "The weight of the band."),
    ],
};

/// `reference.public_funds`.
pub const PUBLIC_FUNDS: Table = Table {
    name: "reference.public_funds",
    row_is: "one grant of public money to precision medicine, or one appropriation for it",
    notes: "Grants and matched funds add up; appropriations hold some of the grants.",
    columns: &[
        col("fund_id", ColumnType::Utf8, "", "A name for the row."),
        col("giver", ColumnType::Utf8, "", "Who gives."),
        col("recipient", ColumnType::Utf8, "", "Who gets it."),
        col(
            "kind",
            ColumnType::Utf8,
            "",
            "`grant`, `matched` (what others add to a grant) or `appropriation`.",
        ),
        col("status", ColumnType::Utf8, "", "`decided` or `planned`."),
        col("year_from", ColumnType::Int64, "", "The first year."),
        nullable(
            "year_to",
            ColumnType::Int64,
            "",
            "The last year.",
            "no end is said",
        ),
        col("amount_sek", ColumnType::Int64, "SEK", "The amount."),
        col(
            "amount_is",
            ColumnType::Utf8,
            "",
            "What the amount is for: the `whole period`, or each year of it (`per year`).",
        ),
        nullable(
            "decided",
            ColumnType::Utf8,
            "",
            "When it was decided, as exactly as the source says: a day or a month.",
            "the source does not say",
        ),
        col("source", ColumnType::Utf8, "", "Where it was read."),
        col("source_date", ColumnType::Date, "", "The source's date."),
        nullable(
            "note",
            ColumnType::Utf8,
            "",
            "What else to know.",
            "nothing",
        ),
    ],
};

/// `reference.sources`.
pub const SOURCES: Table = Table {
    name: "reference.sources",
    row_is: "where one shipped table of `reference` comes from",
    notes: "It tells about the tables that come with Kohort, also where a lake has a newer one; \
            `kohort load --history reference.NAME` tells about that.",
    columns: &[
        col("table_name", ColumnType::Utf8, "", "The table."),
        col("source", ColumnType::Utf8, "", "Its sources."),
        nullable(
            "source_date",
            ColumnType::Date,
            "",
            "Their date.",
            "there are several",
        ),
        col("licence", ColumnType::Utf8, "", "Their licence."),
        nullable(
            "note",
            ColumnType::Utf8,
            "",
            "What else to know.",
            "nothing",
        ),
    ],
};
