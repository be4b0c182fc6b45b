"""Names of the files of an index: a kind and a number that is never used twice."""

import re
from pathlib import Path

from audio_ident.stores.fingerprints.manifest import MANIFEST_NAME, Manifest

_NUMBERED = re.compile(r"(?:segment|log)-(\d+)\.(?:seg|log)")


def segment_path(directory: Path, number: int) -> Path:
    """Where the segment of this number lies."""
    return directory / f"segment-{number:010d}.seg"


def log_path(directory: Path, number: int) -> Path:
    """Where the log of this number lies."""
    return directory / f"log-{number:010d}.log"


def has_segment_files(directory: Path) -> bool:
    """Whether there is any segment file, named by a manifest or not."""
    return next(directory.glob("segment-*.seg"), None) is not None


def highest_number(directory: Path) -> int:
    """The largest number in a file name, 0 in an empty directory."""
    matches = (_NUMBERED.fullmatch(path.name) for path in directory.iterdir())
    return max((int(match[1]) for match in matches if match), default=0)


def remove_unlisted(directory: Path, manifest: Manifest) -> None:
    """Remove what an interrupted writer left and what the manifest no longer names.

    Only the writer may do this, while it writes nothing else.
    """
    listed = {MANIFEST_NAME, manifest.log_name, *(e.file_name for e in manifest.segments)}
    for path in list(directory.iterdir()):
        if path.name not in listed and (
            path.suffix == ".tmp" or _NUMBERED.fullmatch(path.name) is not None
        ):
            path.unlink(missing_ok=True)
