"""Makes the 11,025 Hz stream that Chromaprint is defined on, with FFmpeg's own resampler.

`fpcalc` lets libswresample mix and resample with a short filter. AcoustID's database was made that
way, so the same filter is used here, not the better one of the other streams. As 16 bits come out,
the channels are mixed to their mean without overload.
"""

import functools
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from typing import Any

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.filter import Graph

from audio_ident.engines.feeds import mix_to_mono
from audio_ident.engines.protocols import Sink
from audio_ident.model.audio import CHROMA_RATE_HZ, Feed, Mono16Bit, NativeBlock

RESAMPLER = (
    f"osr={CHROMA_RATE_HZ}:osf=s16:ochl=mono"
    ":filter_size=16:phase_shift=8:linear_interp=1:cutoff=0.8"
)
"""The options of libswresample that `fpcalc` sets."""

INTERNAL_FORMATS = {"u8": "s16p", "s16": "s16p", "flt": "fltp"}
"""What libswresample mixes and resamples in: FFmpeg 5 kept samples of at most 16 bits as such and
made floats of all others; told to it, as newer versions choose otherwise."""

MOST_PLANES = 7
"""PyAV takes no more channels one by one; they are laid side by side then."""

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

    def feed(self, block: NativeBlock, frame: AudioFrame | None = None) -> None:
        """Hear the next block; its rate and channels may differ from those of the one before.

        `frame` holds the same samples as the decoder gave them: taken where nothing has to be
        mixed before, so that they need not be made anew.
        """
        if frame is None or not block.is_16_bit or _layout_of(block.channel_names) is None:
            frame = _frame_of(block)
        shape = (frame.sample_rate, frame.layout.name, frame.format.name)
        if self._resampler is None or self._resampler.shape != shape:
            self.finish()
            self._resampler = _Resampler(*shape)
        self._gather(self._resampler.resampled(frame))

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
    """libswresample for one rate, layout and format, reached through a graph of FFmpeg's filters.

    PyAV's own `AudioResampler` lets no options through.
    """

    def __init__(self, rate_hz: int, layout: str, sample_format: str) -> None:
        self.shape = (rate_hz, layout, sample_format)
        self._graph = Graph()  # kept: its filters do not keep it alive
        self._graph.threads = 1
        time_base = Fraction(1, rate_hz)
        self._source = self._graph.add_abuffer(
            sample_rate=rate_hz, format=sample_format, layout=layout, time_base=time_base
        )
        self._sink = self._graph.add("abuffersink")
        options = f"{RESAMPLER}:tsf={INTERNAL_FORMATS[sample_format.removesuffix('p')]}"
        self._graph.link_nodes(
            self._source, self._graph.add("aresample", options), self._sink
        ).configure()

    def resampled(self, frame: AudioFrame | None) -> Iterator[Mono16Bit]:
        """What comes out for one more frame; None stands for the end.

        A frame makes at most one, so that no more is asked for, which would cost an exception.
        """
        self._source.push(frame)
        try:
            yield _samples_of(self._sink.pull())
            while frame is None:
                yield _samples_of(self._sink.pull())
        except (av.BlockingIOError, av.EOFError):
            return


def _samples_of(frame: Any) -> Mono16Bit:  # noqa: ANN401 -- PyAV does not tell the kind
    return np.frombuffer(memoryview(frame.planes[0]), np.int16, frame.samples)


def chroma_feeds(sinks: Mapping[Feed, Sink]) -> list[ChromaFeed]:
    """The stream if a sink wants it."""
    return [ChromaFeed(sinks[Feed.MONO_11K])] if Feed.MONO_11K in sinks else []


def _frame_of(block: NativeBlock) -> AudioFrame:
    """A block as FFmpeg takes it.

    Two channels of floats are mixed before they are resampled: that is cheaper, and the same but
    for the rounding of floats. FFmpeg resamples before it mixes, which at 16 bits is not the same.
    """
    layout = _layout_of(block.channel_names)
    if layout is None or (len(block.planes) <= 2 and not block.is_16_bit):
        samples, layout = mix_to_mono(block)[None], "mono"
    else:
        samples = np.stack(block.planes)
    if len(samples) > MOST_PLANES:
        samples = samples.T.reshape(1, -1)
    planar = "p" if len(samples) > 1 or layout == "mono" else ""
    if block.is_16_bit:
        whole = (samples * np.float32(2**15)).astype(np.int16)
        frame = AudioFrame.from_ndarray(whole, format=f"s16{planar}", layout=layout)
    else:
        frame = AudioFrame.from_ndarray(samples, format=f"flt{planar}", layout=layout)
    frame.sample_rate = block.rate_hz
    return frame


@functools.cache
def _layout_of(names: tuple[str, ...]) -> str | None:
    """FFmpeg's name of a layout; None if it cannot be mixed."""
    if any(name.startswith(UNMIXABLE) for name in names):
        return None
    return f"{len(names)} channels" if UNNAMED in names else "+".join(names)
