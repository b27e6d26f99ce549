//! `funnel_flag(events, denominator, …) OVER (…)`: whether an area lies outside the lines.

use datafusion::common::{Result, exec_err};
use kohort_stats::funnel::{Area, FunnelOptions, funnel_flags};

use super::super::argument::Argument;
use super::super::columns::{Columns, confidence};
use super::super::output::{Cell, CellType, Output, Shape};
use super::super::window::Window;
use super::{DENOMINATOR, EVENTS, STATISTIC, TARGET, area};

const LEVEL: Argument = Argument::number(
    "level",
    "the confidence of the one pair of lines that flags, such as 0.99, the same for all; unless \
     given there are two, at 0.95 and 0.998",
)
.optional();

/// Whether areas lie outside the lines of a funnel plot.
#[derive(Debug)]
pub(super) struct FunnelFlag;

impl Window for FunnelFlag {
    const NAME: &'static str = "funnel_flag";
    const ARGUMENTS: &'static [Argument] = &[
        EVENTS,
        DENOMINATOR,
        TARGET,
        STATISTIC,
        Argument::choice(
            "overdispersion",
            &["none", "multiplicative", "additive"],
            "what is done about areas that differ for more than chance: nothing, all lines wider \
             by one factor, or one variance more for each area",
        ),
        LEVEL,
    ];
    const SHAPE: Shape = Shape::Cell(CellType::Text);
    const DESCRIPTION: &'static str = "\
        Whether an area is further from the target than chance takes it, as in a funnel plot: \
        `High (0.001)`, `High (0.025)`, `Not significant`, `Low (0.025)` or `Low (0.001)`. The \
        number is what chance leaves on that side, and is another with a `level`: `High (0.005)` \
        for 0.99. An area is high where its whole interval lies above the target, at confidence \
        0.998 or else 0.95: Wilson's limits for a proportion; for a ratio or rate those of its \
        events, exact below 10 and Byar's from there on. With over-dispersion, areas are judged by \
        their distance in standard errors, widened by what `funnel_overdispersion` finds. \
        Spiegelhalter, 2005, doi:10.1002/sim.1970.\n\n\
        Of 1000 areas at the target, about 50 are flagged. A flag is a question, not an answer, \
        and high is not bad. Large areas are flagged for differences that do not matter: allow for \
        over-dispersion. Directly standardised rates are no counts: flag observed over expected \
        events with a target of 1.\n\n\
        The flag is NULL where a count is NULL or the denominator is 0. Without a target, and with \
        over-dispersion, one NULL count leaves no flag in the whole partition, since what is \
        pooled over areas is then not known. Negative counts, and more events than people of a \
        proportion, are errors.";
    const EXAMPLE: &'static str = "\
        SELECT region, funnel_flag(tested, eligible) OVER () AS flag\n\
        FROM (VALUES ('Skåne', 560, 1000), ('Gotland', 31, 50), ('Dalarna', 180, 400))\n\
        \u{20}    AS t(region, tested, eligible);";

    fn partition(columns: &Columns) -> Result<Vec<Output>> {
        if columns.rows == 0 {
            return Ok(Vec::new());
        }
        let areas: Vec<Area> = (0..columns.rows).map(|row| area(columns, row)).collect();
        let first = columns.options(0)?;
        for row in 1..columns.rows {
            let options = columns.options(row)?;
            let differs = options.number("target") != first.number("target")
                || options.text("statistic") != first.text("statistic")
                || options.text("overdispersion") != first.text("overdispersion")
                || options.number(LEVEL.name) != first.number(LEVEL.name);
            if differs {
                return exec_err!(
                    "{}: `target`, `statistic`, `overdispersion` and `level`: expected the same \
                     for all areas; partition by what they depend on",
                    Self::NAME
                );
            }
        }
        let level = first.number(LEVEL.name);
        let level = level
            .map(|level| confidence(Self::NAME, level))
            .transpose()?;
        let statistic = first.text("statistic").parse();
        let flags = statistic.and_then(|statistic| {
            let options = FunnelOptions {
                target: first.number("target"),
                statistic,
                overdispersion: first.text("overdispersion").parse()?,
                level,
            };
            funnel_flags(&areas, options)
        });
        let flags = flags.or_else(|error| exec_err!("{}: {error}", Self::NAME))?;
        let word = |flag: kohort_stats::funnel::FunnelFlag| flag.at(level);
        let output = |flag: Option<_>| Output::Cell(Cell::Text(flag.map(word)));
        Ok(flags.into_iter().map(output).collect())
    }
}

