"""Lists of tracks for other programs."""

import dataclasses
import enum

from audio_ident.model.library import Track


class PlaylistForm(enum.StrEnum):
    """Shape of a play list."""

    M3U8 = "m3u8"
    """What every player reads: UTF-8, a name and a place for each track."""
    JSPF = "jspf"
    """XSPF as JSON: also album, length to the millisecond, and ids."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class PlaylistEntry:
    """A track, and where whoever reads the list finds it."""

    track: Track
    place: str
    """A path as the reader spells it, or a URL."""
    is_url: bool = False
    """URLs name the track itself, paths the file that it is a part of."""
