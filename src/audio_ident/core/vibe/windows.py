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


class WindowCutter:
    """Cuts a sound that comes in blocks; holds one window and one block, however long it is."""

    def __init__(self, rule: WindowRule) -> None:
        self._rule = rule
        self._waiting: list[Mono] = []
        self._held = np.zeros(0, np.float32)
        self._held_from = 0
        self._next_start = 0

    def feed(self, block: Mono) -> Iterator[Window]:
        """The windows that are complete with the next block, which may have any length."""
        self._waiting.append(block)
        # gathered, so that tiny blocks cost no time
        if sum(map(len, self._waiting)) >= self._rule.rate_hz:
            yield from self._complete()

    def finish(self) -> Iterator[Window]:
        """The windows that the end of the sound completes."""
        yield from self._complete()
        total = self._held_from + len(self._held)
        if total < self._rule.window_samples:
            if total >= self._rule.least_samples:
                samples = padded(self._held, self._rule.window_samples)
                yield from _heard(Window(start_samples=0, end_samples=total, samples=samples))
            return
        last_end = self._next_start - self._rule.hop_samples + self._rule.window_samples
        if total - last_end >= self._rule.least_samples:
            yield from _heard(self._cut(total - self._rule.window_samples))

    def _complete(self) -> Iterator[Window]:
        self._held = np.concatenate([self._held, *self._waiting])
        self._waiting.clear()
        total = self._held_from + len(self._held)
        while self._next_start + self._rule.window_samples <= total:
            yield from _heard(self._cut(self._next_start))
            self._next_start += self._rule.hop_samples
        kept_from = min(self._next_start, total - self._rule.window_samples)
        if kept_from > self._held_from:
            self._held = self._held[kept_from - self._held_from :].copy()
            self._held_from = kept_from

    def _cut(self, start: int) -> Window:
        first = start - self._held_from
        return Window(
            start_samples=start,
            end_samples=start + self._rule.window_samples,
            samples=self._held[first : first + self._rule.window_samples],
        )


def windows_of(blocks: Iterable[Mono], rule: WindowRule) -> Iterator[Window]:
    """The windows of a sound, in order; quiet ones are left out.

    Parameters
    ----------
    blocks
        The sound in pieces of any length, each of shape `(n,)`.
    """
    cutter = WindowCutter(rule)
    for block in blocks:
        yield from cutter.feed(block)
    yield from cutter.finish()


def padded(samples: Mono, window_samples: int) -> Mono:
    """A short sound, repeated as often as it fits whole, then silence, as CLAP was taught."""
    repeated = np.tile(samples, window_samples // len(samples))
    return np.pad(repeated, (0, window_samples - len(repeated)))


def _heard(window: Window) -> Iterator[Window]:
    """The window, unless it is too quiet."""
    if _level_dbfs(window) >= QUIETEST_DBFS:
        yield window


def _level_dbfs(window: Window) -> float:
    """Mean level of the sound in a window; padding with itself changes it little, silence more."""
    own = window.samples[: window.end_samples - window.start_samples].astype(np.float64)
    power = float(np.mean(own**2))
    return 10 * float(np.log10(max(power, 1e-30)))
