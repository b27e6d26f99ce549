"""Runs a command, and says how long it took and how much memory it held."""
import dataclasses
import statistics
import subprocess
import tempfile
import time


SHORT = 2.0  # seconds


@dataclasses.dataclass(frozen=True)
class Measurement:
    dataset: str
    case: str
    tool: str
    repeat: int
    seconds: float
    cpu_seconds: float
    peak_mib: float


@dataclasses.dataclass(frozen=True)
class Fact:
    """A figure that is not a time, such as bytes."""
    dataset: str
    case: str
    name: str
    value: float
    unit: str


def measure(command):
    """Seconds, CPU seconds and peak MiB of a shell command; its errors stop the run.

    `exec` puts a plain command in the place of its shell; of a pipeline the peak is its largest process's.
    GNU time stands between, because a process's peak begins with that of whoever forked it: this one's.
    """
    with tempfile.NamedTemporaryFile("r") as figures:
        start = time.perf_counter()
        done = subprocess.run(
            ["/usr/bin/time", "-q", "-o", figures.name, "-f", "%U %S %M", "bash", "-o", "pipefail", "-c", command],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        seconds = time.perf_counter() - start
        if done.returncode != 0:
            messages = done.stderr.decode(errors="replace")[-2000:]
            raise RuntimeError(f"{command}\nended with {done.returncode}: {messages}")
        user, system, peak_kib = map(float, figures.read().split())
    return seconds, user + system, peak_kib / 1024


class Recorder:
    """Collects the runs of all cases."""

    def __init__(self, repeats):
        self.repeats = repeats
        self.measurements = []
        self.facts = []

    def in_turn(self, dataset, case, tools):
        """Runs `tools` (name -> (prepare, command)) in turn, `repeats` times each; thrice as often where
        every tool needs less than two seconds, as short runs scatter more."""
        rounds, slowest = self.repeats, 0.0
        repeat = 0
        while repeat < rounds:
            for tool, (before, command) in tools.items():
                if before:
                    before()
                seconds, cpu, peak = measure(command)
                slowest = max(slowest, seconds)
                self.measurements.append(Measurement(dataset, case, tool, repeat, seconds, cpu, peak))
                print(f"   {tool:<34} {seconds:8.2f} s  {cpu:8.2f} cpu s  {peak:8.0f} MiB", flush=True)
            if repeat == 0 and slowest < SHORT:
                rounds = 3 * self.repeats
            repeat += 1

    def fact(self, dataset, case, name, value, unit):
        self.facts.append(Fact(dataset, case, name, value, unit))
        print(f"   {name:<32} {value:,.0f} {unit}", flush=True)

    def of(self, dataset, case, tool):
        return [m for m in self.measurements if (m.dataset, m.case, m.tool) == (dataset, case, tool)]

    def median(self, dataset, case, tool, field="seconds"):
        runs = [getattr(m, field) for m in self.of(dataset, case, tool)]
        return statistics.median(runs) if runs else None

    def value(self, dataset, case, name):
        return next((f.value for f in self.facts if (f.dataset, f.case, f.name) == (dataset, case, name)), None)
