"""Listens to uploads, between the files of an import or when there is none, and keeps them.

An upload has a worker of its own, so that it need not wait for the files at hand of an import.
Nothing of it is in the library before it was heard whole; then its copy is put in its place, the
rows follow, and the upload is done. Whatever dies in between, the next process goes on: while its
file is in `incoming` an upload is new, and once it lies in the folder of uploads it is ours.
"""

import contextlib
import dataclasses
import datetime
import functools
from collections.abc import Callable
from concurrent.futures import Executor, Future
from pathlib import Path

from audio_ident.errors import (
    AudioTooShort,
    FileProblem,
    FileUnreadable,
    StoreProblem,
    Unforeseen,
)
from audio_ident.ingest.describe import Describer
from audio_ident.ingest.job import Job
from audio_ident.ingest.stages import Heard, ListenedFile, listen
from audio_ident.ingest.tools import Stores
from audio_ident.ingest.writer import save_heard
from audio_ident.library.places import LibraryPlaces
from audio_ident.model.library import FileStamp, TrackId
from audio_ident.model.reports import Reason
from audio_ident.model.uploads import Upload, UploadKind
from audio_ident.stores.disk import disk_errors_named, make_directory, sync_directory
from audio_ident.stores.sql.names import display_name
from audio_ident.units import ticks_to_seconds

LEAST_S = 3.0
"""Shorter recordings are refused: no clip of them could be named."""

FRAME_S = 0.1
"""Tolerance: containers count in frames, and the longest of them is shorter than this."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _AtHand:
    upload: Upload
    job: Job
    outcome: "Future[Heard]"
    handed_at: datetime.datetime


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class UploadTools:
    """What uploads are listened to with."""

    stores: Stores
    places: LibraryPlaces
    pool: Executor
    """Of one worker, which nothing else uses."""
    analyse: Callable[[Path], ListenedFile]
    tag_reader: Describer
    new_id: Callable[[], str]


class UploadListening:
    """Takes one upload after the other, never waiting for any; for the process that may write."""

    def __init__(self, tools: UploadTools) -> None:
        self._tools = tools
        self._stores = tools.stores
        self._at_hand: _AtHand | None = None

    def tend(self) -> None:
        """Do what can be done about uploads at this moment."""
        if self._at_hand is None:
            with self._stores.catalogue.reading() as rows:
                waiting = rows.uploads.waiting()
            if waiting:
                self._begin(waiting[0])
        elif self._at_hand.outcome.done():
            at_hand, self._at_hand = self._at_hand, None
            self._end(at_hand)

    def _begin(self, upload: Upload) -> None:
        incoming, kept = self._incoming(upload), self._kept(upload)
        with self._stores.catalogue.reading() as rows:
            known = rows.uploads.track_with_bytes(upload.sha256)
        if known is not None and incoming.exists():
            self._finish(upload, UploadKind.SAME_BYTES, known)
            self._drop(upload)
            return
        path = incoming if incoming.exists() else kept
        try:
            job = self._job(upload, path)
        except FileUnreadable as error:
            self._fail(upload, error)
            return
        if known is not None:  # everything was written but how it ended
            self._settle(upload, job.stamp)
            return
        work = functools.partial(
            listen, analyse=self._tools.analyse, tag_reader=self._tools.tag_reader
        )
        self._at_hand = _AtHand(
            upload=upload,
            job=job,
            outcome=self._tools.pool.submit(work, job),
            handed_at=self._stores.clock.now(),
        )

    def _end(self, at_hand: _AtHand) -> None:
        upload, heard = at_hand.upload, _result(at_hand.outcome)
        if isinstance(heard, FileProblem):
            self._fail(upload, heard)
            return
        with self._stores.catalogue.reading() as rows:
            known = rows.uploads.track_with_audio(heard.analysis.digest)
        if known is not None:
            self._finish(upload, UploadKind.SAME_AUDIO, known)
            self._drop(upload)
            return
        self._put_in_place(upload)
        new_id = TrackId(self._tools.new_id())
        save_heard(self._stores, at_hand.job, heard, new_id, at_hand.handed_at)
        self._stores.index.publish()
        self._settle(upload, at_hand.job.stamp)

    def _settle(self, upload: Upload, stamp: FileStamp) -> None:
        """Say how an upload ended whose copy is in the library."""
        with self._stores.catalogue.writing() as rows:
            file_id = rows.files.get_id(stamp)
            rows.files.show_as(file_id, upload.name)
            is_like_another = rows.uploads.has_same_recording(file_id)
            kind = UploadKind.SAME_RECORDING if is_like_another else UploadKind.NEW
            track_id = rows.tracks.of_file(file_id)
            rows.uploads.finish(upload.id, kind, track_id, self._stores.clock.now())

    def _job(self, upload: Upload, path: Path) -> Job:
        try:
            status = path.stat()
        except OSError as error:
            raise FileUnreadable("the upload is no longer there") from error
        with self._stores.catalogue.writing() as rows:
            root = rows.roots.uploads(str(self._tools.places.uploads), self._stores.clock.now())
        stamp = FileStamp(
            root_id=root.id,
            relative_path=upload.relative_path,
            size=status.st_size,
            mtime_ns=status.st_mtime_ns,
            inode=status.st_ino or None,
        )
        return Job(path=path, stamp=stamp, reason=Reason.NEW, sha256=upload.sha256)

    def _put_in_place(self, upload: Upload) -> None:
        incoming, kept = self._incoming(upload), self._kept(upload)
        with disk_errors_named(kept):
            make_directory(kept.parent)
            with contextlib.suppress(FileNotFoundError):  # it lies there since before a crash
                incoming.replace(kept)
            sync_directory(kept.parent)
            sync_directory(incoming.parent)

    def _finish(self, upload: Upload, kind: UploadKind, track_id: TrackId) -> None:
        with self._stores.catalogue.writing() as rows:
            rows.uploads.finish(upload.id, kind, track_id, self._stores.clock.now())

    def _fail(self, upload: Upload, error: FileProblem) -> None:
        reason = (error.code, display_name(error.fact))
        with self._stores.catalogue.writing() as rows:
            rows.uploads.fail(upload.id, reason, self._stores.clock.now())
        self._drop(upload)

    def _drop(self, upload: Upload) -> None:
        """Remove the bytes of an upload that is not kept."""
        path = self._incoming(upload)
        with disk_errors_named(path):
            path.unlink(missing_ok=True)

    def _incoming(self, upload: Upload) -> Path:
        return self._tools.places.incoming / upload.incoming_name

    def _kept(self, upload: Upload) -> Path:
        return self._tools.places.uploads / upload.relative_path


def _result(outcome: "Future[Heard]") -> Heard | FileProblem:
    try:
        heard = outcome.result()
    except FileProblem as error:
        return error
    except StoreProblem:
        raise
    except Exception as error:  # noqa: BLE001 -- the stage runner, as in `listening`
        return Unforeseen(f"{type(error).__name__}: {error}")
    length_s = ticks_to_seconds(heard.analysis.facts.duration_ticks)
    if length_s < LEAST_S - FRAME_S:
        return AudioTooShort(f"{length_s:.1f} s of audio, and {LEAST_S:g} s are needed")
    return heard
