"""The made-up record collection: a dozen pieces that are imported and one that is not."""

import dataclasses
from collections.abc import Mapping

SCALES: Mapping[str, tuple[int, ...]] = {
    "major": (0, 2, 4, 5, 7, 9, 11),
    "minor": (0, 2, 3, 5, 7, 8, 10),
    "dorian": (0, 2, 3, 5, 7, 9, 10),
    "mixolydian": (0, 2, 4, 5, 7, 9, 10),
}
"""Semitones above the root."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How a band plays; patterns count in eighths of a bar."""

    beats: int
    chords: str
    chord_hits: tuple[int, ...]
    """Empty: one long chord a bar."""
    is_arpeggio: bool
    melody: str
    bass_hits: tuple[int, ...]
    has_pad: bool
    drums: Mapping[str, tuple[int, ...]]
    swing: float
    """How late the off-beats are, in eighths."""


STYLES: Mapping[str, Style] = {
    "rock": Style(
        beats=4, chords="plucked string", chord_hits=(0, 2, 3, 5, 6), is_arpeggio=False,
        melody="lead", bass_hits=(0, 1, 2, 3, 4, 5, 6, 7), has_pad=False, swing=0.0,
        drums={"kick": (0, 3, 4), "snare": (2, 6), "hat": (0, 1, 2, 3, 4, 5, 6, 7)},
    ),
    "ballad": Style(
        beats=4, chords="electric piano", chord_hits=(0, 3, 4), is_arpeggio=False,
        melody="lead", bass_hits=(0, 4, 7), has_pad=True, swing=0.0,
        drums={"kick": (0, 5), "snare": (4,), "hat": (0, 2, 4, 6)},
    ),
    "dance": Style(
        beats=4, chords="plucked string", chord_hits=(0, 1, 3, 4, 6, 7), is_arpeggio=True,
        melody="electric piano", bass_hits=(1, 3, 5, 7), has_pad=True, swing=0.0,
        drums={"kick": (0, 2, 4, 6), "snare": (2, 6), "open hat": (1, 3, 5, 7)},
    ),
    "folk": Style(
        beats=4, chords="plucked string", chord_hits=(0, 1, 2, 3, 4, 5, 6, 7), is_arpeggio=True,
        melody="plucked string", bass_hits=(0, 4), has_pad=False, swing=0.12,
        drums={"hat": (2, 6)},
    ),
    "funk": Style(
        beats=4, chords="electric piano", chord_hits=(1, 4, 7), is_arpeggio=False,
        melody="lead", bass_hits=(0, 1, 3, 4, 6), has_pad=False, swing=0.2,
        drums={"kick": (0, 3, 5), "snare": (2, 6), "hat": (0, 1, 2, 4, 5, 6), "open hat": (7,)},
    ),
    "waltz": Style(
        beats=3, chords="electric piano", chord_hits=(2, 4), is_arpeggio=False,
        melody="lead", bass_hits=(0,), has_pad=True, swing=0.0,
        drums={"kick": (0,), "hat": (2, 4)},
    ),
}  # fmt: skip


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """What has to be known to play a piece and to label its file."""

    title: str
    artist: str
    album: str
    style: str
    root: int
    """MIDI number of the root of its key."""
    scale: str
    tempo_bpm: float
    length_s: float
    extension: str
    seed: int

    @property
    def file_name(self) -> str:
        """Name of the file on disk."""
        return f"{self.artist} - {self.title}.{self.extension}"


def _pieces(*rows: tuple[str, str, str, str, int, str, float, float, str]) -> tuple[Piece, ...]:
    names = ("title", "artist", "album", "style", "root", "scale", "tempo_bpm", "length_s",
             "extension")  # fmt: skip
    return tuple(
        Piece(**dict(zip(names, row, strict=True)), seed=1000 + number)  # type: ignore[arg-type]
        for number, row in enumerate(rows)
    )


*_LIBRARY, FOREIGN = _pieces(
    ("Paper Lanterns", "The Tin Orchard", "Low Tide", "rock", 52, "minor", 132, 58, "mp3"),
    ("Harbour Lights", "The Tin Orchard", "Low Tide", "ballad", 48, "major", 76, 64, "flac"),
    ("Ölbaum", "Grüne Welle", "Nachtfahrt", "dance", 57, "dorian", 124, 55, "ogg"),
    ("Kilometre Zero", "Grüne Welle", "Nachtfahrt", "dance", 53, "minor", 128, 48, "opus"),
    ("The Miller's Stair", "Ada Fenn", "Hedgerow", "folk", 55, "mixolydian", 104, 52, "m4a"),
    ("Winter Wheat", "Ada Fenn", "Hedgerow", "folk", 50, "dorian", 92, 60, "mp3"),
    ("Two Left Shoes", "Mostly Brass", "Elbow Room", "funk", 51, "dorian", 108, 50, "flac"),
    ("Rubber Stamp", "Mostly Brass", "Elbow Room", "funk", 56, "mixolydian", 98, 54, "ogg"),
    ("Valse à trois", "Colette Mirande", "Carnet", "waltz", 54, "minor", 168, 47, "opus"),
    ("Snow Globe", "Colette Mirande", "Carnet", "waltz", 49, "major", 144, 56, "m4a"),
    ("Signal Fires", "North of Noon", "Relay", "rock", 58, "mixolydian", 146, 45, "mp3"),
    ("Slow Glass", "North of Noon", "Relay", "ballad", 51, "minor", 68, 70, "flac"),
    ("Nobody's Number", "The Uninvited", "Elsewhere", "rock", 54, "dorian", 138, 50, "mp3"),
)

LIBRARY: tuple[Piece, ...] = tuple(_LIBRARY)
"""What the demo imports; `FOREIGN` is the piece that it does not."""
