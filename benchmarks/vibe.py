"""What the built-in embedder finds, on a folder of music with one folder for each album.

    python -m benchmarks.vibe FOLDER [--heard CACHE] [--rhythm 0.35] [--copies 80]

Same track: by one window of ten seconds, among one other window (or all windows) of every track.
Album: which share of the five nearest tracks is of the same album, beside chance; shared mastering
and instruments help it, and it is not what people would call alike. Stable: which share of the ten
nearest tracks stays when the middle minute of a track was encoded badly. Standard errors come from
drawing tracks anew.
"""

import argparse
import functools
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from benchmarks.measure import Figure, cost_s
from benchmarks.music import LIMITS, Music, audio_files
from benchmarks.vibe_heard import COPIES, Track, heard_copies, heard_tracks
from benchmarks.vibe_measures import (
    Numbers,
    album_shares,
    hub_counts,
    likenesses,
    overlaps,
    same_track_ranks,
    standard_error,
)

from audio_ident.core.vibe.timbre import SHIPPED, Scaling, timbre_vectors
from audio_ident.engines.decoder_pyav import PyavDecoder
from audio_ident.engines.embedders.timbre import TimbreEmbedder
from audio_ident.model.audio import MONO_RATE_HZ, Feed, Mono
from audio_ident.model.vectors import Vectors
from audio_ident.settings.vibe import VibeSettings

LEAST_TRACKS, LEAST_ALBUMS = 100, 8
"""With fewer, the bounds say nothing."""

MOST_COPIED = 80
COSTED_FILES = 6
MOST_COST_S = 6.0
LEAST = {
    "same track, one window, first": 0.60,
    "same track, one window, of ten": 0.78,
    "same album, five nearest / chance": 2.5,
    "ten nearest that stay, mp3 64k": 0.8,
    "ten nearest that stay, opus 24k": 0.8,
    "ten nearest that stay, -12 dB": 0.8,
}
RHYTHM_WEIGHT: float = VibeSettings.model_fields["vibe_rhythm_weight"].default


