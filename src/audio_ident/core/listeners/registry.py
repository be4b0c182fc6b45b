"""Every listener that an import feeds; a new one is one file and one line here."""

from audio_ident.core.listeners.audio_digest import AudioDigest
from audio_ident.core.listeners.bandwidth import BandwidthListener
from audio_ident.core.listeners.chromaprint import Chromaprint
from audio_ident.core.listeners.descriptors import Descriptors
from audio_ident.core.listeners.file_digest import FileDigest
from audio_ident.core.listeners.key import Key
from audio_ident.core.listeners.landmarks import LandmarkListener
from audio_ident.core.listeners.levels import Levels
from audio_ident.core.listeners.loudness import Loudness
from audio_ident.core.listeners.protocol import Listener
from audio_ident.core.listeners.silence import Silence
from audio_ident.core.listeners.tempo import Tempo
from audio_ident.core.listeners.waveform import Waveform

LISTENERS: tuple[type[Listener], ...] = (
    AudioDigest,
    BandwidthListener,
    Chromaprint,
    Descriptors,
    FileDigest,
    Key,
    LandmarkListener,
    Levels,
    Loudness,
    Silence,
    Tempo,
    Waveform,
)
"""In order of name. The names are those of the sections of an artefact: never rename one."""
