"""Condition that a listed track has duplicates, as far as a query can tell without grouping."""

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from audio_ident.model.kinship import DuplicateVerdict, Kinship
from audio_ident.stores.sql.listing_values import SHOWN
from audio_ident.stores.sql.tables import AudioRow, DuplicateDecisionRow, RelationRow
from audio_ident.stores.sql.tables_edits import ListingRow


def has_duplicates(state: str) -> sa.ColumnElement[bool]:
    """Another shown track has the same audio or recording, and nobody keeps the two apart.

    Parameters
    ----------
    state
        Of the listings that are asked for; one that is shown itself is no other track.
    """
    tied = (
        _same_audio(2 if state == SHOWN else 1),
        _heard("first", "second"),
        _heard("second", "first"),
        _said("first", "second"),
        _said("second", "first"),
    )
    return sa.or_(*(ListingRow.audio_id.in_(audios.scalar_subquery()) for audios in tied))


def _is_shown(listing: type[ListingRow]) -> sa.ColumnElement[bool]:
    # not by its index: nearly all are shown, and the few that are tied are found by their audio
    return sa.func.coalesce(listing.state, "") == SHOWN


def _same_audio(least: int) -> "sa.Select[int]":
    listing, audio = aliased(ListingRow), aliased(AudioRow)
    apart = (
        sa.select(audio.id)
        .join(DuplicateDecisionRow, DuplicateDecisionRow.first_digest == audio.digest)
        .where(
            DuplicateDecisionRow.second_digest == audio.digest,
            DuplicateDecisionRow.verdict == DuplicateVerdict.NOT_DUPLICATE,
            DuplicateDecisionRow.revoked_at.is_(None),
        )
    )
    return (
        sa.select(listing.audio_id)
        .where(_is_shown(listing), listing.audio_id.not_in(apart.scalar_subquery()))
        .group_by(listing.audio_id)
        .having(sa.func.count() >= least)
    )


def _heard(own: str, other: str) -> "sa.Select[int]":
    """Audio that is the own side of a relation whose other side is shown."""
    relation, listing = aliased(RelationRow), aliased(ListingRow)
    audios = {name: aliased(AudioRow) for name in ("first", "second")}
    decision = aliased(DuplicateDecisionRow)
    first, second = audios["first"].digest, audios["second"].digest
    is_apart = sa.exists().where(
        decision.verdict == DuplicateVerdict.NOT_DUPLICATE,
        decision.revoked_at.is_(None),
        sa.or_(
            sa.and_(decision.first_digest == first, decision.second_digest == second),
            sa.and_(decision.first_digest == second, decision.second_digest == first),
        ),
    )
    return (
        sa.select(getattr(relation, f"{own}_audio_id"))
        .join(listing, listing.audio_id == getattr(relation, f"{other}_audio_id"))
        .join(audios["first"], audios["first"].id == relation.first_audio_id)
        .join(audios["second"], audios["second"].id == relation.second_audio_id)
        .where(relation.kinship == Kinship.SAME_RECORDING, _is_shown(listing), ~is_apart)
    )


def _said(own: str, other: str) -> "sa.Select[int]":
    """Audio that somebody says is the same recording as another one that is shown."""
    decision, listing = aliased(DuplicateDecisionRow), aliased(ListingRow)
    own_audio, other_audio = aliased(AudioRow), aliased(AudioRow)
    return (
        sa.select(own_audio.id)
        .join(decision, getattr(decision, f"{own}_digest") == own_audio.digest)
        .join(other_audio, getattr(decision, f"{other}_digest") == other_audio.digest)
        .join(listing, listing.audio_id == other_audio.id)
        .where(
            decision.verdict == DuplicateVerdict.DUPLICATE,
            decision.revoked_at.is_(None),
            decision.first_digest != decision.second_digest,
            _is_shown(listing),
        )
    )
