"""The data of the comparisons: simulated or found, and what each tool needs beside it."""
import dataclasses
import pathlib
import random
import shutil
import subprocess

# 21 regions, as many as Sweden has; who lives where is drawn at random.
REGIONS = [f"region_{i:02d}" for i in range(1, 22)]

# name -> arguments of simulate.py, or the name of a real file
DATASETS = {
    "a2504": ["--samples", "2504", "--length", "20e6", "--seed", "11"],
    "b50000": ["--samples", "50000", "--length", "1e6", "--seed", "21"],
    "chr22": "opencga__10k.chr22.phase3_shapeit2_mvncall_integrated_v5.20130502.genotypes.vcf.gz",
    "f500": ["--samples", "500", "--length", "5e6", "--seed", "5", "--fields"],
}
DESCRIPTIONS = {
    "a2504": "simulated, 2,504 samples × 20 Mb, GT only",
    "b50000": "simulated, 50,000 samples × 1 Mb, GT only",
    "chr22": "1000 Genomes phase 3 chr22 start, 2,504 samples × 9,750 records, plain gzip",
    "f500": "simulated, 500 samples × 5 Mb, with GQ, DP and AD",
}


@dataclasses.dataclass
class Dataset:
    """One data set, ingested by Kohort and imported by plink2."""
    name: str
    vcf: pathlib.Path
    scratch: pathlib.Path
    kohort: str
    threads: int

    @property
    def lake(self):
        return self.scratch / "lake"

    @property
    def pfile(self):
        return self.scratch / "plink"

    @property
    def samples(self):
        return self.scratch / "samples.tsv"

    def ingest_command(self):
        return (f"exec {self.kohort} ingest {self.vcf} --lake {self.lake} --callset bench "
                f"--samples {self.samples} --reference-genome GRCh37 --threads {self.threads}")

    def import_command(self):
        return f"exec plink2 --vcf {self.vcf} --make-pgen --threads {self.threads} --out {self.pfile}"

    def sql_command(self, sql, output, *options):
        quoted = sql.replace("'", "'\\''")
        words = " ".join(options)
        return (f"exec {self.kohort} sql --lake {self.lake} --threads {self.threads} {words} "
                f"-c '{quoted}' --output {output}")

    def rows(self, sql, *options):
        """The rows of a query, as lists of text."""
        output = self.scratch / "rows.tsv"
        shell(self.sql_command(sql, output, "--format tsv", *options))
        return [line.split("\t") for line in output.read_text().splitlines()[1:]]


def shell(command):
    done = subprocess.run(["bash", "-o", "pipefail", "-c", command], capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"{command}\nended with {done.returncode}: {done.stderr[-2000:]}")
    return done.stdout


def prepare(name, args, kohort):
    """Makes or finds a data set, and everything that cases read: samples, lake, pgen, BCF."""
    made_from = DATASETS[name]
    if isinstance(made_from, str):
        vcf = args.real / made_from
        if not vcf.exists():
            print(f"skipped: {name}: {made_from} is not in {args.real}")
            return None
    else:
        vcf = args.data / f"{name}.vcf.gz"
        if not vcf.exists():
            here = pathlib.Path(__file__).resolve().parent
            print(f"simulating {vcf.name}", flush=True)
            subprocess.run(["python3", here / "simulate.py", *made_from, "--out", vcf], check=True)
    scratch = args.data / f"{name}.scratch"
    scratch.mkdir(exist_ok=True)
    data = Dataset(name, vcf.resolve(), scratch.resolve(), kohort, args.threads)
    write_samples(data)
    bcf = scratch / "data.bcf"
    if not (scratch / "data.bcf.csi").exists():
        shell(f"bcftools view --threads {args.threads} -Ob -o {bcf} {vcf} && bcftools index {bcf}")
    if not (scratch / "plink.pgen").exists():
        shell(data.import_command())
    shutil.rmtree(data.lake, ignore_errors=True)
    shell(data.ingest_command())
    half = (scratch / "half.txt").read_text().split()[1:]
    (scratch / "half.sql").write_text(
        "CREATE COHORT half AS SELECT sample_id FROM samples WHERE sample_id IN ("
        + ", ".join(f"'{sample}'" for sample in half) + ")")
    shell(f"{kohort} sql --lake {data.lake} -f {scratch / 'half.sql'}")
    return data


def write_samples(data):
    """samples.tsv for Kohort; half.txt (--keep) and strata.txt (--pheno) for plink2."""
    ids = shell(f"bcftools query -l {data.vcf}").split()
    draw = random.Random(42)
    people = [(sample, "XX" if i % 2 else "XY", draw.choice(REGIONS)) for i, sample in enumerate(ids)]
    data.samples.write_text("sample_id\tsex_karyotype\tregion\n"
                            + "".join(f"{s}\t{k}\t{r}\n" for s, k, r in people))
    half = sorted(draw.sample(ids, len(ids) // 2))
    (data.scratch / "half.txt").write_text("#IID\n" + "".join(f"{s}\n" for s in half))
    (data.scratch / "strata.txt").write_text("#IID\tstratum\n"
                                             + "".join(f"{s}\t{r}.{k}\n" for s, k, r in people))
