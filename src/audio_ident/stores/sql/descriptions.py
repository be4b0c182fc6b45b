"""Queries about what files say of themselves besides their tags: chapters and pictures."""

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.orm import Session

from audio_ident.model.chapters import Chapter, ChapterSource
from audio_ident.model.library import Stage, StageStatus
from audio_ident.model.pictures import FilePicture, Picture, PictureRole, PictureSource
from audio_ident.stores.sql.tables import ChapterRow, FilePictureRow, PictureRow, StageRow
from audio_ident.units import Ticks


class Descriptions:
    """Chapters and pictures of files."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def save_chapters(self, file_id: int, chapters: Collection[Chapter]) -> None:
        """Remember the chapters of a file, instead of what was known before."""
        self._session.execute(sa.delete(ChapterRow).where(ChapterRow.file_id == file_id))
        for source in ChapterSource:
            of_source = [chapter for chapter in chapters if chapter.source == source]
            for position, chapter in enumerate(of_source, start=1):
                self._session.add(
                    ChapterRow(
                        file_id=file_id,
                        source=source,
                        position=position,
                        start_ticks=chapter.start_ticks,
                        end_ticks=chapter.end_ticks,
                        title=chapter.title,
                        performer=chapter.performer,
                        isrc=chapter.isrc,
                    )
                )
        self._session.flush()

    def chapters(self, file_id: int) -> tuple[Chapter, ...]:
        """Chapters of a file, source by source, in order."""
        query = (
            sa.select(ChapterRow)
            .where(ChapterRow.file_id == file_id)
            .order_by(ChapterRow.source, ChapterRow.position)
        )
        return tuple(
            Chapter(
                source=ChapterSource(row.source),
                start_ticks=Ticks(row.start_ticks),
                end_ticks=None if row.end_ticks is None else Ticks(row.end_ticks),
                title=row.title,
                performer=row.performer,
                isrc=row.isrc,
            )
            for row in self._session.scalars(query)
        )

    def save_pictures(self, file_id: int, pictures: Collection[FilePicture]) -> None:
        """Remember the pictures of a file, instead of what was known before."""
        self._session.execute(sa.delete(FilePictureRow).where(FilePictureRow.file_id == file_id))
        for position, shown in enumerate(pictures, start=1):
            self._save_picture(shown.picture)
            self._session.add(
                FilePictureRow(
                    file_id=file_id,
                    position=position,
                    sha256=shown.picture.sha256,
                    role=shown.role,
                    source=shown.source,
                    description=shown.description,
                )
            )
        self._session.flush()

    def pictures(self, file_id: int) -> tuple[FilePicture, ...]:
        """Pictures of a file, the best one first."""
        query = (
            sa.select(FilePictureRow, PictureRow)
            .join(PictureRow, PictureRow.sha256 == FilePictureRow.sha256)
            .where(FilePictureRow.file_id == file_id)
            .order_by(FilePictureRow.position)
        )
        return tuple(
            FilePicture(
                picture=Picture(
                    sha256=picture.sha256,
                    mime=picture.mime,
                    width=picture.width,
                    height=picture.height,
                    size_bytes=picture.size_bytes,
                ),
                role=PictureRole(shown.role),
                source=PictureSource(shown.source),
                description=shown.description,
            )
            for shown, picture in self._session.execute(query)
        )

    def shown_pictures(self) -> frozenset[str]:
        """Hashes of the pictures that some file shows."""
        return frozenset(self._session.scalars(sa.select(FilePictureRow.sha256).distinct()))

    def forget_unshown(self) -> None:
        """Forget the pictures that no file shows."""
        shown = sa.exists().where(FilePictureRow.sha256 == PictureRow.sha256)
        self._session.execute(sa.delete(PictureRow).where(~shown))

    def forget_pictures(self, hashes: Collection[str]) -> None:
        """Forget that files show some pictures, for instance because they are lost."""
        for sha256 in hashes:
            self._session.execute(sa.delete(FilePictureRow).where(FilePictureRow.sha256 == sha256))
        self.forget_unshown()

    def make_due(self, sha256: str) -> None:
        """Say that the files that show a picture must be read again for it."""
        files = sa.select(FilePictureRow.file_id).where(FilePictureRow.sha256 == sha256)
        self._session.execute(
            sa.update(StageRow)
            .where(
                StageRow.file_id.in_(files.scalar_subquery()),
                StageRow.stage == Stage.TAGS,
                StageRow.status == StageStatus.READY,
            )
            .values(status=StageStatus.DUE)
        )

    def _save_picture(self, picture: Picture) -> None:
        if self._session.get(PictureRow, picture.sha256) is None:
            self._session.add(
                PictureRow(
                    sha256=picture.sha256,
                    mime=picture.mime,
                    width=picture.width,
                    height=picture.height,
                    size_bytes=picture.size_bytes,
                )
            )
            self._session.flush()
