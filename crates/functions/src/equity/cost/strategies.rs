//! What the aggregates over costs share: rows become sums, of one strategy or of two.

use datafusion::common::{Result, exec_err};
use kohort_stats::ExactSum;
use kohort_stats::cost::{CostEffect, SUMS};

use super::super::argument::Argument;
use super::super::columns::{Columns, Options};
use super::super::state::{Keyed, Reader, State, write_integer, write_number};

/// What a person cost.
pub(super) const COST: Argument = Argument::number(
    "cost",
    "what the person cost, in one currency; NULL gives `incomplete_strata`, NaN and infinity \
     `undefined`",
);

/// What a person gained.
pub(super) const EFFECT: Argument = Argument::number(
    "effect",
    "what the person gained: 1 or true for a diagnosis and 0 for none, or a number such as years \
     in full health; NULL gives `incomplete_strata`",
);

/// Which strategy a person was given.
pub(super) const STRATEGY: Argument = Argument::key(
    "strategy",
    "which of two strategies the person was given; NULL gives `incomplete_strata`",
);

/// What the other strategy is compared with.
pub(super) const REFERENCE: Argument =
    Argument::key("reference", "the strategy that the other is compared with").constant();

/// Adds a row whose first two columns are [`COST`] and [`EFFECT`].
pub(super) fn add(people: &mut CostEffect, columns: &Columns, row: usize) {
    people.add(columns.number(0, row), columns.number(1, row));
}

/// The people of the strategy, and those of the reference; nobody where a group has none. People of
/// whom the strategy is not known count as missing.
pub(super) fn both(
    function: &str,
    state: &Keyed<CostEffect>,
    options: &Options,
) -> Result<(CostEffect, CostEffect)> {
    let Some(reference) = options.key(REFERENCE.name) else {
        return exec_err!("{function}: reference: expected a strategy, got `NULL`");
    };
    let (mut compared, mut with) = (Vec::new(), CostEffect::new());
    for (key, people) in state.sorted() {
        match key {
            Some(key) if key == reference => with.merge(people),
            Some(key) => compared.push((key, people)),
            None => with.merge(&CostEffect::from_parts([0, 1, 0], Default::default())),
        }
    }
    match compared.as_slice() {
        [] => Ok((CostEffect::new(), with)),
        [(_, people)] => Ok(((*people).clone(), with)),
        several => {
            let names: Vec<&str> = several.iter().map(|(key, _)| *key).collect();
            exec_err!(
                "{function}: strategy: expected one beside `{reference}`, got `{}`; \
                 cost_effectiveness_frontier compares several",
                names.join("`, `")
            )
        }
    }
}

impl State for CostEffect {
    fn write(&self, bytes: &mut Vec<u8>) {
        let (people, sums) = self.parts();
        for count in people {
            write_integer(bytes, count);
        }
        for sum in sums {
            let parts = sum.parts();
            write_integer(bytes, parts.len() as u64);
            for part in parts {
                write_number(bytes, part);
            }
        }
    }

    fn merge(&mut self, bytes: &mut Reader<'_>) -> Result<()> {
        let people = [bytes.integer()?, bytes.integer()?, bytes.integer()?];
        let mut sums: [ExactSum; SUMS] = Default::default();
        for sum in &mut sums {
            for _ in 0..bytes.length()? {
                sum.add(bytes.number()?);
            }
        }
        CostEffect::merge(self, &CostEffect::from_parts(people, sums));
        Ok(())
    }

    fn heap_bytes(&self) -> usize {
        // Five sums, seldom of more than four parts.
        SUMS * 4 * size_of::<f64>()
    }
}
