"""Imports folders: scan, compare, listen in the pool, write in this process, one file at a time.

Everything that was reported as done is done for good: a process that is killed at any instant
goes on, at its next start, with the files that were not.
"""

import itertools
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from audio_ident.errors import AudioIdentError, Cancelled, FileUnreadable
from audio_ident.ingest.course import Course
from audio_ident.ingest.listening import Listening
from audio_ident.ingest.places import choose_places
from audio_ident.ingest.progress import Meter
from audio_ident.ingest.scan_list import ScanList
from audio_ident.ingest.session import ImportSession
from audio_ident.ingest.space import SpaceGuard, needed_bytes
from audio_ident.ingest.steering import Steering
from audio_ident.ingest.survey import Along, Entries, survey
from audio_ident.ingest.sweep import forget_unheld, sweep
from audio_ident.ingest.tools import ImportOptions, ImportTools, Stores
from audio_ident.ingest.worklist import Place, Worklist
from audio_ident.ingest.writer import error_entry, notice_entry
from audio_ident.model.library import SessionId
from audio_ident.model.parameters import ImportParameters
from audio_ident.model.reports import FileFailure, ImportProgress, ImportSummary, Phase, Reason
from audio_ident.model.sessions import SessionOrder, SessionState, StoredSession
from audio_ident.stores.sql.names import display_name

_NOTICES_KEPT = 100


def never() -> bool:
    """Answer that nobody wishes to stop."""
    return False


def ignore_progress(progress: ImportProgress) -> None:
    """Take no notice of progress."""
    del progress


def import_folders(
    folders: Sequence[Path],
    tools: ImportTools,
    options: ImportOptions,
    on_progress: Callable[[ImportProgress], None] = ignore_progress,
    should_stop: Callable[[], bool] = never,
) -> ImportSummary:
    """Bring the library up to date with some folders, in a session that need not wait.

    Parameters
    ----------
    should_stop
        Asked several times a second. Once it says yes, the files in the workers are finished and
        the import ends as cancelled; the next one goes on from there.

    Raises
    ------
    BadInput
        Something named is no folder. Nothing was done.
    StoreProblem
        The library cannot be written, for instance because the disk is full. Files that were
        finished before stay finished.
    """
    stores = tools.stores
    parameters = ImportParameters(accept_missing=options.accept_missing)
    order = SessionOrder(folders=tuple(map(str, folders)), parameters=parameters)
    session = enqueue(stores, order, SessionId(tools.new_id()))
    return run_session(session, tools, options, on_progress, should_stop)


def enqueue(stores: Stores, order: SessionOrder, session_id: SessionId) -> StoredSession:
    """Put a session at the end of the queue.

    Raises
    ------
    BadInput
        Something named is no folder, or belongs to the system. Nothing was done.
    """
    now = stores.clock.now()
    with stores.catalogue.writing() as rows:
        choose_places(
            map(Path, order.folders),
            rows.roots,
            now,
            accept_missing=order.parameters.accept_missing,
        )
        rows.sessions.add(session_id, order, now)
        return rows.sessions.get(session_id)


def run_session(
    session: StoredSession,
    tools: ImportTools,
    options: ImportOptions,
    on_progress: Callable[[ImportProgress], None] = ignore_progress,
    should_stop: Callable[[], bool] = never,
) -> ImportSummary:
    """Do what a queued session is to do; raises as `import_folders` does.

    The caller holds the right to write, so whatever else seems to be at work was interrupted.
    """
    stores = tools.stores
    row = ImportSession(stores, session.id)
    meter = Meter(session.id, stores.clock, options.progress_interval_s, on_progress)
    steering = Steering(row, tools, should_stop)
    run = _Run(tools, options, row, meter, steering)
    try:
        try:
            run.work([Path(folder) for folder in session.order.folders])
            state = run.final_state()
        except Cancelled:
            is_leaving = steering.is_leaving
            state = SessionState.INTERRUPTED if is_leaving else SessionState.CANCELLED
        forget_unheld(stores)
        stores.index.publish()
        tools.after_files(lambda: steering.course() is not Course.GO)
        row.end(meter, state)
        meter.begin(Phase.DONE, row.state)
    except AudioIdentError as error:
        row.fail(meter, error)
        raise
    with stores.catalogue.reading() as rows:
        missing = rows.files.count_missing(run.worklist.missing)  # some turned up elsewhere
    return _summary(row, meter, run.worklist, missing)


