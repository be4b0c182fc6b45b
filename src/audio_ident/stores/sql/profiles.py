"""Queries about profiles: folders and parameters under a name."""

import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from audio_ident.errors import NotFound
from audio_ident.model.parameters import values_of
from audio_ident.model.sessions import Profile
from audio_ident.stores.sql.names import path_from_text, path_to_text
from audio_ident.stores.sql.sessions import stored_parameters
from audio_ident.stores.sql.tables import ProfileRow


class Profiles:
    """Named imports."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def all(self) -> list[Profile]:
        """Every profile, by name."""
        rows = self._session.scalars(sa.select(ProfileRow).order_by(ProfileRow.name))
        return [_profile(row) for row in rows]

    def get(self, name: str) -> Profile:
        """The profile with a name; raises `NotFound`."""
        return _profile(self._row(name))

    def save(self, profile: Profile) -> None:
        """Keep a profile, instead of the one with its name if there is one."""
        row = self._session.get(ProfileRow, profile.name)
        if row is None:
            row = ProfileRow(name=profile.name, created_at=profile.created_at)
            self._session.add(row)
        row.folders = [path_to_text(folder) for folder in profile.folders]
        row.parameters = values_of(profile.parameters)

    def use(self, name: str, at: datetime.datetime) -> Profile:
        """The profile with a name, which is being used now; raises `NotFound`."""
        row = self._row(name)
        row.last_used_at = at
        return _profile(row)

    def remove(self, name: str) -> None:
        """Forget a profile; raises `NotFound`."""
        self._session.delete(self._row(name))

    def _row(self, name: str) -> ProfileRow:
        row = self._session.get(ProfileRow, name)
        if row is None:
            raise NotFound(f"no profile is called {name}")
        return row


def _profile(row: ProfileRow) -> Profile:
    return Profile(
        name=row.name,
        folders=tuple(path_from_text(text) for text in row.folders),
        parameters=stored_parameters(row.parameters),
        created_at=row.created_at,
        last_used_at=row.last_used_at,
    )
