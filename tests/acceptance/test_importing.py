"""Importing with the real command line."""

import hashlib
import os
import shutil
import signal
import time
from pathlib import Path

import sqlalchemy as sa

from audio_ident.stores.lock import WriterLock
from builders.collection import PIECES, Collection, sound_of, write_clip
from builders.command import run, start
from builders.databases import rows_of

FILES = len(PIECES) + 1

READY = """
SELECT library_roots.path, files.relative_path
FROM stage_runs JOIN files ON files.id = file_id JOIN library_roots ON library_roots.id = root_id
WHERE stage = 'index' AND status = 'ready'
"""


def contents_of(folder: Path) -> dict[Path, tuple[str, int]]:
    """Hash and time of every file."""
    return {
        path: (hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_mtime_ns)
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_a_folder_becomes_a_library_and_stays_as_it_is(
    collection: Collection, tmp_path: Path
) -> None:
    """Every file of every container is imported, copies are not decoded, nothing is written."""
    before = contents_of(collection.music)
    ending = run(tmp_path / "data", "import", collection.music, "--json")
    summary = ending.document

    assert (ending.code, summary["state"], summary["failures"]) == (0, "completed", [])
    assert [summary[n] for n in ("found", "imported", "listened", "duplicates")] == [
        FILES, FILES, FILES - 1, 1,
    ]  # fmt: skip
    assert contents_of(collection.music) == before


def test_importing_again_decodes_nothing(collection: Collection, own_library: Path) -> None:
    """A second import of an unchanged folder finds nothing to do."""
    ending = run(own_library, "import", collection.music, "--json")
    summary = ending.document

    assert ending.code == 0
    assert (summary["unchanged"], summary["imported"], summary["listened"]) == (FILES, 0, 0)
    assert summary["audio_ms"] == 0


def test_tracks_tell_what_the_tags_claim(collection: Collection, library: Path) -> None:
    """`tracks --json` lists every file with its tags, length and the digest of its audio."""
    tracks = run(library, "tracks", "--json").document["tracks"]
    by_path = {track["path"]: track for track in tracks}

    assert set(by_path) == {str(path) for path in (*collection.pieces, collection.copy)}
    for piece, path in zip(PIECES, collection.pieces, strict=True):
        track = by_path[str(path)]
        assert [track[name] for name in ("title", "artist", "album")] == [
            piece.title, piece.artist, piece.album,
        ]  # fmt: skip
        assert track["duration_ms"] > 15_000
    assert (
        by_path[str(collection.copy)]["audio_digest"]
        == by_path[str(collection.pieces[0])]["audio_digest"]
    )
    assert len({track["id"] for track in tracks}) == FILES


def test_a_broken_file_fails_alone(collection: Collection, tmp_path: Path) -> None:
    """One file that is no audio gives exit code 3 and is named; the others are imported."""
    music = tmp_path / "music"
    music.mkdir()
    shutil.copy(collection.pieces[0], music)
    (music / "noise.mp3").write_bytes(os.urandom(20_000))
    ending = run(tmp_path / "data", "import", music)

    assert (ending.code, "1 imported" in ending.stdout) == (3, True)
    assert "noise.mp3" in ending.stderr


def test_a_folder_that_is_not_there_is_wrong_usage(tmp_path: Path) -> None:
    """Importing what does not exist gives exit code 2."""
    assert run(tmp_path / "data", "import", tmp_path / "nowhere").code == 2


def test_only_one_process_imports(collection: Collection, own_library: Path) -> None:
    """While another process writes, an import queues, rebuild is refused, reading goes on."""
    with WriterLock(own_library):
        importing = run(own_library, "import", collection.music, "--queue", "--json")
        rebuilding = run(own_library, "rebuild", "--json")
        listing = run(own_library, "tracks", "--json")

    assert (importing.code, rebuilding.code, listing.code) == (0, 5, 0)
    assert importing.document["state"] == "queued"
    assert f"process {os.getpid()}" in rebuilding.document["error"]["fact"]
    ran = run(own_library, "sessions", "run", "--json").document["sessions"]
    assert [(s["id"], s["state"]) for s in ran] == [(importing.document["id"], "completed")]
    assert rebuilding.document["error"]["code"] == "LIBRARY_LOCKED"


def test_a_killed_import_goes_on(collection: Collection, tmp_path: Path) -> None:
    """After `kill -9` what was ready is named at once; the next import does the rest."""
    data = tmp_path / "data"
    process = start(data, "import", collection.music, "--workers", "1")
    _wait_for_ready(data, 2)
    process.send_signal(signal.SIGKILL)
    process.wait()
    ready = _ready_paths(data)
    clips = [
        write_clip(tmp_path / f"{number}.wav", sound_of(path, 5.0, 5.0))
        for number, path in enumerate(ready)
    ]
    answers = run(data, "identify", "--json", *clips).document["clips"]
    summary = run(data, "import", collection.music, "--json").document

    for path, answer in zip(ready, answers, strict=True):
        assert str(path) in {track["path"] for track in answer["matches"][0]["tracks"]}
    known = summary["unchanged"] + summary["retagged"]  # a copy may lack no more than its tags
    assert (summary["state"], known + summary["imported"]) == ("completed", FILES)
    assert known >= len(ready) >= 2
    assert run(data, "check", "--deep").code == 0


def test_a_clip_is_answered_while_an_import_runs(collection: Collection, tmp_path: Path) -> None:
    """The answer comes from what was published; the import is neither waited for nor disturbed."""
    data = tmp_path / "data"
    clip = write_clip(tmp_path / "clip.wav", sound_of(collection.foreign, 5.0, 5.0))
    process = start(data, "import", collection.music, "--workers", "1")
    _wait_for_ready(data, 1)
    process.send_signal(signal.SIGSTOP)  # holds its lock, and never ends while we look
    manifest = (data / "index" / "manifest.json").read_bytes()
    ending = run(data, "identify", "--json", clip)
    assert (ending.code, ending.document["clips"][0]["status"]) == (4, "no_match")
    assert (data / "index" / "manifest.json").read_bytes() == manifest

    process.send_signal(signal.SIGCONT)
    assert process.wait() == 0
    assert run(data, "check").code == 0


def _wait_for_ready(data: Path, wanted: int) -> None:
    deadline_s = time.monotonic() + 60
    while len(_ready_paths(data)) < wanted:
        assert time.monotonic() < deadline_s
        time.sleep(0.02)


def _ready_paths(data: Path) -> list[Path]:
    """Files whose landmarks lie in the index, as the catalogue has it."""
    if not data.exists():
        return []
    try:
        with rows_of(data) as connection:
            return [Path(*map(os.fsdecode, place)) for place in connection.execute(sa.text(READY))]
    except sa.exc.OperationalError:  # not yet made
        return []
