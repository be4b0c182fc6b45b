"""Text as searches and orders compare it: without case, accents and typographic differences."""

import unicodedata

KEY_CHARACTERS = 200
"""Longest text that orders and searches look at; an index of PostgreSQL takes three of them."""

_LETTERS = str.maketrans(
    {
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "ħ": "h",
        "ŧ": "t",
        "ı": "i",
        "æ": "ae",
        "œ": "oe",
        "þ": "th",
        "‘": "'",
        "’": "'",
        "ʼ": "'",
        "´": "'",
        "`": "'",
        "“": '"',
        "”": '"',
        "„": '"',
        "‐": "-",
        "‑": "-",
        "–": "-",
        "—": "-",
        "−": "-",
    }
)
"""Letters whose stroke is no mark of its own, ligatures, and what keyboards lack."""

_MOST_ROUNDS = 4
"""Folding can uncover what folds again, such as the letters of a ligature; never for long."""

_KEPT_MARKS = frozenset({0, 7, 8, 9})
"""Classes of marks that make another letter: nukta, voiced kana, virama."""


def fold(text: str) -> str:
    """Text in the form in which equal names are equal: `Sigur Rós`, `SIGUR ROS` -> `sigur ros`.

    A text that has nothing but marks stays as it is.
    """
    if text.isascii() and text.isprintable():  # most names, a hundred times faster
        return " ".join(text.lower().replace("`", "'").split())
    folded = text
    for _ in range(_MOST_ROUNDS):
        before, folded = folded, _folded(folded)
        if folded == before:
            break
    return folded or " ".join(text.split())


def sort_key(text: str) -> str:
    """The folded text as far as orders and searches look at it."""
    return fold(text)[:KEY_CHARACTERS]


def search_words(text: str) -> tuple[str, ...]:
    """Folded words, all of which must occur."""
    return tuple(dict.fromkeys(fold(text).split()))


def _folded(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.casefold()).casefold()
    bare = "".join(character for character in decomposed if _is_kept(character))
    composed = unicodedata.normalize("NFC", bare.translate(_LETTERS))
    return " ".join(composed.split())


def _is_kept(character: str) -> bool:
    is_mark = unicodedata.combining(character) not in _KEPT_MARKS
    return not is_mark and unicodedata.category(character) != "Cf"
