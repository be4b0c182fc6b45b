"""The file of a backup: one JSON document that says what it is and whether it is whole.

format, version   what this is; other formats and newer versions are refused
created_at        ISO 8601 with zone
program           version of audio-ident that wrote it, for people
parts             name of the part -> list of entries
checksums         name of the part -> SHA-256 of its entries as compact JSON
"""

import dataclasses
import datetime
import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from audio_ident.errors import BackupInvalid
from audio_ident.stores.disk import write_atomically

FORMAT = "audio-ident backup"
VERSION = 1


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """What a backup holds."""

    created_at: datetime.datetime
    program: str
    parts: Mapping[str, Sequence[Mapping[str, Any]]]


def write_backup(path: Path, backup: Backup) -> None:
    """Write a backup; raises `DiskFull` or `StoreInaccessible`."""
    document = {
        "format": FORMAT,
        "version": VERSION,
        "created_at": backup.created_at.isoformat(),
        "program": backup.program,
        "checksums": {name: _checksum(entries) for name, entries in backup.parts.items()},
        "parts": backup.parts,
    }
    # pure ASCII: odd bytes in names of files are lone surrogates, which UTF-8 does not have
    write_atomically(path, json.dumps(document, indent=2).encode("ascii") + b"\n")


def read_backup(path: Path) -> Backup:
    """A backup from its file.

    Raises
    ------
    BackupInvalid
        The file cannot be read, is none of ours, is of a newer version, or is damaged.
    """
    document = _read_document(path)
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise BackupInvalid(f"{path} is no backup of audio-ident")
    if document.get("version") != VERSION:
        found = document.get("version")
        raise BackupInvalid(f"{path} has version {found!r} of the format; this is {VERSION}")
    try:
        backup = Backup(
            created_at=datetime.datetime.fromisoformat(document["created_at"]),
            program=str(document["program"]),
            parts=document["parts"],
        )
        checksums = {name: _checksum(entries) for name, entries in backup.parts.items()}
        is_whole = checksums == document["checksums"]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BackupInvalid(f"{path} is damaged: {error!r}") from error
    if not is_whole:
        raise BackupInvalid(f"{path} is damaged or was edited: a checksum is wrong")
    return backup


def _read_document(path: Path) -> Any:  # noqa: ANN401 -- whatever the JSON of a stranger is
    try:
        return json.loads(path.read_bytes())
    except OSError as error:
        raise BackupInvalid(f"{path} cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise BackupInvalid(f"{path} is no JSON document") from error


def _checksum(entries: object) -> str:
    text = json.dumps(entries, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("ascii")).hexdigest()
