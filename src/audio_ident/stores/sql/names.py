"""How names of files become text that every database and terminal takes."""

import os
import re
from urllib.parse import quote_from_bytes, unquote_to_bytes

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def display_name(text: str) -> str:
    """A path, or a sentence with one in it, for people.

    Parameters
    ----------
    text
        With surrogate escapes, as the operating system gives names; they are shown as
        replacement characters.
    """
    return _UNSTORABLE.sub("\ufffd", text)


def path_to_text(path: str) -> str:
    """A path as plain ASCII from which `path_from_text` gives the same path, odd bytes and all."""
    return quote_from_bytes(os.fsencode(path), safe="/ ")


def path_from_text(text: str) -> str:
    """The path that was given to `path_to_text`."""
    return os.fsdecode(unquote_to_bytes(text))


def displaced_path(path: bytes, file_id: int) -> bytes:
    """Relative path of a missing file whose place another file has taken.

    Two rows cannot have one path, so it keeps its own with a NUL and its id behind it: no real
    name has a NUL.
    """
    return path.split(b"\0")[0] + b"\0%d" % file_id


def is_displaced(path: bytes) -> bool:
    """Whether a relative path is one that `displaced_path` made."""
    return b"\0" in path


def real_path(path: bytes) -> str:
    """Relative path of a file as the system spells it, displaced or not."""
    return os.fsdecode(path.split(b"\0")[0])
