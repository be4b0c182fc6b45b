"""Files to landmarks, the way an import does it."""

import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.generated import Recording
from benchmarks.music import LIMITS

from audio_ident.core.listeners.landmarks import LandmarkListener
from audio_ident.core.listeners.protocol import Listener
from audio_ident.core.listeners.registry import LISTENERS
from audio_ident.engines.decoder_pyav import PyavDecoder
from audio_ident.ingest.analyse import analyse
from audio_ident.model.analysis import Analysis
from audio_ident.model.landmarks import Landmarks

EVERY_LISTENER: tuple[type[Listener], ...] = tuple(dict.fromkeys((*LISTENERS, LandmarkListener)))


def hear(path: Path, listeners: Sequence[type[Listener]] = EVERY_LISTENER) -> Analysis:
    """What listeners hear in a file."""
    return analyse(path, PyavDecoder(clock=time.monotonic), listeners, LIMITS).analysis


def recording_of(analysis: Analysis) -> Recording:
    """What the index keeps of an analysis."""
    fields = analysis.sections[LandmarkListener.name].fields
    return analysis.digest, Landmarks(**fields)  # type: ignore[arg-type]  # as the listener says
