"""What the terminal asks of the vectors of a library."""

from collections.abc import Callable, Sequence
from typing import Protocol

from audio_ident.model.filling import FillProgress, FillSummary, SpaceCoverage


class Vectors(Protocol):
    """The windows of recordings in spaces, and what they are measured with.

    `fill` and `refit` take the writer's lock and raise `LibraryLocked` when another process has it.
    """

    def coverage(self) -> Sequence[SpaceCoverage]:
        """Spaces that are asked for, answer, or hold anything; those of models first."""
        ...

    def fill(
        self, on_progress: Callable[[FillProgress], None], should_stop: Callable[[], bool]
    ) -> FillSummary:
        """Put what is missing, with workers if the settings name a model.

        Raises `ModelMissing` or `ModelInvalid` when it cannot be used.
        """
        ...

    def refit(
        self,
        on_progress: Callable[[FillProgress], None],
        should_stop: Callable[[], bool],
        *,
        is_shipped: bool,
    ) -> FillSummary:
        """Fit the scaling of `timbre` to this library, or go back to the shipped one, and fill.

        Raises `BadInput` when there are too few recordings.
        """
        ...
