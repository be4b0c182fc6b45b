"""What requests and answers of the media routes look like; see `docs/reference/waveform.md`."""

import struct
from typing import Any, Literal

import pydantic

from audio_ident.library.playback.media_types import ALL_TYPES
from audio_ident.library.playback.waveforms import Waveform
from audio_ident.model.playback import FormatWish

WAVEFORM_TYPE = "application/vnd.audio-ident.waveform"

WAVEFORM_HEADER = struct.Struct("<4sBBBBIIIIq")
"""Magic, version, level, channels, rows, samples per point, rate, points, points of the track,
offset of the first point."""

WAVEFORM_MAGIC = b"AIWF"
WAVEFORM_VERSION = 1

MOST_JSON_POINTS = 20_000
"""More are sent in the binary form only, which is a tenth as long."""

LONGEST_S = 10_000_000.0
"""No position in a track is later; larger numbers are mistakes."""

_BINARY = {"schema": {"type": "string", "format": "binary"}}
_UNCHANGED: dict[str, Any] = {"description": "What is known already still holds."}

AUDIO_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "All of it.",
        "content": dict.fromkeys(ALL_TYPES, _BINARY),
    },
    206: {
        "description": "The parts that were asked for.",
        "content": dict.fromkeys((*ALL_TYPES, "multipart/byteranges"), _BINARY),
    },
    304: _UNCHANGED,
}

PICTURE_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {"description": "The picture.", "content": {"image/jpeg": _BINARY}},
    304: _UNCHANGED,
}


VERSION_DESCRIPTION = (
    "The version that is wanted, as the ETag tells it without its quotes (of an original: its "
    "SHA-256; of a picture: the SHA-256 of the picture). While it is the present one, the answer "
    "may be kept for ever."
)


class AudioQuery(pydantic.BaseModel):
    """In which form a track is wanted."""

    format: FormatWish = pydantic.Field(
        FormatWish.AUTO,
        description="`auto`: the original if browsers play it, else a conversion; looks at "
        "`Accept`. Parts of files (tracks of album rips) are always converted.",
    )
    download: bool = pydantic.Field(False, description="Whether it is to be saved, not played.")
    v: str | None = pydantic.Field(None, max_length=128, description=VERSION_DESCRIPTION)


class WaveformQuery(pydantic.BaseModel):
    """Which part of a waveform is wanted, how fine and in which form."""

    level: int | None = pydantic.Field(
        None,
        ge=0,
        le=7,
        description="Scale: 0 is the finest, each further one has a fourth of its points. "
        "Without it `points` decides.",
    )
    points: int = pydantic.Field(
        2000,
        ge=1,
        le=10_000_000,
        description="How many points are wanted at least; the coarsest level that has as many in "
        "the stretch is taken.",
    )
    start_seconds: float = pydantic.Field(
        0, ge=0, le=LONGEST_S, description="Start of the stretch, from the start of the track."
    )
    end_seconds: float | None = pydantic.Field(
        None,
        ge=0,
        le=LONGEST_S,
        description="End of the stretch, from the start of the track; without it the end of the "
        "track.",
    )
    format: Literal["binary", "json"] = pydantic.Field(
        "binary", description=f"JSON is for at most {MOST_JSON_POINTS} points."
    )


class WaveformDocument(pydantic.BaseModel):
    """A stretch of a waveform."""

    level: int = pydantic.Field(description="Scale: 0 is the finest.", examples=[4])
    samples_per_point: int = pydantic.Field(
        description="How much of the track a point stands for.", examples=[65_536]
    )
    rate_hz: int = pydantic.Field(description="Samples in a second.", examples=[44_100])
    offset_samples: int = pydantic.Field(
        description="Where the first point begins, from the start of the track; negative if it "
        "begins before it.",
        examples=[0],
    )
    points_of_track: int = pydantic.Field(
        description="Points of the whole track at this level.", examples=[162]
    )
    lowest: list[int] = pydantic.Field(
        description="Lowest sample of each point over all channels; 127 is full scale.",
        examples=[[-12, -90]],
    )
    highest: list[int] = pydantic.Field(
        description="Highest sample of each point over all channels; 127 is full scale.",
        examples=[[14, 88]],
    )
    rms: list[int] = pydantic.Field(
        description="Root mean square of each point; 127 is full scale.", examples=[[4, 31]]
    )


WAVEFORM_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The points; the binary form is described in the documentation.",
        "content": {WAVEFORM_TYPE: _BINARY},
        "model": WaveformDocument,
    },
    304: _UNCHANGED,
}


def waveform_bytes(waveform: Waveform) -> bytes:
    """A stretch in the binary form."""
    count = waveform.points.shape[1]
    header = WAVEFORM_HEADER.pack(
        WAVEFORM_MAGIC,
        WAVEFORM_VERSION,
        waveform.level,
        1,
        len(waveform.points),
        waveform.samples_per_point,
        waveform.rate_hz,
        count,
        waveform.points_of_track,
        waveform.offset_samples,
    )
    return header + waveform.points.tobytes()


def waveform_document(waveform: Waveform) -> WaveformDocument:
    """A stretch as JSON."""
    lowest, highest, rms = waveform.points.tolist()
    return WaveformDocument(
        level=waveform.level,
        samples_per_point=waveform.samples_per_point,
        rate_hz=waveform.rate_hz,
        offset_samples=waveform.offset_samples,
        points_of_track=waveform.points_of_track,
        lowest=lowest,
        highest=highest,
        rms=rms,
    )
