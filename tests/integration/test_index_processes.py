"""The fingerprint index and other processes: killed writers, readers that look on, a full disk."""

import random
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

from audio_ident.stores.fingerprints.index_check import find_index_problems
from audio_ident.stores.fingerprints.index_reader import SegmentIndexReader
from audio_ident.stores.fingerprints.index_segments import SegmentIndex
from builders.index_processes import CRASH_CHANGES, OPTIONS, start, state_after, states_until
from builders.memory_directory import memory_directory
from builders.plain_segments import contents, plain_options
from builders.recordings import digest_of, random_landmarks

FULL_DISK = """
import os, resource, sys
from pathlib import Path
from audio_ident.errors import DiskFull
from audio_ident.stores.fingerprints.index_segments import SegmentIndex
from builders.plain_segments import plain_options
from builders.recordings import digest_of, random_landmarks
index = SegmentIndex(Path(sys.argv[1]), plain_options(flush_landmarks=int(sys.argv[2])))
index.add(digest_of(0), random_landmarks(0, count=100))
resource.setrlimit(resource.RLIMIT_FSIZE, (9000, 9000))
for number in range(1, 100):
    try:
        index.add(digest_of(number), random_landmarks(number, count=400))
    except DiskFull as error:
        print(error.code, flush=True)
        break
    print(number, flush=True)
os._exit(0)
"""


def test_killed_writer_loses_nothing_it_reported() -> None:
    """Killed ten times at random, while adding, flushing or merging, the index is always whole."""
    rng = random.Random(7)
    done = 0
    with memory_directory() as directory:
        for _ in range(10):
            done = _kill_and_check(directory, done, rng.uniform(0, 0.06))
    assert done > 20


def _kill_and_check(directory: Path, done: int, life_s: float) -> int:
    """Let a writer go on for a moment; the number of changes that the index then holds."""
    with start("write", directory, done) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
        time.sleep(life_s)
        writer.kill()
        reported = [line for line in writer.stdout if line.endswith("\n")]
    done = int(reported[-1]) + 1 if reported else done
    with closing(SegmentIndexReader(directory / "index")) as reader:
        published = contents(reader.snapshot())
        assert any(published == state for state in states_until(done + 1))
    assert find_index_problems(directory / "index") == ()
    with closing(SegmentIndex(directory / "index", OPTIONS)) as index:
        found = contents(index.snapshot())
        # A change may have been finished without having been reported any more.
        done += found != state_after(done)
        assert found == state_after(done)
    return done


def test_every_step_may_be_the_last() -> None:
    """Killed before each single step on files, the index holds what was reported, or one more."""
    with memory_directory() as directory:
        with start("crash", directory) as crasher:
            output, _ = crasher.communicate()
        steps = int(output)
        reported = [_check_crashed(directory / str(step)) for step in range(1, steps + 1)]

    assert reported[-1] == CRASH_CHANGES
    assert steps > 100


def _check_crashed(home: Path) -> int:
    """Check the index of a killed process; the number of changes that it reported."""
    reported = len((home / "done").read_text().splitlines())
    with closing(SegmentIndexReader(home / "index")) as reader:
        published = contents(reader.snapshot())
        assert any(published == state for state in states_until(reported + 1))
    with closing(SegmentIndex(home / "index", OPTIONS)) as index:
        assert contents(index.snapshot()) in (state_after(reported), state_after(reported + 1))
    assert find_index_problems(home / "index") == ()
    return reported


def test_reader_process_follows_without_blocking(tmp_path: Path) -> None:
    """A reader sees whole generations while the writer adds, replaces files and merges them."""
    last = 40
    with start("read", tmp_path, last) as reader:
        assert reader.stdout is not None
        assert reader.stdout.readline() == "ready\n"
        with closing(SegmentIndex(tmp_path, plain_options(fan_in=2))) as index:
            for number in range(last + 1):
                index.add(digest_of(number), random_landmarks(number))
                index.add(digest_of(number + 1000), random_landmarks(number + 1000))
                if number >= 10:
                    index.delete(digest_of(number - 10))
                    index.delete(digest_of(number + 990))
                index.publish()
        lines = reader.stdout.read().splitlines()

    assert reader.returncode == 0
    assert len(lines) > 5
    assert lines[-2].endswith(" 20")
    assert float(lines[-1].split()[1]) < 2


def _fill_disk(directory: Path, flush_landmarks: int) -> list[str]:
    source = Path(__file__).parents[2]
    finished = subprocess.run(
        [sys.executable, "-c", FULL_DISK, str(directory), str(flush_landmarks)],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": f"{source / 'src'}:{source / 'tests'}"},
    )
    return finished.stdout.splitlines()


def test_full_disk_is_named_and_loses_nothing(tmp_path: Path) -> None:
    """When the log cannot grow the error says so; what was added before is kept."""
    *added, code = _fill_disk(tmp_path, 1_000_000)

    assert code == "DISK_FULL"
    assert len(added) == 2
    with closing(SegmentIndex(tmp_path, plain_options())) as index:
        assert index.digests() == {digest_of(number) for number in range(len(added) + 1)}


def test_segment_that_does_not_fit_stays_in_the_log(tmp_path: Path) -> None:
    """When a segment file cannot be written, its recordings are still in the log."""
    *added, code = _fill_disk(tmp_path, 500)

    assert code == "DISK_FULL"
    with closing(SegmentIndex(tmp_path, plain_options())) as index:
        assert index.digests() >= {digest_of(number) for number in range(len(added) + 1)}
    assert find_index_problems(tmp_path) == ()
