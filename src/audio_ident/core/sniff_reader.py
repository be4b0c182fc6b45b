"""What the sniffing of every container shares."""

import enum
from collections.abc import Callable
from typing import TypeAlias

ReadAt: TypeAlias = Callable[[int, int], bytes]
"""Gives up to so many bytes (second argument) from an offset (first argument)."""


class TrackSort(enum.Enum):
    """What a track of a container is."""

    MUSIC = enum.auto()
    FILM = enum.auto()
    OTHER = enum.auto()
    """A picture, subtitles, chapters."""
    UNKNOWN = enum.auto()
    """The container does not say at its beginning what is in it."""
