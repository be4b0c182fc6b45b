"""What watchers of an import are told: shares that never fall, times that move."""

import datetime
import itertools
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from audio_ident.errors import DecodeFailed
from audio_ident.ingest.flow import Running
from audio_ident.ingest.job import Job
from audio_ident.ingest.progress import Meter
from audio_ident.ingest.space import KEPT_BYTES_PER_HOUR, needed_bytes
from audio_ident.ingest.tools import Clock
from audio_ident.model.library import FileStamp, SessionId
from audio_ident.model.reports import ImportProgress, Phase, Reason
from audio_ident.model.sessions import SessionState

AT_WORK = SessionState.PROCESSING
NOON = datetime.datetime(2026, 3, 1, 12, 0, tzinfo=datetime.UTC)


class Stage:
    """A meter and the clock it looks at."""

    def __init__(self, jobs: list[Job]) -> None:
        self.now_s = 0.0
        self.seen: list[ImportProgress] = []
        clock = Clock(now=lambda: NOON, monotonic_s=lambda: self.now_s)
        self.meter = Meter(SessionId("s"), clock, 0.5, self.seen.append)
        self.meter.begin(Phase.HASHING, AT_WORK, jobs)
        self.meter.begin(Phase.LISTENING, AT_WORK)

    def at(self, now_s: float, *running: Running) -> ImportProgress:
        """What is told at a moment."""
        self.now_s = now_s
        self.meter.tick(AT_WORK, running)
        return self.seen[-1]


def a_job(name: str = "a.mp3", size: int = 5_000_000) -> Job:
    """File of a size."""
    stamp = FileStamp(root_id=1, relative_path=name, size=size, mtime_ns=0)
    return Job(path=Path("/music") / name, stamp=stamp, reason=Reason.NEW)


def test_the_remaining_time_moves_while_one_huge_file_is_worked_on() -> None:
    """It is told after the first second, and differs at every look for ten minutes."""
    huge = a_job(size=2_000_000_000)
    stage = Stage([huge])
    running = Running(job=huge, since_s=0.0)
    told = [stage.at(float(second), running).remaining_s for second in range(1, 600, 5)]

    assert None not in told
    assert all(before != after for before, after in itertools.pairwise(told))


def test_speed_and_remaining_time_follow_what_was_done() -> None:
    """Ten files a second apart, of forty equal ones, leave half a minute."""
    jobs = [a_job(f"{n}.mp3") for n in range(40)]
    stage = Stage(jobs)
    for number, job in enumerate(jobs[:10], start=1):
        stage.now_s = float(number)
        stage.meter.add_listened(job, 240.0)
        stage.at(float(number))
    told = stage.seen[-1]

    assert (told.files_per_s, told.bytes_per_s, told.remaining_s) == (1.0, 5_000_000.0, 30.0)
    assert (told.percent, told.elapsed_s) == (25.0, 10.0)


def test_failures_and_warnings_are_counted_by_code_and_workers_named() -> None:
    """A moment tells what went wrong so far, and what each worker has for how long."""
    jobs = [a_job("a.mp3"), a_job("b.mp3")]
    stage = Stage(jobs)
    stage.meter.add_failure(jobs[0], DecodeFailed("broken"))
    stage.meter.add_warnings(["DECODE_PARTIAL", "DECODE_PARTIAL"])
    told = stage.at(3.0, Running(job=jobs[1], since_s=1.0))

    assert (told.failures, told.warnings) == ({"DECODE_ERROR": 1}, {"DECODE_PARTIAL": 2})
    assert [(w.file, w.stage, w.since_s) for w in told.workers] == [("b.mp3", "listening", 2.0)]


@given(st.lists(st.tuples(st.floats(0, 100), st.sampled_from(["heard", "copy", "bad"]))))
def test_the_share_never_falls_and_nothing_is_negative(steps: list[tuple[float, str]]) -> None:
    """Whatever happens in whatever time, the percentage grows to at most 100."""
    jobs = [a_job(f"{n}.mp3", size=n) for n in range(max(1, len(steps)))]
    stage = Stage(jobs)
    for job, (wait_s, outcome) in zip(jobs, steps, strict=False):
        stage.at(stage.now_s + wait_s, Running(job=job, since_s=stage.now_s))
        if outcome == "heard":
            stage.meter.add_listened(job, 1.0)
        elif outcome == "copy":
            stage.meter.add_copy(job)
        else:
            stage.meter.add_failure(job, DecodeFailed("broken"))
    stage.meter.begin(Phase.DONE, SessionState.COMPLETED)

    shares = [told.percent for told in stage.seen]
    assert shares == sorted(shares)
    assert shares[-1] == 100.0 * len(steps) / len(jobs)
    assert all(told.bytes_per_s >= 0 and (told.remaining_s or 0) >= 0 for told in stage.seen)


def test_needed_space_counts_hours_of_audio() -> None:
    """An hour is many more bytes of flac than of mp3."""
    hours = [a_job("a.FLAC", size=300_000_000), a_job("b.mp3", size=70_000_000)]

    assert needed_bytes(hours) == 2 * KEPT_BYTES_PER_HOUR
