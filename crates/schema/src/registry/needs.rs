//! Which views read which columns?
//!
//! A test of `cli` plans every view, and compares what it scans with this list.

/// The columns of a table that a view reads itself; what it reads by way of other views is theirs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Need {
    /// The view of `follow_up`.
    pub view: &'static str,
    /// The table of `registry`.
    pub table: &'static str,
    /// The columns.
    pub columns: &'static [&'static str],
}

/// What a view reads, or what all of them do.
pub fn needs_of(view: Option<&str>) -> impl Iterator<Item = &'static Need> {
    NEEDS
        .iter()
        .filter(move |need| view.is_none_or(|view| view == need.view))
}

const fn need(view: &'static str, table: &'static str, columns: &'static [&'static str]) -> Need {
    Need {
        view,
        table,
        columns,
    }
}

const NEEDS: &[Need] = &[
    need(
        "counts",
        "referrals",
        &["referral_id", "region", "sex", "age", "referred"],
    ),
    need(
        "counts",
        "tests",
        &["referral_id", "region", "sex", "age", "ordered"],
    ),
    need(
        "counts",
        "diagnoses",
        &[
            "test_id",
            "region",
            "sex",
            "age",
            "diagnosed",
            "is_actionable",
        ],
    ),
    need(
        "counts_by_municipality",
        "people",
        &["person_id", "region", "municipality"],
    ),
    need(
        "counts_by_municipality",
        "tests",
        &["person_id", "region", "sex", "age"],
    ),
    need(
        "counts_by_municipality",
        "diagnoses",
        &["person_id", "test_id", "region", "sex", "age"],
    ),
    need(
        "population",
        "population",
        &["year", "region", "municipality", "sex", "age", "population"],
    ),
    need(
        "study_people",
        "study",
        &[
            "region",
            "sex",
            "age",
            "eligible",
            "invited",
            "included",
            "sampled",
            "sequenced",
            "reported",
            "treated",
        ],
    ),
    need(
        "test_costs",
        "tests",
        &[
            "test_id",
            "referral_id",
            "region",
            "sex",
            "test_type",
            "ordered",
            "reported",
            "cost_sek",
        ],
    ),
    need("test_costs", "referrals", &["referral_id", "condition"]),
    need("test_costs", "diagnoses", &["test_id"]),
    need(
        "use_and_need",
        "people",
        &[
            "person_id",
            "sex",
            "region",
            "income_band",
            "education",
            "need",
        ],
    ),
    need("use_and_need", "tests", &["person_id"]),
    need(
        "waits",
        "tests",
        &[
            "test_id",
            "person_id",
            "region",
            "sex",
            "age",
            "test_type",
            "ordered",
            "sampled",
            "reported",
        ],
    ),
    need(
        "waits",
        "people",
        &[
            "person_id",
            "municipality",
            "income_band",
            "education",
            "died",
        ],
    ),
    need(
        "carriers_found_and_expected",
        "people",
        &["person_id", "region", "died"],
    ),
    need(
        "carriers_found_and_expected",
        "diagnoses",
        &["person_id", "is_actionable"],
    ),
    need(
        "carriers_found_and_expected",
        "actionable_variants",
        &["chrom", "pos", "ref", "alt"],
    ),
];
