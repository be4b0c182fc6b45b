"""Writes docs/reference/settings.md from the settings class; --check compares."""

import sys
from pathlib import Path
from typing import Any

from pydantic.fields import FieldInfo

from audio_ident.settings.model import Settings, allowed_values, environment_name
from pages import table_row, write_or_check

PAGE = Path(__file__).resolve().parent.parent / "docs/reference/settings.md"

HEADER = """\
# Settings

A value is taken from the first of these that gives one:

1. the command line, for the settings that have an option there (`audio-ident --help`);
2. the environment variable; for `database_url` and `metrics_token` also a file that
   `AUDIO_IDENT_DATABASE_URL_FILE` or `AUDIO_IDENT_METRICS_TOKEN_FILE` names;
3. the settings file `audio-ident.toml` in the user's configuration folder (on Linux
   `~/.config/audio-ident/`), or the one named with `--config`: lines such as `workers = 2`;
4. for `database_url` the variable `DATABASE_URL`, which other programs use too;
5. the default.

An unknown `AUDIO_IDENT_*` variable or an unknown line of the file is an error, so that a slip of
the pen does not go unnoticed. `audio-ident config show --origin` shows every value and where it
came from; `audio-ident config check` tells all mistakes at once.

This page is made from `settings/`: change it there, then run `make docs`.

| setting | environment | default | unit | allowed | meaning |
|---|---|---|---|---|---|
"""


def settings_reference() -> str:
    """The page."""
    rows = [_row(name, field) for name, field in Settings.model_fields.items()]
    return HEADER + "".join(table_row(row) for row in rows)


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
        allowed_values(name),
        field.description or "",
    )


if __name__ == "__main__":
    write_or_check(PAGE, settings_reference(), sys.argv)
