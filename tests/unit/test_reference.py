"""The reference pages tell what the program has."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from audio_ident.cli.app import make_cli
from audio_ident.cli.exits import ExitCode
from builders.application import MemoryApplication

ROOT = Path(__file__).resolve().parents[2]
CLI_PAGE = (ROOT / "docs/reference/cli.md").read_text(encoding="utf-8")


def commands() -> dict[str, list[str]]:
    """Options of every command, by its name; the empty name has those before the command."""
    group = typer.main.get_command(make_cli(MemoryApplication().entrance()))
    found = {"": group, **group.commands}  # type: ignore[attr-defined]
    return {
        name: [option for parameter in command.params for option in parameter.opts]
        for name, command in found.items()
    }


def test_every_command_and_option_is_documented() -> None:
    """The page names each command with its options."""
    for name, options in commands().items():
        if name:
            assert f"| `{name}" in CLI_PAGE
        for option in options:
            if option.startswith("--") and "completion" not in option:
                assert f"`{option}" in CLI_PAGE, option


def test_every_exit_code_is_documented() -> None:
    """The table of exit codes has exactly the codes that there are."""
    assert [int(code) for code in re.findall(r"^\| (\d+) \|", CLI_PAGE, re.MULTILINE)] == list(
        ExitCode
    )


@pytest.mark.parametrize("script", ["module_map", "settings_reference"])
def test_generated_pages_are_up_to_date(script: str) -> None:
    """What is made from the code was made again after its last change."""
    result = subprocess.run(
        [sys.executable, str(ROOT / f"scripts/{script}.py"), "--check"],
        env={"PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
        check=False,
    )

    assert result.returncode == 0, result.stderr


def test_make_lists_itself() -> None:
    """`make` tells about each of its commands."""
    result = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True)

    listed = re.findall(r"^  make (\w+)", result.stdout, re.MULTILINE)
    assert " ".join(listed) == "help setup demo test check fmt bench docs lock clean"
