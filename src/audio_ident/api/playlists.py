"""Answers that are lists of tracks, as play lists for players.

Their entries are addresses of this service, as whoever asked sees it: no path of the server is
told. A player has to log in as any other program does.
"""

from collections.abc import Callable, Iterable

from fastapi import Request, Response

from audio_ident.api.media_headers import NOT_KEPT, disposition
from audio_ident.api.problems import Responses
from audio_ident.api.routes import API
from audio_ident.api.schemas.playlists import AnswerFormat
from audio_ident.library.playlists import playlist_of_urls
from audio_ident.model.library import Track, TrackId
from audio_ident.model.playlists import PlaylistForm

M3U8_TYPE = "application/vnd.apple.mpegurl"
JSPF_TYPE = "application/jspf+json"

_TYPES = {PlaylistForm.M3U8: M3U8_TYPE, PlaylistForm.JSPF: JSPF_TYPE}


PLAYLIST_RESPONSES: Responses = {
    200: {
        "description": "The tracks, as JSON or as a play list.",
        "content": {
            M3U8_TYPE: {"schema": {"type": "string"}},
            JSPF_TYPE: {"schema": {"type": "object"}},
        },
    }
}
"""For the `responses` of routes that answer with `playlist_response` as well."""


def playlist_response(
    request: Request, answer_format: AnswerFormat, tracks: Iterable[Track], title: str
) -> Response:
    """A play list of tracks.

    Parameters
    ----------
    answer_format
        Any but JSON.
    title
        Name of the list and of the file that it is kept in.
    """
    form = PlaylistForm(answer_format.value)
    content = b"".join(playlist_of_urls(tracks, form, audio_urls(request), title))
    headers = {
        "Content-Disposition": disposition(f"{title}.{form}", is_download=False),
        "Cache-Control": NOT_KEPT,
    }
    return Response(content, media_type=_TYPES[form], headers=headers)


def audio_urls(request: Request) -> Callable[[TrackId], str]:
    """Where the sound of tracks is heard, as whoever asked sees the service."""
    base = str(request.base_url).rstrip("/")

    def url_of(track_id: TrackId) -> str:
        return f"{base}{API}/tracks/{track_id}/audio"

    return url_of
