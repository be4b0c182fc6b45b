"""The fingerprint index on disk: reopening, merging, rebuilding, damage, readers."""

import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from audio_ident.errors import BadInput, IndexCorrupt, StoreInaccessible
from audio_ident.model.analysis import AudioDigest
from audio_ident.model.landmarks import Landmarks
from audio_ident.stores.fingerprints.index_check import find_index_problems
from audio_ident.stores.fingerprints.index_reader import SegmentIndexReader
from audio_ident.stores.fingerprints.index_segments import SegmentIndex
from audio_ident.stores.fingerprints.merge_policy import tier_of
from audio_ident.stores.fingerprints.rebuild import rebuild_index
from builders.plain_segments import content_of, contents, plain_options
from builders.recordings import digest_of, random_landmarks

OPTIONS = plain_options(flush_landmarks=500, fan_in=3)


def _filled(directory: Path, numbers: range) -> SegmentIndex:
    index = SegmentIndex(directory, OPTIONS)
    for number in numbers:
        index.add(digest_of(number), random_landmarks(number))
    return index


def _expected(numbers: range) -> dict[AudioDigest, bytes]:
    return {digest_of(n): content_of(random_landmarks(n)) for n in numbers}


def _recordings(numbers: range) -> Iterator[tuple[AudioDigest, Landmarks]]:
    return ((digest_of(n), random_landmarks(n)) for n in numbers)


def test_everything_is_there_after_reopening(tmp_path: Path) -> None:
    """A closed index opens with the same content and can be changed further."""
    _filled(tmp_path, range(60)).close()
    with closing(_filled(tmp_path, range(60, 70))) as index:
        assert contents(index.snapshot()) == _expected(range(70))
        assert index.verify() == ()


def test_closed_directory_holds_no_leftovers(tmp_path: Path) -> None:
    """After closing there are segments, a manifest and an empty log; few segments, all merged."""
    _filled(tmp_path, range(200)).close()
    kinds = sorted(path.name.split("-")[0] for path in tmp_path.iterdir())
    segments = kinds.count("segment")

    assert kinds == ["log", "manifest.json", *["segment"] * segments]
    assert next(tmp_path.glob("log-*")).stat().st_size == 8
    assert segments <= 2 * (tier_of(200 * 200, 3) + 1)


def test_unclosed_index_is_recovered_from_its_log(tmp_path: Path) -> None:
    """What was added without publishing is in the files as they are at that moment."""
    with closing(_filled(tmp_path / "open", range(3))) as index:
        index.delete(digest_of(1))
        shutil.copytree(tmp_path / "open", tmp_path / "copy")
    with closing(SegmentIndex(tmp_path / "copy", OPTIONS)) as index:
        assert index.digests() == {digest_of(0), digest_of(2)}


def test_deleting_everything_frees_the_disk(tmp_path: Path) -> None:
    """Segments without living recordings disappear."""
    with closing(_filled(tmp_path, range(60))) as index:
        for number in range(60):
            index.delete(digest_of(number))

    assert list(tmp_path.glob("segment-*")) == []


def test_mostly_deleted_segments_shrink(tmp_path: Path) -> None:
    """Merging drops the landmarks of what was deleted."""
    with closing(_filled(tmp_path, range(100))) as index:
        index.publish()
        for number in range(5, 100):
            index.delete(digest_of(number))

    with closing(SegmentIndex(tmp_path, OPTIONS)) as index:
        stored = [len(segment.digests) for segment in index.snapshot().segments]
        assert contents(index.snapshot()) == _expected(range(5))
        assert sum(stored) <= 10


def test_rebuild_replaces_everything(tmp_path: Path) -> None:
    """After rebuilding the index holds the given recordings and goes on from there."""
    with closing(_filled(tmp_path, range(50))) as index:
        before = index.snapshot()
        index.rebuild(_recordings(range(30, 120)))
        index.add(digest_of(120), random_landmarks(120))

        assert contents(index.snapshot()) == _expected(range(30, 121))
        assert contents(before) == _expected(range(50))
        assert index.verify() == ()


def test_rebuild_keeps_the_last_of_a_digest_that_comes_twice(tmp_path: Path) -> None:
    """Of a digest that comes twice the later landmarks are indexed."""
    stale = ((digest_of(n), random_landmarks(n + 1000)) for n in range(40))
    rebuild_index(tmp_path, [*stale, *_recordings(range(40))], OPTIONS)
    with closing(SegmentIndexReader(tmp_path)) as reader:
        assert contents(reader.snapshot()) == _expected(range(40))


def test_interrupted_first_rebuild_leaves_an_empty_index(tmp_path: Path) -> None:
    """A new index whose first rebuilding failed is empty, not damaged."""

    def recordings() -> Iterator[tuple[AudioDigest, Landmarks]]:
        yield from _recordings(range(50))
        raise RuntimeError("no more")

    with pytest.raises(RuntimeError, match="no more"):
        rebuild_index(tmp_path, recordings(), OPTIONS)

    assert find_index_problems(tmp_path) == ()
    with closing(SegmentIndex(tmp_path, OPTIONS)) as index:
        assert index.digests() == frozenset()


def test_interrupted_rebuild_leaves_the_old_index(tmp_path: Path) -> None:
    """When the recordings cannot be read to the end, nothing has changed."""

    def recordings() -> Iterator[tuple[AudioDigest, Landmarks]]:
        yield from _recordings(range(100, 150))
        raise RuntimeError("no more")

    with closing(_filled(tmp_path, range(20))) as index:
        with pytest.raises(RuntimeError, match="no more"):
            index.rebuild(recordings())

        assert contents(index.snapshot()) == _expected(range(20))

    assert find_index_problems(tmp_path) == ()


