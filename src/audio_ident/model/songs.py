"""A track as players of other programs see it: a file to be fetched."""

import dataclasses

from audio_ident.model.browse import ListedTrack
from audio_ident.model.playback import StoredTrack
from audio_ident.units import ticks_to_seconds


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Song:
    """A track and its file."""

    listed: ListedTrack
    stored: StoredTrack

    @property
    def path(self) -> str:
        """Where the file lies below its imported folder; odd bytes are surrogate escapes."""
        folder = self.stored.root.rstrip("/") + "/"
        return self.stored.track.path.removeprefix(folder)

    @property
    def kbit_per_s(self) -> int:
        """How much the file has for each second."""
        seconds = ticks_to_seconds(self.stored.facts.duration_ticks)
        return round(self.stored.size_bytes * 8 / seconds / 1000) if seconds else 0


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class SongMatch:
    """A song that sounds like another one."""

    song: Song
    similarity: float
    """0 to 1; 1 is the same."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class MusicFolder:
    """An imported folder, by the last part of its name."""

    id: int
    name: str
