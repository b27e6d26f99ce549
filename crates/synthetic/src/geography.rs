//! Where people live, and how many of each sex and age there are.
//!
//! Statistics Sweden's population of 31 December 2015 by region, sex and year of age, and, for each
//! of the years that follow, as many newborn as had not turned one then. Municipalities have no
//! population here: cities are given more people than others by a rule of thumb, and are synthetic
//! in that.

use crate::Error;
use crate::calendar::{FIRST_YEAR, LAST_YEAR};
use crate::random::{Purpose, Stream};

/// Population by region, sex and age.
const POPULATION: (&str, &str) = (
    "datasets/sweden/population_region_sex_age1_2015.csv",
    include_str!("../../../datasets/sweden/population_region_sex_age1_2015.csv"),
);
/// Municipalities and their regions.
const MUNICIPALITIES: (&str, &str) = (
    "datasets/sweden/municipalities.csv",
    include_str!("../../../datasets/sweden/municipalities.csv"),
);

/// The last day of this year is the one that the population is of.
pub(crate) const POPULATION_YEAR: i32 = FIRST_YEAR - 1;
/// The age that stands for it and all above.
pub(crate) const OLDEST: i32 = 100;

/// Woman or man, in the letters of Swedish statistics.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Sex {
    /// Kvinna.
    Woman,
    /// Man.
    Man,
}

impl Sex {
    /// Both.
    pub(crate) const ALL: [Self; 2] = [Self::Woman, Self::Man];

    /// The letter.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Woman => "K",
            Self::Man => "M",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|sex| sex.as_str() == text)
    }
}

/// People of one sex born in one year.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cell {
    pub(crate) sex: Sex,
    pub(crate) birth_year: i32,
    /// How many there are of them and of all cells before.
    up_to: u64,
}

/// A municipality.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Municipality {
    pub(crate) code: &'static str,
    /// Its number among all.
    pub(crate) number: usize,
    up_to: u32,
}

/// A region, with its people by sex and year of birth.
#[derive(Clone, Debug)]
pub(crate) struct Region {
    pub(crate) code: &'static str,
    cells: Vec<Cell>,
    municipalities: Vec<Municipality>,
    /// The number of its first person, and of the first after its last.
    first: u64,
    end: u64,
    /// Steps of this size, taken round and round, visit each of its people once.
    stride: u64,
}

/// Which cell a person belongs to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    /// The region's number.
    pub(crate) region: usize,
    pub(crate) sex: Sex,
    pub(crate) birth_year: i32,
}

/// The country, for a number of people.
#[derive(Clone, Debug)]
pub(crate) struct Geography {
    regions: Vec<Region>,
    municipalities: usize,
    /// Where between two people the first one of a region stands, from 0 to 1.
    phase: f64,
}

impl Geography {
    /// Deals a number of people out to regions.
    pub(crate) fn new(seed: u64, people: u64) -> Result<Self, Error> {
        let mut regions = read_population()?;
        let municipalities = read_municipalities(&mut regions)?;
        let total: u64 = regions.iter().map(Region::weight).sum();
        let mut before = 0;
        for region in &mut regions {
            region.first = share(before, total, people);
            before += region.weight();
            region.end = share(before, total, people);
            region.stride = stride(region.end - region.first);
        }
        Ok(Self {
            regions,
            municipalities,
            phase: Stream::new(seed, 0, Purpose::Register).unit(),
        })
    }

    /// All regions, by their codes.
    pub(crate) fn regions(&self) -> &[Region] {
        &self.regions
    }

    /// How many municipalities there are.
    pub(crate) fn municipalities(&self) -> usize {
        self.municipalities
    }

    /// The cell of a person. The people of a region stand evenly along its cells, so that each
    /// cell has its share to within one; their numbers are dealt out in strides, so that people
    /// with neighbouring numbers are not alike.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_precision_loss,
        clippy::cast_sign_loss,
        reason = "a position among at most 2^40"
    )]
    pub(crate) fn place(&self, person: u64) -> Option<Place> {
        let region = self.regions.partition_point(|region| region.end <= person);
        let of = self.regions.get(region)?;
        let n = of.end - of.first;
        let turn = u128::from(person - of.first) * u128::from(of.stride) % u128::from(n);
        let along = (turn as f64 + self.phase) / n as f64;
        let at = (along * of.weight() as f64) as u64;
        let cell = of.cells.partition_point(|cell| cell.up_to <= at);
        let cell = of.cells.get(cell).or(of.cells.last())?;
        Some(Place {
            region,
            sex: cell.sex,
            birth_year: cell.birth_year,
        })
    }

    /// Draws a municipality of a region.
    pub(crate) fn municipality(&self, region: usize, stream: &mut Stream) -> Option<Municipality> {
        let all = &self.regions.get(region)?.municipalities;
        let at = stream.below(all.last()?.up_to);
        let found = all.partition_point(|municipality| municipality.up_to <= at);
        all.get(found).copied()
    }
}

impl Region {
    /// How many people it really has, all years of birth together.
    fn weight(&self) -> u64 {
        self.cells.last().map_or(0, |cell| cell.up_to)
    }

    /// Its municipalities.
    pub(crate) fn municipalities(&self) -> &[Municipality] {
        &self.municipalities
    }

