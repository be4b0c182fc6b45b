"""Transactions of the catalogue: the only file that commits, and that names database errors."""

import contextlib
import dataclasses
from collections.abc import Iterator

import sqlalchemy as sa
from sqlalchemy.orm import Session

from audio_ident.errors import DatabaseProblem, DiskFull, LibraryLocked, StoreReadOnly
from audio_ident.stores.sql.audios import Audios
from audio_ident.stores.sql.copies import Copies
from audio_ident.stores.sql.decisions import Decisions
from audio_ident.stores.sql.descriptions import Descriptions
from audio_ident.stores.sql.dialect import (
    FOR_WRITING,
    is_busy,
    is_disk_full,
    is_read_only,
    make_engine,
)
from audio_ident.stores.sql.failures import Failures
from audio_ident.stores.sql.files import Files
from audio_ident.stores.sql.human_parts import HumanRows
from audio_ident.stores.sql.jobs import Jobs
from audio_ident.stores.sql.moves import Moves
from audio_ident.stores.sql.orphans import Orphans
from audio_ident.stores.sql.profiles import Profiles
from audio_ident.stores.sql.relations import Relations
from audio_ident.stores.sql.revision import NEWEST_REVISION, current_revision
from audio_ident.stores.sql.roots import Roots
from audio_ident.stores.sql.sessions import Sessions
from audio_ident.stores.sql.sheets import Sheets
from audio_ident.stores.sql.stages import Stages
from audio_ident.stores.sql.tracks import Tracks


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rows:
    """All repositories, inside one transaction."""

    roots: Roots
    files: Files
    moves: Moves
    descriptions: Descriptions
    audios: Audios
    tracks: Tracks
    sheets: Sheets
    stages: Stages
    sessions: Sessions
    human: HumanRows
    orphans: Orphans
    profiles: Profiles
    failures: Failures
    relations: Relations
    decisions: Decisions
    copies: Copies
    jobs: Jobs


class Catalogue:
    """The rows of a library: the truth from which every index is derived.

    Parameters
    ----------
    url
        Address of the database; `dialect.sqlite_url` makes that of a file.

    Raises
    ------
    DatabaseProblem
        From every method: the database cannot be opened, read or written.
    DiskFull, StoreReadOnly
        From `migrate` and `writing`: there is no space left, or nothing may be written.
    LibraryLocked
        Another program has held the database for longer than we wait.
    """

    def __init__(self, url: sa.URL | str) -> None:
        self._engine = make_engine(url)
        self._writer = self._engine.execution_options(**FOR_WRITING)

    def migrate(self) -> None:
        """Make or upgrade the tables."""
        if not self.is_up_to_date():
            # Late, because Alembic takes longer to load than most commands take to run.
            from audio_ident.stores.sql.migrate import upgrade  # noqa: PLC0415

            with _problems_named():
                upgrade(self._engine)

    def is_up_to_date(self) -> bool:
        """Whether the tables have the form that this version of the program uses."""
        with _problems_named(), self._engine.connect() as connection:
            return current_revision(connection) == NEWEST_REVISION

    @contextlib.contextmanager
    def writing(self) -> Iterator[Rows]:
        """One transaction: committed when the block ends, undone when it raises."""
        with _problems_named(), Session(self._writer) as session:
            yield _rows(session)
            session.commit()

    @contextlib.contextmanager
    def reading(self) -> Iterator[Rows]:
        """One consistent view of the rows; nothing is written."""
        with _problems_named(), Session(self._engine) as session:
            yield _rows(session)

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()


def _rows(session: Session) -> Rows:
    return Rows(
        roots=Roots(session),
        files=Files(session),
        moves=Moves(session),
        descriptions=Descriptions(session),
        audios=Audios(session),
        tracks=Tracks(session),
        sheets=Sheets(session),
        stages=Stages(session),
        sessions=Sessions(session),
        human=HumanRows(session),
        orphans=Orphans(session),
        profiles=Profiles(session),
        failures=Failures(session),
        relations=Relations(session),
        decisions=Decisions(session),
        copies=Copies(session),
        jobs=Jobs(session),
    )


@contextlib.contextmanager
def _problems_named() -> Iterator[None]:
    try:
        yield
    except sa.exc.DBAPIError as error:
        if is_disk_full(error.orig):
            raise DiskFull(f"the catalogue cannot grow: {error.orig}") from error
        if is_busy(error.orig):
            raise LibraryLocked(f"another program holds the catalogue: {error.orig}") from error
        if is_read_only(error.orig):
            raise StoreReadOnly(f"the catalogue cannot be written: {error.orig}") from error
        raise DatabaseProblem(f"the catalogue refused: {error.orig}") from error
    except sa.exc.SQLAlchemyError as error:
        raise DatabaseProblem(f"the catalogue refused: {error}") from error
