"""`audio-ident export`."""

from pathlib import Path
from typing import Annotated

import typer

from audio_ident.cli.playlists import Mappings, mappings_of
from audio_ident.cli.session import command, library
from audio_ident.cli.targets import check_target
from audio_ident.model.export import ExportForm

Format = Annotated[ExportForm, typer.Option("--format", help="Shape of the export.")]
Target = Annotated[
    Path | None,
    typer.Option("--output", "-o", dir_okay=False, help="File to write instead of stdout."),
]


def export(
    context: typer.Context,
    form: Format = ExportForm.JSONL,
    mappings: Mappings = None,
    output_file: Target = None,
) -> None:
    """Write all tracks for other programs: JSON lines, a table, or a play list."""
    wanted = mappings_of(mappings)
    if output_file is not None:
        check_target(output_file, "--output")
    with command(context, as_json=False) as output, library(context) as application:
        if output_file is not None:
            application.exporter.write(output_file.absolute(), form, wanted)
        else:
            for line in application.exporter.lines(form, wanted):
                output.raw(line)
