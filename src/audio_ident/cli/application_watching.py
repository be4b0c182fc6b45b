"""What the terminal asks of the watching of folders."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from audio_ident.errors import AudioIdentError
from audio_ident.model.reports import ImportSummary


class Watching(Protocol):
    """Keeps the library up to date until it is told to stop."""

    def run(
        self,
        folders: Sequence[Path],
        *,
        on_import: Callable[[ImportSummary], None],
        on_problem: Callable[[AudioIdentError], None],
        should_stop: Callable[[], bool],
    ) -> None:
        """Import folders now and whenever they change; none given means all of the library.

        `on_problem` is told what ended one of the imports; watching goes on.
        """
        ...
