"""What a file is by its bytes: real files of every kind, and everything that is none."""

import functools
import io
import struct

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audio_ident.core.sniff import SniffedKind, sniff
from audio_ident.core.sniff_frames import find_mpeg_frame
from builders.encode import KINDS, cover_png, encode, encode_film
from builders.signals import chirps

EXPECTED = {
    "mp3": SniffedKind.MPEG,
    "mp3 without Xing": SniffedKind.MPEG,
    "mp3 without Xing and ID3": SniffedKind.MPEG,
    "mp3 without ID3": SniffedKind.MPEG,
    "flac": SniffedKind.FLAC,
    "ogg vorbis": SniffedKind.OGG,
    "opus": SniffedKind.OGG,
    "webm": SniffedKind.MATROSKA,
    "aac, moov at the end": SniffedKind.MP4,
    "aac faststart": SniffedKind.MP4,
    "aac fragmented": SniffedKind.MP4,
    "alac": SniffedKind.MP4,
    "wav 8 bit": SniffedKind.WAV,
    "wav 16 bit": SniffedKind.WAV,
    "wav 24 bit": SniffedKind.WAV,
    "wav 32 bit": SniffedKind.WAV,
    "wav float": SniffedKind.WAV,
    "RF64": SniffedKind.WAV,
    "aiff": SniffedKind.AIFF,
    "adts aac": SniffedKind.AAC,
    "wma": SniffedKind.ASF,
    "wavpack": SniffedKind.WAVPACK,
}


@functools.cache
def encoded(kind_name: str) -> bytes:
    """A second of sound."""
    return encode(chirps(1), KINDS[kind_name])


def sniffed(content: bytes) -> SniffedKind | None:
    """What bytes are."""
    return sniff(lambda offset, count: content[offset : offset + count])


def id3(size_bytes: int, *, has_footer: bool = False) -> bytes:
    """A tag of that length, with odd bytes in it."""
    size = bytes(size_bytes >> shift & 0x7F for shift in (21, 14, 7, 0))
    footer = b"3DI" + bytes(7) if has_footer else b""
    flags = b"\x10" if has_footer else b"\0"
    return b"ID3\x04\0" + flags + size + b"\xff\xfbOggS"[:6].ljust(size_bytes, b"x") + footer


def test_every_kind_has_an_expectation() -> None:
    """A kind of test file that is added has to be thought of here."""
    assert EXPECTED.keys() == KINDS.keys()


@pytest.mark.parametrize("kind_name", KINDS)
def test_every_kind_is_recognised(kind_name: str) -> None:
    """The bytes of real files tell what they are, whatever the name."""
    assert sniffed(encoded(kind_name)) == EXPECTED[kind_name]


@pytest.mark.parametrize("kind_name", ["flac", "adts aac", "wav 16 bit", "mp3 without ID3"])
@pytest.mark.parametrize(
    "prefix",
    [
        id3(30),
        id3(300_000),
        id3(40, has_footer=True),
        id3(10) + id3(200),
        bytes(5000),
        id3(9) + bytes(3),
    ],
    ids=["tag", "long tag", "footer", "two tags", "zeros", "tag and zeros"],
)
def test_tags_and_padding_before_the_music_are_skipped(kind_name: str, prefix: bytes) -> None:
    """Programs put ID3 before everything, and some leave zeros."""
    assert sniffed(prefix + encoded(kind_name)) == EXPECTED[kind_name]


@pytest.mark.parametrize("container", ["matroska", "mp4", "mov", "asf", "avi"])
@pytest.mark.parametrize("with_sound", [True, False])
def test_films_are_films(container: str, with_sound: bool) -> None:
    """Moving pictures make a film of a file, with sound or without."""
    assert sniffed(encode_film(container=container, with_sound=with_sound)) == SniffedKind.FILM


