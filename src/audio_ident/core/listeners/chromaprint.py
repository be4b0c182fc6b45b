"""Chromaprint of the whole file, kept as raw sub-fingerprints."""

from typing import ClassVar

import numpy as np

from audio_ident.core import chromaprint
from audio_ident.core.chromaprint import FRAME_SAMPLES, LATENCY_FRAMES, STEP_SAMPLES
from audio_ident.model.analysis import Fields
from audio_ident.model.audio import Feed, Mono16Bit

CHUNK_FRAMES = 128
"""Frames transformed together, 15.8 s; always the same ones, however blocks are cut."""

_CHUNK_SAMPLES = CHUNK_FRAMES * STEP_SAMPLES
_NEEDED_SAMPLES = _CHUNK_SAMPLES - STEP_SAMPLES + FRAME_SAMPLES


class Chromaprint:
    """Algorithm 2, bit for bit as `fpcalc -raw -length 0` gives it."""

    name: ClassVar[str] = "chromaprint"
    version: ClassVar[int] = 1
    hears: ClassVar[Feed] = Feed.MONO_11K

    def __init__(self) -> None:
        self._pieces: list[Mono16Bit] = []
        self._held_samples = 0
        self._chroma: chromaprint.Chroma = np.zeros((0, 12))
        self._found: list[chromaprint.SubFingerprints] = [np.zeros(0, np.uint32)]

    def feed(self, block: Mono16Bit) -> None:
        """Hear the next samples, shape `(n,)`."""
        self._pieces.append(block.copy())  # it is the decoder's to use again
        self._held_samples += len(block)
        if self._held_samples < _NEEDED_SAMPLES:
            return
        samples = np.concatenate(self._pieces)
        while len(samples) >= _NEEDED_SAMPLES:
            self._describe(samples[:_NEEDED_SAMPLES])
            samples = samples[_CHUNK_SAMPLES:]
        self._pieces, self._held_samples = [samples], len(samples)

    def finish(self) -> Fields:
        """Sub-fingerprints of the whole file, `uint32`, shape `(n,)`; see `core.chromaprint`."""
        samples = np.concatenate([np.zeros(0, np.int16), *self._pieces])
        if len(samples) >= FRAME_SAMPLES:
            self._describe(samples)
        return {"sub_fingerprints": np.concatenate(self._found)}

    def _describe(self, samples: Mono16Bit) -> None:
        frames = np.lib.stride_tricks.sliding_window_view(samples, FRAME_SAMPLES)[::STEP_SAMPLES]
        chroma = np.concatenate([self._chroma, chromaprint.chroma_of(frames)])
        self._found.append(chromaprint.sub_fingerprints(chroma))
        self._chroma = chroma[-LATENCY_FRAMES:]
