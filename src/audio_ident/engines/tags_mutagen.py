"""Tags of every container that mutagen knows, in one shape; of Matroska with PyAV.

Each family of containers names the same things differently: ID3 frames (MP3, WAV, AIFF, ADTS),
Vorbis comments (FLAC, Ogg, Opus), MP4 atoms, ASF attributes, APEv2 items (WavPack, Monkey's
Audio, Musepack). `tag_names` holds the whole difference.
"""

import contextlib
import struct
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

import mutagen
from mutagen.aac import AAC
from mutagen.apev2 import APENoHeaderError, APEv2
from mutagen.id3 import ID3, ID3NoHeaderError

from audio_ident.core.claims import clean_text
from audio_ident.core.tag_fields import tags_of
from audio_ident.engines import tag_names
from audio_ident.engines.file_headers import first_bytes
from audio_ident.engines.riff_info import read_riff_info
from audio_ident.engines.tag_chapters import chapters_in, cue_chapters
from audio_ident.engines.tag_pictures import embedded_pictures
from audio_ident.engines.tag_protocol import RawPicture, TagReading, tag_warnings
from audio_ident.engines.tag_texts import read_texts
from audio_ident.engines.tags_matroska import MAGIC as MATROSKA
from audio_ident.engines.tags_matroska import read_matroska
from audio_ident.errors import FileUnreadable
from audio_ident.model.audio import AudioWarning
from audio_ident.model.chapters import Chapter
from audio_ident.model.tags import Tags

MAX_PICTURES = 8
"""Pictures of one file; a booklet scanned page by page is no cover."""

MAX_PICTURE_BYTES = 32 << 20
"""The largest picture that is looked at; real scans have up to 20 MB."""

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

_T = TypeVar("_T")


class MutagenTagReader:
    """Reads tags with mutagen; holds nothing, so that it can be sent to a worker."""

    version = 2

    def read(self, path: Path) -> TagReading:
        """Read the tags of a file of any container.

        Raises
        ------
        FileUnreadable
            The operating system refuses to open the file.
        """
        try:
            with path.open("rb") as file:
                if first_bytes(file, len(MATROSKA)) == MATROSKA:
                    return read_matroska(file)
                return _Reading(file).result()
        except _BROKEN as error:
            return TagReading(tags=Tags(), warnings=_broken("tags", error))
        except OSError as error:
            raise FileUnreadable(f"{path.name}: {error.strerror or error}") from error


class _Reading:
    """One file being read; what is broken in one part does not spoil the others."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._container, self._tags = _find_tags(file)
        self._warnings: list[AudioWarning] = []

    def result(self) -> TagReading:
        nothing: Mapping[str, Sequence[str]] = {}
        claims = dict(self._try("tags", self._claims, nothing))
        sheets = claims.pop(tag_names.CUE_SHEET, ())
        tags, problems = tags_of(claims)
        self._warn("TAG_REJECTED", problems)
        pictures: list[RawPicture] = []
        self._try("pictures", lambda: pictures.extend(self._pictures()), None)
        no_chapters: list[Chapter] = []
        chapters = self._try("chapters", lambda: self._chapters(sheets), no_chapters)
        return TagReading(
            tags=tags,
            chapters=tuple(chapters),
            pictures=tuple(pictures),
            warnings=tuple(self._warnings),
        )

    def _claims(self) -> Mapping[str, Sequence[str]]:
        claims: dict[str, Sequence[str]] = {}
        if self._tags is not None:
            texts, names = read_texts(self._tags)
            claims.update(texts.claims(names))
            self._warn(
                "TAGS_ENCODING_UNSURE",
                (f"{name} is declared as Latin-1 and may be another encoding"
                 for name in dict.fromkeys(texts.doubtful)),
            )  # fmt: skip
        for found in (self._ape_claims(), self._riff_claims()):
            claims.update({field: t for field, t in found.items() if t and not claims.get(field)})
        return claims

    def _ape_claims(self) -> Mapping[str, Sequence[str]]:
        """What stands behind an MP3 in APEv2 and not in its ID3 tags."""
        if self._tags is not None and not isinstance(self._tags, ID3):
            return {}
        self._file.seek(0)
        try:
            texts, names = read_texts(APEv2(self._file))
        except APENoHeaderError:
            return {}
        return texts.claims(names)

    def _riff_claims(self) -> Mapping[str, Sequence[str]]:
        texts = read_riff_info(self._file)
        return {
            field: [texts[key] for key in keys if key in texts][:1]
            for field, keys in tag_names.RIFF.items()
        }

    def _pictures(self) -> Iterator[RawPicture]:
        found = embedded_pictures(self._container, self._tags, MAX_PICTURE_BYTES)
        for _, picture in zip(range(MAX_PICTURES), found, strict=False):
            yield picture

    def _chapters(self, sheets: Sequence[str]) -> list[Chapter]:
        cue, problems = cue_chapters(sheets)
        self._warn("CUE_BROKEN", problems)
        return [*chapters_in(self._file, self._container, self._tags), *cue]

    def _try(self, part: str, read: Callable[[], _T], otherwise: _T) -> _T:
        try:
            return read()
        except _BROKEN as error:
            self._warnings.extend(_broken(part, error))
            return otherwise

    def _warn(self, code: str, facts: Iterator[str] | Sequence[str]) -> None:
        self._warnings.extend(tag_warnings(code, facts))


def _broken(part: str, error: BaseException) -> tuple[AudioWarning, ...]:
    fact = f"{part} could not be read: {clean_text(f'{type(error).__name__}: {error}')}"
    return tag_warnings("TAGS_BROKEN", [fact])


def _find_tags(file: BinaryIO) -> tuple[Any, Any]:
    """Container, if mutagen knows it, and tags, if there are any.

    The container is the one that the name tells, else the one that the bytes tell: a file number
    instead of a name hides the ending from mutagen, which believes it too much. An ID3 tag may
    also stand before what mutagen takes for something else, such as ADTS.
    """
    with open(file.fileno(), "rb", closefd=False) as nameless:  # a number, no path
        for source in (file, nameless):
            source.seek(0)
            with contextlib.suppress(mutagen.MutagenError):
                found = mutagen.File(source)
                if found is not None and not isinstance(found, AAC):
                    return found, found.tags
        nameless.seek(0)
        with contextlib.suppress(ID3NoHeaderError):
            return None, ID3(nameless)
        nameless.seek(0)
        mutagen.File(nameless)  # tells, by raising, whether something is broken
    return None, None
