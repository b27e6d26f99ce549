//! `tau2_marshall(observed, expected)`.

use datafusion::common::Result;
use kohort_stats::variation::tau2_marshall;

use super::super::aggregate::Aggregate;
use super::super::argument::Argument;
use super::super::columns::{Columns, Options};
use super::super::named::named;
use super::super::output::Output;
use super::super::state::Rows;
use super::areas::{EXPECTED, OBSERVED, areas, push};

/// The aggregate.
#[derive(Debug)]
pub(super) struct Tau2Marshall;

impl Aggregate for Tau2Marshall {
    const NAME: &'static str = "tau2_marshall";
    const ARGUMENTS: &'static [Argument] = &[OBSERVED, EXPECTED];
    const DESCRIPTION: &'static str = "\
        The variance of relative risks between areas beyond chance, weighted by their size: \
        `(sum((O - E)^2 / E) - k) / sum(E)` over `k` areas. Where that is below 0 the value is 0, \
        and `method` is `marshall_truncated`. `n` is the number of areas.\n\n\
        0.04 is risks that typically lie 20 per cent around 1. As \
        `systematic_component_of_variation`, but steadier, since small areas weigh little; it is \
        the variance that Marshall's smoothing (`eb_smooth`) shrinks by.\n\n\
        Status `incomplete_strata`: a count is NULL. `undefined`: fewer than two areas, or one in \
        which nothing is expected. Negative counts are errors.";
    const EXAMPLE: &'static str = "\
        SELECT tau2_marshall(tests, expected) AS variance\n\
        FROM (VALUES ('Skåne', 30, 20), ('Gotland', 10, 20)) AS region(name, tests, expected);";
    type State = Rows<2>;

    fn update(state: &mut Rows<2>, columns: &Columns, row: usize) -> Result<()> {
        push(Self::NAME, Self::ARGUMENTS, state, columns, row)
    }

    fn evaluate(state: &Rows<2>, _: &Options) -> Result<Output> {
        Ok(named(Self::NAME, tau2_marshall(&areas(state)))?.into())
    }
}

#[cfg(test)]
mod tests {
    use super::super::areas::tests::{TABLE, keeps_the_rules, maps};
    use super::Tau2Marshall;
    use crate::equity::aggregate::Aggregate;
    use crate::equity::testing::query;

    #[test]
    fn what_chance_does_not_explain_is_variance() {
        let rows = maps("tau2_marshall(o, e)", "m.value, m.method");
        assert_eq!(rows[1], ["b", "0.2", "marshall", "40", "2", "ok"]);
        let sql = "SELECT m.value, m.method FROM (SELECT tau2_marshall(e, e) AS m FROM t \
                   WHERE map = 'a')";
        assert_eq!(query(TABLE, sql).unwrap(), [["0", "marshall_truncated"]]);
    }

    #[test]
    fn it_keeps_the_rules() {
        keeps_the_rules(Tau2Marshall::NAME);
    }
}
