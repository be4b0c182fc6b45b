"""The music that is measured with: one's own, or pieces synthesised for the purpose."""

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.demo.__main__ import make_music
from benchmarks.demo.pieces import LIBRARY

from audio_ident.engines.protocols import DecodeLimits

LIMITS = DecodeLimits(max_bytes=1 << 40, max_seconds=1e6, timeout_s=3600)

MOST_FILES = 60

AUDIO_SUFFIXES = frozenset(
    {".aac", ".aif", ".aiff", ".flac", ".m4a", ".mka", ".mp3", ".mp4", ".oga", ".ogg", ".opus"}
    | {".wav", ".webm", ".wma", ".wv"}
)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Music:
    """Files to measure with."""

    kind: str
    """`synthesised` or `own`; results name no folder."""
    files: tuple[Path, ...]
    every: tuple[Path, ...]
    """Those that were left out of `files` too: what compares tracks needs many."""
    folder: Path | None = None
    """That they are in; None for what was synthesised."""

    def of_one_format(self) -> tuple[Path, ...]:
        """The mp3 files; without any, those of the most frequent format."""
        by_suffix = self.by_suffix()
        return by_suffix.get(".mp3") or max(by_suffix.values(), key=len)

    def by_suffix(self) -> dict[str, tuple[Path, ...]]:
        """The files of every format."""
        suffixes = sorted({path.suffix.lower() for path in self.files})
        return {
            suffix: tuple(path for path in self.files if path.suffix.lower() == suffix)
            for suffix in suffixes
        }


@contextmanager
def music_from(folder: Path | None) -> Iterator[Music]:
    """Music of a folder, at most `MOST_FILES` spread over it; None synthesises some."""
    if folder is not None:
        files = audio_files(folder)
        if not files:
            raise SystemExit(f"{folder} holds no audio files")
        chosen = files[:: -(-len(files) // MOST_FILES)]
        yield Music(kind="own", files=chosen, every=files, folder=folder)
        return
    with TemporaryDirectory() as made:
        pieces = tuple(make_music(LIBRARY, Path(made)))
        yield Music(kind="synthesised", files=pieces, every=pieces)


def audio_files(folder: Path) -> tuple[Path, ...]:
    """Audio files below a folder, in order of name."""
    return tuple(
        path for path in sorted(folder.rglob("*")) if path.suffix.lower() in AUDIO_SUFFIXES
    )
