"""The manifest: which files are the index now.

One line of JSON and its checksum, replaced by renaming. Whatever it does not name is no part of
the index, so a change becomes visible entirely, at the rename, or not at all.
"""

import dataclasses
import json
import zlib
from pathlib import Path

from audio_ident.errors import IndexCorrupt
from audio_ident.stores.disk import write_atomically

MANIFEST_NAME = "manifest.json"
"""Name of the manifest in the directory of an index."""

_FORMAT = 1


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class SegmentEntry:
    """A segment file and the recordings in it that are deleted or replaced."""

    file_name: str
    dead_rows: tuple[int, ...]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """One generation of the index."""

    generation: int
    segments: tuple[SegmentEntry, ...]
    log_name: str
    """What changed since; only the writer reads it."""


def write_manifest(directory: Path, manifest: Manifest) -> None:
    """Make this generation the current one."""
    line = json.dumps({"format": _FORMAT, **dataclasses.asdict(manifest)}).encode()
    write_atomically(directory / MANIFEST_NAME, b"%b\n%08x\n" % (line, zlib.crc32(line)))


def parse_manifest(content: bytes) -> Manifest:
    """The generation that the content of a manifest file describes.

    Raises
    ------
    IndexCorrupt
        The content fails its checksum or has an unknown format.
    """
    line, _, rest = content.partition(b"\n")
    if rest != b"%08x\n" % zlib.crc32(line):
        raise IndexCorrupt("the manifest of the fingerprint index fails its checksum")
    fields = json.loads(line)
    if fields["format"] != _FORMAT:
        raise IndexCorrupt(f"the manifest has the unknown format {fields['format']}")
    return Manifest(
        generation=fields["generation"],
        segments=tuple(
            SegmentEntry(file_name=entry["file_name"], dead_rows=tuple(entry["dead_rows"]))
            for entry in fields["segments"]
        ),
        log_name=fields["log_name"],
    )


def find_manifest(directory: Path) -> Manifest | None:
    """The current generation, None when there is no index yet."""
    try:
        content = (directory / MANIFEST_NAME).read_bytes()
    except FileNotFoundError:
        return None
    return parse_manifest(content)
