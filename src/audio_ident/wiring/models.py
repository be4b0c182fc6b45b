"""Composition of models: the folder that the settings name, and the hub."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from audio_ident.engines.embedders import models
from audio_ident.engines.embedders.clap import ClapEmbedder
from audio_ident.engines.embedders.clap_export import export_clap
from audio_ident.engines.embedders.fetching import fetch
from audio_ident.engines.embedders.hub import ENDPOINT, Hub
from audio_ident.engines.embedders.known_models import KNOWN_MODELS
from audio_ident.engines.embedders.manifest import read_installed
from audio_ident.errors import BadInput, NotFound
from audio_ident.library.places import LibraryPlaces
from audio_ident.model.embedding_models import (
    InstalledModel,
    KnownModel,
    ModelCheck,
    ModelListing,
)
from audio_ident.settings.model import Settings
from audio_ident.stores.disk import disk_errors_named

ENDPOINT_VARIABLE = "HF_ENDPOINT"
"""Environment variable that other programs know too: the address of a mirror of the hub."""


def models_directory(settings: Settings) -> Path:
    """Folder of models that the settings name."""
    places = LibraryPlaces(data_directory=settings.data_dir)
    return settings.models_dir or places.models


def open_chosen_model(settings: Settings) -> ClapEmbedder:
    """The embedder that the setting `vibe_model` names, if that is no built-in one.

    Raises
    ------
    ModelMissing, ModelInvalid
        It is not there, or cannot be used.
    """
    return models.open_model(models_directory(settings), settings.vibe_model)


class ModelShelf:
    """The models in a folder, and those that can be fetched into it."""

    def __init__(self, directory: Path, chosen: str, endpoint: str = ENDPOINT) -> None:
        self._directory = directory
        self._chosen = chosen
        self._endpoint = endpoint
        self._known = {known.name: known for known in KNOWN_MODELS}

    def listings(self) -> Sequence[ModelListing]:
        """Every model that is here or is known, by name."""
        with disk_errors_named(self._directory):
            found = models.installed_models(self._directory)
        missing = {self._chosen} - {models.BUILT_IN, *found, *self._known}
        listed: dict[str, InstalledModel | str | None] = dict.fromkeys(self._known)
        listed |= dict.fromkeys(missing, "the setting names it, and it is not here")
        listed |= found
        return [self._listing(name, listed[name]) for name in sorted(listed)]

    def fetch(
        self, name: str, revision: str | None, on_bytes: Callable[[int, int, str], None]
    ) -> InstalledModel:
        """Fetch a known model at its pinned commit, or at another revision."""
        known = self._get_known(name)
        with self._changing(), closing(Hub(self._endpoint)) as hub:
            return fetch(self._directory, known, hub, revision or known.commit, on_bytes)

    def verify(self, name: str | None) -> Sequence[ModelCheck]:
        """Read every file of one model, or of all that are here."""
        with disk_errors_named(self._directory):
            names = [name] if name else list(models.installed_models(self._directory))
            return [models.verify(self._directory, each) for each in names]

    def add(self, source: Path, name: str | None, licence: str | None) -> InstalledModel:
        """Copy a model in that lies in a folder."""
        with self._changing():
            return models.add_folder(self._directory, source, name=name, licence=licence)

    def remove(self, name: str) -> None:
        """Delete a model."""
        with self._changing():
            models.remove(self._directory, name)

    def export(self, checkpoint: Path, folder: Path, name: str, licence: str) -> InstalledModel:
        """Make a model folder of a checkpoint of Transformers."""
        models.check_name(name)
        with disk_errors_named(folder):
            if folder.exists() and any(folder.iterdir()):
                raise BadInput(f"{folder} is not empty")
            folder.mkdir(parents=True, exist_ok=True)
            export_clap(checkpoint, folder)
            origin = models.Origin(name=name, licence=licence)
            models.write_manifest(folder, models.make_manifest(folder, origin))
            models.try_model(ClapEmbedder(folder))
            return read_installed(folder)

    def _listing(self, name: str, found: InstalledModel | str | None) -> ModelListing:
        known = self._known.get(name)
        installed = found if isinstance(found, InstalledModel) else None
        manifest = installed.manifest if installed else None
        return ModelListing(
            name=name,
            repository=manifest.repository if manifest else known.repository if known else "",
            licence=manifest.licence if manifest else known.licence if known else "",
            about=known.about if known else "",
            size_bytes=manifest.size_bytes if manifest else known.approximate_bytes if known else 0,
            installed=installed,
            problem=found if isinstance(found, str) else "",
            is_known=known is not None,
            is_chosen=name == self._chosen,
        )

    def _get_known(self, name: str) -> KnownModel:
        if name not in self._known:
            names = ", ".join(self._known)
            raise NotFound(f"no model {name[:100]} can be fetched; there are {names}")
        return self._known[name]

    @contextmanager
    def _changing(self) -> Iterator[None]:
        with disk_errors_named(self._directory), models.changing(self._directory):
            yield


def make_models(settings: Settings) -> ModelShelf:
    """The models of the settings."""
    endpoint = os.environ.get(ENDPOINT_VARIABLE) or ENDPOINT
    return ModelShelf(models_directory(settings), settings.vibe_model, endpoint)
