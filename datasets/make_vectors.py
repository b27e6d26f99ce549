#!/usr/bin/env python3
"""Cut datasets/vectors out of the full test vectors: the inputs that may be handed on, the values that are
expected of them, and how many values there are of each measure in all.

make_vectors.py --vectors ../shared/vectors
"""
import argparse
import collections
import csv
import pathlib

HERE = pathlib.Path(__file__).resolve().parent

# Made here (P0, P12), CC0 (P8), MIT (P11, P14); LGPL (P6) in a folder of its own, with its licence.
FREE = [
    "in_cellkey_cells.csv", "in_cellkey_ptable_D2_V1.csv", "in_nc_neighbours.csv", "in_nc_sids.csv",
    "in_poisson_edge.csv", "in_rate_pairs.csv", "in_risk_pairs.csv", "in_sweden_deaths_2014.csv",
    "in_synth_competing.csv", "in_synth_diagnoses_region_sex.csv", "in_synth_genomic_access.csv",
]
LGPL = ["in_lung.csv", "in_mgus2.csv", "in_pbc_312.csv", "in_veteran.csv"]


def may_be_shipped(row):
    """Whether a value can be checked without a file that is not shipped."""
    if row["input"] == "(none)":
        return row["source"] != "P1"  # Its inputs, from a package under the GPL, are in the row.
    return row["input"] in FREE + LGPL


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--vectors", type=pathlib.Path, required=True)
    vectors, out = parser.parse_args().vectors, HERE / "vectors"
    (out / "survival").mkdir(parents=True, exist_ok=True)
    for name in FREE:
        (out / name).write_bytes((vectors / name).read_bytes())
    for name in LGPL:
        (out / "survival" / name).write_bytes((vectors / name).read_bytes())
    counts = collections.Counter()
    shipped = collections.Counter()
    for path in sorted(vectors.glob("exp_*.csv")):
        with path.open(newline="") as file:
            reader = csv.DictReader(file)
            rows = list(reader)
        kept = [row for row in rows if may_be_shipped(row)]
        counts.update((row["family"], row["measure"]) for row in rows)
        shipped.update((row["family"], row["measure"]) for row in kept)
        with (out / path.name).open("w", newline="") as file:
            writer = csv.DictWriter(file, reader.fieldnames, lineterminator="\n")
            writer.writeheader()
            writer.writerows(kept)
    with (out / "measures.csv").open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["family", "measure", "n_values", "n_shipped"])
        for key in sorted(counts):
            writer.writerow([*key, counts[key], shipped[key]])
    print(f"{sum(shipped.values())} of {sum(counts.values())} values are shipped")


if __name__ == "__main__":
    main()
