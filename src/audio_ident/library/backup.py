"""Keeps what people decided apart from what can be made again, and merges it back.

Of two decisions about the same thing the newer one wins; of two equally old ones, that of the
library. Nothing that only the library has is touched.
"""

import datetime
from collections.abc import Callable, Iterator, Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

from audio_ident.errors import BackupInvalid
from audio_ident.library.backup_file import Backup, read_backup, write_backup
from audio_ident.library.backup_settings import restore_settings_file, settings_file_entries
from audio_ident.library.places import LibraryPlaces
from audio_ident.model.backup import RestoreChange, RestoreOutcome, RestoreSummary
from audio_ident.stores.lock import WriterLock
from audio_ident.stores.sql.human_parts import HUMAN_PARTS, Entry, HumanPart
from audio_ident.stores.sql.unit_of_work import Catalogue, Rows

SETTINGS_FILE = "settings_file"
"""The one part that is no table."""


class LibraryBackups:
    """Backups of one library."""

    def __init__(
        self, catalogue: Catalogue, places: LibraryPlaces, now: Callable[[], datetime.datetime]
    ) -> None:
        self._catalogue = catalogue
        self._places = places
        self._now = now

    def write(self, path: Path, settings_file: Path) -> dict[str, int]:
        """Write a backup; says how many entries each part has."""
        with self._catalogue.reading() as rows:
            parts = {part.name: rows.human.entries(part) for part in HUMAN_PARTS}
        parts[SETTINGS_FILE] = settings_file_entries(settings_file)
        backup = Backup(
            created_at=self._now(), program=metadata.version("audio-ident"), parts=parts
        )
        write_backup(path, backup)
        return {name: len(entries) for name, entries in parts.items()}

    def restore(self, path: Path, settings_file: Path, *, is_dry_run: bool) -> RestoreSummary:
        """Merge a backup into the library, all of it or nothing.

        Raises
        ------
        BackupInvalid
            The file is no backup, or has parts that this version does not know.
        """
        backup = read_backup(path)
        _refuse_unknown(backup, path)
        opened = self._catalogue.reading if is_dry_run else self._catalogue.writing
        lock = WriterLock(self._places.data_directory, also=self._catalogue.one_writer)
        with lock, opened() as rows:
            changes = [*_merged(backup, rows, is_dry_run=is_dry_run)]
            if not is_dry_run:
                rows.listings.take_in_decisions()
            # last: if it cannot be written, the rows are not committed either
            settings = backup.parts.get(SETTINGS_FILE, ())
            changes += restore_settings_file(settings, settings_file, is_dry_run=is_dry_run)
        return RestoreSummary(
            created_at=backup.created_at, is_dry_run=is_dry_run, changes=tuple(changes)
        )


def _refuse_unknown(backup: Backup, path: Path) -> None:
    known = {part.name: part for part in HUMAN_PARTS}
    if unknown := backup.parts.keys() - known.keys() - {SETTINGS_FILE}:
        raise BackupInvalid(f"{path} holds what this version does not know: {sorted(unknown)}")
    for name, part in known.items():
        for entry in backup.parts.get(name, ()):
            if entry.keys() != part.columns.keys():
                raise BackupInvalid(f"{path}: an entry of {name} has the fields {sorted(entry)}")


def _merged(backup: Backup, rows: Rows, *, is_dry_run: bool) -> Iterator[RestoreChange]:
    for part in HUMAN_PARTS:
        present = {_key(part, entry): entry for entry in rows.human.entries(part)}
        for entry in backup.parts.get(part.name, ()):
            outcome = _outcome(part, present.get(_key(part, entry)), entry)
            if outcome in {RestoreOutcome.ADDED, RestoreOutcome.REPLACED}:
                present[_key(part, entry)] = entry
                if not is_dry_run:
                    rows.human.save(part, entry)
            name = " ".join(_key(part, entry))
            yield RestoreChange(part=part.name, name=name, outcome=outcome)


def _key(part: HumanPart, entry: Entry) -> tuple[str, ...]:
    return tuple(str(entry[name]) for name in part.key)


def _outcome(
    part: HumanPart, present: Mapping[str, Any] | None, entry: Mapping[str, Any]
) -> RestoreOutcome:
    if present is None:
        return RestoreOutcome.ADDED
    if present == entry:
        return RestoreOutcome.SAME
    is_newer = _moment(part, entry) > _moment(part, present)
    return RestoreOutcome.REPLACED if is_newer else RestoreOutcome.KEPT


def _moment(part: HumanPart, entry: Mapping[str, Any]) -> datetime.datetime:
    times = [datetime.datetime.fromisoformat(entry[n]) for n in part.moments if entry[n]]
    return max(times, default=datetime.datetime.min.replace(tzinfo=datetime.UTC))
