//! Who of a callset about to be written is in the lake already, and who of a cohort stays in it?
//!
//! People who are in two callsets are counted twice in every sum over callsets, so a callset with
//! samples, people or files of another one is refused unless its owner wants that.
//!
//! A cohort remembers samples by index, and a callset that takes the place of another has new
//! indices. A cohort therefore follows its people: by `person_id` where both callsets have it, else
//! by `sample_id`. Their new indices are added to the cohort before the new callset is visible, and
//! the old ones stay in it: an index whose callset a snapshot does not show counts nowhere. So
//! the cohort holds the same people before the replacement, after it, after one that broke off, and
//! in every earlier version of the lake.

use std::collections::{BTreeMap, HashMap, HashSet};

use kohort_genotype::Cohort;
use kohort_schema::TableName;
use object_store::ObjectStoreExt;
use object_store::path::Path;

use crate::commit::{Attempt, Change, MAX_ATTEMPTS, commit};
use crate::log::{self, TableState};
use crate::snapshot::{Callset, CohortRow, Sample, SourceFile};
use crate::writer::{NewSample, encode_one, pause, short_id};
use crate::{Error, Lake, Result, Snapshot, put, rows};

/// Ids that a message shows.
const IDS_SHOWN: usize = 5;

/// An id with so many digits may be a personal number, and is not shown.
const DIGITS_OF_PERSONAL_NUMBER: usize = 9;

/// What to do with people, or files, that the lake has already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnDuplicates {
    /// Refuse, and name them.
    #[default]
    Refuse,
    /// Take them once more.
    Allow,
}

/// What to do when cohorts lose people with a callset that goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnCohortLoss {
    /// Refuse, and say which cohorts lose whom.
    #[default]
    Refuse,
    /// Let the cohorts have fewer people.
    Allow,
}

/// Refuses samples and people that a visible callset has, other than the one of this name. Callsets
/// in `checked` were looked at before; those that pass are added to it.
pub(crate) async fn check_samples(
    snapshot: &Snapshot,
    callset: &str,
    new: &[NewSample],
    checked: &mut HashSet<String>,
) -> Result<()> {
    let is_other = |c: &&Callset| c.callset != callset && !checked.contains(&c.callset_id);
    let others: Vec<Callset> = snapshot
        .callsets()
        .iter()
        .filter(is_other)
        .cloned()
        .collect();
    if others.is_empty() || new.is_empty() {
        return Ok(());
    }
    let by_sample: HashSet<&str> = new.iter().map(|s| s.sample_id.as_str()).collect();
    let persons = new.iter().filter_map(|s| s.person_id.as_deref());
    let by_person: HashSet<&str> = persons.collect();
    let samples = snapshot.samples().await?;
    for other in others {
        let of_other = || samples.iter().filter(|s| s.callset_id == other.callset_id);
        let same = of_other().filter(|s| by_sample.contains(s.sample_id.as_str()));
        let same: Vec<&str> = same.map(|s| s.sample_id.as_str()).collect();
        let person = |s: &&Sample| {
            s.person_id
                .as_deref()
                .is_some_and(|p| by_person.contains(p))
        };
        let people: Vec<&Sample> = of_other().filter(person).collect();
        let what = match (same.as_slice(), people.as_slice()) {
            ([], []) => {
                checked.insert(other.callset_id);
                continue;
            }
            ([], people) => {
                let ids: Vec<String> = people.iter().map(|s| shown_person(s)).collect();
                let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
                format!(
                    "{} by `person_id`: {}",
                    people_of(people.len()),
                    listed(&ids)
                )
            }
            (same, _) => format!(
                "{} of {}: {}",
                same.len(),
                samples_of(new.len()),
                listed(same)
            ),
        };
        return Err(Error::DuplicateSamples {
            callset: callset.to_owned(),
            other: other.callset,
            what,
        });
    }
    Ok(())
}

/// Refuses files that a visible callset was made of, other than the one of this name.
pub(crate) fn check_files(
    snapshot: &Snapshot,
    callset: &str,
    sources: &[SourceFile],
) -> Result<()> {
    for other in snapshot.callsets().iter().filter(|c| c.callset != callset) {
        let known: HashMap<&str, &SourceFile> = other
            .sources
            .iter()
            .map(|s| (s.sha256.as_str(), s))
            .collect();
        let found = sources.iter().find_map(|s| {
            let before = known.get(s.sha256.as_str())?;
            Some((s, *before))
        });
        if let Some((source, before)) = found {
            return Err(Error::DuplicateSamples {
                callset: callset.to_owned(),
                other: other.callset.clone(),
                what: format!("the file `{}`, ingested as `{}`", source.uri, before.uri),
            });
        }
    }
    Ok(())
}

