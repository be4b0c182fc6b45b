"""Where in the library could this clip come from? At its own speed first, then at others.

Each step narrows: votes propose many places, stored peaks judge them, the best few are varied in
small steps until they fit best.
"""

import dataclasses

import numpy as np

from audio_ident.core.clip import Clip, Evidence, evidence_of
from audio_ident.core.hashes import ClipPairs, lookup_of_pairs, pairs_of_clip
from audio_ident.core.places import (
    Deviations,
    Effort,
    Places,
    distinct,
    judge,
    merged,
    propose,
)
from audio_ident.model.segment import Snapshot

PLAIN_EFFORT = Effort(most_places=400, most_hits=400_000)
"""At the clip's own speed. 400 places hold the true one in 98 % of the hardest clips."""

OTHER_EFFORT = Effort(most_places=80, most_hits=120_000)
"""For each other pitch: there are eight, and together they may cost three times the plain hunt."""

PITCH_SCALES = (0.95, 0.97, 0.98, 0.99, 1.01, 1.02, 1.03, 1.05)
"""Other pitches that are tried; what lies between, up to 1 % away, still shares enough hashes."""

TEMPO_FACTORS = (0.95, 0.97, 0.99, 1.01, 1.03, 1.05)
"""Other tempi that are tried at the pitch of the recording."""

HYPOTHESES = 1 + len(TEMPO_FACTORS) + 2 * len(PITCH_SCALES)
"""Combinations of tempo and pitch that are tried in all: each pitch with and without its tempo."""

FINALISTS = 6
"""Places that are looked at closely; the second best recording is among them."""

APART_CLIP_FRAMES = 16
"""Places closer than this, 0.26 s, are one place."""

_COARSE = Deviations(place_clip_frames=(-2, 0, 2, 4))
_STILL = Deviations(place_clip_frames=(-3, -2, -1, 0, 1, 2, 3))
_FINE = Deviations(
    place_clip_frames=(-2, -1, 0, 1, 2),
    time_factors=(0.995, 1.0, 1.005),
    pitch_factors=(0.995, 1.0, 1.005),
)
_WIDE = Deviations(
    place_clip_frames=(-2, 0, 2),
    time_factors=(0.96, 0.97, 0.98, 0.99, 1.0, 1.01, 1.02, 1.03, 1.04),
    pivots=(0.0, 0.5, 1.0),
)
_FINER = Deviations(
    place_clip_frames=(-1, 0, 1),
    time_factors=(0.9975, 0.99875, 1.0, 1.00125, 1.0025),
    pitch_factors=(0.9975, 1.0, 1.0025),
    pivots=(0.0, 0.5),
)


OWN_SPEED_SHARE = 0.97
"""A place that scores this share of the best speed's at the recording's own speed is there."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Heard:
    """A clip, ready to be looked for."""

    clip: Clip
    evidence: Evidence
    pairs: ClipPairs


def heard(clip: Clip) -> Heard:
    """Prepare a clip for the hunt."""
    return Heard(clip=clip, evidence=evidence_of(clip), pairs=pairs_of_clip(clip))


def hunt_plain(snapshot: Snapshot, clip: Heard) -> Places:
    """The best places at the clip's own speed, best first, shape `(at most FINALISTS,)`."""
    proposed = propose(snapshot, lookup_of_pairs(clip.pairs), PLAIN_EFFORT)
    judged = judge(snapshot, clip.evidence, proposed, _COARSE)
    finalists = distinct(judged, FINALISTS, APART_CLIP_FRAMES)
    return distinct(judge(snapshot, clip.evidence, finalists, _FINE), FINALISTS, APART_CLIP_FRAMES)


def hunt_other_speeds(snapshot: Snapshot, clip: Heard) -> Places:
    """The best places at other speeds, tempi and pitches, best first, `(at most FINALISTS,)`."""
    groups = [_at_other_tempi(snapshot, clip)]
    groups += [_at_pitch(snapshot, clip, pitch_scale) for pitch_scale in PITCH_SCALES]
    finalists = distinct(merged(groups), FINALISTS, 2 * APART_CLIP_FRAMES)
    for deviations in (_FINE, _FINE, _FINER):
        finalists = judge(snapshot, clip.evidence, finalists, deviations)
    return distinct(finalists, FINALISTS, APART_CLIP_FRAMES)


def _at_other_tempi(snapshot: Snapshot, clip: Heard) -> Places:
    proposed = propose(snapshot, lookup_of_pairs(clip.pairs), OTHER_EFFORT)
    tempi = Deviations(
        place_clip_frames=(-2, 1, 4), time_factors=TEMPO_FACTORS, pivots=(0.15, 0.5, 0.85)
    )
    return judge(snapshot, clip.evidence, proposed, tempi)


def _at_pitch(snapshot: Snapshot, clip: Heard, pitch_scale: float) -> Places:
    lookup = lookup_of_pairs(clip.pairs, pitch_scale)
    proposed = propose(snapshot, lookup, OTHER_EFFORT, pitch_scale=pitch_scale)
    both = Deviations(
        place_clip_frames=(-2, 1, 4), time_factors=(1.0, pitch_scale), pivots=(0.1, 0.5, 0.9)
    )
    return judge(snapshot, clip.evidence, proposed, both)


def polish(snapshot: Snapshot, clip: Heard, places: Places) -> Places:
    """The same places with the speed and pitch that fit best, for the answer; shape as `places`."""
    fitted = places
    for deviations in (_WIDE, _FINE, _FINER):
        fitted = judge(snapshot, clip.evidence, fitted, deviations)
    own = places.copy()
    own["guess"]["time_scale"] = own["guess"]["pitch_scale"] = 1.0
    own = judge(snapshot, clip.evidence, own, _STILL)
    polished: Places = np.where(own["score"] >= OWN_SPEED_SHARE * fitted["score"], own, fitted)
    return polished
