#!/usr/bin/env python3
"""Time Kohort's equity measures over ten million people beside DuckDB, pandas, lifelines and statsmodels.

    cargo build --release
    pip install numpy pyarrow duckdb pandas lifelines statsmodels    # and GNU time
    benches/equity.py --data DIR [--rows 10000000] [--repeats 3] [--only rates] [--no-record]

Each case is one question over 21 regions x 2 sexes x 18 age bands x 10 years, asked of a Parquet file in the page
cache. Kohort is timed as a whole process. DuckDB and the Python packages run in a Python process and are timed twice:
from the reading of the file to the answer (without Python's start and their imports), and, for those that need the
columns in memory first, the calculation alone. Where DuckDB can say the formula, it does; where no package answers in
SQL, Python does. Before anything is timed the answers are compared, to 1e-6 relative. Results go to
benches/runs/<date>-<machine>-equity/.
"""
import argparse
import datetime
import json
import math
import os
import pathlib
import platform
import shutil
import statistics
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import equity_data  # noqa: E402
from measure import measure  # noqa: E402
from run import ROOT, find_kohort, machine  # noqa: E402

BY = "region, sex, age_band, year"

# A case: what Kohort types; what DuckDB types (or nothing); what Python computes (or nothing); columns that Python
# needs. Each answers rows of (key…, number); only keys and the number are compared.
CASES = {
    "rates": dict(
        title="crude rate with its interval in 7,560 groups; DuckDB: plain GROUP BY, no interval",
        kohort=f"SELECT concat_ws(' ', region, sex, age_band, year) AS k, crude_rate(e, n)['value'] AS v FROM "
               f"(SELECT {BY}, sum(events) AS e, count(*) AS n FROM t GROUP BY {BY})",
        duckdb=f"SELECT concat_ws(' ', region, sex, age_band, year) AS k, 1e5 * sum(events) / count(*) AS v "
               f"FROM t GROUP BY {BY}"),
    "standardised": dict(
        title="directly standardised rate per region, sex and year, straight from the people; DuckDB: no interval",
        kohort="SELECT concat_ws(' ', region, sex, year) AS k, directly_standardised_rate(age_band, e, n, 1)['value'] "
               "AS v FROM (SELECT region, sex, year, age_band, sum(events) AS e, count(*) AS n FROM t "
               "GROUP BY region, sex, year, age_band) GROUP BY region, sex, year",
        duckdb="SELECT concat_ws(' ', region, sex, year) AS k, 1e5 * avg(e / n) AS v FROM (SELECT region, sex, year, "
               "age_band, sum(events) AS e, count(*) AS n FROM t GROUP BY ALL) GROUP BY region, sex, year"),
    "waiting": dict(
        title="Kaplan-Meier median wait per region and sex",
        kohort="SELECT concat_ws(' ', region, sex) AS k, kaplan_meier_quantile(wait_days, answered, 0.5)['value'] "
               "AS v FROM t GROUP BY region, sex",
        python="lifelines", columns=["region", "sex", "wait_days", "answered"]),
    "restricted mean": dict(
        title="restricted mean wait to 90 days per region and sex",
        kohort="SELECT concat_ws(' ', region, sex) AS k, restricted_mean_survival_time(wait_days, answered, 90)"
               "['value'] AS v FROM t GROUP BY region, sex",
        python="lifelines_rmst", columns=["region", "sex", "wait_days", "answered"]),
    "log-rank": dict(
        title="log-rank test of the waits of 21 regions",
        kohort="SELECT 'all' AS k, logrank_test(wait_days, answered, region)['value'] AS v FROM t",
        python="lifelines_logrank", columns=["region", "wait_days", "answered"]),
    "gini": dict(
        title="Gini of income per region",
        kohort="SELECT region AS k, gini(income)['value'] AS v FROM t GROUP BY region",
        duckdb="SELECT region AS k, 2 * sum(income * (rn - 0.5)) / (max(n) * sum(income)) - 1 AS v FROM (SELECT region, "
               "income, row_number() OVER w AS rn, count(*) OVER (PARTITION BY region) AS n FROM t WINDOW w AS "
               "(PARTITION BY region ORDER BY income)) GROUP BY region",
        python="pandas_gini", columns=["region", "income"]),
    "concentration": dict(
        title="concentration index of tests by income, with its standard error",
        kohort="SELECT 'all' AS k, concentration_index(events, income)['value'] AS v FROM t",
        python="statsmodels_concentration", columns=["events", "income"]),
    "slope": dict(
        title="slope index of inequality of tests by income decile, over people, robust interval",
        kohort="SELECT 'all' AS k, slope_index_of_inequality(events, 1, floor(ln(income) * 5))['value'] AS v FROM t",
        python="statsmodels_slope", columns=["events", "income"]),
    "theil": dict(
        title="Theil index of income per region",
        kohort="SELECT region AS k, theil_index(income, 1)['value'] AS v FROM t GROUP BY region",
        duckdb="SELECT region AS k, 1000 * (sum(income * ln(income)) / sum(income) - ln(avg(income))) AS v FROM t GROUP BY region",
        python="pandas_theil", columns=["region", "income"]),
    "inequity": dict(
        title="horizontal inequity of tests by income, given need",
        kohort="SELECT 'all' AS k, horizontal_inequity_index(events, income, need_expected)['value'] AS v FROM t",
        python="statsmodels_inequity", columns=["events", "income", "need_expected"]),
    "cost": dict(
        title="cost per diagnosis with Fieller's interval per region",
        kohort="SELECT region AS k, cost_per_outcome(cost, events)['value'] AS v FROM t GROUP BY region",
        duckdb="SELECT region AS k, sum(cost) / sum(events) AS v FROM t GROUP BY region"),
}


