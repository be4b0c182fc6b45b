"""Writes what was learnt from a file: the one place where rows, artefacts and index meet.

The row comes first and says `pending`; the artefact and the index entry follow, and both can be
written twice without harm; then the row says `ready`. A process that dies anywhere in between
leaves a `pending` row, which the next start finishes or withdraws (`sweep`).
"""

import dataclasses
import datetime
from pathlib import Path

from audio_ident.errors import FileProblem
from audio_ident.ingest.identity import relink_by_audio
from audio_ident.ingest.job import Job
from audio_ident.ingest.relating import find_relations
from audio_ident.ingest.stages import Heard, Retagged
from audio_ident.ingest.tools import Stores
from audio_ident.model.analysis import Analysis, AudioDigest
from audio_ident.model.audio import AudioWarning
from audio_ident.model.description import FileDescription
from audio_ident.model.files import ScanNotice
from audio_ident.model.library import (
    ErrorEntry,
    Stage,
    StageMark,
    StageStatus,
    TrackId,
    whole_file_points,
)
from audio_ident.model.reports import Reason
from audio_ident.stores.sql.files import Content
from audio_ident.stores.sql.names import display_name
from audio_ident.stores.sql.stages import StageTimes
from audio_ident.stores.sql.unit_of_work import Rows


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class SavedFile:
    """A file whose rows were written."""

    id: int
    is_moved: bool
    """Whether it is a file that lay elsewhere, told by its audio."""


def save_heard(
    stores: Stores, job: Job, heard: Heard, new_id: TrackId, handed_at: datetime.datetime
) -> SavedFile:
    """Keep what was heard in a file."""
    times = StageTimes(started_at=handed_at, ended_at=stores.clock.now())
    relations = find_relations(stores, heard.analysis)
    with stores.catalogue.writing() as rows:
        audio_id = rows.audios.save(heard.analysis.digest, heard.analysis.facts)
        rows.relations.replace(audio_id, relations)
        content = Content(sha256=heard.sha256, audio_id=audio_id)
        is_moved = relink_by_audio(rows, stores, job, audio_id)
        file_id = rows.files.save(job.stamp, content, stores.clock.now())
        points = whole_file_points(heard.analysis.facts.duration_ticks)
        rows.tracks.save_whole_file(file_id, new_id, points, stores.clock.now())
        _save_description(rows, file_id, heard.description)
        is_derived = rows.audios.derived_versions(audio_id) == _derived(stores)
        status = StageStatus.READY if is_derived else StageStatus.PENDING
        _save_marks(rows, stores, file_id, (StageStatus.READY, status), times)
    if not is_derived:
        stores.artefacts.put(heard.analysis)
        finish_pending(stores, heard.analysis, [file_id])
    return SavedFile(id=file_id, is_moved=is_moved)


def finish_pending(stores: Stores, analysis: Analysis, file_ids: list[int]) -> None:
    """Index a stored analysis and say that the files that hold this audio are ready.

    One that people hid is ready without being in the index.
    """
    with stores.catalogue.reading() as rows:
        is_hidden = analysis.digest in rows.hidden.digests()
    if not is_hidden:
        stores.index.add(analysis.digest, stores.landmarks_of(analysis))
    with stores.catalogue.writing() as rows:
        audio_id = rows.audios.save(analysis.digest, analysis.facts)
        rows.audios.set_derived(audio_id, _derived(stores), stores.clock.now())
        rows.stages.settle(file_ids, StageStatus.READY, stores.clock.now())


def find_copy(stores: Stores, sha256: str) -> int | None:
    """A file with exactly these bytes whose audio is finished, None when there is none.

    Its tags do not matter, since those of a copy are read anyway.
    """
    with stores.catalogue.reading() as rows:
        candidates = rows.files.with_hash(sha256)
        return next((file_id for file_id in candidates if _is_heard(rows, stores, file_id)), None)