@pytest.mark.parametrize("pattern", ["manifest.json", "segment-*", "log-*"])
@pytest.mark.parametrize("is_removed", [True, False])
def test_damage_is_an_error_until_rebuilt(tmp_path: Path, pattern: str, is_removed: bool) -> None:
    """A damaged or missing file stops the writer; rebuilding makes the index whole again."""
    _filled(tmp_path, range(60)).close()
    with closing(SegmentIndexReader(tmp_path)) as reader:
        generation = reader.snapshot().generation
    victim = next(tmp_path.glob(pattern))
    if is_removed:
        victim.unlink()
    else:
        victim.write_bytes(b"\0" + victim.read_bytes()[1:])

    with pytest.raises(IndexCorrupt):
        SegmentIndex(tmp_path, OPTIONS)
    if not pattern.startswith("log"):
        with closing(SegmentIndexReader(tmp_path)) as reader, pytest.raises(IndexCorrupt):
            reader.snapshot()
    assert len(find_index_problems(tmp_path)) == 1

    rebuild_index(tmp_path, _recordings(range(60)), OPTIONS)
    with closing(SegmentIndex(tmp_path, OPTIONS)) as index:
        assert contents(index.snapshot()) == _expected(range(60))
        assert index.statistics().generation > generation
    assert find_index_problems(tmp_path) == ()


def test_damaged_segment_is_not_merged(tmp_path: Path) -> None:
    """Merging checks its sources: damage comes to light and is not sealed with a new checksum."""
    index = SegmentIndex(tmp_path, plain_options(fan_in=2))
    index.add(digest_of(1), random_landmarks(1, count=100))
    index.close()
    path = next(tmp_path.glob("segment-*"))
    content = bytearray(path.read_bytes())
    content[4096] ^= 1
    path.write_bytes(content)

    index = SegmentIndex(tmp_path, plain_options(fan_in=2))
    index.add(digest_of(2), random_landmarks(2, count=100))
    assert len(index.verify()) == 1
    with pytest.raises(IndexCorrupt, match="fails its checksum"):
        index.close()

    with closing(SegmentIndexReader(tmp_path)) as reader:
        assert len(reader.snapshot().segments) == 2


def test_reader_follows_the_writer(tmp_path: Path) -> None:
    """A reader sees nothing, then each published generation, and never what is unpublished."""
    directory = tmp_path / "not there yet"
    with closing(SegmentIndexReader(directory)) as reader:
        assert reader.snapshot().segments == ()
        with closing(SegmentIndex(directory, plain_options(fan_in=2))) as index:
            for number in range(12):
                index.add(digest_of(number), random_landmarks(number))
                index.publish()
                held = reader.snapshot()
                index.delete(digest_of(number))
                index.add(digest_of(number), random_landmarks(number + 500))
                index.add(digest_of(number + 100), random_landmarks(number))

                assert contents(held)[digest_of(number)] == content_of(random_landmarks(number))
                assert contents(reader.snapshot()) == contents(held)
        assert len(contents(reader.snapshot())) == 24


def test_unchanged_generation_is_the_same_snapshot(tmp_path: Path) -> None:
    """Reader and writer give the snapshot they gave before when nothing changed."""
    with (
        closing(_filled(tmp_path, range(5))) as index,
        closing(SegmentIndexReader(tmp_path)) as reader,
    ):
        assert index.snapshot() is index.snapshot()
        index.publish()
        assert reader.snapshot() is reader.snapshot()


def test_statistics_count_files_and_memory(tmp_path: Path) -> None:
    """Pending recordings and segment files are counted."""
    with closing(SegmentIndex(tmp_path, plain_options())) as index:
        index.add(digest_of(1), random_landmarks(1))
        index.publish()
        index.add(digest_of(2), random_landmarks(2))
        statistics = index.statistics()

    assert (statistics.segments, statistics.recordings, statistics.pending_recordings) == (1, 2, 1)
    assert statistics.segment_bytes > 0


def test_core_layout_can_be_stored_and_merged(tmp_path: Path) -> None:
    """Without options the index uses the real layout of segments, whatever is in it."""
    index = SegmentIndex(tmp_path)
    for number in range(12):
        index.add(digest_of(number), random_landmarks(number, count=50))
        index.publish()
    index.delete(digest_of(3))
    index.close()
    with closing(SegmentIndexReader(tmp_path)) as reader:
        snapshot = reader.snapshot()
        alive = sum(int(rows.sum()) for rows in snapshot.alive)

    assert alive == 11
    assert len(snapshot.segments) <= 6


def test_wrong_arguments_are_refused(tmp_path: Path) -> None:
    """A digest of another form, unequal arrays, or a closed index: nothing is logged."""
    landmarks = random_landmarks(1, count=5)
    uneven = Landmarks(
        frame=landmarks.frame[:3],
        bin=landmarks.bin,
        strength=landmarks.strength,
        frame_count=landmarks.frame_count,
    )
    index = SegmentIndex(tmp_path)
    with pytest.raises(BadInput):
        index.add(AudioDigest("F" * 32), landmarks)
    with pytest.raises(BadInput):
        index.add(digest_of(1), uneven)
    index.close()
    with pytest.raises(StoreInaccessible):
        index.add(digest_of(1), landmarks)
    assert find_index_problems(tmp_path) == ()