def ranks(values):
    """Midpoint ranks, as shares: ties get the middle of their block."""
    import pandas
    return (pandas.Series(values).rank(method="average").to_numpy() - 0.5) / len(values)


def lifelines(frame):
    from lifelines import KaplanMeierFitter
    return {" ".join(key): KaplanMeierFitter().fit(g["wait_days"], g["answered"]).median_survival_time_
            for key, g in frame.groupby(["region", "sex"])}


def lifelines_rmst(frame):
    from lifelines import KaplanMeierFitter
    from lifelines.utils import restricted_mean_survival_time
    return {" ".join(key): restricted_mean_survival_time(
        KaplanMeierFitter().fit(g["wait_days"], g["answered"]), t=90, return_variance=True)[0]
        for key, g in frame.groupby(["region", "sex"])}


def lifelines_logrank(frame):
    from lifelines.statistics import multivariate_logrank_test
    return {"all": multivariate_logrank_test(frame["wait_days"], frame["region"], frame["answered"]).test_statistic}


def pandas_gini(frame):
    return {key: 2 * (x * ranks(x)).sum() / x.sum() - 1
            for key, x in ((key, g["income"].to_numpy()) for key, g in frame.groupby("region"))}


def statsmodels_concentration(frame):
    import numpy
    import statsmodels.api as sm
    y, r = frame["events"].to_numpy(), ranks(frame["income"])
    left = 2 * r.var() * y / y.mean()
    fit = sm.OLS(left, sm.add_constant(r)).fit(cov_type="HC1")
    return {"all": float(numpy.asarray(fit.params)[1])}


def statsmodels_inequity(frame):
    import numpy
    import statsmodels.api as sm
    r = ranks(frame["income"])
    indices = []
    for column in ["events", "need_expected"]:
        y = frame[column].to_numpy(float)
        fit = sm.OLS(2 * r.var() * y / y.mean(), sm.add_constant(r)).fit(cov_type="HC1")
        indices.append(float(numpy.asarray(fit.params)[1]))
    return {"all": indices[0] - indices[1]}


