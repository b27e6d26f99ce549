//! `match_controls(id, is_case, stratum, …)`: each case with its controls.

use datafusion::common::{Result, exec_err};
use kohort_stats::matching::{Candidate, MatchOptions, NEAREST, match_controls};

use super::super::aggregate::Aggregate;
use super::super::argument::Argument;
use super::super::columns::{Columns, Options};
use super::super::output::{Cell, CellType, Output, Shape};
use super::super::state::{Reader, State, write_integer, write_number, write_text};

/// The aggregate.
#[derive(Debug)]
pub(super) struct MatchControls;

/// A person, as the rows say.
#[derive(Debug)]
struct Person {
    id: String,
    is_case: bool,
    stratum: String,
    nearest: [Option<f64>; NEAREST],
}

/// Everyone.
#[derive(Debug, Default)]
pub(super) struct People(Vec<Person>);

impl State for People {
    fn write(&self, bytes: &mut Vec<u8>) {
        write_integer(bytes, self.0.len() as u64);
        for person in &self.0 {
            write_text(bytes, &person.id);
            write_integer(bytes, u64::from(person.is_case));
            write_text(bytes, &person.stratum);
            for value in person.nearest {
                write_integer(bytes, u64::from(value.is_some()));
                write_number(bytes, value.unwrap_or_default());
            }
        }
    }

    fn merge(&mut self, bytes: &mut Reader<'_>) -> Result<()> {
        for _ in 0..bytes.length()? {
            let id = bytes.text()?.to_owned();
            let is_case = bytes.integer()? != 0;
            let stratum = bytes.text()?.to_owned();
            let mut nearest = [None; NEAREST];
            for value in &mut nearest {
                let is_some = bytes.integer()? != 0;
                let number = bytes.number()?;
                *value = is_some.then_some(number);
            }
            self.0.push(Person {
                id,
                is_case,
                stratum,
                nearest,
            });
        }
        Ok(())
    }

    fn heap_bytes(&self) -> usize {
        let texts = self.0.iter().map(|p| p.id.len() + p.stratum.len());
        self.0.capacity() * size_of::<Person>() + texts.sum::<usize>()
    }
}

