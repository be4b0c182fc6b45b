"""Tables of the vibe lane: its spaces, and what was put into which of them."""

import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from audio_ident.stores.sql.tables import Base


class SpaceRow(Base):
    """A space of vectors that this library has or had; never changed into another one."""

    __tablename__ = "spaces"

    id: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    embedder: Mapped[str] = mapped_column(sa.String(16))
    model: Mapped[str] = mapped_column(sa.String(128))
    revision: Mapped[str] = mapped_column(sa.String(64))
    preprocessing: Mapped[str] = mapped_column(sa.String(32))
    dimension: Mapped[int]
    rate_hz: Mapped[int]
    window_s: Mapped[float] = mapped_column(sa.Double)
    hop_s: Mapped[float] = mapped_column(sa.Double)
    has_text: Mapped[bool]
    parameters: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    created_at: Mapped[datetime.datetime]
    wanted_at: Mapped[datetime.datetime | None]
    """Since when the settings ask for it; NULL when they ask for another one of its embedder."""
    active_since: Mapped[datetime.datetime | None]
    """Since when it answers; NULL before, and after another one took over."""
    likeness: Mapped[list[float] | None] = mapped_column(sa.JSON(none_as_null=True))
    """Quantiles of the likeness of random tracks of this library; NULL until there are enough."""
    likeness_recordings: Mapped[int]
    """How many recordings there were when it was measured; 0 before."""


class VectorMarkRow(Base):
    """Says that the windows of a recording are in a space of a store, or why they are not."""

    __tablename__ = "vector_marks"
    __table_args__ = (
        sa.Index("ix_vector_marks_audio_digest", "audio_digest"),
        sa.Index("ix_vector_marks_passages_due", "passages_due", "store", "audio_digest"),
    )

    space_id: Mapped[str] = mapped_column(
        sa.ForeignKey("spaces.id", ondelete="CASCADE"), primary_key=True
    )
    store: Mapped[str] = mapped_column(sa.String(200), primary_key=True)
    """As `VectorReader.name` says."""
    audio_digest: Mapped[str] = mapped_column(sa.String(32), primary_key=True)
    """No reference: the windows are to be deleted when the recording has gone."""
    windows: Mapped[int]
    windows_due: Mapped[bool]
    """Whether they are to be put (again): they are on their way, failed in a way that may pass, or
    the recording was analysed anew."""
    passages_digest: Mapped[str] = mapped_column(sa.String(32))
    """Of what filters were told about the recording; empty before."""
    passages_due: Mapped[bool]
    """Whether something was written since that filters may see otherwise."""
    attempts: Mapped[int]
    """That failed in a row."""
    error_code: Mapped[str | None] = mapped_column(sa.String(64))
    """Why it could not be put; NULL when it was."""
    error_fact: Mapped[str | None]
    written_at: Mapped[datetime.datetime]
