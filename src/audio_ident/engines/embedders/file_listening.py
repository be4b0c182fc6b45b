"""Lets a model hear a file while it is decoded: nothing but the vectors grows with its length."""

import numpy as np

from audio_ident.engines.embedders.clap import ClapEmbedder
from audio_ident.engines.protocols import DecodeLimits, Decoder, Source
from audio_ident.model.audio import Feed, Mono, Stereo
from audio_ident.model.vectors import WindowVectors


def embed_file(
    embedder: ClapEmbedder, decoder: Decoder, source: Source, limits: DecodeLimits
) -> WindowVectors:
    """Windows of a file.

    Raises
    ------
    FileProblem
        The file cannot be decoded.
    ModelInvalid
        The model cannot be used.
    """
    hearing = embedder.hearing()
    decoder.listen(source, {Feed.STEREO_48K: lambda block: hearing.hear(as_mono(block))}, limits)
    return hearing.finish()


def as_mono(block: Stereo) -> Mono:
    """Mean of both sides, shape `(n,)`: what models hear of the stereo stream."""
    mean: Mono = block.mean(axis=1, dtype=np.float32)
    return mean
