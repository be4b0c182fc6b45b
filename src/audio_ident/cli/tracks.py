"""`audio-ident tracks list|show|edit|hide|restore`; alone, it lists."""

import os
from typing import Annotated

import typer

from audio_ident.cli.documents import track_document
from audio_ident.cli.documents_track import sheet_document
from audio_ident.cli.identify import clock
from audio_ident.cli.names import EXPLANATION, STAR, starred
from audio_ident.cli.render import Form
from audio_ident.cli.session import AsJson, AsJsonLines, command, library
from audio_ident.cli.track_edits import edit, hide, restore
from audio_ident.cli.track_sheet import show_sheet
from audio_ident.model.display import shown_album, shown_artist, shown_title
from audio_ident.model.library import Track
from audio_ident.units import Ticks, ticks_to_seconds

COLUMNS = ("ARTIST…", "TITLE…", "ALBUM…", "LENGTH>", "FILE")


Name = Annotated[
    str, typer.Argument(metavar="TRACK", help="Id of a track, how it begins, or a path.")
]

tracks = typer.Typer(
    help="The tracks of the library: lists them, shows one in full, corrects and hides them.",
    invoke_without_command=True,
)


@tracks.callback()
def _default(
    context: typer.Context, as_json: AsJson = False, as_lines: AsJsonLines = False
) -> None:
    if context.invoked_subcommand is None:
        list_(context, as_json=as_json, as_lines=as_lines)


@tracks.command()
def show(context: typer.Context, name: Name, as_json: AsJson = False) -> None:
    """Show everything that is known of one track: what its file says and what was heard."""
    with command(context, as_json=as_json) as output, library(context) as application:
        is_path = "/" in name or os.path.lexists(name)
        sheet = application.track_sheet(os.path.abspath(name) if is_path else name)  # noqa: PTH100
        if output.form is Form.JSON:
            output.document(sheet_document(sheet))
        else:
            show_sheet(output, sheet)


tracks.command()(edit)
tracks.command()(hide)
tracks.command()(restore)


@tracks.command("list")
def list_(context: typer.Context, as_json: AsJson = False, as_lines: AsJsonLines = False) -> None:
    """List the tracks of the library."""
    with command(context, as_json=as_json, as_lines=as_lines) as output:
        with library(context) as application:
            if output.form is Form.JSONL:
                for track in application.tracks():
                    output.line("track", track_document(track))
                return
            found = list(application.tracks())
        if output.form is Form.JSON:
            output.document({"tracks": [track_document(track) for track in found]})
        elif found:
            rows = [_row(track) for track in found]
            output.table(COLUMNS, rows)
            if any(text.endswith(STAR) for row in rows for text in row[:3]):
                output.note(EXPLANATION)
        else:
            output.note("the library is empty; `audio-ident import DIR` fills it")


def _row(track: Track) -> tuple[str, ...]:
    length_ticks = Ticks(track.points.end_ticks - track.points.start_ticks)
    return (
        starred(shown_artist(track)),
        starred(shown_title(track)),
        starred(shown_album(track)),
        clock(ticks_to_seconds(length_ticks)),
        f"{track.path} (missing)" if track.is_missing else track.path,
    )
