"""How well duplicates are found, what is merged wrongly, and what a check costs as a library grows.

The pieces are the library; of each, every variant is made, written, heard and looked for. Pairs of
different pieces that are merged are told by name: they may be true duplicates of one's own. Work
stops after `MOST_WALL_S`, and the figures say of how many pieces they are.
"""

import dataclasses
import statistics
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from benchmarks.demo.files import decode_stereo, encode
from benchmarks.demo.instruments import RATE_HZ
from benchmarks.generated import generated_tracks
from benchmarks.hearing import hear, recording_of
from benchmarks.measure import Figure, cost_s
from benchmarks.music import Music
from benchmarks.variants import (
    AT_OTHER_SPEED,
    OTHER_VERSIONS,
    VARIANTS,
    Variant,
    as_it_is,
    stretch_in_a_mix,
)

from audio_ident.core.kinship import relations_of
from audio_ident.core.listeners.audio_digest import AudioDigest as AudioDigestListener
from audio_ident.core.listeners.chromaprint import Chromaprint
from audio_ident.core.listeners.file_digest import FileDigest
from audio_ident.core.listeners.landmarks import LandmarkListener
from audio_ident.model.analysis import Analysis, AudioDigest
from audio_ident.model.audio import Stereo
from audio_ident.model.kinship import Kinship, Relation
from audio_ident.model.segment import Snapshot
from audio_ident.stores.fingerprints.index_memory import MemoryIndex
from audio_ident.stores.fingerprints.index_segments import SegmentIndex

LISTENERS = (AudioDigestListener, Chromaprint, FileDigest, LandmarkListener)
"""Those that tell kinship; the others would take most of the time."""

MOST_WALL_S = 900.0
"""For the variants; the check of pairs and of costs comes on top, with about a minute."""

FIRST_S = 90.0
"""Most pieces are cut: encoding takes most of the time."""

WHOLE_EVERY = 8
"""Of so many pieces one stays whole."""

LEAST_S = 45.0
SPANS_S = (20.0, 40.0)
SIZES = (260, 1000, 4000)
MOST_MS = 100.0
LEAST_RECALL = 0.99
LEAST_CONTAINED = 0.95


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class _Piece:
    """A piece of the library; its sound is decoded whenever it is needed."""

    path: Path
    most_s: float
    analysis: Analysis

    def sound(self) -> Stereo:
        """What the library holds of it."""
        return _sound(self.path, self.most_s)


class _Library:
    """Pieces, heard and indexed."""

    def __init__(self, pieces: Sequence[_Piece]) -> None:
        self.pieces = pieces
        self.by_digest = {piece.analysis.digest: piece.analysis for piece in pieces}
        index = MemoryIndex()
        for analysis in self.by_digest.values():
            index.add(*recording_of(analysis))
        self.snapshot = index.snapshot()

    def relations(self, analysis: Analysis) -> tuple[Relation, ...]:
        """Relations of a new recording to the pieces."""
        return relations_of(self.snapshot, analysis, self.by_digest.get)


def measure(music: Music) -> list[Figure]:
    """Recall of every variant, false merges, and the cost at every size."""
    with TemporaryDirectory() as made:
        folder = Path(made)
        shuffled = np.random.default_rng(5).permutation(len(music.files))
        library = _Library(list(_pieces((music.files[at] for at in shuffled), folder)))
        return [
            *_pairs(library),
            *_found(library, folder),
            *_costs(library, folder),
        ]


def _pieces(paths: Iterable[Path], folder: Path) -> Iterator[_Piece]:
    for number, path in enumerate(paths):
        most_s = 600.0 if number % WHOLE_EVERY == 0 else FIRST_S
        sound = _sound(path, most_s)
        if len(sound) >= LEAST_S * RATE_HZ:
            variant = Variant(edit=as_it_is, suffix="flac")
            analysis = hear(variant.write(folder, sound), LISTENERS)
            yield _Piece(path=path, most_s=most_s, analysis=analysis)


def _sound(path: Path, most_s: float) -> Stereo:
    return decode_stereo(path, RATE_HZ, most_s)[: round(most_s * RATE_HZ)]


def _pairs(library: _Library) -> list[Figure]:
    """Pairs of different pieces that are merged."""
    name_of = {piece.analysis.digest: piece.path.name for piece in library.pieces}
    merged = {
        (relation.first, relation.second)
        for analysis in library.by_digest.values()
        for relation in library.relations(analysis)
        if relation.kinship is Kinship.SAME_RECORDING
    }
    for first, second in sorted(merged):
        print(f"  merged, judge by ear: {name_of[first]} and {name_of[second]}")
    count = len(name_of) * (len(name_of) - 1) // 2
    return [
        Figure(name=f"different pieces merged, of {count}", value=len(merged), unit="pairs", most=0)
    ]


