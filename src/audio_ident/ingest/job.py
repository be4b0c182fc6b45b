"""One file on the work list of an import."""

import dataclasses
from pathlib import Path

from audio_ident.model.analysis import AudioDigest
from audio_ident.model.library import FileStamp
from audio_ident.model.reports import Reason


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One file to be worked on."""

    path: Path
    stamp: FileStamp
    reason: Reason
    file_id: int | None = None
    sha256: str | None = None
    """Hash of the bytes where it is known: the file was hashed before and did not change."""
    known_audio: AudioDigest | None = None
    """Audio that the file held, analysed and indexed, before its bytes changed."""
    attempts: int = 0
    """How often it was tried and failed since it last changed."""
