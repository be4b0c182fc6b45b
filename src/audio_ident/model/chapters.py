"""Spans that a file, or a cue sheet beside it, names."""

import dataclasses
import enum

from audio_ident.units import Ticks


class ChapterSource(enum.StrEnum):
    """Who names a span."""

    CUE_FILE = "cue_file"
    """A cue sheet beside the audio."""
    CUE_EMBEDDED = "cue_embedded"
    """A cue sheet in the tags."""
    CUE_FLAC = "cue_flac"
    """The CUESHEET block of a FLAC file."""
    CHAPTERS = "chapters"
    """Chapters of the container or of the tags."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """A named span of a file. Chapters of one source are in order of their start."""

    source: ChapterSource
    start_ticks: Ticks
    end_ticks: Ticks | None = None
    """None: to the end of the file."""
    title: str | None = None
    performer: str | None = None
    isrc: str | None = None
