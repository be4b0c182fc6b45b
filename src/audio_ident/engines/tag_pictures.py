"""Pictures inside the tags of a file, of every family of containers, as bytes."""

import base64
import binascii
import struct
from collections.abc import Iterator
from typing import Any

from mutagen.apev2 import APEv2
from mutagen.asf import ASFTags
from mutagen.flac import FLAC, Picture
from mutagen.id3 import ID3
from mutagen.mp4 import MP4Tags

from audio_ident.engines.tag_protocol import RawPicture
from audio_ident.model.pictures import PictureRole

_ROLES = {3: PictureRole.FRONT, 4: PictureRole.BACK}
"""Kinds of pictures as ID3 numbers them; FLAC and ASF do the same."""

_BASE64_RATIO = 4 / 3


def embedded_pictures(
    container: Any,  # noqa: ANN401 -- mutagen has no types
    tags: Any,  # noqa: ANN401
    max_bytes: int,
) -> Iterator[RawPicture]:
    """Every picture in the tags; larger ones than `max_bytes` may be left out early.

    Raises
    ------
    ValueError, struct.error
        A picture is broken; those before it were given.
    """
    if isinstance(container, FLAC):
        for picture in container.pictures:
            yield _of_flac(picture)
    if isinstance(tags, ID3):
        yield from _of_id3(tags)
    elif isinstance(tags, MP4Tags):
        for cover in tags.get("covr", []):
            yield RawPicture(data=bytes(cover), role=PictureRole.FRONT)
    elif isinstance(tags, ASFTags):
        for attribute in tags.get("WM/Picture", []):
            yield _of_asf(attribute.value)
    elif isinstance(tags, APEv2):
        yield from _of_ape(tags)
    elif tags is not None:
        yield from _of_vorbis(tags, max_bytes)


def _role(kind: int) -> PictureRole:
    return _ROLES.get(kind, PictureRole.OTHER)


def _of_id3(tags: ID3) -> Iterator[RawPicture]:
    for frame in tags.getall("APIC"):
        yield RawPicture(data=frame.data, role=_role(int(frame.type)), description=str(frame.desc))


def _of_flac(picture: Picture) -> RawPicture:
    return RawPicture(data=picture.data, role=_role(picture.type), description=picture.desc)


def _of_vorbis(tags: Any, max_bytes: int) -> Iterator[RawPicture]:  # noqa: ANN401 -- as above
    for text in tags.get("metadata_block_picture", []):
        if len(text) <= max_bytes * _BASE64_RATIO + 1000:
            yield _of_flac(Picture(_from_base64(text)))
    for text in tags.get("coverart", []):
        if len(text) <= max_bytes * _BASE64_RATIO + 1000:
            yield RawPicture(data=_from_base64(text), role=PictureRole.FRONT)


def _from_base64(text: str) -> bytes:
    try:
        return base64.b64decode(text)
    except binascii.Error as error:
        raise ValueError(f"a picture in base64 is broken: {error}") from error


def _of_asf(value: bytes) -> RawPicture:
    """Kind, length, type and description in UTF-16 with a zero at the end, then the picture."""
    kind, size = struct.unpack_from("<bi", value)
    _, at = _utf16(value, 5)
    description, at = _utf16(value, at)
    return RawPicture(data=value[at : at + size], role=_role(kind), description=description)


def _utf16(value: bytes, start: int) -> tuple[str, int]:
    end = start
    while value[end : end + 2] != b"\0\0":
        end += 2
        if end > len(value):
            raise ValueError("a text in WM/Picture does not end")
    return value[start:end].decode("utf-16-le", "replace"), end + 2


def _of_ape(tags: APEv2) -> Iterator[RawPicture]:
    for name, value in tags.items():
        if not name.lower().startswith("cover art") or value.kind != 1:
            continue
        description, _, data = value.value.partition(b"\0")
        known = {"front": PictureRole.FRONT, "back": PictureRole.BACK}
        role = next((known[word] for word in known if word in name.lower()), PictureRole.OTHER)
        yield RawPicture(data=data, role=role, description=description.decode("utf-8", "replace"))
