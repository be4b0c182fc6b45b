"""How high the frequencies reach that are really present in a recording."""

from audio_ident.errors import ArtefactCorrupt, ArtefactMissing
from audio_ident.library.check import ReadableArtefacts
from audio_ident.model.analysis import AudioDigest

SECTION, FIELD = "bandwidth", "bandwidth_hz"
"""Where an analysis tells it."""


def find_bandwidth_hz(artefacts: ReadableArtefacts, digest: AudioDigest) -> float | None:
    """Bandwidth in Hz, None when nothing has heard it."""
    try:
        section = artefacts.get(digest).sections.get(SECTION)
    except (ArtefactMissing, ArtefactCorrupt):
        return None
    found = None if section is None else section.fields.get(FIELD)
    return float(found) if isinstance(found, int | float) else None
