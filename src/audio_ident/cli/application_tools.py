"""What the terminal asks of the tools around a library: export, backup, self-test, repair."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Protocol

from audio_ident.model.backup import RestoreSummary
from audio_ident.model.export import ExportForm, PathMapping
from audio_ident.model.selftest import SelfTestOptions, SelfTestReport


class Exporter(Protocol):
    """Gives the tracks to other programs."""

    def lines(self, form: ExportForm, mappings: Sequence[PathMapping]) -> Iterator[bytes]:
        """All tracks, in the order of `tracks`; holds one at a time."""
        ...

    def write(self, path: Path, form: ExportForm, mappings: Sequence[PathMapping]) -> None:
        """Write all tracks to a file, which is there whole or not at all."""
        ...


class Backups(Protocol):
    """Keeps what people decided apart from what can be made again."""

    def write(self, path: Path, settings_file: Path) -> dict[str, int]:
        """Write a backup; says how many entries each part has."""
        ...

    def restore(self, path: Path, settings_file: Path, *, is_dry_run: bool) -> RestoreSummary:
        """Merge a backup into the library: of two decisions the newer one wins.

        A dry run changes nothing and says what would be changed.
        """
        ...


class SelfTest(Protocol):
    """Asks the library about clips of its own tracks."""

    def __call__(
        self, options: SelfTestOptions, on_progress: Callable[[int, int], None]
    ) -> SelfTestReport:
        """Test; `on_progress` is told how many tracks of how many are done."""
        ...
