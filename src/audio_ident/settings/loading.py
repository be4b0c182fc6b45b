"""Loads the settings: from the command line, the environment, a file, or the defaults.

A value is taken from the first of these that gives it. Nothing is read at import time: the edge
loads the settings once and hands values down.
"""

import dataclasses
import difflib
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import platformdirs
import pydantic
from pydantic_settings import EnvSettingsSource, TomlConfigSettingsSource

from audio_ident.errors import SettingsInvalid
from audio_ident.settings.model import (
    PREFIX,
    Settings,
    allowed_values,
    environment_name,
    file_variables,
    secret_names,
)
from audio_ident.settings.secrets import secrets_in_files

Layer = Mapping[str, Any]
"""Values by setting name, as one origin gives them."""

FOREIGN_VARIABLES = {"DATABASE_URL": "database_url", "QDRANT_URL": "qdrant_url"}
"""Names without our prefix that other programs use too; whatever is meant for us wins."""


def default_config_file() -> Path:
    """Where the settings file is looked for."""
    return platformdirs.user_config_path("audio-ident") / "audio-ident.toml"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class LoadedSettings:
    """The settings and where each of them came from."""

    settings: Settings
    origins: Mapping[str, str]
    """By setting name: `command line`, an environment name, a file or `default`."""
    file: Path
    """Where the settings file is looked for; it need not exist."""


def load_settings(flags: Layer, config_file: Path | None = None) -> LoadedSettings:
    """Settings of this run.

    Parameters
    ----------
    flags
        What the command line gives; None values count as not given.
    config_file
        Settings file; it must exist when it is named. None: the default one, if it is there.

    Raises
    ------
    SettingsInvalid
        Names are unknown, values are outside their range, or the file cannot be read; the fact
        tells every problem, not only the first.
    """
    path = config_file or default_config_file()
    file_layer = _from_file(path, must_exist=config_file is not None)
    foreign = {name: os.environ[v] for v, name in FOREIGN_VARIABLES.items() if os.environ.get(v)}
    environment, origins_in_environment = _from_environment()
    given = {name: value for name, value in flags.items() if value is not None}
    origins = (
        dict.fromkeys(Settings.model_fields, "default")
        | {name: variable for variable, name in FOREIGN_VARIABLES.items() if name in foreign}
        | dict.fromkeys(file_layer, str(path))
        | origins_in_environment
        | dict.fromkeys(given, "command line")
    )
    problems = [*_unknown_variables(), *_unknown_lines(file_layer, path)]
    known = {name: value for name, value in file_layer.items() if name in Settings.model_fields}
    try:
        settings = Settings(**{**foreign, **known, **environment, **given})
    except pydantic.ValidationError as error:
        problems += _invalid_values(error, origins)
        raise SettingsInvalid("; ".join(problems)) from error
    if problems:
        raise SettingsInvalid("; ".join(problems))
    return LoadedSettings(settings=settings, origins=origins, file=path)


def unusable_paths(settings: Settings) -> Iterator[str]:
    """Sentences about folders that the settings name and that cannot be used."""
    directory = settings.data_dir
    existing = next(path for path in (directory, *directory.parents) if path.exists())
    if not existing.is_dir():
        yield f"data_dir: {existing} is no folder"
    elif not os.access(existing, os.R_OK | os.W_OK | os.X_OK):
        yield f"data_dir: {existing} cannot be written by this user"


def _from_environment() -> tuple[Layer, dict[str, str]]:
    """What the variables of ours say, and which of them said it."""
    environment = EnvSettingsSource(Settings)()
    origins = {name: environment_name(name) for name in environment}
    variables = {name: variable for variable, name in file_variables().items()}
    for name, secret in secrets_in_files(file_variables()):
        if name in origins:
            raise SettingsInvalid(f"both {origins[name]} and {variables[name]} are set")
        environment[name], origins[name] = secret, variables[name]
    return environment, origins


def _unknown_variables() -> Iterator[str]:
    known = {environment_name(name) for name in Settings.model_fields} | file_variables().keys()
    for name in os.environ:
        if name.upper().startswith(PREFIX) and name.upper() not in known:
            hint = _suggestion(name.upper().removeprefix(PREFIX), environment_name)
            yield f"unknown environment variable {name}{hint}"


def _unknown_lines(layer: Layer, path: Path) -> Iterator[str]:
    for name in layer:
        if name not in Settings.model_fields:
            yield f"unknown setting {name} in {path}{_suggestion(name, str)}"


def _from_file(path: Path, *, must_exist: bool) -> Layer:
    if not path.is_file():
        if must_exist:
            raise SettingsInvalid(f"no settings file {path}")
        return {}
    try:
        return TomlConfigSettingsSource(Settings, toml_file=path)()
    except (OSError, ValueError) as error:
        raise SettingsInvalid(f"{path} cannot be read: {error}") from error


def _suggestion(name: str, spell: Callable[[str], str]) -> str:
    close = difflib.get_close_matches(name.lower(), Settings.model_fields, n=1)
    return f"; did you mean {spell(close[0])}?" if close else ""


def _invalid_values(error: pydantic.ValidationError, origins: Mapping[str, str]) -> Iterator[str]:
    for detail in error.errors():
        name = str(detail["loc"][0])
        allowed = allowed_values(name)
        reason = f"allowed is {allowed}" if allowed else detail["msg"].removeprefix("Value error, ")
        given = "" if name in secret_names() else f", not {detail['input']!r}"
        yield f"{name} ({origins.get(name, 'default')}): {reason.lower()}{given}"
