"""Queries about what people decided of duplicates; nothing is ever deleted here."""

import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from audio_ident.model.analysis import AudioDigest
from audio_ident.model.kinship import Decision, DuplicateVerdict
from audio_ident.model.library import TrackId
from audio_ident.stores.sql.tables import DuplicateDecisionRow


class Decisions:
    """Decisions, by the digests of the two recordings."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(
        self,
        pair: tuple[AudioDigest, AudioDigest],
        verdict: DuplicateVerdict,
        made: tuple[datetime.datetime, str],
        track_id: TrackId | None = None,
    ) -> Decision:
        """Remember a decision; one of another verdict on the same pair is revoked by it.

        Parameters
        ----------
        pair
            The two recordings, in any order.
        verdict
            What was decided.
        made
            When, and by whom.
        track_id
            The track to keep.
        """
        first, second = sorted(pair)
        at, by = made
        self._session.execute(
            sa.update(DuplicateDecisionRow)
            .where(
                DuplicateDecisionRow.first_digest == first,
                DuplicateDecisionRow.second_digest == second,
                DuplicateDecisionRow.revoked_at.is_(None),
                (DuplicateDecisionRow.verdict == DuplicateVerdict.KEEP)
                if verdict == DuplicateVerdict.KEEP
                else (DuplicateDecisionRow.verdict != DuplicateVerdict.KEEP),
            )
            .values(revoked_at=at)
        )
        row = DuplicateDecisionRow(
            first_digest=first,
            second_digest=second,
            verdict=verdict,
            track_id=track_id,
            decided_at=at,
            decided_by=by,
        )
        self._session.add(row)
        self._session.flush()
        return _decision(row)

    def revoke(self, decision_id: int, at: datetime.datetime) -> Decision | None:
        """Take a decision back; None when there is none of that id that still holds."""
        row = self._session.get(DuplicateDecisionRow, decision_id)
        if row is None or row.revoked_at is not None:
            return None
        row.revoked_at = at
        self._session.flush()
        return _decision(row)

    def all(self, *, with_revoked: bool = False) -> list[Decision]:
        """Every decision that holds, oldest first; or the whole history."""
        query = sa.select(DuplicateDecisionRow).order_by(DuplicateDecisionRow.id)
        if not with_revoked:
            query = query.where(DuplicateDecisionRow.revoked_at.is_(None))
        return [_decision(row) for row in self._session.scalars(query)]


def _decision(row: DuplicateDecisionRow) -> Decision:
    return Decision(
        id=row.id,
        first=AudioDigest(row.first_digest),
        second=AudioDigest(row.second_digest),
        verdict=DuplicateVerdict(row.verdict),
        track_id=None if row.track_id is None else TrackId(row.track_id),
        decided_at=row.decided_at,
        decided_by=row.decided_by,
        revoked_at=row.revoked_at,
    )
