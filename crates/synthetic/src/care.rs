//! What happens to a person: referrals, tests and diagnoses.

use crate::condition::TestType;
use crate::person::Person;
use crate::random::{Purpose, Stream};

/// The share of referrals that end in a test.
const TESTED: f64 = 0.80;
/// Tests that nobody referred to, per referral.
const DIRECT: f64 = 0.05;
/// Tests per referral, both kinds.
pub(crate) const TESTS_PER_REFERRAL: f64 = TESTED + DIRECT;
/// Days from referral to order, at most.
const ORDER_DAYS: u32 = 14;
/// Mean days from order to sample.
const SAMPLE_DAYS: f64 = 12.0;
/// The spread of the logarithm of days in the laboratory, and of costs.
const LABORATORY_SPREAD: f64 = 0.5;
const COST_SPREAD: f64 = 0.15;
/// Days from report to diagnosis, at most.
const DIAGNOSIS_DAYS: u32 = 30;
/// The share of those referred and not tested who are diagnosed otherwise, and when.
const DIAGNOSED_WITHOUT_TEST: f64 = 0.10;
const WITHOUT_TEST_DAYS: (i32, u32) = (30, 330);
/// The most referrals of a person, and the most tests without one. Both fit in a pseudonym.
const MOST: u8 = 16;

/// A referral.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Referral {
    /// Its number among those of the person.
    pub(crate) number: u8,
    pub(crate) referred: i32,
}

/// A test.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Test {
    pub(crate) number: u8,
    /// The number of the referral that it answers.
    pub(crate) referral: Option<u8>,
    pub(crate) test_type: TestType,
    pub(crate) ordered: i32,
    pub(crate) sampled: Option<i32>,
    /// Missing while they wait, and for ever when they died waiting.
    pub(crate) reported: Option<i32>,
    pub(crate) cost_sek: i64,
}

/// A diagnosis.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Diagnosis {
    pub(crate) number: u8,
    /// The number of the test that it rests on.
    pub(crate) test: Option<u8>,
    pub(crate) diagnosed: i32,
    pub(crate) icd10: &'static str,
    pub(crate) is_actionable: bool,
}

/// All that happens to one person. One is used for many people, one after the other.
#[derive(Clone, Debug, Default)]
pub(crate) struct Care {
    pub(crate) referrals: Vec<Referral>,
    pub(crate) tests: Vec<Test>,
    pub(crate) diagnoses: Vec<Diagnosis>,
}

impl Care {
    /// Draws what happens to a person.
    pub(crate) fn draw(&mut self, seed: u64, person: &Person) {
        self.referrals.clear();
        self.tests.clear();
        self.diagnoses.clear();
        let expected = person.referrals();
        let mut counts = Stream::new(seed, person.number, Purpose::Referral);
        let referrals = counts.poisson(expected, MOST);
        let direct = counts.poisson(expected * DIRECT, MOST);
        for number in 0..referrals {
            let mut stream = Stream::new(seed, person.number, Purpose::Care(number));
            let referred = during(person, &mut stream);
            self.referrals.push(Referral { number, referred });
            let tested = stream.happens(TESTED);
            let ordered = referred + days(&mut stream, ORDER_DAYS);
            match tested {
                true => self.test(person, number, Some(number), ordered, &mut stream),
                false => self.otherwise(person, number, referred, &mut stream),
            }
        }
        for number in MOST..MOST + direct {
            let mut stream = Stream::new(seed, person.number, Purpose::Care(number));
            let ordered = during(person, &mut stream);
            self.test(person, number, None, ordered, &mut stream);
        }
    }

