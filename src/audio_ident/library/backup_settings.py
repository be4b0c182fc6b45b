"""The settings file as a part of a backup: its text and when it was changed."""

import datetime
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from audio_ident.errors import BackupInvalid
from audio_ident.model.backup import RestoreChange, RestoreOutcome
from audio_ident.stores.disk import disk_errors_named, make_directory, write_atomically

REPLACED_ENDING = ".before-restore"
"""What is added to the name of a settings file that a newer one took the place of."""


def settings_file_entries(path: Path) -> list[Mapping[str, Any]]:
    """One entry, or none where there is no settings file."""
    with disk_errors_named(path):
        if not path.is_file():
            return []
        changed_s = path.stat().st_mtime
        text = path.read_text(encoding="utf-8", errors="surrogateescape")
    changed_at = datetime.datetime.fromtimestamp(changed_s, datetime.UTC)
    return [{"text": text, "changed_at": changed_at.isoformat()}]


def restore_settings_file(
    entries: Sequence[Mapping[str, Any]], path: Path, *, is_dry_run: bool
) -> Iterator[RestoreChange]:
    """Put the settings file of a backup in its place, if it is newer; the old one is kept."""
    for entry in entries:
        outcome = _outcome(entry, settings_file_entries(path))
        if outcome in {RestoreOutcome.ADDED, RestoreOutcome.REPLACED} and not is_dry_run:
            _replace(path, entry["text"].encode("utf-8", "surrogateescape"))
        yield RestoreChange(part="settings_file", name=str(path), outcome=outcome)


def _outcome(entry: Mapping[str, Any], present: Sequence[Mapping[str, Any]]) -> RestoreOutcome:
    if not isinstance(entry.get("text"), str) or not isinstance(entry.get("changed_at"), str):
        raise BackupInvalid("the settings file in the backup has no text or no time")
    if not present:
        return RestoreOutcome.ADDED
    if present[0]["text"] == entry["text"]:
        return RestoreOutcome.SAME
    times = [datetime.datetime.fromisoformat(e["changed_at"]) for e in (entry, present[0])]
    return RestoreOutcome.REPLACED if times[0] > times[1] else RestoreOutcome.KEPT


def _replace(path: Path, content: bytes) -> None:
    with disk_errors_named(path):
        make_directory(path.parent)
        if path.is_file():
            write_atomically(path.with_name(path.name + REPLACED_ENDING), path.read_bytes())
    write_atomically(path, content)
