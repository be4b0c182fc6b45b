"""Long recordings that are listened to in the background, and what was heard in them."""

import dataclasses
import datetime
import enum
from typing import NewType

from audio_ident.model.answer import Answer, Verdict
from audio_ident.model.library import TrackId
from audio_ident.model.search import FoundTrack

JobId = NewType("JobId", str)
"""Public name of a job, a UUID."""


class JobState(enum.StrEnum):
    """How far a job has come."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    INTERRUPTED = "interrupted"
    """Its process stopped; it begins again by itself."""


OPEN_JOB_STATES = frozenset({JobState.QUEUED, JobState.RUNNING, JobState.INTERRUPTED})
"""States in which there is something left to do."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class JobOrder:
    """What is to be listened to: an upload, or a stretch of a track."""

    created_by: str
    request_digest: str
    """Digest of what was asked."""
    request_key: str | None = None
    """Asked twice under one key is asked once."""
    file_name: str | None = None
    """What its sender calls the upload."""
    track_id: TrackId | None = None
    start_s: float | None = None
    end_s: float | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One long recording, from the wish to the result."""

    id: JobId
    order: JobOrder
    state: JobState
    progress: float
    """Share of the recording that was heard, 0..1."""
    created_at: datetime.datetime
    started_at: datetime.datetime | None
    ended_at: datetime.datetime | None
    owner: str | None
    """Process that works on it."""
    attempts: int
    answer: Answer | None
    """What was heard, by digest, so that the tracks are named as they are called now."""
    error_code: str | None
    error_fact: str | None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class TracklistEntry:
    """One part of a long recording."""

    found: FoundTrack
    copies: tuple[TrackId, ...]
    """Other tracks with the same audio."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Tracklist:
    """What is heard in a long recording, in order."""

    title: str
    """The name of the upload or of the track."""
    verdict: Verdict
    duration_s: float
    entries: tuple[TracklistEntry, ...]
