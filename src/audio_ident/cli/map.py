"""`audio-ident map`."""

from pathlib import Path
from typing import Annotated

import typer

from audio_ident.cli.session import command, library
from audio_ident.cli.targets import check_target
from audio_ident.model.library_map import MapColour, MapView

SUFFIXES = (".json", ".svg")

Target = Annotated[
    Path,
    typer.Option(
        "--output", "-o", dir_okay=False, help="File to write: a picture (.svg) or data (.json)."
    ),
]
Colour = Annotated[MapColour, typer.Option("--color-by", help="What points are coloured by.")]


def map_(context: typer.Context, output_file: Target, color_by: Colour = MapColour.GENRE) -> None:
    """Draw the library as a map on which tracks that sound alike lie together."""
    if output_file.suffix.lower() not in SUFFIXES:
        raise typer.BadParameter("the name must end in .svg or .json", param_hint="--output")
    check_target(output_file, "--output")
    with command(context, as_json=False) as output, library(context) as application:
        view = application.map_pictures.write(output_file.absolute(), color_by)
        output.note(_sentence(view))


def _sentence(view: MapView) -> str:
    shown = f"{len(view.points)} of {view.tracks} tracks are on the map"
    waiting = view.tracks - view.placed_tracks
    return f"{shown}; {waiting} are silent or were not listened to yet" if waiting > 0 else shown