def main() -> None:
    """Measure a folder, print."""
    parser = argparse.ArgumentParser(prog="vibe", description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--heard", type=Path, help="folder that keeps what was heard")
    parser.add_argument("--rhythm", type=float, default=RHYTHM_WEIGHT)
    parser.add_argument("--copies", type=int, default=MOST_COPIED)
    arguments = parser.parse_args()
    tracks = heard_tracks(audio_files(arguments.folder), arguments.folder, arguments.heard)
    for figure in figures_of(tracks, arguments.rhythm):
        print(_line(figure))
    drawn = drawn_tracks(tracks, arguments.copies)
    for figure in copy_figures(tracks, arguments.rhythm, drawn, arguments.heard):
        print(_line(figure))


def measure(music: Music) -> list[Figure]:
    """Everything, of the files that all benchmarks use; bounds for those of many albums only."""
    return [
        *cost_figures(music.files[:COSTED_FILES]),
        *measured(heard_tracks(music.every, music.folder, None)),
    ]


def measured(tracks: Sequence[Track]) -> list[Figure]:
    """What is found with the shipped scaling."""
    if len(tracks) < 2:
        return []
    copies = copy_figures(tracks, RHYTHM_WEIGHT, drawn_tracks(tracks, MOST_COPIED), None)
    return [*figures_of(tracks, RHYTHM_WEIGHT), *copies]


def drawn_tracks(tracks: Sequence[Track], most: int) -> list[int]:
    """Numbers of the tracks whose copies are made."""
    drawn: list[int] = np.random.default_rng(0).permutation(len(tracks))[:most].tolist()
    return drawn


def figures_of(
    tracks: Sequence[Track], rhythm_weight: float, scaling: Scaling = SHIPPED
) -> list[Figure]:
    """Same track, same album, hubs."""
    vectors = [timbre_vectors(track.heard.raw, scaling, rhythm_weight) for track in tracks]
    starts = [track.heard.start_samples for track in tracks]
    one, all_windows = same_track_ranks(vectors, starts, np.random.default_rng(0))
    figures: list[Figure] = []
    for name, ranks in (("one window", one), ("all windows", all_windows)):
        for bound, words in ((1, "first"), (10, "of ten")):
            found = (ranks < bound).mean(axis=0)
            figures += _with_error(f"same track, {name}, {words}", found, tracks)
    return [*figures, *_album_figures(vectors, tracks)]


def _album_figures(vectors: Sequence[Vectors], tracks: Sequence[Track]) -> list[Figure]:
    matrix = likenesses(vectors)
    figures: list[Figure] = []
    for count, words in ((5, "five nearest"), (1, "nearest")):
        shares, chance = album_shares(matrix, [track.album for track in tracks], count)

        ratio = functools.partial(_ratio, shares, chance)
        figures += [
            *_with_error(f"same album, {words}", shares, tracks),
            _bounded(f"same album, {words} / chance", ratio(np.arange(len(tracks))), tracks),
            _error(f"same album, {words} / chance", standard_error(ratio, len(tracks))),
        ]
    counts = hub_counts(matrix)
    return [
        *figures,
        Figure(name="most lists of ten that a track is in", value=counts.max(), unit="lists"),
        Figure(name="tracks in no list of ten", value=(counts == 0).mean(), unit="share"),
        Figure(name="tracks", value=len(tracks), unit="tracks"),
        Figure(name="albums", value=len({track.album for track in tracks}), unit="albums"),
    ]


def _ratio(shares: Numbers, chance: Numbers, drawn: npt.NDArray[np.intp]) -> float:
    return float(shares[drawn].sum() / chance[drawn].sum())


def copy_figures(
    tracks: Sequence[Track], rhythm_weight: float, drawn: Sequence[int], kept: Path | None
) -> list[Figure]:
    """Neighbours that stay when some of the tracks, told by number, were encoded badly."""
    to_vectors = functools.partial(timbre_vectors, scaling=SHIPPED, rhythm_weight=rhythm_weight)
    library = [to_vectors(track.heard.raw) for track in tracks]
    heard = {number: heard_copies(tracks[number], kept) for number in drawn}
    own = [number for number in drawn if heard[number]]
    copies = {name: [to_vectors(heard[at][name].raw) for at in own] for name in COPIES}
    figures: list[Figure] = []
    for name in COPIES:
        if name != "itself" and own:
            shares = overlaps(copies["itself"], copies[name], own, library)
            figures += _with_error(f"ten nearest that stay, {name}", shares, tracks)
    return figures


def cost_figures(files: Sequence[Path]) -> list[Figure]:
    """Processor time for an hour of audio, with and without decoding."""
    hearing_s = decoding_s = hours = 0.0
    decoder = PyavDecoder(clock=time.monotonic)
    for path in files:
        blocks: list[Mono] = []
        sinks = {Feed.MONO_16K: blocks.append}
        decoding_s += cost_s(functools.partial(decoder.listen, path, sinks, LIMITS))
        embedder = TimbreEmbedder(SHIPPED, RHYTHM_WEIGHT)
        hearing_s += cost_s(functools.partial(embedder.embed_audio, blocks))
        hours += sum(map(len, blocks)) / MONO_RATE_HZ / 3600
    return [
        Figure(
            name="timbre without decoding",
            value=hearing_s / hours,
            unit="CPU s / h",
            most=MOST_COST_S,
        ),
        Figure(
            name="timbre with decoding", value=(hearing_s + decoding_s) / hours, unit="CPU s / h"
        ),
    ]


def _with_error(name: str, values: Numbers, tracks: Sequence[Track]) -> list[Figure]:
    error = standard_error(lambda drawn: float(values[drawn].mean()), len(values))
    return [_bounded(name, float(values.mean()), tracks), _error(name, error)]


def _bounded(name: str, value: float, tracks: Sequence[Track]) -> Figure:
    albums = {track.album for track in tracks}
    tells = len(tracks) >= LEAST_TRACKS and len(albums) >= LEAST_ALBUMS
    return Figure(name=name, value=value, unit="share", least=LEAST.get(name) if tells else None)


def _error(name: str, value: float) -> Figure:
    return Figure(name=f"{name}, standard error", value=value, unit="share")


def _line(figure: Figure) -> str:
    mark = "  OUT OF BOUNDS" if figure.is_out_of_bounds else ""
    return f"{figure.name:<60} {figure.value:>7.3g} {figure.unit:<9} {figure.bound}{mark}"


if __name__ == "__main__":
    main()
