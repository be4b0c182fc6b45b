"""`audio-ident doctor`."""

import platform
from collections.abc import Iterator
from importlib import metadata

import typer

from audio_ident.cli.documents import diagnosis_document
from audio_ident.cli.exits import ExitCode
from audio_ident.cli.render import Form, Output
from audio_ident.cli.session import AsJson, GlobalOptions, command, settings_of
from audio_ident.model.reports import Diagnosis, Health
from audio_ident.settings import LoadedSettings

PACKAGES = ("av", "numpy", "soxr", "mutagen", "sqlalchemy", "alembic")
"""Packages whose version matters when something is reported."""


def doctor(context: typer.Context, as_json: AsJson = False) -> None:
    """Look at the installation: versions, FFmpeg, data directory, lock, disk, index, settings."""
    with command(context, as_json=as_json) as output:
        options: GlobalOptions = context.obj
        loaded = settings_of(context)
        diagnoses = [*_versions(), *options.entrance.diagnose(loaded.settings)]
        if output.form is Form.JSON:
            output.document(
                {
                    "diagnoses": [diagnosis_document(diagnosis) for diagnosis in diagnoses],
                    "settings": _settings_documents(loaded),
                }
            )
        else:
            _show(output, diagnoses, loaded)
        has_failed = any(diagnosis.health is Health.FAILED for diagnosis in diagnoses)
        raise typer.Exit(ExitCode.NOT_AVAILABLE if has_failed else ExitCode.OK)


def _versions() -> Iterator[Diagnosis]:
    own = metadata.version("audio-ident")
    python = f"{platform.python_implementation()} {platform.python_version()}"
    yield _ok("audio-ident", f"{own} on {python}, {platform.platform()}")
    yield _ok("packages", ", ".join(f"{name} {metadata.version(name)}" for name in PACKAGES))


def _ok(part: str, fact: str) -> Diagnosis:
    return Diagnosis(part=part, health=Health.OK, fact=fact, remedy="")


def _settings_documents(loaded: LoadedSettings) -> list[dict[str, object]]:
    values = loaded.settings.model_dump(mode="json")
    return [
        {"name": name, "value": value, "origin": loaded.origins[name]}
        for name, value in values.items()
    ]


def _show(output: Output, diagnoses: list[Diagnosis], loaded: LoadedSettings) -> None:
    rows = [(d.part, d.health.value, d.fact, d.remedy) for d in diagnoses]
    output.table(("PART", "HEALTH", "FACT", "REMEDY"), rows)
    output.text("")
    settings = _settings_documents(loaded)
    names = ("name", "value", "origin")
    output.table(
        ("SETTING", "VALUE", "ORIGIN"), [[str(s[name]) for name in names] for s in settings]
    )
