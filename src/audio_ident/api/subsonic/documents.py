"""Songs in the words of the Subsonic protocol."""

import datetime
from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import Any

from audio_ident.api.schemas.tracks import known_text
from audio_ident.api.texts import told
from audio_ident.library.playback.media_types import type_of_suffix
from audio_ident.model.display import shown_album, shown_artist, shown_title
from audio_ident.model.songs import MusicFolder, Song, SongMatch
from audio_ident.units import ticks_to_seconds

_DECIMALS = 4


def song_document(song: Song) -> dict[str, Any]:
    """A song as `Child` of the protocol; its path is the one below its imported folder."""
    listed, stored, track = song.listed, song.stored, song.listed.track
    claims, facts = track.claims, stored.facts
    suffix = PurePosixPath(told(song.path)).suffix.lower()
    artist = known_text(shown_artist(track))
    document = {
        "id": track.id,
        "isDir": False,
        "title": told(shown_title(track).text),
        "album": known_text(shown_album(track)),
        "artist": artist,
        "track": claims.track_number,
        "discNumber": claims.disc_number,
        "year": listed.year,
        "genre": told(listed.genres[0]) if listed.genres else None,
        "coverArt": track.id,
        "size": stored.size_bytes if stored.is_whole_file else None,
        "contentType": type_of_suffix(suffix),
        "suffix": suffix.removeprefix("."),
        "duration": round(ticks_to_seconds(listed.duration_ticks)),
        "bitRate": song.kbit_per_s,
        "bitDepth": facts.bits_per_sample,
        "samplingRate": facts.rate_hz,
        "channelCount": facts.channels,
        "path": told(song.path),
        "created": _moment(listed.added_at),
        "type": "music",
        "mediaType": "song",
        "isVideo": False,
        "displayArtist": artist or "",
        "displayAlbumArtist": told(listed.album_credit),
        "musicBrainzId": claims.musicbrainz_recording_id or "",
        "isrc": [told(isrc) for isrc in claims.isrcs],
        "genres": [{"name": told(genre)} for genre in listed.genres],
        "comment": told(claims.comment) or "",
        "replayGain": _replay_gain(song),
    }
    return {name: value for name, value in document.items() if value is not None}


def match_documents(matches: Iterable[SongMatch]) -> list[dict[str, Any]]:
    """Songs with how alike they are."""
    return [
        {
            "entry": song_document(match.song),
            "similarity": round(min(1.0, max(0.0, match.similarity)), _DECIMALS),
        }
        for match in matches
    ]


def folder_document(folder: MusicFolder) -> dict[str, Any]:
    """An imported folder."""
    return {"id": folder.id, "name": told(folder.name)}


def _replay_gain(song: Song) -> dict[str, float]:
    claims = song.listed.track.claims
    values = {
        "trackGain": claims.replaygain_track_gain_db,
        "albumGain": claims.replaygain_album_gain_db,
        "trackPeak": claims.replaygain_track_peak,
        "albumPeak": claims.replaygain_album_peak,
    }
    return {name: value for name, value in values.items() if value is not None}


def _moment(at: datetime.datetime) -> str:
    return at.astimezone(datetime.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
