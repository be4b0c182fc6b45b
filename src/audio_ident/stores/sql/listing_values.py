"""What the row of a track in lists says, from what is known of the track."""

from collections.abc import Mapping
from typing import Any

from audio_ident.core.folding import sort_key
from audio_ident.model.display import (
    Origin,
    ShownName,
    shown_album,
    shown_artist,
    shown_title,
    shown_year,
)
from audio_ident.model.library import Track
from audio_ident.stores.sql.names import display_name

SHOWN, MISSING, HIDDEN = "shown", "missing", "hidden"
"""States of a listing; what is hidden and missing is hidden."""


def state_of(*, is_hidden: bool, is_missing: bool) -> str:
    """State of a listing."""
    return HIDDEN if is_hidden else MISSING if is_missing else SHOWN


def listing_values(track: Track, *, is_hidden: bool, is_lossless: bool) -> dict[str, Any]:
    """Columns that follow from a track; those that are copied from other rows are left out."""
    artist, album = _known(shown_artist(track)), _known(shown_album(track))
    credit = track.claims.album_artist or artist
    points = track.points
    return {
        "track_id": track.id,
        "state": state_of(is_hidden=is_hidden, is_missing=track.is_missing),
        "title_key": display_name(sort_key(shown_title(track).text)),
        "artist_key": display_name(sort_key(artist)),
        "album_key": display_name(sort_key(album)),
        "album_credit_key": display_name(sort_key(credit)),
        "year": shown_year(track) or 0,
        "duration_ticks": points.end_ticks - points.start_ticks,
        "container": track.container,
        "codec": track.codec,
        "is_lossless": is_lossless,
        "artist": display_name(artist),
        "album": display_name(album),
        "album_credit": display_name(credit),
    }


def genre_values(track: Track, listing: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Genres of a track, one by one; those that differ in case only are one."""
    copied = {name: listing[name] for name in ("track_id", "state", "duration_ticks")}
    claims = track.claims
    names = claims.genres or tuple((claims.genre or "").split(";"))
    by_key: dict[str, str] = {}
    for name in map(str.strip, names):
        if name:
            by_key.setdefault(sort_key(name), name)
    return [
        copied | {"position": position, "name": name, "name_key": key}
        for position, (key, name) in enumerate(by_key.items(), start=1)
    ]


def _known(name: ShownName) -> str:
    return "" if name.origin is Origin.PLACEHOLDER else name.text
