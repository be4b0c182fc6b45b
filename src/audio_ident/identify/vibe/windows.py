"""Windows of a recording as one of its tracks sees them."""

from collections.abc import Mapping

import numpy as np

from audio_ident.model.analysis import AudioDigest
from audio_ident.model.answer import Span
from audio_ident.model.vectors import WindowVectors
from audio_ident.stores.sql.tracks import ShownSpan
from audio_ident.units import ticks_to_seconds


def windows_of_track(
    found: Mapping[AudioDigest, WindowVectors], place: ShownSpan
) -> WindowVectors | None:
    """Windows of a track among those of recordings; None where its recording is not known."""
    windows = found.get(place.digest)
    if windows is None:
        return None
    span = Span(
        start_s=ticks_to_seconds(place.start_ticks), end_s=ticks_to_seconds(place.end_ticks)
    )
    return in_span(windows, span)


def in_span(windows: WindowVectors, span: Span) -> WindowVectors:
    """Windows whose middle lies in a stretch, timed from its start; else the nearest one.

    A stretch that is shorter than a window has one all the same, and a silent recording none.
    """
    start_ms, end_ms = round(1000 * span.start_s), round(1000 * span.end_s)
    middles = (windows.start_ms.astype(np.int64) + windows.end_ms) // 2
    distances = np.maximum(np.maximum(start_ms - middles, middles - end_ms), 0)
    chosen = np.flatnonzero(distances == 0)
    if not len(chosen) and len(middles):
        chosen = distances.argmin(keepdims=True)
    length_ms = end_ms - start_ms
    return WindowVectors(
        vectors=windows.vectors[chosen],
        start_ms=_moved(windows.start_ms[chosen], start_ms, length_ms),
        end_ms=_moved(windows.end_ms[chosen], start_ms, length_ms),
    )


def _moved(
    times_ms: np.typing.NDArray[np.uint32], by_ms: int, last_ms: int
) -> np.typing.NDArray[np.uint32]:
    return np.clip(times_ms.astype(np.int64) - by_ms, 0, last_ms).astype(np.uint32)
