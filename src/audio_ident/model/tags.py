"""What the tags of a file claim about its music, and what people say instead."""

import dataclasses
from typing import Any


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Tags:
    """Claims, as they stand in the file; None or an empty tuple where the file says nothing.

    Placeholders such as `Unknown Artist` are no claims. An id is only here when it has the form
    of one; whether it names the right thing is another question.
    """

    title: str | None = None
    artist: str | None = None
    """As credited; several values are joined with `; `."""
    artists: tuple[str, ...] = ()
    """One by one."""
    album: str | None = None
    album_artist: str | None = None
    album_artists: tuple[str, ...] = ()
    track_number: int | None = None
    track_total: int | None = None
    disc_number: int | None = None
    disc_total: int | None = None
    disc_subtitle: str | None = None
    date: str | None = None
    """As written, such as `1999`, `1999-05` or `1999-05-31`."""
    original_date: str | None = None
    """When the music first appeared, written as `date` is."""
    genre: str | None = None
    """Several genres are joined with `; `."""
    genres: tuple[str, ...] = ()
    composers: tuple[str, ...] = ()
    comment: str | None = None
    is_compilation: bool | None = None
    isrcs: tuple[str, ...] = ()
    """Twelve letters and digits each, without hyphens."""
    musicbrainz_recording_id: str | None = None
    """UUID in lower case, as all MusicBrainz ids but that of the disc."""
    musicbrainz_track_id: str | None = None
    """The track on its release, not the recording."""
    musicbrainz_release_id: str | None = None
    musicbrainz_release_group_id: str | None = None
    musicbrainz_artist_ids: tuple[str, ...] = ()
    musicbrainz_album_artist_ids: tuple[str, ...] = ()
    musicbrainz_work_ids: tuple[str, ...] = ()
    musicbrainz_disc_id: str | None = None
    """28 characters made from the table of contents of the disc."""
    acoustid_id: str | None = None
    acoustid_fingerprint: str | None = None
    """Chromaprint in the compressed, base64 form of AcoustID; too long to be listed."""
    replaygain_track_gain_db: float | None = None
    """Change that brings the track to 89 dB SPL, which is -18 LUFS."""
    replaygain_track_peak: float | None = None
    """Largest sample, 1 is full scale."""
    replaygain_album_gain_db: float | None = None
    replaygain_album_peak: float | None = None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Edits:
    """What people say of a track; None where they say nothing.

    An empty text or list says that there is none, whatever tags and path suggest.
    """

    title: str | None = None
    artist: str | None = None
    album: str | None = None
    album_artist: str | None = None
    track_number: int | None = None
    track_total: int | None = None
    disc_number: int | None = None
    disc_total: int | None = None
    date: str | None = None
    genres: tuple[str, ...] | None = None
    is_compilation: bool | None = None
    comment: str | None = None


NO_EDITS = Edits()
"""Nobody has said anything."""


def with_edits(tags: Tags, edits: Edits) -> Tags:
    """The claims of tags where people say nothing, and what they say elsewhere."""
    if edits == NO_EDITS:
        return tags
    said = {
        field.name: value
        for field in dataclasses.fields(Edits)
        if (value := getattr(edits, field.name)) is not None
    }
    if edits.artist is not None:
        said["artists"] = (edits.artist,)
    if edits.album_artist is not None:
        said["album_artists"] = (edits.album_artist,) if edits.album_artist else ()
    if edits.genres is not None:
        said["genre"] = "; ".join(edits.genres)
    return dataclasses.replace(tags, **{name: _claim(value) for name, value in said.items()})


def _claim(value: object) -> Any:  # noqa: ANN401 -- the type of any field
    return None if value == "" else value
