//! `rank_position(weight, rank_by) OVER (…)`: the place of a group between 0 and 1.

use datafusion::common::{Result, exec_err};
use kohort_stats::grouping::{Ranked, rank_positions};

use super::super::argument::Argument;
use super::super::columns::Columns;
use super::super::output::{CellType, Output, Shape};
use super::super::window::Window;

/// The place of a group between 0 and 1.
#[derive(Debug)]
pub(super) struct RankPosition;

impl Window for RankPosition {
    const NAME: &'static str = "rank_position";
    const ARGUMENTS: &'static [Argument] = &[
        Argument::number("weight", "people of the group, 0 or more; 1 for a person"),
        Argument::number(
            "rank_by",
            "where the group comes: lowest first, equals share a place",
        ),
    ];
    const SHAPE: Shape = Shape::Cell(CellType::Number);
    const DESCRIPTION: &'static str = "\
        The place of a group on a scale from 0 to 1: the share of people below it, and half of \
        those in the same place. It is what slope and concentration indices put across. The mean \
        over people is one half.\n\n\
        By custom the most disadvantaged come first: 0 is the very poorest, 1 the very richest.\n\n\
        One NULL weight or rank leaves all positions of the partition NULL, since a group that is \
        left out moves all others; so do weights that sum to 0. A negative weight is an error.";
    const EXAMPLE: &'static str = "\
        SELECT quintile, rank_position(people, quintile) OVER () AS position\n\
        FROM (VALUES (1, 2050), (2, 2140), (3, 1970), (4, 1880), (5, 1960))\n\
        \u{20}    AS t(quintile, people);";

    fn partition(columns: &Columns) -> Result<Vec<Output>> {
        let row = |row| Ranked {
            weight: columns.number(0, row),
            order: columns.number(1, row),
        };
        let rows: Vec<Ranked> = (0..columns.rows).map(row).collect();
        match rank_positions(&rows) {
            Ok(positions) => Ok(positions.into_iter().map(Output::from).collect()),
            Err(error) => exec_err!("{}: {error}", Self::NAME),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::equity::testing::query;

    const TABLE: &str = "SELECT * FROM (VALUES ('x', 2, 5.0), ('x', 1, -1.0), ('x', 3, 5.0), \
                         ('x', 4, 7.5), ('y', 1, 1.0), ('y', NULL, 2.0), ('z', 0, 1.0)) \
                         AS v(k, w, r)";

    #[test]
    fn groups_have_their_places_within_a_partition() {
        let sql = "SELECT k, w, rank_position(w, r) OVER (PARTITION BY k) FROM t ORDER BY k, w";
        let rows = query(TABLE, sql).unwrap();
        let places: Vec<&str> = rows.iter().map(|row| row[2].as_str()).collect();
        assert_eq!(
            places,
            ["0.05", "0.35", "0.35", "0.8", "NULL", "NULL", "NULL"]
        );
    }

    #[test]
    fn a_negative_weight_is_an_error() {
        let error = query(TABLE, "SELECT rank_position(-w, r) OVER () FROM t").unwrap_err();
        let error = error.to_string();
        assert!(
            error.contains("rank_position: weight: expected a number of"),
            "{error}"
        );
    }
}
