"""Asks the library about degraded clips of its own tracks, and about clips it cannot know.

Reads only. For the foreign clips a track is hidden from the index. *Held out*: a clip of it, which
is real music that the rest of the library does not have - unless another file holds the same
recording, so that names given here are shown for a look. *Backwards*: the clip from its end, which
is no real music but in no library; hidden as well, because steady tones sound alike both ways.
"""

import dataclasses
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import numpy as np

from audio_ident.core.degrade import backwards, clean
from audio_ident.engines.clip import decode_clip
from audio_ident.engines.protocols import DecodeLimits, Decoder, Source
from audio_ident.errors import BadInput, FileProblem
from audio_ident.identify.exact import identify
from audio_ident.identify.naming import TracksAt
from audio_ident.identify.selftest.clips import (
    PIECE_S,
    Piece,
    choose_place_s,
    choose_tracks,
    is_audible,
)
from audio_ident.identify.selftest.conditions import (
    CLIP_LENGTHS_S,
    CONDITIONS,
    FOREIGN_CLIP_S,
    degraded,
)
from audio_ident.identify.selftest.report import Asked, Kind, report_of
from audio_ident.model.analysis import AudioDigest
from audio_ident.model.audio import MONO_RATE_HZ, Feed, Mono
from audio_ident.model.library import Track
from audio_ident.model.segment import Snapshot
from audio_ident.model.selftest import SelfTestOptions, SelfTestReport
from audio_ident.stores.fingerprints.protocol import FingerprintReader
from audio_ident.units import seconds_to_ticks

PLACES_TRIED = 4
"""Of a track; after that many inaudible places it is left out."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SelfTestTools:
    """Everything that a self-test works with."""

    decoder: Decoder
    limits: DecodeLimits
    index: FingerprintReader
    tracks: Callable[[], Iterable[Track]]
    tracks_at: TracksAt
    monotonic_s: Callable[[], float]


def run_selftest(
    options: SelfTestOptions,
    on_progress: Callable[[int, int], None],
    *,
    tools: SelfTestTools,
) -> SelfTestReport:
    """Test a library.

    Raises
    ------
    BadInput
        The library holds no track that is long enough.
    """
    chosen = choose_tracks(tools.tracks(), options.tracks, np.random.default_rng(options.seed))
    if not chosen:
        raise BadInput("the library holds no track of 20 s or more that is on disk")
    snapshot = tools.index.snapshot()
    asked: list[Asked] = []
    skipped = 0
    for number, track in enumerate(chosen):
        on_progress(number, len(chosen))
        rng = np.random.default_rng((options.seed, number))
        piece = _find_piece(track, tools, rng)
        if piece is None:
            skipped += 1
            continue
        asked += _ask_about_own(piece, snapshot, tools, rng)
        asked += _ask_about_foreign(piece, snapshot, tools, rng)
    on_progress(len(chosen), len(chosen))
    return report_of(options.seed, len(chosen) - skipped, skipped, asked)


def _find_piece(track: Track, tools: SelfTestTools, rng: np.random.Generator) -> Piece | None:
    for _ in range(PLACES_TRIED):
        start_s = choose_place_s(track, rng)
        limits = dataclasses.replace(tools.limits, first_s=start_s + PIECE_S)
        try:
            sound = _tail(tools, track, start_s, limits)
        except FileProblem:
            return None
        if is_audible(sound):
            return Piece(track=track, start_s=start_s, sound=sound)
    return None


def _ask_about_own(
    piece: Piece, snapshot: Snapshot, tools: SelfTestTools, rng: np.random.Generator
) -> Iterator[Asked]:
    def decode(source: Source) -> Mono:
        return decode_clip(tools.decoder, source, tools.limits)

    for condition in CONDITIONS:
        for length_s in CLIP_LENGTHS_S:
            clip = degraded(piece.clip(length_s), condition, rng, decode)
            kind = Kind(name=condition.name, clip_s=length_s)
            yield _asked(kind, clip, piece, snapshot, tools)


def _ask_about_foreign(
    piece: Piece, snapshot: Snapshot, tools: SelfTestTools, rng: np.random.Generator
) -> Iterator[Asked]:
    clip = piece.clip(FOREIGN_CLIP_S)
    without = _hidden(snapshot, piece.track.digest)
    for name, degradation in (("held out", clean), ("backwards", backwards)):
        kind = Kind(name=name, clip_s=FOREIGN_CLIP_S, is_foreign=True)
        yield _asked(kind, degradation(clip, MONO_RATE_HZ, rng), piece, without, tools)


def _asked(kind: Kind, clip: Mono, piece: Piece, snapshot: Snapshot, tools: SelfTestTools) -> Asked:
    started_s = tools.monotonic_s()
    answer = identify(snapshot, clip)
    elapsed_s = tools.monotonic_s() - started_s
    own = [match for match in answer.matches if match.digest == piece.track.digest]
    others = [match for match in answer.matches if match.digest != piece.track.digest]
    named = None
    if others and not own:
        at_ticks = seconds_to_ticks(max(others[0].offset_s, 0.0))
        named = next((t.path for t in tools.tracks_at(others[0].digest, at_ticks)), None)
    return Asked(
        kind=kind,
        origin=piece.track.path,
        is_named=bool(answer.matches),
        offset_error_s=min((abs(m.offset_s - piece.start_s) for m in own), default=None),
        named_instead=named,
        elapsed_s=elapsed_s,
    )


def _hidden(snapshot: Snapshot, digest: AudioDigest) -> Snapshot:
    """The index as if it had never heard of a recording."""
    alive = tuple(
        rows & np.array([name != digest for name in segment.digests], np.bool_)
        for segment, rows in zip(snapshot.segments, snapshot.alive, strict=True)
    )
    return dataclasses.replace(snapshot, alive=alive)


def _tail(tools: SelfTestTools, track: Track, start_s: float, limits: DecodeLimits) -> Mono:
    """The piece that begins at a time; only its own samples are kept."""
    first = round(start_s * MONO_RATE_HZ)
    kept: list[Mono] = []
    heard = 0

    def keep(block: Mono) -> None:
        nonlocal heard
        if heard + len(block) > first:
            kept.append(block[max(0, first - heard) :])
        heard += len(block)

    tools.decoder.listen(Path(track.path), {Feed.MONO_16K: keep}, limits)
    sound = np.concatenate(kept) if kept else np.zeros(0, np.float32)
    return sound[: round(PIECE_S * MONO_RATE_HZ)]
