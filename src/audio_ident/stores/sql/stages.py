"""Queries about the stages of the work on each file."""

import dataclasses
import datetime
from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.orm import Session

from audio_ident.model.analysis import AudioDigest
from audio_ident.model.library import Stage, StageMark, StageStatus
from audio_ident.stores.sql.tables import AudioRow, FileRow, StageRow


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

    def of_root(self, root_id: int) -> dict[int, dict[Stage, StageMark]]:
        """The stages of every file below a root, by file."""
        query = sa.select(StageRow).join(FileRow).where(FileRow.root_id == root_id)
        found: dict[int, dict[Stage, StageMark]] = {}
        for row in self._session.scalars(query).yield_per(1000):
            mark = _mark(row)
            found.setdefault(row.file_id, {})[mark.stage] = mark
        return found

    def of_file(self, file_id: int) -> dict[Stage, StageMark]:
        """The stages of one file."""
        rows = self._session.scalars(sa.select(StageRow).where(StageRow.file_id == file_id))
        return {Stage(row.stage): _mark(row) for row in rows}

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


def _mark(row: StageRow) -> StageMark:
    return StageMark(
        stage=Stage(row.stage),
        version=row.algorithm_version,
        status=StageStatus(row.status),
        attempts=row.attempts,
        error_code=row.error_code,
        error_fact=row.error_fact,
        is_retryable=row.is_retryable,
    )
