"""`audio-ident import`."""

import dataclasses
from pathlib import Path
from typing import Annotated

import typer

from audio_ident.cli.application import Application
from audio_ident.cli.documents import import_document
from audio_ident.cli.exits import ExitCode, exit_code_of_files
from audio_ident.cli.interrupt import gentle_interrupt
from audio_ident.cli.render import Form, Output
from audio_ident.cli.session import AsJson, command, library
from audio_ident.cli.sessions import show_progress, show_session
from audio_ident.model.library import SessionId
from audio_ident.model.parameters import make_parameters
from audio_ident.model.reports import ImportSummary
from audio_ident.model.sessions import SessionState

Folders = Annotated[
    list[Path] | None,
    typer.Argument(metavar="DIR", exists=True, file_okay=False, help="Folders with music."),
]
ProfileName = Annotated[
    str | None, typer.Option("--profile", help="Take folders and parameters from a profile.")
]
Workers = Annotated[
    int | None, typer.Option(help="Worker processes, 1 to 256; see the setting `workers`.")
]
RetryFailed = Annotated[
    bool,
    typer.Option(
        "--retry-failed",
        help="Try files again that failed before; without folders, wherever there are some.",
    ),
]
OnlyQueue = Annotated[
    bool, typer.Option("--queue", help="Leave it to the process that works on the queue.")
]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class _Order:
    folders: list[Path]
    profile: str | None
    given: dict[str, object]
    """Parameters of the command line."""


def import_(  # noqa: PLR0913 -- typer: one for each option
    context: typer.Context,
    folders: Folders = None,
    profile: ProfileName = None,
    workers: Workers = None,
    retry_failed: RetryFailed = False,
    only_queue: OnlyQueue = False,
    as_json: AsJson = False,
) -> None:
    """Listen to the music below some folders; the files are only read.

    While another import runs, this one waits for its turn. Ctrl-C once finishes the files at hand
    and keeps everything done so far, twice stops at once; the same command continues later.
    """
    given = {"workers": workers, "retry_failed": retry_failed or None}
    order = _Order(
        folders=[folder.absolute() for folder in folders or ()],
        profile=profile,
        given={name: value for name, value in given.items() if value is not None},
    )
    if not order.folders and not profile and not retry_failed:
        raise typer.BadParameter("name a folder, --profile or --retry-failed")
    with command(context, as_json=as_json) as output, library(context) as application:
        session_id = _enqueue(application, order, is_awaited=not only_queue)
        if only_queue:
            show_session(output, application.sessions.get(session_id))
            output.note("it waits for the process that works; `audio-ident sessions run` works")
            return
        summary = _run(output, application, session_id)
        _show_summary(output, summary)
        raise typer.Exit(_exit_code(summary))


def _enqueue(application: Application, order: _Order, *, is_awaited: bool) -> SessionId:
    folders, base = order.folders, None
    if order.profile is not None:
        profile = application.sessions.profile(order.profile)
        folders = folders or [Path(folder) for folder in profile.folders]
        base = profile.parameters
    return application.queue.enqueue(
        folders,
        parameters=make_parameters(order.given, base),
        profile=order.profile,
        is_awaited=is_awaited,
    )


def _run(output: Output, application: Application, session_id: SessionId) -> ImportSummary:
    """Run a session and, after it, what others have queued meanwhile."""
    with (
        output.progress("import") as advance,
        gentle_interrupt(lambda: output.note("finishing the files at hand ...")) as stopped,
    ):
        summary = application.queue.run(
            session_id,
            on_progress=lambda progress: show_progress(advance, progress),
            should_stop=stopped,
            on_waiting=lambda reason: output.note(f"waiting for its turn: {reason}"),
        )
        for session in application.queue.run_queued(
            on_progress=lambda progress: show_progress(advance, progress), should_stop=stopped
        ):
            output.note(f"from the queue: session {session.id} is {session.state}")
    return summary


def _show_summary(output: Output, summary: ImportSummary) -> None:
    if output.form is Form.JSON:
        output.document(import_document(summary))
        return
    for failure in summary.failures:
        output.failure(failure)
    if summary.failed > len(summary.failures):
        output.note(f"... and {summary.failed - len(summary.failures)} more")
    counts = {
        "imported": summary.imported,
        "unchanged": summary.unchanged,
        "with the same bytes as others": summary.duplicates,
        "missing": summary.missing,
        "found again": summary.reappeared,
        "failed": summary.failed,
        "failed before": summary.known_failures,
        "with warnings": summary.warnings,
    }
    told = ", ".join(f"{count} {word}" for word, count in counts.items() if count)
    length = f"{summary.audio_s / 60:.1f} min of audio in {summary.elapsed_s:.1f} s"
    output.text(f"{told or 'no audio files found'}; {length}")
    if summary.state == SessionState.CANCELLED:
        output.note("interrupted; the same command continues")


def _exit_code(summary: ImportSummary) -> ExitCode:
    if summary.state == SessionState.CANCELLED:
        return ExitCode.INTERRUPTED
    return exit_code_of_files(summary.imported + summary.unchanged, summary.failed)
