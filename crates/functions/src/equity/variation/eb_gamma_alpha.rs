//! `eb_gamma_alpha(observed, expected)`.

use datafusion::common::Result;
use kohort_stats::variation::eb_gamma_alpha;

use super::super::aggregate::Aggregate;
use super::super::argument::Argument;
use super::super::columns::{Columns, Options};
use super::super::named::named;
use super::super::output::{Cell, CellType, Output, Shape};
use super::super::state::Rows;
use super::areas::{EXPECTED, OBSERVED, areas, push};

/// The aggregate.
#[derive(Debug)]
pub(super) struct EbGammaAlpha;

impl Aggregate for EbGammaAlpha {
    const NAME: &'static str = "eb_gamma_alpha";
    const ARGUMENTS: &'static [Argument] = &[OBSERVED, EXPECTED];
    const SHAPE: Shape = Shape::EstimateAnd(&[("variance", CellType::Number)]);
    const DESCRIPTION: &'static str = "\
        The gamma distribution with mean 1 that the relative risks of areas come from, by \
        likelihood (Martuzzi and Hills): its parameter `alpha` as value, and its variance, `1 / \
        alpha`. Where areas differ no more than by chance `alpha` is infinite and the variance 0. \
        `n` is the number of areas.\n\n\
        The variance is that of true risks beyond chance: 0.04 is risks that typically lie 20 per \
        cent around 1. `alpha` is the number of expected events at which an area's own rate weighs \
        as much as the mean of all. Observed and expected should have about one sum, since the \
        mean is not estimated.\n\n\
        Status `incomplete_strata`: a count is NULL. `undefined`: fewer than two areas, one in \
        which nothing is expected, or no events at all. Negative counts are errors.";
    const EXAMPLE: &'static str = "\
        SELECT eb_gamma_alpha(tests, expected) AS risks\n\
        FROM (VALUES ('Skåne', 60, 40), ('Gotland', 10, 20), ('Blekinge', 30, 40))\n\
        \u{20}    AS region(name, tests, expected);";
    type State = Rows<2>;

    fn update(state: &mut Rows<2>, columns: &Columns, row: usize) -> Result<()> {
        push(Self::NAME, Self::ARGUMENTS, state, columns, row)
    }

    fn evaluate(state: &Rows<2>, _: &Options) -> Result<Output> {
        let gamma = named(Self::NAME, eb_gamma_alpha(&areas(state)))?;
        let own = vec![Cell::Number(gamma.variance)];
        Ok(Output::EstimateAnd(gamma.estimate, own))
    }
}

#[cfg(test)]
mod tests {
    use super::super::areas::tests::{TABLE, keeps_the_rules, maps};
    use super::EbGammaAlpha;
    use crate::equity::aggregate::Aggregate;
    use crate::equity::testing::query;

    #[test]
    fn the_variance_is_one_by_alpha_and_none_where_areas_are_alike() {
        let rows = maps(
            "eb_gamma_alpha(o, e)",
            "round(m.value * m.variance, 9), m.variance > 0.05",
        );
        assert_eq!(rows[1], ["b", "1", "true", "40", "2", "ok"]);
        let sql = "SELECT m.value, m.variance FROM (SELECT eb_gamma_alpha(e, e) AS m FROM t \
                   WHERE map = 'a')";
        assert_eq!(query(TABLE, sql).unwrap(), [["inf", "0"]]);
    }

    #[test]
    fn it_keeps_the_rules() {
        keeps_the_rules(EbGammaAlpha::NAME);
    }
}
