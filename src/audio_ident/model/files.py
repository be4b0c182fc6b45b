"""What a scan says of the files in a folder."""

import dataclasses
import enum


class FileSort(enum.StrEnum):
    """What a file is, as far as a scan can tell."""

    AUDIO = "audio"
    IMAGE = "image"
    OTHER = "other"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class SortTally:
    """How many files of one sort a scan met."""

    files: int
    size_bytes: int


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ScanNotice:
    """Something that a person should know about a file that the scan met."""

    path: str
    """Absolute; odd bytes are surrogate escapes."""
    code: str
    """Stable, such as `FILE_STILL_WRITTEN`."""
    fact: str
    remedy: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ListedFile:
    """A file that a scan met."""

    root_id: int
    relative_path: str
    """Below the root, `/` between folders; odd bytes are surrogate escapes."""
    size_bytes: int
    modified_ns: int
    """Time of its last change, since the epoch."""
