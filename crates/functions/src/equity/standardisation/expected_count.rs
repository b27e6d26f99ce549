//! `expected_count(stratum, population, reference_events, reference_population, …)`.

use datafusion::common::Result;
use kohort_stats::standardisation::{IndirectStratum, expected_count};

use super::super::aggregate::Aggregate;
use super::super::argument::Argument;
use super::super::columns::{Columns, Options};
use super::super::named::named;
use super::super::output::{CellType, Output, Shape};
use super::indirectly_standardised_ratio::{REFERENCE_EVENTS, REFERENCE_POPULATION};
use super::strata::{POPULATION, POPULATIONS, STRATUM, Strata, add, each};

/// The aggregate.
#[derive(Debug)]
pub(super) struct ExpectedCount;

impl Aggregate for ExpectedCount {
    const NAME: &'static str = "expected_count";
    const ARGUMENTS: &'static [Argument] = &[
        STRATUM,
        POPULATION,
        REFERENCE_EVENTS,
        REFERENCE_POPULATION,
        POPULATIONS,
    ];
    const SHAPE: Shape = Shape::Cell(CellType::Number);
    const DESCRIPTION: &'static str = "\
        How many events a population would have at the rates of a reference: \
        `sum(n * reference_events / reference_population)` over strata. A plain number, to be \
        given to funnel plots, `systematic_component_of_variation`, `eb_smooth` and others that \
        compare observed with expected events.\n\n\
        Every row must repeat the population of its stratum, and rows that differ are an error: \
        two rows of a stratum count once. Where rows hold parts of a population say \
        `populations => 'summed'`.\n\n\
        NULL when a stratum, population or reference is NULL, a reference population is 0, or \
        there are no rows. A stratum whose rows are absent expects nothing and cannot be seen. \
        Negative numbers are errors.";
    const EXAMPLE: &'static str = "\
        SELECT region, expected_count(age, people, all_tests, all_people) AS expected\n\
        FROM (VALUES ('Skåne', '0-64', 1090000, 2600, 8300000),\n\
        \u{20}            ('Skåne', '65+', 290000, 700, 2150000))\n\
        \u{20}    AS t(region, age, people, all_tests, all_people)\n\
        GROUP BY region;";
    type State = Strata<3>;

    fn update(state: &mut Strata<3>, columns: &Columns, row: usize) -> Result<()> {
        add(Self::NAME, Self::ARGUMENTS, state, columns, row)
    }

    fn evaluate(state: &Strata<3>, options: &Options) -> Result<Output> {
        let strata = each(Self::NAME, state, options, |numbers, denominators| {
            let [population, reference_events, reference_population] = numbers;
            Ok(IndirectStratum {
                events: None,
                population: population.population(denominators)?,
                reference_events: reference_events.repeated("reference_events")?,
                reference_population: reference_population.repeated("reference_population")?,
            })
        })?;
        let expected = match strata {
            Some(strata) => named(Self::NAME, expected_count(&strata))?.value,
            None => None,
        };
        Ok(expected.into())
    }
}

#[cfg(test)]
mod tests {
    use crate::equity::testing::{number, query};

    const TABLE: &str = "SELECT * FROM (VALUES ('n', 'a', 1000, 100, 10000), \
        ('n', 'a', 1000, 100, 10000), ('n', 'b', 200, 500, 5000), ('s', 'a', 500, 100, 10000), \
        ('x', 'a', 500, 0, 0)) AS v(region, age, n, ro, rn)";

    #[test]
    fn rates_of_the_reference_are_applied_to_strata_once() {
        let sql = "SELECT region, expected_count(age, n, ro, rn) FROM t GROUP BY region \
                   ORDER BY region";
        let rows = query(TABLE, sql).unwrap();
        assert_eq!(rows, [["n", "30"], ["s", "5"], ["x", "NULL"]]);
        let sql = "SELECT expected_count(age, n, ro, rn, 'summed') FROM t WHERE region = 'n'";
        assert_eq!(number(TABLE, sql), 40.0);
    }

    #[test]
    fn what_is_unknown_expects_null() {
        for arguments in [
            "nullif(age, 'b'), n, ro, rn",
            "age, nullif(n, 200), ro, rn",
            "age, n, nullif(ro, 500), rn",
        ] {
            let sql = format!("SELECT expected_count({arguments}) FROM t WHERE region = 'n'");
            assert_eq!(query(TABLE, &sql).unwrap(), [["NULL"]], "{arguments}");
        }
        let none = "SELECT expected_count(age, n, ro, rn) FROM t WHERE n > 9999";
        assert_eq!(query(TABLE, none).unwrap(), [["NULL"]]);
    }

    #[test]
    fn rows_that_contradict_each_other_are_errors() {
        let error = |sql: &str| query(TABLE, sql).unwrap_err().to_string();
        let differ = error("SELECT expected_count(age, n, ro, rn) FROM t WHERE ro > 0");
        assert!(
            differ.contains("expected_count: population: expected one number"),
            "{differ}"
        );
        assert!(error("SELECT expected_count(age, -n, ro, rn) FROM t").contains("population"));
    }
}
