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
        models = HeldModel(functools.partial(open_model, self.models))
        if self.model is not None:
            with suppress(StoreProblem):  # as below
                models.get(self.model).embed_audio([_noise(models.get(self.model).space.rate_hz)])
        reader = SegmentIndexReader(self.index)
        with suppress(StoreProblem):  # the call that asks then is told
            seconds = np.arange(4 * MONO_RATE_HZ) / MONO_RATE_HZ
            chirp = 0.5 * np.sin(2 * np.pi * 400 * seconds * (1 + seconds))
            identify(reader.snapshot(), chirp.astype(np.float32))
        return QueryTools(
            decoder=PyavDecoder(time.monotonic),
            limits=self.limits,
            index=reader,
            report=report,
            models=models,
        )


def _noise(rate_hz: int) -> Mono:
    return np.random.default_rng(0).normal(0, 0.1, 2 * rate_hz).astype(np.float32)
