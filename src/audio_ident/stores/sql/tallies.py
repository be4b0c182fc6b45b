"""Sums over all imports."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from audio_ident.stores.sql.tables import ErrorRow, SessionRow


class Tallies:
    """Repository that only counts."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def imported_files(self) -> tuple[int, int]:
        """Files that imports have done and that have failed in them."""
        sums = sa.select(
            sa.func.coalesce(sa.func.sum(SessionRow.files_done), 0),
            sa.func.coalesce(sa.func.sum(SessionRow.files_failed), 0),
        )
        done, failed = self._session.execute(sums).one()
        return int(done), int(failed)

    def events_by_code(self) -> dict[str, int]:
        """How often imports have met each code."""
        counts = sa.select(ErrorRow.code, sa.func.count()).group_by(ErrorRow.code)
        return {code: int(count) for code, count in self._session.execute(counts)}

    def sessions_by_state(self) -> dict[str, int]:
        """How many imports are in each state."""
        counts = sa.select(SessionRow.state, sa.func.count()).group_by(SessionRow.state)
        return {state: int(count) for state, count in self._session.execute(counts)}
