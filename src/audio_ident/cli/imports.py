"""`audio-ident import`."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from audio_ident.cli.documents import import_document
from audio_ident.cli.exits import ExitCode, exit_code_of_files
from audio_ident.cli.interrupt import gentle_interrupt
from audio_ident.cli.render import Advance, Form, Output
from audio_ident.cli.session import AsJson, command, library
from audio_ident.model.reports import ImportProgress, ImportSummary

Folders = Annotated[
    list[Path],
    typer.Argument(metavar="DIR", exists=True, file_okay=False, help="Folders with music."),
]
Workers = Annotated[
    int | None, typer.Option(min=1, max=256, help="Worker processes; see the setting `workers`.")
]


def import_(
    context: typer.Context,
    folders: Folders,
    workers: Workers = None,
    as_json: AsJson = False,
) -> None:
    """Listen to the music below some folders; the files are only read.

    Ctrl-C once finishes the file at hand and keeps everything done so far, twice stops at once;
    the same command continues later.
    """
    with command(context, as_json=as_json) as output:
        with (
            library(context, workers=workers) as application,
            output.progress("import") as advance,
            gentle_interrupt(lambda: output.note("finishing the file at hand ...")) as stopped,
        ):
            summary = application.import_folders(
                [folder.absolute() for folder in folders],
                on_progress=_show(output, advance),
                should_stop=stopped,
            )
        _show_summary(output, summary)
        raise typer.Exit(_exit_code(summary))


def _show(output: Output, advance: Advance) -> Callable[[ImportProgress], None]:
    def show(progress: ImportProgress) -> None:
        if progress.failure and output.form is Form.TABLE:
            output.failure(progress.failure)
        advance(progress.files_done, progress.files_total, Path(progress.path).name)

    return show


def _show_summary(output: Output, summary: ImportSummary) -> None:
    if output.form is Form.JSON:
        output.document(import_document(summary))
        return
    counts = {
        "analysed": summary.analysed,
        "same audio": summary.same_audio,
        "unchanged": summary.unchanged,
        "missing": summary.missing,
        "failed": len(summary.failures),
        "with warnings": summary.warnings,
    }
    told = ", ".join(f"{count} {word}" for word, count in counts.items() if count)
    length = f"{summary.audio_s / 60:.1f} min of audio in {summary.elapsed_s:.1f} s"
    output.text(f"{told or 'no audio files found'}; {length}")
    if summary.is_interrupted:
        output.note("interrupted; the same command continues")


def _exit_code(summary: ImportSummary) -> ExitCode:
    if summary.is_interrupted:
        return ExitCode.INTERRUPTED
    succeeded = summary.analysed + summary.same_audio + summary.unchanged
    return exit_code_of_files(succeeded, len(summary.failures))
