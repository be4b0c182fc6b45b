"""How a new recording is related to a known one: several named witnesses, a strict verdict.

A false merge is worse than a miss: `SAME_RECORDING` needs one line that covers most of the
shorter recording, and both witnesses (see `core.alignment`) must hold even in their worst windows.
A karaoke version fails in the windows where the singer is missing, a remix in most windows, a live
version, a cover or another take everywhere. Thresholds were measured on real music, see decision
12.
"""

import dataclasses
from collections.abc import Callable, Iterable, Mapping

import numpy as np

from audio_ident.core.alignment import (
    OWN_SPEED,
    WINDOW_S,
    Course,
    Level,
    Sound,
    Stretch,
    follow,
    stretches_of,
)
from audio_ident.core.candidates import Line, find_lines
from audio_ident.core.listeners.chromaprint import Chromaprint
from audio_ident.core.listeners.landmarks import LandmarkListener
from audio_ident.core.listeners.loudness import Loudness
from audio_ident.model.analysis import Analysis, AudioDigest
from audio_ident.model.kinship import Kinship, Relation, SharedSpan
from audio_ident.model.landmarks import landmarks_of
from audio_ident.model.segment import Snapshot
from audio_ident.units import Ticks, seconds_to_ticks, ticks_to_seconds

VERSION = 3
"""Of everything that decides which relations there are; raised with every change."""

LEAST_SPAN_S = 12.0
"""A shorter stretch is a sample, a jingle or chance."""

LEAST_COVER = 0.85
"""Share of the shorter recording that one line must cover for the same recording."""

MOST_REST_S = 25.0
"""How much longer the longer one of the same recording may be: lead-in, trim at both ends ..."""

MOST_REST_SHARE = 0.15
"""... or this share of it; what is longer contains the shorter one."""

LOW_PERCENTILE = 5
"""The worst windows, of which a few may be a drop-out or an edge."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What the windows of a stretch must show; `low` is the `LOW_PERCENTILE`."""

    mean_chroma: float
    low_chroma: float
    mean_landmarks: float
    low_landmarks: float
    chroma_spread: float = 1.0
    """Greatest distance of the low from the mean: a codec harms all windows alike, a voice that
    is missing harms those where it sings."""
    landmark_spread: float = 1.0
    """The same for landmarks, which tell more clearly: of louder music beneath a quiet voice the
    fingerprint hardly changes."""


EVEN_LANDMARKS = 0.095
"""Codecs and clipping mostly leave 0.02 to 0.09, voices 6 dB below the music 0.107 to 0.265 (one
of 21: 0.07). Pieces with pauses have up to 0.22: see `UNTOUCHED`."""

CLEAR = Bounds(
    mean_chroma=0.92,
    low_chroma=0.91,
    mean_landmarks=0.70,
    low_landmarks=0.54,
    landmark_spread=EVEN_LANDMARKS,
)
"""The same recording at its own speed."""

UNTOUCHED = Bounds(
    mean_chroma=0.97, low_chroma=0.96, mean_landmarks=0.60, low_landmarks=0.50, chroma_spread=0.008
)
"""Pauses have few landmarks, of which a codec moves some, but the fingerprints are as good as equal
from beginning to end. Voices 10 dB below the music: a distance from 0.011."""

EVEN = Bounds(
    mean_chroma=0.88,
    low_chroma=0.85,
    mean_landmarks=0.72,
    low_landmarks=0.54,
    chroma_spread=0.035,
    landmark_spread=EVEN_LANDMARKS,
)
"""After several lossy encoders everything is a little worse, nothing much; karaoke: from 0.045."""

FAINT_CHANGES = Bounds(mean_chroma=0.975, low_chroma=0.957, mean_landmarks=0.77, low_landmarks=0.62)
"""Codecs of low rates move landmarks where music is sparse, and hardly touch the fingerprints.
Voices 6 dB below the music: a low of 0.955 at most; 10 dB below, 3 of 68 pass here."""

