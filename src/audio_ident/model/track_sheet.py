"""Everything that is known of one track, in one record."""

import dataclasses
import datetime
import enum

from audio_ident.model.audio import AudioFacts
from audio_ident.model.chapters import Chapter
from audio_ident.model.kinship import Containment, DuplicateGroup
from audio_ident.model.library import StageMark, Track
from audio_ident.model.pictures import FilePicture
from audio_ident.model.vectors import Space

REPLAYGAIN_LUFS = -18.0
"""Loudness that ReplayGain 2.0 brings music to."""


class AnalysisState(enum.StrEnum):
    """What can be told of the sound of a track."""

    CURRENT = "current"
    OLDER = "older"
    """Heard by an older version of the program, or by some of the listeners only."""
    MISSING = "missing"
    DAMAGED = "damaged"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class SoundFigures:
    """What listening measured and estimated; None where nothing was heard or can be said."""

    integrated_lufs: float | None = None
    range_lu: float | None = None
    true_peak_dbtp: float | None = None
    noise_floor_dbfs: float | None = None
    leading_silence_s: float | None = None
    trailing_silence_s: float | None = None
    bandwidth_hz: float | None = None
    is_probably_from_lossy: bool | None = None
    """An estimate: a lossless file that was made from a lossy one looks like this."""
    lossy_evidence: float | None = None
    """Share of the moments that end in the cliff of a lossy encoder, 0..1."""
    tempo_estimate_bpm: float | None = None
    tempo_confidence: float | None = None
    key_estimate: str | None = None
    key_confidence: float | None = None

    @property
    def replaygain_db(self) -> float | None:
        """Change that brings the track to the loudness of ReplayGain."""
        return None if self.integrated_lufs is None else REPLAYGAIN_LUFS - self.integrated_lufs


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class FiledTrack:
    """A track with the facts of its file and its audio."""

    track: Track
    file_id: int
    size_bytes: int
    missing_since: datetime.datetime | None
    facts: AudioFacts
    sha256: str | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class TrackSheet:
    """What the file says, what was heard, and what it has in common with others."""

    filed: FiledTrack
    failures: tuple[StageMark, ...]
    """Work that failed, such as reading the tags again."""
    chapters: tuple[Chapter, ...]
    """Of cue sheets and of the container, source by source."""
    pictures: tuple[FilePicture, ...]
    """The best one first."""
    analysis: AnalysisState
    unheard: tuple[str, ...]
    """Listeners that have not heard the track, or an older version of which has."""
    sound: SoundFigures
    groups: tuple[DuplicateGroup, ...]
    containments: tuple[Containment, ...]
    stages: tuple[StageMark, ...] = ()
    """How far the work on the file has come, step by step."""
    is_indexed: bool = False
    """Whether clips of it can be recognised."""
    space: Space | None = None
    """Where it lies among what sounds alike: the space that answers, if it has the recording."""
    revision: int = 0
    """Grows with each edit, undo, hiding and restoring."""
    updated_at: datetime.datetime | None = None
    """When the work on it or a person last changed something."""
