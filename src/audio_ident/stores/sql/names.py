"""How names of files become text that every database and terminal takes."""

import os


def display_name(path: str) -> str:
    """A path for people: bytes that are no UTF-8 are shown as replacement characters.

    Parameters
    ----------
    path
        As the operating system gave it, with surrogate escapes.
    """
    return os.fsencode(path).decode("utf-8", errors="replace")
