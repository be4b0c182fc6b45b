"""Every setting with its default, unit, range and environment name.

A value is taken from the first of: command line, environment, settings file, default. Nothing is
read at import time and there is no global instance: the edge loads the settings once and hands
values down.
"""

import dataclasses
import difflib
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import platformdirs
import pydantic
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from audio_ident.errors import SettingsInvalid

PREFIX = "AUDIO_IDENT_"
"""Start of the name of every environment variable that we read."""

Layer = Mapping[str, Any]
"""Values by setting name, as one origin gives them."""


def default_config_file() -> Path:
    """Where the settings file is looked for."""
    return platformdirs.user_config_path("audio-ident") / "audio-ident.toml"


def _usable_processors() -> int:
    # os.cpu_count also counts processors that a container or taskset keeps from us
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _absolute(path: Path) -> Path:
    return path.expanduser().absolute()


class Settings(BaseSettings):
    """What a person can set; `docs/reference/settings.md` is made from this class."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid")

    data_dir: Annotated[Path, pydantic.AfterValidator(_absolute)] = pydantic.Field(
        default_factory=lambda: platformdirs.user_data_path("audio-ident"),
        description="Folder that holds the library: catalogue, analyses and index.",
        json_schema_extra={
            "default_text": "the user's data folder; on Linux `~/.local/share/audio-ident`"
        },
    )
    workers: int = pydantic.Field(
        default_factory=_usable_processors,
        ge=1,
        le=256,
        description="Worker processes that listen to files at the same time.",
        json_schema_extra={"unit": "processes", "default_text": "number of usable processors"},
    )
    max_file_bytes: int = pydantic.Field(
        default=8 * 2**30,
        ge=1024,
        le=2**50,
        description="Larger files are refused.",
        json_schema_extra={"unit": "bytes"},
    )
    max_file_seconds: float = pydantic.Field(
        default=86_400,
        ge=1,
        le=1_000_000,
        description="Longer files are refused.",
        json_schema_extra={"unit": "seconds of audio"},
    )
    decode_timeout_s: float = pydantic.Field(
        default=1800,
        ge=1,
        le=86_400,
        description="A file that takes longer to listen to is given up.",
        json_schema_extra={"unit": "seconds of wall time"},
    )
    keeper_order: tuple[
        Literal["lossless", "complete", "bandwidth", "bit_rate", "tags", "folder"], ...
    ] = pydantic.Field(
        default=("lossless", "complete", "bandwidth", "bit_rate", "tags", "folder"),
        description="What counts when a file of a group of duplicates is suggested to be kept, "
        "the most important first; what is left out does not count. A list, in the environment as "
        "JSON.",
        json_schema_extra={
            "default_text": '`["lossless", "complete", "bandwidth", "bit_rate", "tags", "folder"]`'
        },
    )
    preferred_folders: tuple[Annotated[Path, pydantic.AfterValidator(_absolute)], ...] = (
        pydantic.Field(
            default=(),
            description="Folders whose files are rather kept, the most preferred first. A list.",
            json_schema_extra={"default_text": "`[]`"},
        )
    )
    log_level: Literal["debug", "info", "warning", "error"] = pydantic.Field(
        default="warning", description="Least severity of the events written to the log."
    )
    log_format: Literal["console", "json"] = pydantic.Field(
        default="console", description="Shape of the log on stderr: for people or for programs."
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Take given values only: `load_settings` merges the layers, to know their origin."""
        del settings_cls, env_settings, dotenv_settings, file_secret_settings
        return (init_settings,)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class LoadedSettings:
    """The settings and where each of them came from."""

    settings: Settings
    origins: Mapping[str, str]
    """By setting name: `command line`, an environment name, a file or `default`."""


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
        A name is unknown, a value is outside its range, or the file cannot be read.
    """
    path = config_file or default_config_file()
    file_layer = _from_file(path, must_exist=config_file is not None)
    environment = _from_environment()
    given = {name: value for name, value in flags.items() if value is not None}
    origins = (
        dict.fromkeys(Settings.model_fields, "default")
        | dict.fromkeys(file_layer, str(path))
        | {name: environment_name(name) for name in environment}
        | dict.fromkeys(given, "command line")
    )
    try:
        settings = Settings(**{**file_layer, **environment, **given})
    except pydantic.ValidationError as error:
        raise SettingsInvalid(_describe(error, origins)) from error
    return LoadedSettings(settings=settings, origins=origins)


def environment_name(name: str) -> str:
    """Environment variable of a setting."""
    return PREFIX + name.upper()


def _from_environment() -> Layer:
    known = {environment_name(name) for name in Settings.model_fields}
    for name in os.environ:
        if name.upper().startswith(PREFIX) and name.upper() not in known:
            hint = _suggestion(name.upper().removeprefix(PREFIX), environment_name)
            raise SettingsInvalid(f"unknown environment variable {name}{hint}")
    return EnvSettingsSource(Settings)()


def _from_file(path: Path, *, must_exist: bool) -> Layer:
    if not path.is_file():
        if must_exist:
            raise SettingsInvalid(f"no settings file {path}")
        return {}
    try:
        layer = TomlConfigSettingsSource(Settings, toml_file=path)()
    except (OSError, ValueError) as error:
        raise SettingsInvalid(f"{path} cannot be read: {error}") from error
    for name in layer:
        if name not in Settings.model_fields:
            hint = _suggestion(name, str)
            raise SettingsInvalid(f"unknown setting {name} in {path}{hint}")
    return layer


def _suggestion(name: str, spell: Callable[[str], str]) -> str:
    close = difflib.get_close_matches(name.lower(), Settings.model_fields, n=1)
    return f"; did you mean {spell(close[0])}?" if close else ""


def _describe(error: pydantic.ValidationError, origins: Mapping[str, str]) -> str:
    problems = (
        f"{name} ({origins.get(name, 'default')}): {detail['msg'].lower()}, not {detail['input']!r}"
        for detail in error.errors()
        if (name := str(detail["loc"][0]))
    )
    return "; ".join(problems)