def is_finished(stores: Stores, file_id: int) -> bool:
    """Whether nothing is left to do about a file."""
    with stores.catalogue.reading() as rows:
        tags = rows.stages.of_file(file_id).get(Stage.TAGS)
        is_read = tags is not None and _is_done(tags, stores.versions.tags)
        return is_read and _is_heard(rows, stores, file_id)


def _is_heard(rows: Rows, stores: Stores, file_id: int) -> bool:
    """Whether the audio of a file is analysed and indexed."""
    marks = rows.stages.of_file(file_id)
    audio_id = rows.files.content(file_id).audio_id
    return (
        audio_id is not None
        and all(
            stage in marks and _is_done(marks[stage], version)
            for stage, version in _wanted(stores)
            if stage != Stage.TAGS
        )
        and rows.audios.derived_versions(audio_id) == _derived(stores)
    )


def _is_done(mark: StageMark, version: str) -> bool:
    return mark.status == StageStatus.READY and mark.version == version


def save_copy(stores: Stores, job: Job, source_id: int, new_id: TrackId) -> int:
    """Say that a file holds the same bytes as a finished one; returns its id.

    It has the same tags, but may have another cover or cue sheet beside it: they are due.
    """
    now = stores.clock.now()
    with stores.catalogue.writing() as rows:
        file_id = rows.files.save(job.stamp, rows.files.content(source_id), now)
        rows.tracks.save_whole_file(file_id, new_id, rows.tracks.points(source_id), now)
        rows.files.save_tags(file_id, rows.files.tags(source_id))
        times = StageTimes(started_at=now, ended_at=now)
        _save_marks(rows, stores, file_id, (StageStatus.DUE, StageStatus.READY), times)
    return file_id


def find_known_audio(stores: Stores, job: Job) -> AudioDigest | None:
    """Audio that a changed file held before, None unless it is analysed and indexed.

    A file whose bytes are those of a finished one needs no look at its audio.
    """
    if job.reason != Reason.CHANGED or job.file_id is None:
        return None
    if job.sha256 and find_copy(stores, job.sha256) is not None:
        return None
    with stores.catalogue.reading() as rows:
        is_in_place = rows.files.find_id(job.stamp) == job.file_id
        if is_in_place and _is_heard(rows, stores, job.file_id):
            return rows.files.digest(job.file_id)
    return None


def save_retagged(
    stores: Stores, job: Job, retagged: Retagged, handed_at: datetime.datetime
) -> int:
    """Keep the new tags of a file that has other bytes and the same audio; returns its id."""
    times = StageTimes(started_at=handed_at, ended_at=stores.clock.now())
    with stores.catalogue.writing() as rows:
        audio_id = rows.files.content(rows.files.get_id(job.stamp)).audio_id
        content = Content(sha256=retagged.sha256, audio_id=audio_id)
        file_id = rows.files.save(job.stamp, content, stores.clock.now())
        _save_description(rows, file_id, retagged.description)
        _save_marks(rows, stores, file_id, (StageStatus.READY, StageStatus.READY), times)
    return file_id


def save_description(stores: Stores, job: Job, description: FileDescription) -> int:
    """Keep what a known file says of itself, and say that nothing more is due; returns its id."""
    now = stores.clock.now()
    with stores.catalogue.writing() as rows:
        file_id = rows.files.get_id(job.stamp)
        _save_description(rows, file_id, description)
        mark = StageMark(
            stage=Stage.TAGS, version=stores.versions.tags, status=StageStatus.READY, attempts=1
        )
        rows.stages.save(file_id, mark, StageTimes(started_at=now, ended_at=now))
    return file_id


