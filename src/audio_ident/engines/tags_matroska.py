"""Tags, chapters and pictures of Matroska and WebM, which mutagen does not read."""

from collections.abc import Iterator
from typing import BinaryIO

from av.container import InputContainer

from audio_ident.core.tag_fields import tags_of
from audio_ident.engines import tag_names
from audio_ident.engines.pyav_open import PYAV_ODDITIES, open_audio
from audio_ident.engines.tag_chapters import cue_chapters, pyav_chapters
from audio_ident.engines.tag_protocol import RawPicture, TagReading, tag_warnings
from audio_ident.engines.tag_texts import Texts
from audio_ident.errors import FileProblem
from audio_ident.model.pictures import PictureRole
from audio_ident.model.tags import Tags

MAGIC = b"\x1aE\xdf\xa3"
"""How every Matroska file begins."""

_MAX_PICTURES = 8


def read_matroska(file: BinaryIO) -> TagReading:
    """What the tags of a Matroska file claim; nothing when it cannot be opened."""
    try:
        with open_audio(file) as opened:
            return _reading(opened.container)
    except FileProblem:
        return TagReading(tags=Tags())  # what is wrong with the file, the decoder says
    except PYAV_ODDITIES as error:
        return TagReading(tags=Tags(), warnings=tag_warnings("TAGS_BROKEN", [str(error)]))


def _reading(container: InputContainer) -> TagReading:
    texts = Texts()
    for name, text in container.metadata.items():
        texts.add(name, [text])
    for name, text in container.streams.audio[0].metadata.items():
        texts.add(name, [text])
    claims = dict(texts.claims(tag_names.VORBIS))
    cue, cue_problems = cue_chapters(claims.pop(tag_names.CUE_SHEET))
    tags, problems = tags_of(claims)
    return TagReading(
        tags=tags,
        chapters=(*pyav_chapters(container.chapters()), *cue),
        pictures=tuple(_pictures(container)),
        warnings=(
            *tag_warnings("TAG_REJECTED", problems),
            *tag_warnings("CUE_BROKEN", cue_problems),
        ),
    )


def _pictures(container: InputContainer) -> Iterator[RawPicture]:
    """Attached pictures, which FFmpeg gives as the one packet of a stream each."""
    for stream in container.streams.video[:_MAX_PICTURES]:
        name = stream.metadata.get("filename", "")
        role = PictureRole.BACK if "back" in name.lower() else PictureRole.FRONT
        for packet in container.demux(stream):
            if packet.size:
                yield RawPicture(data=bytes(packet), role=role, description=name)
            break
