//! `local_morans_i(area, value, neighbours, …) OVER (…)`.

use datafusion::common::Result;
use kohort_stats::smoothing::{LocalMoran, Weighting, local_morans_i};

use super::super::argument::Argument;
use super::super::columns::Columns;
use super::super::named::named;
use super::super::output::{Cell, CellType, Output, Shape};
use super::super::window::Window;
use super::map::{AREA, Map, NEIGHBOURS, WEIGHTS, constant};
use super::morans_i::VALUE;

/// The function.
#[derive(Debug)]
pub(super) struct LocalMoransI;

impl Window for LocalMoransI {
    const NAME: &'static str = "local_morans_i";
    const ARGUMENTS: &'static [Argument] = &[AREA, VALUE, NEIGHBOURS, WEIGHTS];
    const SHAPE: Shape = Shape::Struct(&[
        ("value", CellType::Number),
        ("expected", CellType::Number),
        ("variance", CellType::Number),
        ("z", CellType::Number),
        ("p_value", CellType::Number),
        ("quadrant", CellType::Text),
        ("status", CellType::Text),
    ]);
    const DESCRIPTION: &'static str = "\
        How much each area is like its neighbours (local Moran's I): with values `z` less their \
        mean, `z_i * sum(w_j z_j) / mean(z^2)`. `expected` and `variance` are those of keeping the \
        value of the area and dealing out the others (Sokal's conditional randomisation); \
        `p_value` is two-sided, as both likeness and standing out are of interest. `quadrant`: \
        'high_high' and 'low_low' for clusters, 'high_low' and 'low_high' for areas that stand out \
        among their neighbours.\n\n\
        One test per area: of 290 areas without a pattern, 15 fall below 0.05. As for `morans_i`, \
        raw rates of areas of different sizes break the test.\n\n\
        All rows of the partition are one map. Status `undefined`: an area without neighbours; or \
        every area, when all values are equal. `incomplete_strata` on every row: a value, name or \
        list is NULL, or a list names an area that is not among the rows (filter after, not \
        before). An area there twice, or beside itself, is an error.";
    const EXAMPLE: &'static str = "\
        SELECT name, local_morans_i(name, rate, beside) OVER () AS alike\n\
        FROM (VALUES ('Skåne', 28.6, make_array('Blekinge', 'Halland')),\n\
        \u{20}            ('Blekinge', 13.9, make_array('Skåne')),\n\
        \u{20}            ('Halland', 26.1, make_array('Skåne')),\n\
        \u{20}            ('Gotland', 57.4, make_array()))\n\
        \u{20}    AS region(name, rate, beside)\n\
        ORDER BY name;";

    fn partition(columns: &Columns) -> Result<Vec<Output>> {
        if columns.rows == 0 {
            return Ok(Vec::new());
        }
        let weighting: Weighting = named(
            Self::NAME,
            constant(Self::NAME, columns, "weights", 3)?.parse(),
        )?;
        let map = Map::of(columns, (0, 2), [1]);
        let values: Vec<_> = map.numbers().map(|[value]| *value).collect();
        let areas = match map.neighbours(Self::NAME)? {
            Ok(neighbours) => {
                let areas = local_morans_i(&values, &neighbours, weighting);
                named(Self::NAME, areas)?
            }
            Err(status) => {
                let missing = LocalMoran {
                    status,
                    ..LocalMoran::default()
                };
                vec![missing; map.len()]
            }
        };
        Ok(areas.iter().map(output).collect())
    }
}

fn output(area: &LocalMoran) -> Output {
    let quadrant = area.quadrant.map(|quadrant| quadrant.as_str().to_owned());
    Output::Struct(vec![
        Cell::Number(area.value),
        Cell::Number(area.expected),
        Cell::Number(area.variance),
        Cell::Number(area.z),
        Cell::Number(area.p_value),
        Cell::Text(quadrant),
        Cell::Text(Some(area.status.as_str().to_owned())),
    ])
}

#[cfg(test)]
mod tests {
    use super::super::map::tests::{TABLE, keeps_the_rules};
    use crate::equity::testing::query;

    #[test]
    fn clusters_are_told_from_areas_that_stand_out() {
        let sql = "SELECT area, m.value > 0, m.p_value BETWEEN 0 AND 1, m.quadrant, m.status FROM \
                   (SELECT area, local_morans_i(area, o, beside) OVER () AS m FROM t) \
                   ORDER BY area";
        let rows = query(TABLE, sql).unwrap();
        assert_eq!(rows[0], ["a", "true", "true", "low_low", "ok"]);
        assert_eq!(rows[3], ["d", "true", "true", "high_high", "ok"]);
        assert_eq!(rows[4], ["island", "NULL", "NULL", "NULL", "undefined"]);
    }

    #[test]
    fn it_keeps_the_rules_of_maps() {
        keeps_the_rules(
            "local_morans_i",
            "local_morans_i({area}, o, {beside}) OVER ()",
        );
        let words = "CASE area WHEN 'a' THEN 'binary' ELSE 'row_standardised' END";
        let sql = format!("SELECT local_morans_i(area, o, beside, {words}) OVER () FROM t");
        let error = query(TABLE, &sql).unwrap_err().to_string();
        assert!(
            error.contains("`weights`: expected one word for all rows"),
            "{error}"
        );
    }
}
