"""Which audio this is, whatever its tags, cover art and container say."""

import hashlib
from typing import ClassVar

from audio_ident.model.analysis import Fields
from audio_ident.model.audio import Feed

DIGEST_BYTES = 16
"""128 bits: no two of a billion recordings share a digest by chance (p < 1e-20)."""


class AudioDigest:
    """BLAKE2b of codec, rate, channels and the encoded packets of the audio stream.

    Tags and pictures lie outside the packets, so a retagged file keeps its digest; so does a
    stream that is moved to another container without encoding it again.
    """

    name: ClassVar[str] = "audio_digest"
    version: ClassVar[int] = 1
    hears: ClassVar[Feed] = Feed.AUDIO_PACKETS

    def __init__(self) -> None:
        self._hash = hashlib.blake2b(digest_size=DIGEST_BYTES)

    def feed(self, block: bytes) -> None:
        """Hear the next packet."""
        self._hash.update(block)

    def finish(self) -> Fields:
        """Give the digest as 32 lower-case hex digits."""
        return {"digest": self._hash.hexdigest()}
