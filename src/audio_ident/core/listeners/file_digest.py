"""Which file this is, to the byte."""

import hashlib
from typing import ClassVar

from audio_ident.model.analysis import Fields
from audio_ident.model.audio import Feed


class FileDigest:
    """SHA-256 of the file as it lies on disk."""

    name: ClassVar[str] = "file_digest"
    version: ClassVar[int] = 1
    hears: ClassVar[Feed] = Feed.FILE_BYTES

    def __init__(self) -> None:
        self._hash = hashlib.sha256()

    def feed(self, block: bytes) -> None:
        """Hear the next bytes."""
        self._hash.update(block)

    def finish(self) -> Fields:
        """Give the digest as 64 lower-case hex digits."""
        return {"sha256": self._hash.hexdigest()}
