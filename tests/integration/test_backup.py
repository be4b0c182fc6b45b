"""Backups keep what people decided, and restoring merges it."""

import datetime
import functools
import json
import os
import tempfile
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audio_ident.errors import BackupInvalid
from audio_ident.library.backup import LibraryBackups
from audio_ident.library.places import LibraryPlaces
from audio_ident.model.backup import RestoreOutcome
from audio_ident.model.parameters import ImportParameters
from audio_ident.model.sessions import Profile
from audio_ident.stores.sql.dialect import sqlite_url
from audio_ident.stores.sql.human_parts import HUMAN_PARTS, Entry
from audio_ident.stores.sql.unit_of_work import Catalogue
from builders.databases import catalogue_url_of, is_postgresql

AT = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)

moments = st.integers(0, 100_000).map(lambda seconds: AT + datetime.timedelta(seconds=seconds))
folders = st.binary(min_size=1, max_size=12).filter(lambda name: b"\0" not in name)


@functools.cache
def empty_catalogue() -> bytes:
    """A database that was made once, because that takes longer than all else here."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "catalogue.sqlite")
        with closing(Catalogue(sqlite_url(path))) as catalogue:
            catalogue.migrate()
        return path.read_bytes()


class Library:
    """A catalogue and its backups, in a folder."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        places = LibraryPlaces(data_directory=folder)
        self.settings_file = folder / "config" / "audio-ident.toml"
        if not is_postgresql():
            places.catalogue.write_bytes(empty_catalogue())
        self.catalogue = Catalogue(catalogue_url_of(folder))
        self.backups = LibraryBackups(self.catalogue, places, lambda: AT)

    def add(self, roots: dict[bytes, datetime.datetime]) -> None:
        """Import folders, as far as the catalogue is concerned."""
        with self.catalogue.writing() as rows:
            for path, at in roots.items():
                rows.roots.add(os.fsdecode(path), at)

    def decisions(self) -> dict[str, list[Entry]]:
        """Everything that people decided."""
        with self.catalogue.reading() as rows:
            return {part.name: rows.human.entries(part) for part in HUMAN_PARTS}

    def restore(self, path: Path, *, is_dry_run: bool = False) -> dict[str, RestoreOutcome]:
        """Restore, and say what became of each entry."""
        summary = self.backups.restore(path, self.settings_file, is_dry_run=is_dry_run)
        return {change.name: change.outcome for change in summary.changes}

    def close(self) -> None:
        """Let go of the catalogue."""
        self.catalogue.close()


@settings(max_examples=12, deadline=None)
@given(st.dictionaries(folders, moments, max_size=5), st.dictionaries(folders, moments, max_size=5))
def test_nothing_of_either_side_is_lost(
    tmp_path_factory: pytest.TempPathFactory,
    theirs: dict[bytes, datetime.datetime],
    ours: dict[bytes, datetime.datetime],
) -> None:
    """Into an empty library a backup restores itself; into another one, the newer decision wins."""
    folder = tmp_path_factory.mktemp("backup")
    with (
        closing(Library(folder / "old")) as old,
        closing(Library(folder / "empty")) as empty,
        closing(Library(folder / "other")) as other,
    ):
        old.add(theirs)
        other.add(ours)
        old.backups.write(folder / "backup.json", old.settings_file)

        empty.restore(folder / "backup.json")
        other.restore(folder / "backup.json")

        assert empty.decisions() == old.decisions()
        merged = {
            path: max(each[path] for each in (ours, theirs) if path in each)
            for path in ours | theirs
        }
        found = other.decisions()["library_roots"]
        assert {
            os.fsencode(root["path"]): datetime.datetime.fromisoformat(root["added_at"])
            for root in found
        } == merged
        assert set(other.restore(folder / "backup.json").values()) <= {
            RestoreOutcome.SAME,
            RestoreOutcome.KEPT,
        }


