"""Processes that write and read a vector index, to be killed and watched by tests.

python -m builders.vector_processes write FOLDER FIRST
python -m builders.vector_processes crash FOLDER
python -m builders.vector_processes read FOLDER LAST
"""

import os
import signal
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import numpy as np

from audio_ident.model.analysis import AudioDigest
from audio_ident.model.vectors import Where
from audio_ident.stores.vectors import space_files
from audio_ident.stores.vectors.index_files import FileVectorIndex, FileVectorReader
from audio_ident.stores.vectors.protocol import VectorReader
from builders.recordings import digest_of
from builders.vectors import new_entry, new_space, random_vectors, whole_passage

SPACE = new_space()

CRASH_CHANGES = 8
"""Changes that a process makes in which every step is once the last."""

_WATCHED_EVENTS = frozenset({"open", "os.rename", "os.remove", "shutil.rmtree"})

State = dict[AudioDigest, tuple[int, str]]
"""Seed of the windows of each recording, and its genre."""


def state_after(count: int) -> State:
    """What an index holds after the first `count` changes."""
    state: State = {}
    for number in range(count):
        kind, digest = _change(number)
        if kind == "delete":
            state.pop(digest, None)
        elif kind == "describe" and digest in state:
            state[digest] = (state[digest][0], f"new-{number}")
        elif kind == "put":
            state[digest] = (number, f"genre-{number}")
    return state


def _change(number: int) -> tuple[str, AudioDigest]:
    match number % 5:
        case 2:
            return "describe", digest_of(number - 1)
        case 3:
            return "put", digest_of(number - 3)  # replaces
        case 4:
            return "delete", digest_of(number - 4)
    return "put", digest_of(number)


def change(index: FileVectorIndex, number: int) -> None:
    """Make the change with this number, and publish it."""
    kind, digest = _change(number)
    passages = (whole_passage(1, genres=(f"new-{number}",)),)
    if kind == "put":
        passages = (whole_passage(1, genres=(f"genre-{number}",)),)
        entry = new_entry(int(digest, 16), random_vectors(number, 4), passages)
        index.put(SPACE, [entry])
    elif kind == "describe":
        index.describe(digest, passages)
    else:
        index.delete(SPACE.id, [digest])
    index.publish()


def assert_holds(reader: VectorReader, state: State) -> None:
    """All of a state is there, windows and passages, and nothing else."""
    assert list(reader.digests(SPACE.id)) == sorted(state)
    windows = reader.windows_of(SPACE.id, state)
    for digest, (seed, genre) in state.items():
        expected = random_vectors(seed, 4)
        assert np.allclose(windows[digest].vectors, expected, atol=0.001)
        where = Where(genres=frozenset({genre}))
        found = reader.search(SPACE.id, expected[:1], recordings=9, where=where)
        assert [hits.digest for hits in found] == [digest]


def start(*arguments: object) -> subprocess.Popen[str]:
    """Run one of these processes; its lines can be read."""
    source = Path(__file__).parents[2]
    return subprocess.Popen(
        [sys.executable, "-m", __name__, *map(str, arguments)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": f"{source / 'src'}:{source / 'tests'}"},
    )


def write(folder: Path, first: int) -> None:
    """Make changes without end, telling each that is published."""
    index = FileVectorIndex(folder)
    os.write(1, b"ready\n")
    for number in range(first, first + 100_000):
        change(index, number)
        os.write(1, f"{number}\n".encode())


def crash(folder: Path) -> None:
    """Make the same changes again and again, killed one step later each time.

    A step is whatever the interpreter reports of files: opening, renaming, removing.
    """
    step, is_killed = 0, True
    while is_killed:
        step += 1
        home = folder / str(step)
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
        if event in _WATCHED_EVENTS and str(home) in str(arguments[0]):
            seen += 1
            if seen == step:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(count)
    space_files.FAN_IN = 3
    index = FileVectorIndex(home / "vectors")
    for number in range(CRASH_CHANGES):
        change(index, number)
        os.write(done, f"{number}\n".encode())


def read(folder: Path, last: int) -> None:
    """Look at the index until recording `last` is there; tell how many there are when that changes.

    Recordings come in pairs, n and n + 1000, so that half a change would show.
    """
    before = -1
    os.write(1, b"ready\n")
    with closing(FileVectorReader(folder)) as reader:
        while before <= last:
            found = reader.search(SPACE.id, random_vectors(1, 1), recordings=10_000)
            numbers = {int(hits.digest, 16) for hits in found}
            singles = {number % 1000 for number in numbers}
            assert numbers == singles | {number + 1000 for number in singles}
            if singles and max(singles) != before:
                before = max(singles)
                os.write(1, f"{before} {len(numbers)}\n".encode())
            if before == last:
                return
            time.sleep(0.001)


if __name__ == "__main__":
    command, place, *numbers = sys.argv[1:]
    match command:
        case "write":
            write(Path(place), int(numbers[0]))
        case "crash":
            crash(Path(place))
        case "read":
            read(Path(place), int(numbers[0]))
