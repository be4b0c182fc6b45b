"""What a tag reader owes.

A tag reader

- MUST NOT raise for any content of a file, however broken: it answers with what could be read
  and with a warning;
- MUST NOT make anything up: what a file does not claim stays None;
- MUST give text without NUL, without control characters, trimmed, and of bounded length;
- MUST NOT write to the file;
- MUST survive pickling, since it works in the worker processes.
"""

import dataclasses
from pathlib import Path
from typing import Protocol

from audio_ident.model.audio import AudioWarning
from audio_ident.model.tags import Tags


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class TagReading:
    """What was found, and what a person should know about it."""

    tags: Tags
    warnings: tuple[AudioWarning, ...] = ()


class TagReader(Protocol):
    """Reads what the tags of a file claim."""

    version: int
    """Raised whenever the same file gives other tags."""

    def read(self, path: Path) -> TagReading:
        """Read the tags of a file of any container.

        Raises
        ------
        FileUnreadable
            The operating system refuses to open the file.
        """
        ...