def test_a_dry_run_changes_nothing(tmp_path: Path) -> None:
    """It tells what would be changed, and leaves rows and settings alone."""
    with closing(Library(tmp_path / "old")) as old, closing(Library(tmp_path / "new")) as new:
        old.add({b"/music": AT})
        old.settings_file.parent.mkdir()
        old.settings_file.write_text("workers = 2\n")
        old.backups.write(tmp_path / "backup.json", old.settings_file)

        outcomes = new.restore(tmp_path / "backup.json", is_dry_run=True)

        assert set(outcomes.values()) == {RestoreOutcome.ADDED}
        assert new.decisions()["library_roots"] == []
        assert not new.settings_file.exists()


@pytest.mark.parametrize(("age_s", "outcome"), [(-60, "replaced"), (60, "kept")])
def test_of_two_settings_files_the_newer_one_wins(tmp_path: Path, age_s: int, outcome: str) -> None:
    """The older one of the user's is kept beside the one that takes its place."""
    with closing(Library(tmp_path / "old")) as old, closing(Library(tmp_path / "new")) as new:
        for library, text in ((old, "workers = 2\n"), (new, "workers = 3\n")):
            library.settings_file.parent.mkdir()
            library.settings_file.write_text(text)
            os.utime(library.settings_file, (1e9, 1e9))
        os.utime(new.settings_file, (1e9 + age_s, 1e9 + age_s))
        old.backups.write(tmp_path / "backup.json", old.settings_file)

        outcomes = new.restore(tmp_path / "backup.json")

        kept = new.settings_file.with_name("audio-ident.toml.before-restore")
        assert outcomes[str(new.settings_file)] == outcome
        assert kept.exists() == (outcome == "replaced")
        assert (new.settings_file.read_text() == "workers = 2\n") == (outcome == "replaced")


def spoil(backup: dict[str, object], how: str) -> object:
    """Another document, wrong in one way."""
    changes: dict[str, object] = {
        "format": {"format": "something else"},
        "version": {"version": 99},
        "time": {"created_at": "yesterday"},
        "entry": {"parts": {"library_roots": [{"path": "/evil"}]}},
        "checksum": {"checksums": {}},
    }
    return [] if how == "list" else backup | changes[how]  # type: ignore[operator]


@pytest.mark.parametrize("how", ["format", "version", "time", "entry", "checksum", "list"])
def test_what_is_no_whole_backup_is_refused(tmp_path: Path, how: str) -> None:
    """Other formats, newer versions and edited files are named, and nothing is changed."""
    with closing(Library(tmp_path / "data")) as library:
        library.add({b"/music": AT})
        path = tmp_path / "backup.json"
        library.backups.write(path, library.settings_file)
        path.write_text(json.dumps(spoil(json.loads(path.read_text()), how)))

        with pytest.raises(BackupInvalid):
            library.restore(path)

        assert len(library.decisions()["library_roots"]) == 1


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"{", b"[" * 100_000])
def test_garbage_is_refused(tmp_path: Path, content: bytes) -> None:
    """A file that is no JSON is no backup."""
    path = tmp_path / "backup.json"
    path.write_bytes(content)
    with closing(Library(tmp_path / "data")) as library, pytest.raises(BackupInvalid):
        library.restore(path)


def test_profiles_come_back_and_the_one_used_last_wins(tmp_path: Path) -> None:
    """A profile is restored with folders and parameters; of two, that which was used later."""
    with closing(Library(tmp_path / "old")) as old, closing(Library(tmp_path / "new")) as new:
        for library, attempts in ((old, 5), (new, 2)):
            profile = Profile(
                name="vinyl",
                folders=("/music/\udcff",),
                parameters=ImportParameters(max_attempts=attempts),
                created_at=AT,
                last_used_at=None,
            )
            with library.catalogue.writing() as rows:
                rows.profiles.save(profile)
        old.backups.write(tmp_path / "unused.json", old.settings_file)
        with old.catalogue.writing() as rows:
            rows.profiles.use("vinyl", AT + datetime.timedelta(hours=1))
        old.backups.write(tmp_path / "used.json", old.settings_file)

        assert new.restore(tmp_path / "unused.json") == {"vinyl": RestoreOutcome.KEPT}
        assert new.restore(tmp_path / "used.json") == {"vinyl": RestoreOutcome.REPLACED}
        with new.catalogue.reading() as rows:
            assert rows.profiles.get("vinyl").parameters.max_attempts == 5
            assert rows.profiles.get("vinyl").folders == ("/music/\udcff",)
