"""Tags of every container that mutagen knows, in one shape.

Each family of containers names the same things differently: ID3 frames (MP3, WAV, AIFF, ADTS),
Vorbis comments (FLAC, Ogg, Opus), MP4 atoms, ASF attributes, APEv2 items (WavPack, Monkey's
Audio). The tables below are the whole difference.
"""

import contextlib
import re
import struct
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

import mutagen
from mutagen.aac import AAC
from mutagen.apev2 import APEv2
from mutagen.asf import ASFTags
from mutagen.id3 import ID3, ID3NoHeaderError
from mutagen.mp4 import MP4Tags

from audio_ident.engines.tag_protocol import TagReading
from audio_ident.errors import FileUnreadable
from audio_ident.model.audio import AudioWarning
from audio_ident.model.tags import Tags

MAX_TEXT_CHARACTERS = 1000
"""Longer claims are cut; real ones are shorter, and a comment field abused as a store is not."""

_MAX_NUMBER = 99_999
"""Larger track and disc numbers are nonsense, and might not fit a column."""

_BROKEN = (
    mutagen.MutagenError,  # what mutagen means to raise
    ValueError,  # bad numbers, and UnicodeDecodeError
    TypeError,
    LookupError,  # KeyError, IndexError, and encodings that do not exist
    AttributeError,
    ArithmeticError,  # a rate of zero, sizes that overflow
    AssertionError,
    EOFError,
    NotImplementedError,
    RecursionError,  # atoms or chunks nested without end
    MemoryError,  # a frame that claims to be gigabytes long
    struct.error,
)
"""What mutagen has been seen to raise for damaged files, beyond its own errors."""

_ID3 = {
    "title": ("TIT2",),
    "artist": ("TPE1",),
    "album": ("TALB",),
    "album_artist": ("TPE2",),
    "track": ("TRCK",),
    "disc": ("TPOS",),
    "date": ("TDRC", "TDRL", "TDOR", "TYER"),
    "genre": ("TCON",),
}
_VORBIS = {
    "title": ("title",),
    "artist": ("artist",),
    "album": ("album",),
    "album_artist": ("albumartist", "album artist", "album_artist"),
    "track": ("tracknumber", "track"),
    "track_total": ("tracktotal", "totaltracks"),
    "disc": ("discnumber", "disc"),
    "disc_total": ("disctotal", "totaldiscs"),
    "date": ("date", "year"),
    "genre": ("genre",),
}
_MP4 = {
    "title": ("\xa9nam",),
    "artist": ("\xa9ART",),
    "album": ("\xa9alb",),
    "album_artist": ("aART",),
    "track": ("trkn",),
    "disc": ("disk",),
    "date": ("\xa9day",),
    "genre": ("\xa9gen",),
}
_ASF = {
    "title": ("Title",),
    "artist": ("Author", "WM/Author"),
    "album": ("WM/AlbumTitle",),
    "album_artist": ("WM/AlbumArtist",),
    "track": ("WM/TrackNumber", "WM/Track"),
    "track_total": ("TotalTracks",),
    "disc": ("WM/PartOfSet",),
    "date": ("WM/Year",),
    "genre": ("WM/Genre",),
}
_APE = {
    "title": ("Title",),
    "artist": ("Artist",),
    "album": ("Album",),
    "album_artist": ("Album Artist", "AlbumArtist"),
    "track": ("Track",),
    "disc": ("Disc",),
    "date": ("Year", "Date"),
    "genre": ("Genre",),
}

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_PAIR = re.compile(r"\s*(\d+)?\s*(?:(?:/|of)\s*(\d+))?", re.ASCII | re.IGNORECASE)


class MutagenTagReader:
    """Reads tags with mutagen; holds nothing, so that it can be sent to a worker."""

    version = 1

    def read(self, path: Path) -> TagReading:
        """Read the tags of a file of any container.

        Raises
        ------
        FileUnreadable
            The operating system refuses to open the file.
        """
        try:
            with path.open("rb") as file:
                return TagReading(tags=_tags(_claims(file)))
        except _BROKEN as error:
            return _broken(error)
        except OSError as error:
            raise FileUnreadable(f"{path.name}: {error.strerror or error}") from error