SCATTERED_CHANGES = Bounds(
    mean_chroma=0.97, low_chroma=0.938, mean_landmarks=0.85, low_landmarks=0.70
)
"""Where a codec harms some windows, nearly all landmarks are left; a voice takes more of them."""

OVERDRIVEN = Bounds(mean_chroma=0.85, low_chroma=0.80, mean_landmarks=0.55, low_landmarks=0.40)
"""Music that was made so much louder that it clips loses many peaks. It needs a witness of its own:
a version with a voice is not `OVERDRIVEN_LU` louder than the one without."""

OVERDRIVEN_LU = 5.0
"""Least difference of loudness ..."""

OVERDRIVEN_PEAK_DBFS = -0.5
"""... and least peak of the louder recording: it is at full scale."""

DISTORTED = Bounds(mean_chroma=0.86, low_chroma=0.80, mean_landmarks=0.87, low_landmarks=0.83)
"""A recording that clips or was equalised: nearly all peaks are there, the levels are not."""

AT_OTHER_SPEED = Bounds(mean_chroma=0.64, low_chroma=0.58, mean_landmarks=0.74, low_landmarks=0.60)
"""The fingerprints suffer from speed, so the landmarks must say more."""

_SAME = (CLEAR, UNTOUCHED, EVEN, FAINT_CHANGES, SCATTERED_CHANGES, DISTORTED)

SHARED = Bounds(mean_chroma=0.86, low_chroma=0.75, mean_landmarks=0.60, low_landmarks=0.45)
"""A stretch that one recording contains of another, at its own speed ..."""

SHARED_AT_OTHER_SPEED = Bounds(
    mean_chroma=0.64, low_chroma=0.58, mean_landmarks=0.70, low_landmarks=0.50
)
"""... and at another."""

OTHER_VERSION_LANDMARKS = 0.20
"""Where a line goes on beyond its stretches and still shares more than this, the two are versions
of one piece (a karaoke version, a remix of the same stems), and neither contains the other."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Found:
    """What was found between the new recording and one known one."""

    new: Sound
    known: Sound
    stretches: tuple[Stretch, ...]
    """The longest first."""


def sound_of(analysis: Analysis) -> Sound | None:
    """How a recording sounds, None when the analysis has no fingerprint of it."""
    fingerprint = analysis.sections.get(Chromaprint.name)
    if fingerprint is None or LandmarkListener.name not in analysis.sections:
        return None
    return Sound(
        chroma=np.asarray(fingerprint.fields["sub_fingerprints"], np.uint32),
        landmarks=landmarks_of(analysis),
        duration_s=ticks_to_seconds(analysis.facts.duration_ticks),
        level=_level_of(analysis),
    )


def _level_of(analysis: Analysis) -> Level | None:
    section = analysis.sections.get(Loudness.name)
    if section is None:
        return None
    return Level(
        loudness_lufs=float(section.fields["integrated_lufs"]),
        peak_dbfs=float(section.fields["sample_peak_dbfs"]),
    )


def relations_of(
    snapshot: Snapshot,
    analysis: Analysis,
    find_analysis: Callable[[AudioDigest], Analysis | None],
) -> tuple[Relation, ...]:
    """Relations of an analysed recording to those of an index; see `find_relations`.

    `find_analysis` gives the stored analysis of a known recording, None when it is lost.
    """

    def find_sound(digest: AudioDigest) -> Sound | None:
        known = find_analysis(digest)
        return None if known is None else sound_of(known)

    new = sound_of(analysis)
    return () if new is None else find_relations(snapshot, analysis.digest, new, find_sound)


def find_relations(
    snapshot: Snapshot,
    digest: AudioDigest,
    new: Sound,
    find_sound: Callable[[AudioDigest], Sound | None],
) -> tuple[Relation, ...]:
    """Relations of a recording to those of an index, the same recordings first.

    Parameters
    ----------
    snapshot
        The index; the recording itself may be in it and is passed over.
    digest
        Name of the recording.
    new
        How it sounds.
    find_sound
        How a known recording sounds; None when that is not known (any more).
    """
    by_digest: dict[AudioDigest, list[Line]] = {}
    for line in find_lines(snapshot, new.landmarks, digest):
        by_digest.setdefault(line.digest, []).append(line)
    relations: list[Relation] = []
    for other, lines in by_digest.items():
        known = find_sound(other)
        relation = relate(digest, new, other, known, lines) if known else None
        if relation is not None:
            relations.append(relation)
    return tuple(sorted(relations, key=lambda found: found.kinship is not Kinship.SAME_RECORDING))


def relate(
    digest: AudioDigest, new: Sound, other: AudioDigest, known: Sound, lines: Iterable[Line]
) -> Relation | None:
    """How two recordings are related along some lines, None when they are not."""
    courses = [follow(new, known, line) for line in lines]
    candidates = [stretch for course in courses for stretch in stretches_of(course, LEAST_SPAN_S)]
    stretches = _apart(stretch for stretch in candidates if _is_shared(stretch))
    if not stretches:
        return None
    found = _Found(new=new, known=known, stretches=stretches)
    if _spans_both(found):
        longest = dataclasses.replace(found, stretches=stretches[:1])
        is_same = _is_same(stretches[0].course, is_overdriven=_is_overdriven(new, known))
        return _relation(digest, other, longest, Kinship.SAME_RECORDING) if is_same else None
    longest_line = stretches[0].course.line
    if any(_is_other_version(course) for course in courses if course.line == longest_line):
        return None
    return _relation(digest, other, found, Kinship.CONTAINED_IN)


def _apart(stretches: Iterable[Stretch]) -> tuple[Stretch, ...]:
    """The longest stretches of which no two take the same seconds of both recordings."""
    kept: list[Stretch] = []
    for stretch in sorted(stretches, key=lambda s: (-s.length_s, s.start_s)):
        if not any(_overlap(stretch, other) for other in kept):
            kept.append(stretch)
    return tuple(kept)


def _overlap(one: Stretch, other: Stretch) -> bool:
    """Whether most of a stretch is told by another one already, in either recording's time."""
    shared_s = min(one.end_s, other.end_s) - max(one.start_s, other.start_s)
    return shared_s > 0.5 * one.length_s


