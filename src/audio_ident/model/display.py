"""What a person is shown of a track: what people say, else tags, else path, else nothing."""

import dataclasses
import enum

from audio_ident.model.library import Track

NO_ARTIST = "Unknown Artist"
"""Shown, never stored."""


class Origin(enum.StrEnum):
    """Where a shown name comes from."""

    EDIT = "edit"
    """A person says so."""
    TAGS = "tags"
    PATH = "path"
    """The name of the file or of its folders."""
    PLACEHOLDER = "placeholder"
    """Nobody knows."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ShownName:
    """One name and who says so."""

    text: str
    origin: Origin


def shown_title(track: Track) -> ShownName:
    """What to call a track; its file name, as it is, when nobody knows a title."""
    file_name = track.path.rpartition("/")[2]
    stem = file_name.rpartition(".")[0] or file_name
    return _shown(track.edits.title, track.tags.title, track.evidence.title, stem)


def shown_artist(track: Track) -> ShownName:
    """Whom to credit a track to."""
    return _shown(track.edits.artist, track.tags.artist, track.evidence.artist, NO_ARTIST)


def shown_album(track: Track) -> ShownName:
    """What album a track is on; empty when nobody knows, since not every track is on one."""
    return _shown(track.edits.album, track.tags.album, track.evidence.album, "")


def shown_year(track: Track) -> int | None:
    """The year of a track, as far as anybody knows."""
    date = track.claims.date
    if date and date[:4].isascii() and date[:4].isdigit():
        return int(date[:4])
    return track.evidence.year if track.edits.date is None else None


def _shown(
    edit: str | None, claim: str | None, suggestion: str | None, placeholder: str
) -> ShownName:
    if edit is not None:
        return ShownName(text=edit, origin=Origin.EDIT)
    if claim:
        return ShownName(text=claim, origin=Origin.TAGS)
    if suggestion:
        return ShownName(text=suggestion, origin=Origin.PATH)
    return ShownName(text=placeholder, origin=Origin.PLACEHOLDER)
