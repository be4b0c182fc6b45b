"""Opens files whose names promise no music, to see whether they are music all the same."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from audio_ident.core.sniff import SniffedKind, sniff

THREADS = 8
"""Files that are opened at a time: disks and network shares serve several waiting reads sooner."""

FILES_AT_ONCE = 1000


def sniff_file(path: Path) -> SniffedKind | None:
    """Kind of one file, None when it is no music and no film; raises OSError."""
    with path.open("rb", buffering=0) as file:

        def read_at(offset: int, count: int) -> bytes:
            file.seek(offset)
            return file.read(count) or b""

        return sniff(read_at)


def are_music(paths: Sequence[Path]) -> Iterator[bool]:
    """Whether files are music, in their order; what cannot be read is none."""
    with ThreadPoolExecutor(THREADS, "sniff") as pool:
        for start in range(0, len(paths), FILES_AT_ONCE):
            yield from pool.map(_is_music, paths[start : start + FILES_AT_ONCE])


def _is_music(path: Path) -> bool:
    try:
        return sniff_file(path) not in {None, SniffedKind.FILM}
    except OSError:
        return False
