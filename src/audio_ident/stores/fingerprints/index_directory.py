"""Names of the files of an index: a kind and a number that is never used twice."""

import re
from pathlib import Path

from audio_ident.errors import IndexCorrupt
from audio_ident.stores.disk import disk_errors_named
from audio_ident.stores.fingerprints.log import MAGIC, create_log
from audio_ident.stores.fingerprints.manifest import (
    MANIFEST_NAME,
    Manifest,
    find_manifest,
    write_manifest,
)

_NUMBERED = re.compile(r"(?:segment|log)-(\d+)\.(?:seg|log)")


def segment_path(directory: Path, number: int) -> Path:
    """Where the segment of this number lies."""
    return directory / f"segment-{number:010d}.seg"


def log_path(directory: Path, number: int) -> Path:
    """Where the log of this number lies."""
    return directory / f"log-{number:010d}.log"


def is_manifest_lost(directory: Path) -> bool:
    """Whether there are segments without a manifest; a new index gets its manifest first."""
    has_segments = next(directory.glob("segment-*.seg"), None) is not None
    return has_segments and not (directory / MANIFEST_NAME).exists()


def has_unpublished_changes(directory: Path) -> bool:
    """Whether the log holds what no reader sees: of a writer at work, or of one that was killed.

    Raises
    ------
    IndexCorrupt
        The manifest is damaged.
    """
    with disk_errors_named(directory):
        manifest = find_manifest(directory)
        if manifest is None:
            return False
        try:
            log_bytes = (directory / manifest.log_name).stat().st_size
        except FileNotFoundError:  # a writer has just published what was in it
            return False
    return log_bytes > len(MAGIC)


def create_index(directory: Path) -> Manifest:
    """Write the first, empty generation of an index.

    Raises
    ------
    IndexCorrupt
        There was an index, but its manifest is missing.
    """
    if is_manifest_lost(directory):
        raise IndexCorrupt(f"{directory}: the manifest is missing")
    log = create_log(log_path(directory, 1))
    log.close()
    manifest = Manifest(generation=2, segments=(), log_name=log.path.name)
    write_manifest(directory, manifest)
    return manifest


def highest_number(directory: Path) -> int:
    """The largest number in a file name, 0 in an empty directory."""
    matches = (_NUMBERED.fullmatch(path.name) for path in directory.iterdir())
    return max((int(match[1]) for match in matches if match), default=0)


def find_unlisted(directory: Path, manifest: Manifest) -> list[Path]:
    """What an interrupted writer left and what the manifest no longer names."""
    listed = {MANIFEST_NAME, manifest.log_name, *(e.file_name for e in manifest.segments)}
    return [
        path
        for path in directory.iterdir()
        if path.name not in listed
        and (path.suffix == ".tmp" or _NUMBERED.fullmatch(path.name) is not None)
    ]


def remove_unlisted(directory: Path, manifest: Manifest) -> None:
    """Remove what `find_unlisted` gives.

    Only the writer may do this, while it writes nothing else.
    """
    for path in find_unlisted(directory, manifest):
        path.unlink(missing_ok=True)
