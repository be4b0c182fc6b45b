"""Sessions that queue, pause, resume, are cancelled and interrupted, in a real database."""

import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from audio_ident.errors import BadInput, Cancelled, IllegalMove, NotFound
from audio_ident.library.check import check
from audio_ident.model.library import SessionId
from audio_ident.model.parameters import ImportParameters, make_parameters
from audio_ident.model.reports import ImportProgress, ImportSummary, Phase
from audio_ident.model.sessions import SessionState, StoredSession, Wish
from audio_ident.stores.lock import WriterLock
from builders.databases import sqlite_only
from builders.queueing import Office
from builders.wav import write_wav

PLAIN = ImportParameters()


@pytest.fixture
def music(tmp_path: Path) -> Path:
    """Eight files."""
    for seed in range(8):
        write_wav(tmp_path / "music" / f"{seed}.wav", seed, 800 + seed)
    return tmp_path / "music"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """A process that takes a moment for each file."""
    office = Office(tmp_path / "data", tmp_path / "log", pause_s=0.3)
    yield office
    office.close()


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Office]:
    """The same library, as another process has it."""
    office = Office(tmp_path / "data", tmp_path / "log")
    yield office
    office.close()


def eventually(claim: Callable[[], object], within_s: float = 20.0) -> float:
    """Seconds until a claim is true."""
    started_s = time.monotonic()
    while not claim():
        assert time.monotonic() - started_s < within_s
        time.sleep(0.02)
    return time.monotonic() - started_s


class Run:
    """A session that runs in a thread."""

    def __init__(self, office: Office, music: Path, **parameters: object) -> None:
        self.seen: list[ImportProgress] = []
        self.id: SessionId = office.queue.enqueue(
            [music], parameters=make_parameters(parameters), is_awaited=True
        )
        self._pool = ThreadPoolExecutor(1)
        self.summary: Future[ImportSummary] = self._pool.submit(
            office.queue.run, self.id, on_progress=self.seen.append
        )
        self._pool.shutdown(wait=False)

    def is_listening(self) -> bool:
        """Whether a worker has a file."""
        return any(p.phase == Phase.LISTENING and p.workers for p in list(self.seen))


def states(office: Office) -> list[SessionState]:
    """States of all sessions, oldest first."""
    return [session.state for session in office.book.all()][::-1]


def test_pausing_begins_nothing_new_and_resuming_goes_on(
    office: Office, elsewhere: Office, music: Path
) -> None:
    """Within two seconds another process sees it paused, then nothing moves until it resumes."""
    run = Run(office, music)
    eventually(run.is_listening)
    elsewhere.book.ask(run.id, Wish.PAUSE)
    took_s = eventually(lambda: elsewhere.book.get(run.id).state == SessionState.PAUSED)
    eventually(lambda: run.seen[-1].state == SessionState.PAUSED and not run.seen[-1].workers)
    heard = len(office.analyser.heard())
    time.sleep(0.8)
    stood_still = len(office.analyser.heard()) == heard
    elsewhere.book.ask(run.id, Wish.RESUME)

    assert run.summary.result().state == SessionState.COMPLETED
    assert (took_s < 2.0, stood_still, 0 < heard < 8) == (True, True, True), heard
    assert sorted(office.analyser.heard()) == [f"{n}.wav" for n in range(8)]


def test_cancelling_ends_workers_at_once_and_leaves_nothing_half_done(
    office: Office, elsewhere: Office, music: Path
) -> None:
    """The files at hand are neither failed nor tried; the next import does what is left."""
    office.analyser = type(office.analyser)(log=office.analyser.log, pause_s=20.0)
    run = Run(office, music)
    eventually(run.is_listening)
    elsewhere.book.ask(run.id, Wish.CANCEL)
    started_s = time.monotonic()
    summary = run.summary.result()
    took_s = time.monotonic() - started_s

    assert (summary.state, summary.failed, took_s < 2.0) == (SessionState.CANCELLED, 0, True)
    assert (elsewhere.book.file_errors(), elsewhere.book.errors_of(run.id)) == ([], [])
    assert Run(elsewhere, music).summary.result().imported == 8
    stores = elsewhere.stores
    assert check(stores, reads_artefacts=True) == []


def test_a_paused_session_can_be_cancelled(office: Office, elsewhere: Office, music: Path) -> None:
    """What was finished stays, and the session ends."""
    run = Run(office, music)
    eventually(run.is_listening)
    elsewhere.book.ask(run.id, Wish.PAUSE)
    eventually(lambda: elsewhere.book.get(run.id).state == SessionState.PAUSED)
    elsewhere.book.ask(run.id, Wish.CANCEL)

    assert run.summary.result().state == SessionState.CANCELLED


