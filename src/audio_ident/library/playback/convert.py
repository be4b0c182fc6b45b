"""What a worker process does to convert a track: decode, cut, fold, encode, all in one pass."""

import dataclasses
import os
from pathlib import Path
from typing import BinaryIO

from audio_ident.engines.encoder_stream import SoundShape, StreamEncoder, open_encoder
from audio_ident.engines.feeds import ResampledFeed, mix_to_mono, mix_to_stereo
from audio_ident.engines.protocols import DecodeLimits, SpanDecoder
from audio_ident.library.playback.originals import open_original
from audio_ident.model.audio import NativeBlock
from audio_ident.model.playback import Conversion
from audio_ident.refusals import ConversionTooLarge
from audio_ident.stores.disk import disk_errors_named
from audio_ident.units import Ticks, ticks_to_samples


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """Where a result goes."""

    growing: Path
    """Written from its beginning; gone when the conversion ends, well or not."""
    finished: Path
    """Takes the result once it is complete and on the disk."""
    most_bytes: int


def convert(
    conversion: Conversion, destination: Destination, decoder: SpanDecoder, limits: DecodeLimits
) -> None:
    """Make the result of a conversion.

    Raises
    ------
    FileMissing
        The original cannot be opened.
    FileProblem
        It cannot be decoded.
    ConversionTooLarge
        The result would be larger than allowed.
    DiskFull, StoreInaccessible
        The disk refuses it.
    """
    with disk_errors_named(Path("cache")):
        try:
            with destination.growing.open("wb") as target:
                _encode(conversion, _Bounded(target, destination.most_bytes), decoder, limits)
                target.flush()
                os.fsync(target.fileno())
            destination.growing.replace(destination.finished)
        except BaseException:
            destination.growing.unlink(missing_ok=True)
            raise


def _encode(
    conversion: Conversion, target: "_Bounded", decoder: SpanDecoder, limits: DecodeLimits
) -> None:
    shape = SoundShape(
        rate_hz=conversion.rate_hz, channels=conversion.channels, is_16_bit=conversion.is_16_bit
    )
    span = conversion.start_ticks, conversion.end_ticks
    original = open_original(conversion.path, conversion.root).file
    with original, open_encoder(target, conversion.format, shape) as encoder:
        cutter = _Cutter(conversion, encoder)
        decoder.listen_between(original, span, cutter.feed, limits)
        cutter.finish()


class _Cutter:
    """Hands the samples between two times on to the encoder, at its rate and in its channels."""

    def __init__(self, conversion: Conversion, encoder: StreamEncoder) -> None:
        self._start_ticks = conversion.start_ticks
        self._end_ticks = conversion.end_ticks
        mix = mix_to_mono if conversion.channels == 1 else mix_to_stereo
        self._feed = ResampledFeed(conversion.rate_hz, conversion.channels, mix, encoder.feed)

    def feed(self, block: NativeBlock, at_ticks: Ticks) -> None:
        """Take the next block of the file."""
        samples = len(block.planes[0])
        first, last = (
            min(max(0, ticks_to_samples(Ticks(ticks - at_ticks), block.rate_hz)), samples)
            for ticks in (self._start_ticks, self._end_ticks)
        )
        if first < last:
            planes = tuple(plane[first:last] for plane in block.planes)
            self._feed.feed(dataclasses.replace(block, planes=planes))

    def finish(self) -> None:
        """Hand on what is held back."""
        self._feed.finish()


class _Bounded:
    """A file that refuses to grow beyond a size; what is written is soon there for readers."""

    def __init__(self, file: BinaryIO, most_bytes: int) -> None:
        self._file = file
        self._most_bytes = most_bytes
        self.seek = file.seek
        self.tell = file.tell

    def write(self, content: bytes) -> int:
        """Write, and let readers see it."""
        if self._file.tell() + len(content) > self._most_bytes:
            raise ConversionTooLarge("the result is larger than the space for converted music")
        written = self._file.write(content)
        self._file.flush()
        return written
