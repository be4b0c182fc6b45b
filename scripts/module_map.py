"""Writes docs/explanation/module-map.md from the docstrings of the modules; --check compares."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

from pages import write_or_check

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "src/audio_ident"
PAGE = ROOT / "docs/explanation/module-map.md"

FOLDERS = {
    "api": "HTTP edge",
    "cli": "Terminal edge",
    "wiring": "Composition root",
    "ingest": "Use case: import",
    "identify": "Use case: what is this clip",
    "library": "Use case: keep the collection in order",
    "engines": "From bytes to numbers",
    "stores": "What lasts",
    "core": "Pure arithmetic",
    "model": "Vocabulary",
    "settings": "What a person can set",
    "": "Foundation",
}
"""Top folders from the edge down, with what they are for."""

HEADER = """\
# Module map

Every module and its role, from the edge down to the vocabulary; a folder imports only from
folders further down (`pyproject.toml` has the contracts, `make check` enforces them). This page
is made from the first line of each module's docstring: change it there, then run `make docs`.
"""


def module_map(package: Path) -> str:
    """The page for a package."""
    unknown = {path.name for path in package.iterdir() if path.is_dir()} - {*FOLDERS, "__pycache__"}
    if unknown:
        raise SystemExit(f"name the role of {sorted(unknown)} in scripts/module_map.py")
    return "\n".join([HEADER, *_sections(package)])


def _sections(package: Path) -> Iterator[str]:
    for folder, role in FOLDERS.items():
        paths = (package / folder).rglob("*.py") if folder else package.glob("*.py")
        rows = [_row(package, path) for path in sorted(paths) if path.name != "__init__.py"]
        if rows:
            heading = f"`{folder}/` - {role}" if folder else role
            yield "\n".join([f"## {heading}\n", "| module | role |", "|---|---|", *rows, ""])


def _row(package: Path, path: Path) -> str:
    docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    if not docstring:
        raise SystemExit(f"{path} has no docstring")
    role = docstring.splitlines()[0].replace("|", "\\|")
    return f"| `{path.relative_to(package).as_posix()}` | {role} |"


if __name__ == "__main__":
    write_or_check(PAGE, module_map(PACKAGE), sys.argv)
