"""The media type follows from the bytes, and says whether browsers play it."""

import pytest

from audio_ident.library.playback.media_types import is_played_by_browsers, media_type_of

EBML = b"\x1aE\xdf\xa3"
TYPES = {
    "audio/x-ape": b"MAC \x96\x0f",
    "audio/x-wavpack": b"wvpk",
    "audio/x-tta": b"TTA1",
    "audio/x-musepack": b"MPCK",
    "audio/x-caf": b"caff\0\1",
    "audio/x-dsd": b"DSD \x1c",
    "audio/x-ms-wma": bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c"),
    "audio/aiff": b"FORM\0\0\1\0AIFF",
    "audio/wav": b"RIFF\0\0\1\0WAVE",
    "audio/x-rf64": b"RF64\xff\xff\xff\xffWAVE",
    "audio/flac": b"fLaC",
    "audio/matroska": EBML + b"\x93\x42\x82\x88matroska",
    "audio/webm": EBML + b"\x9f\x42\x82\x84webm",
    "application/octet-stream": b"no music at all",
}


@pytest.mark.parametrize("media_type", TYPES)
def test_the_first_bytes_tell_the_type(media_type: str) -> None:
    """Each container has its type, and what is none has that of anything."""
    content = TYPES[media_type].ljust(200, b"\0")
    assert media_type_of(lambda at, count: content[at : at + count]) == media_type


@pytest.mark.parametrize(
    ("media_type", "codec", "is_played"),
    [
        ("audio/mpeg", "mp3", True),
        ("audio/mpeg", "mp2", False),
        ("audio/mp4", "aac", True),
        ("audio/mp4", "alac", False),
        ("audio/ogg", "opus", True),
        ("audio/ogg", "speex", False),
        ("audio/webm", "opus", True),
        ("audio/matroska", "opus", False),
        ("audio/wav", "pcm_s24le", True),
        ("audio/wav", "adpcm_ms", False),
        ("audio/x-rf64", "pcm_s16le", False),
        ("audio/x-dsd", "dsd_lsbf_planar", False),
    ],
)
def test_container_and_codec_decide_what_is_played(
    media_type: str, codec: str, is_played: bool
) -> None:
    """One without the other promises nothing."""
    assert is_played_by_browsers(media_type, codec) is is_played
