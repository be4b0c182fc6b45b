"""The log of the memory segment."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audio_ident.errors import IndexCorrupt
from audio_ident.model.analysis import AudioDigest
from audio_ident.stores.fingerprints.log import MAGIC, Change, create_log, read_log, reopen_log
from builders.plain_segments import content_of
from builders.recordings import digest_of, random_landmarks

CHANGES: list[Change] = [
    (digest_of(1), random_landmarks(1, count=3)),
    (digest_of(2), random_landmarks(2, count=0)),
    (digest_of(1), None),
    (digest_of(3), random_landmarks(3, count=2)),
]


def _plain(changes: list[Change]) -> list[tuple[AudioDigest, bytes | None]]:
    return [(digest, None if m is None else content_of(m)) for digest, m in changes]


def _written(path: Path) -> list[int]:
    """Write the changes; the sizes of the file before and after each."""
    log = create_log(path)
    sizes = [path.stat().st_size]
    for change in CHANGES:
        log.append(change)
        sizes.append(path.stat().st_size)
    log.close()
    return sizes


def test_changes_are_read_back_in_order(tmp_path: Path) -> None:
    """Everything that was appended comes back, also what was appended after reopening."""
    _written(tmp_path / "log")
    log, changes = reopen_log(tmp_path / "log")
    log.append(CHANGES[0])
    log.close()

    assert _plain(changes) == _plain(CHANGES)
    assert _plain(read_log(tmp_path / "log")[0]) == _plain([*CHANGES, CHANGES[0]])


def test_torn_end_drops_only_the_unfinished_record(tmp_path: Path) -> None:
    """Cut anywhere, a log gives exactly the records before the cut, and can be appended to."""
    path = tmp_path / "log"
    sizes = _written(path)
    sound = path.read_bytes()
    for size in range(len(MAGIC), len(sound) + 1):
        path.write_bytes(sound[:size])
        finished = sum(end <= size for end in sizes[1:])
        log, changes = reopen_log(path)
        log.append(CHANGES[2])
        log.close()

        assert _plain(changes) == _plain(CHANGES[:finished])
        assert _plain(read_log(path)[0]) == _plain([*CHANGES[:finished], CHANGES[2]])


@given(st.data())
def test_flipped_bit_never_changes_a_record(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """Damage before the last record is an error; in the last one it looks unfinished."""
    path = tmp_path_factory.mktemp("log") / "log"
    sizes = _written(path)
    content = bytearray(path.read_bytes())
    position = data.draw(st.integers(0, len(content) - 1))
    content[position] ^= 1 << data.draw(st.integers(0, 7))
    path.write_bytes(content)

    if position < sizes[-2]:
        with pytest.raises(IndexCorrupt):
            read_log(path)
    else:
        assert _plain(read_log(path)[0]) == _plain(CHANGES[:-1])


def test_zeros_at_the_end_are_no_record(tmp_path: Path) -> None:
    """A file that grew before its bytes were written, as after a power cut, loses nothing."""
    path = tmp_path / "log"
    _written(path)
    path.write_bytes(path.read_bytes() + bytes(5000))

    assert _plain(read_log(path)[0]) == _plain(CHANGES)


def test_missing_log_is_an_error(tmp_path: Path) -> None:
    """A log that a manifest names must be there."""
    with pytest.raises(IndexCorrupt, match="missing"):
        read_log(tmp_path / "log")
