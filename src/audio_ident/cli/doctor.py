"""`audio-ident doctor`."""

import platform
from collections.abc import Iterator
from importlib import metadata

import typer

from audio_ident.cli.config import settings_documents
from audio_ident.cli.documents import diagnosis_document
from audio_ident.cli.exits import ExitCode
from audio_ident.cli.render import Form, Output
from audio_ident.cli.session import AsJson, GlobalOptions, command, settings_of
from audio_ident.cli.words import in_words
from audio_ident.model.reports import Diagnosis, Health
from audio_ident.settings.loading import LoadedSettings

PACKAGES = (
    *("av", "numpy", "soxr", "mutagen", "sqlalchemy", "alembic"),
    *("fastapi", "starlette", "uvicorn", "argon2-cffi"),
)
"""Packages whose version matters when something is reported."""


def doctor(context: typer.Context, as_json: AsJson = False) -> None:
    """Look for whatever is missing or degraded, with its effect and remedy."""
    with command(context, as_json=as_json) as output:
        options: GlobalOptions = context.obj
        loaded = settings_of(context)
        diagnoses = [*_versions(), *options.entrance.diagnose(loaded.settings)]
        if output.form is Form.JSON:
            output.document(
                {
                    "diagnoses": [diagnosis_document(diagnosis) for diagnosis in diagnoses],
                    "settings": settings_documents(loaded),
                }
            )
        else:
            _show(output, diagnoses, loaded)
        raise typer.Exit(_exit_code({diagnosis.health for diagnosis in diagnoses}))


def _exit_code(found: set[Health]) -> ExitCode:
    if Health.FAILED in found:
        return ExitCode.NOT_AVAILABLE
    return ExitCode.DEGRADED if Health.WARNING in found else ExitCode.OK


def _versions() -> Iterator[Diagnosis]:
    own = _version("audio-ident")
    python = f"{platform.python_implementation()} {platform.python_version()}"
    yield _ok("audio-ident", f"{own} on {python}, {platform.platform()}")
    yield _ok("packages", ", ".join(f"{name} {_version(name)}" for name in PACKAGES))


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "(not installed)"


def _ok(part: str, fact: str) -> Diagnosis:
    return Diagnosis(part=part, health=Health.OK, fact=fact, effect="", remedy="")


def _show(output: Output, diagnoses: list[Diagnosis], loaded: LoadedSettings) -> None:
    output.table(("PART", "HEALTH", "FACT"), [(d.part, d.health.value, d.fact) for d in diagnoses])
    for diagnosis in diagnoses:
        if diagnosis.health is not Health.OK:
            output.text("")
            output.text(f"{diagnosis.part}: {diagnosis.effect}")
            output.text(f"  {diagnosis.remedy}")
    output.text("")
    settings = settings_documents(loaded)
    names = ("name", "value", "origin")
    output.table(
        ("SETTING", "VALUE", "ORIGIN"), [[in_words(s[name]) for name in names] for s in settings]
    )
