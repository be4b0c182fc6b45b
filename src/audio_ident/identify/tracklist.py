"""Which recordings follow each other in a long one?"""

from audio_ident.model.answer import Answer
from audio_ident.model.audio import Mono
from audio_ident.model.segment import Snapshot


class TracklistFinder:
    """Hears a long recording block by block and answers with its parts in order."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot

    def feed(self, block: Mono) -> None:
        """Hear the next samples at 16 kHz."""

    def finish(self) -> Answer:
        """The matches in order of time, with their ranges in both and the gaps inside them."""
        raise NotImplementedError
