"""Which part of the clip a place explains, and by how many landmarks."""

import numpy as np
import numpy.typing as npt

from audio_ident.core.hunt import Heard
from audio_ident.core.layout import first_frames_of
from audio_ident.core.spectrum import CLIP_FRAMES_PER_FRAME, FRAMES_PER_SECOND
from audio_ident.core.witness import CLIP_FRAMES_PER_SECOND, stored_under
from audio_ident.model.answer import Match, Span
from audio_ident.model.segment import Snapshot

STRIPE_S = 0.5
"""Resolution of spans and gaps."""

LEAST_SHARE = 0.35
"""A stripe belongs to the match if its landmarks speak at least this much as loudly as those of
the better part of the clip."""

LEAST_GAP_S = 1.0
"""Shorter silences of the evidence are no gaps: a bar of drums, a cough."""


def match_of(
    snapshot: Snapshot, heard: Heard, place: np.void, confidence: float, score: float
) -> Match:
    """A place in the words of the answer.

    Parameters
    ----------
    confidence
        Calibrated, 0..1.
    score
        What it was calibrated from, in natural-log units.
    """
    segment = snapshot.segments[int(place["segment"])]
    recording, guess = int(place["recording"]), place["guess"]
    start = int(first_frames_of(segment)[recording]) * CLIP_FRAMES_PER_FRAME
    offset_s = (int(guess["place"]) - start) / CLIP_FRAMES_PER_SECOND
    speed = float(guess["time_scale"])
    evidence, duration_s = heard.evidence, heard.clip.duration_s
    under = stored_under(segment, place, len(evidence))
    found = evidence[under.frame, under.bin]
    matched = _matched_stripes(under.frame / CLIP_FRAMES_PER_SECOND, found, duration_s)
    query_span, gaps = _spans(matched, duration_s)
    length_s = int(guess["end"] - guess["first"]) / FRAMES_PER_SECOND
    query_span = _inside(query_span, offset_s, speed, length_s)
    return Match(
        digest=segment.digests[recording],
        confidence=confidence,
        offset_s=offset_s,
        query_span=query_span,
        recording_span=Span(
            start_s=offset_s + query_span.start_s * speed,
            end_s=offset_s + query_span.end_s * speed,
        ),
        gaps=gaps,
        coverage=float(matched.mean()),
        speed_factor=speed,
        pitch_factor=float(guess["pitch_scale"]),
        aligned_landmarks=int((found > 0).sum()),
        expected_by_chance=float((evidence > 0).mean(axis=0)[under.bin].sum()),
        score=score,
    )


def _inside(span: Span, offset_s: float, speed: float, length_s: float) -> Span:
    """The part of the span of a clip during which the recording plays at all."""
    start_s = min(max(span.start_s, -offset_s / speed), span.end_s)
    end_s = max(min(span.end_s, (length_s - offset_s) / speed), start_s)
    return Span(start_s=start_s, end_s=end_s)


def _matched_stripes(
    at_s: npt.NDArray[np.float64], found: npt.NDArray[np.float32], duration_s: float
) -> npt.NDArray[np.bool_]:
    """For each stripe of the clip, whether the place explains it; a stripe hears its neighbours."""
    count = max(1, round(duration_s / STRIPE_S))
    stripe = np.minimum((at_s / STRIPE_S).astype(np.int64), count - 1)
    total = np.convolve(np.bincount(stripe, weights=found, minlength=count), np.ones(3), "same")
    peaks = np.convolve(np.bincount(stripe, minlength=count), np.ones(3), "same")
    mean = total / np.maximum(peaks, 1)
    matched: npt.NDArray[np.bool_] = mean > LEAST_SHARE * max(float(np.quantile(mean, 0.7)), 1e-9)
    return matched if matched.any() else np.ones(count, np.bool_)


def _spans(matched: npt.NDArray[np.bool_], duration_s: float) -> tuple[Span, tuple[Span, ...]]:
    """From the first to the last matched stripe, and the long gaps between."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], matched.astype(np.int8), [0]])))
    starts, ends = edges[::2] * STRIPE_S, np.minimum(edges[1::2] * STRIPE_S, duration_s)
    ends[-1] = duration_s if matched[-1] else ends[-1]
    gaps = tuple(
        Span(start_s=float(end), end_s=float(start))
        for end, start in zip(ends[:-1], starts[1:], strict=True)
        if start - end >= LEAST_GAP_S
    )
    return Span(start_s=float(starts[0]), end_s=float(ends[-1])), gaps
