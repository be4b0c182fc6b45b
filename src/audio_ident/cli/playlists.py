"""Options with which answers are written as play lists."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from audio_ident.cli.render import Output
from audio_ident.cli.targets import check_target
from audio_ident.library.playlists import playlist_of_files, write_playlist
from audio_ident.model.export import PathMapping
from audio_ident.model.library import Track
from audio_ident.model.playlists import PlaylistForm

Playlist = Annotated[
    Path | None,
    typer.Option(
        "--playlist",
        metavar="FILE",
        dir_okay=False,
        help="Write the tracks to a play list as well: .m3u8, .m3u (also UTF-8) or .jspf.",
    ),
]
Mappings = Annotated[
    list[str] | None,
    typer.Option(
        "--map", metavar="FROM=TO", help="Folder here and its name elsewhere; may be repeated."
    ),
]

_FORMS = {
    ".m3u8": PlaylistForm.M3U8,
    ".m3u": PlaylistForm.M3U8,  # as servers call it that have long read UTF-8
    ".jspf": PlaylistForm.JSPF,
}


def mappings_of(texts: Sequence[str] | None) -> list[PathMapping]:
    """What `--map` says."""
    return [_mapping(text) for text in texts or ()]


def check_playlist(path: Path | None) -> None:
    """Refuse a name before anything is done for it."""
    if path is not None:
        _form_of(path)
        check_target(path, "--playlist")


def save_playlist(
    output: Output, path: Path | None, tracks: Sequence[Track], mappings: Sequence[PathMapping]
) -> None:
    """Write the play list that was asked for, and say so."""
    if path is None:
        return
    lines = playlist_of_files(tracks, _form_of(path), mappings, path.stem)
    write_playlist(path.absolute(), lines)
    count = sum(not track.is_missing for track in tracks)
    output.note(f"{count} track{'' if count == 1 else 's'} in {path}")


def _form_of(path: Path) -> PlaylistForm:
    form = _FORMS.get(path.suffix.lower())
    if form is None:
        raise typer.BadParameter(
            "a play list ends in .m3u8, .m3u or .jspf", param_hint="--playlist"
        )
    return form


def _mapping(text: str) -> PathMapping:
    source, equals, target = text.partition("=")
    if not equals or not source:
        raise typer.BadParameter(f"{text!r} is not FROM=TO", param_hint="--map")
    return PathMapping(source=source, target=target)
