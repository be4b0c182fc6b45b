"""How long a container says its audio is, where what it says is a fact and not a guess."""

from fractions import Fraction
from typing import BinaryIO

from audio_ident.engines.file_headers import has_length_tag, missing_riff_bytes
from audio_ident.engines.pyav_open import OpenedAudio

GUESSED_UNLESS_TAGGED = frozenset({"mp3"})
"""FFmpeg guesses their length from the bit rate unless the first frame is a Xing/VBRI tag."""

ALWAYS_GUESSED = frozenset({"aac", "ac3", "amr"})
"""Bare streams of frames: no header says how long they are."""


def declared_seconds(opened: OpenedAudio, file: BinaryIO) -> Fraction | None:
    """Length that the container claims, None when it claims none; `file` keeps its position."""
    stream, name = opened.stream, opened.container_name
    if name in ALWAYS_GUESSED or (name in GUESSED_UNLESS_TAGGED and not has_length_tag(file)):
        return None
    if stream.duration is not None and stream.time_base is not None:
        seconds = stream.duration * stream.time_base
    elif opened.container.duration is not None:
        seconds = Fraction(opened.container.duration, 1_000_000)
    else:
        return None
    bit_rate = stream.codec_context.bit_rate
    if name == "wav" and bit_rate:  # FFmpeg takes what is there for the whole
        seconds += Fraction(8 * missing_riff_bytes(file), bit_rate)
    return seconds if seconds > 0 else None
