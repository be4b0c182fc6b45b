"""`audio-ident watch`."""

from pathlib import Path
from typing import Annotated

import typer

from audio_ident.cli.documents import import_document
from audio_ident.cli.imports import summary_text
from audio_ident.cli.interrupt import until_told
from audio_ident.cli.render import Form, Output
from audio_ident.cli.session import AsJsonLines, command, library
from audio_ident.model.reports import ImportSummary

WatchedFolders = Annotated[
    list[Path] | None,
    typer.Argument(metavar="[DIR]...", help="Folders to watch; by default all of the library."),
]


def watch(
    context: typer.Context, folders: WatchedFolders = None, as_lines: AsJsonLines = False
) -> None:
    """Import folders, then whatever changes in them, until Ctrl-C.

    New files are imported once they have kept their size for a while. The settings `watch_mode`,
    `settle_s` and `rescan_schedule` say how and when.
    """
    with (
        command(context, as_json=False, as_lines=as_lines) as output,
        library(context) as application,
        until_told() as stopped,
    ):
        output.note("watching; Ctrl-C ends it")
        application.watching.run(
            [folder.absolute() for folder in folders or ()],
            on_import=lambda summary: _show(output, summary),
            on_problem=output.error,
            should_stop=stopped,
        )


def _show(output: Output, summary: ImportSummary) -> None:
    if output.form is Form.JSONL:
        output.line("import", import_document(summary))
        return
    for failure in summary.failures:
        output.failure(failure)
    for notice in summary.notices:
        output.notice(notice)
    output.text(summary_text(summary))
