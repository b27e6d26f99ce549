//! `quantile_group(value, groups, …) OVER (…)`: quintiles and deciles that keep equals together.

use datafusion::common::{Result, exec_err};
use kohort_stats::grouping::quantile_groups;

use super::super::argument::Argument;
use super::super::columns::Columns;
use super::super::output::{Cell, CellType, Output, Shape};
use super::super::window::Window;

/// The quantile group of an area.
#[derive(Debug)]
pub(super) struct QuantileGroup;

impl Window for QuantileGroup {
    const NAME: &'static str = "quantile_group";
    const ALIASES: &'static [&'static str] = &["phe_quantile"];
    const ARGUMENTS: &'static [Argument] = &[
        Argument::number("value", "of the area"),
        Argument::number("groups", "how many: 5 for quintiles").constant(),
        Argument::flag("invert", "whether group 1 has the highest values").or_flag(false),
    ];
    const SHAPE: Shape = Shape::Cell(CellType::Integer);
    const DESCRIPTION: &'static str = "\
        The quantile group of an area by a value, from 1 (the lowest, or with `invert` the \
        highest) to `groups`: `floor((k + 1) - ceil((N + 1 - rank) / (N / k)))`, at least 1, where \
        equal values share the lowest rank. The rule is that of Public Health England. Equal \
        values fall in one group always, where SQL's `ntile` cuts them by whatever row comes \
        first.\n\n\
        Groups hold areas, not people. With many equal values they differ in size.\n\n\
        An area whose value is NULL has no group and is left out of the ranks. No area of the \
        partition has one when fewer have a value than there are groups.";
    const EXAMPLE: &'static str = "\
        SELECT area, quantile_group(deprivation, 2, true) OVER () AS most_deprived_first\n\
        FROM (VALUES ('a', 31.2), ('b', 12.5), ('c', 12.5), ('d', 44.0))\n\
        \u{20}    AS t(area, deprivation);";

    fn partition(columns: &Columns) -> Result<Vec<Output>> {
        if columns.rows == 0 {
            return Ok(Vec::new());
        }
        let options = |row| (columns.number(1, row), columns.flag(2, row));
        let (groups, invert) = options(0);
        if (1..columns.rows).any(|row| options(row) != (groups, invert)) {
            return exec_err!(
                "{}: `groups` and `invert`: expected the same for all areas; partition by what \
                 they depend on",
                Self::NAME
            );
        }
        let Some(groups) = groups else {
            return Ok(vec![Output::Null; columns.rows]);
        };
        let whole = groups.fract() == 0.0 && (1.0..=1e6).contains(&groups);
        if !whole {
            return exec_err!(
                "{}: `groups`: expected a whole number from 1 to 1000000, got `{groups}`",
                Self::NAME
            );
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a whole number in that range"
        )]
        let groups = groups as u32;
        let values: Vec<_> = (0..columns.rows)
            .map(|row| columns.number(0, row))
            .collect();
        match quantile_groups(&values, groups, invert.unwrap_or(false)) {
            Ok(found) => Ok(found
                .into_iter()
                .map(|group| Output::Cell(Cell::Integer(group.map(i64::from))))
                .collect()),
            Err(error) => exec_err!("{}: {error}", Self::NAME),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::equity::testing::query;

    const TABLE: &str = "SELECT * FROM (VALUES ('x', 'a', 3), ('x', 'b', 1), ('x', 'c', 2), \
                         ('x', 'd', 2), ('x', 'e', 2), ('x', 'f', 9), ('x', 'g', NULL), \
                         ('y', 'a', 1), ('y', 'b', 2)) AS v(country, area, x)";

    fn groups(call: &str) -> Vec<String> {
        let sql = format!(
            "SELECT coalesce(g, 0) FROM (SELECT *, {call} OVER (PARTITION BY country) AS g FROM t) \
             ORDER BY country, area"
        );
        query(TABLE, &sql).unwrap().into_iter().flatten().collect()
    }

    #[test]
    fn equal_values_share_a_group_and_each_partition_has_its_own() {
        let thirds = ["3", "1", "1", "1", "1", "3", "0", "0", "0"];
        assert_eq!(groups("quantile_group(x, 3)"), thirds);
        let halves = groups("quantile_group(x, 2, true)");
        assert_eq!(halves[7..], ["2", "1"]);
        assert_eq!(groups("quantile_group(x, NULL)"), ["0"; 9]);
    }

    #[test]
    fn the_number_of_groups_is_one_whole_number() {
        let error = |call: &str| {
            let sql = format!("SELECT {call} OVER () FROM t");
            query(TABLE, &sql).unwrap_err().to_string()
        };
        assert!(error("quantile_group(x, 2.5)").contains("`groups`: expected a whole number"));
        assert!(error("quantile_group(x, 0)").contains("got `0`"));
        assert!(error("quantile_group(x, x)").contains("the same for all areas"));
    }
}
