"""Takes the work list through the pool: hash what may be a copy, listen to each content once."""

import dataclasses
import functools
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import TypeVar

from audio_ident.errors import (
    FileChanged,
    FileProblem,
    FileUnreadable,
    RootVanished,
    StoreProblem,
    Unforeseen,
)
from audio_ident.ingest.copies import ContentGroups, group_by_content, jobs_to_hash
from audio_ident.ingest.flow import Finished, Flow, Running, run_jobs
from audio_ident.ingest.identity import relink_by_hash
from audio_ident.ingest.job import Job
from audio_ident.ingest.places import root_is_gone
from audio_ident.ingest.progress import Meter
from audio_ident.ingest.session import ImportSession
from audio_ident.ingest.space import SpaceGuard
from audio_ident.ingest.stages import Heard, Retagged, hash_file, listen, read_tags, retag
from audio_ident.ingest.steering import Steering
from audio_ident.ingest.tools import ImportOptions, ImportTools
from audio_ident.ingest.writer import (
    error_entry,
    find_copy,
    find_known_audio,
    is_finished,
    save_copy,
    save_description,
    save_failure,
    save_heard,
    save_retagged,
    save_undescribed,
    warning_entry,
)
from audio_ident.model.audio import AudioWarning
from audio_ident.model.description import FileDescription
from audio_ident.model.library import TrackId
from audio_ident.model.reports import Phase, Reason
from audio_ident.stores.sql.names import display_name
from audio_ident.units import ticks_to_seconds

_T = TypeVar("_T")


