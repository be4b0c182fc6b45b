"""Values of settings, parameters and times in words."""

from collections.abc import Mapping
from typing import Any

from audio_ident.units import seconds_to_milliseconds

NONE = "none"
"""Stands for what is empty or was not chosen."""


def in_words(value: object) -> str:
    """A value as people write it: yes and no, lists with commas, none for nothing."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value)) or NONE
    return NONE if value in (None, "") else str(value)


def named_values(values: Mapping[str, Any]) -> str:
    """Parameters that were chosen, in one line."""
    return ", ".join(f"{name}={in_words(value)}" for name, value in values.items())


def share_in_words(share: float) -> str:
    """A share in percent, never as 0 or 100 unless it is none or all of them: `96%`, `99.7%`."""
    percent = 100 * share
    if 1 <= percent <= 99 or share in (0, 1):
        return f"{percent:.0f}%"
    return f"{min(max(percent, 0.1), 99.9):.1f}%"


def span_in_words(seconds: float) -> str:
    """A span of time as people say it: `12 s`, `3 min 20 s`, `5 h 7 min`."""
    whole_s = seconds_to_milliseconds(seconds) // 1000
    if whole_s < 60:
        return f"{whole_s} s"
    minutes, rest_s = divmod(whole_s, 60)
    if minutes < 60:
        return f"{minutes} min {rest_s} s"
    return f"{minutes // 60} h {minutes % 60} min"
