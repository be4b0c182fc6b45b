"""What the arguments of the commands about sound name: tracks, stretches of them, clips, ranges."""

import os
import re
from collections.abc import Sequence
from pathlib import Path

import typer

from audio_ident.cli.application import Application
from audio_ident.errors import NotFound
from audio_ident.identify.vibe.stretches import stretch_of
from audio_ident.model.keys import key_named
from audio_ident.model.library import TrackId
from audio_ident.model.search import TrackSpan

_RANGE = re.compile(r"(\d{1,9}(?:\.\d{1,6})?)(?:-(\d{1,9}(?:\.\d{1,6})?))?")


def track_id_of(application: Application, name: str) -> TrackId:
    """The track with an id, its beginning, or a path."""
    is_path = "/" in name or os.path.lexists(name)
    return application.track_id(os.path.abspath(name) if is_path else name)  # noqa: PTH100


def span_of(application: Application, text: str) -> TrackSpan:
    """The track, or the stretch of one, that a text names."""
    whole = TrackSpan(track_id=TrackId(text), start_s=0.0, end_s=None)
    # a file may be called like a stretch of another
    span = whole if os.path.lexists(text) else stretch_of(text)
    return TrackSpan(
        track_id=track_id_of(application, span.track_id), start_s=span.start_s, end_s=span.end_s
    )


def clip_or_spans(application: Application, texts: Sequence[str]) -> Path | tuple[TrackSpan, ...]:
    """Tracks, or one file that is no track of the library."""
    if len(texts) == 1 and Path(texts[0]).is_file():
        try:
            return (span_of(application, texts[0]),)
        except NotFound:
            return Path(texts[0]).absolute()
    return tuple(span_of(application, text) for text in texts)


def key_of(text: str) -> str:
    """The name that analyses give to a musical key."""
    name = key_named(text)
    if name is None:
        raise typer.BadParameter(
            f"{text!r} is no key such as 'A minor' or 'F# major'", param_hint="--key"
        )
    return name


def range_of(text: str | None, option: str) -> tuple[float, float] | None:
    """The ends of `100-130`, or of `128`, which is both."""
    if text is None:
        return None
    parts = _RANGE.fullmatch(text)
    if parts is None:
        raise typer.BadParameter(f"{text!r} is no range such as 100-130", param_hint=option)
    first, last = float(parts[1]), float(parts[2] or parts[1])
    return min(first, last), max(first, last)
