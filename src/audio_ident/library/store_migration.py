"""Copies a catalogue into another database: resumable, compared row by row, the source untouched.

The target says of itself that it is not complete until everything was compared, and nothing but
this opens it before. A copy that was killed goes on behind the last row of each table; if rows
have changed since, the comparison finds it, and the copy begins again.
"""

import datetime
from collections.abc import Callable

from audio_ident.errors import DatabaseProblem, LibraryMismatch
from audio_ident.stores.sql.library_row import Owner
from audio_ident.stores.sql.unit_of_work import Catalogue

OnProgress = Callable[[int, int, str], None]
"""Is told how many rows of how many are copied, and the table at hand."""


def copy_catalogue(
    source: Catalogue,
    target: Catalogue,
    library_id: str,
    now: datetime.datetime,
    on_progress: OnProgress,
) -> tuple[dict[str, int], bool]:
    """Rows by table, all of which the target has now; and whether it had some of them before.

    The caller holds the right to write to both.

    Raises
    ------
    LibraryMismatch
        The target holds rows of something else.
    DatabaseProblem
        The source has tables that this version does not know, or changes all the time.
    """
    _refuse_unknown_tables(source)
    target.migrate()
    is_resumed = _claim(target, library_id, now)
    if is_resumed and _are_equal(source, target):
        _complete(target, library_id, now)
        return _counts(source), True
    _copy(source, target, on_progress)
    if is_resumed and not _are_equal(source, target):
        with target.writing() as rows:
            rows.tables.clear()
        _copy(source, target, on_progress)
    if not _are_equal(source, target):
        raise DatabaseProblem("rows were changed while they were copied; end all other processes")
    _complete(target, library_id, now)
    return _counts(source), is_resumed


def _refuse_unknown_tables(source: Catalogue) -> None:
    with source.reading() as rows:
        unknown = rows.tables.unknown()
    if unknown:
        raise DatabaseProblem(f"the catalogue has tables that are not known: {', '.join(unknown)}")


def _claim(target: Catalogue, library_id: str, now: datetime.datetime) -> bool:
    """Take an empty target; whether it was taken before, for the same library."""
    with target.writing() as rows:
        owner = rows.library.owner()
        if owner is None:
            if not rows.tables.are_new():
                raise LibraryMismatch("the database to move to is not empty")
            rows.tables.clear()
            rows.library.claim(Owner(library_id=library_id, is_complete=False), now)
            return False
        if owner.library_id != library_id:
            raise LibraryMismatch("the database to move to belongs to another library")
        return True


def _copy(source: Catalogue, target: Catalogue, on_progress: OnProgress) -> None:
    with target.reading() as rows:
        owner = rows.library.owner()
        last_keys = {name: rows.tables.last_key(name) for name in rows.tables.names()}
        done = sum(rows.tables.count(name) for name in rows.tables.names())
    if owner is None or owner.is_complete:
        raise LibraryMismatch("the database to move to has been in use, with rows of its own")
    with source.reading() as found:
        total = sum(found.tables.count(name) for name in found.tables.names())
        for name in found.tables.names():
            for batch in found.tables.batches(name, last_keys[name]):
                with target.writing() as rows:
                    rows.tables.add(name, batch)
                done += len(batch)
                on_progress(done, max(total, done), name)


def _are_equal(source: Catalogue, target: Catalogue) -> bool:
    with source.reading() as here, target.reading() as there:
        return all(
            here.tables.count(name) == there.tables.count(name) for name in here.tables.names()
        ) and all(here.tables.sum(name) == there.tables.sum(name) for name in here.tables.names())


def _complete(target: Catalogue, library_id: str, now: datetime.datetime) -> None:
    with target.writing() as rows:
        rows.tables.let_ids_go_on()
        rows.library.claim(Owner(library_id=library_id, is_complete=True), now)


def _counts(source: Catalogue) -> dict[str, int]:
    with source.reading() as rows:
        return {name: rows.tables.count(name) for name in rows.tables.names()}
