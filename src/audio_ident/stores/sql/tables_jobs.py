"""Tables of long work that was asked for over HTTP."""

import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from audio_ident.stores.sql.tables import Base


class JobRow(Base):
    """A long recording that is to be listened to, from the wish to the result."""

    __tablename__ = "jobs"

    id: Mapped[str] = mapped_column(sa.String(36), primary_key=True)
    state: Mapped[str] = mapped_column(sa.String(16), index=True)
    progress: Mapped[float] = mapped_column(sa.Double)
    file_name: Mapped[str | None]
    """What its sender calls the upload, for people; NULL when there is none."""
    track_id: Mapped[str | None] = mapped_column(sa.String(36))
    """The track that is listened to instead; it may have gone since."""
    start_s: Mapped[float | None] = mapped_column(sa.Double)
    end_s: Mapped[float | None] = mapped_column(sa.Double)
    created_by: Mapped[str]
    created_at: Mapped[datetime.datetime] = mapped_column(index=True)
    started_at: Mapped[datetime.datetime | None]
    ended_at: Mapped[datetime.datetime | None]
    owner: Mapped[str | None] = mapped_column(sa.String(36))
    """Process that works on it, as its spool names it."""
    attempts: Mapped[int]
    """How often it was begun and not interrupted in good order."""
    request_key: Mapped[str | None] = mapped_column(sa.String(64), unique=True)
    """Digest of who asked and of the key that makes asking twice ask once."""
    request_digest: Mapped[str] = mapped_column(sa.String(64))
    """Digest of what was asked."""
    result: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON(none_as_null=True))
    error_code: Mapped[str | None] = mapped_column(sa.String(64))
    error_fact: Mapped[str | None]
