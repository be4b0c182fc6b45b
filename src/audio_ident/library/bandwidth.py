"""How high the frequencies reach that are really present in a recording."""

from typing import Protocol

from audio_ident.errors import ArtefactCorrupt, ArtefactMissing
from audio_ident.model.analysis import AudioDigest, Section

SECTION, FIELD = "bandwidth", "bandwidth_hz"
"""Where an analysis tells it."""


class SectionReader(Protocol):
    """Reads the answer of one listener out of an analysis."""

    def get_section(self, digest: AudioDigest, name: str) -> Section:
        """Read it back; raises `ArtefactMissing` or `ArtefactCorrupt`."""
        ...


def find_bandwidth_hz(artefacts: SectionReader, digest: AudioDigest) -> float | None:
    """Bandwidth in Hz, None when nothing has heard it."""
    try:
        found = artefacts.get_section(digest, SECTION).fields.get(FIELD)
    except (ArtefactMissing, ArtefactCorrupt):
        return None
    return float(found) if isinstance(found, int | float) else None
