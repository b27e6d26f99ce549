//! `systematic_component_of_variation(observed, expected, …)`.

use datafusion::common::Result;
use kohort_stats::variation::systematic_component_of_variation;

use super::super::aggregate::Aggregate;
use super::super::argument::Argument;
use super::super::columns::{Columns, Options};
use super::super::named::named;
use super::super::output::Output;
use super::super::state::Rows;
use super::areas::{EXPECTED, OBSERVED, areas, push};

/// The aggregate.
#[derive(Debug)]
pub(super) struct SystematicComponent;

impl Aggregate for SystematicComponent {
    const NAME: &'static str = "systematic_component_of_variation";
    const ALIASES: &'static [&'static str] = &["scv"];
    const ARGUMENTS: &'static [Argument] = &[
        OBSERVED,
        EXPECTED,
        Argument::choice(
            "definition",
            &["diehr", "mcpherson"],
            "relative differences, or the original logarithms, which want events in every area",
        ),
        Argument::number("scale", "above 0; atlases print 10 or 100 times it")
            .or(1.0)
            .constant(),
    ];
    const DESCRIPTION: &'static str = "\
        How much areas vary beyond chance: the mean over areas of `((O - E) / E)^2 - 1 / E`, which \
        is the variance of relative risks less what Poisson chance adds to it ('diehr'); \
        'mcpherson' takes `(ln O - ln E)^2` for the first term. `n` is the number of areas.\n\n\
        0.04 is risks that typically lie 20 per cent around 1. Where the formula gives less than 0 \
        the value is 0, and `method` says so: `diehr_truncated`. Small areas weigh as much as \
        large ones: with few expected events in many areas it swings (`tau2_marshall` and \
        `eb_gamma_alpha` are steadier). Read it beside `chi_square_heterogeneity`.\n\n\
        Status `incomplete_strata`: a count is NULL. `undefined`: fewer than two areas, an area in \
        which nothing is expected, or ('mcpherson') one without events. Negative counts are \
        errors.";
    const EXAMPLE: &'static str = "\
        SELECT test, systematic_component_of_variation(tests, expected, scale => 100) AS scv\n\
        FROM (VALUES ('exome', 150, 100), ('exome', 50, 100), ('panel', 110, 100),\n\
        \u{20}            ('panel', 90, 100))\n\
        \u{20}    AS region(test, tests, expected)\n\
        GROUP BY test ORDER BY test;";
    type State = Rows<2>;

    fn update(state: &mut Rows<2>, columns: &Columns, row: usize) -> Result<()> {
        push(Self::NAME, Self::ARGUMENTS, state, columns, row)
    }

    fn evaluate(state: &Rows<2>, options: &Options) -> Result<Output> {
        let definition = named(Self::NAME, options.text("definition").parse())?;
        let scale = options.number("scale").unwrap_or(f64::NAN);
        let variation = systematic_component_of_variation(&areas(state), definition, scale);
        Ok(named(Self::NAME, variation)?.into())
    }
}

#[cfg(test)]
mod tests {
    use super::super::areas::tests::{TABLE, keeps_the_rules, maps};
    use super::SystematicComponent;
    use crate::equity::aggregate::Aggregate;
    use crate::equity::testing::{number, query};

    #[test]
    fn chance_is_subtracted_from_the_spread() {
        let rows = maps("scv(o, e, 'diehr', 100)", "m.value, m.method");
        // Half above and half below, less a twentieth.
        assert_eq!(rows[1], ["b", "20", "diehr", "40", "2", "ok"]);
        let same = "SELECT scv(e, e)['method'] FROM t WHERE map = 'a'";
        assert_eq!(query(TABLE, same).unwrap(), [["diehr_truncated"]]);
        let logarithms = "SELECT scv(o, e, 'mcpherson')['value'] FROM t WHERE map = 'b'";
        let expected = (1.5_f64.ln().powi(2) + 2.0_f64.ln().powi(2)) / 2.0 - 0.05;
        assert!((number(TABLE, logarithms) - expected).abs() < 1e-9);
    }

    #[test]
    fn it_keeps_the_rules() {
        keeps_the_rules(SystematicComponent::NAME);
        let error = |sql: &str| query(TABLE, sql).unwrap_err().to_string();
        assert!(error("SELECT scv(o, e, 'x') FROM t").contains("diehr, mcpherson"));
        assert!(error("SELECT scv(o, e, 'diehr', 0) FROM t").contains("scale"));
        assert!(
            error("SELECT scv(o, e, 'diehr', e) FROM t").contains("expected the same for all rows")
        );
    }
}
