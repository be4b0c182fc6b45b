"""What the whole default analysis of a file costs, as a worker runs it, beside decoding alone."""

import statistics
import time
from functools import partial
from pathlib import Path

from benchmarks.decode import decoding_cost_s, duration_s
from benchmarks.measure import Figure, median_cost_s
from benchmarks.music import LIMITS, Music

from audio_ident.core.listeners.registry import LISTENERS
from audio_ident.engines.decoder_pyav import PyavDecoder
from audio_ident.ingest.analyse import analyse

MOST_FILES = 4
"""Of each format."""

MOST_RATIO = 2.2
"""Whole analysis beside decoding the same files to 16 kHz mono."""

BOUND_SUFFIXES = frozenset({".mp3", ".flac"})
"""Formats that are held to the bound."""


def measure(music: Music) -> list[Figure]:
    """Median ratio to decoding, and seconds per hour of audio, for each format."""
    figures: list[Figure] = []
    for suffix, paths in music.by_suffix().items():
        chosen = paths[:MOST_FILES]
        decoding_s = [decoding_cost_s(path) for path in chosen]
        whole_s = [median_cost_s(partial(_analyse, path)) for path in chosen]
        ratios = [whole / alone for whole, alone in zip(whole_s, decoding_s, strict=True)]
        hours = sum(map(duration_s, chosen)) / 3600
        figures += [
            Figure(
                name=f"whole analysis / decoding {suffix}",
                value=statistics.median(ratios),
                most=MOST_RATIO if suffix in BOUND_SUFFIXES else None,
            ),
            Figure(
                name=f"whole analysis of {suffix}", value=sum(whole_s) / hours, unit="CPU s / h"
            ),
        ]
    return figures


def _analyse(path: Path) -> None:
    analyse(path, PyavDecoder(clock=time.monotonic), LISTENERS, LIMITS)
