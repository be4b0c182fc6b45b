"""Finds out what tracks an MP4 file has: boxes of ISO 14496-12, whatever their order."""

from collections.abc import Iterator

from audio_ident.core.sniff_reader import ReadAt, TrackSort

MOST_BOXES = 256
"""Boxes that are looked at on one level; a file with more is not what it seems."""

MUSIC_BRANDS = frozenset({b"M4A ", b"M4B ", b"M4P ", b"F4A ", b"F4B "})
"""Major brands that promise music; a picture in its own track does not make them films."""

STILL_CODECS = frozenset({b"jpeg", b"png ", b"mjpa", b"mjpb", b"tiff", b"gif ", b"bmp "})


def find_mp4_tracks(read_at: ReadAt, start: int) -> frozenset[TrackSort]:
    """What the tracks of an MP4 file are; `UNKNOWN` when its list of tracks is not found."""
    brand = read_at(start + 8, 4)
    if brand in MUSIC_BRANDS:
        return frozenset({TrackSort.MUSIC})
    moov = _find(read_at, (start, start + (1 << 62)), b"moov")
    if moov is None:
        return frozenset({TrackSort.UNKNOWN})
    return frozenset(
        _sort_of(read_at, span) for kind, span in _boxes(read_at, moov) if kind == b"trak"
    )


def _sort_of(read_at: ReadAt, trak: tuple[int, int]) -> TrackSort:
    mdia = _find(read_at, trak, b"mdia")
    hdlr = mdia and _find(read_at, mdia, b"hdlr")
    if not mdia or not hdlr:
        return TrackSort.UNKNOWN
    handler = read_at(hdlr[0] + 8, 4)
    if handler == b"soun":
        return TrackSort.MUSIC
    if handler != b"vide":
        return TrackSort.OTHER
    return TrackSort.OTHER if _codec_of(read_at, mdia) in STILL_CODECS else TrackSort.FILM


def _codec_of(read_at: ReadAt, mdia: tuple[int, int]) -> bytes:
    span: tuple[int, int] | None = mdia
    for kind in (b"minf", b"stbl", b"stsd"):
        span = span and _find(read_at, span, kind)
    return read_at(span[0] + 12, 4) if span else b""


def _find(read_at: ReadAt, span: tuple[int, int], wanted: bytes) -> tuple[int, int] | None:
    return next((inner for kind, inner in _boxes(read_at, span) if kind == wanted), None)


def _boxes(read_at: ReadAt, span: tuple[int, int]) -> Iterator[tuple[bytes, tuple[int, int]]]:
    """Kind and content (offsets) of the boxes in a part of the file."""
    start, end = span
    for _ in range(MOST_BOXES):
        head = read_at(start, 16) if start < end else b""
        if len(head) < 8:
            return
        size_bytes, header_bytes = int.from_bytes(head[:4]), 8
        if size_bytes == 1:
            size_bytes, header_bytes = int.from_bytes(head[8:16]), 16
        if size_bytes == 0:
            size_bytes = end - start
        if size_bytes < header_bytes:
            return
        yield head[4:8], (start + header_bytes, min(end, start + size_bytes))
        start += size_bytes
