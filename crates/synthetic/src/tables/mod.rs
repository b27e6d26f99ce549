//! The tables, column by column.

mod columns;
mod diagnoses;
mod people;
mod population;
mod referrals;
mod study;
mod tests;

pub(crate) use diagnoses::Diagnoses;
pub(crate) use people::People;
pub(crate) use population::population;
pub(crate) use referrals::Referrals;
pub(crate) use study::Study;
pub(crate) use tests::Tests;

use arrow_array::RecordBatch;
use arrow_schema::{ArrowError, SchemaRef};

use crate::care::Care;
use crate::geography::Geography;
use crate::identifier::{Identifier, PER_PERSON};
use crate::person::Person;
use crate::study::Path;

/// What the rows of a person are made from.
pub(crate) struct Subject<'a> {
    pub(crate) seed: u64,
    pub(crate) geography: &'a Geography,
    pub(crate) person: &'a Person,
    pub(crate) care: &'a Care,
    pub(crate) study: Option<Path>,
}

impl Subject<'_> {
    fn person_id(&self) -> Identifier {
        Identifier::new(self.seed, b'P', self.person.number)
    }

    /// The pseudonym of something of the person.
    fn id(&self, kind: u8, number: u8) -> Identifier {
        let number = self.person.number * PER_PERSON + u64::from(number);
        Identifier::new(self.seed, kind, number)
    }

    /// Full years on a day.
    fn age(&self, at: i32) -> i16 {
        i16::try_from(self.person.age(at)).unwrap_or(i16::MAX)
    }

    fn region(&self) -> &'static str {
        self.geography.regions()[self.person.region].code
    }
}

/// A table whose rows are gathered, some people at a time.
pub(crate) trait Table {
    /// The name of its folder.
    const NAME: &'static str;
    /// Columns of which every value is another: a dictionary of them would be in the way.
    const KEYS: &'static [&'static str];

    /// Its columns.
    fn schema() -> SchemaRef;

    /// Adds the rows of a person.
    fn append(&mut self, subject: &Subject<'_>);

    /// The rows so far; the table is empty then.
    fn finish(&mut self) -> Result<RecordBatch, ArrowError>;
}
