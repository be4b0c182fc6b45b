"""Every setting with its default, unit, range and environment name.

A value is taken from the first of: command line, environment, settings file, default. Nothing is
read at import time and there is no global instance: the edge loads the settings once and hands
values down.
"""

import dataclasses
import difflib
import os
from collections.abc import Callable, Iterator, Mapping
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
    settle_s: float = pydantic.Field(
        default=10,
        ge=0,
        le=3600,
        description="A file that changed less long ago is looked at twice before it is imported, "
        "and left for the next time if it is still being written. `watch` waits that long for "
        "files to keep their size.",
        json_schema_extra={"unit": "seconds"},
    )
    most_vanished_percent: float = pydantic.Field(
        default=20,
        ge=0,
        le=100,
        description="If more of the files of a folder vanish at once, an import stops and asks.",
        json_schema_extra={"unit": "percent"},
    )
    scan_depth: int = pydantic.Field(
        default=4096,
        ge=1,
        le=4096,
        description="How many folders deep music is looked for; the default finds everything.",
        json_schema_extra={"unit": "folders"},
    )
    watch_mode: Literal["auto", "events", "polling"] = pydantic.Field(
        default="auto",
        description="How `watch` notices changes: told by the system, by looking, or by looking "
        "only where a folder lies on a network.",
    )
    watch_poll_interval_s: float = pydantic.Field(
        default=30,
        ge=0.1,
        le=86_400,
        description="How often `watch` looks where it is not told.",
        json_schema_extra={"unit": "seconds"},
    )
    rescan_schedule: str = pydantic.Field(
        default="",
        pattern=r"^(([01]\d|2[0-3]):[0-5]\d|every [1-9]\d{0,2}[mh])?$",
        description="When `watch` imports everything again, changed or not: a time of day such as "
        "`03:30`, or an interval such as `every 30m` or `every 6h`; empty for never.",
        json_schema_extra={"default_text": "never"},
    )
    worker_memory_bytes: int = pydantic.Field(
        default=4 * 2**30,
        ge=2**30,
        le=2**50,
        description="Address space of one worker; a file that needs more fails alone.",
        json_schema_extra={"unit": "bytes"},
    )
    reserve_bytes: int = pydantic.Field(
        default=256 * 2**20,
        ge=0,
        le=2**50,
        description="Space that an import leaves free on the disk of `data_dir`.",
        json_schema_extra={"unit": "bytes"},
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
    environment = EnvSettingsSource(Settings)()
    given = {name: value for name, value in flags.items() if value is not None}
    origins = (
        dict.fromkeys(Settings.model_fields, "default")
        | dict.fromkeys(file_layer, str(path))
        | {name: environment_name(name) for name in environment}
        | dict.fromkeys(given, "command line")
    )
    problems = [*_unknown_variables(), *_unknown_lines(file_layer, path)]
    known = {name: value for name, value in file_layer.items() if name in Settings.model_fields}
    try:
        settings = Settings(**{**known, **environment, **given})
    except pydantic.ValidationError as error:
        problems += _invalid_values(error, origins)
        raise SettingsInvalid("; ".join(problems)) from error
    if problems:
        raise SettingsInvalid("; ".join(problems))
    return LoadedSettings(settings=settings, origins=origins, file=path)


def allowed_values(name: str) -> str:
    """What a setting may be, such as `1 to 256`; empty when any value of its type may be."""
    schema = Settings.model_json_schema()["properties"][name]
    if "minimum" in schema:
        return f"{schema['minimum']} to {schema['maximum']}"
    return ", ".join(f"`{value}`" for value in schema.get("enum", ()))


def unusable_paths(settings: Settings) -> Iterator[str]:
    """Sentences about folders that the settings name and that cannot be used."""
    directory = settings.data_dir
    existing = next(path for path in (directory, *directory.parents) if path.exists())
    if not existing.is_dir():
        yield f"data_dir: {existing} is no folder"
    elif not os.access(existing, os.R_OK | os.W_OK | os.X_OK):
        yield f"data_dir: {existing} cannot be written by this user"


def environment_name(name: str) -> str:
    """Environment variable of a setting."""
    return PREFIX + name.upper()


def _unknown_variables() -> Iterator[str]:
    known = {environment_name(name) for name in Settings.model_fields}
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
        reason = f"allowed is {allowed}" if allowed else detail["msg"].lower()
        yield f"{name} ({origins.get(name, 'default')}): {reason}, not {detail['input']!r}"
