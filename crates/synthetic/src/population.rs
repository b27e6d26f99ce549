//! How many people there are in the middle of each year, by where they live, sex and age.

use crate::calendar::{FIRST_YEAR, LAST_YEAR, date, day};
use crate::geography::{OLDEST, Sex};
use crate::person::Person;

const YEARS: usize = (LAST_YEAR - FIRST_YEAR + 1).unsigned_abs() as usize;
const AGES: usize = OLDEST.unsigned_abs() as usize + 1;
const SEXES: usize = 2;

/// Counts by municipality, year, sex and age. Its size does not depend on people.
#[derive(Clone, Debug)]
pub(crate) struct Population(Vec<u64>);

/// One count that is not 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Row {
    /// The municipality's number.
    pub(crate) municipality: usize,
    pub(crate) year: i32,
    pub(crate) sex: Sex,
    /// 100 stands for 100 and above.
    pub(crate) age: i32,
    pub(crate) people: u64,
}

impl Population {
    pub(crate) fn new(municipalities: usize) -> Self {
        Self(vec![0; municipalities * YEARS * SEXES * AGES])
    }

    /// Counts a person in every year in the middle of which they are there.
    pub(crate) fn add(&mut self, person: &Person) {
        let (born, month, _) = date(person.birth);
        for (index, year) in (FIRST_YEAR..=LAST_YEAR).enumerate() {
            let middle = day(year, 7, 1);
            let is_dead = person.died.is_some_and(|died| died <= middle);
            if person.birth > middle || is_dead {
                continue;
            }
            // Whoever is born in July or later is a year younger, but for the first of July.
            let younger = i32::from(month >= 7 && person.birth != day(born, 7, 1));
            let age = (year - born - younger).clamp(0, OLDEST).unsigned_abs() as usize;
            let row = person.municipality.number * YEARS + index;
            self.0[(row * SEXES + person.sex as usize) * AGES + age] += 1;
        }
    }

    /// Adds the people of another part.
    pub(crate) fn merge(&mut self, other: &Self) {
        for (count, more) in self.0.iter_mut().zip(&other.0) {
            *count += more;
        }
    }

    /// The counts that are not 0.
    pub(crate) fn rows(&self) -> impl Iterator<Item = Row> + '_ {
        let counted = self.0.iter().enumerate().filter(|(_, people)| **people > 0);
        counted.map(|(index, people)| {
            let (rest, age) = (index / AGES, index % AGES);
            let (rest, sex) = (rest / SEXES, rest % SEXES);
            Row {
                municipality: rest / YEARS,
                year: FIRST_YEAR + i32::try_from(rest % YEARS).unwrap_or(0),
                sex: Sex::ALL[sex],
                age: i32::try_from(age).unwrap_or(OLDEST),
                people: *people,
            }
        })
    }
}
