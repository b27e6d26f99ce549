//! `funnel_overdispersion(events, denominator, …)`: how much more areas differ than by chance.

use datafusion::common::{Result, exec_err};
use kohort_stats::funnel::{Area, FunnelStatistic, dispersion, funnel_target};
use kohort_stats::{Error, Status};

use super::super::aggregate::Aggregate;
use super::super::argument::Argument;
use super::super::columns::{Columns, Options};
use super::super::output::{Cell, CellType, Output, Shape};
use super::super::state::Rows;
use super::{DENOMINATOR, EVENTS, STATISTIC, TARGET};

/// How much more areas differ than chance makes them.
#[derive(Debug)]
pub(super) struct FunnelOverdispersion;

impl Aggregate for FunnelOverdispersion {
    const NAME: &'static str = "funnel_overdispersion";
    const ARGUMENTS: &'static [Argument] = &[EVENTS, DENOMINATOR, TARGET.constant(), STATISTIC];
    const SHAPE: Shape = Shape::Struct(&[
        ("phi", CellType::Number),
        ("tau_squared", CellType::Number),
        ("target", CellType::Number),
        ("areas", CellType::Integer),
        ("status", CellType::Text),
    ]);
    const DESCRIPTION: &'static str = "\
        How much more areas differ than chance makes them, which `funnel_flag` can allow for. \
        `phi` is the factor on the variance of chance, at least 1: the mean of squared distances \
        to the target in standard errors, on the scale `asin(sqrt(share))` or `sqrt(ratio)`, after \
        the outer tenths were drawn in to the tenth and ninetieth percentile. `tau_squared` is the \
        variance between areas beyond chance on that scale, at least 0, by DerSimonian and \
        Laird.\n\n\
        A `phi` of 1 is chance; one of 4 makes lines twice as wide. With about 20 areas it is \
        rough. That areas may differ so much for good reasons is a decision and no finding. \
        Spiegelhalter, 2005, doi:10.1136/qshc.2005.013755.\n\n\
        One NULL count gives the status `incomplete_strata`; no areas, or denominators that sum to \
        0, give `undefined`. Areas with a denominator of 0 are left out. Negative counts, and more \
        events than people of a proportion, are errors.";
    const EXAMPLE: &'static str = "\
        SELECT funnel_overdispersion(tested, eligible) AS spread\n\
        FROM (VALUES (560, 1000), (31, 50), (180, 400), (390, 700), (45, 120))\n\
        \u{20}    AS region(tested, eligible);";
    type State = Rows<2>;

    fn update(state: &mut Rows<2>, columns: &Columns, row: usize) -> Result<()> {
        state.push([columns.number(0, row), columns.number(1, row)]);
        Ok(())
    }

    fn evaluate(state: &Rows<2>, options: &Options) -> Result<Output> {
        let area = |[events, denominator]: [Option<f64>; 2]| Area {
            events,
            denominator,
        };
        let areas: Vec<Area> = state.iter().map(area).collect();
        let statistic = options.text("statistic").parse();
        let found = statistic.and_then(|kind| spread(&areas, options.number("target"), kind));
        match found {
            Ok(cells) => Ok(Output::Struct(cells)),
            Err(error) => exec_err!("{}: {error}", Self::NAME),
        }
    }
}

fn spread(
    areas: &[Area],
    target: Option<f64>,
    statistic: FunnelStatistic,
) -> std::result::Result<Vec<Cell>, Error> {
    let pooled = funnel_target(areas, statistic)?;
    let cells = |[phi, tau_squared, target]: [Option<f64>; 3], count, status: Status| {
        vec![
            Cell::Number(phi),
            Cell::Number(tau_squared),
            Cell::Number(target),
            Cell::Integer(count),
            Cell::Text(Some(status.as_str().to_owned())),
        ]
    };
    let (Status::Ok, Some(target)) = (pooled.status, target.or(pooled.value)) else {
        return Ok(cells([None, None, target], None, pooled.status));
    };
    let found = dispersion(areas, target, statistic)?;
    let count = i64::try_from(found.areas.iter().flatten().count()).ok();
    let numbers = [Some(found.phi), Some(found.tau_squared), Some(target)];
    Ok(cells(numbers, count, Status::Ok))
}

#[cfg(test)]
mod tests {
    use crate::equity::testing::query;

    // z is -10, -8, ..., 10 on the scale of square roots, as E is 100.
    const TABLE: &str = "SELECT power(10.0 + value, 2) AS o, 100 AS n, value AS k \
                         FROM generate_series(-5, 5)";

    #[test]
    fn the_spread_is_that_of_a_sum_by_hand() {
        let sql = "SELECT round(s.phi, 9), round(s.tau_squared, 12), s.target, s.areas, s.status \
                   FROM (SELECT funnel_overdispersion(o, n, 1, 'ratio') AS s FROM t)";
        let rows = query(TABLE, sql).unwrap();
        assert_eq!(rows, [["33.454545455", "0.0895", "1", "11", "ok"]]);
    }

    #[test]
    fn groups_have_their_own_target_and_null_is_incomplete() {
        let sql = "SELECT k, s.target, s.status, s.areas FROM (SELECT k > 0 AS k, \
                   funnel_overdispersion(o, CASE WHEN k = -5 THEN NULL ELSE n END, NULL, 'rate') \
                   AS s FROM t GROUP BY k > 0) ORDER BY k";
        let rows = query(TABLE, sql).unwrap();
        assert_eq!(rows[0], ["false", "NULL", "incomplete_strata", "NULL"]);
        // (121 + 144 + 169 + 196 + 225) / 500.
        assert_eq!(rows[1], ["true", "1.71", "ok", "5"]);
        let none = "SELECT funnel_overdispersion(o, n)['status'] FROM t WHERE k > 9";
        assert_eq!(query(TABLE, none).unwrap(), [["undefined"]]);
    }

    #[test]
    fn wrong_arguments_are_errors_that_name_them() {
        let error = |sql: &str| query(TABLE, sql).unwrap_err().to_string();
        let shares = error("SELECT funnel_overdispersion(o, n) FROM t");
        assert!(shares.contains("funnel_overdispersion: events"), "{shares}");
        assert!(
            error("SELECT funnel_overdispersion(o, n, o) FROM t").contains("expected the same")
        );
    }
}
