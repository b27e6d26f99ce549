//! `chi_square_heterogeneity(observed, expected)`.

use datafusion::common::Result;
use kohort_stats::variation::chi_square_heterogeneity;

use super::super::aggregate::Aggregate;
use super::super::argument::Argument;
use super::super::columns::{Columns, Options};
use super::super::named::named;
use super::super::output::{Cell, CellType, Output, Shape};
use super::super::state::Rows;
use super::areas::{EXPECTED, OBSERVED, areas, push};

/// The aggregate.
#[derive(Debug)]
pub(super) struct ChiSquareHeterogeneity;

impl Aggregate for ChiSquareHeterogeneity {
    const NAME: &'static str = "chi_square_heterogeneity";
    const ARGUMENTS: &'static [Argument] = &[OBSERVED, EXPECTED];
    const SHAPE: Shape = Shape::EstimateAnd(&[
        ("degrees_of_freedom", CellType::Number),
        ("p_value", CellType::Number),
    ]);
    const DESCRIPTION: &'static str = "\
        Whether areas differ more than chance lets expect: `sum((O - E)^2 / E)` over `k` areas, \
        and its p-value by a chi-squared distribution with `k - 1` degrees of freedom. `E` is \
        taken for made from the areas themselves, so that both have one sum; of an outside \
        reference it would have `k` degrees, and ask whether they are like the reference.\n\n\
        A p-value near 0: the spread is not chance alone. It says nothing of how wide it is, which \
        large counts make significant at any width: read it beside \
        `systematic_component_of_variation`. It wants 5 events expected in most areas; events that \
        cluster in people look like differences between areas.\n\n\
        Status `incomplete_strata`: a count is NULL. `undefined`: fewer than two areas, or one in \
        which nothing is expected. Negative counts are errors.";
    const EXAMPLE: &'static str = "\
        SELECT chi_square_heterogeneity(tests, expected) AS differ\n\
        FROM (VALUES ('Skåne', 30, 20), ('Gotland', 10, 20)) AS region(name, tests, expected);";
    type State = Rows<2>;

    fn update(state: &mut Rows<2>, columns: &Columns, row: usize) -> Result<()> {
        push(Self::NAME, Self::ARGUMENTS, state, columns, row)
    }

    fn evaluate(state: &Rows<2>, _: &Options) -> Result<Output> {
        let test = named(Self::NAME, chi_square_heterogeneity(&areas(state)))?;
        let own = [test.degrees_of_freedom, test.p_value].map(Cell::Number);
        Ok(Output::EstimateAnd(test.estimate, own.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::super::areas::tests::{keeps_the_rules, maps};
    use super::ChiSquareHeterogeneity;
    use crate::equity::aggregate::Aggregate;

    #[test]
    fn areas_that_differ_have_a_small_p_value() {
        let fields = "m.value, m.degrees_of_freedom, round(m.p_value, 9)";
        let rows = maps("chi_square_heterogeneity(o, e)", fields);
        assert_eq!(rows[1], ["b", "10", "1", "0.001565402", "40", "2", "ok"]);
        assert_eq!(rows[2][2..4], ["NULL", "NULL"]);
    }

    #[test]
    fn it_keeps_the_rules() {
        keeps_the_rules(ChiSquareHeterogeneity::NAME);
    }
}