fn samples_of(n: usize) -> String {
    match n {
        1 => "its 1 sample".to_owned(),
        n => format!("its {n} samples"),
    }
}

fn people_of(n: usize) -> String {
    match n {
        1 => "1 person".to_owned(),
        n => format!("{n} people"),
    }
}

fn listed<T: AsRef<str>>(ids: &[T]) -> String {
    let shown: Vec<String> = ids
        .iter()
        .take(IDS_SHOWN)
        .map(|id| format!("`{}`", id.as_ref()))
        .collect();
    let more = ids.len().saturating_sub(IDS_SHOWN);
    match more {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// A person's id, or where it may be a personal number the id of the sample.
fn shown_person(sample: &Sample) -> String {
    let person = sample.person_id.as_deref().unwrap_or_default();
    let n_digits = person.chars().filter(char::is_ascii_digit).count();
    match n_digits < DIGITS_OF_PERSONAL_NUMBER {
        true => person.to_owned(),
        false => format!("the person of sample {}", sample.sample_id),
    }
}

/// Which of the new samples each old one is, by its index; those that are none of them have an
/// empty list. `base` is the index of the first new sample.
fn followed<'a>(
    old: impl Iterator<Item = &'a Sample>,
    new: &[NewSample],
    base: u32,
) -> HashMap<u32, Vec<u32>> {
    let mut by_sample: HashMap<&str, (u32, &NewSample)> = HashMap::new();
    let mut by_person: HashMap<&str, Vec<(u32, &NewSample)>> = HashMap::new();
    for (sample, index) in new.iter().zip(base..) {
        by_sample.insert(&sample.sample_id, (index, sample));
        if let Some(person) = sample.person_id.as_deref() {
            by_person.entry(person).or_default().push((index, sample));
        }
    }
    let find = |old: &Sample| -> Vec<u32> {
        let person = old.person_id.as_deref();
        if let Some(theirs) = person.and_then(|p| by_person.get(p)) {
            let same = theirs.iter().filter(|(_, s)| s.sample_id == old.sample_id);
            let same: Vec<u32> = same.map(|(index, _)| *index).collect();
            return match same.is_empty() {
                false => same,
                true => theirs.iter().map(|(index, _)| *index).collect(),
            };
        }
        match by_sample.get(old.sample_id.as_str()) {
            // The same sample id, and another person.
            Some((_, s)) if person.is_some() && s.person_id.is_some() => Vec::new(),
            Some((index, _)) => vec![*index],
            None => Vec::new(),
        }
    };
    old.map(|old| (old.sample_index, find(old))).collect()
}

/// The members that a snapshot with these callsets shows.
pub(crate) fn visible(members: &Cohort, callsets: &[Callset]) -> Cohort {
    let mut shown = Cohort::new();
    for callset in callsets {
        let start = callset.base_sample_index;
        let end = u64::from(start) + callset.n_samples;
        let end = u32::try_from(end).unwrap_or(u32::MAX);
        for index in members.range(start, end) {
            shown.insert(index);
        }
    }
    shown
}

/// A callset that goes, and the samples that take the place of its own.
pub(crate) struct Succession<'a> {
    pub(crate) old: &'a Callset,
    pub(crate) new: &'a [NewSample],
    /// The index of the first new sample.
    pub(crate) base: u32,
}

/// What a cohort becomes.
struct Moved {
    row: CohortRow,
    lost: Vec<u32>,
    is_changed: bool,
}

