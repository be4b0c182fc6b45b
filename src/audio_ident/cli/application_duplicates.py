"""What the terminal asks of the application about duplicates."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from audio_ident.model.kinship import (
    Containment,
    Decision,
    DuplicateGroup,
    DuplicateVerdict,
    Kinship,
)


class Duplicates(Protocol):
    """Files that hold the same music, and what people say of them; nothing is ever deleted."""

    def groups(self) -> tuple[DuplicateGroup, ...]:
        """Files that hold one recording, in order of the first path of each group."""
        ...

    def containments(self) -> tuple[Containment, ...]:
        """Recordings that are heard inside others."""
        ...

    def decisions(self) -> tuple[Decision, ...]:
        """Everything that was ever decided, oldest first."""
        ...

    def decide(
        self, references: Sequence[str], verdict: DuplicateVerdict, decided_by: str
    ) -> tuple[Decision, ...]:
        """Remember what a person says of a group, or of tracks by id or path."""
        ...

    def undo(self, decision_ids: Sequence[int]) -> tuple[Decision, ...]:
        """Take decisions back; without ids, those that were made last."""
        ...

    def export(
        self, folder: Path, trash_folder: Path, loosest: Kinship
    ) -> tuple[Path, Path, tuple[DuplicateGroup, ...]]:
        """Write a plan and a script; gives both paths and the groups in them."""
        ...
