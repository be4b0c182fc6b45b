"""The space of `timbre`: its name, and its scaling as JSON beside the vectors that it made."""

import base64
from collections.abc import Mapping
from typing import Any

import numpy as np

from audio_ident.core.descriptors import DIMENSIONS
from audio_ident.core.listeners.descriptors import HOP_GROUPS, WINDOW_GROUPS, Descriptors
from audio_ident.core.sound_frames import GROUP_SAMPLES
from audio_ident.core.vibe.timbre import (
    TRIANGLE_COUNT,
    Numbers,
    Scaling,
    joined_blocks,
    scaling_of,
    triangles_of,
)
from audio_ident.errors import BadInput
from audio_ident.model.audio import MONO_RATE_HZ
from audio_ident.model.vectors import Space, SpaceId

EMBEDDER = "timbre"

_LITTLE_ENDIAN = np.dtype("<f4")


def timbre_space(scaling: Scaling, rhythm_weight: float) -> Space:
    """The space of vectors that are made with a scaling; the weight counts to the percent."""
    percent = round(100 * rhythm_weight)
    return Space(
        id=SpaceId(f"{EMBEDDER}-{scaling.revision}-r{percent}"),
        embedder=EMBEDDER,
        model=f"timbre-{len(DIMENSIONS)}",
        revision=scaling.revision,
        preprocessing=f"descriptors-{Descriptors.version}",
        dimension=len(DIMENSIONS),
        rate_hz=MONO_RATE_HZ,
        window_s=WINDOW_GROUPS * GROUP_SAMPLES / MONO_RATE_HZ,
        hop_s=HOP_GROUPS * GROUP_SAMPLES / MONO_RATE_HZ,
        parameters={"rhythm_weight": percent / 100, **scaling_to_parameters(scaling)},
    )


def scaling_to_parameters(scaling: Scaling) -> dict[str, Any]:
    """A scaling as JSON, to the last bit."""
    return {
        "revision": scaling.revision,
        "means": _text(scaling.means),
        "deviations": _text(scaling.deviations),
        "variation": _text(triangles_of(scaling.variation)),
    }


def scaling_from_parameters(parameters: Mapping[str, Any]) -> Scaling:
    """The scaling in the parameters of a space.

    Raises
    ------
    BadInput
        They hold none.
    """
    try:
        return scaling_of(
            str(parameters["revision"]),
            _numbers(parameters["means"], len(DIMENSIONS)),
            _numbers(parameters["deviations"], len(DIMENSIONS)),
            joined_blocks(_numbers(parameters["variation"], TRIANGLE_COUNT)),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise BadInput("these parameters hold no scaling") from error


def rhythm_weight_of(space: Space) -> float:
    """The weight that the vectors of a space of `timbre` were made with."""
    return float(space.parameters["rhythm_weight"])


def _text(numbers: Numbers) -> str:
    return base64.b64encode(numbers.astype(_LITTLE_ENDIAN).tobytes()).decode("ascii")


def _numbers(text: str, count: int) -> Numbers:
    numbers = np.frombuffer(base64.b64decode(text, validate=True), _LITTLE_ENDIAN)
    return numbers.reshape(count).astype(np.float64)