def _broken(error: BaseException) -> TagReading:
    fact = f"tags could not be read: {_clean(f'{type(error).__name__}: {error}')}"
    return TagReading(tags=Tags(), warnings=(AudioWarning(code="TAGS_BROKEN", message=fact),))


def _claims(file: BinaryIO) -> Mapping[str, list[Any]]:
    tags = _find_tags(file)
    if tags is None:
        return {}
    names = _names_for(tags)
    return {field: list(_values(tags, keys)) for field, keys in names.items()}


def _find_tags(file: BinaryIO) -> Any:  # noqa: ANN401 -- mutagen has no types
    """Tags of the container that the name tells, else of the one that the bytes tell.

    A file number instead of a name hides the ending from mutagen, which believes it too much. An
    ID3 tag may also stand before what mutagen takes for something else, such as ADTS.
    """
    with open(file.fileno(), "rb", closefd=False) as nameless:  # a number, no path
        for source in (file, nameless):
            source.seek(0)
            with contextlib.suppress(mutagen.MutagenError):
                found = mutagen.File(source)
                if found is not None and not isinstance(found, AAC):
                    return found.tags
        nameless.seek(0)
        with contextlib.suppress(ID3NoHeaderError):
            return ID3(nameless)
        nameless.seek(0)
        mutagen.File(nameless)  # tells, by raising, whether something is broken
    return None


def _names_for(tags: object) -> Mapping[str, tuple[str, ...]]:
    for kind, names in ((ID3, _ID3), (MP4Tags, _MP4), (ASFTags, _ASF), (APEv2, _APE)):
        if isinstance(tags, kind):
            return names
    return _VORBIS


def _values(tags: Any, keys: Iterable[str]) -> Iterator[Any]:  # noqa: ANN401 -- as above
    """Values under the first name that has any."""
    for key in keys:
        value = tags.get(key)
        if value is None:
            continue
        if key == "TCON":
            value = value.genres
        elif hasattr(value, "text"):
            value = value.text
        yield from value if isinstance(value, list | tuple) else _unpacked(value)
        return


def _unpacked(value: Any) -> Iterator[Any]:  # noqa: ANN401 -- as above
    """APEv2 keeps several values in one item; everything else is one value."""
    if hasattr(value, "__iter__") and not isinstance(value, str | bytes):
        yield from value
    else:
        yield value


def _tags(claims: Mapping[str, list[Any]]) -> Tags:
    track_number, track_total = _pair(claims.get("track", []))
    disc_number, disc_total = _pair(claims.get("disc", []))
    return Tags(
        title=_text(claims.get("title", [])),
        artist=_text(claims.get("artist", [])),
        album=_text(claims.get("album", [])),
        album_artist=_text(claims.get("album_artist", [])),
        track_number=track_number,
        track_total=track_total or _pair(claims.get("track_total", []))[0],
        disc_number=disc_number,
        disc_total=disc_total or _pair(claims.get("disc_total", []))[0],
        date=_text(claims.get("date", [])[:1]),
        genre=_text(claims.get("genre", [])),
    )


def _text(values: Iterable[Any]) -> str | None:
    cleaned = dict.fromkeys(_clean(str(value)) for value in values)
    return "; ".join(text for text in cleaned if text)[:MAX_TEXT_CHARACTERS].strip() or None


def _clean(text: str) -> str:
    """Text that any database and terminal takes."""
    text = text.replace("\x00", "; ").strip("; ")
    return _SURROGATE.sub("\ufffd", _CONTROL.sub(" ", text)).strip()[:MAX_TEXT_CHARACTERS]


def _pair(values: list[Any]) -> tuple[int | None, int | None]:
    """Number and total from `3`, `3/12`, `03 of 12` or a pair of numbers; 0 says nothing."""
    if not values:
        return None, None
    first = values[0]
    if isinstance(first, tuple):
        number, total = (*first, None, None)[:2]
        return _number(number), _number(total)
    match = _PAIR.match(str(first))
    return (_number(match[1]), _number(match[2])) if match else (None, None)


def _number(value: str | int | None) -> int | None:
    if value is None or len(str(value)) > len(str(_MAX_NUMBER)):
        return None
    number = int(value)
    return number if 0 < number <= _MAX_NUMBER else None
