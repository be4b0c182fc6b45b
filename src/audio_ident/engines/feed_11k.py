"""Makes the 11,025 Hz stream that Chromaprint is defined on, with FFmpeg's own resampler.

`fpcalc` lets libswresample mix and resample 16-bit samples with a short filter. AcoustID's
database was made that way, so the same filter is used here, not the better one of the other
streams. libswresample takes any channels of 16-bit samples without overload.
"""

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.filter import Graph

from audio_ident.engines.feeds import mix_to_mono
from audio_ident.engines.protocols import Sink
from audio_ident.engines.pyav_frames import NativeBlock
from audio_ident.model.audio import CHROMA_RATE_HZ, Feed, Mono16Bit

RESAMPLER = (
    f"osr={CHROMA_RATE_HZ}:osf=s16:ochl=mono"
    ":tsf=s16p:filter_size=16:phase_shift=8:linear_interp=1:cutoff=0.8"
)
"""The options of libswresample that `fpcalc` sets; `tsf` is the format that it works in."""

DEFAULT_LAYOUTS = {1: "mono", 2: "stereo"}
"""FFmpeg's names for those numbers of channels."""

UNNAMED = "NONE"
"""Stands for the name of a channel where the file names none."""

UNMIXABLE = "AMBI"
"""Begins the names of ambisonic channels, which libswresample refuses to mix."""


class ChromaFeed:
    """Hands 16-bit mono at `CHROMA_RATE_HZ` to one sink."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._resampler: _Resampler | None = None
        self._waiting: list[Mono16Bit] = []

    def feed(self, block: NativeBlock) -> None:
        """Hear the next block; its rate and channels may differ from those of the one before."""
        if any(name.startswith(UNMIXABLE) for name in block.channel_names):
            block = dataclasses.replace(block, planes=(mix_to_mono(block),), channel_names=("FC",))
        shape = (block.rate_hz, _layout_of(block))
        if self._resampler is None or self._resampler.shape != shape:
            self.finish()
            self._resampler = _Resampler(*shape)
        self._gather(self._resampler.resampled(_frame_of(block)))

    def finish(self) -> None:
        """Hand over what the filter still holds."""
        if self._resampler is not None:
            self._gather(self._resampler.resampled(None))
        self._resampler = None
        self._hand_over()

    def _gather(self, pieces: Iterable[Mono16Bit]) -> None:
        self._waiting.extend(pieces)
        if sum(map(len, self._waiting)) >= CHROMA_RATE_HZ:
            self._hand_over()

    def _hand_over(self) -> None:
        if self._waiting:
            self._sink(np.concatenate(self._waiting))
        self._waiting.clear()


class _Resampler:
    """libswresample for one rate and layout, reached through a graph of FFmpeg's filters.

    PyAV's own `AudioResampler` lets no options through.
    """

    def __init__(self, rate_hz: int, layout: str) -> None:
        self.shape = (rate_hz, layout)
        self._graph = Graph()  # kept: its filters do not keep it alive
        self._graph.threads = 1
        time_base = Fraction(1, rate_hz)
        self._source = self._graph.add_abuffer(
            sample_rate=rate_hz, format="flt", layout=layout, time_base=time_base
        )
        self._sink = self._graph.add("abuffersink")
        self._graph.link_nodes(
            self._source, self._graph.add("aresample", RESAMPLER), self._sink
        ).configure()

    def resampled(self, frame: AudioFrame | None) -> Iterator[Mono16Bit]:
        """What comes out for one more frame; None stands for the end."""
        self._source.push(frame)
        while True:
            try:
                found = self._sink.pull()
            except (av.BlockingIOError, av.EOFError):
                return
            if isinstance(found, AudioFrame):
                yield np.frombuffer(memoryview(found.planes[0]), np.int16, found.samples)


def chroma_feeds(sinks: Mapping[Feed, Sink]) -> list[ChromaFeed]:
    """The stream if a sink wants it."""
    return [ChromaFeed(sinks[Feed.MONO_11K])] if Feed.MONO_11K in sinks else []


def _layout_of(block: NativeBlock) -> str:
    count = len(block.channel_names)
    if count in DEFAULT_LAYOUTS:
        return DEFAULT_LAYOUTS[count]
    if UNNAMED in block.channel_names:
        return f"{count} channels"
    return "+".join(block.channel_names)


def _frame_of(block: NativeBlock) -> AudioFrame:
    samples = np.stack(block.planes, axis=1).reshape(1, -1)
    if block.is_wide_integer:  # FFmpeg cuts their lower bits off, and rounds only floats
        samples = np.floor(samples * np.float32(2**15)) * np.float32(2**-15)
    frame = AudioFrame.from_ndarray(samples, format="flt", layout=_layout_of(block))
    frame.sample_rate = block.rate_hz
    return frame