class Listening:
    """The work of one import on its files."""

    def __init__(
        self,
        tools: ImportTools,
        options: ImportOptions,
        session: ImportSession,
        meter: Meter,
        steering: Steering,
    ) -> None:
        self._tools = tools
        self._stores = tools.stores
        self._options = options
        self._session = session
        self._meter = meter
        self._steering = steering
        self._space = SpaceGuard(tools.free_bytes, options.reserve_bytes)
        self._due_tags: deque[Job] = deque()
        self._checkpoint_s = self._told_s = self._stores.clock.monotonic_s()

    def run(self, jobs: Sequence[Job]) -> None:
        """Work on every job, until it is done or stopping is asked for."""
        self._meter.begin(Phase.HASHING, self._session.state, jobs)
        self._due_tags = deque(job for job in jobs if job.reason == Reason.TAGS)
        hashed = self._hash([job for job in jobs if job.reason != Reason.TAGS])
        hashed = self._take_retagged(self._take_moved(hashed))
        self._meter.begin(Phase.LISTENING, self._session.state)
        groups = group_by_content(hashed)
        self._take_known_copies(groups)
        work = functools.partial(
            listen, analyse=self._tools.analyse, tag_reader=self._tools.tag_reader
        )
        for finished in run_jobs(self._flow(), work, groups.leaders):
            self._take_heard(finished, groups)
        reading = functools.partial(read_tags, tag_reader=self._tools.tag_reader)
        for described in run_jobs(self._flow(), reading, self._due_tags):
            self._take_description(described)

    def _flow(self) -> Flow:
        return Flow(
            pool=self._tools.pool,
            clock=self._stores.clock,
            files_at_once=self._options.files_at_once,
            course=self._steering.course,
            on_tick=self._tick,
            end_calls=self._tools.end_calls,
        )

    def _tick(self, running: list[Running]) -> None:
        self._meter.tick(self._session.state, running)
        self._space.check()
        now_s = self._stores.clock.monotonic_s()
        if now_s - self._checkpoint_s >= self._options.checkpoint_interval_s:
            self._checkpoint_s = now_s
            self._session.publish()
        if now_s - self._told_s >= self._options.tell_interval_s:
            self._told_s = now_s
            self._session.tell_progress(self._meter)

    def _hash(self, jobs: Sequence[Job]) -> list[Job]:
        """The jobs that can go on, in their order, with the hashes that were needed."""
        with self._stores.catalogue.reading() as rows:
            known_sizes = rows.files.hashed_sizes()
        wanted = jobs_to_hash(jobs, known_sizes)
        hashes: dict[Job, str | None] = dict.fromkeys(wanted)
        for finished in run_jobs(self._flow(), hash_file, deque(wanted)):
            result = _result(finished.outcome)
            if isinstance(result, FileProblem):
                self._fail(finished, result)
            else:
                hashes[finished.job] = result
        return [
            dataclasses.replace(job, sha256=hashes.get(job, job.sha256))
            for job in jobs
            if job not in hashes or hashes[job] is not None
        ]

    def _take_moved(self, jobs: Sequence[Job]) -> list[Job]:
        """The jobs that are left once files that lay elsewhere have been recognised."""
        left: list[Job] = []
        for job in relink_by_hash(self._stores, jobs):
            is_done = False
            if job.reason == Reason.MOVED and job.file_id is not None:
                is_done = is_finished(self._stores, job.file_id)
                self._meter.add_moved(job, is_done=is_done)
            if not is_done:
                left.append(job)
        return left

    def _take_retagged(self, jobs: Sequence[Job]) -> list[Job]:
        """The jobs that are left once files have been found of which only tags changed."""
        named = [
            dataclasses.replace(job, known_audio=find_known_audio(self._stores, job))
            for job in jobs
        ]
        doubtful = deque(job for job in named if job.known_audio is not None)
        work = functools.partial(
            retag, digest_of=self._tools.digest_of, tag_reader=self._tools.tag_reader
        )
        done: set[Job] = set()
        for finished in run_jobs(self._flow(), work, doubtful):
            result = _result(finished.outcome)
            if isinstance(result, Retagged):  # whatever else it is, listening tells
                job = finished.job
                file_id = save_retagged(self._stores, job, result, finished.handed_at)
                self._warn(job, file_id, result.description.warnings)
                self._meter.add_retagged(job)
                done.add(job)
        return [job for job in named if job not in done]

    def _take_known_copies(self, groups: ContentGroups) -> None:
        """Settle without listening the jobs whose bytes are those of a finished file."""
        for _ in self._steering.along(range(len(groups.leaders))):
            job = groups.leaders.popleft()
            source = find_copy(self._stores, job.sha256) if job.sha256 else None
            if source is None:
                groups.leaders.append(job)
                continue
            for copy in (job, *groups.followers_of(job)):
                self._copy(copy, source)

    def _take_heard(self, finished: Finished[Heard], groups: ContentGroups) -> None:
        job = finished.job
        followers = groups.followers_of(job)
        result = _result(finished.outcome)
        if isinstance(result, FileProblem):
            self._fail(finished, result)
            if isinstance(result, FileUnreadable | FileChanged):
                groups.put_back(followers)  # it says nothing about the bytes
                return
            for follower in followers:
                self._fail(dataclasses.replace(finished, job=follower), result)
            return
        file_id = self._save(finished, result)
        if job.sha256 != result.sha256:
            groups.put_back(followers)
            return
        for follower in followers:
            self._copy(follower, file_id)

    def _save(self, finished: Finished[Heard], heard: Heard) -> int:
        job = finished.job
        track_id = TrackId(self._tools.new_id())
        saved = save_heard(self._stores, job, heard, track_id, finished.handed_at)
        if saved.is_moved:
            self._meter.add_moved(job, is_done=False)
        self._warn(job, saved.id, (*heard.analysis.warnings, *heard.description.warnings))
        self._meter.add_listened(job, ticks_to_seconds(heard.analysis.facts.duration_ticks))
        return saved.id

    def _copy(self, job: Job, source_id: int) -> None:
        save_copy(self._stores, job, source_id, TrackId(self._tools.new_id()))
        self._due_tags.append(job)

    def _take_description(self, finished: Finished[FileDescription]) -> None:
        job = finished.job
        result = _result(finished.outcome)
        if isinstance(result, FileProblem):
            file_id = save_undescribed(self._stores, job, result, finished.handed_at)
            self._note_failure(job, result, file_id)
            return
        file_id = save_description(self._stores, job, result)
        self._warn(job, file_id, result.warnings)
        if job.reason == Reason.TAGS:
            self._meter.add_retagged(job)
        else:
            self._meter.add_copy(job)

    def _warn(self, job: Job, file_id: int, warnings: Sequence[AudioWarning]) -> None:
        self._session.add_errors(
            [warning_entry(self._stores, job.path, warning, file_id) for warning in warnings]
        )
        self._meter.add_warnings(warning.code for warning in warnings)

    def _fail(self, finished: Finished[_T], error: FileProblem) -> None:
        job = finished.job
        if root_is_gone(_root_of(job)):  # whatever it looks like from inside a decoder
            raise RootVanished(f"{display_name(str(_root_of(job)))} cannot be reached any more")
        file_id = save_failure(self._stores, job, error, finished.handed_at)
        self._note_failure(job, error, file_id)

    def _note_failure(self, job: Job, error: FileProblem, file_id: int) -> None:
        self._session.add_errors([error_entry(self._stores, job.path, error, file_id)])
        self._meter.add_failure(job, error)


def _root_of(job: Job) -> Path:
    return Path(str(job.path).removesuffix(job.stamp.relative_path))


def _result(outcome: Future[_T]) -> _T | FileProblem:
    """What a worker gave, or the error that this one file failed with."""
    try:
        return outcome.result()
    except FileProblem as error:
        return error
    except StoreProblem:
        raise
    except Exception as error:  # noqa: BLE001 -- one of the three places: the stage runner
        return Unforeseen(f"{type(error).__name__}: {error}")
