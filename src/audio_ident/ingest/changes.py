"""Tells which paths below some folders change, by events of the system or by looking."""

import enum
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path, PurePosixPath

import watchfiles

from audio_ident.ingest.scanner import is_skipped

MOUNTS = Path("/proc/self/mounts")

NETWORK_FILE_SYSTEMS = frozenset(
    {
        *("nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "glusterfs", "davfs"),
        *("fuse.sshfs", "fuse.rclone", "fuse.davfs2", "fuse.glusterfs", "virtiofs", "drvfs"),
    }
)
"""File systems that tell nothing about what other machines do to them."""

TICK_MS = 300
"""How soon a wish to stop is noticed."""

GATHER_MS = 400
"""How long changes are gathered that come in one burst."""


class WatchMode(enum.StrEnum):
    """How changes are noticed."""

    AUTO = "auto"
    """Events, or polling where a folder lies on a network."""
    EVENTS = "events"
    POLLING = "polling"


class _Stop:
    """What watchfiles asks whether to end."""

    def __init__(self, should_stop: Callable[[], bool]) -> None:
        self.is_set = should_stop


def watch_changes(
    folders: Sequence[Path],
    mode: WatchMode,
    poll_interval_s: float,
    should_stop: Callable[[], bool],
) -> Iterator[set[Path]]:
    """Paths that changed, as it happens; nothing several times a second while nothing does."""
    is_polling = mode is WatchMode.POLLING or (
        mode is WatchMode.AUTO and any(is_on_network(folder, _mounts()) for folder in folders)
    )
    for changes in watchfiles.watch(
        *folders,
        watch_filter=lambda _, path: not _is_hidden(Path(path), folders),
        debounce=GATHER_MS,
        stop_event=_Stop(should_stop),
        rust_timeout=TICK_MS,
        yield_on_timeout=True,
        force_polling=is_polling,
        poll_delay_ms=max(1, round(poll_interval_s * 1000)),
        raise_interrupt=False,
        ignore_permission_denied=True,
    ):
        yield {Path(path) for _, path in changes}


def is_on_network(folder: Path, mounts: str) -> bool:
    """Whether a folder lies on a network, by the list of mounts as Linux writes it."""
    home, kind = "", ""
    for line in mounts.splitlines():
        _, place, file_system, *_ = line.split(" ")
        place = place.replace("\\040", " ").replace("\\011", "\t").replace("\\134", "\\")
        is_around = PurePosixPath(folder).is_relative_to(place)
        if is_around and len(place) >= len(home):
            home, kind = place, file_system
    return kind in NETWORK_FILE_SYSTEMS


def _mounts() -> str:
    try:
        return MOUNTS.read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return ""  # another system: events, unless polling is asked for


def _is_hidden(path: Path, folders: Sequence[Path]) -> bool:
    for folder in folders:
        if path.is_relative_to(folder):
            return any(map(is_skipped, path.relative_to(folder).parts))
    return False