def save_failure(stores: Stores, job: Job, error: FileProblem, handed_at: datetime.datetime) -> int:
    """Say why a file could not be listened to; returns its id.

    What was known of it stays, unless its bytes changed: then the old audio is no longer there.
    """
    times = StageTimes(started_at=handed_at, ended_at=stores.clock.now())
    with stores.catalogue.writing() as rows:
        has_known_bytes = job.file_id is not None and job.reason != Reason.CHANGED
        content = Content()
        if has_known_bytes and job.file_id is not None:
            content = rows.files.content(job.file_id)
        file_id = rows.files.save(job.stamp, content, stores.clock.now())
        if job.reason == Reason.CHANGED:
            _save_marks(rows, stores, file_id, (StageStatus.DUE, StageStatus.DUE), times)
        mark = _failed_mark(Stage.ANALYSIS, stores.versions.analysis, job, error)
        rows.stages.save(file_id, mark, times)
    return file_id


def save_undescribed(
    stores: Stores, job: Job, error: FileProblem, handed_at: datetime.datetime
) -> int:
    """Say why the tags of a known file could not be read; all that is known of it stays."""
    with stores.catalogue.writing() as rows:
        file_id = rows.files.get_id(job.stamp)
        mark = _failed_mark(Stage.TAGS, stores.versions.tags, job, error)
        times = StageTimes(started_at=handed_at, ended_at=stores.clock.now())
        rows.stages.save(file_id, mark, times)
    return file_id


def error_entry(stores: Stores, path: Path, error: FileProblem, file_id: int | None) -> ErrorEntry:
    """An error as it is remembered and shown; without a file id, it was met by the scan."""
    return ErrorEntry(
        code=error.code,
        severity=error.severity,
        fact=display_name(error.fact),
        path=display_name(str(path)),
        stage=Stage.ANALYSIS if file_id else "scan",
        file_id=file_id,
        occurred_at=stores.clock.now(),
    )


def notice_entry(stores: Stores, notice: ScanNotice) -> ErrorEntry:
    """What a scan has to say about a file, as it is remembered and shown."""
    return ErrorEntry(
        code=notice.code,
        severity="warn",
        fact=display_name(notice.fact),
        path=display_name(notice.path),
        stage="scan",
        file_id=None,
        occurred_at=stores.clock.now(),
    )


def warning_entry(stores: Stores, path: Path, warning: AudioWarning, file_id: int) -> ErrorEntry:
    """A warning as it is remembered and shown."""
    return ErrorEntry(
        code=warning.code,
        severity="warn",
        fact=display_name(warning.message),
        path=display_name(str(path)),
        stage=Stage.ANALYSIS,
        file_id=file_id,
        occurred_at=stores.clock.now(),
    )


def _failed_mark(stage: Stage, version: str, job: Job, error: FileProblem) -> StageMark:
    return StageMark(
        stage=stage,
        version=version,
        status=StageStatus.FAILED,
        attempts=job.attempts + 1,
        error_code=error.code,
        error_fact=display_name(error.fact),
        is_retryable=error.is_retryable,
    )


def _save_description(rows: Rows, file_id: int, description: FileDescription) -> None:
    rows.files.save_tags(file_id, description.tags)
    rows.descriptions.save_chapters(file_id, description.chapters)
    rows.descriptions.save_pictures(file_id, description.pictures)


def _save_marks(
    rows: Rows,
    stores: Stores,
    file_id: int,
    statuses: tuple[StageStatus, StageStatus],
    times: StageTimes,
) -> None:
    """Say how the tags stand, and how all that is derived from the audio does."""
    tags, derived = statuses
    for stage, version in _wanted(stores):
        status = tags if stage == Stage.TAGS else derived
        mark = StageMark(stage=stage, version=version, status=status, attempts=1)
        rows.stages.save(file_id, mark, times)


def _wanted(stores: Stores) -> tuple[tuple[Stage, str], ...]:
    versions = stores.versions
    return (
        (Stage.TAGS, versions.tags),
        (Stage.ANALYSIS, versions.analysis),
        (Stage.INDEX, versions.index),
    )


def _derived(stores: Stores) -> tuple[str, str]:
    return stores.versions.analysis, stores.versions.index
