"""Every text in the tags of a file by its name, whatever the family of containers."""

from collections.abc import Iterable, Iterator
from typing import Any

from mutagen.apev2 import APEv2
from mutagen.asf import ASFTags
from mutagen.id3 import ID3
from mutagen.mp4 import MP4Tags

from audio_ident.core.mojibake import repair_latin1
from audio_ident.core.tag_fields import Claims
from audio_ident.engines import tag_names

MAX_TEXTS = 5000
"""Texts of one file; what exceeds it is left unread."""

_LATIN1 = 0
"""How ID3 declares Latin-1, whatever was written."""


class Texts:
    """Texts by name in lower case, and the names of those whose encoding is in doubt."""

    def __init__(self) -> None:
        self.by_name: dict[str, list[str]] = {}
        self.doubtful: list[str] = []
        self._count = 0

    def add(self, name: str, texts: Iterable[str]) -> None:
        """Take in what stands under a name; what stands there already stays first."""
        for text in texts:
            self._count += 1
            if self._count <= MAX_TEXTS:
                self.by_name.setdefault(name.lower(), []).append(text)

    def add_latin1(self, name: str, texts: Iterable[str]) -> None:
        """Take in what was declared as Latin-1, repaired where that is certain."""
        for text in texts:
            repaired, is_doubtful = repair_latin1(text)
            self.add(name, [repaired])
            if is_doubtful:
                self.doubtful.append(name)

    def claims(self, names: tag_names.Names) -> Claims:
        """What stands under the first name of each field that there is."""
        return {
            field: next((self.by_name[key] for key in keys if key in self.by_name), [])
            for field, keys in names.items()
        }


def read_texts(tags: Any) -> tuple[Texts, tag_names.Names]:  # noqa: ANN401 -- mutagen has no types
    """The texts of tags of any family, and the names that the family uses."""
    texts = Texts()
    if isinstance(tags, ID3):
        _take_id3(tags, texts)
        return texts, tag_names.ID3
    if isinstance(tags, MP4Tags):
        _take_mp4(tags, texts)
        return texts, tag_names.MP4
    if isinstance(tags, ASFTags):
        for name, value in tags:
            texts.add(name, [str(value)])
        return texts, tag_names.ASF
    if isinstance(tags, APEv2):
        _take_ape(tags, texts)
        return texts, tag_names.APE
    for name, value in tags:
        texts.add(name, [value])
    return texts, tag_names.VORBIS


def _take_id3(tags: ID3, texts: Texts) -> None:
    for frame in tags.values():
        kind = frame.FrameID
        if kind == "RVA2":
            texts.add(f"rva2:{frame.desc}:gain", [str(frame.gain)])
            texts.add(f"rva2:{frame.desc}:peak", [str(frame.peak)] if frame.peak else [])
        elif kind == "UFID":
            texts.add(f"ufid:{frame.owner}", [frame.data.decode("ascii", "replace")])
        elif kind == "COMM" and frame.desc:
            continue  # what programs keep for themselves, such as iTunNORM
        elif hasattr(frame, "text") and kind != "USLT":
            name = f"txxx:{frame.desc}" if kind == "TXXX" else kind
            values = frame.genres if kind == "TCON" else frame.text
            take = texts.add_latin1 if frame.encoding == _LATIN1 else texts.add
            take(name, [str(value) for value in _listed(values)])


def _take_mp4(tags: MP4Tags, texts: Texts) -> None:
    for name, value in tags.items():
        if name != "covr":
            texts.add(name, [_mp4_text(part) for part in _listed(value)])


def _mp4_text(value: Any) -> str:  # noqa: ANN401 -- as above
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, tuple):
        return "/".join(map(str, value))
    return str(value)


def _take_ape(tags: APEv2, texts: Texts) -> None:
    for name, value in tags.items():
        if value.kind == 0:  # text, not bytes or a link
            texts.add(name, list(value))


def _listed(value: Any) -> Iterator[Any]:  # noqa: ANN401 -- as above
    if isinstance(value, list):
        yield from value
    else:
        yield value
