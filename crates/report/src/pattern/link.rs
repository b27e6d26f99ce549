//! From the rows of cubes to counts that are linked by sums, and to the pattern.

use std::collections::{BTreeMap, BTreeSet};

use kohort_stats::disclosure::{LinkedCount, LinkedCounts, Shown, SmallCells, Sum};

use super::catalogue::{Catalogue, Cube, CubeCount, CubeRows};
use super::{Key, Pattern, PatternCount};
use crate::Error;

/// The columns by which reports go from table to table; the rest of a group's name is its table.
const LINKS: [&str; 2] = ["region", "sex"];
const YEAR: &str = "year";
const REGION: &str = "region";
/// The most counts that are searched at once: more take minutes.
const MOST_AT_ONCE: usize = 1200;

/// A count by what it counts, of whom, and how many.
type Identity = (String, Key, u64);

/// The counts of all cubes as they are collected.
#[derive(Default)]
struct Collected {
    known: BTreeMap<Identity, usize>,
    identities: Vec<Identity>,
    counts: Vec<LinkedCount>,
    sums: Vec<Sum>,
}

/// The counts of one cube: for each table its groups, each with its count.
type Groups = BTreeMap<Key, usize>;

/// The pattern of a lake.
///
/// # Errors
/// Numbers that do not fit together.
pub(super) fn pattern(catalogue: &Catalogue, cubes: &[CubeRows]) -> Result<Pattern, Error> {
    let mut collected = Collected::default();
    for rows in cubes {
        if let Some(cube) = catalogue.cubes.get(rows.cube) {
            collected.add_cube(cube, rows);
        }
    }
    let rule = SmallCells::default();
    let tiers = collected.tiers();
    let linked = LinkedCounts::try_new(collected.counts, collected.sums)
        .map_err(|error| Error::data("withholding", error.to_string()))?;
    let withheld = linked.withhold(rule, &tiers);
    let counts = collected.identities.into_iter().zip(withheld);
    let counts = counts.filter(|((family, ..), _)| !family.is_empty());
    let counts = counts.map(|((family, key, n), is_withheld)| PatternCount {
        family,
        key,
        n,
        is_withheld,
    });
    Ok(Pattern::new(rule.threshold(), counts.collect()))
}

impl Collected {
    fn add_cube(&mut self, cube: &Cube, rows: &CubeRows) {
        let mut of_families: BTreeMap<&str, Vec<(&Vec<String>, Groups)>> = BTreeMap::new();
        for (at, count) in cube.counts.iter().enumerate() {
            let mut tables = Vec::new();
            for names in &count.tables {
                tables.push((names, self.add_table(cube, rows, at, names)));
            }
            self.add_sums(&tables);
            if let Some(steps) = &cube.steps {
                for (_, groups) in &tables {
                    self.add_steps(groups, steps);
                }
            }
            if let Some(whole) = &count.of {
                let wholes = of_families.get(whole.as_str());
                for (names, groups) in &tables {
                    let whole = wholes.and_then(|all| all.iter().find(|(other, _)| other == names));
                    if let Some((_, whole)) = whole {
                        self.add_parts(groups, whole, count);
                    }
                }
            }
            of_families.insert(&count.family, tables);
        }
    }

    /// The counts of one table.
    fn add_table(&mut self, cube: &Cube, rows: &CubeRows, at: usize, names: &[String]) -> Groups {
        let mut sums: BTreeMap<Key, u64> = BTreeMap::new();
        for row in &rows.rows {
            let pairs = cube.by.iter().cloned().zip(row.key.iter().cloned());
            let mut key: Key = pairs.filter(|(name, _)| names.contains(name)).collect();
            key.sort();
            *sums.entry(key).or_default() += row.counts[at];
        }
        let count = &cube.counts[at];
        let groups = sums.into_iter().map(|(key, n)| {
            let worth = worth(&key, n, count.of.is_some());
            (key.clone(), self.add(&count.family, key, n, worth))
        });
        groups.collect()
    }

    /// A count that tables show; one that is known already is the same.
    fn add(&mut self, family: &str, key: Key, n: u64, worth: f64) -> usize {
        let identity = (family.to_owned(), key, n);
        if let Some(at) = self.known.get(&identity) {
            return *at;
        }
        self.known.insert(identity.clone(), self.counts.len());
        self.push(identity, n, Shown::Told, worth)
    }

