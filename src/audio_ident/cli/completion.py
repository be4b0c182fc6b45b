"""`audio-ident completion`."""

import enum
from typing import Annotated

import typer
from typer._completion_shared import get_completion_script

from audio_ident.cli.session import command


class Shell(enum.StrEnum):
    """Shells that can complete our commands."""

    BASH = "bash"
    ZSH = "zsh"
    FISH = "fish"


def completion(
    context: typer.Context,
    shell: Annotated[Shell, typer.Argument(help="The shell that reads the script.")],
) -> None:
    """Print the script that makes a shell complete commands, options and files."""
    with command(context, as_json=False) as output:
        script = get_completion_script(
            prog_name="audio-ident", complete_var="_AUDIO_IDENT_COMPLETE", shell=shell.value
        )
        output.raw(f"{script}\n".encode())
