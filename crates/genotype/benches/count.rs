//! Benches of the kernels: counting and packing rows of a cohort with a realistic spectrum.
//!
//! Names end in the number of samples. Bytes per second are those of the packed value.

#![allow(missing_docs, reason = "criterion's macros")]
#![expect(clippy::unwrap_used, reason = "a bench")]

use std::hint::black_box;

use criterion::measurement::WallTime;
use criterion::{
    BenchmarkGroup, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main,
};
use kohort_genome::{PloidyClass, SexKaryotype};
use kohort_genotype::{
    AlleleCounts, CallBuf, Cohort, CountRules, Counter, DefaultCall, GenotypeCounts,
    GenotypeFilter, Phase, SampleBlock, SampleDirectory, SiteCalls, StrataCounter, UnknownSex,
};

const N_STRATA: usize = 42;

struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn chance(&mut self, parts_per_million: u64) -> bool {
        self.next() % 1_000_000 < parts_per_million
    }
}

fn directory(n: u32) -> SampleDirectory {
    let sexes = [SexKaryotype::Xx, SexKaryotype::Xy];
    let karyotypes = (0..n as usize).map(|i| sexes[i % 2]).collect();
    SampleDirectory::new(vec![SampleBlock::new(0, 0, karyotypes)]).unwrap()
}

/// Half of the samples, in no order.
fn half(n: u32) -> Cohort {
    let mut random = Random(3);
    (0..n).filter(|_| random.chance(500_000)).collect()
}

/// 21 regions by 2 sexes.
fn labels(n: u32) -> Vec<u16> {
    let mut random = Random(5);
    let stratum = |i: u32| u16::try_from(2 * (random.next() % 21)).unwrap() + u16::from(i % 2 == 1);
    (0..n).map(stratum).collect()
}

/// A site where each allele is ALT, and each call missing, with these chances.
fn site(n: u32, alt: u64, missing: u64, seed: u64) -> SiteCalls {
    let mut random = Random(seed);
    let mut site = SiteCalls::new();
    site.reset(n);
    site.set_default(DefaultCall::Reference(Phase::Phased));
    for sample in 0..n {
        let (first, second) = (random.chance(alt), random.chance(alt));
        if random.chance(missing) {
            site.push_missing(sample, Phase::Phased);
        } else if first || second {
            site.push(sample, u16::from(first), u16::from(second), Phase::Phased);
        }
    }
    site
}

fn pack(site: &SiteCalls, class: PloidyClass) -> Vec<u8> {
    let mut out = Vec::new();
    site.pack(1, class, 0, &mut out);
    out
}

/// 64 rows of each kind, so that no branch predictor learns them by heart.
fn rows(n: u32, alt: u64, missing: u64, class: PloidyClass) -> Vec<Vec<u8>> {
    (0..64)
        .map(|seed| pack(&site(n, alt, missing, seed), class))
        .collect()
}

fn size(rows: &[Vec<u8>]) -> u64 {
    rows.iter().map(|row| row.len() as u64).sum()
}

/// Rows of one kind: how often a copy is ALT and how often a call is missing, per million.
struct RowKind {
    name: &'static str,
    alt: u64,
    missing: u64,
    class: PloidyClass,
}

fn kinds(n: u32) -> [RowKind; 8] {
    let carriers = |n_carriers: u64| n_carriers * 1_000_000 / u64::from(2 * n);
    let kind = |name, alt, missing, class| RowKind {
        name,
        alt,
        missing,
        class,
    };
    [
        kind("carriers_2", carriers(2), 0, PloidyClass::Diploid),
        kind("carriers_20", carriers(20), 0, PloidyClass::Diploid),
        kind("af_0.02", 20_000, 0, PloidyClass::Diploid),
        kind("dense_af_0.05", 50_000, 0, PloidyClass::Diploid),
        kind("dense_af_0.3", 300_000, 0, PloidyClass::Diploid),
        kind(
            "dense_af_0.3_missing_0.01",
            300_000,
            10_000,
            PloidyClass::Diploid,
        ),
        kind(
            "dense_af_0.3_missing_0.1",
            300_000,
            100_000,
            PloidyClass::Diploid,
        ),
        kind("x_carriers_20", carriers(20), 0, PloidyClass::X),
    ]
}

fn counting(c: &mut Criterion) {
    for n in [2_504u32, 50_000] {
        let directory = directory(n);
        let everyone = Cohort::all(&directory);
        for kind in kinds(n) {
            let rows = rows(n, kind.alt, kind.missing, kind.class);
            let mut group = c.benchmark_group(format!("count_{n}/{}", kind.name));
            group.throughput(if kind.name.starts_with("dense") {
                Throughput::Bytes(size(&rows))
            } else {
                Throughput::Elements(rows.len() as u64)
            });
            let rules = CountRules::default();
            for (name, cohort) in [("all", &everyone), ("half", &half(n))] {
                let mut counter = Counter::new(&directory, cohort, rules);
                group.bench_function(name, |b| {
                    b.iter(|| {
                        rows.iter()
                            .map(|row| counter.count(row).unwrap().ac)
                            .sum::<u64>()
                    });
                });
            }
            let mut strata = StrataCounter::new(&directory, &labels(n), N_STRATA, rules).unwrap();
            of_strata(&mut group, &mut strata, &rows);
            group.finish();
        }
    }
}

