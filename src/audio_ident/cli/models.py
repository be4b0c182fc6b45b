"""`audio-ident models`: what likeness can be measured with."""

from pathlib import Path
from typing import Annotated

import typer

from audio_ident.cli.documents_models import (
    check_document,
    installed_document,
    listing_document,
)
from audio_ident.cli.exits import ExitCode
from audio_ident.cli.model_filling import coverage_document, fill, refit, show_coverage
from audio_ident.cli.render import Form, Output
from audio_ident.cli.session import AsJson, command, library
from audio_ident.model.embedding_models import InstalledModel, ModelListing

Name = Annotated[str, typer.Argument(metavar="NAME", help="Name of the model.")]
OneName = Annotated[
    str | None, typer.Argument(metavar="[NAME]", help="Name of the model; by default all.")
]
Folder = Annotated[
    Path, typer.Argument(metavar="DIR", exists=True, file_okay=False, help="Folder of a model.")
]
Checkpoint = Annotated[
    Path,
    typer.Argument(
        metavar="CHECKPOINT",
        exists=True,
        file_okay=False,
        help="Folder with config.json and weights as safetensors.",
    ),
]
NewFolder = Annotated[
    Path, typer.Argument(metavar="DIR", file_okay=False, help="Folder to be made.")
]
NewName = Annotated[
    str | None, typer.Option("--name", metavar="NAME", help="What it is called from now on.")
]
Licence = Annotated[
    str | None, typer.Option("--licence", metavar="TEXT", help="Licence of the weights.")
]
Revision = Annotated[
    str | None,
    typer.Option(
        "--revision",
        metavar="COMMIT",
        help="Another commit than the pinned one; of a branch such as main its present commit.",
    ),
]

models = typer.Typer(
    help="Models that measure likeness, and find music by words.", invoke_without_command=True
)


@models.callback()
def _default(context: typer.Context, as_json: AsJson = False) -> None:
    if context.invoked_subcommand is None:
        list_(context, as_json=as_json)


models.command()(fill)
models.command()(refit)


@models.command("list")
def list_(context: typer.Context, as_json: AsJson = False) -> None:
    """List the models that are here or can be fetched, and how much of the library they know."""
    with command(context, as_json=as_json) as output, library(context) as application:
        found = application.models.listings()
        if output.form is Form.JSON:
            spaces = [coverage_document(one) for one in application.vectors.coverage()]
            listed = [listing_document(listing) for listing in found]
            output.document({"models": listed, "spaces": spaces})
            return
        columns = ("NAME", "STATE", "SIZE>", "LICENCE", "MODEL", "GOOD FOR")
        output.table(columns, [_row(listing) for listing in found])
        for listing in found:
            if listing.problem:
                output.note(f"{listing.name}: {listing.problem}")
        if not any(listing.is_chosen for listing in found):
            output.note("likeness is measured with `timbre`, which needs no model")
        show_coverage(output, application.vectors.coverage())


@models.command()
def fetch(
    context: typer.Context, name: Name, revision: Revision = None, as_json: AsJson = False
) -> None:
    """Fetch a model from the hub, verify and try it; goes on where it was interrupted."""
    with command(context, as_json=as_json) as output, library(context) as application:
        with output.progress("fetch") as advance:
            installed = application.models.fetch(name, revision, advance)
        _tell(output, installed, f"fetched {name} at commit {installed.manifest.commit}")


@models.command()
def verify(context: typer.Context, name: OneName = None, as_json: AsJson = False) -> None:
    """Read every file of the models that are here, and compare it with the manifest."""
    with command(context, as_json=as_json) as output, library(context) as application:
        checks = application.models.verify(name)
        if output.form is Form.JSON:
            output.document({"models": [check_document(check) for check in checks]})
        for check in checks if output.form is Form.TABLE else ():
            output.text(f"{check.name}: {'; '.join(check.problems) or 'as it should be'}")
    if any(check.problems for check in checks):
        raise typer.Exit(ExitCode.FAILED)


@models.command()
def add(
    context: typer.Context,
    source: Folder,
    name: NewName = None,
    licence: Licence = None,
    as_json: AsJson = False,
) -> None:
    """Copy a model in that lies in a folder: one of ours, or a copy of a repository."""
    with command(context, as_json=as_json) as output, library(context) as application:
        installed = application.models.add(source.absolute(), name, licence)
        _tell(output, installed, f"added {installed.manifest.name}")


@models.command()
def remove(context: typer.Context, name: Name, as_json: AsJson = False) -> None:
    """Delete a model from this machine."""
    with command(context, as_json=as_json) as output, library(context) as application:
        application.models.remove(name)
        if output.form is Form.JSON:
            output.document({"removed": name})
        else:
            output.text(f"removed {name}")


@models.command()
def export(
    context: typer.Context,
    checkpoint: Checkpoint,
    folder: NewFolder,
    name: NewName = None,
    licence: Licence = None,
    as_json: AsJson = False,
) -> None:
    """Make a folder for `models add` of a CLAP checkpoint of Transformers; needs torch."""
    with command(context, as_json=as_json) as output, library(context) as application:
        chosen = name or folder.name.lower()
        installed = application.models.export(
            checkpoint.absolute(), folder.absolute(), chosen, licence or "unknown"
        )
        if output.form is Form.JSON:
            output.document(installed_document(installed))
        else:
            output.text(f"exported; `audio-ident models add {folder}` takes it in")


def _tell(output: Output, installed: InstalledModel, fact: str) -> None:
    if output.form is Form.JSON:
        output.document(installed_document(installed))
        return
    output.text(f"{fact}, {_megabytes(installed.manifest.size_bytes)}")
    output.note(f"set AUDIO_IDENT_VIBE_MODEL={installed.manifest.name} to measure likeness with it")


def _row(listing: ModelListing) -> tuple[str, ...]:
    state = "here" if listing.installed else "unusable" if listing.problem else "can be fetched"
    return (
        listing.name,
        f"{state}, chosen" if listing.is_chosen else state,
        _megabytes(listing.size_bytes),
        listing.licence,
        listing.repository,
        listing.about,
    )


def _megabytes(count: int) -> str:
    return f"{count / 1e6:.0f} MB" if count >= 1e7 else f"{count / 1e6:.1f} MB"
