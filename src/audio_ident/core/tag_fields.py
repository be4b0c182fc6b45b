"""From the texts that a tag holds, field by field, to claims that can be stored."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias, TypeVar

from audio_ident.core.claims import (
    MAX_VALUES,
    clean_text,
    clean_texts,
    find_disc_id,
    find_fingerprint,
    find_flag,
    find_gain_db,
    find_isrc,
    find_peak,
    find_r128_gain_db,
    find_uuid,
    is_placeholder_name,
    is_placeholder_title,
    joined,
    number_and_total,
)
from audio_ident.model.tags import Tags

Claims: TypeAlias = Mapping[str, Sequence[str]]
"""Texts by field of `Tags`, or by one of the names below; as they stand in the file."""

TRACK, TRACK_TOTAL, DISC, DISC_TOTAL = "track", "track_total", "disc", "disc_total"
"""Numbers as written, such as `3/12`."""

R128_TRACK, R128_ALBUM = "r128_track", "r128_album"
"""Gains of Opus, in 1/256 dB to another reference."""

_T = TypeVar("_T")

_IDS = {
    "musicbrainz_recording_id": find_uuid,
    "musicbrainz_track_id": find_uuid,
    "musicbrainz_release_id": find_uuid,
    "musicbrainz_release_group_id": find_uuid,
    "musicbrainz_disc_id": find_disc_id,
    "acoustid_id": find_uuid,
    "acoustid_fingerprint": find_fingerprint,
}
_ID_LISTS = {
    "musicbrainz_artist_ids": find_uuid,
    "musicbrainz_album_artist_ids": find_uuid,
    "musicbrainz_work_ids": find_uuid,
    "isrcs": find_isrc,
}
_PEAKS_AND_FLAGS: Mapping[str, Callable[[str], float | bool | None]] = {
    "replaygain_track_peak": find_peak,
    "replaygain_album_peak": find_peak,
    "is_compilation": find_flag,
}
_SHOWN_CHARACTERS = 60
"""Of a text that is no id, in the sentence that says so."""


def tags_of(claims: Claims) -> tuple[Tags, tuple[str, ...]]:
    """The claims that can be stored, and a sentence about each id that is none."""
    problems: list[str] = []
    fields: dict[str, Any] = {**_names(claims), **_numbers(claims), **_gains(claims)}
    for field, find_id in _IDS.items():
        fields[field] = _first(_valid(claims, field, find_id, problems))
    for field, find_id in _ID_LISTS.items():
        fields[field] = tuple(dict.fromkeys(_valid(claims, field, find_id, problems)))
    for field, find_value in _PEAKS_AND_FLAGS.items():
        fields[field] = _first(_found(claims, field, find_value))
    return dataclasses.replace(Tags(), **fields), tuple(problems)


def _names(claims: Claims) -> dict[str, Any]:
    artists = _texts(claims, "artist", is_placeholder_name)
    album_artists = _texts(claims, "album_artist", is_placeholder_name)
    genres = _texts(claims, "genre")
    return {
        "title": joined(_texts(claims, "title", is_placeholder_title)),
        "artist": joined(artists),
        "artists": _texts(claims, "artists", is_placeholder_name) or artists,
        "album": joined(_texts(claims, "album", is_placeholder_title)),
        "album_artist": joined(album_artists),
        "album_artists": _texts(claims, "album_artists", is_placeholder_name) or album_artists,
        "disc_subtitle": joined(_texts(claims, "disc_subtitle")),
        "date": _first(_texts(claims, "date")),
        "original_date": _first(_texts(claims, "original_date")),
        "genre": joined(genres),
        "genres": genres,
        "composers": _texts(claims, "composers"),
        "comment": _first(_texts(claims, "comment")),
    }


def _numbers(claims: Claims) -> dict[str, Any]:
    track, track_total = number_and_total(_first(claims.get(TRACK, ())) or "")
    disc, disc_total = number_and_total(_first(claims.get(DISC, ())) or "")
    return {
        "track_number": track,
        "track_total": track_total
        or number_and_total(_first(claims.get(TRACK_TOTAL, ())) or "")[0],
        "disc_number": disc,
        "disc_total": disc_total or number_and_total(_first(claims.get(DISC_TOTAL, ())) or "")[0],
    }


def _gains(claims: Claims) -> dict[str, Any]:
    """Where both forms stand side by side the R128 one counts: Opus knows no other."""
    kinds = (("replaygain_track_gain_db", R128_TRACK), ("replaygain_album_gain_db", R128_ALBUM))
    return {
        field: _first(
            [*_found(claims, r128, find_r128_gain_db), *_found(claims, field, find_gain_db)]
        )
        for field, r128 in kinds
    }


def _texts(
    claims: Claims, field: str, is_placeholder: Callable[[str], bool] = lambda text: not text
) -> tuple[str, ...]:
    return tuple(text for text in clean_texts(claims.get(field, ())) if not is_placeholder(text))


def _found(claims: Claims, field: str, find: Callable[[str], _T | None]) -> list[_T]:
    return [found for text in claims.get(field, ()) if (found := find(text)) is not None]


def _valid(
    claims: Claims, field: str, find_id: Callable[[str], str | None], problems: list[str]
) -> list[str]:
    found = []
    for text in _split(claims.get(field, ())):
        claimed = find_id(text)
        if claimed is None:
            shown = clean_text(text[:_SHOWN_CHARACTERS])
            problems.append(f"{field} is no such id: {shown}")
        else:
            found.append(claimed)
    return found


def _split(texts: Sequence[str]) -> list[str]:
    """Several ids in one text are separated by NUL, `;` or `/`, which no id contains."""
    parts = [
        part.strip()
        for text in texts
        for part in text.replace("\x00", ";").replace("/", ";").split(";")
    ]
    return [part for part in parts if clean_text(part)][:MAX_VALUES]


def _first(values: Sequence[_T]) -> _T | None:
    return values[0] if values else None
