"""What the terminal asks of the application about what sounds alike."""

from pathlib import Path
from typing import Protocol

from audio_ident.model.library import TrackId
from audio_ident.model.mixes import MixAnswer, MixWish, PathAnswer
from audio_ident.model.vibe import Blend, SimilarAnswer, VibeWish


class Vibe(Protocol):
    """Knows how the tracks of a library sound.

    All methods raise a `StoreProblem` when vectors cannot be read, `NotFound` and `NotListenedYet`
    for tracks of which nothing is known.
    """

    def similar(self, blend: Blend, wish: VibeWish) -> SimilarAnswer:
        """Tracks that sound like some tracks or a sentence, and unlike others.

        Raises `ModelMissing` for a sentence that no model understands.
        """
        ...

    def similar_to_clip(self, clip: Path, wish: VibeWish) -> tuple[SimilarAnswer, str | None]:
        """Tracks that sound like a file outside the library; raises a `FileProblem`.

        The text says why the answer is less than it could be; None when it is not.
        """
        ...

    def path(self, start: TrackId, end: TrackId, steps: int) -> PathAnswer:
        """A path from one track to another."""
        ...

    def mix(self, wish: MixWish) -> MixAnswer:
        """The tracks of a mix that follow."""
        ...
