"""What every fingerprint index owes; see `stores/fingerprints/protocol.py`."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from audio_ident.stores.fingerprints.index_memory import MemoryIndex
from audio_ident.stores.fingerprints.index_segments import SegmentIndex
from audio_ident.stores.fingerprints.protocol import FingerprintIndex
from builders.plain_segments import content_of, contents, plain_options
from builders.recordings import digest_of, random_landmarks


def _memory(_: Path) -> FingerprintIndex:
    return MemoryIndex(plain_options(fan_in=2))


def _segments_in_memory(directory: Path) -> FingerprintIndex:
    return SegmentIndex(directory / "index", plain_options())


def _segments_in_files(directory: Path) -> FingerprintIndex:
    return SegmentIndex(directory / "index", plain_options(flush_landmarks=1, fan_in=2))


@pytest.fixture(params=[_memory, _segments_in_memory, _segments_in_files])
def index(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[FingerprintIndex]:
    """An empty index of each kind."""
    opened: FingerprintIndex = request.param(tmp_path)
    yield opened
    opened.close()


def test_new_index_is_empty(index: FingerprintIndex) -> None:
    """An index into which nothing was put holds nothing."""
    assert index.digests() == frozenset()
    assert contents(index.snapshot()) == {}


def test_added_recording_is_found_unchanged(index: FingerprintIndex) -> None:
    """A snapshot holds exactly the landmarks that were added."""
    expected = {digest_of(n): random_landmarks(n) for n in range(20)}

    for digest, landmarks in expected.items():
        index.add(digest, landmarks)

    assert contents(index.snapshot()) == {d: content_of(m) for d, m in expected.items()}
    assert index.digests() == frozenset(expected)


def test_recording_without_landmarks_is_kept(index: FingerprintIndex) -> None:
    """Silence has no landmarks, yet it is known to the index."""
    index.add(digest_of(1), random_landmarks(1, count=0))

    assert index.digests() == {digest_of(1)}
    assert list(contents(index.snapshot())) == [digest_of(1)]


def test_adding_a_known_digest_replaces(index: FingerprintIndex) -> None:
    """Of two sets of landmarks for a digest the later one counts, published or not."""
    index.add(digest_of(1), random_landmarks(1))
    index.publish()
    index.add(digest_of(1), random_landmarks(2))
    index.snapshot()
    index.add(digest_of(1), random_landmarks(3))

    assert contents(index.snapshot()) == {digest_of(1): content_of(random_landmarks(3))}


def test_adding_twice_is_adding_once(index: FingerprintIndex) -> None:
    """The same recording added again leaves one of it."""
    for _ in range(2):
        index.add(digest_of(1), random_landmarks(1))

    assert contents(index.snapshot()) == {digest_of(1): content_of(random_landmarks(1))}


def test_deleted_recording_is_gone(index: FingerprintIndex) -> None:
    """A deleted recording is in no later snapshot, whether it was published before or not."""
    for number in range(4):
        index.add(digest_of(number), random_landmarks(number))
    index.delete(digest_of(0))
    index.publish()
    index.delete(digest_of(1))

    assert index.digests() == {digest_of(2), digest_of(3)}
    assert contents(index.snapshot()).keys() == index.digests()


def test_deleting_the_unknown_changes_nothing(index: FingerprintIndex) -> None:
    """Deleting what is not there is no error and makes no new generation."""
    index.add(digest_of(1), random_landmarks(1))
    before = index.snapshot()
    index.delete(digest_of(2))

    assert index.snapshot() is before


def test_deleted_recording_can_come_back(index: FingerprintIndex) -> None:
    """A recording that was deleted can be added again."""
    index.add(digest_of(1), random_landmarks(1))
    index.publish()
    index.delete(digest_of(1))
    index.publish()
    index.add(digest_of(1), random_landmarks(2))
    index.publish()

    assert contents(index.snapshot()) == {digest_of(1): content_of(random_landmarks(2))}


def test_held_snapshot_stays_as_it_was(index: FingerprintIndex) -> None:
    """Whatever happens later, a snapshot shows what was there when it was taken."""
    for number in range(10):
        index.add(digest_of(number), random_landmarks(number))
    held = index.snapshot()
    expected = contents(held)
    for number in range(10):
        index.delete(digest_of(number))
        index.add(digest_of(100 + number), random_landmarks(number, count=500))
        index.publish()

    assert contents(held) == expected


def test_arrays_of_a_snapshot_cannot_be_written(index: FingerprintIndex) -> None:
    """What tells the living from the dead is read-only."""
    index.add(digest_of(1), random_landmarks(1))

    for alive in index.snapshot().alive:
        with pytest.raises(ValueError, match="read-only"):
            alive[:] = False


def test_generation_grows_with_changes(index: FingerprintIndex) -> None:
    """A snapshot after a change has a higher generation than one before."""
    generations = [index.snapshot().generation]
    for number in range(3):
        index.add(digest_of(number), random_landmarks(number))
        generations.append(index.snapshot().generation)

    assert generations == sorted(set(generations))
