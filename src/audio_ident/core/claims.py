"""Which of the texts in a tag may be believed, and in what form.

Tags come from strangers: texts are bounded and freed of what databases and terminals do not take,
ids must look like ids, and what programs write when they know nothing is no claim.
"""

import re
from collections.abc import Iterable

MAX_TEXT_CHARACTERS = 1000
"""Longer claims are cut; real ones are shorter, and a comment field abused as a store is not."""

MAX_VALUES = 64
"""More values of one field are dropped; an opera names fewer."""

MAX_NUMBER = 99_999
"""Larger track and disc numbers are nonsense, and might not fit a column."""

MAX_GAIN_DB = 64.0
"""ReplayGain beyond this, either way, is no measurement of music."""

MAX_PEAK = 32.0
"""Samples of lossy formats exceed full scale, but not thirtyfold."""

R128_REFERENCE_DB = 5.0
"""ReplayGain aims at -18 LUFS and the R128 fields of Opus at -23 LUFS (RFC 7845, 5.2.1)."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_ISRC = re.compile(r"[A-Z]{2}[A-Z0-9]{3}[0-9]{7}")
_DISC_ID = re.compile(r"[0-9A-Za-z._]{27}-")
_FINGERPRINT = re.compile(r"AQ[0-9A-Za-z_-]{8,65536}")
_PAIR = re.compile(r"\s*(\d+)?\s*(?:(?:/|of)\s*(\d+))?", re.ASCII | re.IGNORECASE)
_DECIMAL = re.compile(r"\s*([+-]?\d{1,6}(?:[.,]\d{0,20})?)\s*(?:db)?\s*", re.ASCII | re.IGNORECASE)

_NOBODY = frozenset(
    {
        "unknown artist",
        "unknown",
        "<unknown>",
        "[unknown]",
        "[unknown artist]",
        "no artist",
        "artiste inconnu",
        "artista desconocido",
        "artista sconosciuto",
        "unbekannter künstler",
        "unbekannter interpret",
    }
)
_NOTHING = frozenset(
    {
        "unknown album",
        "unknown title",
        "unknown",
        "<unknown>",
        "[unknown]",
        "[unknown album]",
        "untitled",
        "[untitled]",
        "no title",
        "unbekanntes album",
        "unbekannter titel",
        "album inconnu",
        "titre inconnu",
    }
)
_NUMBERED = re.compile(
    r"(?:audio ?)?(?:track|titel|piste|pista|spur|faixa|traccia)[ _-]?\d{1,3}", re.IGNORECASE
)


def clean_text(text: str) -> str:
    """Text that any database and terminal takes, trimmed, at most `MAX_TEXT_CHARACTERS` long.

    NUL separates several values in old tags, so it becomes `; `.
    """
    parts = (_SURROGATE.sub("\ufffd", _CONTROL.sub(" ", part)) for part in text.split("\x00"))
    whole = "; ".join(stripped for part in parts if (stripped := part.strip()))
    return whole[:MAX_TEXT_CHARACTERS].strip()


def clean_texts(texts: Iterable[str]) -> tuple[str, ...]:
    """At most `MAX_VALUES` clean texts, none of them empty, none twice."""
    split = (part for text in texts for part in text.split("\x00"))
    cleaned = dict.fromkeys(clean for text in split if (clean := clean_text(text)))
    return tuple(cleaned)[:MAX_VALUES]


def joined(texts: Iterable[str]) -> str | None:
    """Several texts as one, None when there is none."""
    return clean_text("; ".join(texts)) or None


def is_placeholder_name(text: str) -> bool:
    """Whether a program wrote this for want of the name of an artist."""
    return text.strip().casefold() in _NOBODY


def is_placeholder_title(text: str) -> bool:
    """Whether a program wrote this for want of the title of a track or an album."""
    text = text.strip().casefold()
    return text in _NOTHING or _NUMBERED.fullmatch(text) is not None


def find_uuid(text: str) -> str | None:
    """A UUID in lower case, None when the text is anything else."""
    text = text.strip().strip("{}").lower()
    return text if _UUID.fullmatch(text) and text.strip("0-") else None


def find_isrc(text: str) -> str | None:
    """An ISRC without hyphens (ISO 3901), None when the text is anything else."""
    text = text.strip().replace("-", "").replace(" ", "").upper()
    return text if _ISRC.fullmatch(text) else None


def find_disc_id(text: str) -> str | None:
    """A MusicBrainz disc id, None when the text is anything else."""
    text = text.strip()
    return text if _DISC_ID.fullmatch(text) else None


def find_fingerprint(text: str) -> str | None:
    """A compressed Chromaprint of algorithm 2, None when the text is anything else."""
    text = text.strip().rstrip("=")
    return text if _FINGERPRINT.fullmatch(text) else None


def number_and_total(text: str) -> tuple[int | None, int | None]:
    """Both numbers of `3`, `3/12` or `03 of 12`; 0 says nothing."""
    match = _PAIR.match(text)
    return (positive(match[1]), positive(match[2])) if match else (None, None)


def positive(value: str | int | None) -> int | None:
    """A number from 1 to `MAX_NUMBER`, None for anything else."""
    if value is None or len(str(value)) > len(str(MAX_NUMBER)):
        return None
    number = int(value)
    return number if 0 < number <= MAX_NUMBER else None


def find_gain_db(text: str) -> float | None:
    """A ReplayGain such as `-6.48 dB`, in dB, None when the text is anything else."""
    return _within(_decimal(text), -MAX_GAIN_DB, MAX_GAIN_DB)


def find_peak(text: str) -> float | None:
    """A ReplayGain peak such as `0.988553`, 1 being full scale, None for anything else."""
    return _within(_decimal(text), 0.0, MAX_PEAK)


def find_r128_gain_db(text: str) -> float | None:
    """ReplayGain of an R128 gain of Opus, in dB.

    Parameters
    ----------
    text
        A whole number of 1/256 dB (Q7.8) relative to -23 LUFS, as in `R128_TRACK_GAIN`.

    Source: RFC 7845, section 5.2.1.
    """
    text = text.strip()
    if not re.fullmatch(r"[+-]?\d{1,5}", text, re.ASCII) or not -32768 <= int(text) <= 32767:
        return None
    return _within(int(text) / 256 + R128_REFERENCE_DB, -MAX_GAIN_DB, MAX_GAIN_DB)


def find_flag(text: str) -> bool | None:
    """What `1`, `0`, `true` or `no` say, None for anything else."""
    said = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
    return said.get(text.strip().casefold())


def _decimal(text: str) -> float | None:
    match = _DECIMAL.fullmatch(text)
    return float(match[1].replace(",", ".")) if match else None


def _within(value: float | None, least: float, most: float) -> float | None:
    return value if value is not None and least <= value <= most else None
