"""What can be set of a library: where it lies, how it is listened to and kept up to date."""

import os
from pathlib import Path
from typing import Annotated, Literal

import platformdirs
import pydantic
from pydantic_settings import BaseSettings


def _usable_processors() -> int:
    # os.cpu_count also counts processors that a container or taskset keeps from us
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def absolute(path: Path) -> Path:
    """A path that does not depend on where the program was started."""
    return path.expanduser().absolute()


class LibrarySettings(BaseSettings):
    """The settings that every command knows."""

    data_dir: Annotated[Path, pydantic.AfterValidator(absolute)] = pydantic.Field(
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
    preferred_folders: tuple[Annotated[Path, pydantic.AfterValidator(absolute)], ...] = (
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
