"""What players of the Subsonic protocol ask: what there is, and what sounds alike.

The routes stand outside of our own API and of its description: theirs is that of OpenSubsonic, in
which every answer has the status 200.
"""

from typing import Any

from fastapi import APIRouter, Response

from audio_ident.api.dependencies import ServiceOfApp
from audio_ident.api.subsonic.asked import AskedByPlayer
from audio_ident.api.subsonic.documents import folder_document, match_documents, song_document
from audio_ident.api.subsonic.door import PlayerLetIn, PlayerOfRequest
from audio_ident.api.subsonic.envelope import answer
from audio_ident.api.subsonic.errors import SubsonicCode, SubsonicRefused, SubsonicRoute
from audio_ident.api.subsonic.methods import player_method
from audio_ident.library.songs import MOST_SONGS

router = APIRouter(prefix="/rest", route_class=SubsonicRoute, include_in_schema=False)

_EXTENSIONS = ("apiKeyAuthentication", "formPost")
_SONIC = "sonicSimilarity"

_USUAL_SONGS = 20
_USUAL_MATCHES = 10
_USUAL_PATH = 25
_EMPTY = '""'
"""How some players write that they look for nothing in particular."""


@player_method(router, "ping", dependencies=[PlayerLetIn])
def ping_for_players(asked: AskedByPlayer) -> Response:
    """Whether the service is there and knows who asks."""
    return answer({}, asked.form)


@player_method(router, "getLicense", dependencies=[PlayerLetIn])
def get_license_for_players(asked: AskedByPlayer) -> Response:
    """That nobody has to pay."""
    return answer({"license": {"valid": True}}, asked.form)


@player_method(router, "getOpenSubsonicExtensions")
def list_player_extensions(asked: AskedByPlayer, service: ServiceOfApp) -> Response:
    """What is offered beyond the protocol of Subsonic; told to everybody."""
    sonic = (_SONIC,) if service.players.sonic is not None else ()
    extensions = [{"name": name, "versions": [1]} for name in (*_EXTENSIONS, *sonic)]
    return answer({"openSubsonicExtensions": extensions}, asked.form)


@player_method(router, "tokenInfo", dependencies=[PlayerLetIn])
def get_token_info_for_players(asked: AskedByPlayer, caller: PlayerOfRequest) -> Response:
    """Who asks."""
    return answer({"tokenInfo": {"username": caller.name}}, asked.form)


@player_method(router, "getMusicFolders", dependencies=[PlayerLetIn])
def list_music_folders_for_players(asked: AskedByPlayer, service: ServiceOfApp) -> Response:
    """Imported folders, by the last part of their names."""
    folders = [folder_document(folder) for folder in service.players.songs.folders()]
    return answer({"musicFolders": {"musicFolder": folders}}, asked.form)


@player_method(router, "getSong", dependencies=[PlayerLetIn])
def get_song_for_players(asked: AskedByPlayer, service: ServiceOfApp) -> Response:
    """One track."""
    return answer({"song": song_document(service.players.songs.get(asked.song_id()))}, asked.form)


@player_method(router, "search3", dependencies=[PlayerLetIn])
def search_for_players(asked: AskedByPlayer, service: ServiceOfApp) -> Response:
    """Tracks by title, artist and album; all of them without words. No artists and albums."""
    words = asked.text("query").strip()
    words = "" if words == _EMPTY else words.rstrip("*")
    folder = asked.number("musicFolderId", 0) or None
    songs = service.players.songs.search(
        words, folder, asked.number("songOffset", 0), asked.number("songCount", _USUAL_SONGS)
    )
    found: dict[str, Any] = {"song": [song_document(song) for song in songs]}
    return answer({"searchResult3": found}, asked.form)


@player_method(router, "getSonicSimilarTracks", dependencies=[PlayerLetIn])
def list_sonic_matches(asked: AskedByPlayer, service: ServiceOfApp) -> Response:
    """Tracks that sound like one, the most alike first."""
    sonic = service.players.sonic
    if sonic is None:
        raise _nobody_listened()
    count = min(asked.number("count", _USUAL_MATCHES), MOST_SONGS)
    matches = sonic.similar(asked.song_id(), count) if count else []
    return answer({"sonicMatch": match_documents(matches)}, asked.form)


@player_method(router, "findSonicPath", dependencies=[PlayerLetIn])
def find_sonic_path(asked: AskedByPlayer, service: ServiceOfApp) -> Response:
    """Tracks that lead from one sound to another one, both ends included."""
    sonic = service.players.sonic
    if sonic is None:
        raise _nobody_listened()
    ends = asked.song_id("startSongId"), asked.song_id("endSongId")
    matches = sonic.path(*ends, asked.number("count", _USUAL_PATH))
    return answer({"sonicMatch": match_documents(matches)}, asked.form)


def _nobody_listened() -> SubsonicRefused:
    return SubsonicRefused(SubsonicCode.GENERIC, "it is not known here what sounds alike")
