"""What the scripts share that make pages from the code: a row of a table, writing, comparing."""

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path


def table_row(cells: Iterable[str]) -> str:
    """Line of a Markdown table."""
    return f"| {' | '.join(cells)} |\n"


def write_or_check(path: Path, page: str, arguments: Sequence[str]) -> None:
    """Write a page or, with --check, end with an error when it differs from what lies there."""
    if "--check" not in arguments:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(page, encoding="utf-8")
    elif not path.exists() or path.read_text(encoding="utf-8") != page:
        sys.exit(f"{path.name} is out of date: run `make docs`")
    else:
        print(f"{path.name}: up to date")
