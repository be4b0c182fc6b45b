"""`check --repair` mends each kind of damage, which is really done."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from builders.collection import Collection
from builders.command import run
from builders.databases import is_postgresql, rows_of


def flip_middle(path: Path) -> None:
    """Damage one bit in the middle of a file."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 4
    path.write_bytes(content)


def analysis_of(data: Path) -> Path:
    """One of the stored analyses."""
    return min((data / "analyses").rglob("*.analysis"))


def change_rows(data: Path, *statements: str) -> None:
    """Change the catalogue behind the program's back, references unchecked."""
    unchecked = (
        "SET session_replication_role = replica" if is_postgresql() else "PRAGMA foreign_keys = OFF"
    )
    with rows_of(data) as connection:
        for statement in (unchecked, *statements):
            connection.exec_driver_sql(statement)


def lose_an_analysis(data: Path) -> None:
    """Delete a file of the artefact store."""
    analysis_of(data).unlink()


def damage_an_analysis(data: Path) -> None:
    """Flip a bit in a file of the artefact store."""
    flip_middle(analysis_of(data))


def store_a_stranger(data: Path) -> None:
    """Keep an analysis that no row knows."""
    stranger = data / "analyses" / "ff" / f"{'f' * 32}.analysis"
    stranger.parent.mkdir(exist_ok=True)
    shutil.copy(analysis_of(data), stranger)


def damage_a_segment(data: Path) -> None:
    """Flip a bit in the index."""
    flip_middle(next((data / "index").glob("segment-*.seg")))


def lose_the_manifest(data: Path) -> None:
    """Delete the list of what is in the index."""
    (data / "index" / "manifest.json").unlink()


def lose_the_index(data: Path) -> None:
    """Delete all of the index."""
    shutil.rmtree(data / "index")


def forget_a_row(data: Path) -> None:
    """Let the catalogue forget that a recording is indexed."""
    change_rows(
        data, "DELETE FROM artefacts WHERE audio_id = (SELECT min(audio_id) FROM artefacts)"
    )


def lose_the_files_of_a_recording(data: Path) -> None:
    """Leave a recording without files."""
    change_rows(
        data,
        "UPDATE files SET audio_id = NULL WHERE audio_id = (SELECT max(id) FROM audios)",
        "UPDATE stage_runs SET status = 'due'",
    )


def stop_in_the_middle(data: Path) -> None:
    """Say that an import was interrupted on every file."""
    change_rows(data, "UPDATE stage_runs SET status = 'pending'")


def lose_parents(data: Path) -> None:
    """Take files away from under their tracks, tags and stages."""
    change_rows(data, "DELETE FROM files WHERE id = (SELECT min(id) FROM files)")


def lose_a_picture(data: Path) -> None:
    """Delete a size of a thumbnail."""
    min((data / "pictures").rglob("*.jpg")).unlink()


def store_a_strange_picture(data: Path) -> None:
    """Keep a picture that no file shows."""
    picture = min((data / "pictures").rglob("*.jpg"))
    stranger = data / "pictures" / "ff" / picture.name.replace(picture.name[:64], "f" * 64)
    stranger.parent.mkdir(exist_ok=True)
    shutil.copy(picture, stranger)


def leave_files_behind(data: Path) -> None:
    """Leave what a killed writer leaves."""
    (data / "index" / "segment-0000000999.seg").write_bytes(b"half")
    (data / "index" / "manifest.json.tmp").write_bytes(b"half")
    (analysis_of(data).parent / "half.tmp").write_bytes(b"half")


DAMAGES = {
    lose_an_analysis: "ARTEFACT_MISSING",
    damage_an_analysis: "ARTEFACT_CORRUPT",
    store_a_stranger: "ARTEFACT_UNKNOWN",
    damage_a_segment: "INDEX_CORRUPT",
    lose_the_manifest: "INDEX_CORRUPT",
    lose_the_index: "NOT_INDEXED",
    forget_a_row: "INDEXED_UNKNOWN",
    lose_the_files_of_a_recording: "UNHELD",
    stop_in_the_middle: "UNFINISHED",
    lose_parents: "ORPHAN_ROW",
    lose_a_picture: "PICTURE_MISSING",
    store_a_strange_picture: "PICTURE_UNKNOWN",
    leave_files_behind: "LEFTOVER_FILE",
}


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_every_kind_of_damage_is_mended(own_library: Path, damage: Callable[[Path], None]) -> None:
    """The damage is found, mended and gone, without decoding anything."""
    damage(own_library)
    found = run(own_library, "check", "--deep", "--json")
    assert found.code == 1
    assert DAMAGES[damage] in {finding["code"] for finding in found.document["findings"]}

    mended = run(own_library, "check", "--deep", "--repair", "--json")

    assert (mended.code, mended.document["findings"]) == (0, [])
    assert DAMAGES[damage] in {finding["code"] for finding in mended.document["repaired"]}
    assert run(own_library, "check", "--deep").code == 0


def test_what_was_given_up_is_listened_to_again(collection: Collection, own_library: Path) -> None:
    """After a repair an import makes exactly what was lost, and clips of it are named."""
    lose_an_analysis(own_library)
    assert run(own_library, "check", "--repair").code == 0

    assert run(own_library, "import", collection.music, "--json").document["listened"] == 1
    assert run(own_library, "check", "--deep").code == 0
    assert run(own_library, "identify", collection.pieces[0]).code == 0
