#!/usr/bin/env python3
"""Read a Kohort lake without Kohort: by DuckDB, by Polars, or by the deltalake package.

    read_lake.py LAKE duckdb|polars|deltalake

Prints the number of rows of `callset_variants`, the sum of `ac`, and the number of samples. Only visible
callsets count: those with a row in `callsets`. Exits with 77 where a package is not installed.
"""
import importlib.util
import json
import os
import pathlib
import sys
import urllib.parse


def active_files(table):
    """The data files that a Delta table's log names, as a reader of the protocol would."""
    log = table / "_delta_log"
    assert not list(log.glob("*.checkpoint*.parquet")), "this reader knows no checkpoints"
    active = {}
    for commit in sorted(log.glob("*.json")):
        for line in commit.read_text().splitlines():
            action = json.loads(line)
            if "add" in action:
                active[action["add"]["path"]] = action["add"].get("partitionValues", {})
            elif "remove" in action:
                active.pop(action["remove"]["path"], None)
    return [(str(table / urllib.parse.unquote(path)), values) for path, values in active.items()]


def visible_files(lake, table, visible):
    """The files of a table that belong to visible callsets."""
    return [path for path, values in active_files(lake / table) if values["callset_id"] in visible]


def duckdb_reads(lake):
    import duckdb
    callsets = [path for path, _ in active_files(lake / "callsets")]
    visible = {row[0] for row in duckdb.execute("SELECT callset_id FROM read_parquet(?)", [callsets]).fetchall()}
    count = "SELECT count(*), sum(ac) FROM read_parquet(?, union_by_name = true)"
    rows, ac = duckdb.execute(count, [visible_files(lake, "callset_variants", visible)]).fetchone()
    samples = "SELECT count(*) FROM read_parquet(?, union_by_name = true)"
    (n,) = duckdb.execute(samples, [visible_files(lake, "samples", visible)]).fetchone()
    return rows, ac, n


def polars_reads(lake):
    import polars
    callsets = [path for path, _ in active_files(lake / "callsets")]
    visible = set(polars.scan_parquet(callsets).select("callset_id").collect().to_series())
    variants = polars.scan_parquet(visible_files(lake, "callset_variants", visible), hive_partitioning=False)
    rows, ac = variants.select(polars.len().alias("n"), polars.col("ac").sum()).collect().row(0)
    samples = [polars.read_parquet(path, columns=["sample_id"], hive_partitioning=False)
               for path in visible_files(lake, "samples", visible)]
    return rows, ac, sum(len(frame) for frame in samples)


def deltalake_reads(lake):
    import deltalake
    import pyarrow.compute

    def table(name):
        return deltalake.DeltaTable(str(lake / name)).to_pyarrow_table()

    visible = table("callsets")["callset_id"]
    of_visible = lambda t: t.filter(pyarrow.compute.is_in(t["callset_id"], visible.combine_chunks()))  # noqa: E731
    variants = of_visible(table("callset_variants").select(["callset_id", "ac"]))
    return len(variants), pyarrow.compute.sum(variants["ac"]).as_py(), len(of_visible(table("samples")))


READERS = {
    "duckdb": (duckdb_reads, ["duckdb"]),
    "polars": (polars_reads, ["polars"]),
    "deltalake": (deltalake_reads, ["deltalake", "pyarrow"]),
}
NOT_INSTALLED = 77


def main():
    lake, name = sys.argv[1:]
    read, packages = READERS[name]
    for package in packages:
        if importlib.util.find_spec(package) is None:
            print(f"python package {package} is not installed", file=sys.stderr)
            return NOT_INSTALLED
    print(*read(pathlib.Path(lake)))
    return 0


def leave(status):
    """End the process without tearing the interpreter down.

    deltalake gives pyarrow its files as Python objects, and a read may still be closing some of them on
    pyarrow's I/O threads when it returns. A thread that asks for the interpreter's lock while the interpreter
    ends is unwound by CPython through C++ that does not allow it: "terminate called without an active
    exception", after a right answer. An exception does not come here, and fails as usual.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


if __name__ == "__main__":
    leave(main())
