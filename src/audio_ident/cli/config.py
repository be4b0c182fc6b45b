"""`audio-ident config show` and `audio-ident config check`."""

from typing import Annotated, Any

import typer

from audio_ident.cli.exits import ExitCode
from audio_ident.cli.render import Form
from audio_ident.cli.session import AsJson, command, settings_of
from audio_ident.cli.words import in_words
from audio_ident.settings.loading import LoadedSettings, unusable_paths
from audio_ident.settings.model import secret_names
from audio_ident.settings.secrets import shown

config = typer.Typer(help="Show and check the settings.", no_args_is_help=True)

WithOrigin = Annotated[bool, typer.Option("--origin", help="Also tell where each value came from.")]


def settings_documents(loaded: LoadedSettings) -> list[dict[str, Any]]:
    """Every setting with its value and origin; of secrets only what gives nobody entry."""
    values = loaded.settings.model_dump(mode="json")
    secrets = {name: shown(getattr(loaded.settings, name)) for name in secret_names()}
    return [
        {"name": name, "value": value, "origin": loaded.origins[name]}
        for name, value in (values | secrets).items()
    ]


@config.command()
def show(context: typer.Context, with_origin: WithOrigin = False, as_json: AsJson = False) -> None:
    """Print every setting and its value."""
    with command(context, as_json=as_json) as output:
        loaded = settings_of(context)
        names = ("name", "value", "origin") if with_origin else ("name", "value")
        documents = [
            {name: document[name] for name in names} for document in settings_documents(loaded)
        ]
        if output.form is Form.JSON:
            output.document({"file": str(loaded.file), "settings": documents})
            return
        columns = ("SETTING", "VALUE", "ORIGIN")[: len(names)]
        output.table(
            columns, [[in_words(document[name]) for name in names] for document in documents]
        )


@config.command("check")
def check_config(context: typer.Context, as_json: AsJson = False) -> None:
    """Look for mistakes in the settings file, the environment and the folders they name."""
    with command(context, as_json=as_json) as output:
        loaded = settings_of(context)
        problems = list(unusable_paths(loaded.settings))
        if output.form is Form.JSON:
            output.document({"file": str(loaded.file), "problems": problems})
        elif problems:
            for problem in problems:
                output.text(problem)
        else:
            output.text("all settings can be used")
        raise typer.Exit(ExitCode.FAILED if problems else ExitCode.OK)