def test_an_import_waits_for_its_turn(office: Office, elsewhere: Office, music: Path) -> None:
    """While another process writes it says why it waits, then it runs."""
    told: list[str] = []
    session_id = elsewhere.queue.enqueue([music], parameters=PLAIN, is_awaited=True)
    lock = WriterLock(office.data)
    with lock:
        threading.Timer(0.8, lambda: lock.__exit__(None, None, None)).start()
        summary = elsewhere.queue.run(session_id, on_waiting=told.append)

    assert (summary.state, summary.imported) == (SessionState.COMPLETED, 8)
    assert len(told) == 1
    assert f"process {os.getpid()}" in told[0]


def test_queued_sessions_run_in_their_order(elsewhere: Office, tmp_path: Path) -> None:
    """Whoever runs the queue takes what nobody waits for, first come first served."""
    ids = []
    for name in ("b", "a", "c"):
        write_wav(tmp_path / name / "x.wav", ord(name), 900 + ord(name))
        ids.append(elsewhere.queue.enqueue([tmp_path / name], parameters=PLAIN))
    (tmp_path / "a" / "x.wav").unlink()
    (tmp_path / "a").rmdir()
    done = list(elsewhere.queue.run_queued())

    assert [session.id for session in done] == ids
    assert [session.state for session in done] == [
        SessionState.COMPLETED,
        SessionState.FAILED,
        SessionState.COMPLETED,
    ]
    assert (done[1].error_code, elsewhere.queue.queued()) == ("ROOT_VANISHED", [])


@sqlite_only  # on a server numbers of processes are others; test_postgresql.py
def test_what_a_living_process_waits_for_is_left_to_it(elsewhere: Office, music: Path) -> None:
    """A session of a living process stays queued, that of a dead one is taken."""
    alive, dead = (
        elsewhere.queue.enqueue([music], parameters=PLAIN, is_awaited=True) for _ in range(2)
    )
    with elsewhere.stores.catalogue._engine.begin() as connection:
        for session_id, process in ((alive, os.getppid()), (dead, 2**22 + 1)):
            connection.execute(
                sa.text("UPDATE sessions SET awaited_by = :process WHERE id = :id"),
                {"process": process, "id": session_id},
            )

    assert [session.id for session in elsewhere.queue.run_queued()] == [dead]
    assert elsewhere.book.get(alive).state == SessionState.QUEUED


def test_a_queued_session_is_cancelled_before_its_turn(office: Office, music: Path) -> None:
    """Nothing was done, and whoever waits for it is told."""
    session_id = office.queue.enqueue([music], parameters=PLAIN, is_awaited=True)
    office.book.ask(session_id[:8], Wish.CANCEL)
    with pytest.raises(Cancelled):
        office.queue.run(session_id)

    assert office.analyser.heard() == []


def test_what_a_dead_process_left_is_offered_and_resumed(
    office: Office, elsewhere: Office, music: Path
) -> None:
    """A session left at work is interrupted; queued again it has its folders and parameters."""
    session_id = office.queue.enqueue([music], parameters=make_parameters({"workers": 2}))
    with office.stores.catalogue.writing() as rows:
        rows.sessions.move(session_id, SessionState.SCANNING, office.stores.clock.now())
    offered = elsewhere.book.interrupted()
    resumed = elsewhere.book.resume_interrupted()
    done = list(elsewhere.queue.run_queued())

    assert [s.id for s in offered] == [s.id for s in resumed] == [session_id]
    assert (offered[0].state, offered[0].order.parameters.workers) == (SessionState.INTERRUPTED, 2)
    assert [session.state for session in done] == [SessionState.COMPLETED]
    assert elsewhere.book.interrupted() == []


def test_an_interrupted_session_that_was_made_good_is_not_offered(
    elsewhere: Office, music: Path
) -> None:
    """A later import of the same folders replaces it."""
    left = elsewhere.queue.enqueue([music], parameters=PLAIN)
    with elsewhere.stores.catalogue.writing() as rows:
        rows.sessions.move(left, SessionState.SCANNING, elsewhere.stores.clock.now())
    Run(elsewhere, music).summary.result()

    assert states(elsewhere) == [SessionState.INTERRUPTED, SessionState.COMPLETED]
    assert elsewhere.book.interrupted() == []