impl Succession<'_> {
    fn moved(
        &self,
        mut row: CohortRow,
        map: &HashMap<u32, Vec<u32>>,
        callsets: &[Callset],
    ) -> Moved {
        let Ok(mut members) = Cohort::deserialize(&row.members) else {
            let cohort = &row.cohort;
            tracing::warn!(%cohort, "a cohort cannot be read, and follows nobody");
            return Moved {
                row,
                lost: Vec::new(),
                is_changed: false,
            };
        };
        let start = self.old.base_sample_index;
        let end = start.saturating_add(u32::try_from(self.old.n_samples).unwrap_or(u32::MAX));
        let old: Vec<u32> = members.range(start, end).collect();
        let lost = old
            .iter()
            .filter(|i| map.get(i).is_none_or(Vec::is_empty))
            .copied();
        let lost = lost.collect();
        let others: Vec<Callset> = callsets
            .iter()
            .filter(|c| c.callset_id != self.old.callset_id)
            .cloned()
            .collect();
        let n_others = visible(&members, &others).len();
        let (mut is_changed, mut n_new) = (false, 0);
        let new: HashSet<u32> = old
            .iter()
            .filter_map(|i| map.get(i))
            .flatten()
            .copied()
            .collect();
        for index in new {
            is_changed |= members.insert(index);
            n_new += 1;
        }
        if is_changed {
            row.members = members.serialize();
            row.size = n_others + n_new;
        }
        Moved {
            row,
            lost,
            is_changed,
        }
    }
}

impl Lake {
    /// Adds the new samples to the cohorts that have the old ones, in one commit.
    ///
    /// # Errors
    /// [`Error::CohortLoss`] when a cohort would lose somebody and that is refused.
    pub(crate) async fn move_cohorts(
        &self,
        snapshot: &Snapshot,
        succession: &Succession<'_>,
        on_loss: OnCohortLoss,
    ) -> Result<()> {
        let table = TableName::Cohorts;
        let samples = snapshot.samples().await?;
        let callset_id = &succession.old.callset_id;
        let old = || samples.iter().filter(|s| s.callset_id == *callset_id);
        let map = followed(old(), succession.new, succession.base);
        for attempt in 0..MAX_ATTEMPTS {
            let state = self.latest(table).await?;
            let moved = self.moved(&state, snapshot, succession, &map).await?;
            if on_loss == OnCohortLoss::Refuse {
                let all = moved.values().flatten();
                check_loss(&succession.old.callset, all, &samples)?;
            }
            let change = self
                .change_of(&state, moved, &succession.old.callset)
                .await?;
            if change.adds.is_empty() {
                return Ok(());
            }
            let put: Vec<String> = change.adds.iter().map(|add| add.path.clone()).collect();
            if let Attempt::Committed(_) = commit(self.raw_store(), &state, change).await? {
                return Ok(());
            }
            // Another commit has the version, so no log names these.
            for path in put {
                let location = Path::from(format!("{table}/{path}"));
                let _ = self.raw_store().delete(&location).await;
            }
            pause(attempt).await;
        }
        Err(Error::Contention {
            table: table.into(),
            attempts: MAX_ATTEMPTS,
        })
    }

    /// Refuses, where that is wanted, that cohorts lose people with a callset.
    pub(crate) async fn check_cohort_loss(
        &self,
        snapshot: &Snapshot,
        succession: &Succession<'_>,
        on_loss: OnCohortLoss,
    ) -> Result<()> {
        if on_loss == OnCohortLoss::Allow {
            return Ok(());
        }
        let samples = snapshot.samples().await?;
        let callset_id = &succession.old.callset_id;
        let old = samples.iter().filter(|s| s.callset_id == *callset_id);
        let map = followed(old, succession.new, succession.base);
        let state = self.latest(TableName::Cohorts).await?;
        let moved = self.moved(&state, snapshot, succession, &map).await?;
        let all = moved.values().flatten();
        check_loss(&succession.old.callset, all, &samples)
    }

    /// What becomes of the cohorts, by the file that they are in.
    async fn moved(
        &self,
        state: &TableState,
        snapshot: &Snapshot,
        succession: &Succession<'_>,
        map: &HashMap<u32, Vec<u32>>,
    ) -> Result<BTreeMap<String, Vec<Moved>>> {
        let mut moved: BTreeMap<String, Vec<Moved>> = BTreeMap::new();
        for file in state.files.keys() {
            let path = format!("{}/{file}", TableName::Cohorts);
            let bytes = log::get(self.raw_store().as_ref(), &Path::from(path.as_str())).await?;
            for batch in rows::read_parquet(&path, bytes, None)? {
                for row in 0..batch.num_rows() {
                    let row = rows::cohort_from(&batch, row)?;
                    let row = succession.moved(row, map, snapshot.callsets());
                    moved.entry(file.clone()).or_default().push(row);
                }
            }
        }
        Ok(moved)
    }

