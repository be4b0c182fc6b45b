"""Tables of the catalogue: the library that it belongs to."""

import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from audio_ident.stores.sql.tables import Base


class LibraryRow(Base):
    """The library whose data directory goes with this catalogue; there is one row, or none."""

    __tablename__ = "library"
    __table_args__ = (sa.CheckConstraint("id = 1", name="one"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    library_id: Mapped[str] = mapped_column(sa.String(36))
    is_complete: Mapped[bool]
    """False while rows are being copied into this catalogue."""
    claimed_at: Mapped[datetime.datetime]
