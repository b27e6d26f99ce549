//! `age_group(age, …)`: the band of ages that an age falls in.

use datafusion::common::{Result, exec_err};
use kohort_stats::grouping::age_group;

use super::super::argument::Argument;
use super::super::columns::Columns;
use super::super::output::{Cell, CellType, Output, Shape};
use super::super::scalar::Scalar;

/// The band of ages that an age falls in.
#[derive(Debug)]
pub(super) struct AgeGroup;

impl Scalar for AgeGroup {
    const NAME: &'static str = "age_group";
    const ALIASES: &'static [&'static str] = &["age_band"];
    const ARGUMENTS: &'static [Argument] = &[
        Argument::number("age", "in years; fractions are cut off"),
        Argument::choice(
            "scheme",
            &["5y19", "5y18", "5y21", "10y", "scb"],
            "`5y19`: `0-4` to `85-89`, `90+`; `5y18`: `0-4` to `80-84`, `85+`; `5y21`: `0`, `1-4`, \
             `5-9` to `90-94`, `95+`; `10y`: `0-9` to `80-89`, `90+`; `scb`, as Statistics Sweden \
             has the population: `0-4` to `95-99`, `100+`",
        ),
    ];
    const SHAPE: Shape = Shape::Cell(CellType::Text);
    const DESCRIPTION: &'static str = "\
        The band that an age falls in, with the label by which a standard population is joined. \
        Bands hold completed years: `5-9` is from the fifth birthday to the day before the tenth. \
        As text, bands do not sort by age.\n\n\
        NULL, negative ages and NaN give NULL. A person without a band is in no stratum: count \
        them before a standardised rate is trusted.";
    const EXAMPLE: &'static str = "\
        SELECT age, age_group(age) AS band, age_group(age, '5y21') AS finer\n\
        FROM (VALUES (0), (9), (47), (93)) AS person(age);";

    fn row(columns: &Columns, row: usize) -> Result<Output> {
        let scheme = columns.text(1, row).unwrap_or_default().parse();
        let scheme = scheme.or_else(|error| exec_err!("{}: {error}", Self::NAME))?;
        let band = age_group(columns.number(0, row), scheme);
        Ok(Output::Cell(Cell::Text(band.map(str::to_owned))))
    }
}

#[cfg(test)]
mod tests {
    use crate::equity::testing::query;

    const TABLE: &str = "SELECT * FROM (VALUES (0.5), (9.99), (85.0), (120.0), (-1.0), (NULL)) \
                         AS v(age)";

    #[test]
    fn ages_fall_in_bands() {
        let sql = "SELECT age_group(age), age_group(age, '5y18'), age_band(age, '5y21'), \
                   age_group(age, '10y'), age_group(age, 'scb') FROM t ORDER BY age";
        let rows = query(TABLE, sql).unwrap();
        assert_eq!(rows[0], ["NULL"; 5]);
        assert_eq!(rows[1], ["0-4", "0-4", "0", "0-9", "0-4"]);
        assert_eq!(rows[2], ["5-9", "5-9", "5-9", "0-9", "5-9"]);
        assert_eq!(rows[3], ["85-89", "85+", "85-89", "80-89", "85-89"]);
        assert_eq!(rows[4], ["90+", "85+", "95+", "90+", "100+"]);
        assert_eq!(rows[5], ["NULL"; 5]);
    }

    #[test]
    fn bands_are_groups() {
        let sql = "SELECT age_group(age, '10y') AS band, count(*) FROM t GROUP BY 1 ORDER BY 1";
        let rows = query(TABLE, sql).unwrap();
        assert_eq!(rows[0], ["0-9", "2"]);
        let error = query(TABLE, "SELECT age_group(age, '7y') FROM t").unwrap_err();
        assert!(
            error.to_string().contains("age_group: scheme: expected"),
            "{error}"
        );
    }
}
