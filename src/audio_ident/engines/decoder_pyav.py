"""Decodes with PyAV: FFmpeg's libraries, bundled in its wheel, without starting a program."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import BinaryIO

from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.packet import Packet

from audio_ident.engines.feed_11k import chroma_feeds
from audio_ident.engines.feeds import new_feeds
from audio_ident.engines.file_headers import file_bytes
from audio_ident.engines.protocols import DecodeLimits, DecodeOutcome, Sink, Source, TimedSink
from audio_ident.engines.pyav_declared import declared_seconds
from audio_ident.engines.pyav_frames import HELD_BACK_SAMPLES, FrameGatherer, Gathered
from audio_ident.engines.pyav_open import PYAV_ODDITIES, OpenedAudio, open_audio
from audio_ident.engines.pyav_seek import jump_towards
from audio_ident.engines.pyav_tally import Tally
from audio_ident.errors import BadInput, DecodeTimeout, FileUnreadable, LimitExceeded
from audio_ident.model.audio import Feed, NativeBlock
from audio_ident.units import Ticks, samples_to_ticks, seconds_to_ticks

DEMUX_ATTEMPTS = 16
"""How often reading goes on behind a damaged place of the container."""

CREDIBLE_RATES_HZ = range(1000, 2_822_401)
"""From below telephones to DSD512; a damaged header's 1 Hz would take 16,000 times the memory."""

PACKETS_PER_CHECK = 16
"""Packets between two looks at the limits: about 0.4 s of MP3, 1.5 s of FLAC."""

EXACT_LENGTH_CONTAINERS = frozenset({"mov"})
"""Containers whose length is exact to the sample, though FFmpeg leaves the padding on."""


