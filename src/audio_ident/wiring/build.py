"""Which build of the program this is."""

import functools
import os
import subprocess
from pathlib import Path

UNKNOWN = "unknown"

_CHECKOUT = Path(__file__).resolve().parents[3]

_PATIENCE_S = 5


@functools.cache
def git_sha() -> str:
    """Short name of the commit: from the environment of an image, or of a checkout."""
    stated = os.environ.get("GIT_SHA", "")
    if stated:
        return stated[:12]
    # an installed package may lie in the repository of somebody else
    if not (_CHECKOUT / ".git").exists() or not (_CHECKOUT / "pyproject.toml").exists():
        return UNKNOWN
    try:
        asked = subprocess.run(
            ["git", "rev-parse", "--short", "HEAD"],  # noqa: S607 -- wherever git is
            cwd=_CHECKOUT,
            capture_output=True,
            check=True,
            text=True,
            timeout=_PATIENCE_S,
        )
    except (OSError, subprocess.SubprocessError):
        return UNKNOWN
    return asked.stdout.strip() or UNKNOWN


def build_time() -> str:
    """When the program was built, as its image states."""
    return os.environ.get("BUILD_TIME") or UNKNOWN