    fn push(&mut self, identity: Identity, count: u64, shown: Shown, worth: f64) -> usize {
        self.identities.push(identity);
        self.counts.push(LinkedCount {
            count,
            shown,
            worth,
        });
        self.counts.len() - 1
    }

    /// A count that no table shows, of the people of a group.
    fn push_untold(&mut self, key: &Key, count: u64, shown: Shown) -> usize {
        self.push((String::new(), key.clone(), count), count, shown, 0.0)
    }

    /// Each table is the sum of every next finer one.
    fn add_sums(&mut self, tables: &[(&Vec<String>, Groups)]) {
        let is_finer = |fine: &[String], coarse: &[String]| {
            fine.len() > coarse.len() && coarse.iter().all(|name| fine.contains(name))
        };
        for (coarse, totals) in tables {
            for (fine, parts) in tables {
                let is_between = |(other, _): &(&Vec<String>, Groups)| {
                    is_finer(other, coarse) && is_finer(fine, other)
                };
                if !is_finer(fine, coarse) || tables.iter().any(is_between) {
                    continue;
                }
                let mut sums: BTreeMap<usize, Sum> = BTreeMap::new();
                for (key, part) in parts {
                    let of_total = key.iter().filter(|(name, _)| coarse.contains(name));
                    let total = totals.get(&of_total.cloned().collect::<Key>());
                    if let Some(total) = total {
                        sums.entry(*total).or_default().push((*part, 1));
                    }
                }
                for (total, mut sum) in sums {
                    sum.push((total, -1));
                    // Two groups that are one count say nothing of each other.
                    if !(sum.len() == 2 && sum[0].0 == total) {
                        self.sums.push(sum);
                    }
                }
            }
        }
    }

    /// Who reached a step but not the next is lost between them.
    fn add_steps(&mut self, groups: &Groups, steps: &str) {
        let mut flows: BTreeMap<Key, BTreeMap<i64, usize>> = BTreeMap::new();
        for (key, at) in groups {
            let step = key.iter().find(|(name, _)| name == steps);
            let Some(step) = step.and_then(|(_, value)| value.parse().ok()) else {
                continue;
            };
            let others = key.iter().filter(|(name, _)| name != steps);
            let flow = flows.entry(others.cloned().collect()).or_default();
            flow.insert(step, *at);
        }
        for (key, flow) in flows {
            let reached: Vec<usize> = flow.into_values().collect();
            for pair in reached.windows(2) {
                self.add_rest(&key, pair[0], pair[1]);
            }
        }
    }

    /// Those of a whole who are not in a part of it; a part of more than the whole is none.
    fn add_rest(&mut self, key: &Key, whole: usize, part: usize) -> Option<usize> {
        let rest = self.counts[whole]
            .count
            .checked_sub(self.counts[part].count)?;
        let rest = self.push_untold(key, rest, Shown::Implied);
        self.sums.push(vec![(part, 1), (rest, 1), (whole, -1)]);
        Some(rest)
    }

    fn add_parts(&mut self, parts: &Groups, wholes: &Groups, count: &CubeCount) {
        for (key, part) in parts {
            let Some(whole) = wholes.get(key) else {
                continue;
            };
            let Some(rest) = self.add_rest(key, *whole, *part) else {
                continue;
            };
            // Medians of fewer are withheld.
            let least = 2 * SmallCells::DEFAULT_THRESHOLD;
            if count.halves && self.counts[*whole].count >= least {
                let (n, left) = (self.counts[*part].count, self.counts[rest].count);
                let lead = self.push_untold(key, n.abs_diff(left), Shown::Bound);
                let sign = if n >= left { 1 } else { -1 };
                self.sums
                    .push(vec![(*part, sign), (rest, -sign), (lead, -1)]);
            }
        }
    }