    fn test(
        &mut self,
        person: &Person,
        number: u8,
        referral: Option<u8>,
        ordered: i32,
        stream: &mut Stream,
    ) {
        if ordered > person.last {
            return;
        }
        let condition = person.condition;
        let test_type = TestType::at(stream.choose(&condition.test_types()));
        let sample = 1.0 + stream.exponential(SAMPLE_DAYS);
        let laboratory = stream.log_normal(test_type.laboratory_days(), LABORATORY_SPREAD);
        let cost = stream.log_normal(test_type.cost(), COST_SPREAD);
        let sampled = later(ordered, sample * person.factors.wait);
        let reported = later(sampled, laboratory * person.factors.wait);
        let known = |day: i32| (day <= person.last).then_some(day);
        self.tests.push(Test {
            number,
            referral,
            test_type,
            ordered,
            sampled: known(sampled),
            reported: known(reported),
            cost_sek: whole(cost * person.factors.cost),
        });
        let found = stream.happens(condition.yields(test_type));
        let diagnosed = reported + days(stream, DIAGNOSIS_DAYS);
        if found {
            self.diagnosis(person, number, Some(number), diagnosed, stream);
        }
    }

    /// A diagnosis without a test.
    fn otherwise(&mut self, person: &Person, number: u8, referred: i32, stream: &mut Stream) {
        let (least, more) = WITHOUT_TEST_DAYS;
        if stream.happens(DIAGNOSED_WITHOUT_TEST) {
            let diagnosed = referred + least + days(stream, more);
            self.diagnosis(person, number, None, diagnosed, stream);
        }
    }

    fn diagnosis(
        &mut self,
        person: &Person,
        number: u8,
        test: Option<u8>,
        diagnosed: i32,
        stream: &mut Stream,
    ) {
        if diagnosed > person.last {
            return;
        }
        let codes = person.condition.codes();
        let code = stream.choose(&[0.4, 0.3, 0.2, 0.1]);
        self.diagnoses.push(Diagnosis {
            number,
            test,
            diagnosed,
            icd10: codes[code],
            is_actionable: stream.happens(person.condition.actionable()),
        });
    }
}

/// A day on which the person is there.
fn during(person: &Person, stream: &mut Stream) -> i32 {
    person.first + days(stream, (person.last - person.first).unsigned_abs())
}

/// Whole days from 0 to `most`.
fn days(stream: &mut Stream, most: u32) -> i32 {
    stream.below(most + 1).cast_signed()
}

/// A day so many days later.
#[expect(
    clippy::cast_possible_truncation,
    reason = "some thousand days at most"
)]
fn later(from: i32, days: f64) -> i32 {
    from + libm::round(days.min(100_000.0)) as i32
}

/// A sum of money in whole units.
#[expect(clippy::cast_possible_truncation, reason = "some ten thousand")]
fn whole(money: f64) -> i64 {
    libm::round(money) as i64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geography::Geography;
    use crate::planted::{FactorTable, Planted};

    /// Distances of tests from need by region, in standard errors.
    fn distances(seed: u64) -> Vec<f64> {
        let people = 60_000;
        let country = Geography::new(seed, people).unwrap();
        let factors = FactorTable::new(&Planted::none(), &country);
        let mut sums = vec![(0.0, 0.0); country.regions().len()];
        let mut care = Care::default();
        for number in 0..people {
            let person = Person::draw(seed, number, &country, &factors).unwrap();
            care.draw(seed, &person);
            let sum = &mut sums[person.region];
            sum.0 += care.tests.len() as f64;
            sum.1 += person.need;
        }
        let distance = |(tests, need): (f64, f64)| (tests - need) / need.sqrt();
        sums.into_iter().map(distance).collect()
    }

    #[test]
    fn differences_between_regions_are_as_large_as_chance_makes_them() {
        let all: Vec<f64> = (1..=40).flat_map(distances).collect();
        let n = all.len() as f64;
        let mean = all.iter().sum::<f64>() / n;
        let variance = all.iter().map(|distance| distance * distance).sum::<f64>() / n;
        // Of 840 distances: the mean to 0.035, the variance to 0.05.
        assert!(mean.abs() < 0.14, "{mean}");
        assert!((variance - 1.0).abs() < 0.2, "{variance}");
    }
}
