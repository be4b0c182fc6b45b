"""What all listeners together heard in one file."""

import dataclasses
from collections.abc import Mapping
from typing import NewType, TypeAlias

import numpy as np
import numpy.typing as npt

from audio_ident.model.audio import AudioFacts, AudioWarning

AudioDigest = NewType("AudioDigest", str)
"""32 lower-case hex digits that name encoded audio whatever its tags say."""

Field: TypeAlias = npt.NDArray[np.generic] | int | float | str
Fields: TypeAlias = Mapping[str, Field]
"""The result of a listener: named arrays and numbers, ready to be stored."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Section:
    """The result of one listener and the version of the algorithm that made it."""

    version: int
    fields: Fields


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Analysis:
    """A pure function of (audio, listener versions); stored as one artefact by audio digest."""

    digest: AudioDigest
    facts: AudioFacts
    warnings: tuple[AudioWarning, ...]
    sections: Mapping[str, Section]
    """By listener name."""
