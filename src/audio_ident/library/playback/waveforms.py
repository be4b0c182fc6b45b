"""Reads a stretch of the waveform of a track, at the scale that is wanted."""

import dataclasses
from collections.abc import Callable
from typing import Protocol

import numpy as np

from audio_ident.core.waveform import (
    LEVELS,
    POINTS_PER_POINT,
    Points,
    first_point_samples,
    level_name,
    points_between,
)
from audio_ident.errors import NotFound
from audio_ident.model.analysis import AudioDigest, Section
from audio_ident.model.library import TrackId
from audio_ident.model.playback import StoredTrack, WaveformWish
from audio_ident.stores.sql.unit_of_work import Catalogue
from audio_ident.units import Ticks, seconds_to_ticks, ticks_to_samples

SECTION, FIRST_POINT = "waveform", "first_point_samples"
"""Where an analysis has it."""


class FieldReader(Protocol):
    """Reads fields of the answer of one listener out of an analysis."""

    def get_fields(
        self, digest: AudioDigest, name: str, is_wanted: Callable[[str], bool]
    ) -> Section:
        """Read them back; raises `ArtefactMissing` or `ArtefactCorrupt`."""
        ...


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Waveform:
    """Some points of the waveform of a track."""

    level: int
    samples_per_point: int
    rate_hz: int
    offset_samples: int
    """Where the first point begins, from the start of the track; negative if before it."""
    points_of_track: int
    """How many the whole track has at this level."""
    points: Points
    version: str
    """Equal versions are equal points."""


class Waveforms:
    """Waveforms of the tracks of a library."""

    def __init__(self, catalogue: Catalogue, artefacts: FieldReader) -> None:
        self._catalogue = catalogue
        self._artefacts = artefacts

    def get(self, track_id: TrackId, wish: WaveformWish) -> Waveform:
        """A stretch of the waveform of a track, as far as the track goes.

        Raises
        ------
        NotFound
            There is no such track.
        ArtefactMissing, ArtefactCorrupt
            It was not listened to yet, or what was heard cannot be read.
        """
        with self._catalogue.reading() as rows:
            stored = rows.playables.find(track_id)
        if stored is None:
            raise NotFound(f"there is no track {track_id}")
        start, end = _span_samples(stored, wish)
        finest = first_point_samples(stored.facts.rate_hz)
        level = wish.level if wish.level is not None else _level(end - start, finest, wish.points)
        section = self._artefacts.get_fields(
            stored.track.digest, SECTION, lambda name: name in {FIRST_POINT, level_name(level)}
        )
        return _waveform(stored, section, level, (start, end))


def _span_samples(stored: StoredTrack, wish: WaveformWish) -> tuple[int, int]:
    """What is wanted, in samples from the start of the file, inside the track."""
    track_start, track_end = _track_samples(stored)
    rate_hz = stored.facts.rate_hz
    start = track_start + ticks_to_samples(seconds_to_ticks(wish.start_s), rate_hz)
    if wish.end_s is None:
        return min(start, track_end), track_end
    end = track_start + ticks_to_samples(seconds_to_ticks(wish.end_s), rate_hz)
    return min(start, track_end), max(min(start, track_end), min(end, track_end))


def _track_samples(stored: StoredTrack) -> tuple[int, int]:
    points, rate_hz = stored.track.points, stored.facts.rate_hz
    end_ticks = Ticks(min(points.end_ticks, stored.facts.duration_ticks))
    return ticks_to_samples(points.start_ticks, rate_hz), ticks_to_samples(end_ticks, rate_hz)


def _level(samples: int, finest: int, points: int) -> int:
    """The coarsest level that has so many points in a stretch, the finest if none has."""
    levels = range(LEVELS - 1, 0, -1)
    return next((n for n in levels if samples // (finest * POINTS_PER_POINT**n) >= points), 0)


def _waveform(stored: StoredTrack, section: Section, level: int, span: tuple[int, int]) -> Waveform:
    samples_per_point = int(str(section.fields[FIRST_POINT])) * POINTS_PER_POINT**level
    track_start, track_end = _track_samples(stored)
    first, last = span[0] // samples_per_point, -(-span[1] // samples_per_point)
    points = points_between(section.fields, level, first, last - first)
    offset = first * samples_per_point - track_start
    of_track = -(-track_end // samples_per_point) - track_start // samples_per_point
    return Waveform(
        level=level,
        samples_per_point=samples_per_point,
        rate_hz=stored.facts.rate_hz,
        offset_samples=offset,
        points_of_track=of_track,
        points=np.ascontiguousarray(points),
        version=f"{stored.track.digest}-{section.version}-{level}-{first}-{last - first}"
        f"-{offset}-{of_track}",
    )
