"""Artefacts as files: `<root>/<2 hex digits>/<digest>.analysis`."""

import contextlib
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from audio_ident.errors import ArtefactCorrupt, ArtefactMissing, BadInput
from audio_ident.model.analysis import Analysis, AudioDigest, Section
from audio_ident.stores.artefacts.codec import (
    decode_analysis,
    decode_section,
    encode_analysis,
    read_fields,
)
from audio_ident.stores.disk import disk_errors_named, make_directory, write_atomically

SUFFIX = ".analysis"
DIGEST_PATTERN = re.compile(r"[0-9a-f]{32}")


class FileArtefactStore:
    """The `ArtefactStore` in a directory; one process writes, any number read."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def put(self, analysis: Analysis) -> None:
        """Keep an analysis under its digest.

        Raises
        ------
        DiskFull, StoreInaccessible
            What was there before is still there.
        """
        path = self._path(analysis.digest)
        with disk_errors_named(path):
            make_directory(path.parent)
        write_atomically(path, encode_analysis(analysis))

    def get(self, digest: AudioDigest) -> Analysis:
        """Read an analysis back; see `protocol.ArtefactStore`."""
        analysis = decode_analysis(self._bytes(digest))
        if analysis.digest != digest:
            raise ArtefactCorrupt(f"artefact {digest} holds {analysis.digest}")
        return analysis

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
        with self._opened(digest) as file:
            section = read_fields(file, name, is_wanted)
        if section is None:
            raise ArtefactMissing(f"artefact {digest} has no section {name}")
        return section

    def delete(self, digest: AudioDigest) -> None:
        """Forget an analysis; no error when it is not there."""
        self._path(digest).unlink(missing_ok=True)

    def digests(self) -> Iterator[AudioDigest]:
        """All digests that are there, in order."""
        for path in sorted(self._root.glob(f"??/*{SUFFIX}")):
            if DIGEST_PATTERN.fullmatch(path.stem):
                yield AudioDigest(path.stem)

    def _bytes(self, digest: AudioDigest) -> bytes:
        with self._opened(digest) as file:
            return file.read()

    @contextlib.contextmanager
    def _opened(self, digest: AudioDigest) -> Iterator[BinaryIO]:
        try:
            with self._path(digest).open("rb") as file:
                yield file
        except FileNotFoundError as error:
            raise ArtefactMissing(f"no artefact {digest}") from error
        except OSError as error:
            raise ArtefactCorrupt(f"artefact {digest} cannot be read: {error}") from error

    def _path(self, digest: AudioDigest) -> Path:
        if not DIGEST_PATTERN.fullmatch(digest):
            raise BadInput(f"{digest!r} is no digest of 32 hex digits")
        return self._root / digest[:2] / f"{digest}{SUFFIX}"
