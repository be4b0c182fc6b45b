"""Checks that find what was damaged on purpose, and rebuilds that mend the index."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from audio_ident.ingest.pipeline import import_folders
from audio_ident.ingest.rebuild import rebuild
from audio_ident.ingest.tools import ImportOptions, Stores
from audio_ident.library.check import check
from audio_ident.library.tracks import find_track, find_tracks_at, list_tracks
from audio_ident.model.analysis import AudioDigest
from audio_ident.model.reports import FindingCode, RebuildSummary
from audio_ident.stores.sql.tracks import TrackFilter
from audio_ident.units import Ticks, seconds_to_ticks
from builders.importing import FolderArtefacts, FolderIndex, landmarks_of, make_stores, make_tools
from builders.wav import WavAnalyser, write_wav


@pytest.fixture
def stores(tmp_path: Path) -> Iterator[Stores]:
    """A library of three recordings."""
    for seed in range(3):
        write_wav(tmp_path / "music" / f"{seed}.wav", seed, 800 + seed)
    made = make_stores(tmp_path / "data")
    import_music(tmp_path, made)
    yield made
    made.catalogue.close()


def import_music(folder: Path, stores: Stores) -> int:
    """Import, and say how many files were listened to."""
    with ThreadPoolExecutor(2) as pool:
        tools = make_tools(stores, pool, WavAnalyser(log=folder / "log"))
        return import_folders([folder / "music"], tools, ImportOptions()).listened


def artefacts_of(stores: Stores) -> FolderArtefacts:
    """The artefact store, as what it is."""
    assert isinstance(stores.artefacts, FolderArtefacts)
    return stores.artefacts


def index_of(stores: Stores) -> FolderIndex:
    """The index, as what it is."""
    assert isinstance(stores.index, FolderIndex)
    return stores.index


def rebuild_index(stores: Stores, steps: list[tuple[int, int]]) -> RebuildSummary:
    """Make the index anew, noting the steps."""
    return rebuild(
        stores.catalogue,
        stores.artefacts,
        landmarks_of,
        stores.versions.analysis,
        index_of(stores).rebuild,
        lambda *step: steps.append(step),
    )


def codes(stores: Stores) -> list[str]:
    """What a thorough check finds."""
    found = check(stores, reads_artefacts=True)
    assert all(finding.remedy and finding.fact for finding in found)
    return [finding.code for finding in found]


def test_every_kind_of_damage_is_found(stores: Stores) -> None:
    """Rows, artefacts and index are compared both ways."""
    assert codes(stores) == []
    one, two, three = sorted(index_of(stores).digests())
    artefacts_of(stores).delete(one)
    index_of(stores).delete(two)
    (artefacts_of(stores).folder / three).write_bytes(b"torn")
    artefacts_of(stores).keep("a stranger", b"")
    index_of(stores).keep("another", b"")
    assert set(codes(stores)) == {
        FindingCode.ARTEFACT_MISSING,
        FindingCode.NOT_INDEXED,
        FindingCode.ARTEFACT_CORRUPT,
        FindingCode.ARTEFACT_UNKNOWN,
        FindingCode.INDEXED_UNKNOWN,
    }


def test_a_rebuild_makes_the_same_index_without_listening(stores: Stores, tmp_path: Path) -> None:
    """Whatever the index was, afterwards it is what the artefacts say."""
    before = index_of(stores).frames()
    one, two, _ = sorted(before)
    index_of(stores).delete(AudioDigest(one))
    index_of(stores).keep(two, [1, 2, 3])
    index_of(stores).keep("stranger", [])
    steps: list[tuple[int, int]] = []
    summary = rebuild_index(stores, steps)
    assert (summary.indexed, summary.lost) == (3, ())
    assert index_of(stores).frames() == before
    assert steps == [(0, 3), (1, 3), (2, 3), (3, 3)]
    assert codes(stores) == []
    assert import_music(tmp_path, stores) == 0


def test_a_rebuild_withdraws_what_cannot_be_read(stores: Stores, tmp_path: Path) -> None:
    """A torn analysis costs one recording, until the next import listens to it again."""
    torn, *others = sorted(index_of(stores).digests())
    (artefacts_of(stores).folder / torn).write_bytes(b"torn")
    summary = rebuild_index(stores, [])
    assert summary.lost == (torn,)
    assert index_of(stores).digests() == set(others)
    assert codes(stores) == []
    assert import_music(tmp_path, stores) == 1
    assert index_of(stores).digests() == {torn, *others}
    assert codes(stores) == []


def test_a_time_in_a_recording_belongs_to_its_tracks(stores: Stores, tmp_path: Path) -> None:
    """Edges belong to a track, which stays the same one when its file moves."""
    track = list_tracks(stores.catalogue, TrackFilter(text="0.wav")).tracks[0]
    for seconds in (-1.0, 0.0, 0.05, 0.1, 9.0):
        assert find_tracks_at(stores.catalogue, track.digest, seconds_to_ticks(seconds)) == (track,)
    assert find_track(stores.catalogue, track.id) == track
    Path(track.path).rename(tmp_path / "music" / "9.wav")
    import_music(tmp_path, stores)
    found = find_tracks_at(stores.catalogue, track.digest, Ticks(0))
    assert [(Path(t.path).name, t.id, t.is_missing) for t in found] == [("9.wav", track.id, False)]
    assert find_tracks_at(stores.catalogue, AudioDigest("unknown"), Ticks(0)) == ()
    assert landmarks_of(artefacts_of(stores).get(track.digest)).frame_count > 0
