"""Measures every stage, or one; results go to `results/<version>.json`.

Ratios compare two times of one run and hold for any machine; costs are of this one.
"""

import argparse
import os
from collections.abc import Callable, Mapping
from pathlib import Path

from benchmarks import (
    analysis,
    answering,
    decode,
    duplicates,
    identify,
    imports,
    index,
    listeners,
    scan,
    service,
    vectors,
    vibe,
)
from benchmarks.measure import Figure, save_results
from benchmarks.music import Music, music_from

STAGES: Mapping[str, Callable[[Music], list[Figure]]] = {
    "decode": decode.measure,
    "listeners": listeners.measure,
    "analysis": analysis.measure,
    "index": index.measure,
    "import": imports.measure,
    "scan": scan.measure,
    "identify": identify.measure,
    "duplicates": duplicates.measure,
    "service": service.measure,
    "vectors": vectors.measure,
    "vibe": vibe.measure,
    "answering": answering.measure,
}


def main() -> None:
    """Measure, print, save."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__.splitlines()[0])
    parser.add_argument("stages", nargs="*", metavar="STAGE", help=f"of: {' '.join(STAGES)}")
    parser.add_argument("--music", type=Path, default=os.environ.get("MUSIC") or None)
    arguments = parser.parse_args()
    if unknown := set(arguments.stages) - STAGES.keys():
        parser.error(f"no such stage: {', '.join(sorted(unknown))}")
    with music_from(arguments.music) as music:
        for name in arguments.stages or STAGES:
            print(f"\n{name}", flush=True)
            figures = STAGES[name](music)
            for figure in figures:
                print(_line(figure))
            print(f"-> {save_results({name: figures}, music.kind).name}", flush=True)


def _line(figure: Figure) -> str:
    mark = "  OUT OF BOUNDS" if figure.is_out_of_bounds else ""
    return f"  {figure.name:<52} {figure.value:>9.3g} {figure.unit or 'x':<10} {figure.bound}{mark}"


if __name__ == "__main__":
    main()
