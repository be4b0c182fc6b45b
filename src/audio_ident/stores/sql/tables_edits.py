"""Tables of what people say of tracks, and of the form in which tracks are browsed."""

import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from audio_ident.stores.sql.tables import Base


class TrackEditRow(Base):
    """One thing that a person said of one field of a track.

    The newest that was not revoked counts. Audio and place find the track again in a library
    that was made anew, where it has another id.
    """

    __tablename__ = "track_edits"

    id: Mapped[int] = mapped_column(primary_key=True)
    track_id: Mapped[str] = mapped_column(sa.String(36), index=True)
    """No reference: it may be of a track that is not imported (yet)."""
    audio_digest: Mapped[str] = mapped_column(sa.String(32), index=True)
    place: Mapped[str]
    """Where the file lay below its root, as `names.path_to_text` writes it."""
    field: Mapped[str] = mapped_column(sa.String(32))
    value: Mapped[Any | None] = mapped_column(sa.JSON(none_as_null=True))
    """NULL takes back what was said before."""
    decided_at: Mapped[datetime.datetime]
    decided_by: Mapped[str]
    revoked_at: Mapped[datetime.datetime | None]


class HiddenTrackRow(Base):
    """Says that a person took a track out of the library, until it was restored."""

    __tablename__ = "hidden_tracks"

    id: Mapped[int] = mapped_column(primary_key=True)
    track_id: Mapped[str] = mapped_column(sa.String(36), index=True)
    audio_digest: Mapped[str] = mapped_column(sa.String(32), index=True)
    place: Mapped[str]
    hidden_at: Mapped[datetime.datetime]
    hidden_by: Mapped[str]
    restored_at: Mapped[datetime.datetime | None]


class ListingRow(Base):
    """A track as lists show and order it; derived, and written whenever its sources are.

    Keys are folded names (`core.folding`); they are empty where nobody knows a name.
    """

    __tablename__ = "track_listings"
    __table_args__ = (
        sa.CheckConstraint("state IN ('shown', 'missing', 'hidden')", name="state"),
        *(
            sa.Index(f"ix_track_listings_{name}", "state", name, "track_id")
            for name in (
                "added_at",
                "title_key",
                "artist_key",
                "album_key",
                "year",
                "duration_ticks",
            )
        ),
        # holds all that a search looks at, so that it reads nothing else of most tracks
        sa.Index(
            "ix_track_listings_search",
            "state",
            "title_key",
            "artist_key",
            "album_key",
            "track_id",
        ),
        sa.Index("ix_track_listings_audio_id", "audio_id", "state"),
        sa.Index("ix_track_listings_album", "state", "album_key", "album_credit_key"),
    )

    track_id: Mapped[str] = mapped_column(
        sa.ForeignKey("tracks.id", ondelete="CASCADE"), primary_key=True
    )
    state: Mapped[str] = mapped_column(sa.String(8))
    audio_id: Mapped[int]
    root_id: Mapped[int]
    title_key: Mapped[str]
    artist_key: Mapped[str]
    album_key: Mapped[str]
    album_credit_key: Mapped[str]
    """Of the album artist, or of the artist where there is none."""
    year: Mapped[int]
    """0 where nobody knows it."""
    duration_ticks: Mapped[int] = mapped_column(sa.BigInteger)
    added_at: Mapped[datetime.datetime]
    container: Mapped[str]
    codec: Mapped[str]
    is_lossless: Mapped[bool]
    artist: Mapped[str]
    album: Mapped[str]
    album_credit: Mapped[str]
    edits: Mapped[Any | None] = mapped_column(sa.JSON(none_as_null=True))
    """What people say now, by field; NULL where they say nothing."""


class ListedGenreRow(Base):
    """A genre of a track."""

    __tablename__ = "track_genres"
    __table_args__ = (
        sa.Index("ix_track_genres_name_key", "name_key", "track_id"),
        sa.Index("ix_track_genres_state", "state", "name_key", "duration_ticks"),
    )

    track_id: Mapped[str] = mapped_column(
        sa.ForeignKey("track_listings.track_id", ondelete="CASCADE"), primary_key=True
    )
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str]
    name_key: Mapped[str]
    state: Mapped[str] = mapped_column(sa.String(8))
    """That of the listing, as its length is: genres are counted without looking at listings."""
    duration_ticks: Mapped[int] = mapped_column(sa.BigInteger)
