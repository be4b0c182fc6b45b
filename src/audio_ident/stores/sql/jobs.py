"""Queries about jobs. Every step on the way of one is conditional: several processes may try."""

import dataclasses
import datetime
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from audio_ident.model.answer import Answer, Match, Span, Verdict
from audio_ident.model.jobs import OPEN_JOB_STATES, Job, JobId, JobOrder, JobState
from audio_ident.stores.sql.tables_jobs import JobRow

_ORDER_NAMES = tuple(field.name for field in dataclasses.fields(JobOrder))


class Jobs:
    """Jobs, by id."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, job_id: JobId, order: JobOrder, at: datetime.datetime) -> Job:
        """Put a job at the end of the queue."""
        row = JobRow(
            id=job_id,
            state=JobState.QUEUED,
            progress=0.0,
            created_at=at,
            attempts=0,
            **{name: getattr(order, name) for name in _ORDER_NAMES},
        )
        self._session.add(row)
        self._session.flush()
        return _job(row)

    def find(self, job_id: JobId) -> Job | None:
        """The job of that id, None when there is none."""
        row = self._session.get(JobRow, job_id)
        return None if row is None else _job(row)

    def find_request(self, request_key: str) -> Job | None:
        """The job that was asked for under a key, None when there is none."""
        row = self._session.scalar(sa.select(JobRow).where(JobRow.request_key == request_key))
        return None if row is None else _job(row)

    def listed(self, offset: int, limit: int) -> list[Job]:
        """One page of jobs, the newest first."""
        query = sa.select(JobRow).order_by(JobRow.created_at.desc(), JobRow.id)
        return [_job(row) for row in self._session.scalars(query.offset(offset).limit(limit))]

    def count(self) -> int:
        """How many there are on all pages."""
        return self._session.scalar(sa.select(sa.func.count(JobRow.id))) or 0

    def open(self) -> list[Job]:
        """Those with something left to do, the oldest first."""
        query = sa.select(JobRow).where(JobRow.state.in_(OPEN_JOB_STATES))
        query = query.order_by(JobRow.created_at, JobRow.id)
        return [_job(row) for row in self._session.scalars(query)]

    def claim(self, job: Job, owner: str, at: datetime.datetime) -> bool:
        """Take a job as it was read; False when another process was quicker."""
        return self._step(
            JobRow.id == job.id,
            JobRow.state == job.state,
            JobRow.owner.is_(None) if job.owner is None else JobRow.owner == job.owner,
            values={
                "state": JobState.RUNNING,
                "owner": owner,
                "attempts": job.attempts + 1,
                "progress": 0.0,
                "started_at": at,
            },
        )

    def report(self, job_id: JobId, owner: str, progress: float) -> bool:
        """Say how far a job has come; False when its owner is to leave it."""
        return self._step(*_running(job_id, owner), values={"progress": progress})

    def interrupt(self, job: Job, owner: str) -> bool:
        """Say that the owner of a job stops in good order."""
        values = {"state": JobState.INTERRUPTED, "owner": None, "attempts": job.attempts}
        return self._step(*_running(job.id, owner), values=values)

    def finish(self, job_id: JobId, owner: str, answer: Answer, at: datetime.datetime) -> bool:
        """Keep what was heard."""
        values = {"result": dataclasses.asdict(answer), "progress": 1.0}
        return self._end(_running(job_id, owner), JobState.DONE, at, values)

    def fail(
        self, job_id: JobId, owner: str, problem: tuple[str, str], at: datetime.datetime
    ) -> bool:
        """Keep code and fact of what went wrong."""
        values = {"error_code": problem[0], "error_fact": problem[1]}
        return self._end(_running(job_id, owner), JobState.FAILED, at, values)

    def cancel(self, job_id: JobId, at: datetime.datetime) -> bool:
        """End a job that is open; its owner notices at its next report."""
        where = (JobRow.id == job_id, JobRow.state.in_(OPEN_JOB_STATES))
        return self._end(where, JobState.CANCELLED, at, {})

    def delete(self, job_id: JobId) -> None:
        """Forget a job."""
        self._session.execute(sa.delete(JobRow).where(JobRow.id == job_id))

    def _end(
        self,
        where: tuple[Any, ...],
        state: JobState,
        at: datetime.datetime,
        values: Mapping[str, Any],
    ) -> bool:
        ending = {"state": state, "owner": None, "ended_at": at}
        return self._step(*where, values={**ending, **values})

    def _step(self, *where: Any, values: Mapping[str, Any]) -> bool:  # noqa: ANN401
        done: Any = self._session.execute(sa.update(JobRow).where(*where).values(**values))
        return bool(done.rowcount)


def _running(job_id: JobId, owner: str) -> tuple[Any, ...]:
    return (JobRow.id == job_id, JobRow.state == JobState.RUNNING, JobRow.owner == owner)


def _job(row: JobRow) -> Job:
    return Job(
        id=JobId(row.id),
        order=JobOrder(**{name: getattr(row, name) for name in _ORDER_NAMES}),
        state=JobState(row.state),
        progress=row.progress,
        created_at=row.created_at,
        started_at=row.started_at,
        ended_at=row.ended_at,
        owner=row.owner,
        attempts=row.attempts,
        answer=None if row.result is None else _answer(row.result),
        error_code=row.error_code,
        error_fact=row.error_fact,
    )


def _answer(kept: Mapping[str, Any]) -> Answer:
    matches = tuple(_match(match) for match in kept["matches"])
    return Answer(**{**kept, "verdict": Verdict(kept["verdict"]), "matches": matches})


def _match(kept: Mapping[str, Any]) -> Match:
    spans = {name: Span(**kept[name]) for name in ("query_span", "recording_span")}
    return Match(**{**kept, **spans, "gaps": tuple(Span(**gap) for gap in kept["gaps"])})
