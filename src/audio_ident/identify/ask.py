"""What a query worker does: decode a clip once, look it up in the index, say how it sounds.

It runs in a process of its own, next to hostile bytes, and knows no rows: it answers with digests
and with what describes the sound.
"""

import dataclasses
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from audio_ident.core.layout import LAYOUT
from audio_ident.engines.protocols import DecodeLimits, Decoder
from audio_ident.errors import AudioTooShort, FileUnreadable, IndexCorrupt, StoreProblem
from audio_ident.identify.exact import LONGEST_CLIP_S, identify
from audio_ident.identify.tracklist import TracklistFinder
from audio_ident.identify.vibe.clip_sound import ClipSound, HeldModel, sound_of_clip
from audio_ident.model.analysis import AudioDigest
from audio_ident.model.answer import Answer, Span
from audio_ident.model.audio import MONO_RATE_HZ, STEREO_RATE_HZ, Feed, Mono
from audio_ident.model.segment import Snapshot
from audio_ident.model.vectors import Vectors
from audio_ident.stores.fingerprints.protocol import FingerprintReader

SHORTEST_QUERY_S = 3.0
"""Shorter clips are refused by the service; `identify` on the command line takes half of that."""

FRAME_S = 0.12
"""Longest frame of any codec of recorders (Opus); encoders and cutters are out by one at most."""

LEAST_SHARE_OF_OWN = 0.25
"""A clip of a file of the library is as clean as can be: where its own recording is left out,
others need this share of the evidence that it shows for itself. Chance stays below a tenth."""

REPORT_EVERY_S = 30.0
"""Seconds of a recording between two reports of progress."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class QueryTools:
    """What a query worker keeps from call to call."""

    decoder: Decoder
    limits: DecodeLimits
    index: FingerprintReader
    report: Callable[[Any], None]
    models: HeldModel


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a worker is asked."""

    path: Path
    span: Span | None = None
    """Stretch of the file to listen to; None for all of it, or for as much as a clip may be."""
    own: AudioDigest | None = None
    """The recording that the question is taken from, which is no answer to it."""
    is_described: bool = False
    """Whether it is to be told how the clip sounds."""
    model: str | None = None
    """Name of the model that hears it besides; None for none."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """Which recordings a worker has heard."""

    answer: Answer
    own_answer: Answer | None
    """Where the question lies in the recording it is taken from, for its other copies."""
    generation: int
    """Of the index; 0 when there is none."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HeardClip:
    """What a worker answers about a clip."""

    clip_s: float
    """How much was listened to."""
    is_truncated: bool
    exact: Heard | StoreProblem
    """The recordings, or why the index cannot be asked."""
    sound: ClipSound | None = None
    """None when it was not asked for, or is not known yet."""

    @property
    def recordings(self) -> frozenset[AudioDigest]:
        """What was recognised; nothing where the index cannot be asked."""
        if isinstance(self.exact, StoreProblem):
            return frozenset()
        return frozenset(match.digest for match in self.exact.answer.matches)


def ask_about_clip(tools: QueryTools, question: Question) -> HeardClip:
    """Name a clip, or a stretch of a file, and say how it sounds; the name is reported first.

    Raises
    ------
    FileProblem
        The clip cannot be listened to.
    """
    clip = _clip(tools, question)
    heard = HeardClip(
        clip_s=len(clip.samples) / MONO_RATE_HZ,
        is_truncated=clip.is_truncated,
        exact=_exact(tools, clip.samples, question),
    )
    if not question.is_described:
        return heard
    tools.report(heard)
    sound = sound_of_clip(clip.samples, clip.for_model, tools.models, question.model)
    return dataclasses.replace(heard, sound=sound)


def embed_sentence(tools: QueryTools, model: str, text: str) -> Vectors:
    """The place of a sentence in the space of a model; raises `ModelMissing`, `ModelInvalid`."""
    return tools.models.get(model).embed_text(text)


def _exact(tools: QueryTools, samples: Mono, question: Question) -> Heard | StoreProblem:
    """What is never told as "no match" when the index cannot be asked."""
    try:
        snapshot = usable_snapshot(tools.index)
        answer, own_answer = _answers(snapshot, samples, question.own)
    except StoreProblem as problem:
        return problem
    return Heard(answer=answer, own_answer=own_answer, generation=snapshot.generation)


def _answers(
    snapshot: Snapshot, samples: Mono, own: AudioDigest | None
) -> tuple[Answer, Answer | None]:
    """What else is heard in a clip, and where it lies in its own recording, if it has one."""
    if own is None:
        return identify(snapshot, samples), None
    own_answer = identify(_only(snapshot, own), samples)
    least = max((LEAST_SHARE_OF_OWN * match.score for match in own_answer.matches), default=0.0)
    answer = identify(_without(snapshot, own), samples)
    matches = tuple(match for match in answer.matches if match.score >= least)
    return dataclasses.replace(answer, matches=matches), own_answer


