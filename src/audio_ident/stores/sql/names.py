"""How names of files become text that every database and terminal takes."""

import re

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
