//! What the measures over strata keep: the numbers of each stratum, summed exactly.

use datafusion::common::Result;
use kohort_stats::standardisation::{Denominators, StratumNumber};

use super::super::argument::Argument;
use super::super::columns::{Columns, Options};
use super::super::named::{named, not_negative};
use super::super::state::{Keyed, Reader, State, write_integer, write_number};

/// The key of a stratum.
pub(super) const STRATUM: Argument = Argument::key(
    "stratum",
    "the age band, or age band and sex (`concat_ws('|', sex, age_band)`); rows of one stratum are \
     summed; a NULL makes the strata incomplete",
);

/// The population of a stratum.
pub(super) const POPULATION: Argument = Argument::number(
    "population",
    "people or person-time of the stratum, 0 or more: **the same number in every row of a \
     stratum**, unless `populations` is 'summed'",
);

/// How rows of one stratum give its population.
pub(super) const POPULATIONS: Argument = Argument::choice(
    "populations",
    &["repeated", "summed"],
    "'repeated': all rows of a stratum repeat its population (one row per event type, month or \
     person), and two that differ are an error; 'summed': each row has a part of it (one row per \
     municipality, or per sex where the stratum is the age alone)",
);

/// The numbers of a stratum, each over all its rows.
#[derive(Debug)]
pub(super) struct Stratum<const N: usize>([StratumNumber; N]);

impl<const N: usize> Default for Stratum<N> {
    fn default() -> Self {
        Self(std::array::from_fn(|_| StratumNumber::default()))
    }
}

impl<const N: usize> Stratum<N> {
    /// Adds the numbers of a row.
    pub(super) fn add(&mut self, numbers: [Option<f64>; N]) {
        for (sum, number) in self.0.iter_mut().zip(numbers) {
            sum.add(number);
        }
    }
}

impl<const N: usize> State for Stratum<N> {
    fn write(&self, bytes: &mut Vec<u8>) {
        for number in &self.0 {
            let (has_null, least, greatest, parts) = number.parts();
            write_integer(bytes, u64::from(has_null));
            write_number(bytes, least);
            write_number(bytes, greatest);
            write_integer(bytes, parts.len() as u64);
            for part in parts {
                write_number(bytes, part);
            }
        }
    }

    fn merge(&mut self, bytes: &mut Reader<'_>) -> Result<()> {
        for number in &mut self.0 {
            let has_null = bytes.integer()? != 0;
            let range = (bytes.number()?, bytes.number()?);
            let mut parts = Vec::new();
            for _ in 0..bytes.length()? {
                parts.push(bytes.number()?);
            }
            number.merge(&StratumNumber::from_parts(has_null, range, parts));
        }
        Ok(())
    }

    fn heap_bytes(&self) -> usize {
        // An exact sum seldom has more parts than this.
        N * 4 * size_of::<f64>()
    }
}

/// The strata of a group.
pub(super) type Strata<const N: usize> = Keyed<Stratum<N>>;

/// Adds a row, whose stratum is the first argument and whose numbers are the next ones.
pub(super) fn add<const N: usize>(
    function: &str,
    arguments: &[Argument],
    strata: &mut Strata<N>,
    columns: &Columns,
    row: usize,
) -> Result<()> {
    let sums = &mut strata.entry(columns.text(0, row)).0;
    for (sum, at) in sums.iter_mut().zip(1..) {
        sum.add(not_negative(function, arguments, (columns, at, row))?);
    }
    Ok(())
}

/// What all strata say, in the order of their keys; `None` when a key is NULL, so that the people
/// in it belong to nobody knows which stratum.
pub(super) fn each<const N: usize, T>(
    function: &str,
    strata: &Strata<N>,
    options: &Options,
    stratum: impl Fn(&[StratumNumber; N], Denominators) -> Result<T, kohort_stats::Error>,
) -> Result<Option<Vec<T>>> {
    let denominators = named(function, options.text("populations").parse())?;
    let mut all = Vec::with_capacity(strata.len());
    for (key, numbers) in strata.sorted() {
        if key.is_none() {
            return Ok(None);
        }
        all.push(named(function, stratum(&numbers.0, denominators))?);
    }
    Ok(Some(all))
}
