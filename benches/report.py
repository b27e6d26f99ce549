"""Writes what was measured: a table of ratios for people, every run for machines."""
import csv
import os
import pathlib
import platform
import subprocess

from datasets import DATASETS, DESCRIPTIONS

# case, peer, what is compared, wanted ratio (None: told, not wanted), Kohort's side
ROWS = [
    ("ingest", "plink2", "ingest, beside `plink2 --make-pgen`", "at least 5", "kohort"),
    ("ingest", "bgzip", "ingest, beside `bgzip -d` alone (the floor)", "at least 0.5", "kohort"),
    ("half", "plink2", "AF of half of the samples, beside `plink2 --keep --freq`", "at least 2", "kohort"),
    ("strata", "plink2", "AF of 42 strata to Parquet, beside `plink2 --loop-cats --freq`", "at least 5", "kohort"),
    ("strata", "kohort one cohort, summed", "42 strata summed to a row each, beside one cohort summed",
     "at least 0.5", "kohort summed to a row per stratum"),
    ("gene", "bcftools", "AF in one gene (stored counts), beside `bcftools view -r \\| +fill-tags`", "at least 10", "kohort"),
    ("gene", "bcftools", "the same counted from genotypes", None, "kohort counted from genotypes"),
    ("adj", "kohort raw", "`adj`, beside `raw`", "at least 0.5", "kohort"),
]


def ratio_rows(recorder):
    for name in DATASETS:
        for case, peer, title, wanted, ours in ROWS:
            mine, theirs = recorder.median(name, case, ours), recorder.median(name, case, peer)
            if mine and theirs:
                # plink2 keeps GT alone: with other fields it is told, and not wanted
                is_told = name == "f500" and case == "ingest"
                yield name, title, mine, theirs, theirs / mine, None if is_told else wanted


def verdict(ratio, wanted):
    if wanted is None:
        return ""
    return "yes" if ratio >= float(wanted.split()[-1]) else "**no**"


def times(recorder):
    lines = ["| data | what | Kohort, s | peer, s | peer / Kohort | wanted | reached |",
             "|---|---|---:|---:|---:|---|---|"]
    for name, title, mine, theirs, ratio, wanted in ratio_rows(recorder):
        lines.append(f"| {name} | {title} | {mine:.3f} | {theirs:.3f} | {ratio:.2f} | {wanted or ''} "
                     f"| {verdict(ratio, wanted)} |")
    return lines


def sizes(recorder):
    lines = ["| data | `genotypes` column | `.pgen` | column / `.pgen` | at most equal | lake | VCF |",
             "|---|---:|---:|---:|---|---:|---:|"]
    for name in DATASETS:
        value = lambda what: recorder.value(name, "bytes", what)  # noqa: E731
        ours, theirs = value("kohort genotypes column"), value("plink2 .pgen")
        if ours and theirs:
            lines.append(f"| {name} | {ours:,.0f} | {theirs:,.0f} | {ours / theirs:.3f} "
                         f"| {'yes' if ours <= theirs else '**no**'} | {value('kohort lake'):,.0f} "
                         f"| {value('vcf.gz'):,.0f} |")
    return lines


def memory(recorder):
    lines = ["| data | Kohort ingest, peak MiB | under 1 GiB | plink2, peak MiB |", "|---|---:|---|---:|"]
    for name in DATASETS:
        ours = recorder.median(name, "ingest", "kohort", "peak_mib")
        theirs = recorder.median(name, "ingest", "plink2", "peak_mib")
        if ours:
            lines.append(f"| {name} | {ours:,.0f} | {'yes' if ours < 1024 else '**no**'} | {theirs:,.0f} |")
    return lines


def every_tool(recorder):
    lines = ["| data | case | tool | median s | least s | most s | median CPU s | peak MiB |",
             "|---|---|---|---:|---:|---:|---:|---:|"]
    seen = dict.fromkeys((m.dataset, m.case, m.tool) for m in recorder.measurements)
    for key in seen:
        runs = [m.seconds for m in recorder.of(*key)]
        lines.append(f"| {' | '.join(key)} | {recorder.median(*key):.3f} | {min(runs):.3f} | {max(runs):.3f} "
                     f"| {recorder.median(*key, 'cpu_seconds'):.2f} | {recorder.median(*key, 'peak_mib'):.0f} |")
    return lines


def markdown(recorder, args, kohort):
    used = [f"- `{name}`: {DESCRIPTIONS[name]}" for name in DATASETS
            if any(m.dataset == name for m in recorder.measurements)]
    return "\n".join([
        "# Kohort beside its peers", "",
        f"Medians of {args.repeats} runs taken in turn ({3 * args.repeats} where all are short), {args.threads} threads "
        "each, files in the page cache. "
        "A ratio over 1 says that Kohort is faster. The answers were compared before the clocks started.", "",
        *used, "", "## Time", "", *times(recorder), "", "## Bytes", "", *sizes(recorder), "",
        "## Memory", "", *memory(recorder), "", "## Every tool", "", *every_tool(recorder), "",
        "Peak memory of a pipeline is that of its largest process. Whole processes are timed: start, plan, "
        "read, count, and write the answer to a file.", ""])


def versions(kohort):
    def first_line(*command):
        done = subprocess.run(command, capture_output=True, text=True)
        return (done.stdout or done.stderr).strip().splitlines()[0]

    root = pathlib.Path(__file__).resolve().parent.parent
    model = next((line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo")
                  if line.startswith("model name")), platform.machine())
    gib = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return "\n".join([
        first_line(kohort, "--version"),
        "commit " + first_line("git", "-C", str(root), "rev-parse", "HEAD"),
        first_line("bcftools", "--version"), first_line("plink2", "--version"), first_line("bgzip", "--version"),
        first_line("rustc", "--version"),
        f"{platform.system()} {platform.release()}, {model}, {len(os.sched_getaffinity(0))} cores, {gib:.0f} GiB", ""])


def write(folder, recorder, text, argv, kohort):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "report.md").write_text(text)
    (folder / "versions").write_text(versions(kohort))
    (folder / "command").write_text(" ".join(["benches/run.py", *(a if not a.startswith("/") else "DIR" for a in argv[1:])])
                                    + "\n")
    with open(folder / "results.csv", "w", newline="") as file:
        out = csv.writer(file)
        out.writerow(["dataset", "case", "what", "repeat", "seconds", "cpu_seconds", "peak_mib", "value", "unit"])
        for m in recorder.measurements:
            out.writerow([m.dataset, m.case, m.tool, m.repeat, f"{m.seconds:.4f}", f"{m.cpu_seconds:.3f}",
                          f"{m.peak_mib:.1f}", "", ""])
        for f in recorder.facts:
            out.writerow([f.dataset, f.case, f.name, "", "", "", "", f"{f.value:.0f}", f.unit])
