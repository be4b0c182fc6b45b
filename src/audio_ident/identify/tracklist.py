"""Which recordings follow each other in a long one?

The recording is heard in overlapping windows; windows that continue the same recording where the
one before left off are one part of the answer.
"""

import dataclasses
from collections.abc import Iterable, Sequence

import numpy as np

from audio_ident.identify.exact import identify
from audio_ident.model.answer import Answer, Match, Span, Verdict
from audio_ident.model.audio import MONO_RATE_HZ, Mono
from audio_ident.model.segment import Snapshot

WINDOW_S = 10.0
"""Long enough to be sure of a window of noisy radio."""

STEP_S = 5.0
"""Every moment is heard in two windows, so that a change of track inside one is found."""

LONGEST_BREAK_S = 20.0
"""A recording that goes on after at most this much talk or noise is one part with a gap."""

DRIFT_S = 0.6
"""How far a continuation may lie from where the part so far leads to."""

LEAST_GAP_S = 1.0
"""Shorter unmatched stretches inside a part are no gaps."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class _Hit:
    """A match of one window, on the time axis of the whole recording."""

    window_start_s: float
    match: Match

    def query_span(self) -> Span:
        span = self.match.query_span
        return Span(
            start_s=self.window_start_s + span.start_s, end_s=self.window_start_s + span.end_s
        )

    def recording_time_s(self, at_s: float) -> float:
        """Where the recording is when the long one is at `at_s`."""
        return self.match.offset_s + (at_s - self.window_start_s) * self.match.speed_factor


class TracklistFinder:
    """Hears a long recording block by block and answers with its parts in order.

    Memory does not grow with the length: one window is held, and what was found.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._held: Mono = np.zeros(0, np.float32)
        self._held_from = 0
        self._hits: list[_Hit] = []
        self._hypotheses = 0

    def feed(self, block: Mono) -> None:
        """Hear the next samples at 16 kHz, shape `(n,)`."""
        self._held = np.concatenate([self._held, block])
        window, step = round(WINDOW_S * MONO_RATE_HZ), round(STEP_S * MONO_RATE_HZ)
        while len(self._held) >= window:
            self._listen(self._held[:window])
            self._held = self._held[step:]
            self._held_from += step

    def finish(self) -> Answer:
        """The matches in order of time, with their ranges in both and the gaps inside them."""
        if not self._hits or len(self._held) > round(STEP_S * MONO_RATE_HZ):
            self._listen(self._held)
        parts = [_match_of_part(part) for part in _parts(self._hits)]
        return Answer(
            verdict=Verdict.MATCH if parts else Verdict.NO_MATCH,
            matches=tuple(parts),
            clip_duration_s=(self._held_from + len(self._held)) / MONO_RATE_HZ,
            hypotheses_tried=self._hypotheses,
        )

    def _listen(self, window: Mono) -> None:
        answer = identify(self._snapshot, window)
        self._hypotheses = max(self._hypotheses, answer.hypotheses_tried)
        start_s = self._held_from / MONO_RATE_HZ
        known = [hit.match.digest for hit in self._hits[-2:]]
        # Of recordings that tie, the one that is already playing goes on.
        matches = sorted(answer.matches, key=lambda match: match.digest not in known)
        self._hits += [_Hit(window_start_s=start_s, match=match) for match in matches[:1]]


def _parts(hits: Iterable[_Hit]) -> list[list[_Hit]]:
    """Hits that continue each other, in order of their beginning."""
    parts: list[list[_Hit]] = []
    for hit in hits:
        for part in reversed(parts[-3:]):
            if _continues(part[-1], hit):
                part.append(hit)
                break
        else:
            parts.append([hit])
    return parts


def _continues(earlier: _Hit, later: _Hit) -> bool:
    if earlier.match.digest != later.match.digest:
        return False
    at_s = later.query_span().start_s
    if at_s - earlier.query_span().end_s > LONGEST_BREAK_S:
        return False
    return abs(later.recording_time_s(at_s) - earlier.recording_time_s(at_s)) <= DRIFT_S


def _match_of_part(part: Sequence[_Hit]) -> Match:
    """One match for hits that continue each other."""
    spans = [hit.query_span() for hit in part]
    span = Span(start_s=spans[0].start_s, end_s=max(s.end_s for s in spans))
    gaps = (*_gaps_between(spans), *_gaps_inside(part, spans))
    matched_s = span.end_s - span.start_s - sum(gap.end_s - gap.start_s for gap in gaps)
    best = max((hit.match for hit in part), key=lambda match: match.confidence)
    return dataclasses.replace(
        best,
        offset_s=part[0].recording_time_s(0.0),
        query_span=span,
        recording_span=Span(
            start_s=part[0].recording_time_s(span.start_s),
            end_s=part[-1].recording_time_s(span.end_s),
        ),
        gaps=tuple(sorted(gaps, key=lambda gap: gap.start_s)),
        coverage=matched_s / max(span.end_s - span.start_s, 1e-9),
        aligned_landmarks=sum(hit.match.aligned_landmarks for hit in part),
        expected_by_chance=sum(hit.match.expected_by_chance for hit in part),
        score=max(hit.match.score for hit in part),
    )


def _gaps_between(spans: Sequence[Span]) -> list[Span]:
    """Stretches that no window of the part matched."""
    gaps = []
    end_s = spans[0].end_s
    for span in spans[1:]:
        if span.start_s - end_s >= LEAST_GAP_S:
            gaps.append(Span(start_s=end_s, end_s=span.start_s))
        end_s = max(end_s, span.end_s)
    return gaps


def _gaps_inside(part: Sequence[_Hit], spans: Sequence[Span]) -> list[Span]:
    """Gaps inside a window that no other window of the part filled."""
    gaps = []
    for hit, own in zip(part, spans, strict=True):
        for gap in hit.match.gaps:
            start_s, end_s = hit.window_start_s + gap.start_s, hit.window_start_s + gap.end_s
            overlapping = [
                s for s in spans if s is not own and s.start_s < end_s and s.end_s > start_s
            ]
            if not overlapping:
                gaps.append(Span(start_s=start_s, end_s=end_s))
    return gaps
