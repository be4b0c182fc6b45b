"""Texts of people and of file names, as JSON takes them."""

import re
from typing import overload

_SURROGATE = re.compile("[\ud800-\udfff]")


LONGEST_FILE_NAME = 200


@overload
def told(text: str) -> str: ...


@overload
def told(text: None) -> None: ...


def told(text: str | None) -> str | None:
    """A text without the odd bytes that names of files can have."""
    return None if text is None else _SURROGATE.sub("\ufffd", text)


def shown_file_name(name: str) -> str:
    """What a sender calls a file, as it may be shown: one line, no folders."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return "".join(each for each in last if each.isprintable())[:LONGEST_FILE_NAME].strip()
