"""How a clip sounds, as the worker that decoded it tells: it knows no space of a library."""

import dataclasses
from collections.abc import Callable

from audio_ident.engines.embedders.protocol import TextEmbedder
from audio_ident.engines.embedders.timbre import raw_descriptors
from audio_ident.errors import StoreProblem
from audio_ident.model.analysis import Fields
from audio_ident.model.audio import MONO_RATE_HZ, Mono
from audio_ident.model.vectors import SpaceId, WindowVectors


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ModelSound:
    """How a model hears a clip."""

    space: SpaceId
    windows: WindowVectors


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ClipSound:
    """Everything that a worker says of the sound of a clip."""

    clip_s: float
    """How long the clip is; windows may reach past its end."""
    descriptors: Fields
    """As the listener of that name finishes: a scaling makes vectors of `timbre` of them."""
    by_model: ModelSound | StoreProblem | None = None
    """None when no model was asked; a problem when it could not be."""


class HeldModel:
    """The model that a worker has opened: one at a time, and not before it is needed."""

    def __init__(self, open_model: Callable[[str], TextEmbedder]) -> None:
        self._open_model = open_model
        self._name = ""
        self._model: TextEmbedder | None = None

    def get(self, name: str) -> TextEmbedder:
        """The model of that name; raises `ModelMissing`, `ModelInvalid`."""
        if self._model is None or self._name != name:
            self._model = None  # two do not have room
            self._model = self._open_model(name)
            self._name = name
        return self._model


def sound_of_clip(
    samples: Mono, for_model: Mono | None, models: HeldModel, model: str | None
) -> ClipSound:
    """How a clip sounds.

    Parameters
    ----------
    samples
        The clip at `MONO_RATE_HZ`.
    for_model
        The same at the rate of models, if one is asked.
    model
        Its name.
    """
    by_model: ModelSound | StoreProblem | None = None
    if for_model is not None and model is not None:
        try:
            embedder = models.get(model)
            by_model = ModelSound(
                space=embedder.space.id, windows=embedder.embed_audio([for_model])
            )
        except StoreProblem as problem:
            by_model = problem
    return ClipSound(
        clip_s=len(samples) / MONO_RATE_HZ,
        descriptors=raw_descriptors([samples]),
        by_model=by_model,
    )
