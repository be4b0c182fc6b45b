"""Calls for workers that listen with a model."""

import threading
import time
from pathlib import Path

from audio_ident.engines.decoder_pyav import PyavDecoder
from audio_ident.engines.embedders.clap import ClapEmbedder
from audio_ident.ingest.embedding import EmbeddingTools, embed_file
from audio_ident.model.vectors import Vectors, WindowVectors
from builders.hearing import GENEROUS


def embed(folder: Path, song: Path) -> tuple[Vectors, Vectors]:
    """Windows of a file, and a word."""
    embedder = ClapEmbedder(folder)
    return heard_in(embedder, song).vectors, embedder.embed_text("music")


def heard_in(embedder: ClapEmbedder, song: Path) -> WindowVectors:
    """Windows of a file, as the filling of a library makes them."""
    decoder = PyavDecoder(time.monotonic)
    return embed_file(EmbeddingTools(decoder=decoder, limits=GENEROUS, embedder=embedder), song)


def added_threads(folder: Path) -> int:
    """How many threads of the system a model that is used leaves behind."""
    before = _threads()
    ClapEmbedder(folder).warm_up(with_text=True)
    return _threads() - before


def _threads() -> int:
    if not Path("/proc/self/task").is_dir():
        return threading.active_count()
    return len(list(Path("/proc/self/task").iterdir()))