#[cfg(test)]
mod tests {
    use crate::equity::testing::query;

    const TABLE: &str = "SELECT * FROM (VALUES ('x', 'a', 200, 100.0), ('x', 'b', 122, 100.0), \
                         ('x', 'c', 100, 100.0), ('x', 'd', 79, 100.0), ('x', 'e', 0, 100.0), \
                         ('y', 'a', 10, 20.0), ('y', 'b', NULL, 20.0), ('z', 'a', 500, 1000.0), \
                         ('z', 'b', 80, 100.0), ('z', 'c', 0, 0.0)) AS v(indicator, region, o, n)";

    fn flags(call: &str, indicator: &str) -> Vec<String> {
        let sql = format!(
            "SELECT flag FROM (SELECT *, {call} OVER (PARTITION BY indicator) AS flag FROM t) \
             WHERE indicator = '{indicator}' ORDER BY region"
        );
        let rows = query(TABLE, &sql).unwrap();
        rows.into_iter().flatten().collect()
    }

    #[test]
    fn areas_are_flagged_within_their_indicator() {
        let of_ratio = flags("funnel_flag(o, n, 1, 'ratio')", "x");
        let expected = [
            "High (0.001)",
            "High (0.025)",
            "Not significant",
            "Low (0.025)",
            "Low (0.001)",
        ];
        assert_eq!(of_ratio, expected);
        // The pooled rate is 580 / 1100.
        let pooled = flags("funnel_flag(o, n, NULL, 'rate')", "z");
        assert_eq!(pooled, ["Not significant", "High (0.001)", "NULL"]);
    }

    #[test]
    fn a_level_is_one_pair_of_lines() {
        for (level, high) in [("0.99", "High (0.005)"), ("99.8", "High (0.001)")] {
            let flags = flags(
                &format!("funnel_flag(o, n, 1, 'ratio', NULL, {level})"),
                "x",
            );
            let none = "Not significant";
            let low = high.replace("High", "Low");
            assert_eq!(flags, [high, none, none, none, low.as_str()]);
        }
    }

    #[test]
    fn a_null_count_is_null_and_so_is_what_is_pooled_over_it() {
        let given = flags("funnel_flag(o, n, 0.1, 'rate')", "y");
        assert_eq!(given, ["High (0.001)", "NULL"]);
        assert_eq!(
            flags("funnel_flag(o, n, NULL, 'rate')", "y"),
            ["NULL", "NULL"]
        );
    }

    #[test]
    fn over_dispersion_takes_flags_back() {
        for method in ["multiplicative", "additive"] {
            let call = format!("funnel_flag(o, n, 1, 'ratio', '{method}')");
            let count = |words: Vec<String>| {
                words
                    .iter()
                    .filter(|word| *word != "Not significant")
                    .count()
            };
            assert!(count(flags(&call, "x")) < 4, "{method}");
        }
    }

    #[test]
    fn wrong_arguments_are_errors_that_name_them() {
        let error = |call: &str| {
            let sql = format!("SELECT {call} OVER () FROM t");
            query(TABLE, &sql).unwrap_err().to_string()
        };
        let shares = error("funnel_flag(o, n)");
        assert!(
            shares.contains("funnel_flag: events: expected at most"),
            "{shares}"
        );
        assert!(error("funnel_flag(o, n, 1, 'share')").contains("`statistic`"));
        assert!(error("funnel_flag(o, n, n, 'ratio')").contains("the same for all areas"));
        assert!(error("funnel_flag(o, n, -1, 'ratio')").contains("funnel_flag: target"));
        let level = error("funnel_flag(o, n, 1, 'ratio', 'none', 2)");
        assert!(
            level.contains("funnel_flag: confidence: expected"),
            "{level}"
        );
        assert!(error("funnel_flag(o, n, 1, 'ratio', 'none', o)").contains("the same for all"));
    }
}
