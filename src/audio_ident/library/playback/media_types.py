"""What kind of file audio is, by its bytes, and whether browsers play it.

The catalogue cannot tell the kind: files of different containers may hold the same audio, and it
remembers one of them. "Browsers" are the current Chrome, Firefox and Safari together, on the
systems they are made for.
"""

from collections.abc import Mapping

from audio_ident.core.sniff import SniffedKind, sniff
from audio_ident.core.sniff_reader import ReadAt

UNKNOWN_TYPE = "application/octet-stream"

_TYPES: Mapping[SniffedKind, str] = {
    SniffedKind.MPEG: "audio/mpeg",
    SniffedKind.AAC: "audio/aac",
    SniffedKind.FLAC: "audio/flac",
    SniffedKind.OGG: "audio/ogg",
    SniffedKind.MP4: "audio/mp4",
    SniffedKind.WAV: "audio/wav",
    SniffedKind.W64: "audio/x-w64",
    SniffedKind.AIFF: "audio/aiff",
    SniffedKind.CAF: "audio/x-caf",
    SniffedKind.ASF: "audio/x-ms-wma",
    SniffedKind.MATROSKA: "audio/matroska",
    SniffedKind.MONKEY: "audio/x-ape",
    SniffedKind.WAVPACK: "audio/x-wavpack",
    SniffedKind.MUSEPACK: "audio/x-musepack",
    SniffedKind.TRUE_AUDIO: "audio/x-tta",
    SniffedKind.DSD: "audio/x-dsd",
}

_WEBM, _RF64 = "audio/webm", "audio/x-rf64"

ALL_TYPES = tuple(sorted({*_TYPES.values(), _WEBM, _RF64, UNKNOWN_TYPE}))
"""Every type that a file of a library can have."""

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

_HEAD_BYTES = 64
"""Where the header of WebM says that it is more than Matroska."""


def media_type_of(read_at: ReadAt) -> str:
    """Media type of a file, told by a few of its bytes.

    Parameters
    ----------
    read_at
        Gives up to so many bytes (second argument) from an offset (first argument).
    """
    kind = sniff(read_at)
    head = read_at(0, _HEAD_BYTES)
    if kind is SniffedKind.MATROSKA and b"\x42\x82" in head and b"webm" in head:
        return _WEBM
    if kind is SniffedKind.WAV and head.startswith((b"RF64", b"BW64")):
        return _RF64
    return UNKNOWN_TYPE if kind is None else _TYPES.get(kind, UNKNOWN_TYPE)


def is_played_by_browsers(media_type: str, codec: str) -> bool:
    """Whether every current browser plays a codec in a type, as far as that can be promised."""
    return codec in _PLAYED.get(media_type, frozenset())


def usual_suffix(media_type: str) -> str | None:
    """End of the name of a file of that type, None to keep the one it has."""
    return _SUFFIXES.get(media_type)


_TYPES_OF_SUFFIXES: Mapping[str, str] = {
    **{suffix: media_type for media_type, suffix in _SUFFIXES.items()},
    ".aif": "audio/aiff",
    ".aiff": "audio/aiff",
    ".ape": "audio/x-ape",
    ".caf": "audio/x-caf",
    ".dff": "audio/x-dsd",
    ".dsf": "audio/x-dsd",
    ".m4b": "audio/mp4",
    ".mka": "audio/matroska",
    ".mp4": "audio/mp4",
    ".mpc": "audio/x-musepack",
    ".oga": "audio/ogg",
    ".opus": "audio/ogg",
    ".tta": "audio/x-tta",
    ".w64": "audio/x-w64",
    ".wma": "audio/x-ms-wma",
    ".wv": "audio/x-wavpack",
}


def type_of_suffix(suffix: str) -> str:
    """Media type that the end of a name, in lower case, promises: for lists, which open no file."""
    return _TYPES_OF_SUFFIXES.get(suffix, UNKNOWN_TYPE)
