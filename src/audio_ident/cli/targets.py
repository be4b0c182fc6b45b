"""Files that commands are to write: what cannot work is refused before the work is done."""

from pathlib import Path

import typer


def check_target(path: Path, option: str) -> None:
    """Refuse a file in a folder that is not there."""
    if not path.absolute().parent.is_dir():
        raise typer.BadParameter(f"there is no folder {path.parent}", param_hint=option)
