"""`audio-ident tracks`."""

import typer

from audio_ident.cli.documents import track_document
from audio_ident.cli.identify import clock
from audio_ident.cli.names import EXPLANATION, STAR, starred
from audio_ident.cli.render import Form
from audio_ident.cli.session import AsJson, AsJsonLines, command, library
from audio_ident.model.display import shown_album, shown_artist, shown_title
from audio_ident.model.library import Track
from audio_ident.units import Ticks, ticks_to_seconds

COLUMNS = ("ARTIST", "TITLE", "ALBUM", "LENGTH>", "FILE")


def tracks(context: typer.Context, as_json: AsJson = False, as_lines: AsJsonLines = False) -> None:
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
