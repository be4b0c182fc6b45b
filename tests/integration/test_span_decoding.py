"""A part of a file is decoded to the same samples as within the whole."""

import io

import numpy as np
import pytest

from audio_ident.engines.decoder_pyav import PyavDecoder
from audio_ident.engines.protocols import DecodeLimits
from audio_ident.engines.pyav_seek import EXACT_CONTAINERS
from audio_ident.model.audio import Feed, NativeBlock
from audio_ident.units import Ticks, samples_to_ticks, seconds_to_ticks, ticks_to_samples
from builders.encode import KINDS, encode
from builders.signals import Channels, chirps

LIMITS = DecodeLimits(max_bytes=1 << 30, max_seconds=600, timeout_s=60)

SPANS_S = [(0.0, 1.0), (5.0, 5.5), (6.123456, 7.3), (7.4, 99.0)]

DECODER = PyavDecoder(lambda: 0.0)


def whole(content: bytes) -> Channels:
    """All samples of a file."""
    blocks: list[Channels] = []

    def keep(block: NativeBlock) -> None:
        blocks.append(np.stack(block.planes, axis=1))

    DECODER.listen(io.BytesIO(content), {Feed.NATIVE: keep}, LIMITS)
    return np.concatenate(blocks)


@pytest.mark.parametrize("kind", KINDS)
def test_a_span_holds_the_samples_of_the_whole(kind: str) -> None:
    """Every sample of a span comes once, in order, and where it is said to be."""
    content = encode(chirps(7.5, KINDS[kind].rate_hz), KINDS[kind])
    samples, rate_hz = whole(content), KINDS[kind].rate_hz
    for start_s, end_s in SPANS_S:
        blocks: list[tuple[int, Channels]] = []

        def keep(
            block: NativeBlock, at_ticks: Ticks, blocks: list[tuple[int, Channels]] = blocks
        ) -> None:
            at = ticks_to_samples(at_ticks, block.rate_hz)
            blocks.append((at, np.stack(block.planes, axis=1)))

        span = seconds_to_ticks(start_s), seconds_to_ticks(end_s)
        DECODER.listen_between(io.BytesIO(content), span, keep, LIMITS)
        first = blocks[0][0]
        found = np.concatenate([block for _, block in blocks])

        assert [at for at, _ in blocks] == list(
            np.cumsum([first, *(len(block) for _, block in blocks)])[:-1]
        )
        assert first <= start_s * rate_hz
        assert first + len(found) >= min(len(samples), end_s * rate_hz)
        np.testing.assert_array_equal(found, samples[first : first + len(found)])


@pytest.mark.parametrize("kind", ["flac", "wav 16 bit", "wav 24 bit", "aiff", "wavpack"])
def test_exact_formats_are_not_decoded_from_their_start(kind: str) -> None:
    """A late span begins near its start, so that a track of a long file is there at once."""
    content = encode(chirps(20.0, KINDS[kind].rate_hz), KINDS[kind])
    starts: list[Ticks] = []
    span = seconds_to_ticks(15.0), seconds_to_ticks(16.0)
    DECODER.listen_between(
        io.BytesIO(content), span, lambda _, at_ticks: starts.append(at_ticks), LIMITS
    )

    assert starts[0] > seconds_to_ticks(12.0)
    assert starts[-1] < span[1] + samples_to_ticks(100_000, 44_100)
    assert KINDS[kind].container in EXACT_CONTAINERS
