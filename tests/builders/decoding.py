"""A call for the worker pool that decodes; apart from the others, which need nothing heavy."""

import io
import time

from audio_ident.engines.decoder_pyav import PyavDecoder
from audio_ident.engines.protocols import DecodeLimits
from audio_ident.model.audio import Feed


def listen_to(content: bytes) -> None:
    """Decode bytes of a stranger."""
    decoder = PyavDecoder(time.monotonic)
    limits = DecodeLimits(max_bytes=1 << 20, max_seconds=60, timeout_s=5)
    decoder.listen(io.BytesIO(content), {Feed.MONO_16K: len}, limits)
