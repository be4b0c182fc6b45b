"""What kind of file audio is, by what it holds, and whether browsers play it.

Containers and codecs are FFmpeg's names, as the catalogue has them. "Browsers" are the current
Chrome, Firefox and Safari together, on the systems they are made for.
"""

from collections.abc import Mapping

UNKNOWN_TYPE = "application/octet-stream"

_TYPES: Mapping[str, str] = {
    "aac": "audio/aac",
    "ac3": "audio/ac3",
    "aiff": "audio/aiff",
    "amr": "audio/amr",
    "ape": "audio/x-ape",
    "asf": "audio/x-ms-wma",
    "au": "audio/basic",
    "caf": "audio/x-caf",
    "dsf": "audio/x-dsf",
    "flac": "audio/flac",
    "iff": "audio/x-dff",
    "matroska": "audio/matroska",
    "mov": "audio/mp4",
    "mp3": "audio/mpeg",
    "mpc": "audio/x-musepack",
    "mpc8": "audio/x-musepack",
    "ogg": "audio/ogg",
    "tak": "audio/x-tak",
    "tta": "audio/x-tta",
    "w64": "audio/x-w64",
    "wav": "audio/wav",
    "wv": "audio/x-wavpack",
}

_PLAYED: Mapping[str, frozenset[str]] = {
    "audio/aac": frozenset({"aac"}),
    "audio/flac": frozenset({"flac"}),
    "audio/mp4": frozenset({"aac", "mp3", "flac", "opus"}),
    "audio/mpeg": frozenset({"mp3"}),
    "audio/ogg": frozenset({"vorbis", "opus", "flac"}),
    "audio/wav": frozenset({"pcm_u8", "pcm_s16le", "pcm_s24le", "pcm_s32le", "pcm_f32le"}),
    "audio/webm": frozenset({"vorbis", "opus"}),
}
"""Codecs that browsers play inside each type."""

_SUFFIXES: Mapping[str, str] = {
    "audio/aac": ".aac",
    "audio/flac": ".flac",
    "audio/mp4": ".m4a",
    "audio/mpeg": ".mp3",
    "audio/ogg": ".ogg",
    "audio/wav": ".wav",
    "audio/webm": ".webm",
}

HEAD_BYTES = 64
"""How much of the beginning of a file `media_type` looks at."""


def media_type(container: str, head: bytes) -> str:
    """Media type of a file.

    Parameters
    ----------
    container
        FFmpeg's name, such as `mov`.
    head
        The first `HEAD_BYTES` bytes, which tell WebM from Matroska and RF64 from WAV.
    """
    if container == "matroska" and b"\x42\x82" in head and b"webm" in head:
        return "audio/webm"
    if container == "wav" and head.startswith(b"RF64"):
        return "audio/x-rf64"
    return _TYPES.get(container, UNKNOWN_TYPE)


def is_played_by_browsers(media_type: str, codec: str) -> bool:
    """Whether every current browser plays a codec in a type, as far as that can be promised."""
    return codec in _PLAYED.get(media_type, frozenset())


def usual_suffix(media_type: str) -> str | None:
    """End of the name of a file of that type, None to keep the one it has."""
    return _SUFFIXES.get(media_type)


ALL_TYPES = tuple(sorted({*_TYPES.values(), "audio/webm", "audio/x-rf64", UNKNOWN_TYPE}))
"""Every type that a file of a library can have."""
