"""What players of the Subsonic protocol hear and see."""

import uuid
from typing import Annotated

from fastapi import APIRouter, Header, Request, Response

from audio_ident.api.dependencies import ServiceOfApp
from audio_ident.api.media_headers import Conditions, Known
from audio_ident.api.routers.media import get_track_artwork, get_track_audio
from audio_ident.api.schemas.media import AudioQuery
from audio_ident.api.subsonic.asked import Asked, AskedByPlayer
from audio_ident.api.subsonic.door import PlayerLetIn
from audio_ident.api.subsonic.errors import SubsonicRoute
from audio_ident.api.subsonic.methods import player_method
from audio_ident.library.playback.artworks import ArtworkSize
from audio_ident.model.playback import FormatWish
from audio_ident.model.songs import Song

router = APIRouter(prefix="/rest", route_class=SubsonicRoute, include_in_schema=False)

_FORMATS = {
    "mp3": FormatWish.MP3,
    "opus": FormatWish.OPUS,
    "ogg": FormatWish.OPUS,
    "oga": FormatWish.OPUS,
    "flac": FormatWish.FLAC,
    "wav": FormatWish.WAV,
}
"""What players ask for, and what comes nearest."""

_MP3_KBIT_PER_S = 256
"""Of what is converted to MP3, in stereo."""

_SMALL, _MEDIUM = 160, 500
"""Pixels up to which a picture is small, and of middle size."""


@player_method(router, "stream", dependencies=[PlayerLetIn], more_methods=["HEAD"])
def stream_for_players(
    asked: AskedByPlayer,
    service: ServiceOfApp,
    request: Request,
    conditions: Annotated[Conditions, Header()],
) -> Response:
    """The sound of a track, converted if the player asks for a format or for fewer bits."""
    song = service.players.songs.get(asked.song_id())
    wanted = AudioQuery(format=_format(asked, song), download=False, v=None)
    return get_track_audio(service, request, _id(song), conditions, wanted)


@player_method(router, "download", dependencies=[PlayerLetIn], more_methods=["HEAD"])
def download_for_players(
    asked: AskedByPlayer,
    service: ServiceOfApp,
    request: Request,
    conditions: Annotated[Conditions, Header()],
) -> Response:
    """The file of a track; of a part of a file what comes nearest."""
    song = service.players.songs.get(asked.song_id())
    wanted = AudioQuery(format=_original(song), download=True, v=None)
    return get_track_audio(service, request, _id(song), conditions, wanted)


@player_method(router, "getCoverArt", dependencies=[PlayerLetIn])
def show_cover_for_players(
    asked: AskedByPlayer, service: ServiceOfApp, known: Annotated[Known, Header()]
) -> Response:
    """The picture of a track, in the size that comes nearest."""
    pixels = asked.number("size", 0)
    size = ArtworkSize.LARGE
    if 0 < pixels <= _MEDIUM:
        size = ArtworkSize.SMALL if pixels <= _SMALL else ArtworkSize.MEDIUM
    return get_track_artwork(service, uuid.UUID(asked.song_id()), known, size)


def _format(asked: Asked, song: Song) -> FormatWish:
    """The original if nothing else is asked for and it is slow enough."""
    named = asked.parameters.get("format", "").lower()
    most_kbit_per_s = asked.number("maxBitRate", 0)
    if named in _FORMATS:
        return _FORMATS[named]
    if named == "raw":
        return _original(song)
    # an MP3 of ours would be no smaller than a file that is slower than it
    is_too_fast = 0 < most_kbit_per_s < song.kbit_per_s and song.kbit_per_s > _MP3_KBIT_PER_S
    return FormatWish.MP3 if is_too_fast else FormatWish.AUTO


def _original(song: Song) -> FormatWish:
    return FormatWish.ORIGINAL if song.stored.is_whole_file else FormatWish.AUTO


def _id(song: Song) -> uuid.UUID:
    return uuid.UUID(song.listed.track.id)
