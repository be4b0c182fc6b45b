"""Play lists of some tracks: with paths, as another machine sees them, or with URLs."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from audio_ident.core.playlists import PLAYLIST_FORMS
from audio_ident.library.export_paths import mapped_path
from audio_ident.model.export import PathMapping
from audio_ident.model.library import Track, TrackId
from audio_ident.model.playlists import PlaylistEntry, PlaylistForm
from audio_ident.stores.disk import open_atomically


def playlist_of_files(
    tracks: Iterable[Track],
    form: PlaylistForm,
    mappings: Sequence[PathMapping] = (),
    title: str | None = None,
) -> Iterator[bytes]:
    """Lines of a play list for whoever sees the files."""
    entries = (
        PlaylistEntry(track=track, place=mapped_path(track.path, mappings)) for track in tracks
    )
    return PLAYLIST_FORMS[form](entries, title)


def playlist_of_urls(
    tracks: Iterable[Track], form: PlaylistForm, url_of: Callable[[TrackId], str], title: str
) -> Iterator[bytes]:
    """Lines of a play list for whoever sees the service alone."""
    entries = (PlaylistEntry(track=track, place=url_of(track.id), is_url=True) for track in tracks)
    return PLAYLIST_FORMS[form](entries, title)


def write_playlist(path: Path, lines: Iterable[bytes]) -> None:
    """Write a play list to a file, which is there whole or not at all."""
    with open_atomically(path) as file:
        file.writelines(lines)
