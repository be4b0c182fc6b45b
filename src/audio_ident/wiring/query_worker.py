"""What a query worker is made of; it imports neither the database nor the terminal."""

import dataclasses
import functools
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from audio_ident.engines.decoder_pyav import PyavDecoder
from audio_ident.engines.embedders.models import open_model
from audio_ident.engines.embedders.timbre import raw_descriptors
from audio_ident.engines.protocols import DecodeLimits
from audio_ident.errors import StoreProblem
from audio_ident.identify.ask import QueryTools
from audio_ident.identify.exact import identify
from audio_ident.identify.vibe.clip_sound import HeldModel
from audio_ident.model.audio import MONO_RATE_HZ, Mono
from audio_ident.stores.fingerprints.index_reader import SegmentIndexReader


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class QueryWorkerPlan:
    """Makes the tools of a worker, in its process."""

    index: Path
    limits: DecodeLimits
    models: Path
    """Folder of models."""
    model: str | None = None
    """The one that clips are heard with; None for none."""

    def __call__(self, report: Callable[[Any], None]) -> QueryTools:
        """Open the index and listen once, so that the first clip waits for nothing."""
        reader = SegmentIndexReader(self.index)
        models = HeldModel(functools.partial(open_model, self.models))
        with suppress(StoreProblem):  # the call that asks then is told
            identify(reader.snapshot(), _chirp(MONO_RATE_HZ))
        raw_descriptors([_chirp(MONO_RATE_HZ)])
        with suppress(StoreProblem):
            if self.model is not None:
                model = models.get(self.model)
                model.embed_audio([_chirp(model.space.rate_hz)])
        return QueryTools(
            decoder=PyavDecoder(time.monotonic),
            limits=self.limits,
            index=reader,
            report=report,
            models=models,
        )


def _chirp(rate_hz: int) -> Mono:
    """Four seconds of a sound that rises."""
    seconds = np.arange(4 * rate_hz) / rate_hz
    chirp: Mono = (0.5 * np.sin(2 * np.pi * 400 * seconds * (1 + seconds))).astype(np.float32)
    return chirp
