"""Files in the data directory that an interrupted writer left and that nothing names."""

from collections.abc import Iterator
from pathlib import Path

from audio_ident.errors import IndexCorrupt
from audio_ident.library.places import LibraryPlaces
from audio_ident.stores.disk import disk_errors_named
from audio_ident.stores.fingerprints.index_directory import find_unlisted
from audio_ident.stores.fingerprints.manifest import find_manifest
from audio_ident.stores.lock import find_writer
from audio_ident.stores.spool import find_abandoned


def find_leftovers(places: LibraryPlaces) -> list[Path]:
    """Files that can go; none while another process writes, whose files these may be."""
    if find_writer(places.data_directory) is not None:
        return []
    with disk_errors_named(places.data_directory):
        return sorted(_leftovers(places))


def remove_leftovers(places: LibraryPlaces) -> None:
    """Remove them; the caller is the only writer."""
    with disk_errors_named(places.data_directory):
        for path in list(_leftovers(places)):
            path.unlink(missing_ok=True)


def _leftovers(places: LibraryPlaces) -> Iterator[Path]:
    yield from places.data_directory.glob("*.tmp")
    for folder in (places.analyses, places.data_directory / "pictures"):
        yield from folder.rglob("*.tmp")
    for folder in find_abandoned(places.spool):
        yield from folder.iterdir()
    try:
        manifest = find_manifest(places.index)
    except IndexCorrupt:  # which files count cannot be told; a rebuild removes the others
        return
    if manifest is not None:
        yield from find_unlisted(places.index, manifest)
