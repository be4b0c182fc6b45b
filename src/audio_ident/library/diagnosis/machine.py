"""Looks at the machine: disk, file system, memory, limits of the operating system, clock.

What a system does not tell (these files are those of Linux) is no complaint.
"""

import datetime
import mmap
import os
import resource
import shutil
import tempfile
from pathlib import Path

from audio_ident.errors import DiskFull
from audio_ident.library.diagnosis.verdicts import broken, degraded, healthy
from audio_ident.model.reports import Diagnosis

LEAST_FREE_BYTES = 1 << 30
"""Less than this is worth a warning: about 400 hours of audio more fit into it."""

LEAST_FREE_INODES = 10_000
"""Each recording takes one."""

LEAST_MEMORY_BYTES = 512 << 20
"""A query needs up to 250 MB and a worker about 120 MB."""

LEAST_OPEN_FILES = 256
"""Segments, database, pipes of the workers: 64 of them on a library of 100,000 recordings."""

LEAST_WATCHES = 8192
"""Folders that can be watched at once; the default of old systems."""

OLDEST_DATE = datetime.datetime(2025, 1, 1, tzinfo=datetime.UTC)
"""Before the first release: a clock that says so is wrong."""

NETWORK_FILE_SYSTEMS = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "glusterfs", "fuse.sshfs"}
)

_PROC = Path("/proc")


def disk_space(directory: Path) -> Diagnosis:
    """Whether the library can grow."""
    free_bytes = shutil.disk_usage(_existing(directory)).free
    fact = f"{free_bytes / 2**30:.1f} GiB free"
    if free_bytes >= LEAST_FREE_BYTES:
        return healthy(fact)
    return degraded(fact, effect="an import may stop in the middle", remedy=DiskFull.remedy)


def disk_entries(directory: Path) -> Diagnosis:
    """Whether the file system takes more files, which can run out before the space does."""
    status = os.statvfs(_existing(directory))
    if not status.f_files:
        return healthy("the file system does not count them")
    fact = f"{status.f_favail} of {status.f_files} free"
    if status.f_favail >= LEAST_FREE_INODES:
        return healthy(fact)
    return degraded(fact, effect="an import may stop in the middle", remedy=DiskFull.remedy)


def file_system(directory: Path) -> Diagnosis:
    """Whether the data directory lies where databases and maps into memory work."""
    kind = _file_system_kind(_existing(directory))
    if kind in NETWORK_FILE_SYSTEMS:
        return degraded(
            f"{directory} lies on a network file system ({kind})",
            effect="locks may not hold between machines, and queries are slow",
            remedy="Move AUDIO_IDENT_DATA_DIR to a local disk; the music may stay where it is.",
        )
    if directory.is_dir() and os.access(directory, os.W_OK):
        return _tried(directory, kind)
    return healthy(kind)


def memory() -> Diagnosis:
    """Whether there is room for a query or a worker."""
    available_bytes = min(_available_bytes(), _bytes_left_to_us())
    if available_bytes == _UNLIMITED:
        return healthy("the system does not tell")
    fact = f"{available_bytes / 2**30:.1f} GiB available"
    if available_bytes >= LEAST_MEMORY_BYTES:
        return healthy(fact)
    return degraded(
        fact,
        effect="workers may be killed by the system, and their files fail with WORKER_CRASHED",
        remedy="Close other programs, or lower AUDIO_IDENT_WORKERS.",
    )


def open_files() -> Diagnosis:
    """How many files this process may hold open."""
    limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if limit == resource.RLIM_INFINITY:
        return healthy("unlimited")
    if limit >= LEAST_OPEN_FILES:
        return healthy(f"{limit} files")
    return degraded(
        f"{limit} files",
        effect="a large library cannot be opened",
        remedy=f"Raise it before starting: `ulimit -n {LEAST_OPEN_FILES}` or more.",
    )


def watch_limit() -> Diagnosis:
    """How many folders can be watched."""
    try:
        watches = int((_PROC / "sys/fs/inotify/max_user_watches").read_text())
    except (OSError, ValueError):
        return healthy("the system does not tell")
    fact = f"{watches} folders can be watched"
    if watches >= LEAST_WATCHES:
        return healthy(fact)
    return degraded(
        fact,
        effect="of a larger collection, changes are found only by looking at intervals",
        remedy="Raise it: `sysctl fs.inotify.max_user_watches=524288`.",
    )


def clock(now: datetime.datetime) -> Diagnosis:
    """Whether the date can be right."""
    fact = now.isoformat(timespec="seconds")
    if now >= OLDEST_DATE:
        return healthy(fact)
    return degraded(
        f"{fact}, which is before this program was written",
        effect="sessions and decisions get wrong dates; `restore` may keep the older decision",
        remedy="Set the clock.",
    )


def _existing(directory: Path) -> Path:
    return next(path for path in (directory, *directory.parents) if path.exists())


def _file_system_kind(path: Path) -> str:
    """Name of the file system that a path lies on, `unknown` where the system does not tell."""
    try:
        lines = (_PROC / "self/mountinfo").read_text(errors="surrogateescape").splitlines()
    except OSError:
        return "unknown"
    resolved = path.resolve()
    best = (0, "unknown")
    for line in lines:
        left, _, right = line.partition(" - ")
        mounted_at = left.split()[4].encode("ascii", "surrogateescape").decode("unicode_escape")
        if resolved.is_relative_to(mounted_at):
            best = max(best, (len(mounted_at), right.split()[0]), key=lambda found: found[0])
    return best[1]


def _tried(directory: Path, kind: str) -> Diagnosis:
    """Make and map a file, because some file systems only say no when asked."""
    with tempfile.TemporaryDirectory(prefix=".doctor-", dir=directory) as folder:
        probe = Path(folder, "Probe")
        probe.write_bytes(b"probe")
        try:
            with probe.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ):
                pass
        except OSError as error:
            return broken(
                f"{kind} maps no files into memory: {error.strerror}",
                effect="the index cannot be read",
                remedy="Move AUDIO_IDENT_DATA_DIR to another disk.",
            )
        if probe.with_name("probe").exists():
            return healthy(f"{kind}, which takes upper and lower case for the same")
    return healthy(kind)


_UNLIMITED = 1 << 62


def _available_bytes() -> int:
    try:
        lines = (_PROC / "meminfo").read_text().splitlines()
    except OSError:
        return _UNLIMITED
    found = (line.split()[1] for line in lines if line.startswith("MemAvailable:"))
    return int(next(found, _UNLIMITED >> 10)) << 10


def _bytes_left_to_us() -> int:
    """What a container may still use."""
    group = Path("/sys/fs/cgroup")
    try:
        return int((group / "memory.max").read_text()) - int((group / "memory.current").read_text())
    except (OSError, ValueError):  # no container, or the word `max`
        return _UNLIMITED
