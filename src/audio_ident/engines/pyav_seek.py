"""Jumps forward in files where that is exact to the sample, which spares decoding what is before.

Only formats without memory count, whose packets say which sample they begin with. Everything else
(MP3 above all, whose places are guessed from bytes) must be decoded from its start.
"""

from audio_ident.engines.pyav_open import PYAV_ODDITIES, OpenedAudio
from audio_ident.units import TICKS_PER_SECOND, Ticks

EXACT_CONTAINERS = frozenset({"aiff", "flac", "w64", "wav", "wv"})
"""Tested against decoding from the start, sample by sample."""

WORTH_IT_TICKS = 5 * TICKS_PER_SECOND
"""Less is decoded quicker than it is jumped over."""


def jump_towards(opened: OpenedAudio, start_ticks: Ticks) -> Ticks:
    """Move to a packet at or before a time, or stay at the start; returns where it begins."""
    if opened.container_name not in EXACT_CONTAINERS or start_ticks < WORTH_IT_TICKS:
        return Ticks(0)
    try:
        _seek(opened, start_ticks)
        reached = _next_packet_ticks(opened)
        is_usable = reached is not None and 0 <= reached <= start_ticks
        # what was read to look at it is read again
        _seek(opened, start_ticks if is_usable else Ticks(0))
    except PYAV_ODDITIES:
        _seek(opened, Ticks(0))
        return Ticks(0)
    return reached if is_usable and reached is not None else Ticks(0)


def _seek(opened: OpenedAudio, ticks: Ticks) -> None:
    assert opened.stream.time_base is not None  # noqa: S101 -- every open stream has one
    offset = int(ticks / (TICKS_PER_SECOND * opened.stream.time_base))
    opened.container.seek(offset, stream=opened.stream)


def _next_packet_ticks(opened: OpenedAudio) -> Ticks | None:
    packet = next(opened.container.demux(opened.stream), None)
    if packet is None or packet.pts is None or packet.time_base is None:
        return None
    return Ticks(round(packet.pts * packet.time_base * TICKS_PER_SECOND))
