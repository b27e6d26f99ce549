//! From the rows of one site back to its calls.

use crate::Error;
use crate::call::{CallBuf, MISSING, Phase};
use crate::directory::SampleBlock;
use crate::layout::Row;
use crate::site::{DefaultCall, SiteCalls};
use crate::unpack::Segment;
use crate::walk::{KEY_ADJ, KEY_HAPLOID, KEY_MISSING, KEY_PHASE, Key};

/// An ALT that a later row of the site will name.
const NOT_YET_NAMED: u16 = MISSING - 1;

/// Puts the rows of one site together again: `rows` has one value per ALT, in the order of their
/// allele indices, all of them of the block `samples`.
///
/// # Errors
/// What a value can be refused for; [`Error::InconsistentSite`] where the rows contradict each
/// other or one is not there.
pub fn unpack_site(
    rows: &[&[u8]],
    samples: &SampleBlock,
    site: &mut SiteCalls,
) -> Result<(), Error> {
    site.reset(samples.n_samples());
    let mut segments = Vec::with_capacity(rows.len());
    for bytes in rows {
        let row = Row::parse(bytes)?;
        if row.block != samples.block() || row.absent().is_some() {
            let problem = "a row is of another callset, or of none";
            return Err(Error::InconsistentSite { sample: 0, problem });
        }
        segments.push(Segment::new(&row, samples)?);
    }
    let Some((first, others)) = segments.split_first() else {
        return Ok(());
    };
    let mut calls: Vec<(u32, CallBuf)> = Vec::new();
    let adj_default = first.default_key() & KEY_ADJ != 0;
    let mut adj_fail: Vec<u32> = Vec::new();
    for (sample, mut call, fails) in first.named() {
        for allele in call.alleles_mut() {
            if *allele != MISSING && *allele > 1 {
                *allele = NOT_YET_NAMED;
            }
        }
        calls.push((sample, call));
        if fails && !adj_default {
            adj_fail.push(sample);
        }
    }
    if adj_default {
        adj_fail.extend(0..samples.n_samples());
    }
    for (number, segment) in (2..).zip(others) {
        add_row(number, first, segment, &mut calls)?;
    }
    if let Some((sample, _)) = calls
        .iter()
        .find(|(_, call)| call.count_of(NOT_YET_NAMED) > 0)
    {
        return Err(inconsistent(*sample, "it carries an ALT that no row names"));
    }
    site.set_default(default_call(first.default_key(), first.default_phase()));
    for (sample, call) in calls {
        site.push_call(sample, call);
    }
    site.set_adj_fail(&adj_fail);
    Ok(())
}

fn default_call(key: Key, phase: Phase) -> DefaultCall {
    let phase = Phase::from_bit((phase == Phase::Phased) != (key & KEY_PHASE != 0));
    match (key & KEY_HAPLOID != 0, key & KEY_MISSING != 0) {
        (false, false) => DefaultCall::Reference(phase),
        (false, true) => DefaultCall::Missing(phase),
        (true, false) => DefaultCall::HaploidReference,
        (true, true) => DefaultCall::HaploidMissing,
    }
}

fn inconsistent(sample: u32, problem: &'static str) -> Error {
    Error::InconsistentSite { sample, problem }
}

/// Names the alleles of row `number` in the calls that the rows before have given.
fn add_row(
    number: u16,
    first: &Segment<'_>,
    segment: &Segment<'_>,
    calls: &mut [(u32, CallBuf)],
) -> Result<(), Error> {
    let default =
        |segment: &Segment<'_>| default_call(segment.default_key(), segment.default_phase());
    if default(first) != default(segment) {
        return Err(inconsistent(0, "the rows have different default calls"));
    }
    let mut known = calls.iter_mut();
    for (sample, row_call, _) in segment.named() {
        let call = match known.next() {
            Some((known, call)) if *known == sample => call,
            _ => return Err(inconsistent(sample, "only some rows name it")),
        };
        if call.ploidy() != row_call.ploidy() {
            return Err(inconsistent(sample, "the rows have different ploidies"));
        }
        for (allele, &here) in call.alleles_mut().iter_mut().zip(row_call.alleles()) {
            let fits = match here {
                MISSING => *allele == MISSING,
                0 => *allele == 0,
                1 => *allele == NOT_YET_NAMED,
                _ => *allele != 0 && *allele != MISSING,
            };
            if !fits {
                return Err(inconsistent(sample, "the rows have different alleles"));
            }
            if here == 1 {
                *allele = number;
            }
        }
    }
    match known.next() {
        Some((sample, _)) => Err(inconsistent(*sample, "only some rows name it")),
        None => Ok(()),
    }
}