impl Aggregate for MatchControls {
    const NAME: &'static str = "match_controls";
    const ARGUMENTS: &'static [Argument] = &[
        Argument::key("id", "the person; one row each"),
        Argument::flag(
            "is_case",
            "whether the person is a case; NULL leaves the person out",
        ),
        Argument::key(
            "stratum",
            "what must be equal, such as `concat_ws('|', sex, region)`; NULL \
            is a value of its own",
        ),
        Argument::number("ratio", "controls wanted per case")
            .or(1.0)
            .constant(),
        Argument::number(
            "seed",
            "draws the order of cases and among equally near controls; the \
            same seed gives the same pairs",
        )
        .or(1.0)
        .constant(),
        Argument::number(
            "caliper",
            "the largest distance allowed, in standard deviations; NULL \
            for none",
        )
        .optional()
        .constant(),
        Argument::number("nearest_1", "a number to be near in").optional(),
        Argument::number("nearest_2", "another").optional(),
        Argument::number("nearest_3", "another").optional(),
    ];
    const SHAPE: Shape = Shape::List(&[
        ("case_id", CellType::Text),
        ("control_id", CellType::Text),
        ("rank", CellType::Integer),
        ("distance", CellType::Number),
    ]);
    const DESCRIPTION: &'static str = "Matches each case to controls, each control at most once: \
        of the same stratum, and nearest in up to three numbers, each in standard deviations. \
        Cases take turns, so that none takes a second control before all had a first. A case \
        without a control has a row with `control_id` NULL. Who has NULL in a number that is used \
        cannot be compared and is not matched.\n\nIn FROM it is a table function over a query that \
        gives `is_case` and the columns named: `match_controls('SELECT sample_id, is_case, sex, \
        age FROM …' [, exact = 'sex' [, nearest = 'age' [, ratio = 1 [, seed = 1 [, \
        caliper]]]]])`, whose first column is the id; and `match_balance(…)` with the same \
        arguments says how alike cases and controls were before and became after. Greedy nearest \
        neighbours without replacement (Rubin 1973; Austin 2014).";
    const EXAMPLE: &'static str = "SELECT m['case_id'] AS case_id, m['control_id'] AS \
        control_id\nFROM (SELECT unnest(match_controls(id, is_case, sex, nearest_1 => age)) AS \
        m\n      FROM (VALUES ('a', true, 'K', 50), ('b', false, 'K', 48), ('c', false, 'K', 70)) \
        AS t(id, is_case, sex, age));";
    type State = People;

    fn update(state: &mut People, columns: &Columns, row: usize) -> Result<()> {
        let Some(is_case) = columns.flag(1, row) else {
            return Ok(());
        };
        let Some(id) = columns.text(0, row) else {
            return exec_err!("{}: `id` is NULL", Self::NAME);
        };
        let nearest = std::array::from_fn(|n| columns.number(6 + n, row));
        state.0.push(Person {
            id: id.to_owned(),
            is_case,
            // A character that no text of a registry holds keeps NULL apart.
            stratum: columns.text(2, row).unwrap_or("\u{0}").to_owned(),
            nearest,
        });
        Ok(())
    }

    fn evaluate(state: &People, options: &Options) -> Result<Output> {
        let whole = |name: &str| -> Result<u64> {
            let number = options.number(name).unwrap_or(1.0);
            if number.fract() != 0.0 || !(0.0..9.0e15).contains(&number) {
                return exec_err!(
                    "{}: `{name}`: expected a whole number, got {number}",
                    Self::NAME
                );
            }
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "checked above"
            )]
            Ok(number as u64)
        };
        // A variable that nobody has a value of is one that was not given.
        let used = |n: usize| state.0.iter().any(|person| person.nearest[n].is_some());
        let n_nearest = (0..NEAREST).rev().find(|n| used(*n)).map_or(0, |n| n + 1);
        let match_options = MatchOptions {
            ratio: usize::try_from(whole("ratio")?).unwrap_or(usize::MAX),
            seed: whole("seed")?,
            caliper: options.number("caliper"),
            n_nearest,
        };
        let candidates: Vec<Candidate<'_>> = state
            .0
            .iter()
            .map(|person| Candidate {
                id: &person.id,
                is_case: person.is_case,
                stratum: &person.stratum,
                nearest: person.nearest,
            })
            .collect();
        let pairs = match match_controls(&candidates, match_options) {
            Ok(pairs) => pairs,
            Err(error) => return exec_err!("{}: {error}", Self::NAME),
        };
        let name = |at: usize| Cell::Text(Some(candidates[at].id.to_owned()));
        let rows = pairs.iter().map(|pair| {
            vec![
                name(pair.case),
                pair.control.map_or(Cell::Text(None), name),
                Cell::Integer(i64::try_from(pair.rank).ok()),
                Cell::Number(pair.distance),
            ]
        });
        Ok(Output::List(rows.collect()))
    }
}

#[cfg(test)]
mod tests {
    use crate::equity::testing::query;

    const TABLE: &str = "SELECT * FROM (VALUES ('a', true, 'K', 50), ('b', true, 'M', 40), \
        ('p', false, 'K', 52), ('q', false, 'K', 49), ('r', false, 'M', 41), ('n', false, 'M', \
        NULL), ('x', NULL, 'K', 50)) AS v(id, c, sex, age)";

    fn pairs(call: &str) -> Vec<Vec<String>> {
        let sql = format!(
            "SELECT m['case_id'], m['control_id'], m['rank'] FROM (SELECT unnest({call}) AS m \
             FROM t)"
        );
        query(TABLE, &sql).unwrap()
    }

    #[test]
    fn pairs_do_not_depend_on_the_cut_of_the_rows() {
        let found = pairs("match_controls(id, c, sex, 2, 1, NULL, age)");
        assert_eq!(found, [["a", "q", "1"], ["a", "p", "2"], ["b", "r", "1"]]);
    }

    #[test]
    fn without_a_number_the_seed_draws() {
        let found = pairs("match_controls(id, c, sex)");
        assert_eq!(found.len(), 2);
    }

    #[test]
    fn a_person_twice_and_half_a_control_are_errors() {
        let sql = |call: &str| format!("SELECT {call} FROM t");
        let error = query(TABLE, &sql("match_controls(sex, c, sex)"))
            .unwrap_err()
            .to_string();
        assert!(error.contains("one row per person"), "{error}");
        let error = query(TABLE, &sql("match_controls(id, c, sex, 1.5)"))
            .unwrap_err()
            .to_string();
        assert!(error.contains("whole number"), "{error}");
    }
}
