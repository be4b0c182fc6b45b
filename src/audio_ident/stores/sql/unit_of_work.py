"""Transactions of the catalogue: the only file that commits, and that names database errors."""

import contextlib
import dataclasses
from collections.abc import Iterator

import sqlalchemy as sa
from sqlalchemy.orm import Session

from audio_ident.errors import (
    DatabaseProblem,
    DatabaseUnreachable,
    DiskFull,
    LibraryLocked,
    StoreProblem,
    StoreReadOnly,
)
from audio_ident.stores.sql.api_keys import ApiKeys
from audio_ident.stores.sql.audios import Audios
from audio_ident.stores.sql.browsing import Browsing
from audio_ident.stores.sql.copies import Copies
from audio_ident.stores.sql.decisions import Decisions
from audio_ident.stores.sql.descriptions import Descriptions
from audio_ident.stores.sql.dialect import (
    CONNECTIONS,
    description,
    for_reading,
    for_writing,
    is_shared,
    make_engine,
)
from audio_ident.stores.sql.dialect_errors import (
    is_busy,
    is_disk_full,
    is_read_only,
    is_unreachable,
    reason_of,
)
from audio_ident.stores.sql.edits import TrackEdits
from audio_ident.stores.sql.events import Events
from audio_ident.stores.sql.failures import Failures
from audio_ident.stores.sql.files import Files
from audio_ident.stores.sql.hidden import HiddenTracks
from audio_ident.stores.sql.human_parts import HumanRows
from audio_ident.stores.sql.jobs import Jobs
from audio_ident.stores.sql.library_row import LibraryRows
from audio_ident.stores.sql.listings import Listings
from audio_ident.stores.sql.log_ins import LogIns
from audio_ident.stores.sql.map_points import MapPoints
from audio_ident.stores.sql.moves import Moves
from audio_ident.stores.sql.orphans import Orphans
from audio_ident.stores.sql.owners import Owners
from audio_ident.stores.sql.passages import Passages
from audio_ident.stores.sql.playables import Playables
from audio_ident.stores.sql.profiles import Profiles
from audio_ident.stores.sql.relations import Relations
from audio_ident.stores.sql.revision import NEWEST_REVISION, current_revision
from audio_ident.stores.sql.roots import Roots
from audio_ident.stores.sql.scan_lists import ScanLists
from audio_ident.stores.sql.seat import Presence, WriterSeat
from audio_ident.stores.sql.sessions import Sessions
from audio_ident.stores.sql.sheets import Sheets
from audio_ident.stores.sql.spaces import Spaces
from audio_ident.stores.sql.stages import Stages
from audio_ident.stores.sql.tallies import Tallies
from audio_ident.stores.sql.tracks import Tracks
from audio_ident.stores.sql.uploads import Uploads
from audio_ident.stores.sql.vector_files import VectorFiles
from audio_ident.stores.sql.vector_marks import VectorMarks
from audio_ident.stores.sql.whole_tables import WholeTables


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
    playables: Playables
    profiles: Profiles
    failures: Failures
    relations: Relations
    decisions: Decisions
    copies: Copies
    tallies: Tallies
    library: LibraryRows
    tables: WholeTables
    owners: Owners
    log_ins: LogIns
    api_keys: ApiKeys
    edits: TrackEdits
    hidden: HiddenTracks
    listings: Listings
    browsing: Browsing
    events: Events
    scan_lists: ScanLists
    uploads: Uploads
    jobs: Jobs
    spaces: Spaces
    vector_marks: VectorMarks
    vector_files: VectorFiles
    passages: Passages
    map: MapPoints


