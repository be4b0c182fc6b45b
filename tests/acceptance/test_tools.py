"""The tools around a library, with the real command line."""

import json
from pathlib import Path

import pytest

from builders.collection import PIECES, Collection
from builders.command import run
from builders.databases import remove_library


def test_a_library_passes_its_own_test(library: Path) -> None:
    """Clean clips are recognised, nothing foreign is named, and nothing is changed."""
    before = {path: path.stat().st_mtime_ns for path in library.rglob("*") if path.is_file()}

    ending = run(library, "selftest", "--tracks", "1", "--seed", "3", "--json")

    report = ending.document
    by_condition = {(c["condition"], c["clip_ms"]): c for c in report["conditions"]}
    assert ending.code == 0, report["verdict"]
    assert (report["tracks"], report["skipped"], report["is_good"]) == (1, 0, True)
    assert by_condition["clean", 5000]["recall"] == 1
    assert {c["asked"] for c in report["conditions"]} == {1}
    assert [f["named"] for f in report["foreign"]] == [0, 0]
    databases = {path for path in before if path.suffix in {".sqlite", ".seg", ".analysis"}}
    assert all(path.stat().st_mtime_ns == before[path] for path in databases)


def test_a_self_test_needs_tracks(tmp_path: Path) -> None:
    """An empty library cannot be tested, and says so."""
    ending = run(tmp_path / "data", "selftest", "--json")

    assert (ending.code, ending.document["error"]["code"]) == (2, "BAD_INPUT")


def test_tracks_are_exported(library: Path, collection: Collection, tmp_path: Path) -> None:
    """A file and stdout get the same play list, with paths as the other machine has them."""
    target = tmp_path / "list.m3u8"
    options = ("export", "--format", "m3u8", "--map", f"{collection.music}=/nas")

    printed = run(library, *options)
    written = run(library, *options, "-o", target)

    paths = [line for line in printed.stdout.splitlines() if line.startswith("/")]
    assert (printed.code, written.code, written.stdout) == (0, 0, "")
    assert len(paths) == len(PIECES) + 1
    assert all(path.startswith("/nas/") for path in paths)
    assert target.read_text() == printed.stdout


def test_decisions_survive_a_lost_library(
    own_library: Path, collection: Collection, tmp_path: Path
) -> None:
    """Backup, empty library, import again, restore: everything is as it was."""
    backup, again = tmp_path / "backup.json", tmp_path / "again.json"
    assert run(own_library, "backup", backup).code == 0
    remove_library(own_library)
    assert run(own_library, "import", collection.music).code == 0

    dry = run(own_library, "restore", backup, "--dry-run", "--json")
    assert dry.document["is_dry_run"]
    assert run(own_library, "restore", backup).code == 0

    assert run(own_library, "backup", again).code == 0
    parts = [json.loads(path.read_text())["parts"] for path in (backup, again)]
    roots = [[root["path"] for root in part["library_roots"]] for part in parts]
    assert roots == [[str(collection.music)]] * 2
    assert run(own_library, "check", "--deep").code == 0


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts_are_printed(tmp_path: Path, shell: str) -> None:
    """Every shell gets a script that calls the program back."""
    ending = run(tmp_path / "data", "completion", shell)

    assert ending.code == 0
    assert "_AUDIO_IDENT_COMPLETE" in ending.stdout
    assert not (tmp_path / "data").exists()
