"""What can be set of the service: where it listens, whom it lets in, how much it takes on."""

import ipaddress
from pathlib import Path
from typing import Annotated, Literal

import pydantic
from pydantic_settings import BaseSettings

from audio_ident.settings.library import absolute
from audio_ident.settings.secrets import database_address


def _network(text: str) -> str:
    """An address or a network in the one form that its kind has."""
    return str(ipaddress.ip_network(text)) if "/" in text else str(ipaddress.ip_address(text))


class ServiceSettings(BaseSettings):
    """The settings of `audio-ident serve`, and of where its rows lie."""

    database_url: Annotated[pydantic.SecretStr, pydantic.AfterValidator(database_address)] = (
        pydantic.Field(
            default=pydantic.SecretStr(""),
            description="Database that holds the catalogue, such as "
            "`postgresql+psycopg://user:password@host/name`; empty for SQLite in `data_dir`.",
            json_schema_extra={"default_text": "SQLite in `data_dir`"},
        )
    )
    database_connections: int = pydantic.Field(
        default=10,
        ge=1,
        le=1000,
        description="Connections to PostgreSQL that each process keeps; up to twice as many more "
        "are made while it is busy.",
        json_schema_extra={"unit": "connections"},
    )
    host: str = pydantic.Field(
        default="127.0.0.1",
        min_length=1,
        description="Address that the service listens on; any but a loopback address needs an "
        "owner first.",
    )
    port: int = pydantic.Field(
        default=17010, ge=0, le=65_535, description="Port of the service; 0 takes a free one."
    )
    base_path: str = pydantic.Field(
        default="",
        pattern=r"^(/[A-Za-z0-9._~-]+)*$",
        description="Path that a reverse proxy puts before ours, such as `/music`.",
        json_schema_extra={"default_text": "none"},
    )
    trusted_proxies: tuple[Annotated[str, pydantic.AfterValidator(_network)], ...] = pydantic.Field(
        default=(),
        description="Addresses or networks of reverse proxies whose `X-Forwarded-*` headers are "
        "believed. A list.",
        json_schema_extra={"default_text": "`[]`"},
    )
    cors_origins: tuple[Annotated[str, pydantic.Field(pattern=r"^https?://[^/\s*]+$")], ...] = (
        pydantic.Field(
            default=(),
            description="Other origins whose pages may call the service, such as "
            "`https://music.example`. A list.",
            json_schema_extra={"default_text": "`[]`"},
        )
    )
    music_roots: tuple[Annotated[Path, pydantic.AfterValidator(absolute)], ...] = pydantic.Field(
        default=(),
        description="Folders in which imports over HTTP are allowed, those inside them included. "
        "A list.",
        json_schema_extra={"default_text": "the roots of the library"},
    )
    open_on_loopback: bool = pydantic.Field(
        default=False,
        description="Let everybody in who reaches the service on a loopback address, without a "
        "password or a key.",
    )
    session_hours: float = pydantic.Field(
        default=24 * 14,
        gt=0,
        le=24 * 366,
        description="A log-in in the browser ends after this time without a visit.",
        json_schema_extra={"unit": "hours"},
    )
    http_threads: int = pydantic.Field(
        default=24,
        ge=4,
        le=512,
        description="Requests that are answered at the same time; others wait.",
        json_schema_extra={"unit": "threads"},
    )
    query_workers: int = pydantic.Field(
        default=2,
        ge=1,
        le=64,
        description="Worker processes that listen to clips.",
        json_schema_extra={"unit": "processes"},
    )
    query_backlog: int = pydantic.Field(
        default=16,
        ge=0,
        le=1000,
        description="Clips that wait for a worker; with more, the service answers 429.",
        json_schema_extra={"unit": "clips"},
    )
    search_deadline_s: float = pydantic.Field(
        default=5,
        ge=0.5,
        le=60,
        description="From the end of the upload of a clip to its answer; work past it is ended.",
        json_schema_extra={"unit": "seconds"},
    )
    max_clip_bytes: int = pydantic.Field(
        default=10 * 2**20,
        ge=1024,
        le=2**32,
        description="Larger clips are refused.",
        json_schema_extra={"unit": "bytes"},
    )
    max_upload_bytes: int = pydantic.Field(
        default=500 * 2**20,
        ge=1024,
        le=2**40,
        description="Larger uploads of recordings, to be kept or for a tracklist, are refused.",
        json_schema_extra={"unit": "bytes"},
    )
    max_event_listeners: int = pydantic.Field(
        default=100,
        ge=1,
        le=100_000,
        description="Event streams that are open at the same time; others are answered 503.",
        json_schema_extra={"unit": "streams"},
    )
    transcode_cache_bytes: int = pydantic.Field(
        default=2 * 2**30,
        ge=0,
        le=2**50,
        description="Space for music that was converted for browsers; the oldest goes first.",
        json_schema_extra={"unit": "bytes"},
    )
    serves_imports: Literal["auto", "never"] = pydantic.Field(
        default="auto",
        description="Whether this service also runs the imports that are queued, when no other "
        "process does.",
    )
    metrics_token: pydantic.SecretStr = pydantic.Field(
        default=pydantic.SecretStr(""),
        description="What a Prometheus server sends as bearer token to read `/metrics`; empty "
        "lets only those in who may read the library.",
        json_schema_extra={"default_text": "none"},
    )
