"""Reads server-sent events as a browser does."""

import contextlib
import dataclasses
import json
from collections.abc import Iterator
from typing import Any

import httpx


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One event of a stream."""

    id: int | None
    name: str
    data: Any


@contextlib.contextmanager
def listening(
    client: httpx.Client, path: str, last_id: int | None = None
) -> Iterator[Iterator[Told]]:
    """The events of a stream, as they come."""
    headers = {} if last_id is None else {"Last-Event-ID": str(last_id)}
    with client.stream("GET", path, headers=headers, timeout=60) as answer:
        assert answer.status_code == 200, answer.read()
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert answer.headers["x-accel-buffering"] == "no"
        yield _events(answer.iter_lines())


def _events(lines: Iterator[str]) -> Iterator[Told]:
    fields: dict[str, str] = {}
    for line in lines:
        if line:
            name, _, value = line.partition(": ")
            fields[name] = value
            continue
        if "event" in fields:
            number = int(fields["id"]) if "id" in fields else None
            yield Told(id=number, name=fields["event"], data=json.loads(fields["data"]))
        fields = {}
