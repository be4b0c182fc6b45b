"""What a person is shown of a track: what its tags say, else its path, else that nobody knows."""

import dataclasses
import enum

from audio_ident.model.library import Track

NO_ARTIST = "Unknown Artist"
"""Shown, never stored."""


class Origin(enum.StrEnum):
    """Where a shown name comes from."""

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
    return _shown(track.tags.title, track.evidence.title, stem)


def shown_artist(track: Track) -> ShownName:
    """Whom to credit a track to."""
    return _shown(track.tags.artist, track.evidence.artist, NO_ARTIST)


def shown_album(track: Track) -> ShownName:
    """What album a track is on; empty when nobody knows, since not every track is on one."""
    return _shown(track.tags.album, track.evidence.album, "")


def _shown(claim: str | None, suggestion: str | None, placeholder: str) -> ShownName:
    if claim:
        return ShownName(text=claim, origin=Origin.TAGS)
    if suggestion:
        return ShownName(text=suggestion, origin=Origin.PATH)
    return ShownName(text=placeholder, origin=Origin.PLACEHOLDER)
