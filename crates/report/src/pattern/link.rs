//! From the rows of cubes to counts that are linked by sums, and to the pattern.

use std::collections::BTreeMap;

use kohort_stats::disclosure::{LinkedCount, LinkedCounts, Shown, SmallCells, Sum};

use super::catalogue::{Catalogue, Cube, CubeCount, CubeRows};
use super::{Key, Pattern, PatternCount};
use crate::Error;

const REGION: &str = "region";

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
    let linked = LinkedCounts::try_new(collected.counts, collected.sums)
        .map_err(|error| Error::data("withholding", error.to_string()))?;
    let withheld = linked.withhold(rule);
    let fewest = linked.fewest(rule);
    let counts = collected.identities.into_iter().zip(withheld);
    let counts = counts.filter(|((family, ..), _)| !family.is_empty());
    let counts = counts.map(|((family, key, n), is_withheld)| PatternCount {
        family,
        key,
        n,
        is_withheld,
    });
    Ok(Pattern::new(rule.threshold(), fewest, counts.collect()))
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
