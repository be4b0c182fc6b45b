"""Queries about the files that cannot be used as they stand now."""

import os

import sqlalchemy as sa
from sqlalchemy.orm import Session

from audio_ident.model.library import FileError, FileState, Stage, StageStatus
from audio_ident.stores.sql.names import real_path
from audio_ident.stores.sql.tables import FileRow, RootRow, StageRow


class Failures:
    """Files whose last attempt failed."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def all(
        self, code: str | None = None, limit: int | None = None, offset: int = 0
    ) -> list[FileError]:
        """Failed stages of files that are there, by path; with a code, only those."""
        query = (
            sa.select(
                RootRow.id, RootRow.path, FileRow.relative_path,
                StageRow.stage, StageRow.error_code, StageRow.error_fact,
                StageRow.attempts, StageRow.is_retryable, StageRow.ended_at,
            )
            .select_from(StageRow)
            .join(FileRow, FileRow.id == StageRow.file_id)
            .join(RootRow, RootRow.id == FileRow.root_id)
            .where(StageRow.status == StageStatus.FAILED, FileRow.state == FileState.PRESENT)
            .order_by(RootRow.path, FileRow.relative_path, StageRow.stage)
        )  # fmt: skip
        if code is not None:
            query = query.where(StageRow.error_code == code)
        query = query.limit(limit).offset(offset)
        return [
            FileError(
                path=os.fsdecode(os.path.join(row.path, row.relative_path)),  # noqa: PTH118 -- bytes
                stage=Stage(row.stage),
                code=row.error_code or "",
                fact=row.error_fact or "",
                attempts=row.attempts,
                is_retryable=row.is_retryable,
                occurred_at=row.ended_at,
                root_id=row.id,
                relative_path=real_path(row.relative_path),
            )
            for row in self._session.execute(query)
        ]

    def count(self, code: str | None = None) -> int:
        """How many there are of them."""
        query = (
            sa.select(sa.func.count())
            .select_from(StageRow)
            .join(FileRow, FileRow.id == StageRow.file_id)
            .where(StageRow.status == StageStatus.FAILED, FileRow.state == FileState.PRESENT)
        )
        if code is not None:
            query = query.where(StageRow.error_code == code)
        return self._session.scalar(query) or 0

    def roots(self) -> list[str]:
        """Imported folders below which a file failed, by path."""
        query = (
            sa.select(RootRow.path)
            .join(FileRow, FileRow.root_id == RootRow.id)
            .join(StageRow, StageRow.file_id == FileRow.id)
            .where(StageRow.status == StageStatus.FAILED, FileRow.state == FileState.PRESENT)
            .distinct()
            .order_by(RootRow.path)
        )
        return [os.fsdecode(path) for path in self._session.scalars(query)]
