"""Compares ways to pool the windows of two recordings, on a folder of music.

    python -m benchmarks.vibe_pooling FOLDER [--heard CACHE]

For each rule: same album among the five nearest beside chance, the biggest hub, and how much long
tracks win (correlation of the logarithm of a track's length with how many lists of ten it is in; 0
is fair). Then the same for clips of two windows, and how often the clip's own track comes first.
"""

import argparse
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from benchmarks.music import audio_files
from benchmarks.vibe import RHYTHM_WEIGHT
from benchmarks.vibe_heard import Track, heard_tracks
from benchmarks.vibe_measures import WINDOW_SAMPLES, Numbers, album_shares, hub_counts

from audio_ident.core.vibe.timbre import SHIPPED, timbre_vectors
from audio_ident.model.vectors import Vectors

Cosines = npt.NDArray[np.float32]
Rule = Callable[[Cosines], float]


def _best(cosines: Cosines, share: float) -> Cosines:
    counted = max(1, round(share * cosines.shape[1]))
    best: Cosines = np.sort(cosines, axis=1)[:, -counted:].mean(axis=1)
    return best


def _both_ways(share: float) -> Rule:
    return lambda cosines: float(
        (_best(cosines, share).mean() + _best(cosines.T, share).mean()) / 2
    )


def _one_way(share: float) -> Rule:
    return lambda cosines: float(_best(cosines, share).mean())


RULES: Mapping[str, Rule] = {
    **{f"both ways, best {share:.0%}": _both_ways(share) for share in (0.02, 0.1, 0.25, 0.5, 1)},
    **{f"one way, best {share:.0%}": _one_way(share) for share in (0.1, 0.25)},
    "three best pairs": lambda cosines: float(np.sort(cosines, axis=None)[-3:].mean()),
    "best pair": lambda cosines: float(cosines.max()),
}


def main() -> None:
    """Compare, print."""
    parser = argparse.ArgumentParser(prog="vibe_pooling", description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--heard", type=Path)
    arguments = parser.parse_args()
    tracks = heard_tracks(audio_files(arguments.folder), arguments.folder, arguments.heard)
    vectors = [timbre_vectors(track.heard.raw, SHIPPED, RHYTHM_WEIGHT) for track in tracks]
    rng = np.random.default_rng(5)
    firsts = [int(rng.integers(len(windows) - 1)) for windows in vectors]
    clips = [windows[at : at + 2] for windows, at in zip(vectors, firsts, strict=True)]
    for name, rule in RULES.items():
        whole = _matrix(vectors, vectors, rule)
        np.fill_diagonal(whole, -np.inf)
        clipped = _matrix(clips, vectors, rule)
        own = np.array(
            [
                rule(clip @ windows[_apart(track, at)].T)
                for clip, windows, track, at in zip(clips, vectors, tracks, firsts, strict=True)
            ]
        )
        np.fill_diagonal(clipped, -np.inf)
        first = float((clipped.max(axis=1) < own).mean())
        print(
            f"{name:<22} tracks {_told(whole, tracks)}  clips {_told(clipped, tracks)} {first:.3f}"
        )


def _matrix(queries: Sequence[Vectors], tracks: Sequence[Vectors], rule: Rule) -> Numbers:
    return np.array([[rule(query @ windows.T) for windows in tracks] for query in queries])


def _apart(track: Track, first: int) -> npt.NDArray[np.bool_]:
    """Windows that do not overlap two; all of them when there are none."""
    starts = track.heard.start_samples
    is_before = starts <= starts[first] - WINDOW_SAMPLES
    is_apart = is_before | (starts >= starts[first + 1] + WINDOW_SAMPLES)
    return is_apart if is_apart.any() else np.ones(len(starts), np.bool_)


def _told(matrix: Numbers, tracks: Sequence[Track]) -> str:
    shares, chance = album_shares(matrix, [track.album for track in tracks], 5)
    counts = hub_counts(matrix)
    lengths = np.log([len(track.heard.raw) for track in tracks])
    fairness = np.corrcoef(lengths, counts)[0, 1]
    return f"{shares.mean() / chance.mean():.2f} {counts.max():3d} {fairness:+.2f}"


if __name__ == "__main__":
    main()
