"""Edits, hidden tracks and the browsable form of tracks"""

import datetime
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

from audio_ident.core.path_evidence import evidence_of
from audio_ident.model.analysis import AudioDigest
from audio_ident.model.library import TimingPoints, Track, TrackId, TrackKind
from audio_ident.model.tags import Tags
from audio_ident.stores.sql.listing_values import genre_values, listing_values
from audio_ident.stores.sql.names import real_path
from audio_ident.units import Ticks

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)
_SORTS = ("added_at", "title_key", "artist_key", "album_key", "year", "duration_ticks")
_ROWS_AT_ONCE = 1000

_TRACKS = sa.text(
    "SELECT t.id, t.kind, t.start_ticks, t.end_ticks, t.created_at, f.root_id, f.relative_path,"
    " f.state, a.id AS audio_id, a.digest, a.container, a.codec, a.bits_per_sample, g.title,"
    " g.artist, g.album, g.album_artist, g.date, g.genre, g.genres"
    " FROM tracks t JOIN files f ON f.id = t.file_id JOIN audios a ON a.id = f.audio_id"
    " LEFT JOIN tags g ON g.file_id = f.id"
).columns(created_at=_TIME, genres=sa.JSON, relative_path=sa.LargeBinary)


def upgrade() -> None:
    _create_decisions()
    listings, genres = _create_listings()
    for made in _in_portions(_made()):
        op.bulk_insert(listings, [values for values, _ in made])
        if some := [genre for _, of_track in made for genre in of_track]:
            op.bulk_insert(genres, some)


def _create_decisions() -> None:
    op.create_table(
        "track_edits",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("track_id", sa.String(36), nullable=False),
        sa.Column("audio_digest", sa.String(32), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("field", sa.String(32), nullable=False),
        sa.Column("value", sa.JSON(), nullable=True),
        sa.Column("decided_at", _TIME, nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("revoked_at", _TIME, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_track_edits")),
    )
    op.create_table(
        "hidden_tracks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("track_id", sa.String(36), nullable=False),
        sa.Column("audio_digest", sa.String(32), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("hidden_at", _TIME, nullable=False),
        sa.Column("hidden_by", sa.Text(), nullable=False),
        sa.Column("restored_at", _TIME, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hidden_tracks")),
    )
    for table in ("track_edits", "hidden_tracks"):
        for column in ("track_id", "audio_digest"):
            op.create_index(f"ix_{table}_{column}", table, [column])


def _create_listings() -> tuple[sa.Table, sa.Table]:
    texts = ("title_key", "artist_key", "album_key", "album_credit_key")
    names = ("container", "codec", "artist", "album", "album_credit")
    listings = op.create_table(
        "track_listings",
        sa.Column("track_id", sa.String(36), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("audio_id", sa.Integer(), nullable=False),
        sa.Column("root_id", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in texts),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("duration_ticks", sa.BigInteger(), nullable=False),
        sa.Column("added_at", _TIME, nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in names),
        sa.Column("is_lossless", sa.Boolean(), nullable=False),
        sa.Column("edits", sa.JSON(), nullable=True),
        sa.CheckConstraint(
            "state IN ('shown', 'missing', 'hidden')", name=op.f("ck_track_listings_state")
        ),
        sa.ForeignKeyConstraint(
            ["track_id"],
            ["tracks.id"],
            name=op.f("fk_track_listings_track_id_tracks"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("track_id", name=op.f("pk_track_listings")),
    )
    for name in _SORTS:
        op.create_index(f"ix_track_listings_{name}", "track_listings", ["state", name, "track_id"])
    op.create_index(
        "ix_track_listings_search",
        "track_listings",
        ["state", "title_key", "artist_key", "album_key", "track_id"],
    )
    op.create_index("ix_track_listings_audio_id", "track_listings", ["audio_id", "state"])
    op.create_index(
        "ix_track_listings_album", "track_listings", ["state", "album_key", "album_credit_key"]
    )
    genres = op.create_table(
        "track_genres",
        sa.Column("track_id", sa.String(36), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_key", sa.Text(), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("duration_ticks", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["track_id"],
            ["track_listings.track_id"],
            name=op.f("fk_track_genres_track_id_track_listings"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("track_id", "position", name=op.f("pk_track_genres")),
    )
    op.create_index("ix_track_genres_name_key", "track_genres", ["name_key", "track_id"])
    op.create_index(
        "ix_track_genres_state", "track_genres", ["state", "name_key", "duration_ticks"]
    )
    return listings, genres


def _made() -> Iterator[tuple[dict[str, Any], list[dict[str, Any]]]]:
    """The listing of each track and its genres; nobody can have edited or hidden one yet."""
    for row in op.get_bind().execute(_TRACKS):
        track = _track(row)
        values = listing_values(track, is_hidden=False, is_lossless=row.bits_per_sample is not None)
        at: datetime.datetime = row.created_at
        copied = {
            "audio_id": row.audio_id,
            "root_id": row.root_id,
            "added_at": at if at.tzinfo else at.replace(tzinfo=datetime.UTC),
            "edits": sa.null(),
        }
        yield values | copied, genre_values(track, values)


def _track(row: Any) -> Track:
    relative_path = real_path(row.relative_path)
    names = ("title", "artist", "album", "album_artist", "date", "genre")
    tags = {name: getattr(row, name) for name in names}
    end = Ticks(row.end_ticks)
    return Track(
        id=TrackId(row.id),
        kind=TrackKind(row.kind),
        digest=AudioDigest(row.digest),
        path=f"/{relative_path}",
        is_missing=row.state == "missing",
        points=TimingPoints(
            start_ticks=Ticks(row.start_ticks),
            fade_in_end_ticks=Ticks(row.start_ticks),
            lead_in_end_ticks=Ticks(row.start_ticks),
            lead_out_start_ticks=end,
            fade_out_start_ticks=end,
            end_ticks=end,
        ),
        tags=Tags(genres=tuple(row.genres or ()), **tags),
        evidence=evidence_of(relative_path),
        container=row.container,
        codec=row.codec,
    )


def _in_portions(
    made: Iterator[tuple[dict[str, Any], list[dict[str, Any]]]],
) -> Iterator[list[tuple[dict[str, Any], list[dict[str, Any]]]]]:
    portion = []
    for one in made:
        portion.append(one)
        if len(portion) == _ROWS_AT_ONCE:
            yield portion
            portion = []
    if portion:
        yield portion


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead: going back would drop what was learnt")
