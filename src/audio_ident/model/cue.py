"""A cue sheet as it is written."""

import dataclasses

from audio_ident.units import Ticks


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class CueTrack:
    """One track; its positions are those in the file that it begins in."""

    number: int
    file_name: str | None
    """The file that holds its beginning, None when the sheet names none."""
    start_ticks: Ticks
    """INDEX 01, or the first index there is."""
    index_00_ticks: Ticks | None = None
    """Where the pause before the track begins, when it lies in the same file."""
    pregap_ticks: Ticks | None = None
    """Silence before the track that no file holds."""
    title: str | None = None
    performer: str | None = None
    isrc: str | None = None
    flags: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class CueSheet:
    """Tracks in the order of the sheet."""

    tracks: tuple[CueTrack, ...] = ()
    title: str | None = None
    performer: str | None = None
    catalogue: str | None = None
    problems: tuple[str, ...] = ()
    """Lines that could not be used, and why; the others stand."""
