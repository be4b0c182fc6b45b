"""Texts of people and of file names, as JSON takes them."""

import re
from typing import overload

_SURROGATE = re.compile("[\ud800-\udfff]")


@overload
def told(text: str) -> str: ...


@overload
def told(text: None) -> None: ...


def told(text: str | None) -> str | None:
    """A text without the odd bytes that names of files can have."""
    return None if text is None else _SURROGATE.sub("\ufffd", text)
