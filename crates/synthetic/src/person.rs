//! One person: who they are, and how long they were there.

use crate::calendar::{FIRST_DAY, LAST_DAY, YEAR, age, day};
use crate::care;
use crate::condition::Condition;
use crate::geography::{Geography, Municipality, OLDEST, POPULATION_YEAR, Sex};
use crate::planted::{FactorTable, Factors};
use crate::random::{Purpose, Stream};

/// The share of people who let research use their data.
const CONSENTED: f64 = 0.97;
/// Shares of the three levels of education, by band of income.
const EDUCATION: [[f64; 3]; 5] = [
    [0.35, 0.45, 0.20],
    [0.28, 0.47, 0.25],
    [0.20, 0.48, 0.32],
    [0.14, 0.44, 0.42],
    [0.08, 0.34, 0.58],
];
/// Deaths a year at birth as Gompertz has them, of women and of men, and how they grow with age.
/// Childhood's own deaths are left out.
const DEATHS_AT_BIRTH: [f64; 2] = [5.4e-6, 8.3e-6];
const DEATHS_GROWTH: f64 = 0.11;
/// Mean years above the oldest age that is counted.
const ABOVE_OLDEST: f64 = 1.5;

/// A person.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    pub(crate) number: u64,
    pub(crate) sex: Sex,
    pub(crate) birth: i32,
    /// The region's number.
    pub(crate) region: usize,
    pub(crate) municipality: Municipality,
    /// From 1, the lowest, to 5.
    pub(crate) income: u8,
    /// From 1, compulsory school, to 3, higher education.
    pub(crate) education: u8,
    pub(crate) condition: Condition,
    /// Tests that are expected over the years of care, if nothing is unequal.
    pub(crate) need: f64,
    pub(crate) died: Option<i32>,
    pub(crate) consented: bool,
    /// The first and the last day they are there.
    pub(crate) first: i32,
    pub(crate) last: i32,
    pub(crate) factors: Factors,
}

impl Person {
    /// Draws a person.
    pub(crate) fn draw(
        seed: u64,
        number: u64,
        geography: &Geography,
        factors: &FactorTable,
    ) -> Option<Self> {
        let place = geography.place(number)?;
        let mut stream = Stream::new(seed, number, Purpose::Person);
        let birth = birth(place.birth_year, &mut stream);
        let municipality = geography.municipality(place.region, &mut stream)?;
        let income = below(&mut stream, 5) + 1;
        let education = EDUCATION[usize::from(income - 1)];
        let education = level(stream.choose(&education));
        let first = birth.max(FIRST_DAY);
        let died = death(place.sex, birth, first, &mut stream);
        let last = died.unwrap_or(LAST_DAY);
        let factors = factors.of(place.region, place.sex, income);
        let midway = age(birth, first + (last - first) / 2);
        let condition = Condition::of(place.sex, midway, factors.need, stream.unit());
        let years = f64::from(last - first) / YEAR;
        Some(Self {
            number,
            sex: place.sex,
            birth,
            region: place.region,
            municipality,
            income,
            education,
            condition,
            need: condition.rate() * years * care::TESTS_PER_REFERRAL,
            died,
            consented: stream.happens(CONSENTED),
            first,
            last,
            factors,
        })
    }

    /// Expected referrals.
    pub(crate) fn referrals(&self) -> f64 {
        let years = f64::from(self.last - self.first) / YEAR;
        self.condition.rate() * years * self.factors.referral
    }

    /// Full years on a day.
    pub(crate) fn age(&self, at: i32) -> i32 {
        age(self.birth, at)
    }
}

/// A day in the year of birth, or before it for the oldest, of whom only that is known.
#[expect(clippy::cast_possible_truncation, reason = "some years")]
fn birth(year: i32, stream: &mut Stream) -> i32 {
    let older = match year <= POPULATION_YEAR - OLDEST {
        true => (stream.exponential(ABOVE_OLDEST) as i32).min(12),
        false => 0,
    };
    let first = day(year - older, 1, 1);
    let days = day(year - older + 1, 1, 1) - first;
    first + stream.below(days.unsigned_abs()).cast_signed()
}

/// The day of death, where that is no later than the last day of care.
fn death(sex: Sex, birth: i32, first: i32, stream: &mut Stream) -> Option<i32> {
    let at_birth = DEATHS_AT_BIRTH[sex as usize];
    let from = f64::from(first - birth) / YEAR;
    let reached = libm::exp(DEATHS_GROWTH * from);
    let grown = reached + stream.exponential(1.0) * DEATHS_GROWTH / at_birth;
    let days = libm::log(grown) / DEATHS_GROWTH * YEAR;
    let left = f64::from(LAST_DAY - birth);
    #[expect(clippy::cast_possible_truncation, reason = "compared before")]
    (days <= left).then(|| (birth + days as i32).max(first + 1).min(LAST_DAY))
}

/// A number below a small one.
#[expect(clippy::cast_possible_truncation, reason = "below n")]
fn below(stream: &mut Stream, n: u8) -> u8 {
    stream.below(u32::from(n)) as u8
}

/// An index as a level, from 1.
fn level(index: usize) -> u8 {
    u8::try_from(index + 1).unwrap_or(u8::MAX)
}
