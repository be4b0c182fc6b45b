"""Landmarks: the spectral peaks that the exact engine knows a recording by."""

from typing import ClassVar

import numpy as np
import numpy.typing as npt

from audio_ident.core import kernels, spectrum
from audio_ident.core.peaks import INDEX_RULE, REACH_FRAMES, strength_of
from audio_ident.model.analysis import Fields
from audio_ident.model.audio import Feed, Mono

_HOP = spectrum.INDEX_HOP_SAMPLES

CHUNK_FRAMES = 512
"""Frames whose peaks are picked together, 16.4 s; always the same ones, however blocks are cut."""


class LandmarkListener:
    """Picks peaks chunk by chunk; keeps no more sound than a chunk and its surroundings need."""

    name: ClassVar[str] = "landmarks"
    version: ClassVar[int] = 2
    hears: ClassVar[Feed] = Feed.MONO_16K

    def __init__(self) -> None:
        self._pieces: list[Mono] = [np.zeros(spectrum.LEAD_SAMPLES, np.float32)]
        self._held_samples = spectrum.LEAD_SAMPLES
        self._heard_samples = 0
        self._first_held_frame = 0
        self._next_frame = 0
        self._found: list[tuple[npt.NDArray[np.generic], ...]] = []

    def feed(self, block: Mono) -> None:
        """Hear the next samples, shape `(n,)`."""
        self._pieces.append(block.copy())  # it is the decoder's to use again
        self._held_samples += len(block)
        self._heard_samples += len(block)
        needed = self._samples_for(self._next_frame + CHUNK_FRAMES + REACH_FRAMES)
        if self._held_samples >= needed:
            self._pick_chunks(self._joined())

    def finish(self) -> Fields:
        """The arrays of `model.landmarks.Landmarks`."""
        frame_count = spectrum.frame_count_of(self._heard_samples, _HOP)
        silence = np.zeros(spectrum.TRAIL_SAMPLES + _HOP, np.float32)
        self._pieces.append(silence)
        self._held_samples += len(silence)
        samples = self._joined()
        while self._next_frame < frame_count:
            samples = self._pick_chunk(samples, last_frame=frame_count)
        frames, bins, strengths = zip(*self._found, strict=True) if self._found else ([], [], [])
        return {
            "frame": np.concatenate([np.zeros(0, np.uint32), *frames]).astype(np.uint32),
            "bin": np.concatenate([np.zeros(0, np.uint16), *bins]).astype(np.uint16),
            "strength": np.concatenate([np.zeros(0, np.uint8), *strengths]).astype(np.uint8),
            "frame_count": frame_count,
        }

    def _samples_for(self, end_frame: int) -> int:
        """Held samples that the frames up to `end_frame` need."""
        centre = (end_frame - 1 - self._first_held_frame) * _HOP
        return centre + spectrum.LEAD_SAMPLES + spectrum.TRAIL_SAMPLES

    def _joined(self) -> Mono:
        samples = np.concatenate(self._pieces)
        self._pieces = [samples]
        return samples

    def _pick_chunks(self, samples: Mono) -> None:
        """Pick every chunk whose surroundings have been heard."""
        while len(samples) >= self._samples_for(self._next_frame + CHUNK_FRAMES + REACH_FRAMES):
            samples = self._pick_chunk(samples, last_frame=None)
        self._pieces, self._held_samples = [samples], len(samples)

    def _pick_chunk(self, samples: Mono, *, last_frame: int | None) -> Mono:
        """Pick one chunk; returns the samples that the next one still needs."""
        first = self._first_held_frame
        end = self._next_frame + CHUNK_FRAMES
        end = end if last_frame is None else min(end, last_frame)
        seen = end + REACH_FRAMES
        seen = seen if last_frame is None else min(seen, last_frame)
        levels = spectrum.levels_of(samples, seen - first, _HOP)
        frame, bin_, height = kernels.pick_peaks(levels, INDEX_RULE)
        frame = frame + np.uint32(first)
        kept = (frame >= self._next_frame) & (frame < end)
        self._found.append((frame[kept], bin_[kept], strength_of(height[kept])))
        self._next_frame = end
        self._first_held_frame = max(0, end - REACH_FRAMES)
        return samples[(self._first_held_frame - first) * _HOP :]
