"""Writes docs/reference/settings.md from the settings class; --check compares."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic.fields import FieldInfo

from audio_ident.settings import Settings, environment_name

PAGE = Path(__file__).resolve().parent.parent / "docs/reference/settings.md"

HEADER = """\
# Settings

A value is taken from the first of these that gives one:

1. the command line, for the settings that have an option there (`audio-ident --help`);
2. the environment variable;
3. the settings file `audio-ident.toml` in the user's configuration folder (on Linux
   `~/.config/audio-ident/`), or the one named with `--config`: lines such as `workers = 2`;
4. the default.

An unknown `AUDIO_IDENT_*` variable or an unknown line of the file is an error, so that a slip of
the pen does not go unnoticed. `audio-ident doctor` shows every value and where it came from.

This page is made from `settings.py`: change it there, then run `make docs`.

| setting | environment | default | unit | allowed | meaning |
|---|---|---|---|---|---|
"""


def settings_reference() -> str:
    """The page."""
    rows = [_row(name, field) for name, field in Settings.model_fields.items()]
    return HEADER + "".join(f"| {' | '.join(row)} |\n" for row in rows)


def _row(name: str, field: FieldInfo) -> tuple[str, ...]:
    extra: dict[str, Any] = (
        field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
    )
    default = extra.get("default_text") or f"`{field.default}`"
    return (
        f"`{name}`",
        f"`{environment_name(name)}`",
        default,
        extra.get("unit", ""),
        ", ".join(_allowed(name)),
        field.description or "",
    )


def _allowed(name: str) -> Iterator[str]:
    schema = Settings.model_json_schema()["properties"][name]
    if "minimum" in schema:
        yield f"{schema['minimum']} to {schema['maximum']}"
    for value in schema.get("enum", ()):
        yield f"`{value}`"


if __name__ == "__main__":
    page = settings_reference()
    if "--check" in sys.argv:
        if not PAGE.exists() or PAGE.read_text(encoding="utf-8") != page:
            sys.exit("docs/reference/settings.md is out of date: run `make docs`")
        print("settings reference: up to date")
    else:
        PAGE.write_text(page, encoding="utf-8")
