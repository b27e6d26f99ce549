//! `choynowski_p(events, population) OVER (…)`.

use datafusion::common::Result;
use kohort_stats::smoothing::{Choynowski, choynowski};

use super::super::argument::Argument;
use super::super::columns::Columns;
use super::super::named::named;
use super::super::output::{Cell, CellType, Output, Shape};
use super::super::window::Window;
use super::map::{EVENTS, POPULATION, areas};

/// The function.
#[derive(Debug)]
pub(super) struct ChoynowskiP;

impl Window for ChoynowskiP {
    const NAME: &'static str = "choynowski_p";
    const ARGUMENTS: &'static [Argument] = &[EVENTS, POPULATION];
    const SHAPE: Shape = Shape::Struct(&[
        ("value", CellType::Number),
        ("expected", CellType::Number),
        ("status", CellType::Text),
    ]);
    const DESCRIPTION: &'static str = "\
        How likely the events of each area are if all areas have the rate of all of them together: \
        the Poisson probability of as many events or more where there are more than `expected`, of \
        as many or fewer where there are not. One tail, on the side where the area lies.\n\n\
        Small: the area is unlike the others. No correction is made for looking at many areas: of \
        290 alike, about 15 fall below 0.025 on either side. Large areas reach small probabilities \
        by small differences; a funnel plot shows both.\n\n\
        All rows of the partition are one map. Status `incomplete_strata` on every row: a number \
        is NULL in one of them. `undefined`: an area without people. Negative numbers are errors.";
    const EXAMPLE: &'static str = "\
        SELECT name, choynowski_p(tests, people) OVER () AS chance\n\
        FROM (VALUES ('Skåne', 400, 1400000), ('Gotland', 35, 61000), ('Blekinge', 22, 158000))\n\
        \u{20}    AS region(name, tests, people)\n\
        ORDER BY name;";

    fn partition(columns: &Columns) -> Result<Vec<Output>> {
        let areas = areas(Self::NAME, Self::ARGUMENTS, columns)?;
        let areas = named(Self::NAME, choynowski(&areas))?;
        let output = |area: &Choynowski| {
            Output::Struct(vec![
                Cell::Number(area.value),
                Cell::Number(area.expected),
                Cell::Text(Some(area.status.as_str().to_owned())),
            ])
        };
        Ok(areas.iter().map(output).collect())
    }
}

#[cfg(test)]
mod tests {
    use crate::equity::testing::query;

    const TABLE: &str = "SELECT * FROM (VALUES ('m', 'a', 0, 100), ('m', 'b', 4, 100), \
        ('m', 'c', 0, 0), ('n', 'd', NULL, 10), ('n', 'e', 4, 10)) AS v(map, area, o, n)";

    #[test]
    fn each_area_is_on_its_own_side() {
        let sql = "SELECT area, round(p.value, 9), p.expected, p.status FROM (SELECT area, \
                   choynowski_p(o, n) OVER (PARTITION BY map) AS p FROM t) ORDER BY area";
        let rows = query(TABLE, sql).unwrap();
        // e^-2, and 1 less the probabilities of 0 to 3 events of 2.
        assert_eq!(rows[0], ["a", "0.135335283", "2", "ok"]);
        assert_eq!(rows[1], ["b", "0.14287654", "2", "ok"]);
        assert_eq!(rows[2], ["c", "NULL", "NULL", "undefined"]);
        assert_eq!(rows[3], ["d", "NULL", "NULL", "incomplete_strata"]);
        assert_eq!(rows[4], ["e", "NULL", "NULL", "incomplete_strata"]);
    }

    #[test]
    fn negative_counts_are_errors() {
        let error = query(TABLE, "SELECT choynowski_p(-o, n) OVER () FROM t").unwrap_err();
        assert!(
            error
                .to_string()
                .contains("choynowski_p: events: expected a number")
        );
    }
}
