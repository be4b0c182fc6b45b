"""What is this clip?

The clip is looked for at its own speed; only when that gives no sure answer, at other speeds. The
decision knows how much was tried: places found by trying many speeds need stronger evidence.
"""

import dataclasses

import numpy as np

from audio_ident.core.clip import listen_to_clip
from audio_ident.core.confidence import OTHER_SPEED, OWN_SPEED, Calibration, confidence_of
from audio_ident.core.explain import match_of
from audio_ident.core.hunt import (
    HYPOTHESES,
    Heard,
    heard,
    hunt_other_speeds,
    hunt_plain,
    polish,
)
from audio_ident.core.places import Places
from audio_ident.core.witness import witnesses
from audio_ident.model.answer import Answer, Match, Verdict
from audio_ident.model.audio import MONO_RATE_HZ, Mono
from audio_ident.model.segment import Snapshot
from audio_ident.units import amplitude_to_dbfs

SHORTEST_CLIP_S = 1.5
"""Shorter clips hold too few landmarks to tell a match from chance."""

LONGEST_CLIP_S = 30.0
"""What lies beyond is not heard; long recordings are for the tracklist."""

SILENT_BELOW_DBFS = -75.0
"""A clip whose loudest sample stays below is silence: no microphone hears music so softly."""

TIE_SHARE = 0.9
"""A recording that scores this share of the best one explains the clip as well."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Finding:
    """A place with what it weighs."""

    place: np.void
    log_odds: float
    confidence: float


def identify(snapshot: Snapshot, samples: Mono) -> Answer:
    """Name a clip.

    Parameters
    ----------
    snapshot
        The index to look in.
    samples
        The clip at 16 kHz, shape `(n,)`; the first `LONGEST_CLIP_S` are heard.

    Returns
    -------
    Answer
        `MATCH` with one match, `AMBIGUOUS` with several, otherwise none.
    """
    samples = samples[: round(LONGEST_CLIP_S * MONO_RATE_HZ)]
    duration_s = len(samples) / MONO_RATE_HZ
    if duration_s < SHORTEST_CLIP_S:
        return _nothing(Verdict.TOO_SHORT, duration_s, hypotheses=0)
    if amplitude_to_dbfs(float(np.abs(samples).max())) < SILENT_BELOW_DBFS:
        return _nothing(Verdict.SILENCE, duration_s, hypotheses=0)
    clip = heard(listen_to_clip(samples))
    matches = _explained(snapshot, clip, hunt_plain(snapshot, clip), OWN_SPEED)
    hypotheses = 1
    if not matches:
        matches = _explained(snapshot, clip, hunt_other_speeds(snapshot, clip), OTHER_SPEED)
        hypotheses = HYPOTHESES
    if not matches:
        return _nothing(Verdict.NO_MATCH, duration_s, hypotheses=hypotheses)
    return Answer(
        verdict=Verdict.MATCH if len(matches) == 1 else Verdict.AMBIGUOUS,
        matches=matches,
        clip_duration_s=duration_s,
        hypotheses_tried=hypotheses,
    )


def _nothing(verdict: Verdict, duration_s: float, *, hypotheses: int) -> Answer:
    return Answer(
        verdict=verdict, matches=(), clip_duration_s=duration_s, hypotheses_tried=hypotheses
    )


def _explained(
    snapshot: Snapshot, clip: Heard, finalists: Places, calibration: Calibration
) -> tuple[Match, ...]:
    """The accepted recordings, best first: one, or those that tie."""
    best_of_each = _best_of_each_recording(finalists)
    if not len(best_of_each):
        return ()
    least = TIE_SHARE * float(best_of_each[0]["score"])
    rivals = [place for place in best_of_each if place["score"] >= least]
    findings = [_weighed(snapshot, clip, place, calibration) for place in rivals]
    accepted = [found for found in findings if found.confidence >= calibration.accepted]
    return tuple(_match(snapshot, clip, finding) for finding in accepted)


def _match(snapshot: Snapshot, clip: Heard, finding: _Finding) -> Match:
    polished = polish(snapshot, clip, np.array([finding.place]))[0]
    return match_of(snapshot, clip, polished, finding.confidence, finding.log_odds)


def _best_of_each_recording(places: Places) -> Places:
    """The first place of each recording; the order is kept."""
    _, first = np.unique(places[["segment", "recording"]], return_index=True)
    return places[np.sort(first)]


def _weighed(snapshot: Snapshot, clip: Heard, place: np.void, calibration: Calibration) -> _Finding:
    log_odds = calibration.log_odds(witnesses(snapshot, clip.clip, clip.evidence, place))
    return _Finding(place=place, log_odds=log_odds, confidence=confidence_of(log_odds))
