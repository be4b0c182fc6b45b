"""What every benchmark shares: processor time, memory, and the file of results."""

import dataclasses
import json
import platform
import resource
import statistics
import tomllib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parents[1]
RESULTS = PROJECT / "benchmarks" / "results"

REPEATS = 3
"""How often short work is repeated; the median counts."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One thing that was measured."""

    name: str
    value: float
    unit: str = ""
    """Empty for a ratio of two times from the same run, which any machine may be held to."""
    most: float | None = None
    """Bound that the project has set itself."""
    least: float | None = None
    """Bound for what should be much."""

    @property
    def is_out_of_bounds(self) -> bool:
        """Whether a bound is broken."""
        is_over = self.most is not None and self.value > self.most
        return is_over or (self.least is not None and self.value < self.least)

    @property
    def bound(self) -> str:
        """The bound in words, empty when none is set."""
        bounds = {"at most": self.most, "at least": self.least}
        return ", ".join(f"{how} {value:g}" for how, value in bounds.items() if value is not None)


def cpu_s() -> float:
    """Processor time until now of this process and the children that ended."""
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def cost_s(work: Callable[[], object]) -> float:
    """Processor time of some work that is done once."""
    before_s = cpu_s()
    work()
    return cpu_s() - before_s


def median_cost_s(work: Callable[[], object], repeats: int = REPEATS) -> float:
    """Processor time of work that can be repeated."""
    return statistics.median(cost_s(work) for _ in range(repeats))


def peak_memory_mb() -> float:
    """Most memory that was resident at a time in this process, mapped files included, in MB.

    Read from the kernel's own mark: what `getrusage` tells starts at the size of the parent.
    """
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    kibibytes = next(line.split()[1] for line in lines if line.startswith("VmHWM:"))
    return int(kibibytes) * 1024 / 1e6


def save_results(stages: Mapping[str, Sequence[Figure]], music: str) -> Path:
    """Write figures to the file of this version; stages that were not run stay as they are."""
    version = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    path = RESULTS / f"{version}.json"
    known = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    report = {
        "version": version,
        "python": platform.python_version(),
        "machine": platform.machine(),
        "stages": {**known.get("stages", {}), **{n: _stage(f, music) for n, f in stages.items()}},
    }
    RESULTS.mkdir(exist_ok=True)
    path.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    return path


def _stage(figures: Sequence[Figure], music: str) -> dict[str, Any]:
    costs: dict[str, dict[str, float]] = {}
    for figure in figures:
        if figure.unit:
            costs.setdefault(figure.unit, {})[figure.name] = _rounded(figure.value)
    return {
        "music": music,
        "ratios": {f.name: _rounded(f.value) for f in figures if not f.unit},
        "costs": costs,
        "out_of_bounds": {f.name: f.bound for f in figures if f.is_out_of_bounds},
    }


def _rounded(value: float) -> float:
    return float(f"{value:.4g}")