def _is_shared(stretch: Stretch) -> bool:
    is_own_speed = abs(stretch.course.line.speed - 1) <= OWN_SPEED
    least = SHARED if is_own_speed else SHARED_AT_OTHER_SPEED
    return _is_same(stretch.course, is_overdriven=False) or _holds(stretch.course, least)


def _spans_both(found: _Found) -> bool:
    """Whether one stretch covers most of both recordings."""
    cover_s = _cover_s(found.stretches[0], found)
    shorter_s, longer_s = _lengths_s(found)
    most_rest_s = max(MOST_REST_S, MOST_REST_SHARE * longer_s)
    return cover_s >= LEAST_COVER * shorter_s and longer_s - cover_s <= most_rest_s


def _is_same(course: Course, *, is_overdriven: bool) -> bool:
    if abs(course.line.speed - 1) > OWN_SPEED:
        return _holds(course, AT_OTHER_SPEED)
    bounds = (*_SAME, OVERDRIVEN) if is_overdriven else _SAME
    return any(_holds(course, bound) for bound in bounds)


def _is_overdriven(one: Sound, other: Sound) -> bool:
    """Whether one of two recordings is much louder, and at full scale."""
    if one.level is None or other.level is None:
        return False
    softer, louder = sorted((one.level, other.level), key=lambda level: level.loudness_lufs)
    difference_lu = louder.loudness_lufs - softer.loudness_lufs
    return difference_lu >= OVERDRIVEN_LU and louder.peak_dbfs >= OVERDRIVEN_PEAK_DBFS


def _cover_s(stretch: Stretch, found: _Found) -> float:
    """Seconds of the shorter recording that a stretch covers."""
    is_new_shorter = found.new.duration_s <= found.known.duration_s
    return stretch.length_s * (1.0 if is_new_shorter else stretch.course.line.speed)


def _lengths_s(found: _Found) -> tuple[float, float]:
    shorter_s, longer_s = sorted((found.new.duration_s, found.known.duration_s))
    return shorter_s, longer_s


