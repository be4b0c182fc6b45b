"""Makes an empty catalogue that no process ever sees half made, without asking for a lock."""

import contextlib
import tempfile
from pathlib import Path

from audio_ident.stores.disk import disk_errors_named, sync_directory
from audio_ident.stores.sql.dialect import sqlite_url
from audio_ident.stores.sql.unit_of_work import Catalogue


def create_catalogue(path: Path) -> None:
    """Make an empty catalogue in a file, unless there is one; several processes may try at once.

    Where the file system knows no links nothing is made, and `Catalogue.migrate` does it in place.
    """
    if path.exists():
        return
    with (
        disk_errors_named(path),
        tempfile.TemporaryDirectory(prefix="new-catalogue-", dir=path.parent) as folder,
    ):
        unfinished = Path(folder) / path.name
        with contextlib.closing(Catalogue(sqlite_url(unfinished))) as catalogue:
            catalogue.migrate()
        with contextlib.suppress(OSError):  # somebody was quicker, or there are no links
            path.hardlink_to(unfinished)
        sync_directory(path.parent)
