"""Relative paths as people read and programs send them: text from which every byte comes back.

Letters of any language stay as they are. A per cent sign, a control character and a byte that is
no UTF-8 are written as `%` and two hexadecimal digits, as in addresses.
"""

import os
from urllib.parse import unquote_to_bytes

from audio_ident.errors import BadInput


def path_to_shown(path: str) -> str:
    """The text of a path, whose odd bytes are surrogate escapes."""
    return "".join(map(_shown, path))


def path_from_shown(text: str) -> str:
    """The path of a text, odd bytes as surrogate escapes.

    Raises
    ------
    BadInput
        It holds a NUL or half a character, which no path has.
    """
    try:
        path = os.fsdecode(unquote_to_bytes(text))
    except UnicodeEncodeError:
        raise BadInput("a path holds half a character") from None
    if "\0" in path:
        raise BadInput("a path holds a NUL")
    return path


def _shown(character: str) -> str:
    if character == "%" or not (character.isprintable() or "\udc80" <= character <= "\udcff"):
        return "".join(f"%{byte:02X}" for byte in os.fsencode(character))
    if "\udc80" <= character <= "\udcff":
        return f"%{ord(character) - 0xDC00:02X}"
    return character
