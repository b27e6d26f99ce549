//! `indirectly_standardised_ratio(stratum, events, population, reference_events, …)`.

use datafusion::common::Result;
use kohort_stats::standardisation::{
    IndirectMethod, IndirectReference, IndirectStratum, Standardisation, indirect_reference,
    indirectly_standardised_ratio,
};
use kohort_stats::{Error, Estimate, Status};

use super::super::aggregate::Aggregate;
use super::super::argument::Argument;
use super::super::columns::{Columns, Options};
use super::super::named::named;
use super::super::output::{Cell, CellType, Output, Shape};
use super::strata::{POPULATION, POPULATIONS, STRATUM, Strata, add, each};

/// The aggregate.
#[derive(Debug)]
pub(super) struct IndirectlyStandardisedRatio;

/// What happened in the reference.
pub(super) const REFERENCE_EVENTS: Argument = Argument::number(
    "reference_events",
    "how many in this stratum of the reference, such as the country: the same number in every row \
     of a stratum",
);

/// The people of the reference.
pub(super) const REFERENCE_POPULATION: Argument = Argument::number(
    "reference_population",
    "people or person-time in this stratum of the reference: the same number in every row of a \
     stratum",
);

/// How the limits are made.
pub(super) const METHOD: Argument = Argument::choice(
    "method",
    &["byar", "lognormal"],
    "of the limits: those of the events (exact below 10 events, else Byar's), or a normal \
     logarithm with variance `1/O`",
);

/// An estimate with what it rests on.
pub(super) const SHAPE: Shape = Shape::EstimateAnd(&[
    ("expected", CellType::Number),
    ("reference_rate", CellType::Number),
]);

impl Aggregate for IndirectlyStandardisedRatio {
    const NAME: &'static str = "indirectly_standardised_ratio";
    const ALIASES: &'static [&'static str] = &["isr_ratio", "smr"];
    const ARGUMENTS: &'static [Argument] = &[
        STRATUM,
        Argument::number("events", "how many in the row, 0 or more; NULL is not 0"),
        POPULATION,
        REFERENCE_EVENTS,
        REFERENCE_POPULATION,
        Argument::number("multiplier", "1 or 100 by custom, above 0")
            .or(1.0)
            .constant(),
        Argument::confidence(),
        METHOD,
        POPULATIONS,
    ];
    const SHAPE: Shape = SHAPE;
    const DESCRIPTION: &'static str = "\
        How many times more often something happened than the rates of a reference let expect: \
        `O / E` with `E = sum(n * reference_events / reference_population)` over strata. The \
        standardised mortality ratio (SMR) when events are deaths; an access ratio when they are \
        tests. The limits take `E` for known; `method` in the result is `exact` or `byar`, \
        whichever was used. `expected` is `E`, and `reference_rate` the crude rate of the \
        reference per person, `sum(reference_events) / sum(reference_population)`.\n\n\
        **Rows of one stratum** are summed before anything is divided. Their events are added up. \
        Every row must repeat the population of its stratum, and rows that differ are an error; \
        where rows hold parts of a population say `populations => 'summed'`. The reference is \
        always repeated.\n\n\
        1 is as often as in the reference. Each area is weighted by its own ages: compare it with \
        the reference, **not with another area** (for that, `directly_standardised_rate`).\n\n\
        Status `incomplete_strata`: anything is NULL, or a reference population is 0. A NULL count \
        is not 0, in the reference neither. `undefined`: nothing is expected, or no rows. Negative \
        numbers are errors.";
    const EXAMPLE: &'static str = "\
        SELECT region, indirectly_standardised_ratio(age, tests, people, all_tests, all_people)\n\
        \u{20}      AS access_ratio\n\
        FROM (VALUES ('Skåne', '0-64', 310, 1090000, 2600, 8300000),\n\
        \u{20}            ('Skåne', '65+', 95, 290000, 700, 2150000),\n\
        \u{20}            ('Gotland', '0-64', 9, 45000, 2600, 8300000),\n\
        \u{20}            ('Gotland', '65+', 6, 16000, 700, 2150000))\n\
        \u{20}    AS t(region, age, tests, people, all_tests, all_people)\n\
        GROUP BY region ORDER BY region;";
    type State = Strata<4>;

    fn update(state: &mut Strata<4>, columns: &Columns, row: usize) -> Result<()> {
        add(Self::NAME, Self::ARGUMENTS, state, columns, row)
    }

    fn evaluate(state: &Strata<4>, options: &Options) -> Result<Output> {
        evaluate(
            Self::NAME,
            state,
            options,
            (indirectly_standardised_ratio, 1.0),
        )
    }
}

