"""Models that give sounds and sentences a place: those that are here, and those to be had."""

import dataclasses
from collections.abc import Mapping
from typing import Any

from audio_ident.model.vectors import Space


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ModelFile:
    """One file of a model."""

    name: str
    """In the folder of the model; no path."""
    sha256: str
    size_bytes: int


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ModelManifest:
    """What a folder with a model says of it: `model.json`."""

    name: str
    repository: str
    """Where the weights come from, such as `Xenova/clap-htsat-unfused`."""
    commit: str
    """Of the repository, 40 hexadecimal digits; empty where nobody knows."""
    licence: str
    """As its publisher calls it, such as `Apache-2.0`."""
    files: Mapping[str, ModelFile]
    """By role: `audio`, `text`, `tokenizer`."""
    dimension: int
    preprocessing: Mapping[str, Any]
    """Numbers that turn sound into what the model hears; JSON."""

    @property
    def size_bytes(self) -> int:
        """Of all files together."""
        return sum(file.size_bytes for file in self.files.values())


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class InstalledModel:
    """A model that is here."""

    manifest: ModelManifest
    space: Space


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class KnownModel:
    """A model that can be fetched."""

    name: str
    repository: str
    commit: str
    """Pinned: what it holds cannot change. 40 hexadecimal digits."""
    licence: str
    about: str
    """What it is good for, in a sentence."""
    approximate_bytes: int
    paths: Mapping[str, str]
    """Files of the repository by role, `preprocessor` among them."""
    sha256: Mapping[str, str] = dataclasses.field(default_factory=dict)
    """What the files of the pinned commit must be, by role, where we know it."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ModelListing:
    """A model that is here, or can be fetched, or both."""

    name: str
    repository: str
    licence: str
    about: str
    size_bytes: int
    """Of what is here, or about that of what would be fetched."""
    installed: InstalledModel | None
    problem: str
    """Why what lies here cannot be used; else empty."""
    is_known: bool
    is_chosen: bool
    """Whether the setting `vibe_model` names it."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ModelCheck:
    """What verifying a model found."""

    name: str
    problems: tuple[str, ...]
    """Empty when every file is what its manifest says."""
