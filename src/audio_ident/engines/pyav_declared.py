"""How long a container says its audio is, where what it says is a fact and not a guess."""

from fractions import Fraction
from typing import BinaryIO

from audio_ident.engines.pyav_open import OpenedAudio

GUESSED_UNLESS_TAGGED = frozenset({"mp3"})
"""FFmpeg guesses their length from the bit rate unless the first frame is a Xing/VBRI tag."""

ALWAYS_GUESSED = frozenset({"aac", "ac3", "amr"})
"""Bare streams of frames: no header says how long they are."""

FIRST_FRAME_BYTES = 2048
"""More than the longest MPEG audio frame; the tag lies in the first one."""


def declared_seconds(opened: OpenedAudio, file: BinaryIO) -> Fraction | None:
    """Length that the container claims, None when it claims none."""
    stream, name = opened.stream, opened.container_name
    if name in ALWAYS_GUESSED or (name in GUESSED_UNLESS_TAGGED and not _has_length_tag(file)):
        return None
    if stream.duration is not None and stream.time_base is not None:
        seconds = stream.duration * stream.time_base
    elif opened.container.duration is not None:
        seconds = Fraction(opened.container.duration, 1_000_000)
    else:
        return None
    return seconds if seconds > 0 else None


def _has_length_tag(file: BinaryIO) -> bool:
    """Whether an MP3 file starts with a frame that counts the others; leaves `file` as it was."""
    position = file.tell()
    file.seek(0)
    head = file.read(10)
    if head[:3] == b"ID3" and len(head) == 10:
        size = sum(
            (byte & 0x7F) << shift for byte, shift in zip(head[6:], (21, 14, 7, 0), strict=True)
        )
        file.seek(10 + size)
    else:
        file.seek(0)
    frame = file.read(FIRST_FRAME_BYTES)
    file.seek(position)
    return any(tag in frame for tag in (b"Xing", b"Info", b"VBRI"))
