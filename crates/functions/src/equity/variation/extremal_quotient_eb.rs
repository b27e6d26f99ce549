//! `extremal_quotient_eb(observed, expected, …)`.

use datafusion::common::Result;
use kohort_stats::variation::extremal_quotient_eb;

use super::super::aggregate::Aggregate;
use super::super::argument::Argument;
use super::super::columns::{Columns, Options};
use super::super::named::named;
use super::super::output::Output;
use super::super::state::Rows;
use super::areas::{EXPECTED, FEWEST_EXPECTED, OBSERVED, areas, push, quantiles};

/// The aggregate.
#[derive(Debug)]
pub(super) struct ExtremalQuotientEb;

impl Aggregate for ExtremalQuotientEb {
    const NAME: &'static str = "extremal_quotient_eb";
    const ARGUMENTS: &'static [Argument] = &[
        OBSERVED,
        EXPECTED,
        Argument::number("upper", "the quantile above the line, up to 1")
            .or(0.8)
            .constant(),
        Argument::number(
            "lower",
            "the quantile below the line, from 0 to below `upper`",
        )
        .or(0.2)
        .constant(),
        FEWEST_EXPECTED,
    ];
    const DESCRIPTION: &'static str = "\
        How many times the rate of a high area is that of a low one, with chance taken out of the \
        rates first: `extremal_quotient` of the empirical Bayes ratios `(O + alpha) / (E + \
        alpha)`, with `alpha` of `eb_gamma_alpha` (Coory and Gibberd). `n` is the number of \
        areas.\n\n\
        About the risks of areas rather than their luck, so comparable between maps of large and \
        small areas. Exactly 1 where areas differ no more than by chance.\n\n\
        Status `too_few_events`: fewer than 5 events (`fewest_expected`) are expected in an area, \
        too few for what is left of chance. `incomplete_strata`: a count is NULL. `undefined`: \
        fewer than two areas, one in which nothing is expected, or no events at all. Negative \
        counts are errors.";
    const EXAMPLE: &'static str = "\
        SELECT extremal_quotient_eb(tests, expected) AS eighty_by_twenty\n\
        FROM (VALUES ('Skåne', 60, 40), ('Gotland', 10, 20), ('Blekinge', 30, 40))\n\
        \u{20}    AS region(name, tests, expected);";
    type State = Rows<2>;

    fn update(state: &mut Rows<2>, columns: &Columns, row: usize) -> Result<()> {
        push(Self::NAME, Self::ARGUMENTS, state, columns, row)
    }

    fn evaluate(state: &Rows<2>, options: &Options) -> Result<Output> {
        let quotient = extremal_quotient_eb(&areas(state), &quantiles(options));
        Ok(named(Self::NAME, quotient)?.into())
    }
}

#[cfg(test)]
mod tests {
    use super::super::areas::tests::{TABLE, keeps_the_rules};
    use super::ExtremalQuotientEb;
    use crate::equity::aggregate::Aggregate;
    use crate::equity::testing::{number, query};

    #[test]
    fn smoothed_areas_differ_less_than_raw_ones() {
        let smoothed = "SELECT extremal_quotient_eb(o, e, 1, 0)['value'] FROM t WHERE map = 'b'";
        let raw = "SELECT extremal_quotient(o / e)['value'] FROM t WHERE map = 'b'";
        assert_eq!(number(TABLE, raw), 3.0);
        let smoothed = number(TABLE, smoothed);
        assert!(smoothed > 1.2 && smoothed < 3.0, "{smoothed}");
        let alike = "SELECT extremal_quotient_eb(e, e)['value'] FROM t WHERE map = 'a'";
        assert_eq!(number(TABLE, alike), 1.0);
    }

    #[test]
    fn where_few_events_are_expected_there_is_no_quotient() {
        let status = |more: &str| {
            let call = format!("extremal_quotient_eb(o, e / 3, 0.8, 0.2{more})['status']");
            let sql = format!("SELECT {call} FROM t WHERE map = 'a'");
            query(TABLE, &sql).unwrap()
        };
        assert_eq!(status(""), [["too_few_events"]]);
        assert_eq!(status(", 3.5"), [["ok"]]);
    }

    #[test]
    fn it_keeps_the_rules() {
        keeps_the_rules(ExtremalQuotientEb::NAME);
        let error = query(TABLE, "SELECT extremal_quotient_eb(o, e, 0.2, 0.8) FROM t").unwrap_err();
        assert!(
            error
                .to_string()
                .contains("extremal_quotient_eb: lower: expected")
        );
    }
}