class PyavDecoder:
    """The `Decoder` on FFmpeg's libraries."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock

    def listen(
        self, source: Source, feeds: Mapping[Feed, Sink], limits: DecodeLimits
    ) -> DecodeOutcome:
        """Decode a source once and hand its blocks to the sinks; see `protocols.Decoder`."""
        if Feed.FILE_BYTES in feeds:
            raise BadInput("a decoder does not feed the bytes of the file")
        deadline_s = self._clock() + limits.timeout_s
        with _opened_file(source, limits.max_bytes) as file, open_audio(file) as opened:
            hearing = _Hearing(opened, feeds, declared_seconds(opened, file))
            for number, packet in enumerate(hearing.packets()):
                hearing.hear(packet)
                if number % PACKETS_PER_CHECK:
                    continue
                self._check(hearing, limits, deadline_s)
                if limits.first_s is not None and hearing.seconds >= limits.first_s:
                    return hearing.finish(is_cut_short=True)
            self._check(hearing, limits, deadline_s)
            return hearing.finish(is_cut_short=False)

    def listen_between(
        self, source: Source, span: tuple[Ticks, Ticks], sink: TimedSink, limits: DecodeLimits
    ) -> None:
        """Hand native blocks on that hold a span; see `protocols.SpanDecoder`."""
        deadline_s = self._clock() + limits.timeout_s
        start_ticks, end_ticks = span
        with _opened_file(source, limits.max_bytes) as file, open_audio(file) as opened:
            declared_s = declared_seconds(opened, file)
            at_ticks = first_ticks = jump_towards(opened, start_ticks)

            def hand_on(block: NativeBlock) -> None:
                nonlocal at_ticks
                sink(block, at_ticks)
                samples = len(block.planes[0])
                at_ticks = Ticks(at_ticks + samples_to_ticks(samples, block.rate_hz))

            hearing = _Hearing(opened, {Feed.NATIVE: hand_on}, None if first_ticks else declared_s)
            for packet in hearing.packets():
                hearing.hear(packet)
                self._check(hearing, limits, deadline_s)
                if first_ticks + seconds_to_ticks(hearing.seconds) > end_ticks:
                    break
            else:
                hearing.finish(is_cut_short=False)
                return
            hearing.finish(is_cut_short=True)

    def read_packets(self, source: Source, sink: Sink, limits: DecodeLimits) -> bool:
        """Hand on the encoded packets and decode nothing; see `protocols.PacketReader`."""
        deadline_s = self._clock() + limits.timeout_s
        with _opened_file(source, limits.max_bytes) as file, open_audio(file) as opened:
            hearing = _Hearing(opened, {Feed.AUDIO_PACKETS: sink}, declared_s=None)
            for number, packet in enumerate(hearing.packets()):
                hearing.hand_on(packet)
                if number % PACKETS_PER_CHECK == 0:
                    self._check(hearing, limits, deadline_s)
            return not hearing.is_damaged

    def _check(self, hearing: "_Hearing", limits: DecodeLimits, deadline_s: float) -> None:
        if self._clock() > deadline_s:
            raise DecodeTimeout(f"not decoded within {limits.timeout_s:g} s")
        if hearing.seconds > limits.max_seconds:
            raise LimitExceeded(f"longer than {limits.max_seconds:g} s")


class _Hearing:
    """One call of `listen`: where the samples go and what was heard so far."""

    def __init__(
        self, opened: OpenedAudio, sinks: Mapping[Feed, Sink], declared_s: Fraction | None
    ) -> None:
        self._opened = opened
        self._context = opened.stream.codec_context
        self._declared_s = declared_s
        self._feeds = new_feeds(sinks)
        self._chroma_feeds = chroma_feeds(sinks)
        self._packet_sink = sinks.get(Feed.AUDIO_PACKETS)
        self._gatherer = FrameGatherer()
        self._tally = Tally()

    @property
    def seconds(self) -> float:
        """How much was decoded so far."""
        return self._tally.seconds

    def packets(self) -> Iterator["Packet[AudioStream]"]:
        """All packets of the stream, going on behind damaged places for a while."""
        if self._packet_sink is not None:
            identity = (self._opened.codec_name, self._context.sample_rate, self._context.channels)
            self._packet_sink("{} {} {}\n".format(*identity).encode())
        for _ in range(DEMUX_ATTEMPTS):
            demuxed = self._opened.container.demux(self._opened.stream)
            while True:
                try:
                    packet = next(demuxed, None)
                except PYAV_ODDITIES:
                    self._tally.damage_count += 1
                    break
                except OSError as error:
                    raise FileUnreadable(f"cannot be read: {error.strerror or error}") from error
                if packet is None:
                    return
                yield packet

    @property
    def is_damaged(self) -> bool:
        """Whether something could not be read so far."""
        return self._tally.damage_count > 0

    def hand_on(self, packet: "Packet[AudioStream]") -> None:
        """Hand on a packet as it is."""
        if packet.size:
            self._tally.packet_count += 1
            if self._packet_sink is not None:
                self._packet_sink(bytes(packet))

    def hear(self, packet: "Packet[AudioStream]") -> None:
        """Hand on a packet and what it decodes to."""
        self.hand_on(packet)
        for frame in self._decode(packet):
            if frame.sample_rate not in CREDIBLE_RATES_HZ:
                self._tally.damage_count += 1
                continue
            if not frame.samples:
                continue
            self._tally.add(frame)
            for gathered in self._gatherer.add(frame):
                self._feed(gathered)

    def finish(self, *, is_cut_short: bool) -> DecodeOutcome:
        """Hand on what is left and tell what was heard."""
        padding_samples = 0 if is_cut_short else self._padding_samples()
        self._tally.cut(padding_samples)
        for gathered in self._gatherer.rest(padding_samples):
            self._feed(gathered)
        for feed in [*self._feeds, *self._chroma_feeds]:
            feed.finish()
        return DecodeOutcome(
            facts=self._tally.facts(self._opened, self._declared_s),
            warnings=() if is_cut_short else self._tally.warnings(self._declared_s),
        )

    def _decode(self, packet: "Packet[AudioStream]") -> list[AudioFrame]:
        try:
            return self._context.decode(packet if packet.size else None)
        except PYAV_ODDITIES:
            self._tally.damage_count += 1
            return []

    def _feed(self, gathered: Gathered) -> None:
        for feed in self._feeds:
            feed.feed(gathered.block)
        for chroma_feed in self._chroma_feeds:
            chroma_feed.feed(gathered.block, gathered.frame)

    def _padding_samples(self) -> int:
        if self._declared_s is None or self._opened.container_name not in EXACT_LENGTH_CONTAINERS:
            return 0
        excess = self._tally.samples - round(self._declared_s * self._tally.rate_hz)
        return excess if 0 < excess <= HELD_BACK_SAMPLES else 0


@contextmanager
def _opened_file(source: Source, max_bytes: int) -> Iterator[BinaryIO]:
    """Open file, its size checked; a file object that was given stays open."""
    try:
        file = source.open("rb") if isinstance(source, Path) else source
    except OSError as error:
        raise FileUnreadable(f"cannot be opened: {error.strerror or error}") from error
    try:
        if not file.seekable():
            raise BadInput("audio is read from files that can seek, never from a pipe")
        size_bytes = file_bytes(file)
        if size_bytes > max_bytes:
            raise LimitExceeded(f"{size_bytes} bytes, more than {max_bytes}")
        yield file
    finally:
        if file is not source:
            file.close()
