"""Queries about which recordings belong into spaces of vectors, and which are in them.

A recording belongs into every space when it is analysed and one of its tracks is not hidden. Its
mark says that a store has it in a space; there is a mark before the store has anything, so that
nothing in a store is unknown. All differences are found by joins, a bounded number at a time.
"""

import dataclasses
import datetime
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from audio_ident.model.analysis import AudioDigest
from audio_ident.model.vectors import SpaceId
from audio_ident.stores.sql.listing_values import HIDDEN
from audio_ident.stores.sql.tables import ArtefactRow, AudioRow
from audio_ident.stores.sql.tables_edits import ListingRow
from audio_ident.stores.sql.tables_vectors import SpaceRow, VectorMarkRow

MOST_ATTEMPTS = 3
"""How often a recording is tried that fails in a way that may pass."""

_IS_IN_LIBRARY = sa.exists().where(ListingRow.audio_id == AudioRow.id, ListingRow.state != HIDDEN)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class SpaceOfStore:
    """One space as one store holds it."""

    space_id: SpaceId
    store: str
    """As `VectorReader.name` says."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class PutRecording:
    """What was put of a recording."""

    digest: AudioDigest
    windows: int
    passages_digest: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class FailedRecording:
    """Why a recording could not be put."""

    digest: AudioDigest
    code: str
    fact: str
    is_retryable: bool


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """How much of a library a store has in a space."""

    wanted: int
    """Recordings that belong into it."""
    covered: int
    """Those that are in it, and those that it cannot have: they failed."""
    failed: int


class VectorMarks:
    """What is in which space of which store."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def missing(self, place: SpaceOfStore, after: int, limit: int) -> list[tuple[int, AudioDigest]]:
        """Recordings that are to be put, by number and digest: those of greater numbers."""
        mark = _joined(place)
        query = (
            sa.select(AudioRow.id, AudioRow.digest)
            .join(ArtefactRow, ArtefactRow.audio_id == AudioRow.id)
            .outerjoin(VectorMarkRow, mark)
            .where(AudioRow.id > after, _IS_IN_LIBRARY)
            .where(sa.or_(VectorMarkRow.audio_digest.is_(None), VectorMarkRow.windows_due))
        )
        rows = self._session.execute(query.order_by(AudioRow.id).limit(limit))
        return [(number, AudioDigest(digest)) for number, digest in rows]

    def unwanted(self, place: SpaceOfStore, after: str, limit: int) -> list[AudioDigest]:
        """Recordings that have a mark and do not belong there: those of greater digests."""
        belongs = (
            sa.exists()
            .where(AudioRow.digest == VectorMarkRow.audio_digest)
            .where(ArtefactRow.audio_id == AudioRow.id, _IS_IN_LIBRARY.correlate(AudioRow))
        )
        query = _of(place).where(VectorMarkRow.audio_digest > after, ~belongs)
        return self._digests(query.limit(limit))

    def untold(self, store: str, limit: int | None = None) -> list[AudioDigest]:
        """Recordings of which filters are to be told anew, in whatever spaces they are."""
        query = (
            sa.select(VectorMarkRow.audio_digest)
            .where(VectorMarkRow.passages_due, VectorMarkRow.store == store)
            .distinct()
            .order_by(VectorMarkRow.audio_digest)
        )
        return self._digests(query.limit(limit))

    def told(self, store: str, digests: Collection[AudioDigest]) -> dict[AudioDigest, set[str]]:
        """Digests of what filters were told of recordings."""
        query = sa.select(VectorMarkRow.audio_digest, VectorMarkRow.passages_digest).where(
            VectorMarkRow.store == store, VectorMarkRow.audio_digest.in_(digests)
        )
        found: dict[AudioDigest, set[str]] = {}
        for digest, told in self._session.execute(query):
            found.setdefault(AudioDigest(digest), set()).add(told)
        return found

    def stored(self, place: SpaceOfStore, after: str = "", limit: int = -1) -> list[AudioDigest]:
        """Recordings that have windows there, in order: those of greater digests."""
        query = _of(place).where(
            VectorMarkRow.audio_digest > after,
            VectorMarkRow.windows > 0,
            ~VectorMarkRow.windows_due,
        )
        return self._digests(query if limit < 0 else query.limit(limit))

    def marked(self, place: SpaceOfStore, digests: Collection[AudioDigest]) -> set[AudioDigest]:
        """Those of some recordings that have a mark."""
        return set(self._digests(_of(place).where(VectorMarkRow.audio_digest.in_(digests))))

    def spaces_with(self, digest: AudioDigest) -> set[SpaceId]:
        """Spaces that have windows of a recording, in any store."""
        query = sa.select(VectorMarkRow.space_id).where(
            VectorMarkRow.audio_digest == digest,
            VectorMarkRow.windows > 0,
            ~VectorMarkRow.windows_due,
        )
        return {SpaceId(space_id) for space_id in self._session.scalars(query)}

    def spaces_of(self, store: str) -> set[SpaceId]:
        """Spaces of which a store has, or may have, anything."""
        query = sa.select(SpaceRow.id).where(
            sa.exists().where(VectorMarkRow.space_id == SpaceRow.id, VectorMarkRow.store == store)
        )
        return {SpaceId(space_id) for space_id in self._session.scalars(query)}

    def begin(
        self, place: SpaceOfStore, digests: Sequence[AudioDigest], at: datetime.datetime
    ) -> None:
        """Say that recordings are on their way to a store."""
        known = self.marked(place, digests)
        self._set(place, known, windows_due=True)
        new = [
            {
                "space_id": place.space_id,
                "store": place.store,
                "audio_digest": digest,
                "windows": 0,
                "windows_due": True,
                "passages_digest": "",
                "passages_due": False,
                "attempts": 0,
                "written_at": at,
            }
            for digest in digests
            if digest not in known
        ]
        if new:
            self._session.execute(sa.insert(VectorMarkRow), new)

    def finish(
        self, place: SpaceOfStore, put: Iterable[PutRecording], at: datetime.datetime
    ) -> None:
        """Say that recordings are there."""
        for recording in put:
            self._set(
                place,
                [recording.digest],
                windows=recording.windows,
                windows_due=False,
                passages_digest=recording.passages_digest,
                passages_due=False,
                attempts=0,
                error_code=None,
                error_fact=None,
                written_at=at,
            )

    def fail(
        self, place: SpaceOfStore, failed: Iterable[FailedRecording], at: datetime.datetime
    ) -> None:
        """Say why recordings are not there; they are due as long as trying again may help."""
        for recording in failed:
            attempts = VectorMarkRow.attempts + 1
            self._set(
                place,
                [recording.digest],
                windows=0,
                windows_due=sa.and_(sa.literal(recording.is_retryable), attempts < MOST_ATTEMPTS),
                attempts=attempts,
                error_code=recording.code,
                error_fact=recording.fact,
                written_at=at,
            )

    def tell(self, store: str, digests: Mapping[AudioDigest, str]) -> None:
        """Say what filters were told of recordings, by its digest."""
        for digest, told in digests.items():
            self._session.execute(
                sa.update(VectorMarkRow)
                .where(VectorMarkRow.store == store, VectorMarkRow.audio_digest == digest)
                .values(passages_digest=told, passages_due=False)
                .execution_options(synchronize_session=False)
            )

    def make_untold(self, store: str, digests: Collection[AudioDigest] | None = None) -> None:
        """Say that filters are to be told anew of recordings, or of all."""
        query = sa.update(VectorMarkRow).where(VectorMarkRow.store == store)
        if digests is not None:
            query = query.where(VectorMarkRow.audio_digest.in_(digests))
        if digests is None or digests:
            query = query.values(passages_due=True)
            self._session.execute(query.execution_options(synchronize_session=False))

    def make_due(self, place: SpaceOfStore, digests: Collection[AudioDigest] | None = None) -> None:
        """Say that recordings, or all of a space, are to be put again."""
        self._set(place, digests, windows_due=True, attempts=0)

    def delete(self, place: SpaceOfStore, digests: Collection[AudioDigest] | None = None) -> None:
        """Say that recordings, or a whole space, are not in a store."""
        query = sa.delete(VectorMarkRow).where(*_within(place, digests))
        self._session.execute(query.execution_options(synchronize_session=False))

    def coverage(self, place: SpaceOfStore) -> Coverage:
        """How much of the library is there, as soon as what left has been deleted."""
        is_failed = VectorMarkRow.error_code.is_not(None)
        is_covered = sa.or_(is_failed, sa.not_(VectorMarkRow.windows_due))
        covered, failed = self._session.execute(
            sa.select(
                sa.func.count(sa.case((is_covered, 1))), sa.func.count(sa.case((is_failed, 1)))
            ).where(*_within(place, None))
        ).one()
        wanted = self._count_wanted()
        return Coverage(wanted=wanted, covered=min(covered, wanted), failed=failed)

    def _count_wanted(self) -> int:
        """All that are analysed but the few that are hidden: a join of everything takes seconds."""
        analysed = self._session.scalar(sa.select(sa.func.count()).select_from(ArtefactRow)) or 0
        hidden = (
            sa.select(sa.func.count(ArtefactRow.audio_id.distinct()))
            .select_from(ArtefactRow)
            .join(AudioRow, AudioRow.id == ArtefactRow.audio_id)
            .join(ListingRow, ListingRow.audio_id == AudioRow.id)
            .where(ListingRow.state == HIDDEN, ~_is_shown_elsewhere())
        )
        return analysed - (self._session.scalar(hidden) or 0)

    def failures(self, place: SpaceOfStore) -> dict[str, int]:
        """How many recordings failed, by code."""
        query = (
            sa.select(VectorMarkRow.error_code, sa.func.count())
            .where(*_within(place, None), VectorMarkRow.error_code.is_not(None))
            .group_by(VectorMarkRow.error_code)
            .order_by(VectorMarkRow.error_code)
        )
        return {str(code): count for code, count in self._session.execute(query)}

    def _digests(self, query: "sa.Select[Any]") -> list[AudioDigest]:
        return [AudioDigest(digest) for digest in self._session.scalars(query)]

    def _set(
        self, place: SpaceOfStore, digests: Collection[AudioDigest] | None, **values: object
    ) -> None:
        if digests is None or digests:
            self._session.execute(
                sa.update(VectorMarkRow)
                .where(*_within(place, digests))
                .values(**values)
                .execution_options(synchronize_session=False)
            )


