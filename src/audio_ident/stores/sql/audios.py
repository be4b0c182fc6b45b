"""Queries about encoded audio and about what is derived from it."""

import datetime
from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.orm import Session

from audio_ident.model.analysis import AudioDigest
from audio_ident.model.audio import AudioFacts
from audio_ident.stores.sql.tables import ArtefactRow, AudioRow, FileRow
from audio_ident.stores.sql.vector_marks import note_reanalysed


class Audios:
    """Encoded audio, by digest."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def save(self, digest: AudioDigest, facts: AudioFacts) -> int:
        """The id of an audio, which is made when it is new."""
        found = self._session.scalar(sa.select(AudioRow.id).where(AudioRow.digest == digest))
        if found is not None:
            return found
        row = AudioRow(
            digest=digest,
            container=facts.container,
            codec=facts.codec,
            rate_hz=facts.rate_hz,
            channels=facts.channels,
            bits_per_sample=facts.bits_per_sample,
            duration_ticks=facts.duration_ticks,
            declared_duration_ticks=facts.declared_duration_ticks,
        )
        self._session.add(row)
        self._session.flush()
        return row.id

    def derived_versions(self, audio_id: int) -> tuple[str, str] | None:
        """Versions of the stored analysis and of the index entry, None when there are none."""
        row = self._session.get(ArtefactRow, audio_id)
        return None if row is None else (row.analysis_version, row.index_version)

    def set_derived(self, audio_id: int, versions: tuple[str, str], at: datetime.datetime) -> None:
        """Say that the analysis is stored and indexed."""
        row = self._session.get(ArtefactRow, audio_id)
        if row is None:
            row = ArtefactRow(audio_id=audio_id)
            self._session.add(row)
        row.analysis_version, row.index_version = versions
        row.stored_at = at
        note_reanalysed(self._session, audio_id)

    def forget_derived(self, digests: Collection[AudioDigest]) -> None:
        """Say that nothing can be derived from these until they are listened to again."""
        for digest in digests:
            chosen = sa.select(AudioRow.id).where(AudioRow.digest == digest)
            self._session.execute(
                sa.delete(ArtefactRow).where(ArtefactRow.audio_id.in_(chosen.scalar_subquery()))
            )

    def derived(self) -> dict[AudioDigest, tuple[str, str]]:
        """Every audio whose analysis is stored and indexed, with the two versions."""
        rows = self._session.execute(
            sa.select(
                AudioRow.digest, ArtefactRow.analysis_version, ArtefactRow.index_version
            ).join(ArtefactRow, ArtefactRow.audio_id == AudioRow.id)
        )
        return {AudioDigest(digest): (analysis, index) for digest, analysis, index in rows}

    def last_number(self) -> int:
        """Number of the audio that came last; 0 while there is none."""
        return self._session.scalar(sa.select(sa.func.max(AudioRow.id))) or 0

    def last_derived_number(self) -> int:
        """The greatest number of those whose analysis is stored; 0 while there is none."""
        return self._session.scalar(sa.select(sa.func.max(ArtefactRow.audio_id))) or 0

    def without_files(self) -> list[AudioDigest]:
        """Audio that no file holds any more."""
        held = sa.exists().where(FileRow.audio_id == AudioRow.id)
        rows = self._session.scalars(
            sa.select(AudioRow.digest).where(~held).order_by(AudioRow.digest)
        )
        return [AudioDigest(digest) for digest in rows]

    def delete(self, digests: Collection[AudioDigest]) -> None:
        """Forget audio that no file holds, with its artefact reference."""
        self.forget_derived(digests)
        for digest in digests:
            self._session.execute(sa.delete(AudioRow).where(AudioRow.digest == digest))
