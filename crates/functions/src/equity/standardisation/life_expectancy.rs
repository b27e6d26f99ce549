//! `life_expectancy(start_age, population, deaths, …)`.

use datafusion::common::Result;
use kohort_stats::standardisation::{AgeBand, life_expectancy};

use super::super::aggregate::Aggregate;
use super::super::argument::Argument;
use super::super::columns::{Columns, Options};
use super::super::named::named;
use super::super::output::Output;
use super::super::state::Rows;

/// The aggregate.
#[derive(Debug)]
pub(super) struct LifeExpectancy;

impl Aggregate for LifeExpectancy {
    const NAME: &'static str = "life_expectancy";
    const ARGUMENTS: &'static [Argument] = &[
        Argument::number(
            "start_age",
            "the first year of age of the band, which ends where the next one starts; one row each",
        ),
        Argument::number("population", "people or person-years in the band, above 0"),
        Argument::number("deaths", "in the band, 0 or more"),
        Argument::number(
            "at_age",
            "the start of the band from which to count the years",
        )
        .or(0.0)
        .constant(),
        Argument::confidence(),
    ];
    const DESCRIPTION: &'static str = "\
        How many years a person of a given age would live at today's death rates, from Chiang's \
        abridged life table (his second method), with Silcocks' variance. Deaths fall in the \
        middle of a band, in the one that starts at birth after a tenth of it; the last band is \
        open. Any bands will do, from two on; PHEindicatormethods takes its 20 (under 1, 1 to 4, \
        by five years to 90 and over) and no others.\n\n\
        A summary of the death rates of all ages, adjusted for ages by its making: comparable \
        between groups. Not a forecast.\n\n\
        Status `incomplete_strata`: anything is NULL. `undefined`: a band without people, a last \
        band without deaths, more deaths than people in a band, fewer than two bands, or a closed \
        band in which by the formula more than all would die. \
        `too_few_events`: 5,000 people or fewer in all, or limits more than 20 years apart: \
        withheld as unreliable. A band that is absent cannot be seen: the one before it is taken \
        for wider. Two rows of one age are an error (sum them first), as are negative numbers and \
        an `at_age` that starts no band.";
    const EXAMPLE: &'static str = "\
        SELECT sex, life_expectancy(age, people, deaths) AS at_birth\n\
        FROM (VALUES ('K', 0, 30000, 40), ('K', 30, 32000, 90), ('K', 65, 14000, 700),\n\
        \u{20}            ('M', 0, 31000, 60), ('M', 30, 33000, 150), ('M', 65, 12000, 750))\n\
        \u{20}    AS t(sex, age, people, deaths)\n\
        GROUP BY sex ORDER BY sex;";
    type State = Rows<3>;

    fn update(state: &mut Rows<3>, columns: &Columns, row: usize) -> Result<()> {
        state.push(std::array::from_fn(|at| columns.number(at, row)));
        Ok(())
    }

    fn evaluate(state: &Rows<3>, options: &Options) -> Result<Output> {
        let band = |[start_age, population, deaths]: [Option<f64>; 3]| AgeBand {
            start_age,
            population,
            deaths,
        };
        let bands: Vec<_> = state.iter().map(band).collect();
        let at_age = options.number("at_age").unwrap_or(0.0);
        let years = life_expectancy(&bands, at_age, options.confidence()?);
        Ok(named(Self::NAME, years)?.into())
    }
}

#[cfg(test)]
mod tests {
    use crate::equity::testing::{number, query};

    const TABLE: &str = "SELECT * FROM (VALUES ('K', 80, 2000, 200), ('K', 0, 10000, 10), \
        ('K', 40, 10000, 50), ('M', 0, 100, 1), ('M', 40, 100, 5), ('M', 80, 20, 2), \
        ('X', 0, 10000, NULL), ('X', 80, 2000, 200)) AS v(sex, age, n, d)";

    #[test]
    fn years_are_summed_over_bands_of_a_group() {
        let sql = "SELECT sex, e.value > 60, e.events, e.n, e.status FROM \
                   (SELECT sex, life_expectancy(age, n, d) AS e FROM t GROUP BY sex) ORDER BY sex";
        let rows = query(TABLE, sql).unwrap();
        assert_eq!(rows[0], ["K", "true", "260", "22000", "ok"]);
        assert_eq!(rows[1], ["M", "NULL", "8", "220", "too_few_events"]);
        assert_eq!(rows[2][1..], ["NULL", "NULL", "NULL", "incomplete_strata"]);
        let sql = "SELECT life_expectancy(age, n, d, 80)['value'] FROM t WHERE sex = 'K'";
        assert!((number(TABLE, sql) - 10.0).abs() < 1e-9);
    }

    #[test]
    fn ages_that_make_no_table_are_errors() {
        let error = |sql: &str| query(TABLE, sql).unwrap_err().to_string();
        let twice = error("SELECT life_expectancy(age, n, coalesce(d, 1)) FROM t");
        assert!(
            twice.contains("start_age: expected one band per age"),
            "{twice}"
        );
        let none = error("SELECT life_expectancy(age, n, d, 41) FROM t WHERE sex = 'K'");
        assert!(
            none.contains("life_expectancy: at_age: expected the start of a band"),
            "{none}"
        );
        assert!(error("SELECT life_expectancy(age, -n, d) FROM t").contains("population"));
    }

    #[test]
    fn no_rows_are_undefined() {
        let sql = "SELECT e.status, e.value FROM \
                   (SELECT life_expectancy(age, n, d) AS e FROM t WHERE sex = '?')";
        assert_eq!(query(TABLE, sql).unwrap(), [["undefined", "NULL"]]);
    }
}
