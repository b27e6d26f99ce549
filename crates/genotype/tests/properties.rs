//! What must hold for any calls and for any bytes.

#![allow(missing_docs, reason = "tests")]
#![expect(clippy::unwrap_used, reason = "tests")]
#![expect(clippy::cast_possible_truncation, reason = "small numbers of a test")]

mod naive;

use kohort_genome::{PloidyClass, SexKaryotype};
use kohort_genotype::{
    Absent, AlleleCounts, Cohort, CountRules, Counter, GenotypeCounts, NO_STRATUM, PackedGenotypes,
    SampleBlock, SampleDirectory, SiteCalls, StrataCounter, absent, compose, unpack_site,
};
use naive::{Site, all_rules, site};
use proptest::prelude::*;

fn directory(site: &Site, block: u32, base: u32) -> SampleDirectory {
    SampleDirectory::new(vec![SampleBlock::new(block, base, site.karyotypes.clone())]).unwrap()
}

fn class() -> impl Strategy<Value = PloidyClass> {
    (0u8..4).prop_map(|code| PloidyClass::from_code(code).unwrap())
}

fn config() -> ProptestConfig {
    ProptestConfig {
        cases: 400,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_site_comes_back_from_its_rows(site in site(), class in class()) {
        let directory = directory(&site, 300, 7);
        let rows: Vec<Vec<u8>> =
            (1..=site.n_alts).map(|allele| site.pack(allele, class, 300)).collect();
        let rows: Vec<&[u8]> = rows.iter().map(Vec::as_slice).collect();
        let mut back = SiteCalls::new();
        unpack_site(&rows, directory.get(300).unwrap(), &mut back).unwrap();
        prop_assert_eq!(back.calls().collect::<Vec<_>>(), site.calls.clone());
        prop_assert_eq!(back.adj_fail(), site.adj_fail.as_slice());
        // What was packed is packed to the same bytes again.
        for (allele, row) in (1..).zip(rows) {
            let mut again = Vec::new();
            back.pack(allele, class, 300, &mut again);
            prop_assert_eq!(again.as_slice(), row);
        }
    }

    #[test]
    fn a_row_tells_each_call_with_the_alleles_of_the_row(site in site(), class in class()) {
        let directory = directory(&site, 0, 7);
        for allele in 1..=site.n_alts {
            let bytes = site.pack(allele, class, 0);
            let packed = PackedGenotypes::parse(&bytes, &directory).unwrap();
            let calls: Vec<_> = packed.iter_calls().collect();
            prop_assert_eq!(calls.len(), site.calls.len());
            for (sample, (row, call)) in (0u32..).zip(calls.iter().zip(&site.calls)) {
                prop_assert_eq!(row.sample_index, sample + 7);
                prop_assert_eq!(row.call.count_of(1), call.count_of(allele));
                prop_assert_eq!(row.call.count_of(0), call.count_of(0));
                prop_assert_eq!(row.call.ploidy(), call.ploidy());
                prop_assert_eq!(row.call.is_missing(), call.is_missing());
                prop_assert_eq!(row.call.is_phased(), call.is_phased());
                prop_assert_eq!(row.passes_adj, !site.adj_fail.contains(&sample));
                prop_assert_eq!(packed.genotype_of(sample + 7), Some(row.clone()));
            }
            let carriers: Vec<u32> = (7u32..)
                .zip(&site.calls)
                .filter(|(_, call)| call.count_of(allele) > 0)
                .map(|(index, _)| index)
                .collect();
            prop_assert_eq!(packed.carriers(), carriers);
            prop_assert_eq!(packed.genotype_of(6), None);
        }
    }

    #[test]
    fn a_count_is_the_count_of_the_calls(site in site(), class in class(), seed in any::<u64>()) {
        let directory = directory(&site, 5, 100);
        let member = |sample: u32| seed >> (sample % 61) & 1 != 0;
        let one_sex = |sample: u32| site.karyotypes[sample as usize] == SexKaryotype::Xy;
        let cohorts: [&dyn Fn(u32) -> bool; 4] = [&|_| true, &member, &one_sex, &|_| false];
        for is_member in cohorts {
            let n = site.calls.len() as u32;
            let cohort: Cohort = (0..n).filter(|&s| is_member(s)).map(|s| s + 100).collect();
            for rules in all_rules() {
                let mut counter = Counter::new(&directory, &cohort, rules);
                for allele in 1..=site.n_alts {
                    let bytes = site.pack(allele, class, 5);
                    let found = counter.count(&bytes).unwrap();
                    prop_assert!(found.adds_up());
                    prop_assert_eq!(found, site.count(allele, class, rules, is_member));
                }
            }
        }
    }

    #[test]
    fn allele_numbers_are_equal_on_all_rows_of_a_site(site in site(), class in class()) {
        let directory = directory(&site, 5, 0);
        for rules in all_rules() {
            let mut counter = Counter::new(&directory, &Cohort::all(&directory), rules);
            let mut count = |allele| counter.count(&site.pack(allele, class, 5)).unwrap();
            let first = count(1);
            for allele in 2..=site.n_alts {
                let row = count(allele);
                prop_assert_eq!(row.an, first.an);
                prop_assert_eq!(row.n_called(), first.n_called());
                prop_assert_eq!(row.n_het_haploid, first.n_het_haploid);
            }
        }
    }

    #[test]
    fn strata_are_the_cohorts_of_their_labels(
        site in site(),
        class in class(),
        n_strata in 1usize..9,
        seed in any::<u32>(),
    ) {
        let directory = directory(&site, 5, 3);
        let n = site.calls.len();
        let labels: Vec<u16> = (0..n + 3)
            .map(|i| (i as u32).wrapping_mul(seed | 1) >> 7)
            .map(|hash| (hash % (n_strata as u32 + 1)) as u16)
            .map(|label| if usize::from(label) == n_strata { NO_STRATUM } else { label })
            .collect();
        for rules in all_rules() {
            let mut strata = StrataCounter::new(&directory, &labels, n_strata, rules).unwrap();
            let mut sums = vec![GenotypeCounts::default(); n_strata];
            for allele in 1..=site.n_alts {
                let bytes = site.pack(allele, class, 5);
                let mut found = vec![GenotypeCounts::default(); n_strata];
                strata.count_into(&bytes, &mut found).unwrap();
                let mut alleles = vec![AlleleCounts::default(); n_strata];
                strata.count_alleles_into(&bytes, &mut alleles).unwrap();
                strata.add(&bytes).unwrap();
                for (stratum, found) in found.iter().enumerate() {
                    let member = |s: u32| usize::from(labels[s as usize + 3]) == stratum;
                    prop_assert_eq!(*found, site.count(allele, class, rules, member));
                    let AlleleCounts { ac, an } = alleles[stratum];
                    prop_assert_eq!((ac, an), (found.ac, found.an));
                    sums[stratum] += *found;
                }
            }
            prop_assert_eq!(strata.totals(), sums);
            strata.reset_totals();
            prop_assert_eq!(strata.totals(), vec![GenotypeCounts::default(); n_strata]);
        }
    }

    #[test]
    fn a_value_over_callsets_counts_as_the_sum_of_its_parts(
        first in site(),
        second in site(),
        class in class(),
        what in prop_oneof![Just(Absent::Reference), Just(Absent::Missing)],
    ) {
        let n = first.calls.len() as u32;
        let m = second.calls.len() as u32;
        let lacking = [SexKaryotype::ALL, SexKaryotype::ALL].concat();
        let blocks = vec![
            SampleBlock::new(1, 0, first.karyotypes.clone()),
            SampleBlock::new(4, n, lacking),
            SampleBlock::new(900, n + 8, second.karyotypes.clone()),
        ];
        let directory = SampleDirectory::new(blocks).unwrap();
        let mut hole = Vec::new();
        absent(4, class, what, &mut hole);
        let parts = [second.pack(1, class, 900), hole, first.pack(1, class, 1)];
        let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
        let mut value = Vec::new();
        compose(&parts, &mut value).unwrap();
        let cohort: Cohort = (0..n + m + 8).filter(|i| i % 3 != 0).collect();
        let labels: Vec<u16> = (0..n + m + 8).map(|i| u16::from(i % 3 == 0)).collect();
        for rules in all_rules() {
            let mut counter = Counter::new(&directory, &cohort, rules);
            let mut sum = GenotypeCounts::default();
            for part in &parts {
                sum += counter.count(part).unwrap();
            }
            prop_assert_eq!(counter.count(&value).unwrap(), sum);
            let mut strata = StrataCounter::new(&directory, &labels, 2, rules).unwrap();
            let mut found = [GenotypeCounts::default(); 2];
            strata.count_into(&value, &mut found).unwrap();
            prop_assert_eq!(found[0], sum);
        }
        let packed = PackedGenotypes::parse(&value, &directory).unwrap();
        prop_assert_eq!(packed.segments().len(), 3);
        prop_assert_eq!(compose(&[parts[0], parts[0]], &mut Vec::new()).is_err(), true);
    }

    #[test]
    fn bits_and_pushes_give_the_same_bytes(site in site(), class in class()) {
        let plain = Site {
            calls: site.calls.iter().map(|call| match call.alleles() {
                [a, b] => kohort_genotype::CallBuf::diploid(
                    u16::from(*a == 1),
                    u16::from(*b == 1),
                    site.default.phase(),
                ),
                _ => call.clone(),
            }).collect(),
            default: kohort_genotype::DefaultCall::Reference(site.default.phase()),
            ..site
        };
        let mut by_bits = SiteCalls::new();
        by_bits.reset(plain.calls.len() as u32);
        by_bits.set_default(plain.default);
        for (word, calls) in plain.calls.chunks(64).enumerate() {
            let (mut first, mut second) = (0, 0);
            for (bit, call) in calls.iter().enumerate() {
                match (call.alleles(), call.separator_before(0)) {
                    (&[a, b], None) => {
                        first |= u64::from(a) << bit;
                        second |= u64::from(b) << bit;
                    }
                    _ => by_bits.push_call((64 * word + bit) as u32, call.clone()),
                }
            }
            by_bits.push_alt_bits(word, first, second);
        }
        by_bits.set_adj_fail(&plain.adj_fail);
        prop_assert_eq!(by_bits.calls().collect::<Vec<_>>(), plain.calls.clone());
        for allele in 1..3 {
            let mut out = Vec::new();
            by_bits.pack(allele, class, 2, &mut out);
            prop_assert_eq!(out, plain.pack(allele, class, 2));
        }
    }

    #[test]
    fn any_bytes_are_read_or_refused(
        bytes in proptest::collection::vec(any::<u8>(), 0..80),
        header in prop_oneof![Just(0x40u8), Just(0x41), Just(0x43), Just(0x51), Just(0xc0)],
        n in 0usize..100,
    ) {
        read(&[&[header, 0][..], &bytes].concat(), n)?;
        read(&bytes, n)?;
    }

    #[test]
    fn any_damage_is_read_or_refused(
        site in site(),
        class in class(),
        at in any::<prop::sample::Index>(),
        by in 1u8..,
        cut in any::<bool>(),
    ) {
        let mut bytes = site.pack(1, class, 0);
        let at = at.index(bytes.len());
        if cut {
            bytes.truncate(at);
        } else {
            bytes[at] ^= by;
        }
        read(&bytes, site.calls.len())?;
    }
}

/// Reads bytes in every way. Whatever can be parsed is counted as its calls are.
fn read(bytes: &[u8], n: usize) -> Result<(), TestCaseError> {
    let karyotypes: Vec<_> = (0..n).map(|i| SexKaryotype::ALL[i % 4]).collect();
    let directory = SampleDirectory::new(vec![SampleBlock::new(0, 0, karyotypes)]).unwrap();
    let labels: Vec<u16> = (0..n).map(|i| (i % 3) as u16).collect();
    let half: Cohort = (0..n as u32).filter(|i| i % 2 == 0).collect();
    let parsed = PackedGenotypes::parse(bytes, &directory);
    for rules in all_rules() {
        let all = Counter::new(&directory, &Cohort::all(&directory), rules).count(bytes);
        let counted = Counter::new(&directory, &half, rules).count(bytes);
        let mut strata = StrataCounter::new(&directory, &labels, 3, rules).unwrap();
        let mut found = [GenotypeCounts::default(); 3];
        let in_strata = strata.count_into(bytes, &mut found);
        let Ok(parsed) = &parsed else { continue };
        prop_assert!(counted.is_ok() && in_strata.is_ok());
        let mut sum = GenotypeCounts::default();
        found.iter().for_each(|counts| sum += *counts);
        prop_assert_eq!(all.clone(), Ok(sum));
        let absent = parsed
            .segments()
            .iter()
            .any(|segment| segment.absent().is_some());
        if !absent {
            let naive = naive_count(parsed, &directory, rules);
            prop_assert_eq!(all, Ok(naive));
        }
    }
    if let Some(samples) = directory.get(0) {
        // Whatever comes of it, it does not panic.
        let _ = unpack_site(&[bytes], samples, &mut SiteCalls::new());
    }
    Ok(())
}

fn naive_count(
    packed: &PackedGenotypes<'_>,
    directory: &SampleDirectory,
    rules: CountRules,
) -> GenotypeCounts {
    let mut counts = GenotypeCounts::default();
    for segment in packed.segments() {
        for call in segment.iter_calls() {
            let samples = directory.block_of(call.sample_index).unwrap();
            let karyotype = samples.karyotypes()[(call.sample_index - samples.base()) as usize];
            let (class, adj) = (segment.class(), call.passes_adj);
            naive::count_one(&mut counts, &call.call, 1, adj, class, karyotype, rules);
        }
    }
    counts
}
