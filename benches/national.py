#!/usr/bin/env python3
"""How long, and in how much memory, does a nation's follow-up take: simulate, load, three reports?

    cargo build --release
    benches/national.py --data DIR [--people 10327589] [--no-record]        # and GNU time

Each step is a whole process, run once. 10,327,589 is Sweden's population of 2019. Nothing is compared: no
other program does this. Without a browser reports are made without their PDF, as they are here, since the time
would be the browser's. Results go to benches/runs/<date>-<machine>-national/.
"""
import argparse
import datetime
import pathlib
import platform
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from measure import measure  # noqa: E402
from run import ROOT, find_kohort, machine  # noqa: E402

TABLES = ["people", "referrals", "tests", "diagnoses", "study", "population"]
REPORTS = {"national-follow-up": "", "region": "--set region=12", "clinical-study": ""}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True, type=pathlib.Path, help="folder for the register and the lake")
    parser.add_argument("--people", type=int, default=10_327_589)
    parser.add_argument("--kohort")
    parser.add_argument("--no-record", action="store_true")
    args = parser.parse_args()
    kohort = find_kohort(args.kohort)
    if not shutil.which(kohort):
        sys.exit(f"error: `{kohort}` is not there")
    place = args.data / "national"
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    register, lake = place / "register", place / "lake"
    steps = [(f"simulate {args.people:,} people",
              f"exec {kohort} simulate national --people {args.people} --out {register}")]
    steps += [(f"load {table}", f"exec {kohort} load {table} {register}/{table}/*.parquet --lake {lake}")
              for table in TABLES]
    steps += [(f"report {name}", f"exec {kohort} report {name} --lake {lake} --out {place / name} --no-pdf {options}")
              for name, options in REPORTS.items()]
    rows = []
    for title, command in steps:
        seconds, cpu, peak = measure(command)
        rows.append((title, seconds, cpu, peak))
        print(f"   {title:<32} {seconds:8.2f} s  {cpu:8.2f} cpu s  {peak:8.0f} MiB", flush=True)
    stored = sum(f.stat().st_size for f in lake.rglob("*") if f.is_file()) / 2**20
    text = report(rows, args.people, stored)
    if not args.no_record:
        write(text, rows, kohort)


def report(rows, people, stored):
    lines = [f"# A nation's follow-up: {people:,} people", "",
             f"Each step is a whole process, run once, reports without PDF. The lake has {stored:,.0f} MiB.", "",
             "| step | s | CPU s | peak MiB |", "|---|---:|---:|---:|"]
    lines += [f"| {title} | {seconds:.1f} | {cpu:.1f} | {peak:,.0f} |" for title, seconds, cpu, peak in rows]
    return "\n".join(lines) + "\n"


def write(text, rows, kohort):
    folder = ROOT / "benches/runs" / f"{datetime.date.today()}-{machine()}-national"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "report.md").write_text(text)
    numbers = [f"{title},{seconds:.3f},{cpu:.3f},{peak:.1f}".replace(", ", " ") for title, seconds, cpu, peak in
               ((title.replace(",", ""), *rest) for title, *rest in rows)]
    (folder / "results.csv").write_text("\n".join(["step,seconds,cpu_seconds,peak_mib", *numbers]) + "\n")
    arguments = list(sys.argv[1:])
    for option, shown in [("--data", "DIR"), ("--kohort", "KOHORT")]:
        if option in arguments:
            arguments[arguments.index(option) + 1] = shown
    (folder / "command").write_text("benches/national.py " + " ".join(arguments) + "\n")
    own = subprocess.run([kohort, "--version"], capture_output=True, text=True).stdout.strip()
    (folder / "versions").write_text(f"{own}\npython {platform.python_version()}\n{platform.platform()}\n")
    print(f"written: {folder.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
