"""How well duplicates are found, what is merged wrongly, and what a check costs as a library grows.

The pieces are the library; of each, every variant is made, written, heard and looked for. Pairs of
different pieces that are merged are told by name: they may be true duplicates of one's own.
"""

import statistics
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from benchmarks.demo.files import decode, encode
from benchmarks.demo.instruments import RATE_HZ
from benchmarks.generated import generated_tracks
from benchmarks.hearing import hear, recording_of
from benchmarks.measure import Figure, cost_s
from benchmarks.music import Music
from benchmarks.variants import KARAOKE, VARIANTS, Variant, stretch_in_a_mix

from audio_ident.core.kinship import relations_of
from audio_ident.model.analysis import Analysis, AudioDigest
from audio_ident.model.audio import Mono
from audio_ident.model.kinship import Kinship, Relation
from audio_ident.model.segment import Snapshot
from audio_ident.stores.fingerprints.index_memory import MemoryIndex
from audio_ident.stores.fingerprints.index_segments import SegmentIndex

MOST_PIECES = 24
MOST_S = 100.0
"""Longer pieces are cut: encoding takes most of the time."""

LEAST_S = 30.0
SPANS_S = (20.0, 40.0)
SIZES = (260, 1000, 4000)
MOST_MS = 100.0


class _Library:
    """Pieces, heard and indexed."""

    def __init__(self, sounds: list[Mono], folder: Path) -> None:
        self.sounds = sounds
        self.analyses = [_heard(sound, folder) for sound in sounds]
        self.by_digest = {analysis.digest: analysis for analysis in self.analyses}
        index = MemoryIndex()
        for analysis in self.analyses:
            index.add(*recording_of(analysis))
        self.snapshot = index.snapshot()

    def relations(self, analysis: Analysis) -> tuple[Relation, ...]:
        """Relations of a new recording to the pieces."""
        return relations_of(self.snapshot, analysis, self.by_digest.get)


def measure(music: Music) -> list[Figure]:
    """Recall of every variant, false merges, and the cost at every size."""
    files = music.files[:: -(-len(music.files) // MOST_PIECES)]
    sounds = [
        sound for path in files if len(sound := decode(path, RATE_HZ, MOST_S)) > LEAST_S * RATE_HZ
    ]
    sounds = [sound[: round(MOST_S * RATE_HZ)] for sound in sounds]
    with TemporaryDirectory() as made:
        library = _Library(sounds, Path(made))
        return [
            *_recall(library, Path(made)),
            *_contained(library, Path(made)),
            *_apart(library, Path(made)),
            *_costs(library, Path(made)),
        ]


def _heard(sound: Mono, folder: Path) -> Analysis:
    path = folder / "piece.flac"
    encode(path, sound, RATE_HZ)
    return hear(path)


def _kinship(relations: Iterable[Relation], digest: AudioDigest) -> Kinship | None:
    found = [r.kinship for r in relations if digest in (r.first, r.second)]
    return found[0] if found else None


def _count(library: _Library, folder: Path, variant: Variant, wanted: Kinship) -> int:
    """Pieces whose variant is related to them as `wanted`."""
    return sum(
        _kinship(library.relations(hear(variant.write(folder, sound))), analysis.digest) is wanted
        for sound, analysis in zip(library.sounds, library.analyses, strict=True)
    )


def _recall(library: _Library, folder: Path) -> list[Figure]:
    return [
        Figure(
            name=f"same recording: {name}",
            value=_count(library, folder, variant, Kinship.SAME_RECORDING) / len(library.sounds),
            unit="share",
        )
        for name, variant in VARIANTS.items()
    ]


def _contained(library: _Library, folder: Path) -> list[Figure]:
    rng = np.random.default_rng(5)
    figures = []
    for length_s in SPANS_S:
        found = 0
        for number, sound in enumerate(library.sounds):
            others = [library.sounds[number - 1], library.sounds[number - 2]]
            mix, _ = stretch_in_a_mix(sound, others, length_s, rng)
            encode(folder / "mix.mp3", mix, RATE_HZ, 128_000)
            relations = library.relations(hear(folder / "mix.mp3"))
            found += _kinship(relations, library.analyses[number].digest) is not None
        share = found / len(library.sounds)
        figures.append(
            Figure(name=f"contained: {length_s:g} s in a mix", value=share, unit="share")
        )
    return figures


def _apart(library: _Library, folder: Path) -> list[Figure]:
    merged = 0
    for analysis in library.analyses:
        for relation in library.relations(analysis):
            if relation.kinship is Kinship.SAME_RECORDING:
                print(f"  merged, judge by ear: {relation.first} {relation.second}")
                merged += 1
    karaoke = _count(library, folder, KARAOKE, Kinship.SAME_RECORDING)
    return [
        Figure(name="different pieces merged", value=merged / 2, unit="pairs"),
        Figure(name="karaoke versions merged", value=karaoke, unit="pairs", most=0),
    ]


def _costs(library: _Library, folder: Path) -> list[Figure]:
    figures = []
    pieces = [recording_of(analysis)[1] for analysis in library.analyses]
    for size in SIZES:
        with closing(SegmentIndex(folder / f"index-{size}")) as index:
            for digest, landmarks in generated_tracks(pieces, range(size)):
                index.add(digest, landmarks)
            for analysis in library.analyses:
                index.add(*recording_of(analysis))
            cost_ms = _check_ms(index.snapshot(), library)
        figures.append(
            Figure(
                name=f"{size} tracks: check of a file", value=cost_ms, unit="CPU ms", most=MOST_MS
            )
        )
    return figures


def _check_ms(snapshot: Snapshot, library: _Library) -> float:
    costs_s = [
        cost_s(lambda analysis=analysis: relations_of(snapshot, analysis, library.by_digest.get))  # type: ignore[misc]
        for analysis in library.analyses
    ]
    return 1000 * statistics.median(costs_s)
