"""What a tag reader owes.

A tag reader

- MUST NOT raise for any content of a file, however broken: it answers with what could be read
  and with a warning;
- MUST NOT make anything up: what a file does not claim stays None, and placeholders such as
  `Unknown Artist` are no claims;
- MUST give text without NUL, without control characters, trimmed, and of bounded length;
- MUST give an id only when it has the form of one;
- MUST NOT write to the file;
- MUST survive pickling, since it works in the worker processes.
"""

import dataclasses
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

from audio_ident.core.claims import clean_text
from audio_ident.model.audio import AudioWarning
from audio_ident.model.chapters import Chapter
from audio_ident.model.pictures import PictureRole
from audio_ident.model.tags import Tags

MAX_WARNINGS = 10
"""Warnings of one kind about one file."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class RawPicture:
    """A picture as it lies in a file: bytes of strangers, not yet looked at."""

    data: bytes
    role: PictureRole
    description: str = ""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class TagReading:
    """What was found, and what a person should know about it."""

    tags: Tags
    chapters: tuple[Chapter, ...] = ()
    pictures: tuple[RawPicture, ...] = ()
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


def tag_warnings(code: str, facts: Iterable[str]) -> tuple[AudioWarning, ...]:
    """At most `MAX_WARNINGS` warnings of one kind, fit to be stored."""
    return tuple(AudioWarning(code=code, message=clean_text(fact)) for fact in facts)[:MAX_WARNINGS]
