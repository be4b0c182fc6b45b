"""Audio files: encodes, tags and decodes them, in all the formats of the demo."""

import base64
import dataclasses
import struct
import zlib
from collections.abc import Mapping
from pathlib import Path

import av
import numpy as np
from benchmarks.demo.pieces import Piece
from mutagen.flac import FLAC, Picture
from mutagen.id3 import APIC, ID3, TALB, TIT2, TPE1, TRCK
from mutagen.mp4 import MP4, MP4Cover
from mutagen.ogg import OggFileType
from mutagen.oggopus import OggOpus
from mutagen.oggvorbis import OggVorbis

from audio_ident.engines import encoder_pyav
from audio_ident.engines.encoder_pyav import Encoding
from audio_ident.model.audio import Mono, Stereo

CODECS: Mapping[str, Encoding] = {
    "mp3": Encoding(container="mp3", codec="libmp3lame", rate_hz=44_100, bits_per_s=160_000),
    "flac": Encoding(container="flac", codec="flac", rate_hz=44_100),
    "ogg": Encoding(container="ogg", codec="vorbis", rate_hz=44_100, bits_per_s=160_000),
    "opus": Encoding(container="opus", codec="libopus", rate_hz=48_000, bits_per_s=96_000),
    "m4a": Encoding(container="ipod", codec="aac", rate_hz=44_100, bits_per_s=160_000),
    "phone.wav": Encoding(container="wav", codec="pcm_mulaw", rate_hz=8_000),
    "wav": Encoding(container="wav", codec="pcm_s16le", rate_hz=44_100),
}
"""How files are written, by the end of their names; the first that fits counts."""

COVER_PIXELS = 96


def encode(path: Path, sound: Stereo | Mono, rate_hz: int, bit_rate: int | None = None) -> None:
    """Write sound to a file whose name tells the format; mono or stereo by its shape."""
    encoding = next(encoding for end, encoding in CODECS.items() if path.name.endswith(end))
    if bit_rate:
        encoding = dataclasses.replace(encoding, bits_per_s=bit_rate)
    encoder_pyav.encode(path, sound, rate_hz, encoding)


def decode(path: Path, rate_hz: int, most_s: float = 600.0) -> Mono:
    """The start of a file as mono, at most some minutes of it."""
    mono: Mono = decode_stereo(path, rate_hz, most_s).mean(axis=1)
    return mono


def decode_stereo(path: Path, rate_hz: int, most_s: float = 600.0) -> Stereo:
    """The start of a file with two channels, at most some minutes of it."""
    blocks: list[Stereo] = []
    length = 0
    with av.open(str(path), metadata_errors="replace") as container:
        resampler = av.AudioResampler("fltp", "stereo", rate_hz)
        for frame in container.decode(audio=0):
            for ready in resampler.resample(frame):
                blocks.append(ready.to_ndarray().T.astype(np.float32, copy=False))
                length += len(blocks[-1])
            if length > most_s * rate_hz:
                break
    return np.concatenate(blocks) if blocks else np.zeros((0, 2), np.float32)


def tag(path: Path, piece: Piece, number: int) -> None:
    """Write title, artist, album, number and a cover."""
    cover = draw_cover(piece.seed)
    writer = {"mp3": _tag_mp3, "m4a": _tag_mp4, "flac": _tag_flac}.get(piece.extension, _tag_ogg)
    writer(path, piece, number, cover)


def draw_cover(seed: int) -> bytes:
    """Small PNG: coloured waves, different for every seed."""
    rng = np.random.default_rng(seed)
    rows, columns = np.mgrid[0:COVER_PIXELS, 0:COVER_PIXELS] / COVER_PIXELS
    waves = [
        np.sin(2 * np.pi * (rng.uniform(1, 4) * rows + rng.uniform(1, 4) * columns + rng.random()))
        for _ in range(3)
    ]
    pixels = (127.5 * (1 + np.stack(waves, axis=-1))).astype(np.uint8)
    lines = b"".join(b"\0" + line.tobytes() for line in pixels)
    header = struct.pack(">IIBBBBB", COVER_PIXELS, COVER_PIXELS, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(lines)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in chunks)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def _tag_mp3(path: Path, piece: Piece, number: int, cover: bytes) -> None:
    tags = ID3()
    frames = [TIT2(text=piece.title), TPE1(text=piece.artist), TALB(text=piece.album),
              TRCK(text=str(number)), APIC(mime="image/png", type=3, data=cover)]  # fmt: skip
    for frame in frames:
        tags.add(frame)
    tags.save(path)


def _tag_mp4(path: Path, piece: Piece, number: int, cover: bytes) -> None:
    file = MP4(path)
    file["\xa9nam"], file["\xa9ART"], file["\xa9alb"] = piece.title, piece.artist, piece.album
    file["trkn"] = [(number, 0)]
    file["covr"] = [MP4Cover(cover, imageformat=MP4Cover.FORMAT_PNG)]
    file.save()


def _tag_flac(path: Path, piece: Piece, number: int, cover: bytes) -> None:
    file = FLAC(path)
    file.update(_comments(piece, number))
    file.add_picture(_picture(cover))
    file.save()


def _tag_ogg(path: Path, piece: Piece, number: int, cover: bytes) -> None:
    file: OggFileType = OggOpus(path) if piece.extension == "opus" else OggVorbis(path)
    file.update(_comments(piece, number))
    file["metadata_block_picture"] = base64.b64encode(_picture(cover).write()).decode("ascii")
    file.save()


def _comments(piece: Piece, number: int) -> dict[str, str]:
    return {
        "title": piece.title,
        "artist": piece.artist,
        "album": piece.album,
        "tracknumber": str(number),
    }


def _picture(cover: bytes) -> Picture:
    picture = Picture()
    picture.type, picture.mime, picture.data = 3, "image/png", cover
    picture.width = picture.height = COVER_PIXELS
    picture.depth = 24
    return picture
