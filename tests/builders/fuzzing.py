"""Feeds damaged real files to everything that meets strangers' bytes.

python -m builders.fuzzing KIND ROUNDS SEED

Prints one JSON object: how many damaged files were read to an answer, how many were refused. A
process of its own, because a fault in a C library would end it: that would be the finding.
"""

import contextlib
import io
import json
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path

import mutagen
import mutagen.id3
import numpy as np
from PIL import Image

from audio_ident.core.sniff import sniff
from audio_ident.engines.tags_mutagen import MutagenTagReader
from audio_ident.engines.thumbnails_pillow import PictureRejected, make_thumbnails
from audio_ident.errors import FileProblem
from builders.encode import KINDS, cover_png, encode
from builders.hearing import hear
from builders.signals import chirps

SECONDS = 0.6


def tagged_files() -> dict[str, bytes]:
    """One real file of every kind, with tags and a picture where mutagen can write them."""
    files: dict[str, bytes] = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, kind in KINDS.items():
            path = Path(folder) / f"song{kind.suffix}"
            path.write_bytes(encode(chirps(SECONDS, kind.rate_hz), kind))
            _tag(path)
            files[name] = path.read_bytes()
    return files


def _tag(path: Path) -> None:
    with contextlib.suppress(mutagen.MutagenError, KeyError, TypeError):
        easy = mutagen.File(path, easy=True)  # some containers know no such keys, some no tags
        if easy is not None:
            easy["title"], easy["artist"] = ["Título ♪"], ["Ärtist", "Zweiter"]
            easy.save()
    if path.suffix == ".mp3":
        tags = mutagen.id3.ID3(path)
        tags.add(mutagen.id3.APIC(encoding=3, mime="image/png", type=3, data=cover_png()))
        tags.save()


def pictures() -> list[bytes]:
    """A picture in every format that is read."""
    pixels = np.random.default_rng(2).integers(0, 256, (40, 60, 3), np.uint8)
    found = []
    for form in ("JPEG", "PNG", "GIF", "BMP", "WEBP"):
        buffer = io.BytesIO()
        Image.fromarray(pixels).save(buffer, form)
        found.append(buffer.getvalue())
    return found


def damaged(content: bytes, other: bytes, chance: random.Random) -> bytes:
    """The bytes after one to three accidents of transport, storage or malice."""
    for _ in range(chance.randint(1, 3)):
        content = chance.choice(ACCIDENTS)(content, other, chance) or b"\0"
    return content


def _flip(content: bytes, other: bytes, chance: random.Random) -> bytes:
    del other
    changed = bytearray(content)
    reach = len(changed) if chance.random() < 0.5 else min(len(changed), 512)
    for _ in range(chance.randint(1, 24)):
        changed[chance.randrange(reach)] = chance.randrange(256)
    return bytes(changed)


def _extreme(content: bytes, other: bytes, chance: random.Random) -> bytes:
    """A length or count becomes as large or small as its field allows."""
    del other
    changed = bytearray(content)
    at = chance.randrange(min(len(changed), 4096))
    value = chance.choice([b"\0\0\0\0", b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\0\0\0\x80"])
    changed[at : at + 4] = value
    return bytes(changed)


def _cut(content: bytes, other: bytes, chance: random.Random) -> bytes:
    del other
    return content[: chance.randrange(len(content) + 1)]


def _drop(content: bytes, other: bytes, chance: random.Random) -> bytes:
    del other
    start = chance.randrange(len(content) + 1)
    return content[:start] + content[start + chance.randrange(1, 600) :]


def _double(content: bytes, other: bytes, chance: random.Random) -> bytes:
    del other
    start = chance.randrange(len(content) + 1)
    return content[: start + chance.randrange(1, 600)] + content[start:]


def _splice(content: bytes, other: bytes, chance: random.Random) -> bytes:
    return content[: chance.randrange(len(content) + 1)] + other[chance.randrange(len(other)) :]


ACCIDENTS: tuple[Callable[[bytes, bytes, random.Random], bytes], ...] = (
    _flip,
    _flip,
    _extreme,
    _cut,
    _drop,
    _double,
    _splice,
)


def sniffs(content: bytes, folder: Path) -> bool:
    """Sniffing answers for any bytes."""
    del folder
    return sniff(lambda start, count: content[start : start + count]) is not None


def reads_tags(content: bytes, folder: Path) -> bool:
    """Reading tags gives clean text or nothing, and leaves the file as it was."""
    path = folder / "song"
    path.write_bytes(content)
    reading = MutagenTagReader().read(path)
    texts = [value for value in _values(reading.tags) if isinstance(value, str)]
    assert not any("\0" in text or "\ud800" <= max(text, default="") <= "\udfff" for text in texts)
    assert path.read_bytes() == content
    return reading.tags.title is not None


def _values(tags: object) -> list[object]:
    values: list[object] = []
    for name in tags.__slots__:  # type: ignore[attr-defined]
        value = getattr(tags, name)
        values += value if isinstance(value, tuple) else [value]
    return values


def decodes(content: bytes, folder: Path) -> bool:
    """Decoding gives finite samples in range, or names the problem of the file."""
    del folder
    try:
        samples = hear(io.BytesIO(content)).samples()
    except FileProblem:
        return False
    assert np.isfinite(samples).all()
    assert np.abs(samples).max(initial=0) <= 1
    return True


def shrinks_picture(content: bytes, folder: Path) -> bool:
    """A picture becomes thumbnails or is refused."""
    del folder
    try:
        make_thumbnails(content)
    except PictureRejected:
        return False
    return True


READERS: Mapping[str, Callable[[bytes, Path], bool]] = {
    "sniffing": sniffs,
    "tags": reads_tags,
    "decoding": decodes,
    "pictures": shrinks_picture,
}


def main(kind: str, rounds: str, seed: str) -> None:
    """Damage and read, so many times."""
    chance, read = random.Random(int(seed)), READERS[kind]
    contents = pictures() if kind == "pictures" else list(tagged_files().values())
    answers: Counter[bool] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(int(rounds)):
            content = damaged(chance.choice(contents), chance.choice(contents), chance)
            answers[read(content, Path(folder))] += 1
    sys.stdout.write(json.dumps({"answered": answers[True], "refused": answers[False]}) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
