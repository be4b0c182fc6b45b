"""What every command does before and after its work: settings, logs, errors, exit code."""

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, TypeAlias

import typer

from audio_ident.cli.application import Application, Entrance
from audio_ident.cli.exits import ExitCode, exit_code_of_error
from audio_ident.cli.render import Form, Output
from audio_ident.errors import AudioIdentError
from audio_ident.logs import configure_logs
from audio_ident.settings.loading import LoadedSettings, load_settings

AsJson: TypeAlias = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
AsJsonLines: TypeAlias = Annotated[bool, typer.Option("--jsonl", help="Print one object a line.")]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class GlobalOptions:
    """What stands before the command's name."""

    entrance: Entrance
    flags: dict[str, Any]
    config_file: Path | None
    is_quiet: bool


@contextmanager
def command(context: typer.Context, *, as_json: bool, as_lines: bool = False) -> Iterator[Output]:
    """Give the output of a command and turn its errors into messages and exit codes."""
    if as_json and as_lines:
        raise typer.BadParameter("choose one of --json and --jsonl")
    form = Form.JSON if as_json else Form.JSONL if as_lines else Form.TABLE
    options: GlobalOptions = context.obj
    output = Output(form, is_quiet=options.is_quiet)
    try:
        yield output
    except AudioIdentError as error:
        output.error(error)
        raise typer.Exit(exit_code_of_error(error)) from error
    except KeyboardInterrupt as interrupt:
        output.note("interrupted")
        raise typer.Exit(ExitCode.INTERRUPTED) from interrupt


def settings_of(context: typer.Context, **flags: object) -> LoadedSettings:
    """Load the settings and set up the log; `flags` are those of the command itself."""
    options: GlobalOptions = context.obj
    loaded = load_settings({**options.flags, **flags}, options.config_file)
    configure_logs(loaded.settings.log_level, loaded.settings.log_format)
    return loaded


@contextmanager
def library(context: typer.Context, **flags: object) -> Iterator[Application]:
    """Open the library that the settings name."""
    options: GlobalOptions = context.obj
    with options.entrance.open_application(settings_of(context, **flags).settings) as application:
        yield application
