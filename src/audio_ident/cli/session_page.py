"""One import as a page for people: what it was told, how far it is, what it met."""

import datetime
from collections.abc import Iterator, Mapping
from typing import Any

from audio_ident.cli.render import Output
from audio_ident.cli.words import NONE, named_values, span_in_words
from audio_ident.model.codes import remedy_of
from audio_ident.model.parameters import ImportParameters, values_of
from audio_ident.model.sessions import OPEN_STATES, SessionState, StoredSession

CODE_COLUMNS = ("FILES>", "CODE", "MEANS", "REMEDY")


def show_session_page(output: Output, session: StoredSession) -> None:
    """Print the page; while the import runs, also its pace and what each worker does."""
    snapshot = session.snapshot or {}
    output.facts([*_order(session), *_times(session), *_counts(session, snapshot)])
    if session.state in OPEN_STATES:
        output.facts(list(_course(snapshot)))
    met = [
        (str(count), code, word, remedy_of(code))
        for kind, word in (("failures", "failed"), ("warnings", "warning"))
        for code, count in snapshot.get(kind, {}).items()
    ]
    if met:
        output.text("")
        output.table(CODE_COLUMNS, met)
        output.text(f"`audio-ident errors --session {session.id[:8]}` names the files")


def _order(session: StoredSession) -> Iterator[tuple[str, str]]:
    yield "session", session.id
    asked = f" (asked to {session.wish})" if session.wish else ""
    yield "state", session.state + asked
    if session.error_code:
        yield "ended by", f"{session.error_code}: {session.error_fact}"
        yield "", remedy_of(session.error_code)
    for number, folder in enumerate(session.order.folders):
        yield "" if number else "folders", folder
    if session.order.profile:
        yield "profile", session.order.profile
    usual = values_of(ImportParameters())
    chosen = values_of(session.order.parameters).items()
    told = named_values({name: value for name, value in chosen if value != usual[name]})
    yield "parameters", told or "the usual ones"


def _times(session: StoredSession) -> Iterator[tuple[str, str]]:
    yield "queued", _moment(session.queued_at)
    if session.started_at:
        yield "started", _moment(session.started_at)
    if session.ended_at:
        began = session.started_at or session.queued_at
        took = span_in_words((session.ended_at - began).total_seconds())
        yield "ended", f"{_moment(session.ended_at)}, after {took}"


def _counts(session: StoredSession, snapshot: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    total = snapshot.get("files_total")
    of_total = "" if total is None else f" of {total} on its list"
    yield "files", f"{session.files_found} found; {session.files_done} done{of_total}"
    if snapshot.get("duplicates"):
        yield "copies", f"{snapshot['duplicates']} with the bytes of another file"
    yield "failed", str(session.files_failed or NONE)
    yield "warnings", str(sum(snapshot.get("warnings", {}).values()) or NONE)


def _course(snapshot: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if "percent" not in snapshot:
        return
    phase = "" if snapshot["state"] == SessionState.PAUSED else f", {snapshot['phase']}"
    yield "progress", f"{snapshot['percent']:.1f} %{phase}"
    per_minute = 60 * snapshot["files_per_s"]
    yield (
        "rate",
        f"{per_minute:.1f} files a minute, {snapshot['bytes_per_s'] / 1e6:.1f} MB a second",
    )
    if snapshot.get("remaining_s"):
        yield "remaining", f"about {span_in_words(snapshot['remaining_s'])}"
    for number, worker in enumerate(snapshot.get("workers", ())):
        label = "" if number else "workers"
        yield label, f"{worker['stage']} {worker['file']} for {span_in_words(worker['since_s'])}"


def _moment(at: datetime.datetime) -> str:
    return f"{at.astimezone():%Y-%m-%d %H:%M:%S}"
