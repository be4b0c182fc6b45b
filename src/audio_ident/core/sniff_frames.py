"""Finds streams of bare frames: MPEG audio (MP3) and AAC in ADTS.

A frame begins with so few fixed bits that text and pictures have them by chance. So a header
counts only when another one of the same stream stands where the length of the frame says.
"""

import dataclasses

from audio_ident.core.sniff_reader import ReadAt

FRAMES_NEEDED = 3
"""Headers that must follow each other, fewer where the file ends behind the second; by chance
three do in fewer than one of 10^12 places."""

_MPEG_1, _MPEG_2, _MPEG_2_5 = 3, 2, 0
_RATES_HZ = {
    _MPEG_1: (44_100, 48_000, 32_000),
    _MPEG_2: (22_050, 24_000, 16_000),
    _MPEG_2_5: (11_025, 12_000, 8000),
}
_KBITS = {
    (True, 1): (32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (True, 2): (32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (True, 3): (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (False, 1): (32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (False, 2): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (False, 3): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
"""Bit rates by (is MPEG 1, layer) from index 1 on: ISO 11172-3 and 13818-3, section 2.4.2.3."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What the header of a frame says."""

    stream: tuple[int, ...]
    """What stays the same in all frames of a stream."""
    length_bytes: int


def has_mpeg_frames(read_at: ReadAt, start: int) -> bool:
    """Whether MPEG audio of layer 1, 2 or 3 begins at an offset."""
    return _follow(read_at, start, is_adts=False)


def has_adts_frames(read_at: ReadAt, start: int) -> bool:
    """Whether AAC in ADTS begins at an offset."""
    return _follow(read_at, start, is_adts=True)


def find_mpeg_frame(head: bytes) -> Frame | None:
    """The frame of MPEG audio whose header these four bytes are, None when they are none."""
    if len(head) < 4 or head[0] != 0xFF or head[1] < 0xE0:
        return None
    version, layer = head[1] >> 3 & 3, 4 - (head[1] >> 1 & 3)
    bit_rate, rate, padding = head[2] >> 4, head[2] >> 2 & 3, head[2] >> 1 & 1
    if version == 1 or layer == 4 or bit_rate in {0, 15} or rate == 3:
        return None
    rate_hz = _RATES_HZ[version][rate]
    bits_per_s = 1000 * _KBITS[version == _MPEG_1, layer][bit_rate - 1]
    if layer == 1:
        length_bytes = (12 * bits_per_s // rate_hz + padding) * 4
    else:
        samples_over_8 = 72 if layer == 3 and version != _MPEG_1 else 144
        length_bytes = samples_over_8 * bits_per_s // rate_hz + padding
    return Frame(stream=(version, layer, rate_hz), length_bytes=length_bytes)


def find_adts_frame(head: bytes) -> Frame | None:
    """The frame of ADTS whose header these seven bytes are, None when they are none."""
    if len(head) < 7 or head[0] != 0xFF or head[1] & 0xF6 != 0xF0:
        return None
    rate = head[2] >> 2 & 15
    length_bytes = (head[3] & 3) << 11 | head[4] << 3 | head[5] >> 5
    if rate > 12 or length_bytes <= 7:
        return None
    channels = (head[2] & 1) << 2 | head[3] >> 6
    return Frame(stream=(head[1], head[2] >> 6, rate, channels), length_bytes=length_bytes)


def _follow(read_at: ReadAt, start: int, *, is_adts: bool) -> bool:
    """Whether enough headers of one stream follow each other; two do where the file ends."""
    stream: tuple[int, ...] | None = None
    for number in range(FRAMES_NEEDED):
        head = read_at(start, 7)
        frame = find_adts_frame(head) if is_adts else find_mpeg_frame(head)
        if frame is None or stream not in {None, frame.stream}:
            is_at_end = len(head) < 4 or head.startswith((b"TAG", b"APET"))
            return number >= 2 and is_at_end
        stream = frame.stream
        start += frame.length_bytes
    return True
