"""Fits the scaling of `timbre` that is shipped, on a folder of music with one folder an album.

    python -m benchmarks.fit_timbre FOLDER REVISION [--heard CACHE] [--copies 80] [--write]

Means, deviations and how numbers vary within a track come from all tracks; what codecs and levels
do from copies of some. Without `--write` it fits on half of the albums and measures on the others,
twice: that is how `core.vibe.scaling_fit` got its constants. Measure what is shipped on music that
was never used here (`benchmarks.vibe`).
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from benchmarks.music import audio_files
from benchmarks.timbre_module import write_module
from benchmarks.vibe import MOST_COPIED, RHYTHM_WEIGHT, drawn_tracks, figures_of
from benchmarks.vibe_heard import Track, heard_copies, heard_tracks

from audio_ident.core.descriptors import DIMENSIONS
from audio_ident.core.vibe import timbre_scaling
from audio_ident.core.vibe.scaling_fit import drawn_recordings, fitted
from audio_ident.core.vibe.timbre import Numbers, Scaling

LEAST_ALBUMS = 4
"""Two for each half."""

FITTED_COPIES = ("mp3 64k", "opus 24k", "-12 dB")


def main() -> None:
    """Fit; write or measure."""
    parser = argparse.ArgumentParser(prog="fit_timbre", description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("revision")
    parser.add_argument("--heard", type=Path, help="folder that keeps what was heard")
    parser.add_argument("--copies", type=int, default=MOST_COPIED)
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    tracks = heard_tracks(audio_files(arguments.folder), arguments.folder, arguments.heard)
    if len({track.album for track in tracks}) < LEAST_ALBUMS:
        parser.error(f"{arguments.folder} has not {LEAST_ALBUMS} folders with tracks of 25 s")
    drawn = [tracks[number] for number in drawn_tracks(tracks, arguments.copies)]
    codecs = _codecs(drawn, arguments.heard)
    if arguments.write:
        path = Path(str(timbre_scaling.__file__))
        write_module(path, arguments.revision, _fitted(tracks, codecs), codecs)
    else:
        _measure_halves(tracks, codecs)


def _fitted(tracks: Sequence[Track], codecs: Numbers) -> Scaling:
    raws = (track.heard.raw for track in tracks)
    return fitted(drawn_recordings(raws, np.random.default_rng(0)), codecs)


def _codecs(tracks: Sequence[Track], kept: Path | None) -> Numbers:
    """Half the mean product of the differences between two copies: covariance of one."""
    total = np.zeros((len(DIMENSIONS), len(DIMENSIONS)))
    windows = 0
    for track in tracks:
        copies = heard_copies(track, kept)
        for name in FITTED_COPIES if copies else ():
            _, at, other_at = np.intersect1d(
                copies["itself"].start_samples, copies[name].start_samples, return_indices=True
            )
            moved = copies[name].raw[other_at].astype(np.float64) - copies["itself"].raw[at]
            total += moved.T @ moved
            windows += len(moved)
    return total / windows / 2


def _measure_halves(tracks: Sequence[Track], codecs: Numbers) -> None:
    albums = np.random.default_rng(1).permutation(sorted({track.album for track in tracks}))
    for half in (set(albums[: len(albums) // 2]), set(albums[len(albums) // 2 :])):
        scaling = _fitted([track for track in tracks if track.album in half], codecs)
        others = [track for track in tracks if track.album not in half]
        for figure in figures_of(others, RHYTHM_WEIGHT, scaling):
            print(f"  {figure.name:<60} {figure.value:>7.3g} {figure.unit}")
        print()


if __name__ == "__main__":
    main()
