"""Thumbnails of whole, odd, broken and hostile pictures."""

import io
import random
import struct
import zlib
from typing import Any

import pytest
from PIL import Image

from audio_ident.engines.thumbnails_pillow import (
    MAX_PIXELS,
    MIN_BYTES,
    PictureRejected,
    make_thumbnails,
    read_picture,
)
from audio_ident.model.pictures import THUMBNAIL_SIZES
from builders.tagging import picture


def opened(jpeg: bytes) -> Image.Image:
    """A thumbnail, decoded."""
    image = Image.open(io.BytesIO(jpeg))
    image.load()
    assert image.format == "JPEG"
    return image


def saved(image: Image.Image, form: str = "PNG", **options: Any) -> bytes:
    """An image as a file."""
    buffer = io.BytesIO()
    image.save(buffer, form, **options)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("form", "mime"),
    [
        ("JPEG", "image/jpeg"),
        ("PNG", "image/png"),
        ("WEBP", "image/webp"),
        ("GIF", "image/gif"),
        ("BMP", "image/bmp"),
    ],
)
def test_every_format_becomes_three_jpegs(form: str, mime: str) -> None:
    """The longer edge has the wanted size and the shape stays."""
    data = picture(form, (2000, 1000))

    made = make_thumbnails(data)

    assert (made.picture.mime, made.picture.width, made.picture.height) == (mime, 2000, 1000)
    assert made.picture.size_bytes == len(data)
    sizes = [opened(made.jpegs[size]).size for size in THUMBNAIL_SIZES]
    assert sizes == [(160, 80), (500, 250), (1200, 600)]
    assert read_picture(data) == made.picture


def test_small_pictures_are_not_blown_up() -> None:
    """Every size is there, none larger than the original."""
    made = make_thumbnails(picture("JPEG", (300, 200)))
    assert [opened(made.jpegs[size]).size for size in THUMBNAIL_SIZES] == [
        (160, 107),
        (300, 200),
        (300, 200),
    ]


def test_pictures_are_turned_upright_and_lose_their_metadata() -> None:
    """What the camera noted decides the direction and goes no further."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010E] = "secret"
    data = picture("JPEG", (600, 200), exif=exif, comment=b"secret")
    made = make_thumbnails(data)
    assert b"secret" in data
    assert (made.picture.width, made.picture.height) == (200, 600)
    for jpeg in made.jpegs.values():
        small = opened(jpeg)
        assert small.size[1] > small.size[0]
        assert not small.getexif()
        assert b"secret" not in jpeg


@pytest.mark.parametrize("mode", ["RGBA", "LA", "PA", "P"])
def test_transparency_shows_white_paper(mode: str) -> None:
    """Nothing hidden behind transparent parts comes out."""
    image = Image.new("RGBA", (400, 400), (200, 0, 0, 0))
    image.paste((0, 0, 200, 255), (0, 0, 200, 400))
    if mode == "P":
        image = image.convert("P")
        image.info["transparency"] = image.getpixel((300, 10))
    elif mode != "RGBA":
        image = image.convert("LA")
    data = saved(image) + bytes(MIN_BYTES)
    thumbnail = opened(make_thumbnails(data).jpegs[160])
    assert thumbnail.mode == "RGB"
    pixel = thumbnail.getpixel((150, 80))
    assert isinstance(pixel, tuple)
    assert min(pixel) > 240


@pytest.mark.parametrize("mode", ["1", "L", "I;16", "CMYK"])
def test_unusual_modes_are_shown(mode: str) -> None:
    """Black and white, grey, sixteen bits and the colours of print."""
    image = Image.linear_gradient("L").resize((400, 400)).convert("L")
    converted = image.convert("I;16" if mode == "I;16" else mode)
    data = saved(converted, "JPEG" if mode == "CMYK" else "PNG") + bytes(MIN_BYTES)
    assert opened(make_thumbnails(data).jpegs[160]).size == (160, 160)


def png_of(width: int, height: int) -> bytes:
    """A PNG whose header claims a size, with hardly any content."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        check = zlib.crc32(kind + content)
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", check)

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(bytes(10_000)))
        + chunk(b"IEND", b"")
        + bytes(MIN_BYTES)
    )


@pytest.mark.parametrize("size", [(50_000, 50_000), (8000, 5001), (60_000, 3_000)])
def test_too_many_pixels_are_refused_before_decoding(size: tuple[int, int]) -> None:
    """The header alone decides, also where Pillow itself would only warn."""
    assert size[0] * size[1] > MAX_PIXELS
    with pytest.raises(PictureRejected):
        make_thumbnails(png_of(*size))


@pytest.mark.parametrize(
    "data",
    [b"", b"\xff\xd8\xff", bytes(1000), b"<svg>" * 100, saved(Image.new("RGB", (9, 9)), "TIFF")],
)
def test_what_is_no_picture_of_ours_is_refused(data: bytes) -> None:
    """Too small, nothing at all, or another format."""
    with pytest.raises(PictureRejected):
        make_thumbnails(data)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "GIF", "BMP"])
def test_broken_pictures_are_refused_or_shown(form: str) -> None:
    """Cut short or with bytes changed at random, there is a picture or a reason."""
    whole = picture(form, (64, 64))
    chance = random.Random(form)
    for _ in range(60):
        broken = bytearray(whole[: chance.choice([len(whole), chance.randrange(len(whole))])])
        for _ in range(chance.randrange(1, 20)):
            if broken:
                broken[chance.randrange(min(len(broken), 600))] = chance.randrange(256)
        try:
            made = make_thumbnails(bytes(broken) + bytes(MIN_BYTES))
        except PictureRejected:
            continue
        assert made.jpegs.keys() == set(THUMBNAIL_SIZES)