class _Run:
    """One session at work."""

    def __init__(
        self,
        tools: ImportTools,
        options: ImportOptions,
        session: ImportSession,
        meter: Meter,
        steering: Steering,
    ) -> None:
        self._tools = tools
        self._stores = tools.stores
        self._options = options
        self._session = session
        self._meter = meter
        self._steering = steering
        self.worklist = Worklist()

    def work(self, folders: Sequence[Path]) -> None:
        """Scan, compare and listen; raises `Cancelled` when it is to end before."""
        stores, session = self._stores, self._session
        with stores.catalogue.writing() as rows:
            rows.sessions.interrupt_open(stores.clock.now())
            places = choose_places(
                folders,
                rows.roots,
                stores.clock.now(),
                accept_missing=self._options.accept_missing,
            )
        session.move(SessionState.SCANNING)
        self._meter.begin(Phase.SCANNING, session.state)
        sweep(stores)
        with ScanList(stores.catalogue, session.id) as listing:
            self.worklist = survey(stores, places, self._options, self._along(listing))
        session.found = self.worklist.found
        _note_survey(stores, session, self.worklist)
        self._meter.add_warnings(notice.code for notice in self.worklist.notices)
        session.move(SessionState.PROCESSING)
        SpaceGuard(self._tools.free_bytes, self._options.reserve_bytes).check(
            needed_bytes(self.worklist.jobs)
        )
        listening = Listening(self._tools, self._options, session, self._meter, self._steering)
        listening.run(self.worklist.jobs)

    def _along(self, listing: ScanList) -> Along:
        def along(place: Place, entries: Entries) -> Entries:
            return self._steering.along(listing.noting(place, entries))

        return along

    def final_state(self) -> SessionState:
        """How it ends, once there is no more to do."""
        is_complete = self._meter.files_done() == len(self.worklist.jobs)
        return SessionState.COMPLETED if is_complete else SessionState.CANCELLED


def _note_survey(stores: Stores, session: ImportSession, worklist: Worklist) -> None:
    """Write down what the scan found out about files."""
    now = stores.clock.now()
    problems = [
        error_entry(stores, root / entry.relative_path, FileUnreadable(entry.fact), None)
        for root, entry in worklist.unscannable
    ]
    warnings = [notice_entry(stores, notice) for notice in worklist.notices]
    with stores.catalogue.writing() as rows:
        rows.moves.apply(worklist.moves, now)
        rows.moves.refresh_inodes(worklist.inodes)
        rows.files.mark_missing(worklist.missing, now)
        rows.files.mark_present(worklist.reappeared)
        rows.sessions.add_errors(session.id, [*problems, *warnings])


def _summary(
    session: ImportSession, meter: Meter, worklist: Worklist, missing: int
) -> ImportSummary:
    reasons: Counter[Reason] = Counter(job.reason for job in worklist.jobs)
    listened, copies = meter.count_of("listened"), meter.count_of("duplicates")
    return ImportSummary(
        session_id=session.id,
        state=session.state,
        found=worklist.found,
        unchanged=worklist.found
        - len(worklist.jobs)
        - worklist.known_failures
        - worklist.moved_idle,
        known_failures=worklist.known_failures,
        by_reason=dict(reasons),
        imported=listened + copies,
        listened=listened,
        duplicates=copies,
        failed=meter.count_of("failed"),
        moved=len(worklist.moves) + meter.count_of("moved"),
        retagged=meter.count_of("retagged"),
        missing=missing,
        reappeared=len(worklist.reappeared),
        warnings=meter.count_of("warnings"),
        audio_s=meter.audio_s,
        elapsed_s=meter.elapsed_s(),
        failures=tuple(meter.failures),
        notices=_notices(worklist),
        tallies=worklist.tallies,
    )


def _notices(worklist: Worklist) -> tuple[FileFailure, ...]:
    unread = (
        FileFailure(
            path=display_name(str(root / entry.relative_path)),
            code=FileUnreadable.code,
            fact=display_name(entry.fact),
            remedy=FileUnreadable.remedy,
        )
        for root, entry in worklist.unscannable
    )
    told = (
        FileFailure(
            path=display_name(notice.path), code=notice.code, fact=notice.fact, remedy=notice.remedy
        )
        for notice in worklist.notices
    )
    return tuple(itertools.islice(itertools.chain(unread, told), _NOTICES_KEPT))
