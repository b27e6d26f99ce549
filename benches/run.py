#!/usr/bin/env python3
"""Time Kohort beside bcftools, plink2 and bgzip, on the same data, in one run.

    cargo build --release
    pip install msprime numpy pyarrow    # bgzip, bcftools, plink2, GNU time, too
    benches/run.py --data DIR            # DIR keeps the simulated files; made on the first run (3 minutes)
    benches/run.py --data DIR --only a2504 --case ingest --repeats 1 --no-record

Each case runs its tools in turn (A B A B …) and reports the median of each, and the peer's median over
Kohort's. Before anything is timed, the answers are compared; a run whose answers differ is not recorded.
Results go to benches/runs/<date>-<machine>/: results.csv (every single run), report.md, command, versions.
"""
import argparse
import datetime
import json
import os
import pathlib
import platform
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from cases import CASES  # noqa: E402
from datasets import DATASETS, prepare  # noqa: E402
from measure import Recorder  # noqa: E402
import report  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parent.parent


def find_kohort(given):
    if given:
        return str(pathlib.Path(given).resolve())
    metadata = subprocess.run(["cargo", "metadata", "--format-version", "1", "--no-deps"], cwd=ROOT,
                              check=True, capture_output=True, text=True).stdout
    return str(pathlib.Path(json.loads(metadata)["target_directory"]) / "release" / "kohort")


def machine():
    model = platform.processor() or platform.machine()
    try:
        with open("/proc/cpuinfo") as file:
            model = next(line.split(":", 1)[1] for line in file if line.startswith("model name"))
    except (OSError, StopIteration):
        pass
    words = "".join(c if c.isalnum() else " " for c in model.split("@")[0]).lower().split()
    return f"{len(os.sched_getaffinity(0))}core-" + "-".join(w for w in words if w not in ("r", "tm", "cpu", "processor"))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True, type=pathlib.Path, help="folder that keeps data and scratch")
    parser.add_argument("--real", type=pathlib.Path, default=ROOT.parent / "shared/data/real/cohort",
                        help="folder with the real cohort; skipped where it is not there")
    parser.add_argument("--kohort", help="the binary [default: target/release/kohort]")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--only", action="append", choices=list(DATASETS), help="a data set; may be repeated")
    parser.add_argument("--case", action="append", choices=list(CASES), help="a case; may be repeated")
    parser.add_argument("--no-record", action="store_true", help="print, and write nothing under benches/runs")
    args = parser.parse_args()

    kohort = find_kohort(args.kohort)
    for program in (kohort, "bcftools", "plink2", "bgzip", "/usr/bin/time"):
        if not shutil.which(program):
            sys.exit(f"error: `{program}` is not there")
    args.data.mkdir(parents=True, exist_ok=True)
    recorder = Recorder(args.repeats)
    for name in args.only or DATASETS:
        data = prepare(name, args, kohort)
        if data is None:
            continue
        for case_name in args.case or CASES:
            case = CASES[case_name]
            if name in case.datasets:
                print(f"== {name}: {case.title}", flush=True)
                case.run(data, recorder)
    text = report.markdown(recorder, args, kohort)
    print(text)
    if not args.no_record:
        folder = ROOT / "benches/runs" / f"{datetime.date.today()}-{machine()}"
        report.write(folder, recorder, text, sys.argv, kohort)
        print(f"written: {folder.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
