"""Repairs text that was written in one encoding and declared in another, where that is certain.

Text declared as Latin-1 keeps its bytes, so it can be read again. UTF-8 is recognised by its own
rules: bytes that begin a character are followed by exactly the bytes that continue it, which text
in any other encoding practically never obeys. The old code pages have no such rules: every byte
of CP1251 is a letter of CP1252 too, and most pairs of bytes are characters of Shift-JIS and of
GBK alike. There is no certain choice among them, so such text stays as it is, and is reported.
"""

_MIN_STRANGE = 4
"""Fewer letters beyond ASCII may well be meant."""

_C1 = range(0x80, 0xA0)
"""Codes that Latin-1 has no characters for; other code pages have."""


def repair_latin1(text: str) -> tuple[str, bool]:
    """Text that was declared as Latin-1 as it was meant, and whether it may still be wrong.

    Parameters
    ----------
    text
        Decoded as Latin-1; anything beyond it is proof that it was not, and left alone.
    """
    beyond = [ord(character) for character in text if character > "\x7f"]
    if not beyond or max(beyond) > 0xFF:
        return text, False
    try:
        meant = text.encode("latin-1").decode("utf-8")
    except UnicodeDecodeError:
        return text, _is_strange(text, beyond)
    if any(ord(character) in _C1 for character in meant):
        return text, True
    return meant, False


def _is_strange(text: str, beyond: list[int]) -> bool:
    if any(code in _C1 for code in beyond):
        return True
    letters = sum(character.isalpha() for character in text)
    high = sum(code >= 0xC0 for code in beyond)
    return high >= _MIN_STRANGE and 3 * high > 2 * letters