fn of_strata(
    group: &mut BenchmarkGroup<'_, WallTime>,
    strata: &mut StrataCounter,
    rows: &[Vec<u8>],
) {
    let mut out = [GenotypeCounts::default(); N_STRATA];
    group.bench_function("strata_42", |b| {
        b.iter(|| {
            rows.iter()
                .for_each(|row| strata.count_into(row, &mut out).unwrap())
        });
    });
    let mut alleles = [AlleleCounts::default(); N_STRATA];
    group.bench_function("strata_42_alleles", |b| {
        b.iter(|| {
            let mut count = |row: &Vec<u8>| strata.count_alleles_into(row, &mut alleles);
            rows.iter().for_each(|row| count(row).unwrap());
        });
    });
    group.bench_function("strata_42_sum", |b| {
        b.iter(|| rows.iter().for_each(|row| strata.add(row).unwrap()));
    });
}

fn adj_and_haploid(c: &mut Criterion) {
    let n = 50_000;
    let directory = directory(n);
    let rules = |filter| CountRules {
        filter,
        unknown_sex: UnknownSex::Exclude,
    };
    let mut group = c.benchmark_group("count_50000/special");
    let adj: Vec<u32> = (0..n).filter(|i| i % 20 == 0).collect();
    let mut dense = site(n, 100_000, 0, 1);
    dense.set_adj_fail(&adj);
    let mut rare = site(n, 200, 0, 1);
    rare.set_adj_fail(&adj);
    for (name, site) in [("adj_fail_0.05_dense", dense), ("adj_fail_0.05_rare", rare)] {
        let row = pack(&site, PloidyClass::Diploid);
        for filter in [GenotypeFilter::Raw, GenotypeFilter::Adj] {
            let mut counter = Counter::new(&directory, &half(n), rules(filter));
            let id = BenchmarkId::new(name, format!("{filter:?}"));
            group.bench_function(id, |b| b.iter(|| counter.count(black_box(&row)).unwrap()));
        }
    }
    let mut haploid = SiteCalls::new();
    haploid.reset(n);
    haploid.set_default(DefaultCall::Reference(Phase::Phased));
    for sample in (1..n).step_by(2) {
        haploid.push_haploid(sample, u16::from(sample % 9_999 == 0));
    }
    let row = pack(&haploid, PloidyClass::X);
    let mut counter = Counter::new(&directory, &half(n), CountRules::default());
    group.bench_function("x_haploid_xy", |b| {
        b.iter(|| counter.count(black_box(&row)).unwrap())
    });
    let mut strata =
        StrataCounter::new(&directory, &labels(n), N_STRATA, CountRules::default()).unwrap();
    let mut out = [GenotypeCounts::default(); N_STRATA];
    group.bench_function("x_haploid_xy_strata_42", |b| {
        b.iter(|| strata.count_into(black_box(&row), &mut out).unwrap());
    });
    group.finish();
}

fn packing(c: &mut Criterion) {
    let n = 50_000;
    let mut group = c.benchmark_group("pack_50000");
    let kinds = [
        ("rare", 200, 0),
        ("af_0.3", 300_000, 0),
        ("af_0.3_missing", 300_000, 10_000),
    ];
    for (name, alt, missing) in kinds {
        let site = site(n, alt, missing, 1);
        group.throughput(Throughput::Elements(site.deviations().count() as u64));
        let mut out = Vec::new();
        group.bench_function(name, |b| {
            b.iter(|| {
                out.clear();
                black_box(&site).pack(1, PloidyClass::Diploid, 0, &mut out);
                out.len()
            });
        });
    }
    let calls: Vec<(u32, CallBuf)> = site(n, 300_000, 0, 1).deviations().collect();
    let calls: Vec<(u32, u16, u16)> = calls
        .iter()
        .map(|(s, call)| (*s, call.alleles()[0], call.alleles()[1]))
        .collect();
    let mut site = SiteCalls::new();
    group.throughput(Throughput::Elements(calls.len() as u64));
    group.bench_function("push_af_0.3", |b| {
        b.iter(|| {
            site.reset(n);
            site.set_default(DefaultCall::Reference(Phase::Phased));
            for &(sample, first, second) in &calls {
                site.push(sample, first, second, Phase::Phased);
            }
            black_box(&site);
        });
    });
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .sample_size(20)
        .warm_up_time(std::time::Duration::from_millis(150))
        .measurement_time(std::time::Duration::from_millis(400));
    targets = counting, adj_and_haploid, packing
}
criterion_main!(benches);
