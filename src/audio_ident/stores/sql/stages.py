"""Queries about the stages of the work on each file."""

import dataclasses
import datetime
import itertools
from collections.abc import Collection, Mapping, Sequence
from typing import Any, TypeAlias

import sqlalchemy as sa
from sqlalchemy.orm import Session

from audio_ident.model.analysis import AudioDigest
from audio_ident.model.library import Stage, StageMark, StageStatus
from audio_ident.stores.sql.files import in_folder
from audio_ident.stores.sql.tables import AudioRow, FileRow, StageRow

_ROWS_AT_ONCE = 1000

_MARK_COLUMNS = (
    StageRow.stage,
    StageRow.algorithm_version,
    StageRow.status,
    StageRow.attempts,
    StageRow.error_code,
    StageRow.error_fact,
    StageRow.is_retryable,
)

Marks: TypeAlias = Mapping[Stage, StageMark]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class StageTimes:
    """When a stage was begun and ended."""

    started_at: datetime.datetime | None
    ended_at: datetime.datetime | None


class Stages:
    """How far each file has come."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def save(self, file_id: int, mark: StageMark, times: StageTimes) -> None:
        """Remember how a stage stands, instead of what was known before."""
        row = self._session.scalar(
            sa.select(StageRow).where(StageRow.file_id == file_id, StageRow.stage == mark.stage)
        )
        if row is None:
            row = StageRow(file_id=file_id, stage=mark.stage)
            self._session.add(row)
        row.algorithm_version = mark.version
        row.status = mark.status
        row.attempts = mark.attempts
        row.error_code = mark.error_code
        row.error_fact = mark.error_fact
        row.is_retryable = mark.is_retryable
        row.started_at = times.started_at
        row.ended_at = times.ended_at

    def of_root(self, root_id: int, below: str = "") -> dict[int, Marks]:
        """The stages of every file below a root, or below a folder of it, by file.

        Most files stand alike, and those that do share one record: memory stays small.
        """
        query = (
            sa.select(StageRow.file_id, *_MARK_COLUMNS)
            .join(FileRow)
            .where(*in_folder(root_id, below))
            .order_by(StageRow.file_id)
            .execution_options(yield_per=_ROWS_AT_ONCE)
        )
        shared: dict[tuple[Any, ...], Marks] = {}
        found: dict[int, Marks] = {}
        for file_id, group in itertools.groupby(self._session.execute(query), lambda row: row[0]):
            facts = tuple(tuple(row[1:]) for row in group)
            if facts not in shared:
                marks = [_mark(fact) for fact in facts]
                shared[facts] = {mark.stage: mark for mark in marks}
            found[file_id] = shared[facts]
        return found

    def of_file(self, file_id: int) -> Marks:
        """The stages of one file."""
        rows = self._session.execute(sa.select(*_MARK_COLUMNS).where(StageRow.file_id == file_id))
        return {mark.stage: mark for mark in map(_mark, rows)}

    def pending(self) -> dict[int, AudioDigest | None]:
        """Files that were being written when the process ended, with their audio."""
        digest: sa.ColumnElement[str | None] = sa.type_coerce(AudioRow.digest, sa.String)
        query = (
            sa.select(FileRow.id, digest)
            .join(StageRow, StageRow.file_id == FileRow.id)
            .outerjoin(AudioRow, AudioRow.id == FileRow.audio_id)
            .where(StageRow.status == StageStatus.PENDING)
            .distinct()
        )
        return {
            file_id: None if name is None else AudioDigest(name)
            for file_id, name in self._session.execute(query)
        }

    def settle(self, file_ids: Collection[int], status: StageStatus, at: datetime.datetime) -> None:
        """Give the pending stages of files their final status."""
        for file_id in file_ids:
            self._session.execute(
                sa.update(StageRow)
                .where(StageRow.file_id == file_id, StageRow.status == StageStatus.PENDING)
                .values(status=status, ended_at=at)
            )

    def make_due(self, digests: Collection[AudioDigest]) -> None:
        """Say that everything made from these audios must be made again."""
        for digest in digests:
            files = (
                sa.select(FileRow.id)
                .join(AudioRow, AudioRow.id == FileRow.audio_id)
                .where(AudioRow.digest == digest)
            )
            self._session.execute(
                sa.update(StageRow)
                .where(
                    StageRow.file_id.in_(files.scalar_subquery()),
                    StageRow.stage.in_((Stage.ANALYSIS, Stage.INDEX)),
                )
                .values(status=StageStatus.DUE)
            )

    def count(self) -> dict[tuple[Stage, StageStatus], int]:
        """How many files stand where, stage by stage."""
        query = sa.select(StageRow.stage, StageRow.status, sa.func.count()).group_by(
            StageRow.stage, StageRow.status
        )
        return {
            (Stage(stage), StageStatus(status)): count
            for stage, status, count in self._session.execute(query)
        }


def _mark(facts: Sequence[Any]) -> StageMark:
    stage, version, status, attempts, error_code, error_fact, is_retryable = facts
    return StageMark(
        stage=Stage(stage),
        version=version,
        status=StageStatus(status),
        attempts=attempts,
        error_code=error_code,
        error_fact=error_fact,
        is_retryable=is_retryable,
    )
