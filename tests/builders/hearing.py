"""Decodes whole sources into memory, for tests that look at every sample."""

import dataclasses
import io
import time
from collections.abc import Iterable
from typing import Any

import numpy as np

from audio_ident.engines.decoder_pyav import PyavDecoder
from audio_ident.engines.protocols import DecodeLimits, DecodeOutcome, Decoder, Source
from audio_ident.model.audio import Feed

GENEROUS = DecodeLimits(max_bytes=1 << 30, max_seconds=24 * 3600, timeout_s=60)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Heard:
    """Everything that decoding gave."""

    blocks: dict[Feed, list[Any]]
    outcome: DecodeOutcome

    def samples(self, feed: Feed = Feed.MONO_16K) -> Any:
        """All samples of a feed in one array."""
        blocks = self.blocks[feed]
        return np.concatenate(blocks) if blocks else np.zeros(0, np.float32)


def hear(
    source: Source | bytes,
    feeds: Iterable[Feed] = (Feed.MONO_16K,),
    limits: DecodeLimits = GENEROUS,
    decoder: Decoder | None = None,
) -> Heard:
    """Decode a source with the real decoder and keep all blocks."""
    decoder = decoder or PyavDecoder(clock=time.monotonic)
    blocks: dict[Feed, list[Any]] = {feed: [] for feed in feeds}
    file = io.BytesIO(source) if isinstance(source, bytes) else source
    outcome = decoder.listen(file, {feed: blocks[feed].append for feed in blocks}, limits)
    return Heard(blocks=blocks, outcome=outcome)
