"""`audio-ident keys`: what lets programs in."""

import datetime
from typing import Annotated

import typer

from audio_ident.cli.documents_accounts import key_document
from audio_ident.cli.render import Form
from audio_ident.cli.session import AsJson, command, library
from audio_ident.model.accounts import ApiKey, Scope

Name = Annotated[str, typer.Argument(metavar="NAME", help="What the key is for.")]
NameOrId = Annotated[str, typer.Argument(metavar="NAME", help="Name or id of the key.")]
Scopes = Annotated[
    list[Scope] | None,
    typer.Option("--scope", help="What it may do, by default read; may be repeated."),
]
Expires = Annotated[
    datetime.datetime | None,
    typer.Option(
        "--expires", formats=["%Y-%m-%d"], help="Day on which it ends, at 0:00 of this machine."
    ),
]

keys = typer.Typer(help="API keys, which let programs in.", invoke_without_command=True)


@keys.callback()
def _default(context: typer.Context, as_json: AsJson = False) -> None:
    if context.invoked_subcommand is None:
        list_(context, as_json=as_json)


@keys.command("list")
def list_(context: typer.Context, as_json: AsJson = False) -> None:
    """List the keys; what they consist of is kept nowhere."""
    with command(context, as_json=as_json) as output, library(context) as application:
        found = application.accounts.keys.all()
        if output.form is Form.JSON:
            output.document({"keys": [key_document(key) for key in found]})
        elif found:
            columns = ("NAME", "BEGINS", "SCOPES", "MADE", "USED", "EXPIRES")
            output.table(columns, [_row(key) for key in found])
        else:
            output.note("no keys; `audio-ident keys add NAME` makes one")


@keys.command()
def add(
    context: typer.Context,
    name: Name,
    scopes: Scopes = None,
    expires: Expires = None,
    as_json: AsJson = False,
) -> None:
    """Make a key and print it, this once."""
    with command(context, as_json=as_json) as output, library(context) as application:
        wanted = frozenset(scopes or [Scope.READ])
        key, secret = application.accounts.keys.add(
            name, wanted, expires.astimezone() if expires else None
        )
        if output.form is Form.JSON:
            output.document({**key_document(key), "key": secret})
            return
        output.text(secret)
        output.note("keep it now: it is shown this once")


@keys.command()
def revoke(context: typer.Context, name: NameOrId, as_json: AsJson = False) -> None:
    """Make a key worthless, at once."""
    with command(context, as_json=as_json) as output, library(context) as application:
        key = application.accounts.keys.revoke(name)
        if output.form is Form.JSON:
            output.document(key_document(key))
        else:
            output.text(f"revoked {key.name} ({key.hint}...)")


def _row(key: ApiKey) -> tuple[str, ...]:
    times = [
        f"{time.astimezone():%Y-%m-%d %H:%M}" if time else "never"
        for time in (key.created_at, key.used_at, key.expires_at)
    ]
    return (key.name, key.hint, ", ".join(sorted(key.scopes)), *times)