def test_a_picture_in_a_track_makes_no_film() -> None:
    """An MP4 with a still picture beside its music is music."""
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="mp4") as output:
        sound = output.add_stream("aac", rate=44_100, layout="mono")
        cover = output.add_stream("png", rate=1, width=16, height=16)
        cover.pix_fmt = "rgb24"
        picture = av.VideoFrame.from_ndarray(np.full((16, 16, 3), 90, np.uint8), format="rgb24")
        output.mux(cover.encode(picture))
        output.mux(cover.encode(None))
        silence = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), "fltp", "mono")
        silence.sample_rate = 44_100
        output.mux(sound.encode(silence))
        output.mux(sound.encode(None))
    content = buffer.getvalue().replace(b"mp4v", b"png ")  # how PyAV's library writes the codec
    assert sniffed(content) == SniffedKind.MP4


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"MAC \x96\x0f", SniffedKind.MONKEY),
        (b"MP+\x17", SniffedKind.MUSEPACK),
        (b"MPCKSH", SniffedKind.MUSEPACK),
        (b"TTA1\1\0", SniffedKind.TRUE_AUDIO),
        (b"DSD \x1c", SniffedKind.DSD),
        (b"FRM8" + bytes(8) + b"DSD ", SniffedKind.DSD),
        (b"caff\0\1", SniffedKind.CAF),
        (b"BW64\xff\xff\xff\xffWAVEds64", SniffedKind.WAV),
        (bytes.fromhex("726966662e91cf11a5d628db04c10000"), SniffedKind.W64),
        (b"FORM\0\0\0\x20AIFC", SniffedKind.AIFF),
        (b"FORM\0\0\0\x208SVX", None),
        (b"RIFF\x20\0\0\0WEBP", None),
        (b"OggS\0\2" + bytes(20) + b"\1\7\x80theora", SniffedKind.FILM),
        (b"OggS\0\2" + bytes(20) + b"\1\7\x7fFLAC  ", SniffedKind.OGG),
        (b"OggS\0\2" + bytes(20) + b"\1\7Speex   ", SniffedKind.OGG),
        (b"OggS\0\2" + bytes(20) + b"\1\7nothing", None),
        (b"", None),
        (b"fLa", None),
        (bytes(5000), None),
        (id3(50), None),
        (b"ID3", None),
        (b"a letter to nobody", None),
        (cover_png(), None),
        ("ÿþ text".encode("utf-16"), None),
        (b"\xff\xfb\x90\x00" + bytes(100), None),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", None),
        (b"\x1aE\xdf\xa3\x80", SniffedKind.MATROSKA),
        (b"\0\0\0\x10ftypisom\0\0\0\0", SniffedKind.MP4),
    ],
)
def test_magic_numbers(content: bytes, expected: SniffedKind | None) -> None:
    """Containers that tests cannot encode, and bytes that only begin like music."""
    assert sniffed(content) == expected


def test_an_mpeg_header_must_be_repeated() -> None:
    """One header is chance; a second of another stream is no repetition."""
    header = b"\xff\xfb\x90\x00"
    frame = find_mpeg_frame(header)
    assert frame is not None
    assert frame.length_bytes == 417
    whole = header.ljust(417, b"x")
    assert sniffed(whole * 3) == SniffedKind.MPEG
    assert sniffed(whole * 2) == SniffedKind.MPEG
    assert sniffed(whole) is None
    assert sniffed(whole + whole.replace(b"\xfb\x90", b"\xfb\x94") * 2) is None
    assert sniffed(whole + b"x" + whole) is None


@pytest.mark.parametrize("second", [0xFA, 0xE3, 0xF3, 0xF4, 0xFC])
def test_all_versions_and_layers_of_mpeg_are_known(second: int) -> None:
    """Not only FF FB: other versions, layers and frames with a checksum exist too."""
    header = struct.pack("4B", 0xFF, second, 0x50, 0)
    frame = find_mpeg_frame(header)
    assert frame is not None
    assert sniffed(header.ljust(frame.length_bytes, b"x") * 3) == SniffedKind.MPEG


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_damaged_files_are_sniffed_in_peace(data: st.DataObject) -> None:
    """Whatever bytes come, an answer comes, after a bounded number of reads."""
    content = bytearray(encoded(data.draw(st.sampled_from(sorted(KINDS))))[:8192])
    for _ in range(data.draw(st.integers(1, 20))):
        content[data.draw(st.integers(0, min(len(content) - 1, 300)))] = data.draw(
            st.integers(0, 255)
        )
    reads: list[int] = []

    def read_at(offset: int, count: int) -> bytes:
        reads.append(offset)
        assert offset >= 0
        return bytes(content[offset : offset + count])

    sniff(read_at)
    assert len(reads) < 5000


@given(
    st.binary(max_size=300),
    st.sampled_from([b"", b"\x1aE\xdf\xa3", b"\0\0\0\x08ftyp", b"OggS\0\2"]),
)
def test_no_bytes_are_too_strange(content: bytes, start: bytes) -> None:
    """Noise behind any beginning is sniffed without an error."""
    sniffed(start + content)
