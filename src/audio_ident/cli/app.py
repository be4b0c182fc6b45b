"""The command line as a whole: the options before the command, and the list of commands."""

from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from typing import Annotated

import typer

from audio_ident.cli.application import Entrance
from audio_ident.cli.backup import backup, restore
from audio_ident.cli.completion import completion
from audio_ident.cli.config import config
from audio_ident.cli.doctor import doctor
from audio_ident.cli.duplicates import duplicates
from audio_ident.cli.errors import errors
from audio_ident.cli.export import export
from audio_ident.cli.identify import identify
from audio_ident.cli.imports import import_
from audio_ident.cli.journeys import mix, path
from audio_ident.cli.keys import keys
from audio_ident.cli.maintenance import check, rebuild
from audio_ident.cli.migrate_store import migrate_store
from audio_ident.cli.models import models
from audio_ident.cli.owner import owner
from audio_ident.cli.parameters import parameters
from audio_ident.cli.profiles import profiles
from audio_ident.cli.selftest import selftest
from audio_ident.cli.serve import serve
from audio_ident.cli.session import GlobalOptions
from audio_ident.cli.sessions import sessions
from audio_ident.cli.similar import search, similar
from audio_ident.cli.tracks import tracks
from audio_ident.cli.watch import watch

COMMANDS: tuple[Callable[..., None], ...] = (
    serve,
    watch,
    identify,
    similar,
    search,
    path,
    mix,
    export,
    errors,
    check,
    rebuild,
    doctor,
    selftest,
    backup,
    restore,
    migrate_store,
    parameters,
    completion,
)
"""The commands that are called like their functions, in the order of `--help`."""

DataDir = Annotated[
    Path | None, typer.Option(file_okay=False, help="Folder of the library; setting `data_dir`.")
]
ConfigFile = Annotated[
    Path | None, typer.Option("--config", help="Settings file instead of the usual one.")
]
LogLevel = Annotated[
    str | None, typer.Option(help="debug, info, warning or error; setting `log_level`.")
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress and no notes on stderr.")]


def _print_version(is_wanted: bool) -> None:
    if is_wanted:
        typer.echo(f"audio-ident {metadata.version('audio-ident')}")
        raise typer.Exit


Version = Annotated[
    bool,
    typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version."),
]


def make_cli(entrance: Entrance) -> typer.Typer:
    """Command line over an application."""
    cli = typer.Typer(
        name="audio-ident",
        help="Name any clip of your own music library by ear.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
    )

    @cli.callback()
    def options(
        context: typer.Context,
        data_dir: DataDir = None,
        config_file: ConfigFile = None,
        log_level: LogLevel = None,
        is_quiet: Quiet = False,
        version: Version = False,
    ) -> None:
        del version
        flags = {"data_dir": data_dir, "log_level": log_level}
        context.obj = GlobalOptions(
            entrance=entrance, flags=flags, config_file=config_file, is_quiet=is_quiet
        )

    cli.command("import")(import_)
    for command in COMMANDS:
        cli.command()(command)
    cli.add_typer(tracks, name="tracks")
    cli.add_typer(duplicates)
    cli.add_typer(config, name="config")
    cli.add_typer(sessions, name="sessions")
    cli.add_typer(profiles, name="profiles")
    cli.add_typer(owner, name="owner")
    cli.add_typer(keys, name="keys")
    cli.add_typer(models, name="models")
    return cli
