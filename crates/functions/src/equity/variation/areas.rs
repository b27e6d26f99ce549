//! What the measures over areas take and keep.

use datafusion::common::Result;
use kohort_stats::variation::{Area, Quantiles};

use super::super::argument::Argument;
use super::super::columns::{Columns, Options};
use super::super::named::not_negative;
use super::super::state::Rows;

/// What was observed.
pub(super) const OBSERVED: Argument = Argument::number(
    "observed",
    "events in the area, 0 or more; one row per area",
);

/// What was expected.
pub(super) const EXPECTED: Argument = Argument::number(
    "expected",
    "events to be expected in the area, above 0, as from `expected_count`",
);

/// How few events may be expected.
pub(super) const FEWEST_EXPECTED: Argument = Argument::number(
    "fewest_expected",
    "the fewest events that have to be expected in each area; 0 refuses nothing",
)
.or(Quantiles::FEWEST_EXPECTED)
.constant();

/// The quantiles of `upper`, `lower` and `fewest_expected`.
pub(super) fn quantiles(options: &Options) -> Quantiles {
    let number = |name: &str| options.number(name).unwrap_or(f64::NAN);
    Quantiles {
        upper: number("upper"),
        lower: number("lower"),
        fewest_expected: number(FEWEST_EXPECTED.name),
    }
}

/// Adds the area of a row, from its first two arguments.
pub(super) fn push(
    function: &str,
    arguments: &[Argument],
    state: &mut Rows<2>,
    columns: &Columns,
    row: usize,
) -> Result<()> {
    let number = |at| not_negative(function, arguments, (columns, at, row));
    state.push([number(0)?, number(1)?]);
    Ok(())
}

/// The areas, in no order: the measures sort them.
pub(super) fn areas(state: &Rows<2>) -> Vec<Area> {
    let area = |[observed, expected]: [Option<f64>; 2]| Area { observed, expected };
    state.iter().map(area).collect()
}

#[cfg(test)]
pub(super) mod tests {
    use crate::equity::testing::query;

    /// Two maps of three areas, one of them with a NULL.
    pub(in super::super) const TABLE: &str = "SELECT * FROM (VALUES ('a', 12, 10.5), ('a', 31, \
        20), ('a', 7, 15), ('b', 30, 20), ('b', 10, 20), ('n', NULL, 20), ('n', 8, 20), ('z', 5, \
        0), ('z', 5, 10), ('one', 5, 10)) AS v(map, o, e)";

    /// What a measure of observed and expected says of each map of the table, its status last.
    pub(in super::super) fn maps(function: &str, fields: &str) -> Vec<Vec<String>> {
        let sql = format!(
            "SELECT map, {fields}, m.events, m.n, m.status FROM (SELECT map, {function} AS m \
             FROM t GROUP BY map) ORDER BY map"
        );
        query(TABLE, &sql).unwrap()
    }

    /// Checks what all of them say of maps that are incomplete or too small, and of errors.
    pub(in super::super) fn keeps_the_rules(name: &str) {
        let rows = maps(&format!("{name}(o, e)"), "m.value IS NULL");
        let status: Vec<_> = rows.iter().map(|row| row[4].as_str()).collect();
        assert_eq!(
            status,
            ["ok", "ok", "incomplete_strata", "undefined", "undefined"]
        );
        let is_null: Vec<_> = rows.iter().map(|row| row[1].as_str()).collect();
        assert_eq!(is_null, ["false", "false", "true", "true", "true"]);
        let sql = format!("SELECT m.status FROM (SELECT {name}(o, e) AS m FROM t WHERE o > 99)");
        assert_eq!(query(TABLE, &sql).unwrap(), [["undefined"]]);
        let error = |sql: &str| query(TABLE, sql).unwrap_err().to_string();
        let negative = error(&format!("SELECT {name}(o, -e) FROM t"));
        assert!(
            negative.contains("expected: expected a number of at least 0"),
            "{negative}"
        );
        let text = error(&format!("SELECT {name}(map, e) FROM t"));
        assert!(text.contains("`observed` must be a number"), "{text}");
    }
}