    fn add(&mut self, sex: Sex, birth_year: i32, people: u64) {
        let up_to = self.weight() + people;
        self.cells.push(Cell {
            sex,
            birth_year,
            up_to,
        });
    }
}

/// `part / total` of a number of people.
#[expect(clippy::cast_possible_truncation, reason = "at most `people`")]
fn share(part: u64, total: u64, people: u64) -> u64 {
    (u128::from(part) * u128::from(people) / u128::from(total)) as u64
}

/// A number without a common divisor with `n`, about `n` over the golden ratio.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "below n"
)]
fn stride(n: u64) -> u64 {
    let mut stride = (n as f64 * 0.618_033_988_749_894_8) as u64;
    while gcd(stride, n) > 1 {
        stride += 1;
    }
    stride.max(1)
}

fn gcd(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// The lines of a table without its header, each with its number and cut into fields.
fn lines(table: (&'static str, &'static str)) -> impl Iterator<Item = (usize, Vec<&'static str>)> {
    let rows = table.1.lines().enumerate().skip(1);
    rows.map(|(index, line)| (index + 1, line.split(',').collect()))
}

fn read_population() -> Result<Vec<Region>, Error> {
    let mut regions: Vec<Region> = Vec::new();
    for (line, fields) in lines(POPULATION) {
        let wrong = |expected| Error::Data {
            file: POPULATION.0,
            line,
            expected,
        };
        let &[_, code, sex, age, people] = fields.as_slice() else {
            return Err(wrong("year,lan_code,sex,age,population"));
        };
        let sex = Sex::parse(sex).ok_or_else(|| wrong("sex `K` or `M`"))?;
        let age = age.trim_end_matches('+');
        let age: i32 = age.parse().map_err(|_| wrong("an age"))?;
        let people: u64 = people.parse().map_err(|_| wrong("a number of people"))?;
        if regions.last().is_none_or(|last| last.code != code) {
            regions.push(Region {
                code,
                cells: Vec::new(),
                municipalities: Vec::new(),
                first: 0,
                end: 0,
                stride: 1,
            });
        }
        let Some(region) = regions.last_mut() else {
            continue;
        };
        region.add(sex, POPULATION_YEAR - age, people);
        if age == 0 {
            for year in FIRST_YEAR..=LAST_YEAR {
                region.add(sex, year, people);
            }
        }
    }
    Ok(regions)
}

/// Adds their municipalities to regions, and counts them.
fn read_municipalities(regions: &mut [Region]) -> Result<usize, Error> {
    let mut number = 0;
    for (line, fields) in lines(MUNICIPALITIES) {
        let wrong = |expected| Error::Data {
            file: MUNICIPALITIES.0,
            line,
            expected,
        };
        let code = *fields.first().ok_or_else(|| wrong("a code"))?;
        let (of_region, of_municipality) = code
            .split_at_checked(2)
            .ok_or_else(|| wrong("a code of four digits"))?;
        let region = regions.iter_mut().find(|region| region.code == of_region);
        let region = region.ok_or_else(|| wrong("a region of the population table"))?;
        // Codes from 80 on were given to cities, 80 itself to the seat.
        let weight = match of_municipality.parse() {
            Ok(80) => 8,
            Ok(81..) => 3,
            Ok(_) => 1,
            Err(_) => return Err(wrong("a code of four digits")),
        };
        let before = region.municipalities.last().map_or(0, |last| last.up_to);
        region.municipalities.push(Municipality {
            code,
            number,
            up_to: before + weight,
        });
        number += 1;
    }
    Ok(number)
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    #[test]
    fn there_are_21_regions_and_290_municipalities() {
        let country = Geography::new(1, 1000).unwrap();
        assert_eq!(country.regions().len(), 21);
        assert_eq!(country.municipalities(), 290);
        let people: u64 = country.regions().iter().map(|r| r.end - r.first).sum();
        assert_eq!(people, 1000);
        assert!(
            country
                .regions()
                .iter()
                .all(|r| !r.municipalities().is_empty())
        );
    }

    #[test]
    fn everyone_has_a_place_and_each_cell_its_share() {
        let people = 200_000;
        let country = Geography::new(1, people).unwrap();
        let mut found = HashMap::<(usize, Sex, i32), u64>::new();
        for person in 0..people {
            let place = country.place(person).unwrap();
            let cell = (place.region, place.sex, place.birth_year);
            *found.entry(cell).or_default() += 1;
        }
        assert!(country.place(people).is_none());
        for (number, region) in country.regions().iter().enumerate() {
            let mut before = 0;
            for cell in &region.cells {
                let real = cell.up_to - before;
                before = cell.up_to;
                let n = region.end - region.first;
                let expected = real as f64 * n as f64 / region.weight() as f64;
                let key = (number, cell.sex, cell.birth_year);
                let got = found.get(&key).copied().unwrap_or(0) as f64;
                assert!((got - expected).abs() <= 1.0, "{key:?}: {got}, {expected}");
            }
        }
    }

    #[test]
    fn neighbours_are_not_alike() {
        let country = Geography::new(1, 100_000).unwrap();
        let mut years: Vec<i32> = (0..20)
            .map(|person| country.place(person).unwrap().birth_year)
            .collect();
        years.sort_unstable();
        years.dedup();
        assert!(years.len() > 10, "{years:?}");
    }
}
