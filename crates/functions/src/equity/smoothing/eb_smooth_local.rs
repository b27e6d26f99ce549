//! `eb_smooth_local(area, neighbours, events, population, …) OVER (…)`.

use datafusion::common::Result;
use kohort_stats::smoothing::{LocalVariance, Smoothed, eb_smooth_local};
use kohort_stats::variation::Area;

use super::super::argument::Argument;
use super::super::columns::Columns;
use super::super::named::{named, not_negative};
use super::super::output::{Cell, CellType, Output, Shape};
use super::super::window::Window;
use super::map::{AREA, EVENTS, Map, NEIGHBOURS, POPULATION, constant};

/// The function.
#[derive(Debug)]
pub(super) struct EbSmoothLocal;

impl Window for EbSmoothLocal {
    const NAME: &'static str = "eb_smooth_local";
    const ARGUMENTS: &'static [Argument] = &[
        AREA,
        EVENTS,
        POPULATION,
        NEIGHBOURS,
        Argument::choice(
            "variance",
            &["own", "centre"],
            "of the rates in a neighbourhood: each from the mean of its own neighbourhood (as \
             spdep), or from that of the area (as GeoDa)",
        ),
    ];
    const SHAPE: Shape = Shape::Struct(&[
        ("value", CellType::Number),
        ("raw", CellType::Number),
        ("status", CellType::Text),
    ]);
    const DESCRIPTION: &'static str = "\
        The rate of each area, drawn towards the mean of the area and its neighbours (local \
        empirical Bayes): Marshall's smoothing (`eb_smooth`) within each neighbourhood, the area \
        itself included. `value` is the smoothed rate per person, or the relative risk when \
        `population` holds expected events; `raw` the rate as it was.\n\n\
        An island of high rates stays high, where the global smoothing draws it down. A \
        neighbourhood of few areas gives a rough variance, often 0: then the answer is its pooled \
        rate. An area without neighbours keeps its raw rate, chance and all. Two different \
        variances go by the name of local empirical Bayes: `variance` says which.\n\n\
        All rows of the partition are one map. Status `incomplete_strata` on every row: a number, \
        name or list is NULL, or a list names an area that is not among the rows (filter after the \
        smoothing, not before). `undefined`: an area without people, which adds nothing to its \
        neighbours. An area there twice, or beside itself, and negative numbers are errors.";
    const EXAMPLE: &'static str = "\
        SELECT name, eb_smooth_local(name, tests, people, beside) OVER () AS smoothed\n\
        FROM (VALUES ('Skåne', 400, 1400000, make_array('Blekinge', 'Halland')),\n\
        \u{20}            ('Blekinge', 22, 158000, make_array('Skåne')),\n\
        \u{20}            ('Halland', 90, 345000, make_array('Skåne')))\n\
        \u{20}    AS region(name, tests, people, beside)\n\
        ORDER BY name;";

    fn partition(columns: &Columns) -> Result<Vec<Output>> {
        if columns.rows == 0 {
            return Ok(Vec::new());
        }
        let variance: LocalVariance = named(
            Self::NAME,
            constant(Self::NAME, columns, "variance", 4)?.parse(),
        )?;
        for row in 0..columns.rows {
            for at in [1, 2] {
                not_negative(Self::NAME, Self::ARGUMENTS, (columns, at, row))?;
            }
        }
        let map = Map::of(columns, (0, 3), [1, 2]);
        let areas: Vec<Area> = map
            .numbers()
            .map(|&[observed, expected]| Area { observed, expected })
            .collect();
        let smoothed = match map.neighbours(Self::NAME)? {
            Ok(neighbours) => {
                let smoothed = eb_smooth_local(&areas, &neighbours, variance);
                named(Self::NAME, smoothed)?
            }
            Err(status) => {
                let missing = Smoothed {
                    status,
                    ..Smoothed::default()
                };
                vec![missing; map.len()]
            }
        };
        let output = |area: &Smoothed| {
            Output::Struct(vec![
                Cell::Number(area.value),
                Cell::Number(area.raw),
                Cell::Text(Some(area.status.as_str().to_owned())),
            ])
        };
        Ok(smoothed.iter().map(output).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::super::map::tests::{TABLE, keeps_the_rules};
    use crate::equity::testing::query;

    #[test]
    fn an_area_is_drawn_to_its_neighbours_and_an_island_keeps_its_rate() {
        let sql = "SELECT area, s.raw, s.value > s.raw, s.status FROM (SELECT area, \
                   eb_smooth_local(area, o, n, beside) OVER () AS s FROM t) ORDER BY area";
        let rows = query(TABLE, sql).unwrap();
        assert_eq!(rows[0], ["a", "0.1", "true", "ok"]);
        assert_eq!(rows[3], ["d", "0.41", "false", "ok"]);
        assert_eq!(rows[4], ["island", "0.1", "false", "ok"]);
        let sql = "SELECT max(abs(s['value'] - c['value'])) > 0 FROM (SELECT \
                   eb_smooth_local(area, o, n, beside) OVER () AS s, \
                   eb_smooth_local(area, o, n, beside, 'centre') OVER () AS c FROM t)";
        assert_eq!(query(TABLE, sql).unwrap(), [["true"]]);
    }

    #[test]
    fn it_keeps_the_rules_of_maps() {
        keeps_the_rules(
            "eb_smooth_local",
            "eb_smooth_local({area}, o, n, {beside}) OVER ()",
        );
        let error = "SELECT eb_smooth_local(area, -o, n, beside) OVER () FROM t";
        let error = query(TABLE, error).unwrap_err().to_string();
        assert!(
            error.contains("eb_smooth_local: events: expected a number"),
            "{error}"
        );
    }
}