    /// The commit that puts changed cohorts in place of what they were.
    async fn change_of(
        &self,
        state: &TableState,
        moved: BTreeMap<String, Vec<Moved>>,
        callset: &str,
    ) -> Result<Change> {
        let mut change = Change {
            operation: "FOLLOW",
            parameters: vec![("callset", callset.to_owned())],
            ..Change::default()
        };
        for (file, cohorts) in moved {
            let Some(add) = state.files.get(&file) else {
                continue;
            };
            if !cohorts.iter().any(|cohort| cohort.is_changed) {
                continue;
            }
            change.removes.push(put::remove(add));
            for cohort in cohorts {
                let batch = rows::cohort_batch(&cohort.row)?;
                let file = encode_one(TableName::Cohorts, &batch)?;
                let name = format!("cohort-{}", short_id());
                let (store, table) = (self.raw_store(), TableName::Cohorts.into());
                let add = put::put(store, &table, None, &name, file).await?;
                change.adds.push(add);
            }
        }
        Ok(change)
    }
}

fn check_loss<'a>(
    callset: &str,
    cohorts: impl Iterator<Item = &'a Moved>,
    samples: &[Sample],
) -> Result<()> {
    let name_of = |index: &u32| {
        let at = samples.binary_search_by_key(index, |s| s.sample_index);
        at.map_or_else(|_| index.to_string(), |at| samples[at].sample_id.clone())
    };
    let mut losses: Vec<String> = cohorts
        .filter(|cohort| !cohort.lost.is_empty())
        .map(|cohort| {
            let ids: Vec<String> = cohort.lost.iter().map(name_of).collect();
            format!("`{}` {} ({})", cohort.row.cohort, ids.len(), listed(&ids))
        })
        .collect();
    if losses.is_empty() {
        return Ok(());
    }
    losses.sort();
    Err(Error::CohortLoss {
        callset: callset.to_owned(),
        losses: losses.join(", "),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn old(sample_index: u32, sample: &str, person: Option<&str>) -> Sample {
        Sample {
            sample_index,
            callset_id: "old".to_owned(),
            callset: "c".to_owned(),
            block: 0,
            sample_id: sample.to_owned(),
            person_id: person.map(str::to_owned),
            sex_karyotype: Default::default(),
        }
    }

    fn new(sample: &str, person: Option<&str>) -> NewSample {
        NewSample {
            sample_id: sample.to_owned(),
            person_id: person.map(str::to_owned),
            ..NewSample::default()
        }
    }

    #[test]
    fn a_sample_is_followed_by_its_person_and_else_by_its_id() {
        let samples = [
            new("a", None),
            new("moved", Some("p2")),
            new("c", Some("p9")),
            new("d1", Some("p4")),
            new("d2", Some("p4")),
            new("e", Some("p5")),
        ];
        for (before, expected) in [
            // Neither callset knows the person.
            (old(0, "a", None), vec![100]),
            // The old one does.
            (old(0, "a", Some("p1")), vec![100]),
            // The new one does.
            (old(0, "e", None), vec![105]),
            // The person has a sample of another name.
            (old(0, "b", Some("p2")), vec![101]),
            // The name is that of somebody else now.
            (old(0, "c", Some("p3")), vec![]),
            // Two samples: the one of this name, or both.
            (old(0, "d2", Some("p4")), vec![104]),
            (old(0, "d", Some("p4")), vec![103, 104]),
            (old(0, "z", None), vec![]),
        ] {
            let found = followed([&before].into_iter(), &samples, 100);
            assert_eq!(found[&0], expected, "{before:?}");
        }
    }

    #[test]
    fn what_may_be_a_personal_number_is_not_shown() {
        let sample = old(0, "s", Some("19500101-1005"));
        assert_eq!(shown_person(&sample), "the person of sample s");
        assert_eq!(shown_person(&old(0, "s", Some("P0012"))), "P0012");
        assert_eq!(listed(&["a", "b"]), "`a`, `b`");
        assert_eq!(
            listed(&["1", "2", "3", "4", "5", "6", "7"]),
            "`1`, `2`, `3`, `4`, `5` and 2 more"
        );
    }
}
