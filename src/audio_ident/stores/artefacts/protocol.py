"""What an artefact store owes.

An implementation

- MUST give back exactly what was put: every array with its type, shape and values;
- MUST replace what is there under the same digest;
- MUST have made an artefact durable when `put` returns, and never show half of one;
- MUST raise `ArtefactMissing` for what is not there, `ArtefactCorrupt` for what is damaged;
- MUST be idempotent in `delete`.

`tests/contract/test_artefact_store.py` runs every implementation through these rules.
"""

from collections.abc import Callable, Iterator
from typing import Protocol

from audio_ident.model.analysis import Analysis, AudioDigest, Section


class ArtefactStore(Protocol):
    """Keeps one `Analysis` for each digest."""

    def put(self, analysis: Analysis) -> None:
        """Keep an analysis under its digest."""
        ...

    def get(self, digest: AudioDigest) -> Analysis:
        """Read an analysis back.

        Raises
        ------
        ArtefactMissing, ArtefactCorrupt
            It is not there, or damaged.
        """
        ...

    def get_section(self, digest: AudioDigest, name: str) -> Section:
        """Read the answer of one listener back, without unpacking the others.

        Raises
        ------
        ArtefactMissing, ArtefactCorrupt
            The artefact or the section is not there, or what was looked at is damaged.
        """
        ...

    def get_fields(
        self, digest: AudioDigest, name: str, is_wanted: Callable[[str], bool]
    ) -> Section:
        """Read those fields of the answer of one listener back whose names are wanted.

        Raises
        ------
        ArtefactMissing, ArtefactCorrupt
            The artefact or the section is not there, or what was looked at is damaged.
        """
        ...

    def delete(self, digest: AudioDigest) -> None:
        """Forget an analysis; no error when it is not there."""
        ...

    def digests(self) -> Iterator[AudioDigest]:
        """All digests that are there, in order."""
        ...
