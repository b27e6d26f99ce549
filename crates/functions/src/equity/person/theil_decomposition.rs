//! `theil_decomposition(value, group, …)`: inequality within groups and between them.

use datafusion::common::{Result, exec_err};
use kohort_stats::person::{Person, theil_decomposition};

use super::super::aggregate::Aggregate;
use super::super::alike::Alike;
use super::super::argument::Argument;
use super::super::columns::{Columns, Options};
use super::super::output::{Cell, CellType, Output, Shape};
use super::super::state::Keyed;
use super::generalised_entropy::ALPHA;
use super::over_people::{VALUE, WEIGHT, people};

/// A generalised entropy, split into what lies within groups and between them.
#[derive(Debug)]
pub(super) struct TheilDecomposition;

impl Aggregate for TheilDecomposition {
    const NAME: &'static str = "theil_decomposition";
    const ARGUMENTS: &'static [Argument] = &[
        VALUE,
        Argument::key(
            "group_key",
            "a person's group; rows with NULL are left out and counted",
        ),
        WEIGHT,
        ALPHA,
    ];
    const SHAPE: Shape = Shape::Struct(&[
        ("total", CellType::Number),
        ("within", CellType::Number),
        ("between", CellType::Number),
        ("n", CellType::Number),
        ("n_without_group", CellType::Number),
        ("status", CellType::Text),
    ]);
    const DESCRIPTION: &'static str = "\
        The `generalised_entropy` of people, split into what lies within groups and what lies \
        between them; the two add up to the total. Between over total is the share of inequality \
        that goes with the groups: for `alpha` 0, and only then, it is also what would vanish if \
        their means were made equal. It grows with the number of groups, by chance alone. \
        Shorrocks 1980, doi:10.2307/1913126.\n\n\
        Rows whose group is NULL are left out, and counted in `n_without_group`. In the others \
        NULL as a value or weight gives the status `incomplete_strata`; a negative value, nothing \
        but zeros, no weight, or a 0 with `alpha` of at most 0 give `undefined`. No interval.";
    const EXAMPLE: &'static str = "\
        SELECT theil_decomposition(income, region) AS parts\n\
        FROM (VALUES ('north', 18), ('north', 25), ('south', 25), ('south', 60))\n\
        \u{20}    AS person(region, income);";
    type State = Keyed<Alike<2>>;

    fn update(state: &mut Self::State, columns: &Columns, row: usize) -> Result<()> {
        let person = [columns.number(0, row), columns.number(2, row)];
        state.entry(columns.text(1, row)).push(person);
        Ok(())
    }

    fn evaluate(state: &Self::State, options: &Options) -> Result<Output> {
        let mut rows: Vec<(Option<&str>, Person)> = Vec::new();
        for (group, members) in state.sorted() {
            rows.extend(people(members, options).into_iter().map(|p| (group, p)));
        }
        let alpha = options.number(ALPHA.name).unwrap_or(f64::NAN);
        match theil_decomposition(&rows, alpha) {
            Ok(parts) => Ok(Output::Struct(vec![
                Cell::Number(parts.total),
                Cell::Number(parts.within),
                Cell::Number(parts.between),
                Cell::Number(Some(parts.n)),
                Cell::Number(Some(parts.n_without_group)),
                Cell::Text(Some(parts.status.as_str().to_owned())),
            ])),
            Err(error) => exec_err!("{}: {error}", Self::NAME),
        }
    }
}
