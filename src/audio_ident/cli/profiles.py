"""`audio-ident profiles`: folders and parameters under a name."""

from pathlib import Path
from typing import Annotated

import typer

from audio_ident.cli.documents import profile_document
from audio_ident.cli.render import Form
from audio_ident.cli.session import AsJson, command, library
from audio_ident.cli.words import named_values
from audio_ident.errors import BadInput
from audio_ident.model.parameters import PARAMETERS, make_parameters, values_of
from audio_ident.model.sessions import Profile

Name = Annotated[str, typer.Argument(metavar="NAME", help="Name of the profile.")]
Folders = Annotated[
    list[Path], typer.Argument(metavar="DIR", exists=True, file_okay=False, help="Its folders.")
]
Sets = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="PARAMETER=VALUE", help="A parameter; may be repeated."),
]

profiles = typer.Typer(
    help="Folders and parameters under a name, for `import --profile`.",
    invoke_without_command=True,
)


@profiles.callback()
def _default(context: typer.Context, as_json: AsJson = False) -> None:
    if context.invoked_subcommand is None:
        list_(context, as_json=as_json)


@profiles.command("list")
def list_(context: typer.Context, as_json: AsJson = False) -> None:
    """List the profiles, and the folders that were imported last."""
    with command(context, as_json=as_json) as output, library(context) as application:
        found = application.sessions.profiles()
        recent = application.sessions.recent_folders()
        if output.form is Form.JSON:
            documents = [profile_document(profile) for profile in found]
            output.document({"profiles": documents, "recent_folders": list(recent)})
            return
        if found:
            output.table(("NAME", "PARAMETERS", "FOLDERS"), [_row(profile) for profile in found])
        else:
            output.note("no profiles; `audio-ident profiles add NAME DIR...` keeps one")
        for folder in recent:
            output.note(f"recent: {folder}")


@profiles.command()
def add(
    context: typer.Context,
    name: Name,
    folders: Folders,
    sets: Sets = None,
    as_json: AsJson = False,
) -> None:
    """Keep folders and parameters under a name, instead of what it meant before."""
    with command(context, as_json=as_json) as output, library(context) as application:
        parameters = make_parameters(dict(_parsed(word) for word in sets or ()))
        paths = [folder.absolute() for folder in folders]
        profile = application.sessions.save_profile(name, paths, parameters)
        if output.form is Form.JSON:
            output.document(profile_document(profile))
        else:
            output.text(f"`audio-ident import --profile {name}` imports {len(paths)} folders")


@profiles.command()
def remove(context: typer.Context, name: Name, as_json: AsJson = False) -> None:
    """Forget a profile; the music and the library stay as they are."""
    with command(context, as_json=as_json) as output, library(context) as application:
        application.sessions.remove_profile(name)
        if output.form is Form.JSON:
            output.document({"removed": name})
        else:
            output.text(f"the profile {name} is forgotten")


def _parsed(word: str) -> tuple[str, object]:
    name, equals, text = word.partition("=")
    if not equals:
        raise BadInput(f"{word}: PARAMETER=VALUE is expected")
    kinds = {parameter.name: parameter.kind for parameter in PARAMETERS}
    claims = {"true": True, "yes": True, "false": False, "no": False}
    if kinds.get(name) is bool:
        return name, claims.get(text.lower(), text)
    return name, int(text) if text.isdecimal() else text


def _row(profile: Profile) -> tuple[str, str, str]:
    given = values_of(profile.parameters)
    chosen = {p.name: given[p.name] for p in PARAMETERS if given[p.name] != p.default}
    return profile.name, named_values(chosen), ", ".join(profile.folders)
