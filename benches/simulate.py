#!/usr/bin/env python3
"""Simulate a cohort as a BGZF VCF, for the comparisons in benches/run.py.

    pip install msprime numpy            # and bgzip (Debian: tabix) on the PATH
    simulate.py --samples 2504  --length 20e6 --seed 11 --out a2504.vcf.gz
    simulate.py --samples 50000 --length 1e6  --seed 21 --out b50000.vcf.gz
    simulate.py --samples 500   --length 5e6  --seed 5 --fields --out f500.vcf.gz

One population of 9,000 that has grown by 2 % a generation for 200 generations (to 500,000), mutation rate
1.25e-8, recombination rate 1e-8: about half of the sites are singletons, as in real cohorts. Phased,
nothing missing. --fields adds GQ, DP and AD to each call. The same arguments give the same records.
"""
import argparse
import subprocess
import sys

import msprime
import numpy as np

GENOTYPES = np.frombuffer(b"0|0\t0|1\t1|0\t1|1\t", np.uint8).reshape(4, 4)
BASES = b"ACGT"


def ancestry(samples, length, seed):
    people = msprime.Demography()
    people.add_population(name="people", initial_size=500_000, growth_rate=0.02)
    people.add_population_parameters_change(time=200, population="people", initial_size=9_000, growth_rate=0)
    trees = msprime.sim_ancestry(
        samples={"people": samples}, demography=people, sequence_length=length,
        recombination_rate=1e-8, random_seed=seed)
    return msprime.sim_mutations(trees, rate=1.25e-8, random_seed=seed + 1)


def header(args, n_samples):
    lines = ["##fileformat=VCFv4.3", f"##contig=<ID={args.contig},length={int(args.length) + 1}>",
             '##FILTER=<ID=PASS,Description="All filters passed">',
             '##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">']
    if args.fields:
        lines += ['##FORMAT=<ID=GQ,Number=1,Type=Integer,Description="Genotype quality">',
                  '##FORMAT=<ID=DP,Number=1,Type=Integer,Description="Read depth">',
                  '##FORMAT=<ID=AD,Number=R,Type=Integer,Description="Read depth of each allele">']
    names = (f"P{i:06d}" for i in range(n_samples))
    lines.append("\t".join(["#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO", "FORMAT", *names]))
    return "\n".join(lines).encode() + b"\n"


def with_fields(random, pairs):
    """GT:GQ:DP:AD of each person; about one call in twenty fails gnomAD's adj filter."""
    n = len(pairs)
    depth = random.poisson(24, n)
    alternate = random.binomial(depth, np.clip(pairs.sum(axis=1) / 2, 0.002, 0.998))
    quality = np.clip(random.normal(3 * depth, 20), 0, 99).astype(int)
    calls = zip(pairs[:, 0], pairs[:, 1], quality, depth, alternate)
    return "\t".join(f"{a}|{b}:{q}:{d}:{d - x},{x}" for a, b, q, d, x in calls).encode() + b"\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--samples", type=int, required=True)
    parser.add_argument("--length", type=float, required=True, help="bases")
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--contig", default="20")
    parser.add_argument("--fields", action="store_true")
    parser.add_argument("--out", required=True)
    args = parser.parse_args()

    random = np.random.default_rng(args.seed)
    trees = ancestry(args.samples, args.length, args.seed)
    field_names = b"GT:GQ:DP:AD" if args.fields else b"GT"
    last = 0
    with open(args.out, "wb") as file:
        bgzip = subprocess.Popen(["bgzip", "-c"], stdin=subprocess.PIPE, stdout=file)
        write = bgzip.stdin.write
        write(header(args, args.samples))
        for variant in trees.variants():
            if len(variant.alleles) != 2:
                continue
            last = max(int(variant.site.position) + 1, last + 1)
            reference, step = random.integers(4), random.integers(1, 4)
            pairs = variant.genotypes.reshape(-1, 2)
            write(b"%s\t%d\t.\t%c\t%c\t.\tPASS\t.\t%s\t" % (
                args.contig.encode(), last, BASES[reference], BASES[(reference + step) % 4], field_names))
            if args.fields:
                write(with_fields(random, pairs))
            else:
                line = bytearray(GENOTYPES[pairs[:, 0] * 2 + pairs[:, 1]].tobytes())
                line[-1] = ord("\n")
                write(line)
        bgzip.stdin.close()
        return bgzip.wait()


if __name__ == "__main__":
    sys.exit(main())
