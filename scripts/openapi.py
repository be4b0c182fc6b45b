"""Writes docs/reference/openapi.json, the description of the HTTP API; --check compares."""

import json
import sys
from pathlib import Path
from typing import Any

from audio_ident.api.app import make_app
from audio_ident.settings.model import Settings
from pages import write_or_check

PAGE = Path(__file__).resolve().parent.parent / "docs/reference/openapi.json"


def openapi_document() -> dict[str, Any]:
    """The description of the API with all settings at their defaults; opens no library."""
    document: dict[str, Any] = make_app(Settings()).openapi()
    return document


def openapi_file() -> str:
    """The description as it is stored."""
    return json.dumps(openapi_document(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    write_or_check(PAGE, openapi_file(), sys.argv)
