"""`audio-ident export`."""

from pathlib import Path
from typing import Annotated

import typer

from audio_ident.cli.session import command, library
from audio_ident.model.export import ExportForm, PathMapping

Format = Annotated[ExportForm, typer.Option("--format", help="Shape of the export.")]
Mappings = Annotated[
    list[str] | None,
    typer.Option(
        "--map", metavar="FROM=TO", help="Folder here and its name elsewhere; may be repeated."
    ),
]
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
    wanted = [_mapping(text) for text in mappings or ()]
    with command(context, as_json=False) as output, library(context) as application:
        if output_file is not None:
            application.exporter.write(output_file.absolute(), form, wanted)
        else:
            for line in application.exporter.lines(form, wanted):
                output.raw(line)


def _mapping(text: str) -> PathMapping:
    source, equals, target = text.partition("=")
    if not equals or not source:
        raise typer.BadParameter(f"{text!r} is not FROM=TO", param_hint="--map")
    return PathMapping(source=source, target=target)
