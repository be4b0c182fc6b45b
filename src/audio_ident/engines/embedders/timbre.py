"""The embedder that is always there: it needs no weights, and no audio for what was imported."""

from collections.abc import Iterable

from audio_ident.core.derived_feeds import DERIVED_FEEDS
from audio_ident.core.listeners.descriptors import Descriptors
from audio_ident.core.vibe.timbre import Scaling, timbre_windows
from audio_ident.core.vibe.timbre_space import rhythm_weight_of, timbre_space
from audio_ident.model.analysis import Fields
from audio_ident.model.audio import Mono
from audio_ident.model.vectors import Space, WindowVectors


class TimbreEmbedder:
    """Implements `Embedder`; what a library stores of its files gives the same windows."""

    def __init__(self, scaling: Scaling, rhythm_weight: float) -> None:
        self._scaling = scaling
        self._space = timbre_space(scaling, rhythm_weight)

    @property
    def space(self) -> Space:
        """As `Embedder.space`."""
        return self._space

    def embed_audio(self, blocks: Iterable[Mono]) -> WindowVectors:
        """As `Embedder.embed_audio`; a sound shorter than a window has one."""
        fields = raw_descriptors(blocks)
        return timbre_windows(fields, self._scaling, rhythm_weight_of(self._space))


def raw_descriptors(blocks: Iterable[Mono]) -> Fields:
    """What the listener `descriptors` hears in a sound at 16 kHz; `timbre_windows` takes it.

    No scaling is in it, so that a process that knows none can hear for one that does.
    """
    listener = Descriptors()
    maker = DERIVED_FEEDS[listener.hears](listener.feed)
    for block in blocks:
        maker.feed(block)
    maker.finish()
    return listener.finish()
