"""Says which of the promised formats the FFmpeg that we were given can decode and encode."""

from collections.abc import Iterator, Mapping

from av import codecs_available
from av.codec import Codec
from av.codec.codec import UnknownCodecError
from av.format import formats_available

PROMISED_DECODERS: Mapping[str, str] = {
    "mp3": "MP3",
    "mp2": "MP2",
    "flac": "FLAC",
    "vorbis": "Ogg Vorbis",
    "opus": "Opus",
    "aac": "AAC",
    "alac": "Apple Lossless",
    "wmav2": "WMA",
    "wavpack": "WavPack",
    "ape": "Monkey's Audio",
    "tta": "True Audio",
    "tak": "TAK",
    "mpc7": "Musepack",
    "mpc8": "Musepack SV8",
    "ac3": "AC-3",
    "eac3": "E-AC-3",
    "dsd_lsbf": "DSD",
    "pcm_s16le": "WAV of 16 bits",
    "pcm_s24le": "WAV of 24 bits",
    "pcm_f32le": "WAV of floats",
    "pcm_s16be": "AIFF",
    "pcm_mulaw": "mu-law",
    "adpcm_ms": "ADPCM",
}
"""FFmpeg's decoders for the formats that an import promises, with words for people."""

ENCODERS = ("libmp3lame", "libopus")
"""What `selftest` encodes clips with; nothing else encodes."""


def missing_decoders() -> Iterator[str]:
    """Formats, in words, that cannot be listened to here."""
    for codec, words in PROMISED_DECODERS.items():
        if not _has(codec, "r"):
            yield words


def missing_containers(containers: str) -> Iterator[str]:
    """Names out of a list with commas that cannot be opened here."""
    known = {name for entry in formats_available for name in entry.split(",")}
    yield from (name for name in containers.split(",") if name not in known)


def missing_encoders() -> Iterator[str]:
    """Encoders that `selftest` would use and that are not there."""
    yield from (codec for codec in ENCODERS if not _has(codec, "w"))


def _has(codec: str, mode: str) -> bool:
    if codec not in codecs_available:
        return False
    try:
        Codec(codec, "r" if mode == "r" else "w")
    except UnknownCodecError:
        return False
    return True
