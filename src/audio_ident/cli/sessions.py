"""`audio-ident sessions`: what imports are doing, did and should do."""

from typing import Annotated

import typer

from audio_ident.cli.documents import session_document
from audio_ident.cli.interrupt import gentle_interrupt
from audio_ident.cli.render import Advance, Form, Output
from audio_ident.cli.session import AsJson, command, library
from audio_ident.cli.session_page import show_session_page
from audio_ident.model.reports import ImportProgress
from audio_ident.model.sessions import SessionState, StoredSession, Wish

COLUMNS = ("SESSION", "STATE", "DONE>", "FAILED>", "QUEUED", "FOLDERS")

ID_CHARACTERS = 8
"""Of an id in a list: enough to tell it from others, and to name it."""

Name = Annotated[str, typer.Argument(metavar="SESSION", help="Id of a session, or how it begins.")]

sessions = typer.Typer(
    help="What imports are doing and did; pause, resume and cancel them from any terminal.",
    invoke_without_command=True,
)


@sessions.callback()
def _default(context: typer.Context, as_json: AsJson = False) -> None:
    if context.invoked_subcommand is None:
        list_(context, as_json=as_json)


@sessions.command("list")
def list_(context: typer.Context, as_json: AsJson = False) -> None:
    """List the imports, the newest first."""
    with command(context, as_json=as_json) as output, library(context) as application:
        found = application.sessions.all()
        if output.form is Form.JSON:
            output.document({"sessions": [session_document(session) for session in found]})
        elif found:
            output.table(COLUMNS, [_row(session) for session in found])
            _offer(output, len(application.sessions.interrupted()))
        else:
            output.note("nothing was imported yet")


@sessions.command()
def show(context: typer.Context, name: Name, as_json: AsJson = False) -> None:
    """Show one import and how far it has come."""
    with command(context, as_json=as_json) as output, library(context) as application:
        show_session(output, application.sessions.get(name))


@sessions.command()
def pause(context: typer.Context, name: Name, as_json: AsJson = False) -> None:
    """Begin nothing new; the files at hand are finished."""
    _ask(context, name, Wish.PAUSE, as_json=as_json)


@sessions.command()
def resume(context: typer.Context, name: Name, as_json: AsJson = False) -> None:
    """Go on with a paused import."""
    _ask(context, name, Wish.RESUME, as_json=as_json)


@sessions.command()
def cancel(context: typer.Context, name: Name, as_json: AsJson = False) -> None:
    """End an import at once; finished files stay, those at hand are as if never begun."""
    _ask(context, name, Wish.CANCEL, as_json=as_json)


@sessions.command("resume-interrupted")
def resume_interrupted(context: typer.Context, as_json: AsJson = False) -> None:
    """Queue again the imports whose process died; `sessions run` or the next import runs them."""
    with command(context, as_json=as_json) as output, library(context) as application:
        found = application.sessions.resume_interrupted()
        if output.form is Form.JSON:
            output.document({"sessions": [session_document(session) for session in found]})
        else:
            output.text(f"{len(found)} queued again; `audio-ident sessions run` runs them")


@sessions.command()
def run(context: typer.Context, as_json: AsJson = False) -> None:
    """Run the queue until it is empty."""
    with command(context, as_json=as_json) as output, library(context) as application:
        with (
            output.progress("queue") as advance,
            gentle_interrupt(lambda: output.note("finishing the files at hand ...")) as stopped,
        ):
            done = list(
                application.queue.run_queued(
                    on_progress=lambda progress: show_progress(advance, progress),
                    should_stop=stopped,
                )
            )
        if output.form is Form.JSON:
            output.document({"sessions": [session_document(session) for session in done]})
        elif done:
            output.table(COLUMNS, [_row(session) for session in done])
        else:
            output.note("nothing is queued, or another process works on it")


def show_progress(advance: Advance, progress: ImportProgress) -> None:
    subject = progress.workers[0].file if progress.workers else progress.phase.value
    if progress.state == SessionState.PAUSED:
        subject = "paused"
    advance(progress.files_done, progress.files_total, subject)


def show_session(output: Output, session: StoredSession) -> None:
    if output.form is Form.JSON:
        output.document(session_document(session))
        return
    show_session_page(output, session)


def _ask(context: typer.Context, name: str, wish: Wish, *, as_json: bool) -> None:
    with command(context, as_json=as_json) as output, library(context) as application:
        session = application.sessions.ask(name, wish)
        if output.form is Form.JSON:
            output.document(session_document(session))
        elif session.wish is None:
            output.text(f"session {session.id} is {session.state}")
        else:
            output.text(f"session {session.id} is asked to {wish}; it does within two seconds")


def _offer(output: Output, count: int) -> None:
    if count:
        output.note(f"{count} interrupted; `audio-ident sessions resume-interrupted` resumes")


def _row(session: StoredSession) -> tuple[str, ...]:
    total = (session.snapshot or {}).get("files_total", 0)
    return (
        session.id[:ID_CHARACTERS],
        session.state,
        f"{session.files_done}/{total}",
        str(session.files_failed),
        f"{session.queued_at.astimezone():%Y-%m-%d %H:%M:%S}",
        ", ".join(session.order.folders),
    )