class Catalogue:
    """The rows of a library: the truth from which every index is derived.

    Parameters
    ----------
    url
        Address of the database; `dialect.sqlite_url` makes that of a file.
    connections
        How many connections to a server are kept open.

    Raises
    ------
    DatabaseProblem
        From every method: the database cannot be opened, read or written.
    DatabaseUnreachable
        The same, because there is no connection to it; the next call tries to connect again.
    DiskFull, StoreReadOnly
        From `migrate` and `writing`: there is no space left, or nothing may be written.
    LibraryLocked
        Another program has held the database for longer than we wait.
    """

    def __init__(self, url: sa.URL | str, *, connections: int = CONNECTIONS) -> None:
        self._engine = make_engine(url, connections=connections)
        self._reader = for_reading(self._engine)
        self._writer = for_writing(self._engine)
        self._seat = WriterSeat(self._engine)
        self._presence = Presence(self._engine)

    @property
    def is_shared(self) -> bool:
        """Whether a server holds the rows, so that several machines may work with them."""
        return is_shared(self._engine)

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

    def describe(self) -> str:
        """What kind of database it is, and how large."""
        with _problems_named(), self._reader.connect() as connection:
            return description(connection)

    @contextlib.contextmanager
    def writing(self) -> Iterator[Rows]:
        """One transaction: committed when the block ends, undone when it raises."""
        with _problems_named(), Session(self._writer) as session:
            self._seat.check(session.connection())
            rows = _rows(session)
            yield rows
            rows.listings.follow()
            session.commit()

    @contextlib.contextmanager
    def reading(self) -> Iterator[Rows]:
        """One consistent view of the rows; nothing is written."""
        with _problems_named(), Session(self._reader) as session:
            yield _rows(session)

    @contextlib.contextmanager
    def one_writer(self) -> Iterator[None]:
        """The right to import, among all machines that share the database.

        In a file on this machine the lock of the data directory is enough, and nothing is done.
        If the right is lost on the way, `writing` raises `DatabaseUnreachable`.
        """
        if not self.is_shared:
            yield
            return
        with _problems_named():
            self._seat.take()
        try:
            yield
        finally:
            self._seat.leave()

    def own_number(self) -> int:
        """The number that stands for this process among all that share the database."""
        with _problems_named():
            return self._presence.number()

    def is_alive(self, number: int) -> bool:
        """Whether the process with such a number lives."""
        with _problems_named():
            return self._presence.is_alive(number)

    def close(self) -> None:
        """Let go of the database."""
        self._seat.leave()
        self._presence.close()
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
        playables=Playables(session),
        profiles=Profiles(session),
        failures=Failures(session),
        relations=Relations(session),
        decisions=Decisions(session),
        copies=Copies(session),
        tallies=Tallies(session),
        library=LibraryRows(session),
        tables=WholeTables(session),
        owners=Owners(session),
        log_ins=LogIns(session),
        api_keys=ApiKeys(session),
        edits=TrackEdits(session),
        hidden=HiddenTracks(session),
        listings=Listings(session),
        browsing=Browsing(session),
        events=Events(session),
        scan_lists=ScanLists(session),
        uploads=Uploads(session),
        jobs=Jobs(session),
        spaces=Spaces(session),
        vector_marks=VectorMarks(session),
        vector_files=VectorFiles(session),
        passages=Passages(session),
        map=MapPoints(session),
    )


@contextlib.contextmanager
def _problems_named() -> Iterator[None]:
    try:
        yield
    except sa.exc.DBAPIError as error:
        # without the driver's error, which may tell the values of a row, or a password
        raise _named(error) from None
    except sa.exc.TimeoutError:
        raise DatabaseUnreachable("every connection to the catalogue is in use") from None
    except sa.exc.SQLAlchemyError as error:
        raise DatabaseProblem(f"the catalogue refused: {error}") from error


def _named(error: sa.exc.DBAPIError) -> StoreProblem:
    reason = reason_of(error)
    if is_disk_full(error.orig):
        return DiskFull(f"the catalogue cannot grow: {reason}")
    if is_busy(error.orig):
        return LibraryLocked(f"another program holds the catalogue: {reason}")
    if is_read_only(error.orig):
        return StoreReadOnly(f"the catalogue cannot be written: {reason}")
    if is_unreachable(error):
        return DatabaseUnreachable(f"no connection to the catalogue: {reason}")
    return DatabaseProblem(f"the catalogue refused: {reason}")
