"""Tells from a few of its bytes which container of music a file is, whatever its name says.

Only what the container must carry is looked at: a kind means that decoding is worth a try, no
kind that it is not. Whether there is music inside is for the decoder to say.
"""

import enum

from audio_ident.core.sniff_boxes import find_mp4_tracks
from audio_ident.core.sniff_ebml import find_matroska_tracks
from audio_ident.core.sniff_frames import has_adts_frames, has_mpeg_frames
from audio_ident.core.sniff_reader import ReadAt, TrackSort

HEAD_BYTES = 64
"""Enough for every magic number below."""

LEAST_BYTES = 4
"""Anything shorter is no audio."""

MOST_PADDING_BYTES = 1 << 20
"""Zeros that are skipped before the music; more were never seen, and reading ends somewhere."""

MOST_ID3_TAGS = 8
"""Tags one after the other; careless programs put a second one before the first."""

MOST_OGG_STREAMS = 16

ASF_HEADER_BYTES = 1 << 16
"""How far the streams of an ASF file are looked for; its header is a few kilobytes."""


class SniffedKind(enum.StrEnum):
    """What a file is by its bytes."""

    MPEG = "mpeg"
    AAC = "aac"
    FLAC = "flac"
    OGG = "ogg"
    MP4 = "mp4"
    WAV = "wav"
    W64 = "w64"
    AIFF = "aiff"
    CAF = "caf"
    ASF = "asf"
    MATROSKA = "matroska"
    MONKEY = "ape"
    WAVPACK = "wavpack"
    MUSEPACK = "musepack"
    TRUE_AUDIO = "tta"
    DSD = "dsd"
    FILM = "film"
    """It has moving pictures, so it is no music."""


_ASF_HEADER = bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c")
_ASF_VIDEO = bytes.fromhex("c0ef19bc4d5bcf11a8fd00805f5c442b")
"""Advanced Systems Format specification 10.1 and 10.4: header object, video media."""

_WAVE64 = bytes.fromhex("726966662e91cf11a5d628db04c10000")
"""GUID of the RIFF chunk in Sony's Wave64."""

_PLAIN_MAGIC = (
    (b"fLaC", SniffedKind.FLAC),
    (b"caff", SniffedKind.CAF),
    (b"MAC ", SniffedKind.MONKEY),
    (b"wvpk", SniffedKind.WAVPACK),
    (b"MP+", SniffedKind.MUSEPACK),
    (b"MPCK", SniffedKind.MUSEPACK),
    (b"TTA1", SniffedKind.TRUE_AUDIO),
    (b"TTA2", SniffedKind.TRUE_AUDIO),
    (b"DSD ", SniffedKind.DSD),
    (b"FRM8", SniffedKind.DSD),
    (b"ADIF", SniffedKind.AAC),
    (_WAVE64, SniffedKind.W64),
)

_OGG_MUSIC = (b"\x01vorbis", b"OpusHead", b"\x7fFLAC", b"Speex   ")
_OGG_FILM = (b"\x80theora", b"BBCD\0", b"\x01video")


def sniff(read_at: ReadAt) -> SniffedKind | None:
    """Kind of a file, None when it is no music and no film that we know.

    Parameters
    ----------
    read_at
        Gives up to so many bytes (second argument) from an offset (first argument); fewer at the
        end of the file, none behind it.
    """
    start = _start_of_music(read_at)
    head = read_at(start, HEAD_BYTES)
    if len(head) < LEAST_BYTES:
        return None
    for magic, kind in _PLAIN_MAGIC:
        if head.startswith(magic):
            return kind
    return _sniff_chunks(read_at, start, head) or _sniff_frames(read_at, start)


def _start_of_music(read_at: ReadAt) -> int:
    """Offset of the first byte behind ID3 tags and zero padding."""
    start = _skip_zeros(read_at, 0)
    for _ in range(MOST_ID3_TAGS):
        head = read_at(start, 10)
        if len(head) < 10 or head[:3] != b"ID3" or max(head[6:]) > 0x7F:
            break
        size_bytes = sum(
            byte << shift for byte, shift in zip(head[6:], (21, 14, 7, 0), strict=True)
        )
        has_footer = bool(head[5] & 0x10)
        start = _skip_zeros(read_at, start + 10 + size_bytes + 10 * has_footer)
    return start


def _skip_zeros(read_at: ReadAt, start: int) -> int:
    if read_at(start + 4, 4) == b"ftyp":
        return start  # the zeros of an MP4 file are the length of its first box
    end = start + MOST_PADDING_BYTES
    while start < end:
        block = read_at(start, 4096)
        kept = block.lstrip(b"\0")
        start += len(block) - len(kept)
        if kept or not block:
            break
    return start


def _sniff_chunks(read_at: ReadAt, start: int, head: bytes) -> SniffedKind | None:
    found: SniffedKind | None = None
    if head[:4] in {b"RIFF", b"RF64", b"BW64"}:
        found = {b"WAVE": SniffedKind.WAV, b"AVI ": SniffedKind.FILM}.get(head[8:12])
    elif head[:4] == b"FORM":
        found = SniffedKind.AIFF if head[8:12] in {b"AIFF", b"AIFC"} else None
    elif head[:4] == b"OggS":
        found = _sniff_ogg(read_at, start)
    elif head.startswith(_ASF_HEADER):
        is_film = _ASF_VIDEO in read_at(start, ASF_HEADER_BYTES)
        found = SniffedKind.FILM if is_film else SniffedKind.ASF
    elif head[4:8] == b"ftyp":
        found = _of_tracks(find_mp4_tracks(read_at, start), SniffedKind.MP4)
    elif head[:4] == b"\x1aE\xdf\xa3":
        found = _of_tracks(find_matroska_tracks(read_at, start), SniffedKind.MATROSKA)
    return found


def _sniff_frames(read_at: ReadAt, start: int) -> SniffedKind | None:
    if has_mpeg_frames(read_at, start):
        return SniffedKind.MPEG
    return SniffedKind.AAC if has_adts_frames(read_at, start) else None


def _of_tracks(tracks: frozenset[TrackSort], kind: SniffedKind) -> SniffedKind | None:
    if TrackSort.FILM in tracks:
        return SniffedKind.FILM
    is_music = TrackSort.MUSIC in tracks or TrackSort.UNKNOWN in tracks
    return kind if is_music else None


def _sniff_ogg(read_at: ReadAt, start: int) -> SniffedKind | None:
    """Look at the first packet of every stream: all streams begin before any goes on."""
    found: SniffedKind | None = None
    for _ in range(MOST_OGG_STREAMS):
        head = read_at(start, 27 + 255 + 16)
        if len(head) < 27 or head[:4] != b"OggS" or not head[5] & 0x02:
            break
        segments = head[26]
        packet = head[27 + segments :]
        if packet.startswith(_OGG_FILM):
            return SniffedKind.FILM
        if packet.startswith(_OGG_MUSIC):
            found = SniffedKind.OGG
        start += 27 + segments + sum(head[27 : 27 + segments])
    return found
