"""Walks through the commands of audio-ident, as the command line has them."""

from collections.abc import Iterator
from typing import Any, NoReturn

import typer

from audio_ident.cli.app import make_cli
from audio_ident.cli.application import Entrance


def commands() -> Iterator[tuple[str, Any]]:
    """Every command by its words, such as `config show`; the empty one is the program itself."""
    root = typer.main.get_command(make_cli(Entrance(open_application=_refuse, diagnose=_refuse)))
    yield from _below("", root)


def _below(words: str, command: Any) -> Iterator[tuple[str, Any]]:  # noqa: ANN401
    # Typer brings its own copy of Click, whose types have no public name
    yield words, command
    for name, inner in getattr(command, "commands", {}).items():
        yield from _below(f"{words} {name}".strip(), inner)


def _refuse(settings: object) -> NoReturn:
    raise AssertionError(f"nothing is run here: {settings}")
