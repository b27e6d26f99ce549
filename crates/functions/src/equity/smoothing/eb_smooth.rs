//! `eb_smooth(events, population, …) OVER (…)`.

use datafusion::common::Result;
use kohort_stats::smoothing::{Smoothed, SmoothingMethod, eb_smooth};

use super::super::argument::Argument;
use super::super::columns::Columns;
use super::super::named::named;
use super::super::output::{Cell, CellType, Output, Shape};
use super::super::window::Window;
use super::map::{EVENTS, POPULATION, areas, constant};

/// The function.
#[derive(Debug)]
pub(super) struct EbSmooth;

impl Window for EbSmooth {
    const NAME: &'static str = "eb_smooth";
    const ARGUMENTS: &'static [Argument] = &[
        EVENTS,
        POPULATION,
        Argument::choice(
            "method",
            &[
                "marshall",
                "gamma_moments",
                "gamma_ml",
                "gamma_mean1",
                "lognormal",
            ],
            "how the distribution of true rates is estimated: its mean and variance alone, a gamma \
             distribution by moments or by likelihood, one with mean 1 (which wants expected \
             events), or a log-normal one",
        ),
    ];
    const SHAPE: Shape = Shape::Struct(&[
        ("value", CellType::Number),
        ("median", CellType::Number),
        ("raw", CellType::Number),
        ("prior_mean", CellType::Number),
        ("prior_variance", CellType::Number),
        ("method", CellType::Text),
        ("status", CellType::Text),
    ]);
    const DESCRIPTION: &'static str = "\
        The rate of each area, drawn towards the mean of all areas the more, the less can be known \
        from its own events (global empirical Bayes): a map of risk more than of luck. `value` is \
        the smoothed rate per person, or the relative risk when `population` holds expected \
        events; `median` the posterior median where a distribution was assumed; `raw` the rate as \
        it was; `prior_mean` and `prior_variance` those of the true rates (of their logarithms for \
        'lognormal'). With a variance of 0 areas differ no more than by chance, and all get one \
        rate.\n\n\
        - 'marshall': `b + (r - b) * a / (a + b / n)` with pooled rate `b` and variance `a`.\n\
        - 'gamma_moments', 'gamma_ml', 'gamma_mean1': `(O + nu) / (n + alpha)`, by the moments of \
        Clayton and Kaldor, by likelihood (negative binomial), or by likelihood with mean 1 \
        (Martuzzi and Hills).\n\
        - 'lognormal': the quadratic approximation of Clayton and Kaldor.\n\n\
        Rank and colour maps by the smoothed rates; test with the raw counts. A real island of \
        high rates is drawn down too: see `eb_smooth_local`. Smoothed rates together vary less \
        than true ones do.\n\n\
        All rows of the partition are one map, in any order; a frame is not looked at. Status \
        `incomplete_strata` on every row: a number is NULL in one of them, since each answer rests \
        on all areas. `undefined`: an area without people, which is left out of the others; or \
        every area, with fewer than two of them, or by a gamma method without any events. Negative \
        numbers are errors.";
    const EXAMPLE: &'static str = "\
        SELECT name, eb_smooth(tests, people) OVER () AS smoothed\n\
        FROM (VALUES ('Skåne', 400, 1400000), ('Gotland', 35, 61000), ('Blekinge', 22, 158000))\n\
        \u{20}    AS region(name, tests, people)\n\
        ORDER BY name;";

    fn partition(columns: &Columns) -> Result<Vec<Output>> {
        if columns.rows == 0 {
            return Ok(Vec::new());
        }
        let word = constant(Self::NAME, columns, "method", 2)?;
        let method: SmoothingMethod = named(Self::NAME, word.parse())?;
        let smoothing = named(
            Self::NAME,
            eb_smooth(&areas(Self::NAME, Self::ARGUMENTS, columns)?, method),
        )?;
        let output = |area: &Smoothed| {
            Output::Struct(vec![
                Cell::Number(area.value),
                Cell::Number(area.median),
                Cell::Number(area.raw),
                Cell::Number(smoothing.mean),
                Cell::Number(smoothing.variance),
                Cell::Text(Some(word.to_owned())),
                Cell::Text(Some(area.status.as_str().to_owned())),
            ])
        };
        Ok(smoothing.areas.iter().map(output).collect())
    }
}

#[cfg(test)]
mod tests {
    use crate::equity::testing::query;

    const TABLE: &str = "SELECT * FROM (VALUES ('m', 'a', 4, 100), ('m', 'b', 600, 10000), \
        ('m', 'c', 300, 10000), ('m', 'empty', 0, 0), ('n', 'd', NULL, 10), ('n', 'e', 4, 10), \
        ('one', 'f', 4, 10)) AS v(map, area, o, n)";

    #[test]
    fn each_map_is_smoothed_by_itself() {
        let sql = "SELECT area, s.value > 0.04, s.value < 0.0452, s.raw, s.status FROM \
                   (SELECT area, eb_smooth(o, n) OVER (PARTITION BY map) AS s FROM t) \
                   ORDER BY area";
        let rows = query(TABLE, sql).unwrap();
        // The pooled rate is 904 / 20,100; a small area lies near it.
        assert_eq!(rows[0], ["a", "true", "true", "0.04", "ok"]);
        assert_eq!(rows[1], ["b", "true", "false", "0.06", "ok"]);
        assert_eq!(rows[2], ["c", "false", "true", "0.03", "ok"]);
        assert_eq!(rows[3], ["d", "NULL", "NULL", "NULL", "incomplete_strata"]);
        assert_eq!(rows[4], ["e", "NULL", "NULL", "NULL", "incomplete_strata"]);
        assert_eq!(rows[5], ["empty", "NULL", "NULL", "NULL", "undefined"]);
        assert_eq!(rows[6], ["f", "NULL", "NULL", "NULL", "undefined"]);
    }

    #[test]
    fn every_method_has_its_prior_and_gamma_methods_a_median() {
        for (method, median) in [
            ("marshall", "false"),
            ("gamma_moments", "true"),
            ("gamma_ml", "true"),
            ("gamma_mean1", "true"),
            ("lognormal", "true"),
        ] {
            let sql = format!(
                "SELECT s.prior_variance > 0, s.median IS NOT NULL, s.method FROM (SELECT area, \
                 eb_smooth(o, n / 22.0, '{method}') OVER () AS s FROM t WHERE map = 'm') \
                 WHERE area = 'b'"
            );
            assert_eq!(query(TABLE, &sql).unwrap(), [["true", median, method]]);
        }
    }

    #[test]
    fn wrong_arguments_are_errors_that_name_them() {
        let error = |sql: &str| query(TABLE, sql).unwrap_err().to_string();
        let word = error("SELECT eb_smooth(o, n, 'bayes') OVER () FROM t");
        assert!(word.contains("got `bayes`"), "{word}");
        let negative = error("SELECT eb_smooth(o, -n) OVER () FROM t");
        assert!(
            negative.contains("eb_smooth: population: expected a number"),
            "{negative}"
        );
        let words = "CASE area WHEN 'a' THEN 'gamma_ml' ELSE 'marshall' END";
        let words = error(&format!("SELECT eb_smooth(o, n, {words}) OVER () FROM t"));
        assert!(
            words.contains("`method`: expected one word for all rows"),
            "{words}"
        );
    }

    #[test]
    fn no_rows_have_no_answers() {
        let sql = "SELECT eb_smooth(o, n) OVER () FROM t WHERE o > 9999";
        assert!(query(TABLE, sql).unwrap().is_empty());
    }
}
