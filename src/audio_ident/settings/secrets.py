"""Settings that must not be seen: read from files of their own, shown with stars."""

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pydantic

from audio_ident.errors import SettingsInvalid

_DRIVERS = re.compile(r"(postgres|postgresql)(\+(psycopg|asyncpg))?", re.ASCII)
_ADDRESS = re.compile(r"(?P<scheme>[^:/?#]*)://(?P<rest>.*)", re.ASCII | re.DOTALL)
_PASSWORD = re.compile(r"(//[^:/@]*):.*@|([?&]password=)[^&]*", re.DOTALL)

DRIVER = "postgresql+psycopg"
"""How our addresses begin; other spellings of PostgreSQL are mapped to it."""


def database_address(secret: pydantic.SecretStr) -> pydantic.SecretStr:
    """The address of a PostgreSQL database in our spelling; empty stays empty.

    Raises
    ------
    ValueError
        It is no such address; the message does not repeat it.
    """
    address = secret.get_secret_value().strip()
    if not address:
        return pydantic.SecretStr("")
    parts = _ADDRESS.fullmatch(address)
    if parts is None or not _DRIVERS.fullmatch(parts["scheme"]):
        raise ValueError(f"allowed is an address that begins with {DRIVER}://")
    rest = parts["rest"]
    if "+asyncpg" in parts["scheme"]:
        rest = re.sub(r"([?&])ssl=", r"\1sslmode=", rest)
    return pydantic.SecretStr(f"{DRIVER}://{rest}")


def shown(value: Any) -> Any:  # noqa: ANN401 -- any setting
    """The value of a setting for people; of a secret only what gives nobody entry."""
    if not isinstance(value, pydantic.SecretStr):
        return value
    secret = value.get_secret_value()
    if not secret.startswith(f"{DRIVER}://"):
        return "**********" if secret else ""
    return _PASSWORD.sub(lambda found: f"{found[1]}:***@" if found[1] else f"{found[2]}***", secret)


def secrets_in_files(names: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Setting name and content of each file that a variable names.

    Parameters
    ----------
    names
        Setting names, by the environment variable that names a file.

    Raises
    ------
    SettingsInvalid
        A file cannot be read.
    """
    for variable, name in names.items():
        if path := os.environ.get(variable):
            try:
                yield name, Path(path).read_text(encoding="utf-8").strip()
            except (OSError, UnicodeDecodeError) as error:
                reason = getattr(error, "strerror", None) or "it is no text"
                raise SettingsInvalid(f"{variable}: {path} cannot be read: {reason}") from None
