//! `morans_i_empirical_bayes(area, events, population, neighbours, …)`.

use datafusion::common::Result;
use kohort_stats::smoothing::{assuncao_reis, morans_i};
use kohort_stats::variation::Area;

use super::super::aggregate::Aggregate;
use super::super::argument::Argument;
use super::super::columns::{Columns, Options};
use super::super::named::{named, not_negative};
use super::super::output::{Output, Shape};
use super::map::{
    AREA, AUTOCORRELATION, EVENTS, METHOD, Map, NEIGHBOURS, POPULATION, WEIGHTS, autocorrelation,
    without_values,
};

/// The aggregate.
#[derive(Debug)]
pub(super) struct MoransIEmpiricalBayes;

impl Aggregate for MoransIEmpiricalBayes {
    const NAME: &'static str = "morans_i_empirical_bayes";
    const ALIASES: &'static [&'static str] = &["morans_i_eb"];
    const ARGUMENTS: &'static [Argument] = &[AREA, EVENTS, POPULATION, NEIGHBOURS, WEIGHTS, METHOD];
    const SHAPE: Shape = AUTOCORRELATION;
    const DESCRIPTION: &'static str = "\
        How much the rates of neighbouring areas are alike, for areas of different sizes (the \
        empirical Bayes index of Assunção and Reis): `morans_i` of the rates, each standardised by \
        its own chance, `(r - b) / sqrt(a + b / n)` with pooled rate `b` and Marshall's variance \
        `a`.\n\n\
        Raw rates of small areas lie far out by chance, and where small areas lie together so does \
        chance: Moran's I of raw rates finds patterns of size. This finds patterns of risk. Read \
        it as `morans_i`.\n\n\
        Islands, NULL, `status` and errors are as in `morans_i`; also `undefined`: an area without \
        people, or no events at all.";
    const EXAMPLE: &'static str = "\
        SELECT morans_i_empirical_bayes(name, tests, people, beside) AS alike\n\
        FROM (VALUES ('Skåne', 400, 1400000, make_array('Blekinge', 'Halland')),\n\
        \u{20}            ('Blekinge', 22, 158000, make_array('Skåne')),\n\
        \u{20}            ('Halland', 90, 345000, make_array('Skåne')),\n\
        \u{20}            ('Gotland', 35, 61000, make_array()))\n\
        \u{20}    AS region(name, tests, people, beside);";
    type State = Map<2>;

    fn update(state: &mut Map<2>, columns: &Columns, row: usize) -> Result<()> {
        let place = (columns.text(0, row), columns.keys(3, row));
        let number = |at| not_negative(Self::NAME, Self::ARGUMENTS, (columns, at, row));
        state.push(place, [number(1)?, number(2)?]);
        Ok(())
    }

    fn evaluate(state: &Map<2>, options: &Options) -> Result<Output> {
        let weighting = named(Self::NAME, options.text("weights").parse())?;
        let chance = named(Self::NAME, options.text("method").parse())?;
        let areas: Vec<Area> = state
            .numbers()
            .map(|&[observed, expected]| Area { observed, expected })
            .collect();
        let values = match named(Self::NAME, assuncao_reis(&areas))? {
            Ok(values) => values.into_iter().map(Some).collect::<Vec<_>>(),
            Err(status) => return Ok(without_values(status, options)),
        };
        autocorrelation(Self::NAME, state, options, |neighbours| {
            morans_i(&values, neighbours, weighting, chance)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::map::tests::{TABLE, keeps_the_rules};
    use crate::equity::testing::query;

    #[test]
    fn areas_of_one_size_have_the_index_of_their_rates() {
        let sql = "SELECT m.n, m.n_isolates, m.status, abs(m.value - r.value) < 1e-9 FROM \
                   (SELECT morans_i_empirical_bayes(area, o, 100, beside) AS m, \
                   morans_i(area, o / 100.0, beside) AS r FROM t)";
        assert_eq!(query(TABLE, sql).unwrap(), [["5", "1", "ok", "true"]]);
        let sql = "SELECT abs(m['value'] - r['value']) > 0.001 FROM \
                   (SELECT morans_i_eb(area, o, n, beside) AS m, \
                   morans_i(area, o * 1.0 / n, beside) AS r FROM t)";
        assert_eq!(query(TABLE, sql).unwrap(), [["true"]]);
    }

    #[test]
    fn it_keeps_the_rules_of_maps() {
        keeps_the_rules(
            "morans_i_empirical_bayes",
            "morans_i_empirical_bayes({area}, o, n, {beside})",
        );
        for (arguments, status) in [
            ("nullif(o, 12), n", "incomplete_strata"),
            ("o, n - 10", "undefined"),
            ("0, n", "undefined"),
        ] {
            let sql = format!("SELECT morans_i_eb(area, {arguments}, beside)['status'] FROM t");
            assert_eq!(query(TABLE, &sql).unwrap(), [[status]], "{arguments}");
        }
        let error = query(TABLE, "SELECT morans_i_eb(area, -o, n, beside) FROM t").unwrap_err();
        assert!(
            error
                .to_string()
                .contains("morans_i_empirical_bayes: events: expected")
        );
    }
}
