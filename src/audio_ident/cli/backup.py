"""`audio-ident backup` and `audio-ident restore`."""

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from audio_ident.cli.documents import restore_document
from audio_ident.cli.render import Form
from audio_ident.cli.session import AsJson, command, library, settings_of
from audio_ident.model.backup import RestoreOutcome

BackupFile = Annotated[Path, typer.Argument(metavar="FILE", dir_okay=False, help="The backup.")]
IsDryRun = Annotated[bool, typer.Option("--dry-run", help="Only show what would change.")]


def backup(context: typer.Context, file: BackupFile, as_json: AsJson = False) -> None:
    """Write what people decided and set, but nothing that an import can make again."""
    with command(context, as_json=as_json) as output:
        settings_file = settings_of(context).file
        with library(context) as application:
            counts = application.backups.write(file.absolute(), settings_file)
        if output.form is Form.JSON:
            output.document({"file": str(file), "parts": counts})
        else:
            output.table(("PART", "ENTRIES>"), [(name, str(n)) for name, n in counts.items()])


def restore(
    context: typer.Context,
    file: BackupFile,
    is_dry_run: IsDryRun = False,
    as_json: AsJson = False,
) -> None:
    """Merge a backup into the library: the newer decision wins, nothing is removed."""
    with command(context, as_json=as_json) as output:
        settings_file = settings_of(context).file
        with library(context) as application:
            summary = application.backups.restore(file, settings_file, is_dry_run=is_dry_run)
        if output.form is Form.JSON:
            output.document(restore_document(summary))
            return
        shown = [c for c in summary.changes if c.outcome is not RestoreOutcome.SAME]
        if shown:
            rows = [(change.outcome.value, change.part, change.name) for change in shown]
            output.table(("OUTCOME", "PART", "NAME"), rows)
        counts = Counter(change.outcome for change in summary.changes)
        words = ", ".join(f"{counts[outcome]} {outcome.value}" for outcome in RestoreOutcome)
        output.text(f"{words}{' (nothing was changed)' if is_dry_run else ''}")
