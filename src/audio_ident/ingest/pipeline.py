"""Imports folders: scan, compare, listen in the pool, write in this process, one file at a time.

Everything that was reported as done is done for good: a process that is killed at any instant
goes on, at its next start, with the files that were not.
"""

import functools
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from audio_ident.errors import AudioIdentError, FileUnreadable
from audio_ident.ingest.listening import Listening
from audio_ident.ingest.places import choose_places
from audio_ident.ingest.progress import Meter
from audio_ident.ingest.scanner import ScanPlan, scan
from audio_ident.ingest.session import ImportSession
from audio_ident.ingest.sweep import forget_unheld, sweep
from audio_ident.ingest.tools import ImportOptions, ImportTools, Stores
from audio_ident.ingest.worklist import Known, Place, Worklist, make_worklist, needed_work
from audio_ident.ingest.writer import error_entry
from audio_ident.model.library import SessionState
from audio_ident.model.reports import ImportProgress, ImportSummary, Phase, Reason


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
        places = choose_places(folders, rows.roots, stores.clock.now())
        rows.sessions.interrupt_open(stores.clock.now())
    session = ImportSession.start(stores, tools.new_id(), places)
    meter = Meter(stores.clock, options.progress_interval_s, on_progress)
    try:
        sweep(stores)
        meter.begin(Phase.SCANNING)
        worklist = _compare(stores, places, options)
        _note_scan(stores, session, worklist)
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
    return _summary(session, meter, worklist, state)


def _compare(stores: Stores, places: Sequence[Place], options: ImportOptions) -> Worklist:
    need = needed_work(stores.versions, options)
    with stores.catalogue.reading() as rows:
        parts = []
        for place in places:
            plan = ScanPlan(root=place.root, below=place.below, excluded=place.excluded)
            files = {file.stamp.relative_path: file for file in rows.files.of_root(place.root_id)}
            known = Known(files=files, marks=rows.stages.of_root(place.root_id))
            parts.append(make_worklist(place, scan(plan), known, need))
    return _joined(parts)


def _joined(parts: Iterable[Worklist]) -> Worklist:
    parts = list(parts)
    return Worklist(
        jobs=tuple(job for part in parts for job in part.jobs),
        found=sum(part.found for part in parts),
        known_failures=sum(part.known_failures for part in parts),
        missing=tuple(file_id for part in parts for file_id in part.missing),
        reappeared=tuple(file_id for part in parts for file_id in part.reappeared),
        unscannable=tuple(entry for part in parts for entry in part.unscannable),
    )


def _note_scan(stores: Stores, session: ImportSession, worklist: Worklist) -> None:
    entries = [
        error_entry(stores, root / entry.relative_path, FileUnreadable(entry.fact), None)
        for root, entry in worklist.unscannable
    ]
    with stores.catalogue.writing() as rows:
        rows.files.mark_missing(worklist.missing, stores.clock.now())
        rows.files.mark_present(worklist.reappeared)
        rows.sessions.add_errors(session.id, entries)


def _final_state(meter: Meter, worklist: Worklist) -> SessionState:
    if meter.files_done() < len(worklist.jobs):
        return SessionState.CANCELLED
    if meter.count_of("failed") or worklist.unscannable:
        return SessionState.COMPLETED_WITH_ERRORS
    return SessionState.COMPLETED


def _summary(
    session: ImportSession, meter: Meter, worklist: Worklist, state: SessionState
) -> ImportSummary:
    reasons: Counter[Reason] = Counter(job.reason for job in worklist.jobs)
    listened, copies = meter.count_of("listened"), meter.count_of("duplicates")
    return ImportSummary(
        session_id=session.id,
        state=state,
        found=worklist.found,
        unchanged=worklist.found - len(worklist.jobs) - worklist.known_failures,
        known_failures=worklist.known_failures,
        by_reason=dict(reasons),
        imported=listened + copies,
        listened=listened,
        duplicates=copies,
        failed=meter.count_of("failed"),
        retagged=meter.count_of("retagged"),
        missing=len(worklist.missing),
        reappeared=len(worklist.reappeared),
        warnings=meter.count_of("warnings"),
        audio_s=meter.audio_s,
        elapsed_s=meter.elapsed_s(),
        failures=tuple(meter.failures),
    )
