"""Artefacts in memory, as bytes, for tests and for programs that keep nothing."""

import io
from collections.abc import Callable, Iterator

from audio_ident.errors import ArtefactMissing
from audio_ident.model.analysis import Analysis, AudioDigest, Section
from audio_ident.stores.artefacts.codec import (
    decode_analysis,
    decode_section,
    encode_analysis,
    read_fields,
)


class MemoryArtefactStore:
    """The `ArtefactStore` in a dictionary."""

    def __init__(self) -> None:
        self._stored: dict[AudioDigest, bytes] = {}

    def put(self, analysis: Analysis) -> None:
        """Keep an analysis under its digest."""
        self._stored[analysis.digest] = encode_analysis(analysis)

    def get(self, digest: AudioDigest) -> Analysis:
        """Read an analysis back; see `protocol.ArtefactStore`."""
        return decode_analysis(self._bytes(digest))

    def get_section(self, digest: AudioDigest, name: str) -> Section:
        """Read the answer of one listener back; see `protocol.ArtefactStore`."""
        section = decode_section(self._bytes(digest), name)
        if section is None:
            raise ArtefactMissing(f"artefact {digest} has no section {name}")
        return section

    def get_fields(
        self, digest: AudioDigest, name: str, is_wanted: Callable[[str], bool]
    ) -> Section:
        """Read some fields of the answer of one listener; see `protocol.ArtefactStore`."""
        section = read_fields(io.BytesIO(self._bytes(digest)), name, is_wanted)
        if section is None:
            raise ArtefactMissing(f"artefact {digest} has no section {name}")
        return section

    def delete(self, digest: AudioDigest) -> None:
        """Forget an analysis; no error when it is not there."""
        self._stored.pop(digest, None)

    def digests(self) -> Iterator[AudioDigest]:
        """All digests that are there, in order."""
        return iter(sorted(self._stored))

    def _bytes(self, digest: AudioDigest) -> bytes:
        if digest not in self._stored:
            raise ArtefactMissing(f"no artefact {digest}")
        return self._stored[digest]
