"""Files in the data directory that an interrupted writer left and that nothing names."""

import contextlib
from collections.abc import Collection, Iterator
from pathlib import Path

from audio_ident.errors import IndexCorrupt
from audio_ident.library.places import LibraryPlaces
from audio_ident.stores.disk import disk_errors_named
from audio_ident.stores.fingerprints.index_directory import find_unlisted
from audio_ident.stores.fingerprints.manifest import find_manifest
from audio_ident.stores.lock import find_writer
from audio_ident.stores.spool import find_abandoned_files, remove_abandoned
from audio_ident.stores.sql.unit_of_work import Catalogue

ABANDONED_S = 600.0
"""Services write too, without the lock: what they began so long ago belongs to nobody."""


def find_leftovers(places: LibraryPlaces, catalogue: Catalogue, now_s: float) -> list[Path]:
    """Files that can go; none while another process writes, whose files these may be."""
    if find_writer(places.data_directory) is not None:
        return []
    with disk_errors_named(places.data_directory):
        return sorted(_leftovers(places, catalogue, now_s))


def remove_leftovers(places: LibraryPlaces, catalogue: Catalogue, now_s: float) -> None:
    """Remove them; the caller is the only writer."""
    with disk_errors_named(places.data_directory):
        for path in list(_leftovers(places, catalogue, now_s)):
            path.unlink(missing_ok=True)
        remove_abandoned(places.spool)


def remove_lost_uploads(places: LibraryPlaces, catalogue: Catalogue, now_s: float) -> None:
    """Remove uploads whose rows were never written, because their process died just then."""
    for path in list(_lost_uploads(places, catalogue, now_s)):
        path.unlink(missing_ok=True)


def _leftovers(places: LibraryPlaces, catalogue: Catalogue, now_s: float) -> Iterator[Path]:
    yield from places.data_directory.glob("*.tmp")
    for folder in (places.analyses, places.data_directory / "pictures"):
        yield from folder.rglob("*.tmp")
    yield from find_abandoned_files(places.spool)
    yield from _lost_uploads(places, catalogue, now_s)
    yield from (path for path in places.cache.glob("*.tmp") if _is_old(path, now_s))
    try:
        manifest = find_manifest(places.index)
    except IndexCorrupt:  # which files count cannot be told; a rebuild removes the others
        return
    if manifest is not None:
        yield from find_unlisted(places.index, manifest)


def _lost_uploads(places: LibraryPlaces, catalogue: Catalogue, now_s: float) -> Iterator[Path]:
    with catalogue.reading() as rows:
        waiting = {upload.incoming_name for upload in rows.uploads.waiting()}
        open_jobs = {str(job.id) for job in rows.jobs.open()}
    yield from _strangers(places.incoming, waiting, now_s)
    yield from _strangers(places.jobs, open_jobs, now_s)


def _strangers(folder: Path, known: Collection[str], now_s: float) -> Iterator[Path]:
    if folder.is_dir():
        yield from (
            path for path in folder.iterdir() if path.name not in known and _is_old(path, now_s)
        )


def _is_old(path: Path, now_s: float) -> bool:
    with contextlib.suppress(FileNotFoundError):
        return now_s - path.stat().st_mtime > ABANDONED_S
    return False