def test_wishes_that_make_no_sense_are_refused(elsewhere: Office, music: Path) -> None:
    """A session that is done cannot be paused, resumed or cancelled; an unknown one is named."""
    run = Run(elsewhere, music)
    run.summary.result()
    for wish in Wish:
        with pytest.raises(IllegalMove, match="completed cannot"):
            elsewhere.book.ask(run.id, wish)
    with pytest.raises(NotFound):
        elsewhere.book.ask("zzz", Wish.PAUSE)


def test_progress_can_be_read_by_another_process(
    office: Office, elsewhere: Office, music: Path
) -> None:
    """The saved snapshot has what the watcher at the terminal was told, ready for JSON."""
    office.options = type(office.options)(progress_interval_s=0, tell_interval_s=0.2)
    run = Run(office, music)
    found: list[StoredSession] = []
    eventually(lambda: found.append(elsewhere.book.get(run.id)) or found[-1].files_done >= 2)
    run.summary.result()
    snapshot: Any = json.loads(json.dumps(found[-1].snapshot))

    assert (snapshot["state"], snapshot["files_total"]) == ("processing", 8)
    assert 0 < snapshot["percent"] < 100
    assert {worker["stage"] for worker in snapshot["workers"]} == {"listening"}
    percents = [progress.percent for progress in run.seen]
    assert percents == sorted(percents)
    assert (percents[0], percents[-1], run.seen[-1].remaining_s) == (0, 100, 0)


def test_progress_costs_few_commits(office: Office, tmp_path: Path) -> None:
    """A thousand quick files save their progress less than a hundred times."""
    saved = []
    for seed in range(100):
        write_wav(tmp_path / "many" / f"{seed}.wav", seed, 80 + seed)
    office.analyser = type(office.analyser)(log=office.analyser.log)
    office.options = type(office.options)(tell_interval_s=600)  # longer than any machine takes

    def count(connection: object, cursor: object, statement: str, *rest: object) -> None:
        del connection, cursor, rest
        if statement.startswith("UPDATE sessions") and "snapshot" in statement:
            saved.append(statement)

    sa.event.listen(office.stores.catalogue._engine, "before_cursor_execute", count)
    Run(office, tmp_path / "many").summary.result()

    assert 1 <= len(saved) < 10


def test_profiles_and_recent_folders_are_remembered(elsewhere: Office, tmp_path: Path) -> None:
    """Folders with odd bytes come back exactly; the five latest folders are the recent ones."""
    names = [os.fsdecode(name) for name in (b"caf\xe9", b"b", b"c", b"d", b"e", b"f")]
    folders = [tmp_path / name for name in names]
    for folder in folders:
        folder.mkdir()
        elsewhere.queue.enqueue([folder], parameters=PLAIN)
    elsewhere.book.save_profile("all", folders, make_parameters({"workers": 3}))
    elsewhere.queue.enqueue(folders[:1], parameters=PLAIN, profile="all")
    profile = elsewhere.book.profile("all")

    assert profile.folders == tuple(map(str, folders))
    assert (profile.parameters.workers, profile.last_used_at is not None) == (3, True)
    assert elsewhere.book.recent_folders() == [
        str(folder) for folder in (folders[0], *folders[:1:-1])
    ]
    elsewhere.book.remove_profile("all")
    assert elsewhere.book.profiles() == []
    with pytest.raises(NotFound):
        elsewhere.book.remove_profile("all")
    with pytest.raises(BadInput):
        elsewhere.book.save_profile(" ", folders, PLAIN)


def test_failed_files_are_listed_and_retried_wherever_they_are(
    elsewhere: Office, tmp_path: Path
) -> None:
    """An import without folders takes every root with failures, and only those."""
    names = ("one/broken.wav", "three/broken.wav", "two/good.wav")
    for seed, name in enumerate(names):
        write_wav(tmp_path / name, seed, 800 + seed)
    Run(elsewhere, tmp_path).summary.result()
    errors = elsewhere.book.file_errors()
    retry = elsewhere.queue.enqueue([], parameters=make_parameters({"retry_failed": True}))

    assert [(Path(e.path).parent.name, e.code, e.attempts) for e in errors] == [
        ("one", "DECODE_ERROR", 1),
        ("three", "DECODE_ERROR", 1),
    ]
    assert elsewhere.book.file_errors("NO_AUDIO") == []
    assert elsewhere.book.get(retry).order.folders == (str(tmp_path),)
