"""Tables of the catalogue: the owner, keys and log-ins.

Of passwords and secrets only hashes are kept. None of these tables is part of a backup.
"""

import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from audio_ident.stores.sql.tables import Base

DIGEST = sa.String(64)
"""SHA-256 in hexadecimal digits."""


class OwnerRow(Base):
    """The owner; the fixed id makes that there is one at most, whoever registers at once."""

    __tablename__ = "owners"
    __table_args__ = (sa.CheckConstraint("id = 1", name="only"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str]
    password_hash: Mapped[str]
    created_at: Mapped[datetime.datetime]
    changed_at: Mapped[datetime.datetime]


class SetupLinkRow(Base):
    """A link with which somebody becomes the owner, once."""

    __tablename__ = "setup_links"
    __table_args__ = (sa.CheckConstraint("kind IN ('first', 'reset')", name="kind"),)

    digest: Mapped[str] = mapped_column(DIGEST, primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(16))
    expires_at: Mapped[datetime.datetime]


class LogInRow(Base):
    """A browser or a program in which the owner is logged in."""

    __tablename__ = "log_ins"
    __table_args__ = (sa.CheckConstraint("kind IN ('browser', 'token')", name="kind"),)

    id: Mapped[str] = mapped_column(sa.String(36), primary_key=True)
    digest: Mapped[str] = mapped_column(DIGEST, unique=True)
    kind: Mapped[str] = mapped_column(sa.String(16))
    address: Mapped[str]
    agent: Mapped[str]
    created_at: Mapped[datetime.datetime]
    seen_at: Mapped[datetime.datetime]
    expires_at: Mapped[datetime.datetime]


class ApiKeyRow(Base):
    """A key of a program."""

    __tablename__ = "api_keys"

    id: Mapped[str] = mapped_column(sa.String(36), primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    hint: Mapped[str] = mapped_column(sa.String(16))
    digest: Mapped[str] = mapped_column(DIGEST, unique=True)
    scopes: Mapped[list[str]] = mapped_column(sa.JSON)
    created_at: Mapped[datetime.datetime]
    expires_at: Mapped[datetime.datetime | None]
    used_at: Mapped[datetime.datetime | None]
