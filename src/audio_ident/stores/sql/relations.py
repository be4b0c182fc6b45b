"""Queries about relations between recordings: what listening says of two of them."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from audio_ident.model.analysis import AudioDigest
from audio_ident.model.kinship import Kinship, Relation, SharedSpan
from audio_ident.stores.sql.tables import AudioRow, RelationRow
from audio_ident.units import Ticks

_First, _Second = aliased(AudioRow), aliased(AudioRow)


class Relations:
    """Relations, by the audio that they tie; they go when one of the two goes."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def replace(self, audio_id: int, relations: Iterable[Relation]) -> None:
        """Say how an audio is related, instead of what was said before.

        A relation to an audio that is not in the catalogue (any more) is left out.
        """
        self._session.execute(
            sa.delete(RelationRow).where(
                sa.or_(
                    RelationRow.first_audio_id == audio_id, RelationRow.second_audio_id == audio_id
                )
            )
        )
        for relation in relations:
            ids = self._ids((relation.first, relation.second))
            if len(ids) == 2:
                self._session.add(_row(ids[relation.first], ids[relation.second], relation))
        self._session.flush()

    def all(self) -> list[Relation]:
        """Every relation, in a fixed order."""
        return [_relation(row) for row in self._session.execute(_query())]

    def among(self, digests: Collection[AudioDigest]) -> list[Relation]:
        """Relations between some recordings, in a fixed order."""
        query = _query().where(_First.digest.in_(digests), _Second.digest.in_(digests))
        return [_relation(row) for row in self._session.execute(query)]

    def of(self, digests: Collection[AudioDigest]) -> list[Relation]:
        """Relations that tie one of some recordings to any other, in the same order."""
        audios = sa.select(AudioRow.id).where(AudioRow.digest.in_(sorted(digests)))
        ids = list(self._session.scalars(audios))
        query = _query().where(
            sa.or_(RelationRow.first_audio_id.in_(ids), RelationRow.second_audio_id.in_(ids))
        )
        return [_relation(row) for row in self._session.execute(query)]

    def _ids(self, digests: Sequence[AudioDigest]) -> dict[str, int]:
        rows = self._session.execute(
            sa.select(AudioRow.digest, AudioRow.id).where(AudioRow.digest.in_(digests))
        )
        return {row.digest: row.id for row in rows}


def _query() -> Any:  # noqa: ANN401 -- the type of a query that grows step by step
    return (
        sa.select(RelationRow, _First.digest, _Second.digest)
        .join(_First, _First.id == RelationRow.first_audio_id)
        .join(_Second, _Second.id == RelationRow.second_audio_id)
        .order_by(_First.digest, _Second.digest)
    )


def _row(first_id: int, second_id: int, relation: Relation) -> RelationRow:
    return RelationRow(
        first_audio_id=first_id,
        second_audio_id=second_id,
        kinship=relation.kinship,
        spans=[
            [
                span.first_start_ticks,
                span.first_end_ticks,
                span.second_start_ticks,
                span.second_end_ticks,
            ]
            for span in relation.spans
        ],
        offset_ticks=relation.offset_ticks,
        speed=relation.speed,
        agreement=relation.agreement,
        evidence=dict(relation.evidence),
        algorithm_version=relation.version,
    )


def _relation(row: Any) -> Relation:  # noqa: ANN401 -- a row of a joined query
    relation, first, second = row
    return Relation(
        first=AudioDigest(first),
        second=AudioDigest(second),
        kinship=Kinship(relation.kinship),
        spans=tuple(_span(ticks) for ticks in relation.spans),
        offset_ticks=relation.offset_ticks,
        speed=relation.speed,
        agreement=relation.agreement,
        evidence=relation.evidence,
        version=relation.algorithm_version,
    )


def _span(ticks: Sequence[int]) -> SharedSpan:
    return SharedSpan(
        first_start_ticks=Ticks(ticks[0]),
        first_end_ticks=Ticks(ticks[1]),
        second_start_ticks=Ticks(ticks[2]),
        second_end_ticks=Ticks(ticks[3]),
    )
