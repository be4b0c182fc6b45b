"""What the terminal asks of the models that measure likeness."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from audio_ident.model.embedding_models import InstalledModel, ModelCheck, ModelListing


class Models(Protocol):
    """The models in `models_dir`, and those that can be fetched into it."""

    def listings(self) -> Sequence[ModelListing]:
        """Every model that is here or is known, by name."""
        ...

    def fetch(
        self, name: str, revision: str | None, on_bytes: Callable[[int, int, str], None]
    ) -> InstalledModel:
        """Fetch a known model at its pinned commit, or at another revision.

        `on_bytes` is told how many bytes of how many are here, and the file at hand.
        """
        ...

    def verify(self, name: str | None) -> Sequence[ModelCheck]:
        """Read every file of one model, or of all that are here."""
        ...

    def add(self, source: Path, name: str | None, licence: str | None) -> InstalledModel:
        """Copy a model in that lies in a folder."""
        ...

    def remove(self, name: str) -> None:
        """Delete a model; vectors that it made stay until the next one has listened."""
        ...

    def export(self, checkpoint: Path, folder: Path, name: str, licence: str) -> InstalledModel:
        """Make a model folder of a checkpoint of Transformers."""
        ...
