"""What an engine owes: the protocols that engines implement, and the records they exchange.

A `Decoder`

- MUST decode a source once per call, however many feeds are asked for;
- MUST give the same samples to a feed whichever other feeds are asked for;
- MUST give resampled blocks of about one second in order and gapless, with every sample finite
  and inside [-1, 1], averaging channels (the mean of two equal channels is that channel);
- MUST give native blocks of at most 32,768 samples in order and gapless, with every sample finite
  and overshoot kept, each of one rate and one layout, in planes that lie contiguous;
- MUST trim the delay and padding of the encoder where the container tells them;
- MUST take the duration from decoded samples, never from a header;
- MUST open no other file and no network address, whatever the source says;
- MUST NOT use memory that grows with the length of the source;
- MUST raise a `FileProblem` for whatever is wrong with the source, and let errors of a sink pass;
- MUST name in its warnings what was lost of a damaged source that it could use in part;
- SHOULD look at the clock at least once per decoded second.

`tests/contract/test_decoders.py` runs every implementation through these rules.
"""

import dataclasses
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, BinaryIO, Protocol, TypeAlias

from audio_ident.model.audio import AudioFacts, AudioWarning, Feed, NativeBlock
from audio_ident.units import Ticks

Sink: TypeAlias = Callable[[Any], None]
"""Takes the next block of a feed: `bytes`, `Mono`, `Stereo` or `NativeBlock`, as `Feed` says."""

Source: TypeAlias = Path | BinaryIO
"""A file on disk, or an open binary file that can seek."""


TimedSink: TypeAlias = Callable[[NativeBlock, Ticks], None]
"""Takes the next native block and the time at which it begins, from the start of the file."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class DecodeLimits:
    """How much of a source may be read, and for how long."""

    max_bytes: int
    """A larger source is refused before it is opened."""
    max_seconds: float
    """A source that decodes to more is refused when that is noticed."""
    timeout_s: float
    """Wall time that decoding may take."""
    first_s: float | None = None
    """Stop, without an error, once this much is decoded; None decodes everything."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class DecodeOutcome:
    """What decoding told besides the samples."""

    facts: AudioFacts
    warnings: tuple[AudioWarning, ...]


class Decoder(Protocol):
    """Turns a file into blocks of samples."""

    def listen(
        self, source: Source, feeds: Mapping[Feed, Sink], limits: DecodeLimits
    ) -> DecodeOutcome:
        """Decode a source once and hand its blocks to the sinks.

        Parameters
        ----------
        source
            A path, or an open binary file that can seek; it stays open.
        feeds
            A sink for each feed that is wanted; every feed but `FILE_BYTES` can be asked for.
        limits
            When to give up.

        Raises
        ------
        BadInput
            `FILE_BYTES` was asked for, or the source cannot seek.
        FileProblem
            The leaf that says what is wrong with the source.
        """
        ...


class SpanDecoder(Protocol):
    """Decodes a part of a file."""

    def listen_between(
        self, source: Source, span: tuple[Ticks, Ticks], sink: TimedSink, limits: DecodeLimits
    ) -> None:
        """Hand the native blocks on in which a span lies: the samples that `Decoder` gives.

        The first one may begin long before the span, and the last one end behind it.

        Raises
        ------
        FileProblem
            The leaf that says what is wrong with the source.
        """
        ...


class PacketReader(Protocol):
    """Takes the encoded packets out of a file without decoding them."""

    def read_packets(self, source: Source, sink: Sink, limits: DecodeLimits) -> bool:
        """Hand on what a `Decoder` feeds as `AUDIO_PACKETS`; says whether nothing was damaged.

        Raises
        ------
        FileProblem
            The leaf that says what is wrong with the source.
        """
        ...