def _found(library: _Library, folder: Path) -> list[Figure]:
    """What becomes of the variants of as many pieces as there is time for."""
    end_s = time.monotonic() + MOST_WALL_S
    related: Counter[str] = Counter()
    pieces = 0
    for number, piece in enumerate(library.pieces):
        if time.monotonic() > end_s:
            break
        others = [library.pieces[number - 1].sound(), library.pieces[number - 2].sound()]
        related.update(_related(library, folder, piece, others))
        pieces += 1
    print(f"  variants of {pieces} pieces")
    return _figures(related, pieces)


def _related(
    library: _Library, folder: Path, piece: _Piece, others: Sequence[Stereo]
) -> Iterator[str]:
    """Name and kinship of every variant that is related to its piece."""
    sound = piece.sound()
    for name, path in _variants(folder, sound, others):
        kinship = _kinship(library.relations(hear(path, LISTENERS)), piece.analysis.digest)
        if kinship is not None:
            yield f"{name}: {kinship}"
        missed = name in VARIANTS and kinship is not Kinship.SAME_RECORDING
        if missed or (name in OTHER_VERSIONS and kinship is Kinship.SAME_RECORDING):
            print(f"  {name} of {piece.path.name}: {kinship}", flush=True)


def _variants(folder: Path, sound: Stereo, others: Sequence[Stereo]) -> Iterator[tuple[str, Path]]:
    """Every variant, one at a time."""
    for name, variant in {**VARIANTS, **AT_OTHER_SPEED}.items():
        yield name, variant.write(folder, sound)
    other = np.resize(others[0], sound.shape)
    for name, blend in OTHER_VERSIONS.items():
        yield name, Variant(edit=as_it_is, suffix="mp3").write(folder, blend(sound, other))
    rng = np.random.default_rng(len(sound))
    for length_s in SPANS_S:
        mix, _ = stretch_in_a_mix(sound, others, length_s, rng)
        encode(folder / "mix.mp3", mix, RATE_HZ, 128_000)
        yield _span_name(length_s), folder / "mix.mp3"


def _span_name(length_s: float) -> str:
    return f"{length_s:g} s in a mix"


def _kinship(relations: Iterable[Relation], digest: AudioDigest) -> Kinship | None:
    found = [r.kinship for r in relations if digest in (r.first, r.second)]
    return found[0] if found else None


def _figures(related: Counter[str], pieces: int) -> list[Figure]:
    def share(name: str, kinship: Kinship) -> float:
        return related[f"{name}: {kinship}"] / max(1, pieces)

    same, contained = Kinship.SAME_RECORDING, Kinship.CONTAINED_IN
    return [
        *(_recall(f"same recording: {name}", share(name, same), LEAST_RECALL) for name in VARIANTS),
        *(_recall(f"same recording: {name}", share(name, same), None) for name in AT_OTHER_SPEED),
        *(
            _recall(f"contained: {name}", share(name, contained) + share(name, same), least)
            for name, least in ((_span_name(length_s), LEAST_CONTAINED) for length_s in SPANS_S)
        ),
        *(
            Figure(name=f"merged: {name}", value=related[f"{name}: {same}"], unit="pairs", most=0)
            for name in OTHER_VERSIONS
        ),
    ]


def _recall(name: str, share: float, least: float | None) -> Figure:
    return Figure(name=name, value=share, unit="share", least=least)


def _costs(library: _Library, folder: Path) -> list[Figure]:
    figures = []
    pieces = [recording_of(analysis)[1] for analysis in library.by_digest.values()]
    for size in SIZES:
        with closing(SegmentIndex(folder / f"index-{size}")) as index:
            for digest, landmarks in generated_tracks(pieces, range(size)):
                index.add(digest, landmarks)
            for analysis in library.by_digest.values():
                index.add(*recording_of(analysis))
            cost_ms = _check_ms(index.snapshot(), library)
        figures.append(
            Figure(
                name=f"{size} tracks: check of a file", value=cost_ms, unit="CPU ms", most=MOST_MS
            )
        )
    return figures


def _check_ms(snapshot: Snapshot, library: _Library) -> float:
    """Median over whole pieces, which are as long as songs are."""
    costs_s = [
        cost_s(lambda analysis=analysis: relations_of(snapshot, analysis, library.by_digest.get))  # type: ignore[misc]
        for analysis in (piece.analysis for piece in library.pieces if piece.most_s > FIRST_S)
    ]
    return 1000 * statistics.median(costs_s)