def _is_shown_elsewhere() -> sa.ColumnElement[bool]:
    other = aliased(ListingRow)
    return sa.exists().where(other.audio_id == AudioRow.id, other.state != HIDDEN)


def note_reanalysed(session: Session, audio_id: int) -> None:
    """Say that a recording was analysed: what is made from analyses, or failed, is made again."""
    made_of_analyses = sa.select(SpaceRow.id).where(SpaceRow.embedder == "timbre")
    session.execute(
        sa.update(VectorMarkRow)
        .where(
            VectorMarkRow.audio_digest == _digest_of([audio_id]),
            sa.or_(
                VectorMarkRow.error_code.is_not(None),
                VectorMarkRow.space_id.in_(made_of_analyses.scalar_subquery()),
            ),
        )
        .values(windows_due=True, attempts=0, passages_due=True)
        .execution_options(synchronize_session=False)
    )


def note_relisted(session: Session, audio_ids: Collection[int]) -> None:
    """Say that tracks of recordings are listed otherwise, so that filters are told of them."""
    if audio_ids:
        session.execute(
            sa.update(VectorMarkRow)
            .where(VectorMarkRow.audio_digest.in_(_digest_of(audio_ids)))
            .values(passages_due=True)
            .execution_options(synchronize_session=False)
        )


def _digest_of(audio_ids: Collection[int]) -> "sa.ScalarSelect[str]":
    return sa.select(AudioRow.digest).where(AudioRow.id.in_(audio_ids)).scalar_subquery()


def _joined(place: SpaceOfStore) -> sa.ColumnElement[bool]:
    return sa.and_(VectorMarkRow.audio_digest == AudioRow.digest, *_within(place, None))


def _of(place: SpaceOfStore) -> "sa.Select[Any]":
    query = sa.select(VectorMarkRow.audio_digest).where(*_within(place, None))
    return query.order_by(VectorMarkRow.audio_digest)


def _within(
    place: SpaceOfStore, digests: Collection[AudioDigest] | None
) -> list[sa.ColumnElement[bool]]:
    conditions = [VectorMarkRow.space_id == place.space_id, VectorMarkRow.store == place.store]
    if digests is not None:
        conditions.append(VectorMarkRow.audio_digest.in_(digests))
    return conditions
