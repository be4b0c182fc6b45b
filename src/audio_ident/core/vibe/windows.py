"""Cuts a sound into windows for a model, by one rule for library and query."""

import dataclasses
from collections.abc import Iterable, Iterator

import numpy as np

from audio_ident.model.audio import Mono

QUIETEST_DBFS = -60.0
"""Mean level below which a window says nothing of the music: a pause, or hiss."""

LEAST_S = 1.0
"""A sound, or the rest of one behind its last whole window, that is shorter has no window."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class WindowRule:
    """Where windows lie: from 0 in steps of a hop, the last one at the end of the sound."""

    rate_hz: int
    window_samples: int
    hop_samples: int

    @property
    def least_samples(self) -> int:
        """Length below which a sound or a rest is left out."""
        return round(LEAST_S * self.rate_hz)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Window:
    """A stretch of a sound, as long as the model wants it."""

    start_samples: int
    end_samples: int
    """Of the sound itself, without what was padded."""
    samples: Mono
    """Shape `(window_samples,)`."""


def windows_of(blocks: Iterable[Mono], rule: WindowRule) -> Iterator[Window]:
    """The windows of a sound, in order; quiet ones are left out.

    Holds the samples of one window and one block, however long the sound is.

    Parameters
    ----------
    blocks
        The sound in pieces of any length, each of shape `(n,)`.
    """
    for window in _all_windows(blocks, rule):
        if _level_dbfs(window) >= QUIETEST_DBFS:
            yield window


def padded(samples: Mono, window_samples: int) -> Mono:
    """A short sound, repeated as often as it fits whole, then silence, as CLAP was taught."""
    repeated = np.tile(samples, window_samples // len(samples))
    return np.pad(repeated, (0, window_samples - len(repeated)))


def _all_windows(blocks: Iterable[Mono], rule: WindowRule) -> Iterator[Window]:
    held = np.zeros(0, np.float32)
    held_from, next_start = 0, 0
    for block in _gathered(blocks, rule.rate_hz):
        held = np.concatenate([held, block])
        total = held_from + len(held)
        while next_start + rule.window_samples <= total:
            yield _cut(held, held_from, next_start, rule)
            next_start += rule.hop_samples
        kept_from = max(held_from, min(next_start, total - rule.window_samples))
        held = held[kept_from - held_from :].copy()
        held_from = kept_from
    total = held_from + len(held)
    if total < rule.window_samples:
        if total >= rule.least_samples:
            yield Window(
                start_samples=0, end_samples=total, samples=padded(held, rule.window_samples)
            )
        return
    last_end = next_start - rule.hop_samples + rule.window_samples
    if total - last_end >= rule.least_samples:
        yield _cut(held, held_from, total - rule.window_samples, rule)


def _cut(held: Mono, held_from: int, start: int, rule: WindowRule) -> Window:
    first = start - held_from
    return Window(
        start_samples=start,
        end_samples=start + rule.window_samples,
        samples=held[first : first + rule.window_samples],
    )


def _gathered(blocks: Iterable[Mono], least_samples: int) -> Iterator[Mono]:
    """The same sound in fewer pieces, so that tiny ones cost no time."""
    waiting: list[Mono] = []
    count = 0
    for block in blocks:
        waiting.append(block)
        count += len(block)
        if count >= least_samples:
            yield np.concatenate(waiting)
            waiting, count = [], 0
    if waiting:
        yield np.concatenate(waiting)


def _level_dbfs(window: Window) -> float:
    """Mean level of the sound in a window; padding with itself changes it little, silence more."""
    own = window.samples[: window.end_samples - window.start_samples].astype(np.float64)
    power = float(np.mean(own**2))
    return 10 * float(np.log10(max(power, 1e-30)))