def _holds(course: Course, bounds: Bounds) -> bool:
    if not len(course.start_s):
        return False
    mean_chroma, mean_landmarks = float(course.chroma.mean()), float(course.landmarks.mean())
    low_chroma = float(np.percentile(course.chroma, LOW_PERCENTILE))
    low_landmarks = float(np.percentile(course.landmarks, LOW_PERCENTILE))
    return (
        mean_chroma >= bounds.mean_chroma
        and low_chroma >= bounds.low_chroma
        and mean_chroma - low_chroma <= bounds.chroma_spread
        and mean_landmarks >= bounds.mean_landmarks
        and low_landmarks >= bounds.low_landmarks
        and mean_landmarks - low_landmarks <= bounds.landmark_spread
    )


def _is_other_version(course: Course) -> bool:
    """Whether the two go on together, but not alike, beyond the stretches of a line."""
    outside = np.ones(len(course.start_s), np.bool_)
    stretches = stretches_of(course, LEAST_SPAN_S)
    for stretch in stretches:
        outside &= (course.start_s + WINDOW_S <= stretch.start_s) | (
            course.start_s >= stretch.end_s
        )
    if not stretches or outside.sum() < 0.15 * len(outside):
        return False
    return float(course.landmarks[outside].mean()) > OTHER_VERSION_LANDMARKS


def _relation(digest: AudioDigest, other: AudioDigest, found: _Found, kinship: Kinship) -> Relation:
    is_new_first = (found.new.duration_s, digest) <= (found.known.duration_s, other)
    spans = sorted(
        (_span(stretch, is_new_first=is_new_first) for stretch in found.stretches),
        key=lambda span: span.first_start_ticks,
    )
    longest = found.stretches[0]
    line = longest.course.line
    speed, offset_s = line.speed, line.offset_s
    if not is_new_first:
        speed, offset_s = 1 / speed, -offset_s / speed
    chroma = np.concatenate([stretch.course.chroma for stretch in found.stretches])
    return Relation(
        first=digest if is_new_first else other,
        second=other if is_new_first else digest,
        kinship=kinship,
        spans=tuple(spans),
        offset_ticks=seconds_to_ticks(offset_s),
        speed=speed,
        agreement=float(chroma.mean()),
        evidence=_evidence(found, line),
        version=VERSION,
    )


def _span(stretch: Stretch, *, is_new_first: bool) -> SharedSpan:
    new = _ticks(stretch.start_s), _ticks(stretch.end_s)
    known = _ticks(stretch.known_s(stretch.start_s)), _ticks(stretch.known_s(stretch.end_s))
    first, second = (new, known) if is_new_first else (known, new)
    return SharedSpan(
        first_start_ticks=first[0],
        first_end_ticks=first[1],
        second_start_ticks=second[0],
        second_end_ticks=second[1],
    )


def _ticks(at_s: float) -> Ticks:
    return seconds_to_ticks(max(0.0, at_s))


def _evidence(found: _Found, line: Line) -> Mapping[str, float]:
    chroma = np.concatenate([stretch.course.chroma for stretch in found.stretches])
    landmarks = np.concatenate([stretch.course.landmarks for stretch in found.stretches])
    shorter_s, longer_s = _lengths_s(found)
    shared_s = sum(_cover_s(stretch, found) for stretch in found.stretches)
    witnesses = {
        "shared_s": shared_s,
        "share_of_shorter": min(1.0, shared_s / max(shorter_s, 1e-9)),
        "share_of_longer": min(1.0, shared_s / max(longer_s, 1e-9)),
        "duration_difference_s": longer_s - shorter_s,
        "fingerprint_mean": float(chroma.mean()),
        "fingerprint_low": float(np.percentile(chroma, LOW_PERCENTILE)),
        "landmarks_mean": float(landmarks.mean()),
        "landmarks_low": float(np.percentile(landmarks, LOW_PERCENTILE)),
        "votes": float(line.votes),
        "windows": float(len(chroma)),
    }
    return {name: round(value, 4) for name, value in witnesses.items()}
