"""Every listener that an import feeds; a new one is one file and one line here."""

from audio_ident.core.listeners.audio_digest import AudioDigest
from audio_ident.core.listeners.chromaprint import Chromaprint
from audio_ident.core.listeners.file_digest import FileDigest
from audio_ident.core.listeners.landmarks import LandmarkListener
from audio_ident.core.listeners.levels import Levels
from audio_ident.core.listeners.protocol import Listener
from audio_ident.core.listeners.silence import Silence

LISTENERS: tuple[type[Listener], ...] = (
    AudioDigest,
    Chromaprint,
    FileDigest,
    LandmarkListener,
    Levels,
    Silence,
)
"""In order of name. The names are those of the sections of an artefact: never rename one."""
