"""Processes that write and read an index, to be killed and watched by tests.

python -m builders.index_processes write DIRECTORY FIRST
python -m builders.index_processes crash DIRECTORY
python -m builders.index_processes read DIRECTORY LAST
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from audio_ident.model.analysis import AudioDigest
from audio_ident.model.landmarks import Landmarks
from audio_ident.stores.fingerprints.index_reader import SegmentIndexReader
from audio_ident.stores.fingerprints.index_segments import SegmentIndex
from audio_ident.stores.lock import WriterLock
from builders.plain_segments import content_of, contents, plain_options
from builders.recordings import digest_of, random_landmarks

OPTIONS = plain_options(flush_landmarks=300, fan_in=2)
"""So small that nearly all the time goes into flushing and merging."""

CRASH_CHANGES = 12
"""Changes that a process makes in which every step is once the last."""

_WATCHED_EVENTS = frozenset({"open", "os.rename", "os.remove", "os.truncate", "mmap.__new__"})


def change_of(number: int) -> tuple[AudioDigest, Landmarks | None]:
    """The change with this number: new recordings, replaced ones, deleted ones."""
    if number % 7 == 6:
        return digest_of(number - 4), None
    if number % 5 == 4:
        return digest_of(number - 3), random_landmarks(number)
    return digest_of(number), random_landmarks(number)


def states_until(count: int) -> Iterator[dict[AudioDigest, bytes]]:
    """What an index holds after 0, 1, ... `count` changes: one dictionary that goes on changing."""
    state: dict[AudioDigest, bytes] = {}
    yield state
    for number in range(count):
        digest, landmarks = change_of(number)
        state.pop(digest, None)
        if landmarks is not None:
            state[digest] = content_of(landmarks)
        yield state


def state_after(count: int) -> dict[AudioDigest, bytes]:
    """What an index holds after the first `count` changes."""
    *_, state = states_until(count)
    return state


def start(*arguments: object) -> subprocess.Popen[str]:
    """Run one of these processes; its lines can be read."""
    source = Path(__file__).parents[2]
    return subprocess.Popen(
        [sys.executable, "-m", __name__, *map(str, arguments)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": f"{source / 'src'}:{source / 'tests'}"},
    )


def _make_changes(index: SegmentIndex, first: int, last: int, output: int) -> None:
    for number in range(first, last):
        digest, landmarks = change_of(number)
        if landmarks is None:
            index.delete(digest)
        else:
            index.add(digest, landmarks)
        os.write(output, f"{number}\n".encode())
        if number % 4 == 3:
            index.publish()


def write(directory: Path, first: int) -> None:
    """Make changes without end, telling each that is done."""
    with WriterLock(directory):
        index = SegmentIndex(directory / "index", OPTIONS)
        os.write(1, b"ready\n")
        _make_changes(index, first, first + 100_000, 1)


def crash(directory: Path) -> None:
    """Make the same changes again and again, killed one step later each time.

    A step is whatever the interpreter reports of files: opening, renaming, removing, mapping.
    """
    step, is_killed = 0, True
    while is_killed:
        step += 1
        home = directory / str(step)
        home.mkdir()
        child = os.fork()
        if child == 0:
            _change_until(home, step)
            os._exit(0)
        is_killed = os.WIFSIGNALED(os.waitpid(child, 0)[1])
    os.write(1, f"{step}\n".encode())


def _change_until(home: Path, step: int) -> None:
    done = os.open(home / "done", os.O_WRONLY | os.O_CREAT)
    seen = 0

    def count(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal seen
        if event in _WATCHED_EVENTS and (event[0] == "m" or str(home) in str(arguments[0])):
            seen += 1
            if seen == step:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(count)
    index = SegmentIndex(home / "index", OPTIONS)
    _make_changes(index, 0, CRASH_CHANGES, done)
    index.close()


def read(directory: Path, last: int) -> None:
    """Look at the index until recording `last` is there; tell each generation and the slowest look.

    Recordings come in pairs, n and n + 1000, so that half a change would show.
    """
    slowest_s, generation, is_complete = 0.0, -1, False
    os.write(1, b"ready\n")
    with closing(SegmentIndexReader(directory)) as reader:
        while not is_complete:
            before_s = time.perf_counter()
            snapshot = reader.snapshot()
            slowest_s = max(slowest_s, time.perf_counter() - before_s)
            if snapshot.generation != generation:
                assert snapshot.generation > generation
                generation = snapshot.generation
                found = {int(digest, 16): content for digest, content in contents(snapshot).items()}
                singles = {n % 1000 for n in found}
                assert {n % 1000 for n in found if n >= 1000} == singles
                assert all(found[n] == content_of(random_landmarks(n)) for n in found)
                os.write(1, f"{generation} {len(found)}\n".encode())
                is_complete = last in found
            time.sleep(0.001)
    os.write(1, f"slowest {slowest_s:.6f}\n".encode())


if __name__ == "__main__":
    command, place, *numbers = sys.argv[1:]
    match command:
        case "write":
            write(Path(place), int(numbers[0]))
        case "crash":
            crash(Path(place))
        case "read":
            read(Path(place), int(numbers[0]))