    /// Where witnesses are looked for, near ones first: a year, regions that are alike over all
    /// years, small regions with greater ones, what is of no year, two years, a year with what
    /// is of none, and what hangs together, where it is small.
    fn tiers(&self) -> Vec<Vec<Vec<usize>>> {
        let years = self.values(YEAR);
        let regions = self.values(REGION);
        let of_years = |window: &[String]| {
            self.parts(|key| value(key, YEAR).is_some_and(|year| window.contains(year)))
        };
        let of_regions = |window: &[String]| {
            let is_in = |region: &String| window.contains(region);
            self.parts(|key| value(key, YEAR).is_some() && value(key, REGION).is_some_and(is_in))
        };
        let is_link = |key: &Key| {
            key.len() <= 1 && key.iter().all(|(name, _)| LINKS.contains(&name.as_str()))
        };
        let with_year =
            |one: &String| self.parts(|key| value(key, YEAR).is_none_or(|year| year == one));
        let wholes = self.parts(|_| true).into_iter();
        let wholes = wholes.filter(|whole| whole.len() <= MOST_AT_ONCE);
        vec![
            years.windows(1).flat_map(of_years).collect(),
            regions.windows(2).flat_map(of_regions).collect(),
            beside_great(&regions)
                .iter()
                .flat_map(|few| of_regions(few))
                .collect(),
            self.parts(|key| value(key, YEAR).is_none() && !is_link(key)),
            years.windows(2).flat_map(of_years).collect(),
            years.iter().flat_map(with_year).collect(),
            wholes.collect(),
        ]
    }

    /// The values of a column of groups, those of the smallest counts first.
    fn values(&self, name: &str) -> Vec<String> {
        let mut sums: BTreeMap<&String, u64> = BTreeMap::new();
        for (_, key, n) in &self.identities {
            if let Some(value) = value(key, name) {
                *sums.entry(value).or_default() += n;
            }
        }
        let mut values: Vec<&String> = sums.keys().copied().collect();
        match name == YEAR {
            true => values.sort(),
            false => values.sort_by_key(|value| sums[value]),
        }
        values.into_iter().cloned().collect()
    }

    /// Counts of some groups, parted into those that sums of theirs tie together.
    fn parts(&self, is_inside: impl Fn(&Key) -> bool) -> Vec<Vec<usize>> {
        let all = 0..self.counts.len();
        let some: Vec<usize> = all
            .filter(|at| is_inside(&self.identities[*at].1))
            .collect();
        let mut first: Vec<usize> = (0..self.counts.len()).collect();
        fn root(first: &mut [usize], mut at: usize) -> usize {
            while first[at] != at {
                first[at] = first[first[at]];
                at = first[at];
            }
            at
        }
        let inside: BTreeSet<usize> = some.iter().copied().collect();
        for sum in &self.sums {
            let mut terms = sum
                .iter()
                .map(|(at, _)| *at)
                .filter(|at| inside.contains(at));
            if let Some(one) = terms.next() {
                for other in terms {
                    let (a, b) = (root(&mut first, one), root(&mut first, other));
                    first[a.max(b)] = a.min(b);
                }
            }
        }
        let mut parts: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for at in some {
            parts.entry(root(&mut first, at)).or_default().push(at);
        }
        parts.into_values().filter(|part| part.len() > 1).collect()
    }
}

/// Each region with two great ones, which have what a small one needs to move.
fn beside_great(regions: &[String]) -> Vec<Vec<String>> {
    let great = [
        regions.len().saturating_sub(4),
        regions.len().saturating_sub(2),
    ];
    let few = |(at, region): (usize, &String)| {
        let others = great.iter().filter(|other| **other != at);
        let others = others.filter_map(|other| regions.get(*other).cloned());
        others.chain([region.clone()]).collect()
    };
    regions.iter().enumerate().map(few).collect()
}

/// The value of a column in a group.
fn value<'a>(key: &'a Key, name: &str) -> Option<&'a String> {
    let pair = key.iter().find(|(known, _)| known == name);
    pair.map(|(_, value)| value)
}

/// What a count is worth to readers: the nation before a region, all years before one, both sexes
/// before one, and great counts a little before small ones.
#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
fn worth(key: &Key, n: u64, is_part: bool) -> f64 {
    let is_of_region = key.iter().any(|(name, _)| name == REGION);
    let of_group = match (is_of_region, key.len()) {
        (false, 0) => 1000.0,
        (false, _) => 300.0,
        (true, 1) => 200.0,
        (true, 2) => 20.0,
        (true, _) => 2.0,
    };
    let of_group = if is_part { of_group / 2.0 } else { of_group };
    of_group * (1.0 + (1.0 + n as f64).ln() / 5.0)
}
