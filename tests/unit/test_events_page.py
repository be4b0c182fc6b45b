"""The page of events tells every event and every field."""

import re
from pathlib import Path

import pydantic
import pytest

from audio_ident.api.schemas.events import STREAM_EVENTS
from audio_ident.api.schemas.imports import ProgressDocument, WorkerDocument
from audio_ident.model.events import EventKind

PAGE = (Path(__file__).resolve().parents[2] / "docs/reference/events.md").read_text("utf-8")


def test_every_kind_of_event_is_streamed() -> None:
    """Nothing is kept that no listener is told."""
    assert set(EventKind) < set(STREAM_EVENTS)


@pytest.mark.parametrize("name", STREAM_EVENTS)
def test_every_event_has_its_line(name: str) -> None:
    """The line of an event names each of its fields, but those that all have."""
    line = re.search(rf"^\| `{name}` \|.*$", PAGE, re.MULTILINE)

    assert line is not None
    for field in STREAM_EVENTS[name].model_fields.keys() - {"timestamp"}:
        assert f"`{field}`" in line[0], field


@pytest.mark.parametrize("model", [ProgressDocument, WorkerDocument])
def test_every_field_of_progress_is_documented(model: type[pydantic.BaseModel]) -> None:
    """The table of the progress object is complete."""
    for field in model.model_fields:
        assert f"`{field}`" in PAGE, field
