"""The manifest of a space: what the space is, and which files hold it now.

One line of JSON and its checksum, replaced by renaming. Whatever it does not name is no part of
the space, so that a change becomes visible entirely, at the rename, or not at all.
"""

import dataclasses
import json
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from audio_ident.model.vectors import Space
from audio_ident.stores.disk import write_atomically
from audio_ident.stores.vectors.spaces import encoded_space
from audio_ident.vibe_errors import VectorsCorrupt

MANIFEST_NAME = "manifest.json"

FORMAT_VERSION = 1


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class HeldFile:
    """A file and the recordings in it that are deleted or replaced."""

    file_name: str
    dead: tuple[int, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class SpaceManifest:
    """What a space is at one moment."""

    space: Space
    windows: tuple[HeldFile, ...] = ()
    """Each living recording is in one of them."""
    passages: tuple[HeldFile, ...] = ()
    """Those of each living recording are in one of them."""


def write_manifest(folder: Path, manifest: SpaceManifest) -> None:
    """Make this the current one."""
    fields = {
        "format": FORMAT_VERSION,
        "space": encoded_space(manifest.space),
        "windows": [dataclasses.asdict(held) for held in manifest.windows],
        "passages": [dataclasses.asdict(held) for held in manifest.passages],
    }
    line = json.dumps(fields, sort_keys=True).encode()
    write_atomically(folder / MANIFEST_NAME, b"%b\n%08x\n" % (line, zlib.crc32(line)))


def parse_manifest(path: Path, content: bytes) -> SpaceManifest:
    """What the content of a manifest says.

    Raises
    ------
    VectorsCorrupt
        It fails its checksum, or is of a format that is not known.
    """
    line, _, rest = content.partition(b"\n")
    if rest != b"%08x\n" % zlib.crc32(line):
        raise VectorsCorrupt(f"{path}: the manifest fails its checksum")
    fields = json.loads(line)
    if fields["format"] != FORMAT_VERSION:
        raise VectorsCorrupt(f"{path}: the manifest has the unknown format {fields['format']}")
    return SpaceManifest(
        space=Space(**fields["space"]),
        windows=tuple(_held(entry) for entry in fields["windows"]),
        passages=tuple(_held(entry) for entry in fields["passages"]),
    )


def _held(entry: Mapping[str, Any]) -> HeldFile:
    return HeldFile(file_name=entry["file_name"], dead=tuple(entry["dead"]))