def ask_about_recording(tools: QueryTools, question: Question) -> Heard:
    """Every recording that is heard in a long one, in order; reports the share heard so far."""
    snapshot = usable_snapshot(tools.index)
    own = question.own
    finder = TracklistFinder(snapshot if own is None else _without(snapshot, own))
    span = question.span or Span(start_s=0.0, end_s=tools.limits.max_seconds)
    window = _Window(span, finder.feed)
    limits = tools.limits
    if question.span is not None:
        limits = dataclasses.replace(limits, first_s=span.end_s)
    with _opened(question.path) as file:

        def share() -> float:
            if question.span is not None:
                return window.at_s / span.end_s
            # the name may be gone by now: whoever cancels removes the upload
            return file.tell() / max(1, os.fstat(file.fileno()).st_size)

        hear = _reporting(window, share, tools.report)
        tools.decoder.listen(file, {Feed.MONO_16K: hear}, limits)
    return Heard(
        answer=finder.finish(),
        own_answer=None,
        generation=snapshot.generation,
    )


def _reporting(
    window: "_Window", share: Callable[[], float], report: Callable[[float], None]
) -> Callable[[Mono], None]:
    """Feed a window, and tell from time to time how much was heard."""
    reported_s = 0.0

    def hear(block: Mono) -> None:
        nonlocal reported_s
        window.feed(block)
        if window.at_s - reported_s >= REPORT_EVERY_S:
            reported_s = window.at_s
            report(min(1.0, share()))

    return hear


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    try:
        file = path.open("rb")
    except OSError as error:
        raise FileUnreadable(f"cannot be opened: {error.strerror or error}") from error
    with file:
        yield file


def usable_snapshot(index: FingerprintReader) -> Snapshot:
    """The newest generation; raises `IndexCorrupt` when this version cannot read it."""
    snapshot = index.snapshot()
    if any(segment.parameters.get("layout") != LAYOUT for segment in snapshot.segments):
        raise IndexCorrupt("the fingerprint index was made by another version")
    return snapshot


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Clip:
    """What was decoded, once for all lanes."""

    samples: Mono
    for_model: Mono | None
    """The same at the rate of models, if one is to hear it."""
    is_truncated: bool


def _clip(tools: QueryTools, question: Question) -> _Clip:
    start_s = 0.0 if question.span is None else question.span.start_s
    end_s = start_s + LONGEST_CLIP_S
    if question.span is not None:
        end_s = min(end_s, question.span.end_s)
    # A little more than is used, to know whether there is more.
    span = Span(start_s=start_s, end_s=end_s + 2 * FRAME_S)
    parts: dict[Feed, list[Mono]] = {Feed.MONO_16K: []}
    windows = {Feed.MONO_16K: _Window(span, parts[Feed.MONO_16K].append)}
    if question.model is not None:
        parts[Feed.STEREO_48K] = []
        exact = Span(start_s=start_s, end_s=end_s)
        windows[Feed.STEREO_48K] = _Window(exact, parts[Feed.STEREO_48K].append, STEREO_RATE_HZ)
    limits = dataclasses.replace(tools.limits, first_s=span.end_s)
    sinks = {feed: window.feed for feed, window in windows.items()}
    tools.decoder.listen(question.path, sinks, limits)
    samples = _joined(parts[Feed.MONO_16K])
    heard_s = len(samples) / MONO_RATE_HZ
    if heard_s < SHORTEST_QUERY_S - FRAME_S:
        raise AudioTooShort(f"{heard_s:.2f} s of audio, fewer than {SHORTEST_QUERY_S:g} s")
    return _Clip(
        samples=samples[: round((end_s - start_s) * MONO_RATE_HZ)],
        for_model=_joined([block.mean(axis=1) for block in parts[Feed.STEREO_48K]])
        if question.model is not None
        else None,
        is_truncated=question.span is None and heard_s > LONGEST_CLIP_S + FRAME_S,
    )


def _joined(blocks: Sequence[Mono]) -> Mono:
    return np.concatenate(blocks) if blocks else np.zeros(0, np.float32)


class _Window:
    """Lets through the stretch of a recording that lies in a span."""

    def __init__(
        self, span: Span, sink: Callable[[Mono], None], rate_hz: int = MONO_RATE_HZ
    ) -> None:
        self._rate_hz = rate_hz
        self._first = round(span.start_s * rate_hz)
        self._end = round(span.end_s * rate_hz)
        self._at = 0
        self._sink = sink

    @property
    def at_s(self) -> float:
        """How far the recording was heard."""
        return self._at / self._rate_hz

    def feed(self, block: Mono) -> None:
        """Take the next samples."""
        chosen = block[max(0, self._first - self._at) : max(0, self._end - self._at)]
        self._at += len(block)
        if len(chosen):
            self._sink(chosen)


def _without(snapshot: Snapshot, digest: AudioDigest) -> Snapshot:
    return _restricted(snapshot, lambda held: held != digest)


def _only(snapshot: Snapshot, digest: AudioDigest) -> Snapshot:
    return _restricted(snapshot, lambda held: held == digest)


def _restricted(snapshot: Snapshot, is_wanted: Callable[[AudioDigest], bool]) -> Snapshot:
    """The index as if it held only the recordings that are wanted."""
    wanted = (
        np.fromiter(map(is_wanted, segment.digests), np.bool_, len(segment.digests))
        for segment in snapshot.segments
    )
    alive = tuple(rows & own for rows, own in zip(snapshot.alive, wanted, strict=True))
    return dataclasses.replace(snapshot, alive=alive)
