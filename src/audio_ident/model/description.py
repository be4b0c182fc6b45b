"""Everything that a file says of itself, as opposed to how it sounds."""

import dataclasses

from audio_ident.model.audio import AudioWarning
from audio_ident.model.chapters import Chapter
from audio_ident.model.pictures import FilePicture
from audio_ident.model.tags import Tags


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class FileDescription:
    """Tags, chapters and pictures of a file, and what a person should know about them."""

    tags: Tags
    chapters: tuple[Chapter, ...] = ()
    pictures: tuple[FilePicture, ...] = ()
    warnings: tuple[AudioWarning, ...] = ()
