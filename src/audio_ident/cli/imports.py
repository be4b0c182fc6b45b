"""`audio-ident import`."""

from pathlib import Path
from typing import Annotated

import typer

from audio_ident.cli.documents import import_document
from audio_ident.cli.exits import ExitCode, exit_code_of_files
from audio_ident.cli.interrupt import gentle_interrupt
from audio_ident.cli.render import Advance, Form, Output
from audio_ident.cli.session import AsJson, command, library
from audio_ident.model.library import SessionState
from audio_ident.model.reports import ImportProgress, ImportSummary

Folders = Annotated[
    list[Path],
    typer.Argument(metavar="DIR", exists=True, file_okay=False, help="Folders with music."),
]
Workers = Annotated[
    int | None, typer.Option(min=1, max=256, help="Worker processes; see the setting `workers`.")
]

RetryFailed = Annotated[
    bool, typer.Option("--retry-failed", help="Try files again that failed before.")
]


def import_(
    context: typer.Context,
    folders: Folders,
    workers: Workers = None,
    retry_failed: RetryFailed = False,
    as_json: AsJson = False,
) -> None:
    """Listen to the music below some folders; the files are only read.

    Ctrl-C once finishes the files at hand and keeps everything done so far, twice stops at once;
    the same command continues later.
    """
    with command(context, as_json=as_json) as output:
        with (
            library(context, workers=workers) as application,
            output.progress("import") as advance,
            gentle_interrupt(lambda: output.note("finishing the files at hand ...")) as stopped,
        ):
            summary = application.import_folders(
                [folder.absolute() for folder in folders],
                retry_failed=retry_failed,
                on_progress=lambda progress: _advance(advance, progress),
                should_stop=stopped,
            )
        _show_summary(output, summary)
        raise typer.Exit(_exit_code(summary))


def _advance(advance: Advance, progress: ImportProgress) -> None:
    subject = progress.current[0] if progress.current else progress.phase
    advance(progress.files_done, progress.files_total, subject)


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
        "with tags read again": summary.retagged,
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
    done = summary.imported + summary.retagged + summary.unchanged
    return exit_code_of_files(done, summary.failed)
