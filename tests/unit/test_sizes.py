"""The size check finds what is too long."""

from pathlib import Path

from check_sizes import FILE_LIMITS, find_violations


def lay_out(root: Path, source: str) -> None:
    """Make the folders of a project with one module in it."""
    for folder in FILE_LIMITS:
        (root / folder).mkdir()
    (root / "src/module.py").write_text(source, encoding="utf-8")


def test_long_files_are_found(tmp_path: Path) -> None:
    """A module may have 400 lines and no more."""
    lay_out(tmp_path, "x = 1\n" * 400)
    assert list(find_violations(tmp_path)) == []

    (tmp_path / "src/module.py").write_text("x = 1\n" * 401, encoding="utf-8")
    assert list(find_violations(tmp_path)) == ["src/module.py: 401 lines, at most 400"]


def test_long_functions_are_found(tmp_path: Path) -> None:
    """A function may have 50 lines, its docstring not counted."""
    docstring = '    """Do it.\n\n    In detail.\n    """\n'
    lay_out(tmp_path, "def work():\n" + docstring + "    x = 1\n" * 50)

    assert list(find_violations(tmp_path)) == ["src/module.py:1 work: 51 lines, at most 50"]
