"""Artefacts on disk: where they lie, and what damage does."""

from pathlib import Path

import pytest

from audio_ident.errors import ArtefactCorrupt, BadInput, StoreInaccessible
from audio_ident.model.analysis import AudioDigest
from audio_ident.stores.artefacts.artefacts_files import FileArtefactStore
from builders.analyses import landmark_fields, new_analysis


def test_files_lie_by_the_first_two_digits(tmp_path: Path) -> None:
    """One file for each artefact, nothing else is left."""
    FileArtefactStore(tmp_path).put(new_analysis(0xAB << 120))
    files = [path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file()]
    assert files == [Path(f"ab/ab{0:030x}.analysis")]


def test_a_damaged_file_is_told(tmp_path: Path) -> None:
    """A changed byte, and an artefact under a wrong name, are corrupt."""
    store = FileArtefactStore(tmp_path)
    store.put(new_analysis(1, landmarks=landmark_fields(5)))
    (path,) = tmp_path.rglob("*.analysis")
    path.with_stem(f"{2:032x}").write_bytes(path.read_bytes())
    with pytest.raises(ArtefactCorrupt, match="holds"):
        store.get(AudioDigest(f"{2:032x}"))
    stored = bytearray(path.read_bytes())
    stored[len(stored) // 2] ^= 1
    path.write_bytes(stored)
    with pytest.raises(ArtefactCorrupt, match="checksum"):
        store.get(AudioDigest(f"{1:032x}"))


def test_what_a_killed_writer_left_is_not_seen(tmp_path: Path) -> None:
    """A temporary file is no artefact and does not disturb the next one."""
    store = FileArtefactStore(tmp_path)
    analysis = new_analysis(1)
    folder = tmp_path / "00"
    folder.mkdir()
    (folder / f"{analysis.digest}.tmp").write_bytes(b"half")
    assert list(store.digests()) == []
    store.put(analysis)
    assert list(store.digests()) == [analysis.digest]


@pytest.mark.parametrize("digest", ["", "../../etc/passwd", "A" * 32, "0" * 31])
def test_only_digests_name_artefacts(digest: str, tmp_path: Path) -> None:
    """Nothing outside the folder can be named."""
    with pytest.raises(BadInput):
        FileArtefactStore(tmp_path).get(AudioDigest(digest))


def test_a_refusal_of_the_system_has_a_name(tmp_path: Path) -> None:
    """Where no folder can be made, an import ends with a code, not with a traceback."""
    (tmp_path / "analyses").write_bytes(b"a file where a folder should be")
    with pytest.raises(StoreInaccessible):
        FileArtefactStore(tmp_path / "analyses").put(new_analysis())
