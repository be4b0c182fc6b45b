"""Every artefact store keeps the promises of `stores.artefacts.protocol`."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from audio_ident.errors import ArtefactMissing
from audio_ident.model.analysis import AudioDigest
from audio_ident.stores.artefacts.artefacts_files import FileArtefactStore
from audio_ident.stores.artefacts.artefacts_memory import MemoryArtefactStore
from audio_ident.stores.artefacts.protocol import ArtefactStore
from builders.analyses import assert_same_analysis, landmark_fields, new_analysis

STORES: dict[str, Callable[[Path], ArtefactStore]] = {
    "files": lambda folder: FileArtefactStore(folder / "artefacts"),
    "memory": lambda _: MemoryArtefactStore(),
}


@pytest.fixture(params=sorted(STORES))
def store(request: pytest.FixtureRequest, tmp_path: Path) -> ArtefactStore:
    """An empty store."""
    return STORES[request.param](tmp_path)


def test_what_is_put_comes_back(store: ArtefactStore) -> None:
    """Arrays, numbers, texts, facts and warnings are equal, and the arrays are read-only."""
    analysis = new_analysis(
        1, landmarks=landmark_fields(20), levels={"rate": 0.1, "name": "♫", "count": 3}
    )
    store.put(analysis)
    found = store.get(analysis.digest)
    assert_same_analysis(found, analysis)
    frame = found.sections["landmarks"].fields["frame"]
    assert isinstance(frame, np.ndarray)
    assert not frame.flags.writeable


def test_one_section_comes_back_alone(store: ArtefactStore) -> None:
    """A section is the same whether it is read alone or with all others."""
    analysis = new_analysis(1, landmarks=landmark_fields(20), levels={"count": 3})
    store.put(analysis)
    section = store.get_section(analysis.digest, "landmarks")
    whole = store.get(analysis.digest).sections["landmarks"]
    assert section.version == whole.version
    np.testing.assert_equal(dict(section.fields), dict(whole.fields))
    with pytest.raises(ArtefactMissing, match="no section"):
        store.get_section(analysis.digest, "waveform")
    with pytest.raises(ArtefactMissing):
        store.get_section(AudioDigest("0" * 32), "landmarks")


def test_some_fields_come_back_alone(store: ArtefactStore) -> None:
    """Wanted fields are the same as in the whole section, and the others are left out."""
    analysis = new_analysis(1, landmarks=landmark_fields(20), levels={"count": 3, "name": "♫"})
    store.put(analysis)
    whole = store.get_section(analysis.digest, "landmarks")
    part = store.get_fields(analysis.digest, "landmarks", lambda name: name == "frame")
    assert part.version == whole.version
    np.testing.assert_equal(dict(part.fields), {"frame": whole.fields["frame"]})
    assert store.get_fields(analysis.digest, "levels", lambda _: True).fields == {
        "count": 3,
        "name": "♫",
    }
    with pytest.raises(ArtefactMissing, match="no section"):
        store.get_fields(analysis.digest, "waveform", lambda _: True)


def test_a_second_put_replaces_the_first(store: ArtefactStore) -> None:
    """One digest, one artefact."""
    store.put(new_analysis(1, levels={"count": 1}))
    store.put(new_analysis(1, levels={"count": 2}))
    assert store.get(AudioDigest(f"{1:032x}")).sections["levels"].fields["count"] == 2
    assert len(list(store.digests())) == 1


def test_what_is_not_there_is_missing(store: ArtefactStore) -> None:
    """Reading before putting, and after deleting, says that it is missing."""
    analysis = new_analysis(1)
    with pytest.raises(ArtefactMissing):
        store.get(analysis.digest)
    store.put(analysis)
    store.delete(analysis.digest)
    store.delete(analysis.digest)
    with pytest.raises(ArtefactMissing):
        store.get(analysis.digest)


def test_digests_are_listed_in_order(store: ArtefactStore) -> None:
    """The list holds what is there, sorted."""
    assert list(store.digests()) == []
    numbers = [3, 1 << 127, 2]
    for number in numbers:
        store.put(new_analysis(number))
    assert list(store.digests()) == [f"{number:032x}" for number in sorted(numbers)]
