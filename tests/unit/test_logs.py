"""Log events reach the stream in the shape that was asked for."""

import io
import json
from collections.abc import Iterator

import pytest
import structlog

from audio_ident.logs import configure_logs


@pytest.fixture(autouse=True)
def _restored_logs() -> Iterator[None]:
    """Leave no configuration behind."""
    yield
    structlog.reset_defaults()


def test_events_are_json_lines_with_their_bound_keys() -> None:
    """In JSON an event is one object with level, time, own and bound keys."""
    stream = io.StringIO()
    configure_logs("info", "json", stream)

    with structlog.contextvars.bound_contextvars(session=7):
        structlog.get_logger().info("file_skipped", file="a.mp3")

    event = json.loads(stream.getvalue())
    assert event.pop("timestamp").endswith("Z")
    assert event == {"event": "file_skipped", "level": "info", "file": "a.mp3", "session": 7}


def test_lesser_events_are_dropped() -> None:
    """Events below the level do not appear."""
    stream = io.StringIO()
    configure_logs("warning", "console", stream)

    structlog.get_logger().info("file_done")
    structlog.get_logger().warning("file_skipped", file="\x1b[2J.mp3")

    assert "file_done" not in stream.getvalue()
    assert "file_skipped" in stream.getvalue()
    assert "\x1b" not in stream.getvalue()
