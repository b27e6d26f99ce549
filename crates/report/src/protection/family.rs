//! Counts that several tables show: they are withheld together, and give none of each other away.

use std::collections::{BTreeMap, BTreeSet};

use kohort_stats::disclosure::{SmallCells, State, Sum, recomputable};

use super::block::{Block, Pair};
use crate::Error;

/// A count as its family knows it: what is counted, of whom, and how many. Two of the same name
/// and another number are two counts.
type Identity = (String, Vec<Pair>, u64);

/// The counts of a report, each once however many tables show it.
pub(super) struct Counts {
    identities: Vec<Identity>,
    /// The count that each is the same as; itself, where it is the first.
    same: Vec<usize>,
    /// The count of each cell of each block.
    cells: Vec<BTreeMap<(usize, usize), usize>>,
    /// Those that are withheld for their own sake. That others can be worked out harms nobody.
    sensitive: BTreeSet<usize>,
}

impl Counts {
    /// Finds the counts of all blocks; `totals` are the values that stand for all.
    pub(super) fn of(
        blocks: &[Block<'_>],
        totals: &BTreeMap<String, String>,
        rule: SmallCells,
    ) -> Self {
        let mut known: BTreeMap<Identity, usize> = BTreeMap::new();
        let mut cells = Vec::with_capacity(blocks.len());
        for block in blocks {
            let mut of_block = BTreeMap::new();
            for cell in block.cells() {
                // What has no row and is no total is a 0 that nobody shows.
                if !block.rows.contains_key(&cell) && !block.is_total(cell) {
                    continue;
                }
                let key = block.key(cell, totals);
                let identity = (block.family.clone(), key, block.count(cell));
                let next = known.len();
                of_block.insert(cell, *known.entry(identity).or_insert(next));
            }
            cells.push(of_block);
        }
        let mut identities: Vec<(Identity, usize)> = known.into_iter().collect();
        identities.sort_by_key(|(_, at)| *at);
        let mut counts = Self {
            same: (0..identities.len()).collect(),
            identities: identities
                .into_iter()
                .map(|(identity, _)| identity)
                .collect(),
            cells,
            sensitive: BTreeSet::new(),
        };
        counts.join_wholes(blocks);
        for (at, block) in blocks.iter().enumerate() {
            let of_rows = block.rows.keys().filter(|cell| {
                block.state(**cell).is_withheld() || rule.withholds(block.count(**cell))
            });
            let sensitive = of_rows.filter_map(|cell| counts.at(at, *cell));
            let sensitive: Vec<usize> = sensitive.collect();
            counts.sensitive.extend(sensitive);
        }
        counts
    }

    /// A part that is all of what it is a part of is the same count.
    fn join_wholes(&mut self, blocks: &[Block<'_>]) {
        let mut by_row: BTreeMap<(&str, &str, usize), usize> = BTreeMap::new();
        for (block, cells) in blocks.iter().zip(&self.cells) {
            for (cell, row) in &block.rows {
                if let Some(count) = cells.get(cell) {
                    by_row.insert((block.table.id.as_str(), block.column, *row), *count);
                }
            }
        }
        let mut pairs = Vec::new();
        for (block, cells) in blocks.iter().zip(&self.cells) {
            let Some(of) = block.protect.of.as_deref() else {
                continue;
            };
            for (cell, row) in &block.rows {
                let whole = by_row.get(&(block.table.id.as_str(), of, *row));
                let part = cells.get(cell);
                pairs.extend(part.copied().zip(whole.copied()));
            }
        }
        for (part, whole) in pairs {
            if self.identities[part].2 == self.identities[whole].2 {
                let (part, whole) = (self.first(part), self.first(whole));
                self.same[part.max(whole)] = part.min(whole);
            }
        }
    }

    fn first(&self, mut at: usize) -> usize {
        while self.same[at] != at {
            at = self.same[at];
        }
        at
    }

    fn at(&self, block: usize, cell: (usize, usize)) -> Option<usize> {
        self.cells[block].get(&cell).map(|at| self.first(*at))
    }

    /// Withholds in all blocks, until none shows what another withholds, and no sum of what is
    /// shown gives a withheld count away.
    ///
    /// # Errors
    /// A count that is given away whatever is withheld.
    pub(super) fn settle(&self, blocks: &mut [Block<'_>], rule: SmallCells) -> Result<(), Error> {
        loop {
            self.share(blocks, rule);
            let given_away = self.given_away(blocks);
            if given_away.is_empty() {
                return Ok(());
            }
            for count in given_away {
                if !self.withhold_another(blocks, count) {
                    return Err(self.error(blocks, count));
                }
            }
        }
    }

    /// Protects each block, and withholds a count wherever it is shown.
    fn share(&self, blocks: &mut [Block<'_>], rule: SmallCells) {
        let mut withheld: BTreeSet<usize> = BTreeSet::new();
        loop {
            let before = withheld.len();
            for (at, block) in blocks.iter_mut().enumerate() {
                for cell in block.cells() {
                    let is_withheld = self.at(at, cell).is_some_and(|c| withheld.contains(&c));
                    if is_withheld && block.state(cell) == State::Published {
                        block.counts.withhold(cell.0, cell.1);
                    }
                }
                block.counts.protect(rule);
                for cell in block.cells() {
                    if block.state(cell).is_withheld() {
                        withheld.extend(self.at(at, cell));
                    }
                }
            }
            if withheld.len() == before {
                return;
            }
        }
    }

    /// The counts in some state.
    fn in_state(&self, blocks: &[Block<'_>], is: fn(State) -> bool) -> BTreeSet<usize> {
        let mut found = BTreeSet::new();
        for (at, block) in blocks.iter().enumerate() {
            let cells = block.cells().into_iter();
            let cells = cells.filter(|cell| is(block.state(*cell)));
            found.extend(cells.filter_map(|cell| self.at(at, cell)));
        }
        found
    }

    /// The counts that must not be known, and that sums of what is shown give away.
    fn given_away(&self, blocks: &[Block<'_>]) -> Vec<usize> {
        if self.sensitive.is_empty() {
            return Vec::new();
        }
        let shown = self.in_state(blocks, |state| state == State::Published);
        let mut unknowns: BTreeMap<usize, usize> = BTreeMap::new();
        let mut sums: Vec<Sum> = Vec::new();
        let mut add = |terms: Vec<(usize, i64)>| {
            let terms = terms
                .into_iter()
                .filter(|(count, _)| !shown.contains(count));
            let sum: Sum = terms
                .map(|(count, sign)| {
                    let next = unknowns.len();
                    (*unknowns.entry(count).or_insert(next), sign)
                })
                .collect();
            if !sum.is_empty() {
                sums.push(sum);
            }
        };
        for (at, block) in blocks.iter().enumerate() {
            for sum in block.sums() {
                let terms = sum.into_iter();
                add(terms
                    .filter_map(|(cell, sign)| Some((self.at(at, cell)?, sign)))
                    .collect());
            }
        }
        for sum in self.sums_across(blocks) {
            add(sum);
        }
        let is_known = recomputable(unknowns.len(), &sums);
        let of_unknown = |count: &usize| unknowns.get(count).is_some_and(|at| is_known[*at]);
        self.sensitive.iter().copied().filter(of_unknown).collect()
    }

    /// Sums over a dimension whose parts several tables show: women in one, men in another.
    fn sums_across(&self, blocks: &[Block<'_>]) -> Vec<Vec<(usize, i64)>> {
        type Parts<'a> = BTreeMap<&'a str, BTreeSet<(u64, usize)>>;
        type Wholes<'a> = BTreeMap<(&'a str, Vec<&'a Pair>), Vec<(u64, usize)>>;
        let present = self.in_state(blocks, |state| state != State::Absent);
        let mut wholes = Wholes::new();
        let mut parts: BTreeMap<(&str, Vec<&Pair>, &str), Parts<'_>> = BTreeMap::new();
        for (at, (family, key, count)) in self.identities.iter().enumerate() {
            let first = self.first(at);
            let whole = wholes.entry((family, key.iter().collect())).or_default();
            whole.push((*count, first));
            if !present.contains(&first) {
                continue;
            }
            for pair in key {
                let others = key.iter().filter(|other| *other != pair).collect();
                let parts = parts.entry((family, others, &pair.0)).or_default();
                parts.entry(&pair.1).or_default().insert((*count, first));
            }
        }
        let mut sums = Vec::new();
        for ((family, key, _), parts) in parts {
            let single: Option<Vec<(u64, usize)>> = parts
                .values()
                .map(|of_value| of_value.first().copied().filter(|_| of_value.len() == 1))
                .collect();
            let (Some(single), Some(wholes)) = (single, wholes.get(&(family, key))) else {
                continue;
            };
            let sum: u64 = single.iter().map(|(count, _)| count).sum();
            if let Some((_, whole)) = wholes.iter().find(|(count, _)| *count == sum) {
                let terms = single.iter().map(|(_, part)| (*part, 1));
                sums.push(terms.chain([(*whole, -1)]).collect());
            }
        }
        sums
    }

    /// Withholds one more count that stands in a sum with a count that is given away: an inner one
    /// before a total, a small one before a great one. Whether there was any.
    fn withhold_another(&self, blocks: &mut [Block<'_>], count: usize) -> bool {
        let mut best: Option<(_, usize, (usize, usize))> = None;
        let family = &self.identities[count].0;
        for (at, block) in blocks.iter().enumerate() {
            let is_near = |cell: (usize, usize)| {
                let sums = block.sums().into_iter();
                let mut sums = sums.filter(|sum| sum.iter().any(|(other, _)| *other == cell));
                sums.any(|sum| sum.iter().any(|(c, _)| self.at(at, *c) == Some(count)))
            };
            let is_of_family = block.family == *family;
            for cell in block.rows.keys() {
                let near = is_near(*cell);
                if block.state(*cell) != State::Published || !(near || is_of_family) {
                    continue;
                }
                let n = block.count(*cell);
                let cost = (!near, block.is_total(*cell), n == 0, n);
                if best.as_ref().is_none_or(|(least, ..)| cost < *least) {
                    best = Some((cost, at, *cell));
                }
            }
        }
        let Some((_, at, cell)) = best else {
            return false;
        };
        blocks[at].counts.withhold(cell.0, cell.1);
        true
    }

    fn error(&self, blocks: &[Block<'_>], count: usize) -> Error {
        let of_count = |(at, block): (usize, &Block<'_>)| {
            let cells = block.cells().into_iter();
            let mut cells = cells.filter(|cell| self.at(at, *cell) == Some(count));
            cells.next().map(|_| block.table.id.clone())
        };
        let tables: BTreeSet<String> = blocks.iter().enumerate().filter_map(of_count).collect();
        let tables: Vec<String> = tables.into_iter().collect();
        let (_, key, _) = &self.identities[count];
        let names: Vec<String> = key.iter().map(|(n, v)| format!("{n} `{v}`")).collect();
        Error::Disclosure {
            table: tables.join(", "),
            message: format!("together they give away the count of {}", names.join(", ")),
            hint: Some("leave the totals out of one of them".into()),
        }
    }

    /// The withheld counts: what is counted, and of whom.
    pub(super) fn withheld<'a>(&'a self, blocks: &[Block<'_>]) -> Vec<(&'a str, &'a [Pair])> {
        let withheld = self.in_state(blocks, State::is_withheld);
        let all = self.identities.iter().enumerate();
        let all = all.filter(|(at, _)| withheld.contains(&self.first(*at)));
        all.map(|(_, (family, key, _))| (family.as_str(), key.as_slice()))
            .collect()
    }
}
