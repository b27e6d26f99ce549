//! A callset lists a locus, but not this allele: its calls, seen from an allele that nobody in it
//! has.

use datafusion::common::Result;
use kohort_genotype::{
    CallBuf, DefaultCall, MISSING, PackedGenotypes, Phase, SampleDirectory, SiteCalls,
};

use crate::catalog::external;

/// How the ALTs of a record are seen from an allele that the record does not list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SeenAs {
    /// The allele belongs to the same site: they are other ALTs.
    OtherAlleles,
    /// The allele is of another site: they are no change there.
    Reference,
}

/// Re-expresses a value for an allele that its record does not list.
pub(crate) fn seen_from_elsewhere(
    bytes: &[u8],
    seen_as: SeenAs,
    directory: &SampleDirectory,
    site: &mut SiteCalls,
    out: &mut Vec<u8>,
) -> Result<()> {
    let packed = PackedGenotypes::parse(bytes, directory).map_err(external)?;
    let Some(segment) = packed.segments().first() else {
        return Ok(());
    };
    let samples = segment.samples();
    site.reset(samples.n_samples());
    let calls: Vec<_> = packed.iter_calls().collect();
    let default = default_call(calls.iter().map(|call| &call.call));
    site.set_default(default);
    let default = default.call();
    let mut failing = Vec::new();
    for call in calls {
        let sample = call.sample_index - samples.base();
        if !call.passes_adj {
            failing.push(sample);
        }
        if call.call != default {
            site.push_call(sample, seen(&call.call, seen_as));
        }
    }
    site.set_adj_fail(&failing);
    site.pack(1, segment.class(), samples.block(), out);
    Ok(())
}

/// The commoner separator of reference calls.
fn default_call<'a>(calls: impl Iterator<Item = &'a CallBuf>) -> DefaultCall {
    let (mut phased, mut unphased) = (0_usize, 0_usize);
    for call in calls.filter(|call| call.alleles() == [0, 0]) {
        match call.is_phased() {
            true => phased += 1,
            false => unphased += 1,
        }
    }
    DefaultCall::Reference(if phased > unphased {
        Phase::Phased
    } else {
        Phase::Unphased
    })
}

/// The same call with every ALT one further, so that none is the first, or with every ALT as REF.
fn seen(call: &CallBuf, seen_as: SeenAs) -> CallBuf {
    let alleles: Vec<u16> = call
        .alleles()
        .iter()
        .map(|allele| match (*allele, seen_as) {
            (0 | MISSING, _) => *allele,
            (other, SeenAs::OtherAlleles) => other + 1,
            (_, SeenAs::Reference) => 0,
        })
        .collect();
    let separators: Vec<Phase> = (1..alleles.len())
        .map(|i| call.separator_before(i).unwrap_or_default())
        .collect();
    CallBuf::new(&alleles, &separators, call.separator_before(0))
}
