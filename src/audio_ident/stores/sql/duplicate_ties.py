"""Condition that a listed track has duplicates, as far as a query can tell without grouping."""

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from audio_ident.model.kinship import Kinship, Verdict
from audio_ident.stores.sql.listing_values import SHOWN
from audio_ident.stores.sql.tables import AudioRow, DuplicateDecisionRow, RelationRow
from audio_ident.stores.sql.tables_edits import ListingRow


def has_duplicates() -> sa.ColumnElement[bool]:
    """Another shown track has the same audio or recording, and nobody keeps the two apart."""
    return sa.or_(_same_audio(), _heard("first", "second"), _heard("second", "first"), _said())


def _same_audio() -> sa.ColumnElement[bool]:
    other, audio = aliased(ListingRow), aliased(AudioRow)
    apart = _decided(audio.digest, audio.digest, Verdict.NOT_DUPLICATE)
    return (
        sa.exists()
        .where(
            other.audio_id == ListingRow.audio_id,
            other.track_id != ListingRow.track_id,
            other.state == SHOWN,
            audio.id == other.audio_id,
            ~apart,
        )
        .correlate(ListingRow)
    )


def _heard(own: str, others: str) -> sa.ColumnElement[bool]:
    relation, other = aliased(RelationRow), aliased(ListingRow)
    audios = {name: aliased(AudioRow) for name in ("first", "second")}
    pair = [audios[name].digest for name in ("first", "second")]
    apart = sa.or_(
        _decided(pair[0], pair[1], Verdict.NOT_DUPLICATE),
        _decided(pair[1], pair[0], Verdict.NOT_DUPLICATE),
    )
    return (
        sa.exists()
        .where(
            relation.kinship == Kinship.SAME_RECORDING,
            getattr(relation, f"{own}_audio_id") == ListingRow.audio_id,
            getattr(relation, f"{others}_audio_id") == other.audio_id,
            other.state == SHOWN,
            audios["first"].id == relation.first_audio_id,
            audios["second"].id == relation.second_audio_id,
            ~apart,
        )
        .correlate(ListingRow)
    )


def _said() -> sa.ColumnElement[bool]:
    decision, other = aliased(DuplicateDecisionRow), aliased(ListingRow)
    own_audio, audio = aliased(AudioRow), aliased(AudioRow)
    return (
        sa.exists()
        .where(
            own_audio.id == ListingRow.audio_id,
            decision.verdict == Verdict.DUPLICATE,
            decision.revoked_at.is_(None),
            sa.or_(
                sa.and_(
                    decision.first_digest == own_audio.digest,
                    decision.second_digest == audio.digest,
                ),
                sa.and_(
                    decision.second_digest == own_audio.digest,
                    decision.first_digest == audio.digest,
                ),
            ),
            other.audio_id == audio.id,
            other.track_id != ListingRow.track_id,
            other.state == SHOWN,
        )
        .correlate(ListingRow)
    )


def _decided(
    first: "sa.SQLColumnExpression[str]", second: "sa.SQLColumnExpression[str]", verdict: Verdict
) -> sa.ColumnElement[bool]:
    decision = aliased(DuplicateDecisionRow)
    return sa.exists().where(
        decision.first_digest == first,
        decision.second_digest == second,
        decision.verdict == verdict,
        decision.revoked_at.is_(None),
    )
