"""Decodes short clips, such as a query, whole into memory."""

import numpy as np

from audio_ident.engines.protocols import DecodeLimits, Decoder, Source
from audio_ident.model.audio import MONO_RATE_HZ, Feed, Mono


def decode_clip(decoder: Decoder, source: Source, limits: DecodeLimits) -> Mono:
    """Samples of a clip at `MONO_RATE_HZ`, at most the first `limits.first_s` seconds.

    Raises
    ------
    FileProblem
        The leaf that says what is wrong with the source.
    """
    blocks: list[Mono] = []
    decoder.listen(source, {Feed.MONO_16K: blocks.append}, limits)
    samples = np.concatenate(blocks) if blocks else np.zeros(0, np.float32)
    if limits.first_s is None:
        return samples
    return samples[: round(limits.first_s * MONO_RATE_HZ)]