/// The answer of a measure of observed and expected, which is given with what the rate of the
/// reference is multiplied by.
pub(super) fn evaluate(
    function: &str,
    state: &Strata<4>,
    options: &Options,
    (measure, per): (
        impl Fn(
            &[IndirectStratum],
            Standardisation<IndirectMethod>,
        ) -> std::result::Result<Estimate, Error>,
        f64,
    ),
) -> Result<Output> {
    let method: IndirectMethod = named(function, options.text("method").parse())?;
    let strata = each(function, state, options, |numbers, denominators| {
        let [events, population, reference_events, reference_population] = numbers;
        Ok(IndirectStratum {
            events: events.summed(),
            population: population.population(denominators)?,
            reference_events: reference_events.repeated("reference_events")?,
            reference_population: reference_population.repeated("reference_population")?,
        })
    })?;
    let options = Standardisation {
        multiplier: options.number("multiplier").unwrap_or(f64::NAN),
        confidence: options.confidence()?,
        method,
    };
    let (estimate, reference) = match strata {
        Some(strata) => (
            named(function, measure(&strata, options))?,
            named(function, indirect_reference(&strata))?,
        ),
        None => (
            Estimate::missing(Status::IncompleteStrata, method.as_str()),
            IndirectReference::default(),
        ),
    };
    let rate = reference.rate.map(|rate| rate * per);
    let more = vec![Cell::Number(reference.expected), Cell::Number(rate)];
    Ok(Output::EstimateAnd(estimate, more))
}

#[cfg(test)]
mod tests {
    use crate::equity::testing::{number, query};

    /// 10 + 20 expected in `n`, 36 seen; 10 expected in `s`, none seen.
    const TABLE: &str = "SELECT * FROM (VALUES ('n', 'a', 4, 1000, 100, 10000), \
        ('n', 'a', 2, 1000, 100, 10000), ('n', 'b', 30, 200, 500, 5000), \
        ('s', 'a', 0, 1000, 100, 10000)) AS v(region, age, o, n, ro, rn)";

    #[test]
    fn observed_is_divided_by_expected() {
        let sql = "SELECT region, d.value, d.events, d.n, d.lower_cl IS NOT NULL, d.method, \
                   d.status FROM (SELECT region, smr(age, o, n, ro, rn) AS d FROM t \
                   GROUP BY region) ORDER BY region";
        let rows = query(TABLE, sql).unwrap();
        assert_eq!(rows[0], ["n", "1.2", "36", "1200", "true", "byar", "ok"]);
        assert_eq!(rows[1], ["s", "0", "0", "1000", "true", "exact", "ok"]);
        let sql = "SELECT isr_ratio(age, o, n, ro, rn, 100, 0.95, 'lognormal')['value'] FROM t \
                   WHERE region = 'n'";
        assert_eq!(number(TABLE, sql), 120.0);
    }

    #[test]
    fn what_is_expected_and_the_rate_of_the_reference_stand_beside() {
        let sql = "SELECT region, d.expected, d.reference_rate FROM (SELECT region, \
                   smr(age, o, n, ro, rn, 100) AS d FROM t GROUP BY region) ORDER BY region";
        let rows = query(TABLE, sql).unwrap();
        assert_eq!(rows, [["n", "30", "0.04"], ["s", "10", "0.01"]]);
        let sql = "SELECT d.expected, d.reference_rate FROM (SELECT smr(age, o, n, \
                   nullif(ro, 100), rn) AS d FROM t)";
        assert_eq!(query(TABLE, sql).unwrap(), [["NULL", "NULL"]]);
    }

    #[test]
    fn populations_of_rows_are_summed_only_where_that_is_said() {
        let sql = "SELECT smr(age, o, n, ro, rn, 1, 0.95, 'byar', 'summed')['n'] FROM t";
        assert_eq!(number(TABLE, sql), 3200.0);
        let differ = query(TABLE, "SELECT smr(age, o, n + o, ro, rn) FROM t").unwrap_err();
        assert!(
            differ
                .to_string()
                .contains("population: expected one number"),
            "{differ}"
        );
        let differ = "SELECT smr(age, o, n, ro + o, rn, 1, 0.95, 'byar', 'summed') FROM t";
        let differ = query(TABLE, differ).unwrap_err();
        assert!(
            differ
                .to_string()
                .contains("reference_events: expected one number")
        );
    }

    #[test]
    fn anything_null_and_an_empty_reference_are_incomplete() {
        for (column, null) in [
            ("age", "nullif(age, 'b')"),
            ("o", "nullif(o, 30)"),
            ("n", "nullif(n, 200)"),
            ("ro", "nullif(ro, 500)"),
            ("rn", "nullif(rn, 5000)"),
            ("rn", "CASE rn WHEN 5000 THEN 0 ELSE rn END"),
        ] {
            let arguments: Vec<_> = ["age", "o", "n", "ro", "rn"]
                .map(|name| if name == column { null } else { name })
                .into();
            let arguments = arguments.join(", ");
            let sql =
                format!("SELECT d.status, d.value FROM (SELECT smr({arguments}) AS d FROM t)");
            assert_eq!(
                query(TABLE, &sql).unwrap(),
                [["incomplete_strata", "NULL"]],
                "{null}"
            );
        }
    }

    #[test]
    fn nothing_expected_is_undefined_and_negative_counts_are_errors() {
        let sql = "SELECT d.status FROM (SELECT smr(age, o, n, 0, rn) AS d FROM t)";
        assert_eq!(query(TABLE, sql).unwrap(), [["undefined"]]);
        let error = query(TABLE, "SELECT smr(age, o, n, -ro, rn) FROM t").unwrap_err();
        let expected = "indirectly_standardised_ratio: reference_events: expected a number of at";
        assert!(error.to_string().contains(expected), "{error}");
    }
}
