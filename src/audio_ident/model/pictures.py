"""Pictures that belong to a file."""

import dataclasses
import enum

THUMBNAIL_SIZES = (160, 500, 1200)
"""Longer edge of what is kept of a picture, in pixels: in lists, on a page, full screen."""


class PictureRole(enum.StrEnum):
    """What a picture shows."""

    FRONT = "front"
    BACK = "back"
    OTHER = "other"


class PictureSource(enum.StrEnum):
    """Where a picture lies."""

    EMBEDDED = "embedded"
    FOLDER = "folder"
    """Beside the audio, such as `cover.jpg`."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture whose thumbnails are kept, named by its content."""

    sha256: str
    """Of the original bytes."""
    mime: str
    """As told by the bytes, such as `image/jpeg`."""
    width: int
    height: int
    """Pixels as it is shown, after turning it upright."""
    size_bytes: int


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class FilePicture:
    """A picture of one file."""

    picture: Picture
    role: PictureRole
    source: PictureSource
    description: str | None = None
