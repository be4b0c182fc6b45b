"""What the name of a file and of its folders suggest; weak evidence, never mixed with tags.

Understood are `Artist - Album - NN - Title`, `Artist - NN - Title`, `NN - Title`, `NN. Title`,
`NN Title`, `D-NN Title`, `Artist - Title` and `Title` for files, and `Artist/Album (year)/CD n`
for folders.
"""

import re

from audio_ident.core.claims import (
    clean_text,
    is_placeholder_name,
    is_placeholder_title,
    positive,
)
from audio_ident.model.path_evidence import PathEvidence

_SEPARATOR = re.compile(r"\s+[-–—]\s+")
_NUMBER = re.compile(r"(?:(\d)-)?(\d{1,3})", re.ASCII)
_LEADING_NUMBER = re.compile(r"(?:(\d)-)?(\d{2})(?:\s*[.)_-]\s*|\s+)(?=\D)(.+)", re.ASCII)
_LEADING_DOT = re.compile(r"(\d{1,3})[.)]\s+(.+)", re.ASCII)
_DISC = re.compile(r"(?:cd|disc|disk|disque)[ _-]*(\d{1,2})\b.*", re.IGNORECASE | re.ASCII)
_YEAR_BEHIND = re.compile(r"(.+?)\s*[(\[]((?:19|20)\d\d)[)\]].*", re.ASCII)
_YEAR_BEFORE = re.compile(r"[(\[]?((?:19|20)\d\d)[)\]]?\s*[-–—]?\s+(.+)", re.ASCII)


def evidence_of(relative_path: str) -> PathEvidence:
    """What a path below its root suggests.

    Parameters
    ----------
    relative_path
        With `/` between folders; odd bytes may be surrogate escapes.
    """
    *folders, name = relative_path.split("/")
    stem = name.rpartition(".")[0] or name
    parts = _SEPARATOR.split(clean_text(stem.replace("_", " ")))
    disc_number, folders = _disc(folders)
    album, year = _album(folders[-1]) if len(folders) > 1 else (None, None)
    artist = folders[-2] if len(folders) > 1 else folders[-1] if folders else None
    file_disc, track_number, file_artist, file_album, title = _file(parts)
    return PathEvidence(
        artist=_name(file_artist or artist),
        album=_title(file_album or album),
        year=year,
        disc_number=file_disc or disc_number,
        track_number=track_number,
        title=_title(title),
    )


def _disc(folders: list[str]) -> tuple[int | None, list[str]]:
    match = _DISC.fullmatch(folders[-1]) if len(folders) > 1 else None
    return (positive(match[1]), folders[:-1]) if match else (None, folders)


def _album(folder: str) -> tuple[str, int | None]:
    if match := _YEAR_BEHIND.fullmatch(folder):
        return match[1], int(match[2])
    if match := _YEAR_BEFORE.fullmatch(folder):
        return match[2], int(match[1])
    return folder, None


_FileParts = tuple[int | None, int | None, str | None, str | None, str | None]


def _file(parts: list[str]) -> _FileParts:
    """Disc number, track number, artist, album and title of a file name."""
    *before, title = parts
    numbers = [at for at, part in enumerate(before) if _NUMBER.fullmatch(part)]
    if numbers:
        at = numbers[-1]
        disc, track = _numbers(before[at])
        title = " - ".join(parts[at + 1 :])
        return disc, track, *_credits(before[:at], title)
    match = _LEADING_NUMBER.fullmatch(parts[0])
    dotted = _LEADING_DOT.fullmatch(parts[0])
    if match:
        disc, track = positive(match[1]), positive(match[2])
        parts = [match[3], *parts[1:]]
    elif dotted:
        disc, track = None, positive(dotted[1])
        parts = [dotted[2], *parts[1:]]
    else:
        disc, track = None, None
    return disc, track, *_credits(parts[:-1], parts[-1])


def _numbers(text: str) -> tuple[int | None, int | None]:
    match = _NUMBER.fullmatch(text)
    return (positive(match[1]), positive(match[2])) if match else (None, None)


def _credits(before: list[str], title: str) -> tuple[str | None, str | None, str | None]:
    if not before:
        return None, None, title
    return before[0], " - ".join(before[1:]) or None, title


def _name(text: str | None) -> str | None:
    text = clean_text(text or "")
    return None if not text or is_placeholder_name(text) else text


def _title(text: str | None) -> str | None:
    text = clean_text(text or "")
    return None if not text or is_placeholder_title(text) else text
