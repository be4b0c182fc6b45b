"""`audio-ident owner`: who may do everything; for whoever can read the files of the library."""

import sys
from typing import Annotated

import typer

from audio_ident.cli.documents_accounts import owner_document
from audio_ident.cli.render import Form, Output
from audio_ident.cli.session import AsJson, command, library
from audio_ident.errors import NotFound
from audio_ident.model.accounts import LONGEST_PASSWORD, Owner, SetupKind

Name = Annotated[
    str | None,
    typer.Option(help="Name to log in with; else it is asked for, or the present one, or `owner`."),
]

owner = typer.Typer(help="The owner of the service, who may do everything.", no_args_is_help=True)


@owner.command("show")
def show(context: typer.Context, as_json: AsJson = False) -> None:
    """Show who the owner is."""
    with command(context, as_json=as_json) as output, library(context) as application:
        found = application.accounts.ownership.find()
        if found is None:
            raise NotFound("there is no owner yet; `audio-ident owner set` makes one")
        _tell(output, found)


@owner.command("set")
def set_(context: typer.Context, name: Name = None, as_json: AsJson = False) -> None:
    """Make somebody the owner, with a password that is asked for or read from stdin.

    A former owner loses all log-ins; API keys stay.
    """
    with command(context, as_json=as_json) as output, library(context) as application:
        ownership = application.accounts.ownership
        present = ownership.find()
        usual = present.name if present else "owner"
        if sys.stdin.isatty():
            name = name or typer.prompt("Name", default=usual, err=True)
            password = typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
        else:
            password = sys.stdin.readline(LONGEST_PASSWORD + 2).rstrip("\r\n")
        _tell(output, ownership.set(name or usual, password))


@owner.command("reset")
def reset(context: typer.Context, as_json: AsJson = False) -> None:
    """Print a link with which the owner chooses another name and password, once."""
    with command(context, as_json=as_json) as output, library(context) as application:
        link = application.accounts.ownership.make_link(SetupKind.RESET)
        if output.form is Form.JSON:
            output.document({"link": link})
            return
        output.text(link)
        output.note("it works once, within an hour; open it on this machine, or change its host")


def _tell(output: Output, owner: Owner) -> None:
    if output.form is Form.JSON:
        output.document(owner_document(owner))
        return
    output.facts(
        [
            ("owner", owner.name),
            ("since", f"{owner.created_at.astimezone():%Y-%m-%d %H:%M}"),
            ("password of", f"{owner.changed_at.astimezone():%Y-%m-%d %H:%M}"),
        ]
    )
