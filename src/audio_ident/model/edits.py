"""What people say of tracks: it wins over tags and paths, and survives all that is derived."""

import dataclasses
import datetime
import re
import unicodedata
from collections.abc import Mapping
from typing import TypeAlias

from audio_ident.errors import BadInput
from audio_ident.model.library import TrackId
from audio_ident.model.tags import Edits

LONGEST_TEXT = 1000
MOST_GENRES = 20
GREATEST_NUMBER = 9999

EditValue: TypeAlias = str | int | bool | tuple[str, ...]

EDITABLE: tuple[str, ...] = tuple(field.name for field in dataclasses.fields(Edits))
"""Names of the fields that people can edit."""

NEVER_EMPTY = frozenset({"title", "artist"})
"""A track always has something to be called; other texts may be said to be empty."""

_NUMBERS = frozenset({"track_number", "track_total", "disc_number", "disc_total"})
_DATE = re.compile(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?", re.ASCII)
_LINES = frozenset("\n\t")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class EditEvent:
    """One thing that a person said of one field of a track; kept for ever."""

    id: int
    track_id: TrackId
    field: str
    value: EditValue | None
    """None takes back what was said before, so that tags and path count again."""
    decided_at: datetime.datetime
    decided_by: str
    revoked_at: datetime.datetime | None
    """When it was undone."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class EditBook:
    """Everything that people said of one track."""

    held: Mapping[str, EditValue]
    """What holds now, by field."""
    revision: int
    """Grows with every edit, undo, hiding and restoring."""
    events: tuple[EditEvent, ...]
    """Oldest first."""


def checked_edit(field: str, value: object) -> EditValue | None:
    """The value of a field as it is stored; None stays None.

    Raises
    ------
    BadInput
        There is no such field, or it cannot have that value.
    """
    if field not in EDITABLE:
        raise BadInput(f"{field[:50]!r} is no field that can be edited: {', '.join(EDITABLE)}")
    if value is None:
        return None
    if field == "is_compilation":
        return _claim(field, value)
    if field in _NUMBERS:
        return _number(field, value)
    if field == "genres":
        return _genres(value)
    text = _text(field, value)
    if field == "date" and text and not _DATE.fullmatch(text):
        raise BadInput("date is written as 1999, 1999-05 or 1999-05-31")
    return text


def value_of_text(field: str, text: str) -> object:
    """What a text of a command line means for a field, to be checked by `checked_edit`."""
    if field == "genres":
        return [name.strip() for name in text.split(";") if name.strip()]
    if field == "is_compilation":
        return {"true": True, "false": False}.get(text.lower(), text)
    if field in _NUMBERS and text.isascii() and text.isdigit():
        return int(text)
    return text


def edits_of(values: Mapping[str, object]) -> Edits:
    """Edits from stored values; what another version of the program stored is left out."""
    known = {name: value for name, value in values.items() if name in EDITABLE}
    if isinstance(genres := known.get("genres"), list):
        known["genres"] = tuple(genres)
    return Edits(**known)  # type: ignore[arg-type]  # checked before it was stored


def _claim(field: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise BadInput(f"{field} is true or false")
    return value


def _number(field: str, value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= GREATEST_NUMBER:
        raise BadInput(f"{field} is a whole number from 1 to {GREATEST_NUMBER}")
    return value


def _genres(value: object) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or len(value) > MOST_GENRES:
        raise BadInput(f"genres is a list of at most {MOST_GENRES} names")
    names = [_text("genres", name) for name in value]
    if not all(names):
        raise BadInput("a genre has a name")
    return tuple(dict.fromkeys(names))


def _text(field: str, value: object) -> str:
    if not isinstance(value, str):
        raise BadInput(f"{field} is a text")
    text = unicodedata.normalize("NFC", value).strip()
    allowed = _LINES if field == "comment" else frozenset()
    if any(unicodedata.category(c) in {"Cc", "Cs"} and c not in allowed for c in text):
        raise BadInput(f"{field} has a control character")
    if len(text) > LONGEST_TEXT:
        raise BadInput(f"{field} has more than {LONGEST_TEXT} characters")
    if not text and field in NEVER_EMPTY:
        raise BadInput(f"{field} cannot be empty; null takes an edit back")
    return text
