"""What an embedder owes.

It gives sounds, and maybe sentences, a place in a space. An `Embedder`

- MUST be deterministic: the same sound gives the same vectors, in a library and in a query;
- MUST cut windows by the same rule for both: of `window_s`, one every `hop_s`, the last one
  anchored to the end; what is below its least length or silent is left out;
- MUST return vectors of length 1, finite, in the order of time;
- MUST NOT use memory that grows with the length of the sound, but for the vectors;
- MUST NOT open any network address.

`tests/contract/test_embedders.py` runs every implementation through these rules.
"""

from collections.abc import Iterable
from typing import Protocol

from audio_ident.model.audio import Mono
from audio_ident.model.vectors import Space, Vectors, WindowVectors


class Embedder(Protocol):
    """Gives sounds a place in one space."""

    @property
    def space(self) -> Space:
        """Name, version, dimension, rate, window: all that tells its vectors from others."""
        ...

    def embed_audio(self, blocks: Iterable[Mono]) -> WindowVectors:
        """Windows of a sound at `space.rate_hz`, given in blocks of any length, in order.

        Raises
        ------
        StoreProblem
            The model cannot be used.
        """
        ...


class TextEmbedder(Embedder, Protocol):
    """Gives sentences a place in the same space."""

    def embed_text(self, text: str) -> Vectors:
        """The place of a sentence, shape `(1, dimension)`.

        Raises
        ------
        StoreProblem
            The model cannot be used.
        """
        ...
