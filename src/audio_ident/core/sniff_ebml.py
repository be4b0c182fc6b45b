"""Finds out what tracks a Matroska or WebM file has: elements of RFC 8794 and RFC 9559."""

from collections.abc import Iterator

from audio_ident.core.sniff_reader import ReadAt, TrackSort

MOST_ELEMENTS = 256
"""Elements that are looked at on one level; the list of tracks stands near the beginning."""

_SEGMENT = 0x18538067
_CLUSTER = 0x1F43B675
_TRACKS = 0x1654AE6B
_TRACK_ENTRY = 0xAE
_TRACK_TYPE = 0x83
_SORTS = {1: TrackSort.FILM, 2: TrackSort.MUSIC}
_ENDLESS = 1 << 62


def find_matroska_tracks(read_at: ReadAt, start: int) -> frozenset[TrackSort]:
    """What the tracks of a Matroska file are; `UNKNOWN` when its list of tracks is not found."""
    for name, segment in _elements(read_at, (start, _ENDLESS)):
        if name != _SEGMENT:
            continue
        for inner_name, inner in _elements(read_at, segment):
            if inner_name == _TRACKS:
                return frozenset(_sorts(read_at, inner))
            if inner_name == _CLUSTER:
                break
        break
    return frozenset({TrackSort.UNKNOWN})


def _sorts(read_at: ReadAt, tracks: tuple[int, int]) -> Iterator[TrackSort]:
    for name, entry in _elements(read_at, tracks):
        if name != _TRACK_ENTRY:
            continue
        for inner_name, (start, end) in _elements(read_at, entry):
            if inner_name == _TRACK_TYPE:
                value = int.from_bytes(read_at(start, min(8, end - start)))
                yield _SORTS.get(value, TrackSort.OTHER)


def _elements(read_at: ReadAt, span: tuple[int, int]) -> Iterator[tuple[int, tuple[int, int]]]:
    """Name and content (offsets) of the elements in a part of the file."""
    start, end = span
    for _ in range(MOST_ELEMENTS):
        head = read_at(start, 12) if start < end else b""
        name_bytes = _width(head[:1])
        size_bytes = _width(head[name_bytes : name_bytes + 1])
        header_bytes = name_bytes + size_bytes
        if not 1 <= name_bytes <= 4 or not size_bytes or len(head) < header_bytes:
            return
        name = int.from_bytes(head[:name_bytes])
        mask = (1 << 7 * size_bytes) - 1
        length = int.from_bytes(head[name_bytes:header_bytes]) & mask
        content = start + header_bytes
        start = end if length == mask else content + length  # all ones: until the parent ends
        yield name, (content, min(end, start))


def _width(first: bytes) -> int:
    """Bytes of a number of variable width, told by its leading zero bits; 0 when there is none."""
    return 9 - first[0].bit_length() if first and first[0] else 0
