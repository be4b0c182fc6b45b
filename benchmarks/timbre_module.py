"""Writes `core/vibe/timbre_scaling.py`: the fitted numbers as a module."""

import base64
import textwrap
from pathlib import Path

import numpy as np

from audio_ident.core.vibe.timbre import Numbers, Scaling, triangles_of

_MODULE = '''\
"""The scaling of `timbre` that is shipped: numbers that `benchmarks/fit_timbre.py` fitted.

In the order of `core.descriptors.DIMENSIONS`. The two covariances are in deviations, as the lower
triangles of their blocks, row by row (`core.vibe.timbre.joined_blocks`).
"""

import base64

import numpy as np
import numpy.typing as npt


def _decimals(text: str) -> npt.NDArray[np.float64]:
    return np.array(text.split(), np.float64)


def _numbers(text: str) -> npt.NDArray[np.float64]:
    """Numbers in half precision, which holds three digits of each."""
    return np.frombuffer(base64.b64decode(text), np.dtype("<f2")).astype(np.float64)


REVISION = "{revision}"
"""Another one whenever a number below changes."""

MEANS = _decimals(
    """\\
{means}
"""
)

DEVIATIONS = _decimals(
    """\\
{deviations}
"""
)

VARIATION = _numbers(
    """\\
{variation}
"""
)
"""How numbers vary within a track, and by codecs and levels; see `Scaling.variation`."""

CODECS = _numbers(
    """\\
{codecs}
"""
)
"""How codecs and levels alone move them: what is added to what a library is fitted to."""
'''


def write_module(path: Path, revision: str, scaling: Scaling, codecs: Numbers) -> None:
    """Write a scaling, and the covariance of codecs in raw numbers that it was fitted with."""
    in_deviations = codecs / np.outer(scaling.deviations, scaling.deviations)
    text = _MODULE.format(
        revision=revision,
        means=_decimals(scaling.means),
        deviations=_decimals(scaling.deviations),
        variation=_halves(triangles_of(scaling.variation)),
        codecs=_halves(triangles_of(in_deviations)),
    )
    path.write_text(text, encoding="utf-8")


def _decimals(numbers: Numbers) -> str:
    return textwrap.fill(" ".join(f"{number:.5g}" for number in numbers), 100)


def _halves(numbers: Numbers) -> str:
    text = base64.b64encode(numbers.astype("<f2").tobytes()).decode("ascii")
    return "\n".join(textwrap.wrap(text, 100))