def pandas_theil(frame):
    import numpy
    groups = ((key, g["income"].to_numpy()) for key, g in frame.groupby("region"))
    return {key: 1000 * float((x / x.mean() * numpy.log(x / x.mean())).mean()) for key, x in groups}


def statsmodels_slope(frame):
    import numpy
    import statsmodels.api as sm
    band = numpy.floor(numpy.log(frame["income"].to_numpy()) * 5)
    fit = sm.OLS(frame["events"].to_numpy(float), sm.add_constant(ranks(band))).fit(cov_type="HC1")
    return {"all": float(fit.params[1])}


def in_python(case, path):
    """Runs in a process of its own: prints seconds with reading and without, and answers."""
    import lifelines as _lifelines  # noqa: F401
    import pandas
    import statsmodels.api as _sm  # noqa: F401
    start = time.perf_counter()
    frame = pandas.read_parquet(path, columns=CASES[case]["columns"])
    read = time.perf_counter()
    answers = globals()[CASES[case]["python"]](frame)
    end = time.perf_counter()
    print(json.dumps({"seconds": end - start, "calculation": end - read,
                      "answers": {k: float(v) for k, v in answers.items()}}))


def in_duckdb(case, path):
    """The same for DuckDB, which reads while it calculates."""
    import duckdb
    threads = len(os.sched_getaffinity(0))
    duckdb.execute(f"SET threads = {threads}; SET enable_progress_bar = false; CREATE VIEW t AS FROM '{path}'")
    start = time.perf_counter()
    answers = dict(duckdb.execute(CASES[case]["duckdb"]).fetchall())
    seconds = time.perf_counter() - start
    print(json.dumps({"seconds": seconds, "answers": answers}))


def warm(path):
    """Reads the file, so that nobody waits for the disk: a process that held much memory may have pushed it out."""
    with open(path, "rb") as file:
        while file.read(1 << 24):
            pass


