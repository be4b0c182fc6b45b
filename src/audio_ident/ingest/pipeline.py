"""Imports folders: scan, compare, listen in the pool, write in this process, one file at a time.

Everything that was reported as done is done for good: a process that is killed at any instant
goes on, at its next start, with the files that were not.
"""

import functools
import itertools
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from audio_ident.errors import AudioIdentError, FileUnreadable
from audio_ident.ingest.listening import Listening
from audio_ident.ingest.places import choose_places
from audio_ident.ingest.progress import Meter
from audio_ident.ingest.session import ImportSession
from audio_ident.ingest.survey import survey
from audio_ident.ingest.sweep import forget_unheld, sweep
from audio_ident.ingest.tools import ImportOptions, ImportTools, Stores
from audio_ident.ingest.worklist import Worklist
from audio_ident.ingest.writer import error_entry, notice_entry
from audio_ident.model.library import SessionState
from audio_ident.model.reports import FileFailure, ImportProgress, ImportSummary, Phase, Reason
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
    """Bring the library up to date with some folders.

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
    with stores.catalogue.writing() as rows:
        places = choose_places(
            folders, rows.roots, stores.clock.now(), accept_missing=options.accept_missing
        )
        rows.sessions.interrupt_open(stores.clock.now())
    session = ImportSession.start(stores, tools.new_id(), places)
    meter = Meter(stores.clock, options.progress_interval_s, on_progress)
    try:
        sweep(stores)
        meter.begin(Phase.SCANNING)
        worklist = survey(stores, places, options)
        _note_survey(stores, session, worklist)
        meter.add_warnings(len(worklist.notices))
        session.found = worklist.found
        checkpoint = functools.partial(session.save_counts, meter)
        Listening(tools, options, session, meter, (should_stop, checkpoint)).run(worklist.jobs)
        forget_unheld(stores)
        stores.index.publish()
        state = _final_state(meter, worklist)
        session.end(meter, state)
        meter.begin(Phase.DONE)
    except AudioIdentError as error:
        session.fail(meter, error)
        raise
    with stores.catalogue.reading() as rows:
        missing = rows.files.count_missing(worklist.missing)  # some have turned up elsewhere
    return _summary(session, meter, worklist, (state, missing))


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


def _final_state(meter: Meter, worklist: Worklist) -> SessionState:
    if meter.files_done() < len(worklist.jobs):
        return SessionState.CANCELLED
    if meter.count_of("failed") or worklist.unscannable:
        return SessionState.COMPLETED_WITH_ERRORS
    return SessionState.COMPLETED


def _summary(
    session: ImportSession, meter: Meter, worklist: Worklist, end: tuple[SessionState, int]
) -> ImportSummary:
    state, missing = end
    reasons: Counter[Reason] = Counter(job.reason for job in worklist.jobs)
    listened, copies = meter.count_of("listened"), meter.count_of("duplicates")
    return ImportSummary(
        session_id=session.id,
        state=state,
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
