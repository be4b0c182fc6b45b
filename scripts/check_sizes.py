"""Fails when a file or a function has grown too long to be read at once."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

FILE_LIMITS = {"src": 400, "scripts": 400, "benchmarks": 400, "tests": 600}
"""Lines of a file, by top folder."""

FUNCTION_LIMIT = 50
"""Lines of a function without its docstring."""

EXEMPT = ("src/audio_ident/stores/sql/tables.py", "src/audio_ident/stores/sql/migrations/")
"""Tables are a list, not a story."""


def find_violations(root: Path) -> Iterator[str]:
    """Sentences about everything below a project's root that is too long."""
    for folder, limit in FILE_LIMITS.items():
        for path in sorted((root / folder).rglob("*.py")):
            name = path.relative_to(root).as_posix()
            if name.startswith(EXEMPT):
                continue
            source = path.read_text(encoding="utf-8")
            length = len(source.splitlines())
            if length > limit:
                yield f"{name}: {length} lines, at most {limit}"
            yield from _long_functions(name, ast.parse(source))


def _long_functions(name: str, tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = _code_lines(node)
            if length > FUNCTION_LIMIT:
                yield f"{name}:{node.lineno} {node.name}: {length} lines, at most {FUNCTION_LIMIT}"


def _code_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    first = node.body[0]
    is_docstring = ast.get_docstring(node) is not None and first.end_lineno is not None
    docstring = (first.end_lineno or 0) - first.lineno + 1 if is_docstring else 0
    return (node.end_lineno or node.lineno) - node.lineno + 1 - docstring


if __name__ == "__main__":
    violations = list(find_violations(ROOT))
    print("\n".join(violations) or "sizes: all within their limits")
    sys.exit(bool(violations))
