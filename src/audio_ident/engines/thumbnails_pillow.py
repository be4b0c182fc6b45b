"""Makes thumbnails of pictures that come from strangers.

Only five formats are opened, told by their first bytes; the number of pixels is read from the
header and refused before anything is decoded; what is kept is encoded anew, so nothing of the
original file, such as metadata or what is hidden behind the picture, goes any further.
"""

import dataclasses
import hashlib
import io
import struct
import warnings
import zlib
from collections.abc import Mapping

from PIL import Image, ImageOps

from audio_ident.model.pictures import THUMBNAIL_SIZES, Picture

MIN_BYTES = 256
"""Nothing that small is a cover; some programs leave a single pixel."""

MAX_BYTES = 32 << 20
"""Scans have up to 20 MB."""

MAX_PIXELS = 40_000_000
"""A double page scanned at 600 dpi has 35 million; decoded, 40 million take 160 MB."""

MAX_WEBP_PIXELS = 12_000_000
"""WebP is decoded by way of three more copies of the picture; 12 million then take 260 MB."""

JPEG_QUALITY = 85
"""Above it the files grow faster than the eye can tell."""

_MIMES = {
    "JPEG": "image/jpeg",
    "PNG": "image/png",
    "WEBP": "image/webp",
    "GIF": "image/gif",
    "BMP": "image/bmp",
}

_ODDITIES = (
    OSError,  # truncated, or no picture at all
    ValueError,
    TypeError,
    SyntaxError,  # how Pillow calls a broken PNG
    LookupError,
    AttributeError,
    ArithmeticError,
    EOFError,
    MemoryError,
    NotImplementedError,
    RuntimeError,
    struct.error,
    zlib.error,
    Image.DecompressionBombError,
    Image.DecompressionBombWarning,
    UserWarning,
    DeprecationWarning,
)
"""What Pillow was seen to raise, or to warn of, for damaged pictures."""

_BACKGROUND = (255, 255, 255)
"""Shines through transparent covers, as paper does."""


class PictureRejected(Exception):
    """The bytes are no picture that we show; the message says why."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Thumbnails:
    """A picture made small."""

    picture: Picture
    jpegs: Mapping[int, bytes]
    """By size."""


def read_picture(data: bytes) -> Picture:
    """What a picture is, by its header alone.

    Raises
    ------
    PictureRejected
        It is too small, too large, or none that we know.
    """
    if not MIN_BYTES <= len(data) <= MAX_BYTES:
        raise PictureRejected(f"{len(data)} bytes, not between {MIN_BYTES} and {MAX_BYTES}")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            with Image.open(io.BytesIO(data), formats=tuple(_MIMES)) as image:
                width, height = _upright_size(image)
                mime = _MIMES[image.format or ""]
        except _ODDITIES as error:
            raise PictureRejected(f"no picture that can be opened: {_fact(error)}") from error
    most = MAX_WEBP_PIXELS if mime == "image/webp" else MAX_PIXELS
    if width * height > most:
        raise PictureRejected(f"{width} x {height} pixels, more than {most}")
    return Picture(
        sha256=hashlib.sha256(data).hexdigest(),
        mime=mime,
        width=width,
        height=height,
        size_bytes=len(data),
    )


def make_thumbnails(data: bytes) -> Thumbnails:
    """A picture in every one of `THUMBNAIL_SIZES`, none of them larger than it is.

    Raises
    ------
    PictureRejected
        As `read_picture`, or it cannot be decoded to its end.
    """
    picture = read_picture(data)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            with Image.open(io.BytesIO(data), formats=tuple(_MIMES)) as image:
                largest = _flat(image, max(THUMBNAIL_SIZES))
            jpegs = {size: _jpeg(largest, size) for size in THUMBNAIL_SIZES}
        except _ODDITIES as error:
            raise PictureRejected(f"cannot be decoded: {_fact(error)}") from error
    return Thumbnails(picture=picture, jpegs=jpegs)


def _flat(image: Image.Image, size: int) -> Image.Image:
    """The first picture of an image, not larger than `size`, upright and without transparency.

    Made smaller before anything else, so that only one full-size copy is ever in memory.
    """
    orientation = image.getexif().get(0x0112, 1)
    image.draft("RGB", (size, size))
    image.load()
    factor = max(1, max(image.size) // (2 * size))
    if image.mode in {"L", "RGB", "CMYK"}:
        flat = image.reduce(factor).convert("RGB")
    else:
        flat = _on_paper(image.resize(_divided(image.size, factor), Image.Resampling.NEAREST))
    flat.thumbnail((size, size), Image.Resampling.LANCZOS)
    flat.getexif()[0x0112] = orientation
    return ImageOps.exif_transpose(flat)


def _on_paper(image: Image.Image) -> Image.Image:
    """An image with transparency, a palette or sixteen bits as plain colours.

    It was shrunk by leaving pixels out: averaging would first copy it at full size, and let
    colours shine through that transparency hides.
    """
    if image.mode.startswith("I"):
        return image.convert("I").point(lambda level: level / 256).convert("L").convert("RGB")
    image = image.convert("RGBA")
    paper = Image.new("RGB", image.size, _BACKGROUND)
    paper.paste(image, mask=image.getchannel("A"))
    return paper


def _divided(size: tuple[int, int], factor: int) -> tuple[int, int]:
    return max(1, size[0] // factor), max(1, size[1] // factor)


def _jpeg(image: Image.Image, size: int) -> bytes:
    small = image.copy()
    small.thumbnail((size, size), Image.Resampling.LANCZOS)
    small.info.clear()
    buffer = io.BytesIO()
    small.save(buffer, "JPEG", quality=JPEG_QUALITY, optimize=True)
    return buffer.getvalue()


def _upright_size(image: Image.Image) -> tuple[int, int]:
    width, height = image.size
    if width * height > MAX_PIXELS:
        return width, height  # no need to look for more
    lies_on_its_side = image.getexif().get(0x0112, 1) in {5, 6, 7, 8}
    return (height, width) if lies_on_its_side else (width, height)


def _fact(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"[:200]
