"""What is compared: one case per row of the report."""
import csv
import dataclasses
import glob
import pathlib
import shutil
import typing

from datasets import shell

GT_ONLY = ("a2504", "b50000", "chr22")


@dataclasses.dataclass(frozen=True)
class Case:
    title: str
    datasets: tuple
    run: typing.Callable


def remove(path):
    for found in glob.glob(str(path)):
        shutil.rmtree(found) if pathlib.Path(found).is_dir() else pathlib.Path(found).unlink()


def plink_totals(path):
    """Summed ALT and observed allele counts of a --freq counts report."""
    with open(path) as file:
        rows = csv.DictReader(file, delimiter="\t")
        totals = [(sum(float(n) for n in row["ALT_CTS"].split(",") if n != "."),
                   int(row["OBS_CT"]) * len(row["ALT"].split(","))) for row in rows]
    return sum(ac for ac, _ in totals), sum(an for _, an in totals), len(totals)


def same(what, ours, theirs):
    if ours != theirs:
        raise AssertionError(f"{what}: Kohort {ours}, peer {theirs}")
    print(f"   agree: {what}: {ours}", flush=True)


# --- ingest -----------------------------------------------------------------------------------------

def ingest(data, recorder):
    shell(f"plink2 --pfile {data.pfile} --freq counts --out {data.scratch / 'all'}")
    ac, an, _ = plink_totals(data.scratch / "all.acount")
    (ours,) = data.rows("SELECT sum(ac), sum(an) FROM callset_variants")
    same("sum of ac and an over all alleles", [int(n) for n in ours], [int(ac), an])
    recorder.in_turn(data.name, "ingest", {
        "kohort": (lambda: remove(data.lake), data.ingest_command()),
        "plink2": (lambda: remove(f"{data.pfile}.*"), data.import_command()),
        "bgzip": (None, f"exec bgzip -@ {data.threads} -dc {data.vcf} > /dev/null"),
    })
    remake_cohort(data)
    genotype_bytes(data, recorder)


def remake_cohort(data):
    shell(f"{data.kohort} sql --lake {data.lake} -f {data.scratch / 'half.sql'}")


def genotype_bytes(data, recorder):
    import pyarrow.parquet
    stored = 0
    for path in glob.glob(f"{data.lake}/**/callset_variants/**/*.parquet", recursive=True) or \
            glob.glob(f"{data.lake}/callset_variants/**/*.parquet", recursive=True):
        metadata = pyarrow.parquet.read_metadata(path)
        for group in map(metadata.row_group, range(metadata.num_row_groups)):
            for column in map(group.column, range(group.num_columns)):
                if column.path_in_schema == "genotypes":
                    stored += column.total_compressed_size
    recorder.fact(data.name, "bytes", "kohort genotypes column", stored, "bytes")
    recorder.fact(data.name, "bytes", "plink2 .pgen", pathlib.Path(f"{data.pfile}.pgen").stat().st_size, "bytes")
    lake = sum(p.stat().st_size for p in pathlib.Path(data.lake).rglob("*") if p.is_file())
    recorder.fact(data.name, "bytes", "kohort lake", lake, "bytes")
    recorder.fact(data.name, "bytes", "vcf.gz", data.vcf.stat().st_size, "bytes")


# --- allele frequency of half of the samples ----------------------------------------------------------

HALF = """SELECT chrom, pos, ref, alt, s['af'] AS af, s['an'] AS an FROM
(SELECT chrom, pos, ref, alt, allele_stats(genotypes, cohort('half')) AS s FROM variants)"""


def half(data, recorder):
    keep = data.scratch / "half.txt"
    out = data.scratch / "half"
    shell(f"plink2 --pfile {data.pfile} --keep {keep} --freq counts --out {out}")
    ac, an, _ = plink_totals(f"{out}.acount")
    (ours,) = data.rows("""SELECT sum(s['ac']), sum(s['an']) FROM
        (SELECT allele_stats(genotypes, cohort('half')) AS s FROM variants)""")
    same("sum of ac and an of half of the samples", [int(n) for n in ours], [int(ac), an])
    recorder.in_turn(data.name, "half", {
        "kohort": (None, data.sql_command(HALF, data.scratch / "half.tsv")),
        "plink2": (None, f"exec plink2 --pfile {data.pfile} --keep {keep} --freq --threads {data.threads} "
                         f"--out {out}"),
    })


# --- allele frequency by region and sex ---------------------------------------------------------------

# The columns that plink2 writes, and who they are about.
STRATA = """SELECT region, sex_karyotype, chrom, pos, ref, alt, af, an
FROM allele_frequency_by('region, sex_karyotype')"""
STRATA_SUM = """SELECT region, sex_karyotype, sum(ac) AS ac, sum(an) AS an
FROM allele_frequency_by('region, sex_karyotype') GROUP BY region, sex_karyotype"""
HALF_SUM = """SELECT sum(s['ac']) AS ac, sum(s['an']) AS an
FROM (SELECT allele_stats(genotypes, cohort('half')) AS s FROM variants)"""


