"""What lies beside an audio file and speaks of it: cue sheets and covers.

Only the folder of the file is looked at, and only plain files: a link could lead anywhere.
"""

import functools
import os
import stat
import unicodedata
from collections.abc import Iterator
from pathlib import Path

from audio_ident.core.cue_sheet import chapters_of, decode_sheet, parse_cue
from audio_ident.engines.tag_protocol import RawPicture, tag_warnings
from audio_ident.model.audio import AudioWarning
from audio_ident.model.chapters import Chapter, ChapterSource
from audio_ident.model.cue import CueSheet
from audio_ident.model.pictures import PictureRole

MAX_CUE_BYTES = 1 << 20
"""A sheet of 999 tracks has 200 kB; what is larger is something else with that ending."""

MAX_PICTURE_BYTES = 32 << 20
"""A larger picture is not read."""

MAX_CUES = 8
"""Sheets of one folder that are searched for the name of a file."""

MAX_ENTRIES = 20_000
"""Entries of one folder that are looked at."""

_FOLDERS_REMEMBERED = 4
_PICTURE_NAMES = ("folder", "cover", "front", "album", "back")
_PICTURE_ENDINGS = frozenset({".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp"})


def folder_pictures(path: Path) -> tuple[list[RawPicture], tuple[AudioWarning, ...]]:
    """Covers beside a file: `folder`, `cover`, `front`, `album` and `back`, in that order."""
    names = [name for name in _companions(path) if _is_picture(name)]
    names.sort(key=lambda name: (_PICTURE_NAMES.index(_stem(name)), name))
    pictures, problems = [], []
    for name in names:
        try:
            data = _read_plain(path.parent / name, MAX_PICTURE_BYTES)
        except OSError as error:
            problems.append(f"{name}: {error.strerror or error}")
            continue
        role = PictureRole.BACK if _stem(name) == "back" else PictureRole.FRONT
        pictures.append(RawPicture(data=data, role=role, description=name))
    return pictures, tag_warnings("PICTURE_REJECTED", problems)


def cue_beside(path: Path) -> tuple[list[Chapter], tuple[AudioWarning, ...]]:
    """What a cue sheet beside a file says of it: one of the same name, else one that names it."""
    for name, is_namesake in _cue_names(path):
        try:
            content = _read_plain(path.parent / name, MAX_CUE_BYTES)
        except OSError as error:
            if is_namesake:
                return [], tag_warnings("CUE_BROKEN", [f"{name}: {error.strerror or error}"])
            continue
        sheet = parse_cue(decode_sheet(content))
        spelled = _spelling_of(path.name, sheet, is_namesake=is_namesake)
        if spelled is not None:
            problems = tag_warnings("CUE_BROKEN", [f"{name}: {p}" for p in sheet.problems])
            return chapters_of(sheet, spelled, ChapterSource.CUE_FILE), problems
    return [], ()


def _cue_names(path: Path) -> Iterator[tuple[str, bool]]:
    cues = [name for name in _companions(path) if name.lower().endswith(".cue")]
    own = {f"{_folded(path.stem)}.cue", f"{_folded(path.name)}.cue"}
    namesakes = [name for name in cues if _folded(name) in own]
    for name in namesakes[:MAX_CUES]:
        yield name, True
    for name in [name for name in cues if name not in namesakes][:MAX_CUES]:
        yield name, False


def _spelling_of(name: str, sheet: CueSheet, *, is_namesake: bool) -> str | None:
    """How a sheet spells the name of a file, None when it speaks of others.

    Sheets often name the WAV that a FLAC was made from, so another ending will do where only one
    file of the sheet has the name; and a sheet with the name of the audio and one file means it.
    """
    spelled = list(dict.fromkeys(t.file_name for t in sheet.tracks if t.file_name))
    bases = {one: _folded(one.replace("\\", "/").rpartition("/")[2]) for one in spelled}
    exact = [one for one in spelled if bases[one] == _folded(name)]
    alike = [one for one in spelled if _stem(bases[one]) == _stem(_folded(name))]
    if exact or len(alike) == 1:
        return (exact or alike)[0]
    return spelled[0] if is_namesake and len(spelled) == 1 else None


def _companions(path: Path) -> tuple[str, ...]:
    try:
        changed_ns = path.parent.stat().st_mtime_ns
        return _plain_files(path.parent, changed_ns)
    except OSError:
        return ()  # whether the file itself can be read, others say


@functools.lru_cache(maxsize=_FOLDERS_REMEMBERED)
def _plain_files(folder: Path, changed_ns: int) -> tuple[str, ...]:
    """Cue sheets and covers of a folder; remembered, since all its files ask in turn."""
    del changed_ns
    with os.scandir(folder) as entries:
        return tuple(
            sorted(
                entry.name
                for _, entry in zip(range(MAX_ENTRIES), entries, strict=False)
                if (entry.name.lower().endswith(".cue") or _is_picture(entry.name))
                and entry.is_file(follow_symlinks=False)
            )
        )


def _read_plain(path: Path, max_bytes: int) -> bytes:
    """Bytes of a plain file that is no link and not too large."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    with open(os.open(path, flags), "rb") as file:  # noqa: PTH123 -- a descriptor, no path
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode) or status.st_size > max_bytes:
            raise OSError(f"more than {max_bytes} bytes, or no plain file")
        return file.read(max_bytes)


def _is_picture(name: str) -> bool:
    stem, ending = os.path.splitext(name.lower())  # noqa: PTH122 -- a name, no path
    return stem in _PICTURE_NAMES and ending in _PICTURE_ENDINGS


def _stem(name: str) -> str:
    return os.path.splitext(name.lower())[0]  # noqa: PTH122 -- as above


def _folded(name: str) -> str:
    """A name as it compares across file systems, which differ in case and in composing accents."""
    return unicodedata.normalize("NFC", name).casefold()
