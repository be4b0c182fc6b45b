"""Real mounts, where this machine lets us make them."""

import contextlib
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest


def mount(*arguments: str | Path) -> None:
    """Mount something, or skip the test where that is not allowed."""
    try:
        done = subprocess.run(["mount", *map(str, arguments)], capture_output=True, check=False)
    except FileNotFoundError:
        pytest.skip("there is no mount program")
    if done.returncode:
        pytest.skip(f"mounting is not allowed: {done.stderr.decode().strip()}")


def unmount(target: Path) -> None:
    """Take a mount away, even while its files are open."""
    subprocess.run(["umount", "--lazy", str(target)], capture_output=True, check=False)


@contextlib.contextmanager
def small_disk(target: Path, size: str) -> Iterator[Path]:
    """A file system in memory, of a size such as `2m`."""
    target.mkdir()
    mount("-t", "tmpfs", "-o", f"size={size}", "none", target)
    try:
        yield target
    finally:
        unmount(target)


@contextlib.contextmanager
def second_place(source: Path, target: Path) -> Iterator[Path]:
    """A folder that is also found elsewhere."""
    target.mkdir(exist_ok=True)
    mount("--bind", source, target)
    try:
        yield target
    finally:
        unmount(target)


@contextlib.contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """A folder that nobody can write, not even root."""
    mount("--bind", folder, folder)
    try:
        mount("-o", "remount,ro,bind", folder)
        yield
    finally:
        unmount(folder)
