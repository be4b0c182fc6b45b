"""Everything that a file says of itself: tags, cue sheets, chapters, pictures.

Happens inside a worker, since all of it is parsed from bytes of strangers. Thumbnails are stored
from there: a picture that is stored already, as the cover of an album is after its first track,
is not decoded again. The rows that name it follow; a picture without them leaves with the next
sweep.
"""

import hashlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Protocol

from audio_ident.core.claims import clean_text
from audio_ident.engines.companions import cue_beside, folder_pictures
from audio_ident.engines.tag_protocol import RawPicture, TagReader, tag_warnings
from audio_ident.engines.thumbnails_pillow import (
    PictureRejected,
    make_thumbnails,
    read_picture,
)
from audio_ident.model.audio import AudioWarning
from audio_ident.model.description import FileDescription
from audio_ident.model.pictures import FilePicture, Picture, PictureSource
from audio_ident.stores.pictures.protocol import PictureStore

MAX_PICTURES = 12
"""Pictures of one file, embedded and beside it."""


class Describer(Protocol):
    """Says what a file says of itself."""

    def read(self, path: Path) -> FileDescription:
        """Describe a file; see `FileDescriber`."""
        ...


class FileDescriber:
    """Reads tags and what lies beside a file, and keeps its pictures; pickles with its parts."""

    def __init__(self, tag_reader: TagReader, pictures: PictureStore) -> None:
        self._tag_reader = tag_reader
        self._pictures = pictures

    def read(self, path: Path) -> FileDescription:
        """Describe a file.

        Raises
        ------
        FileUnreadable
            The operating system refuses to open it.
        StoreProblem
            A picture cannot be kept.
        """
        reading = self._tag_reader.read(path)
        chapters, cue_warnings = cue_beside(path)
        beside, folder_warnings = folder_pictures(path)
        found = [(picture, PictureSource.EMBEDDED) for picture in reading.pictures]
        found += [(picture, PictureSource.FOLDER) for picture in beside]
        kept, picture_warnings = _keep(found, self._picture)
        return FileDescription(
            tags=reading.tags,
            chapters=(*reading.chapters, *chapters),
            pictures=tuple(kept),
            warnings=(*reading.warnings, *cue_warnings, *folder_warnings, *picture_warnings),
        )

    def _picture(self, data: bytes) -> Picture:
        sha256 = hashlib.sha256(data).hexdigest()
        if self._pictures.has(sha256):
            return read_picture(data)
        thumbnails = make_thumbnails(data)
        self._pictures.put(sha256, thumbnails.jpegs)
        return thumbnails.picture


def _keep(
    found: Iterable[tuple[RawPicture, PictureSource]], keep: Callable[[bytes], Picture]
) -> tuple[list[FilePicture], tuple[AudioWarning, ...]]:
    """The pictures that can be shown, each once, and why the others cannot."""
    kept: list[FilePicture] = []
    problems = []
    for raw, source in list(found)[:MAX_PICTURES]:
        description = clean_text(raw.description)
        try:
            picture = keep(raw.data)
        except PictureRejected as rejected:
            problems.append(f"{source} picture {description}: {rejected}")
            continue
        if picture not in [other.picture for other in kept]:
            kept.append(
                FilePicture(
                    picture=picture, role=raw.role, source=source, description=description or None
                )
            )
    return kept, tag_warnings("PICTURE_REJECTED", problems)
