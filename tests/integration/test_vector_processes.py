"""The vector index and other processes: killed writers, readers that look on, a full disk."""

import random
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path

from audio_ident.stores.vectors.index_check import find_vector_problems
from audio_ident.stores.vectors.index_files import FileVectorIndex, FileVectorReader
from builders.memory_directory import memory_directory
from builders.vector_processes import (
    CRASH_CHANGES,
    SPACE,
    assert_holds,
    change,
    start,
    state_after,
)
from builders.vectors import new_entry, random_vectors

FULL_DISK = """
import resource, sys
from pathlib import Path
from audio_ident.errors import DiskFull
from builders.vector_processes import change, FileVectorIndex
index = FileVectorIndex(Path(sys.argv[1]))
for number in range(3):
    change(index, number)
before = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (9000, before[1]))
try:
    change(index, 3)
except DiskFull as error:
    print(error.code, flush=True)
resource.setrlimit(resource.RLIMIT_FSIZE, before)
if sys.argv[2] == "retry":
    index.publish()
"""


def test_killed_writer_loses_nothing_it_reported() -> None:
    """Killed eight times at random, while adding or merging, the index is always whole."""
    rng = random.Random(7)
    done = 0
    with memory_directory() as folder:
        for _ in range(8):
            done = _kill_and_check(folder / "vectors", done, rng)
    assert done >= 16


def _kill_and_check(folder: Path, done: int, rng: random.Random) -> int:
    """Let a writer make some changes and a part of one; how many the index then holds."""
    with start("write", folder, done) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
        first = [writer.stdout.readline() for _ in range(rng.randint(2, 5))]
        time.sleep(rng.uniform(0, 0.01))
        writer.kill()
        reported = [*first, *(line for line in writer.stdout if line.endswith("\n"))]
    done = int(reported[-1]) + 1
    assert find_vector_problems(folder) == ()
    return _check_state(folder, done)


def _check_state(folder: Path, done: int) -> int:
    """Find all of what was reported, or one change more; tell which."""
    with closing(FileVectorReader(folder)) as reader:
        try:
            assert_holds(reader, state_after(done))
        except AssertionError:
            assert_holds(reader, state_after(done + 1))
            return done + 1
    return done


def test_every_step_may_be_the_last() -> None:
    """Killed before each single step on files, the index holds what was reported, or one more."""
    with memory_directory() as folder:
        with start("crash", folder) as crasher:
            output, _ = crasher.communicate()
        steps = int(output)
        reported = [_check_crashed(folder / str(step)) for step in range(1, steps + 1)]

    assert reported[-1] == CRASH_CHANGES
    assert steps > 80


def _check_crashed(home: Path) -> int:
    """Check the index of a killed process; the number of changes that it reported."""
    reported = len((home / "done").read_text().splitlines())
    folder = home / "vectors"
    assert find_vector_problems(folder) == ()
    held = _check_state(folder, reported)
    with closing(FileVectorIndex(folder)) as index:
        change(index, held)
        assert_holds(index, state_after(held + 1))
    listed = (folder / SPACE.id / "manifest.json").read_text()
    left = [p.name for p in (folder / SPACE.id).glob("*-*") if p.name not in listed]
    assert left == []
    return reported


def test_reader_process_follows_without_blocking(tmp_path: Path) -> None:
    """A reader sees whole publications while the writer adds, replaces files and merges them."""
    last = 40
    with start("read", tmp_path, last) as reader:
        assert reader.stdout is not None
        assert reader.stdout.readline() == "ready\n"
        with closing(FileVectorIndex(tmp_path)) as index:
            for number in range(last + 1):
                index.put(SPACE, [new_entry(number), new_entry(number + 1000)])
                gone = [new_entry(n).digest for n in (number - 10, number + 990) if number >= 10]
                index.delete(SPACE.id, gone)
                index.publish()
        lines = reader.stdout.read().splitlines()

    assert reader.returncode == 0
    assert len(lines) > 3
    assert lines[-1] == "40 20"


def test_threads_ask_one_reader_while_it_changes(tmp_path: Path) -> None:
    """Threads that share a reader see each publication entirely, none fails."""
    seen: list[set[int]] = []
    is_over = threading.Event()

    def ask(reader: FileVectorReader) -> None:
        is_last = False
        while not is_last:
            is_last = is_over.is_set()
            found = reader.search(SPACE.id, random_vectors(1, 1), recordings=100)
            seen.append({int(hits.digest, 16) for hits in found})

    with closing(FileVectorReader(tmp_path)) as reader:
        threads = [threading.Thread(target=ask, args=(reader,)) for _ in range(2)]
        for thread in threads:
            thread.start()
        with closing(FileVectorIndex(tmp_path)) as index:
            for number in range(15):
                index.put(SPACE, [new_entry(2 * number), new_entry(2 * number + 1)])
                index.publish()
        is_over.set()
        for thread in threads:
            thread.join()

    assert all(numbers == set(range(len(numbers))) for numbers in seen)
    assert all(len(numbers) % 2 == 0 for numbers in seen)
    assert len(seen[-1]) == 30


def _fill_disk(folder: Path, then: str) -> list[str]:
    source = Path(__file__).parents[2]
    finished = subprocess.run(
        [sys.executable, "-c", FULL_DISK, str(folder), then],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": f"{source / 'src'}:{source / 'tests'}"},
    )
    return finished.stdout.splitlines()


def test_full_disk_leaves_what_was_published(tmp_path: Path) -> None:
    """A change for which there is no space is an error with a code; the rest stays as it was."""
    assert _fill_disk(tmp_path, "give up") == ["DISK_FULL"]

    assert find_vector_problems(tmp_path) == ()
    assert _check_state(tmp_path, 3) == 3


def test_full_disk_that_gets_space_again(tmp_path: Path) -> None:
    """What could not be published can be published once there is space."""
    assert _fill_disk(tmp_path, "retry") == ["DISK_FULL"]

    assert _check_state(tmp_path, 4) == 4
