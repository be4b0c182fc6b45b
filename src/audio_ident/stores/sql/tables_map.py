"""Tables of the map of the library."""

import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from audio_ident.stores.sql.tables import Base


class MapLayoutRow(Base):
    """A layout of landmarks, among which all other tracks are placed; the newest finished counts.

    The landmarks are kept as they were laid out, whatever becomes of their recordings: positions
    of what comes later do not depend on what has gone meanwhile.
    """

    __tablename__ = "map_layouts"

    id: Mapped[int] = mapped_column(primary_key=True)
    space_id: Mapped[str] = mapped_column(sa.String(64))
    tracks: Mapped[int]
    """How many there were in the library when it was made."""
    dimension: Mapped[int]
    landmark_digests: Mapped[list[str]] = mapped_column(sa.JSON)
    landmark_vectors: Mapped[bytes]
    """Half-precision numbers, little-endian, a row for each digest."""
    landmark_positions: Mapped[bytes]
    """Double-precision numbers, x and y for each digest."""
    made_at: Mapped[datetime.datetime]
    finished_at: Mapped[datetime.datetime | None]
    """When every track of the space had its point; NULL before."""


class MapPointRow(Base):
    """Where a track lies."""

    __tablename__ = "map_points"
    __table_args__ = (sa.Index("ix_map_points_view", "layout_id", "level", "x", "y"),)

    layout_id: Mapped[int] = mapped_column(
        sa.ForeignKey("map_layouts.id", ondelete="CASCADE"), primary_key=True
    )
    track_id: Mapped[str] = mapped_column(
        sa.ForeignKey("tracks.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    audio_digest: Mapped[str] = mapped_column(sa.String(32))
    """Of what was heard when it was placed."""
    x: Mapped[float] = mapped_column(sa.Double)
    y: Mapped[float] = mapped_column(sa.Double)
    level: Mapped[int] = mapped_column(sa.SmallInteger)
    """From how near it is shown; see `core.vibe.map_levels`."""