def strata(data, recorder):
    out = data.scratch / "loop"
    pheno = data.scratch / "strata.txt"
    loop = f"plink2 --pfile {data.pfile} --pheno {pheno} --loop-cats stratum --threads {data.threads}"
    remove(f"{out}.*")
    shell(f"{loop} --freq counts --out {out}")
    theirs = {}
    for path in glob.glob(f"{out}.*.acount"):
        ac, an, _ = plink_totals(path)
        theirs[path.removeprefix(f"{out}.").removesuffix(".acount")] = [int(ac), an]
    ours = {f"{row[0]}.{row[1]}": [int(row[2]), int(row[3])] for row in data.rows(STRATA_SUM)}
    if ours != theirs:
        raise AssertionError(f"strata differ: Kohort {sorted(ours.items())[:3]}, plink2 {sorted(theirs.items())[:3]}")
    print(f"   agree: ac and an of {len(ours)} strata", flush=True)
    remove(f"{out}.*")
    recorder.in_turn(data.name, "strata", {
        "kohort": (None, data.sql_command(STRATA, data.scratch / "strata.parquet")),
        "plink2": (lambda: remove(f"{out}.*"), f"exec {loop} --freq --out {out}"),
        "kohort summed to a row per stratum": (None, data.sql_command(STRATA_SUM, data.scratch / "sum.tsv")),
        "kohort one cohort, summed": (None, data.sql_command(HALF_SUM, data.scratch / "sum.tsv")),
    })
    remove(f"{out}.*")


# --- one gene, the whole cohort -----------------------------------------------------------------------

def gene_region(data):
    """100,000 bases (the size of a large gene) in the middle of the data."""
    middle = shell(f"bcftools index -s {data.scratch / 'data.bcf'}").split()[0]
    positions = [int(row[0]) for row in data.rows("SELECT min(pos) + (max(pos) - min(pos)) / 2 FROM callset_variants")]
    return middle, positions[0], positions[0] + 100_000


def gene(data, recorder):
    contig, start, end = gene_region(data)
    bcf = data.scratch / "data.bcf"
    where = f"WHERE in_region(chrom, pos, '{contig}:{start}-{end}')"
    stored = f"SELECT chrom, pos, ref, alt, ac, an, af FROM variants {where}"
    counted = f"""SELECT chrom, pos, ref, alt, s['ac'] AS ac, s['an'] AS an, s['af'] AS af FROM
        (SELECT chrom, pos, ref, alt, allele_stats(genotypes, all_samples()) AS s FROM variants {where})"""
    view = f"bcftools view -r {contig}:{start}-{end} -Ou {bcf} | bcftools +fill-tags - -Ou -- -t AC,AN"
    theirs = shell(f"{view} | bcftools query -i 'POS>={start} && POS<={end}' -f '%AC\\t%AN\\n'").split("\n")[:-1]
    sums = [(sum(map(int, ac.split(","))), int(an) * len(ac.split(","))) for ac, an in (r.split("\t") for r in theirs)]
    for sql in (stored, counted):
        ours = data.rows(f"SELECT sum(ac), sum(an) FROM ({sql})")[0]
        same(f"ac and an in {contig}:{start}-{end}", [int(n) for n in ours],
             [sum(ac for ac, _ in sums), sum(an for _, an in sums)])
    recorder.fact(data.name, "gene", "records in the region", len(theirs), "records")
    tags = f"bcftools view -r {contig}:{start}-{end} -Ou {bcf} | bcftools +fill-tags - -Ov -- -t AF > /dev/null"
    recorder.in_turn(data.name, "gene", {
        "kohort": (None, data.sql_command(stored, data.scratch / "gene.tsv")),
        "bcftools": (None, tags),
        "kohort counted from genotypes": (None, data.sql_command(counted, data.scratch / "gene.tsv")),
    })


# --- raw and adj --------------------------------------------------------------------------------------

def adj(data, recorder):
    output = data.scratch / "adj.tsv"
    recorder.in_turn(data.name, "adj", {
        "kohort": (None, data.sql_command(HALF_SUM, output, "--set kohort.genotype_filter=adj")),
        "kohort raw": (None, data.sql_command(HALF_SUM, output)),
    })


CASES = {
    "ingest": Case("ingest, and the bytes it leaves", (*GT_ONLY, "f500"), ingest),
    "half": Case("allele frequency of half of the samples", GT_ONLY, half),
    "strata": Case("allele frequency by region and sex, 42 strata", GT_ONLY, strata),
    "gene": Case("allele frequency of the whole cohort in one gene", GT_ONLY, gene),
    "adj": Case("adj beside raw, half of the samples", ("f500",), adj),
}