def peer_run(kind, case, path):
    warm(path)
    command = [sys.executable, __file__, f"--in-{kind}", case, "--data", str(path)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(done.stderr[-2000:])
    return json.loads(done.stdout.splitlines()[-1])


def kohort_command(kohort, case, path):
    table = f"CREATE EXTERNAL TABLE t STORED AS PARQUET LOCATION '{path}'"
    return f"""exec {kohort} sql --format csv -c "{table}; {CASES[case]['kohort']}" """


def rows_of(text):
    lines = [line for line in text.splitlines() if line.strip()][1:]
    return {line.rpartition(",")[0].strip('"'): float(line.rpartition(",")[2] or "nan") for line in lines}


def check(case, ours, theirs, who):
    if ours.keys() != theirs.keys():
        raise SystemExit(f"error: {case}: {len(ours)} answers of Kohort, {len(theirs)} of {who}")
    worst = max(abs(ours[k] - theirs[k]) / max(abs(theirs[k]), 1e-12) for k in ours)
    if not worst <= 1e-6 or math.isnan(worst):
        raise SystemExit(f"error: {case}: Kohort and {who} differ by {worst:g}")
    return worst


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True, type=pathlib.Path)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--kohort")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--only", action="append", choices=list(CASES))
    parser.add_argument("--no-record", action="store_true")
    parser.add_argument("--in-python", choices=list(CASES), help=argparse.SUPPRESS)
    parser.add_argument("--in-duckdb", choices=list(CASES), help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.in_python:
        return in_python(args.in_python, args.data)
    if args.in_duckdb:
        return in_duckdb(args.in_duckdb, args.data)
    kohort = find_kohort(args.kohort)
    if not shutil.which(kohort):
        sys.exit(f"error: `{kohort}` is not there")
    args.data.mkdir(parents=True, exist_ok=True)
    path = args.data / f"people-{args.rows}.parquet"
    if not path.exists():
        print(f"== making {path}", flush=True)
        equity_data.make(path, args.rows)
    results = []
    for case in args.only or CASES:
        results.append(run_case(case, kohort, path, args.repeats))
    text = report(results, args)
    print(text)
    if not args.no_record:
        write(text, results, kohort)


def run_case(case, kohort, path, repeats):
    spec = CASES[case]
    print(f"== {case}: {spec['title']}", flush=True)
    ours = rows_of(subprocess.run(kohort_command(kohort, case, path), shell=True, check=True, capture_output=True,
                                  text=True).stdout)
    times, peaks, worst, peers = {"Kohort": []}, [], {}, {}
    for kind in ["duckdb", "python"]:
        if kind in spec:
            name = "DuckDB" if kind == "duckdb" else spec["python"].split("_")[0]
            peers[name] = kind
            worst[name] = check(case, ours, peer_run(kind, case, path)["answers"], name)
    for _ in range(repeats):
        warm(path)
        seconds, _, peak = measure(kohort_command(kohort, case, path))
        times["Kohort"].append(seconds)
        peaks.append(peak)
        for name, kind in peers.items():
            ran = peer_run(kind, case, path)
            times.setdefault(name, []).append(ran["seconds"])
            if "calculation" in ran:
                times.setdefault(f"{name}, calculation", []).append(ran["calculation"])
    for tool, seconds in times.items():
        print(f"   {tool:<28} {statistics.median(seconds):8.2f} s", flush=True)
    return dict(case=case, title=spec["title"], times=times, peak=max(peaks), worst=worst)


def report(results, args):
    lines = [f"# Equity measures over {args.rows:,} people", "",
             "Median seconds; ratio = the peer's time over Kohort's. Kohort is a whole process. Peers are timed from",
             "the reading of the file to the answer, without the start of Python and imports; `calculation` leaves out",
             "the reading too, which Kohort's time has.", "",
             "| case | Kohort s | MiB | against | s | ratio | wanted | reached | calculation s | ratio | answers differ by |",
             "|---|---:|---:|---|---:|---:|---:|---|---:|---:|---:|"]
    for result in results:
        own = statistics.median(result["times"]["Kohort"])
        for name, worst in result["worst"].items():
            theirs = statistics.median(result["times"][name])
            wanted = 0.67 if name == "DuckDB" else 20
            calculation = result["times"].get(f"{name}, calculation")
            alone = statistics.median(calculation) if calculation else None
            alone = f"{alone:.2f} | {alone / own:.2f}" if alone else " | "
            reached = "yes" if theirs / own >= wanted else "**no**"
            lines.append(f"| {result['title']} | {own:.2f} | {result['peak']:.0f} | {name} | {theirs:.2f} | "
                         f"{theirs / own:.2f} | {wanted} | {reached} | {alone} | {worst:.1e} |")
    return "\n".join(lines) + "\n"


def write(text, results, kohort):
    folder = ROOT / "benches/runs" / f"{datetime.date.today()}-{machine()}-equity"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "report.md").write_text(text)
    rows = ["case,tool,repeat,seconds"]
    for result in results:
        for tool, seconds in result["times"].items():
            rows += [f"{result['case']},{tool},{n},{s:.4f}" for n, s in enumerate(seconds)]
    (folder / "results.csv").write_text("\n".join(rows) + "\n")
    arguments = list(sys.argv[1:])
    for option, shown in [("--data", "DIR"), ("--kohort", "KOHORT")]:
        if option in arguments:
            arguments[arguments.index(option) + 1] = shown
    (folder / "command").write_text("benches/equity.py " + " ".join(arguments) + "\n")
    import duckdb
    import lifelines as ll
    import pandas
    import statsmodels
    own = subprocess.run([kohort, "--version"], capture_output=True, text=True).stdout.strip()
    versions = [own, f"duckdb {duckdb.__version__}", f"pandas {pandas.__version__}", f"lifelines {ll.__version__}",
                f"statsmodels {statsmodels.__version__}", f"python {platform.python_version()}", platform.platform()]
    (folder / "versions").write_text("\n".join(versions) + "\n")
    print(f"written: {folder.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
